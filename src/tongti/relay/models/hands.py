"""转交和交接: from one officer to another inside the unit, for good or for a while. Deadlines never change by it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from tongti.relay.models.batons import Baton
from tongti.units.models import Unit


class HandOverSheet(models.Model):
    """交接单: one officer's open batons, promises and contacts pass to another; both confirm (优化营商环境条例 31; W6).

    ``MOVE``: for good (another post, another duty). ``ABSENCE``: away from ``starts_on`` to ``ends_on``; the stand-in gets
    what is open and every new baton meanwhile, and what is still open comes back at the end.
    """

    personal = frozenset[str]()

    class Kind(models.TextChoices):
        MOVE = "move", "换人承办"
        ABSENCE = "absence", "离岗代办"

    class State(models.TextChoices):
        WAITING = "waiting", "待双方确认"
        AGREED = "agreed", "已确认，待开始"
        RUNNING = "running", "代办中"
        DONE = "done", "已交接"
        CANCELLED = "cancelled", "已作废"

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    kind = models.CharField("种类", max_length=8, choices=Kind)
    giver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="交出人")
    taker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="接手人")
    reason = models.CharField("原因", max_length=200)
    note = models.CharField("要特别交代的", max_length=500, blank=True)
    starts_on = models.DateField("开始")
    ends_on = models.DateField("结束", null=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    giver_confirmed_at = models.DateTimeField("交出人确认", null=True)
    giver_confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    taker_confirmed_at = models.DateTimeField("接手人确认", null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="move", ends_on=None) | Q(kind="absence", ends_on__gte=models.F("starts_on")),
                name="absence_has_an_end",
            ),
            models.CheckConstraint(condition=~Q(giver=models.F("taker")), name="sheet_between_two"),
            models.UniqueConstraint(
                fields=["giver", "unit"], condition=Q(state__in=["waiting", "agreed", "running"]), name="one_open_sheet"
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "-made_at", "-id"], name="sheet_by_unit"),
            models.Index(fields=["starts_on"], name="sheet_to_start", condition=Q(state="agreed")),
            models.Index(fields=["ends_on"], name="sheet_to_end", condition=Q(state="running")),
        ]

    def __str__(self) -> str:
        return f"交接单 {self.pk}"


class HandOverItem(models.Model):
    """交接事项: one baton on a sheet, as it stood when the sheet was made."""

    personal = frozenset[str]()

    sheet = models.ForeignKey(HandOverSheet, models.CASCADE, related_name="items")
    baton = models.ForeignKey(Baton, models.PROTECT, related_name="+")
    due_on = models.DateField("期限")
    promised_until = models.DateField("挂账到", null=True)
    contacts = models.PositiveSmallIntegerField("联系过几次", default=0)
    moved_at = models.DateTimeField("交过去", null=True)
    back_at = models.DateTimeField("交回来", null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sheet", "baton"], name="baton_once_per_sheet")]

    def __str__(self) -> str:
        return f"交接事项 {self.pk}"


class HandOver(models.Model):
    """转交: the baton passes from one officer to another inside the unit; deadlines stay. With a sheet, part of it."""

    personal = frozenset[str]()

    baton = models.ForeignKey(Baton, models.PROTECT, related_name="hand_overs")
    giver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    taker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    sheet = models.ForeignKey(HandOverSheet, models.PROTECT, null=True, related_name="hand_overs")
    reason = models.CharField("理由", max_length=200)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"转交 {self.pk}"
