"""会商: before it is dispatched, the units that may have the duty are asked, and what they say is kept."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from tongti.cases.models import Case
from tongti.questions.models import Question
from tongti.units.models import Unit


class Consultation(models.Model):
    """派单前会商: which units were asked what, by when, and what was settled (W1 rule 3; 信访工作条例 24)."""

    personal = frozenset[str]()

    question = models.ForeignKey(Question, models.PROTECT, null=True, related_name="consultations")
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="consultations")
    words = models.CharField("要商量什么", max_length=500)
    reply_by = models.DateTimeField("请在什么时候前答复")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    outcome = models.CharField("商定结果", max_length=500, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(question=None, case__isnull=False) | Q(question__isnull=False, case=None),
                name="consultation_on_one_thing",
            ),
            models.UniqueConstraint(
                fields=["question"], condition=Q(closed_at=None), name="one_open_consultation_per_question"
            ),
            models.UniqueConstraint(
                fields=["case"], condition=Q(closed_at=None), name="one_open_consultation_per_case"
            ),
        ]

    def __str__(self) -> str:
        return f"会商 {self.pk}"


class Opinion(models.Model):
    """会商意见: one unit that was asked, and what it says: ours, we help, not ours; with the basis."""

    personal = frozenset[str]()

    class Stand(models.TextChoices):
        LEAD = "lead", "由本单位牵头"
        HELP = "help", "本单位可以协办"
        NOT_OURS = "not_ours", "不是本单位职责"

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="opinions")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    stand = models.CharField("意见", max_length=10, choices=Stand, blank=True)
    words = models.CharField("说明", max_length=500, blank=True)
    basis = models.CharField("依据", max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["consultation", "unit"], name="unit_asked_once"),
            models.CheckConstraint(
                condition=Q(stand="", at=None, by=None) | (~Q(stand="") & Q(at__isnull=False, by__isnull=False)),
                name="opinion_given_has_giver",
            ),
        ]
        indexes = [models.Index(fields=["unit", "id"], name="opinion_waiting", condition=Q(at=None))]

    def __str__(self) -> str:
        return f"会商意见 {self.pk}"
