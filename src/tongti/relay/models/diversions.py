"""后期分流: a unit that holds a case finds that it is one of the six; the hotline agrees in writing."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from tongti.relay.models.asking import UNDECIDED, Ask
from tongti.relay.models.batons import Baton


class LateDiversion(models.Model):
    """后期分流申请: which of the six cases, why it was found only now, the words for the asker (潍坊条例 21: written approval)."""

    personal = frozenset({"words", "why"})

    State = Ask

    baton = models.ForeignKey(Baton, models.PROTECT, related_name="late_diversions")
    reason = models.CharField("情形", max_length=20)
    why = models.CharField("办理中才发现的情况", max_length=500)
    words = models.TextField("告知诉求人的话")
    state = models.CharField(max_length=10, choices=Ask, default=Ask.ASKED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_note = models.CharField("书面意见", max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["baton"], condition=Q(state="asked"), name="one_open_diversion_per_baton"),
            models.CheckConstraint(
                condition=Q(state__in=UNDECIDED) | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="decided_diversion_has_decider",
            ),
        ]
        indexes = [models.Index(fields=["asked_at", "id"], name="late_diversion_waiting", condition=Q(state="asked"))]

    def __str__(self) -> str:
        return f"后期分流 {self.pk}"
