"""疑似重复 and 合并: two entries that may be one firm, and what was done about it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from tongti.parties.models.firms import Firm


class Lookalike(models.Model):
    """疑似重复: two entries that look like one firm, with the reasons; ``one`` has the smaller id.

    A pair that was told apart is remembered for ever and never proposed again.
    """

    personal = frozenset[str]()

    class State(models.TextChoices):
        WAITING = "waiting", "待核对"
        APART = "apart", "不是同一家"
        MERGED = "merged", "已合并"

    one = models.ForeignKey(Firm, models.PROTECT, related_name="+")
    other = models.ForeignKey(Firm, models.PROTECT, related_name="+")
    score = models.FloatField("有多像")
    reasons = models.JSONField("理由", default=list)
    state = models.CharField("状态", max_length=8, choices=State, default=State.WAITING)
    found_at = models.DateTimeField("什么时候发现")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="lookalike_once_per_pair"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="lookalike_in_order"),
        ]
        indexes = [
            models.Index(fields=["-score", "id"], name="lookalike_waiting", condition=Q(state="waiting")),
        ]

    def __str__(self) -> str:
        return f"疑似重复 {self.one_id}、{self.other_id}"


class FirmMerge(models.Model):
    """合并登记: ``gone`` turned out to be ``kept``. What moved is written down row by row, so that it can be taken back.

    ``moved``: link name → ids of the rows that point at ``kept`` since; ``filled``: fields of ``kept`` that were blank.
    """

    personal = frozenset[str]()

    kept = models.ForeignKey(Firm, models.PROTECT, related_name="+")
    gone = models.ForeignKey(Firm, models.PROTECT, related_name="+")
    reason = models.CharField("理由", max_length=200)
    moved = models.JSONField(default=dict)
    filled = models.JSONField(default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gone"], condition=Q(undone_at=None), name="firm_merged_once"),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None) | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="undone_merge_has_who",
            ),
        ]
        indexes = [models.Index(fields=["-at", "-id"], name="firm_merge_newest")]

    def __str__(self) -> str:
        return f"合并登记 {self.gone_id} → {self.kept_id}"
