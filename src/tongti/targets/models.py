"""目标指标: what a rate is to reach, who answers for a slot of the goal set (三升两去三消减), and the values they report.

Every row names the paper it comes from; what nobody entered is blank, never zero (domain sheet W9).
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from tongti.units.models import Unit
from tongti.visits.models import Goal


class Target(models.Model):
    """比率目标: what one rate is to reach during some days, in percent. Ended by a newer one or by hand, never rewritten."""

    personal = frozenset[str]()

    rate = models.CharField("比率", max_length=40)
    value = models.DecimalField("目标值（%）", max_digits=4, decimal_places=1)
    since = models.DateField("从哪天")
    until = models.DateField("到哪天")
    source = models.CharField("出处", max_length=120)
    owner = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="责任单位")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField("停用", null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(value__gt=0, value__lte=100), name="target_is_a_share"),
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="target_ends_after_start"),
            models.CheckConstraint(condition=~Q(source=""), name="target_has_source"),
        ]
        indexes = [models.Index(fields=["rate", "since"], name="target_in_force", condition=Q(ended_at=None))]

    def __str__(self) -> str:
        return f"{self.rate} {self.value}%"


class Indicator(models.Model):
    """指标: one slot of the goal set with the unit that answers for it, and the days along which its progress is read."""

    personal = frozenset[str]()

    goal = models.OneToOneField(Goal, models.PROTECT, related_name="indicator", verbose_name="目标栏")
    owner = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="责任单位")
    starts_on = models.DateField("从哪天算进度")
    ends_on = models.DateField("到哪天完成")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="indicator_takes_time")]

    def __str__(self) -> str:
        return f"指标 {self.pk}"


class IndicatorValue(models.Model):
    """指标值: how much it was on a day, who says so and by which paper. A correction is a new row; the old one stays."""

    personal = frozenset[str]()

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="values")
    on = models.DateField("截至哪天")
    value = models.DecimalField("数值", max_digits=16, decimal_places=2)
    preliminary = models.BooleanField("初步数", default=False)
    source = models.CharField("数据来源", max_length=120)
    reason = models.CharField("为什么更正", max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    replaced_at = models.DateTimeField("被更正", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "on"], condition=Q(replaced_at=None), name="indicator_one_value_a_day"
            ),
            models.CheckConstraint(condition=~Q(source=""), name="indicator_value_has_source"),
        ]
        indexes = [models.Index(fields=["indicator", "-on", "-id"], name="indicator_newest_value")]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.on} {self.value}"
