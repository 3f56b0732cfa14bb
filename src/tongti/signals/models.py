"""未诉先办: more cases of one category in one township than is usual there. The machine shows the rule, a person decides."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from tongti.units.models import Category, Region, Unit


class SignalRule(models.Model):
    """预警口径: when a count is unusual. A change is a new row; the newest is in force, none: as shipped (signals.rules)."""

    personal = frozenset[str]()

    weeks = models.PositiveSmallIntegerField("和近几周比")
    deviations = models.DecimalField("超过平均几倍标准差", max_digits=3, decimal_places=1)
    minimum = models.PositiveSmallIntegerField("至少几件")
    season = models.BooleanField("也和去年同期比", default=True)
    source = models.CharField("依据", max_length=120)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(weeks__gte=4, weeks__lte=26), name="signal_rule_weeks"),
            models.CheckConstraint(condition=Q(deviations__gte=1, deviations__lte=9), name="signal_rule_deviations"),
            models.CheckConstraint(condition=Q(minimum__gte=2), name="signal_rule_minimum"),
        ]

    def __str__(self) -> str:
        return f"预警口径 {self.pk}"


class Signal(models.Model):
    """预警: in ``week`` (its Monday) one category had ``count`` cases in one township; ``past`` are the weeks before, oldest first.

    ``season`` is the mean of the same week of last year and its neighbours, None where there is no last year. The numbers are
    those of the rule in force when they were counted, so that the page can always show why it speaks.
    """

    personal = frozenset[str]()

    class State(models.TextChoices):
        OPEN = "open", "待研判"
        FADED = "faded", "已回落"
        DISMISSED = "dismissed", "不处理"
        PLANNED = "planned", "已交办"
        CHECKED = "checked", "已回看"

    class Outcome(models.TextChoices):
        FELL = "fell", "降下来了"
        SAME = "same", "没有变化"
        ROSE = "rose", "还在涨"

    week = models.DateField("哪一周")
    category = models.ForeignKey(Category, models.PROTECT, related_name="+", verbose_name="分类")
    town = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="乡镇（街道）")
    count = models.PositiveIntegerField("本周件数")
    past = models.JSONField("前几周", default=list)
    mean = models.FloatField("平均")
    deviation = models.FloatField("标准差")
    deviations = models.DecimalField("几倍标准差", max_digits=3, decimal_places=1)
    minimum = models.PositiveSmallIntegerField("至少几件")
    season = models.FloatField("去年同期平均", null=True)
    found_at = models.DateTimeField()
    counted_at = models.DateTimeField()

    state = models.CharField("状态", max_length=9, choices=State, default=State.OPEN)
    reason = models.CharField("为什么不处理", max_length=300, blank=True)
    task = models.CharField("交办内容", max_length=500, blank=True)
    owner = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name="交给哪个单位")
    due_on = models.DateField("哪天前办好", null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField("提醒回看", null=True)
    outcome = models.CharField("回看结果", max_length=4, choices=Outcome, blank=True)
    outcome_words = models.CharField("回看说明", max_length=300, blank=True)
    after = models.JSONField("交办以后各周", default=list)
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["week", "category", "town"], name="signal_once_a_week"),
            models.CheckConstraint(
                condition=~Q(state__in=["planned", "checked"])
                | Q(owner__isnull=False, due_on__isnull=False, decided_at__isnull=False),
                name="planned_signal_has_owner_and_day",
            ),
            models.CheckConstraint(condition=~Q(state="dismissed") | ~Q(reason=""), name="dismissed_signal_has_reason"),
            models.CheckConstraint(
                condition=~Q(state="checked") | (Q(checked_at__isnull=False) & ~Q(outcome="")),
                name="checked_signal_has_outcome",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-week", "-id"], name="signal_by_state"),
            models.Index(fields=["due_on"], name="signal_to_check", condition=Q(state="planned", reminded_at=None)),
        ]

    def __str__(self) -> str:
        return f"预警 {self.pk}"

    @property
    def threshold(self) -> float:
        """What the count had to pass: mean + deviations × standard deviation."""
        return self.mean + float(self.deviations) * self.deviation

    @property
    def why(self) -> str:
        """The rule with its numbers, in one sentence."""
        season = f"；去年同期平均 {self.season:.1f}" if self.season is not None else ""
        return (
            f"近 {len(self.past)} 周平均 {self.mean:.1f}、标准差 {self.deviation:.1f}，"
            f"加 {self.deviations.normalize():f} 倍标准差是 {self.threshold:.1f}{season}；这一周 {self.count}"
        )
