"""改革建议: cases of one cause are one thing to change (从“一件事”到“一类事”)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from tongti.questions.models import Question
from tongti.units.models import Unit
from tongti.window.models.items import ItemVersion, ServiceItem
from tongti.window.models.matters import Cause, WindowMatter


class ReformThreshold(models.Model):
    """改革线索门槛: so many different askers of one item and one cause within so many days. The newest row counts; with none,
    what ships does (``data/causes.json``)."""

    personal = frozenset[str]()

    askers = models.PositiveSmallIntegerField("多少人")
    days = models.PositiveSmallIntegerField("多少天内")
    source = models.CharField("出处", max_length=200)
    verified = models.BooleanField("已核对", default=False)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(askers__gte=2, days__gte=1), name="threshold_of_more_than_one")
        ]

    def __str__(self) -> str:
        return f"{self.days} 天内 {self.askers} 人"


class ReformCandidate(models.Model):
    """改革建议（线索）: the system found that one cause keeps one item from getting done; a person decides what becomes of it.

    ``before`` is the item's version when it was proposed, ``after`` the one that came of it. The counts are those of its
    matters when it was last looked at: ``askers`` different people, ``trips`` in all, ``days_lost`` working days beyond the
    promised ones since people first came. One that was refused is not put again for the same matters.
    """

    personal = frozenset[str]()

    class State(models.TextChoices):
        PROPOSED = "proposed", "待决定"
        ACCEPTED = "accepted", "改革中"
        DONE = "done", "已改"
        REFUSED = "refused", "不采纳"
        MERGED = "merged", "已并入"

    class Why(models.TextChoices):
        MANY = "many", "同一原因的人数到了门槛"
        QUESTION = "question", "已经并成一道题"

    item = models.ForeignKey(ServiceItem, models.PROTECT, related_name="candidates")
    cause = models.ForeignKey(Cause, models.PROTECT, related_name="candidates")
    why = models.CharField("为什么提出", max_length=8, choices=Why)
    question = models.ForeignKey(Question, models.PROTECT, null=True, related_name="+")
    before = models.ForeignKey(ItemVersion, models.PROTECT, null=True, related_name="+")
    after = models.ForeignKey(ItemVersion, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.PROPOSED)
    matters = models.PositiveIntegerField("件数", default=0)
    askers = models.PositiveIntegerField("人数", default=0)
    trips = models.PositiveIntegerField("跑动次数", default=0)
    days_lost = models.PositiveIntegerField("耽误的工作日", default=0)
    proposed_at = models.DateTimeField("提出时间")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name="责任单位")
    change = models.CharField("改什么", max_length=500, blank=True)
    due_on = models.DateField("改到哪天", null=True)
    reason = models.CharField("理由", max_length=300, blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="absorbed")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    outcome = models.CharField("改成了什么", max_length=500, blank=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)
    told = models.PositiveIntegerField("告知了几位", default=0)
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item", "cause"],
                condition=Q(state__in=["proposed", "accepted"]),
                name="one_open_candidate_per_cause",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed") | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="decided_candidate_has_decider",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["accepted", "done"]) | (Q(unit__isnull=False) & ~Q(change="")),
                name="accepted_candidate_has_unit",
            ),
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(reason=""), name="refused_candidate_has_reason"),
            models.CheckConstraint(
                condition=Q(state="merged", merged_into__isnull=False) | (~Q(state="merged") & Q(merged_into=None)),
                name="merged_candidate_says_where",
            ),
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="candidate_not_into_itself"),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(after__isnull=False, done_at__isnull=False),
                name="done_candidate_has_after",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-proposed_at", "-id"], name="candidate_by_state"),
            models.Index(fields=["unit", "state"], name="candidate_by_unit"),
        ]

    def __str__(self) -> str:
        return f"改革建议 {self.pk}"


class CandidateMatter(models.Model):
    """依据件: one matter behind a candidate."""

    personal = frozenset[str]()

    candidate = models.ForeignKey(ReformCandidate, models.CASCADE, related_name="grounds")
    matter = models.ForeignKey(WindowMatter, models.PROTECT, related_name="behind")
    added_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["candidate", "matter"], name="matter_once_per_candidate")]

    def __str__(self) -> str:
        return f"依据件 {self.pk}"
