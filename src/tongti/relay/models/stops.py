"""暂停计时: a clock stands still while something is awaited that the regime itself leaves out of the count."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from tongti.deadlines.models import Clock
from tongti.relay.models.batons import Baton


class ClockStop(models.Model):
    """暂停计时: one stretch during which a baton's clock stood, for a reason that its regime allows (W0.1).

    Such time does not count by law (行政许可法 45: hearings, tests, expert reviews; 政府信息公开条例 33: asking a third
    party), so nobody grants it; but it is bounded: on ``until_on`` the clock runs again by itself, and earlier when somebody
    says so. ``before`` is the explanation that the date had, from which the date after the stop is counted anew, by what
    really was left out.
    """

    personal = frozenset[str]()

    baton = models.ForeignKey(Baton, models.PROTECT, related_name="stops")
    reason = models.CharField("情形", max_length=12, choices=Clock.Pause)
    words = models.CharField("说明", max_length=300)
    stopped_at = models.DateTimeField("暂停时间")
    until_on = models.DateField("哪天接着计时")
    from_due_on = models.DateField("原期限")
    from_due_at = models.DateTimeField(null=True)
    to_due_on = models.DateField("顺延到")
    before = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    told = models.PositiveIntegerField("告知了几位", default=0)
    ended_at = models.DateTimeField("接着计时", null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["baton"], condition=Q(ended_at=None), name="one_open_stop_per_baton"),
            models.CheckConstraint(condition=Q(to_due_on__gte=models.F("from_due_on")), name="a_stop_never_shortens"),
            models.CheckConstraint(condition=Q(ended_by=None) | Q(ended_at__isnull=False), name="stop_ender_has_time"),
        ]
        indexes = [models.Index(fields=["until_on", "id"], name="stop_running", condition=Q(ended_at=None))]

    def __str__(self) -> str:
        return f"暂停计时 {self.pk}"
