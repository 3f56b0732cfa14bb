"""What the district adds to the calendar that ships, and the recounts that follow."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class SpecialDay(models.Model):
    """A day that the shipped calendar does not know: a local holiday, a make-up working day, a notice that came late."""

    personal = frozenset[str]()

    class State(models.TextChoices):
        WORK = "work", "上班"
        OFF = "off", "放假"
        HALF = "half", "半天"

    day = models.DateField("日期", unique=True)
    state = models.CharField("状态", max_length=4, choices=State)
    name = models.CharField("名称", max_length=40)
    source = models.CharField("依据", max_length=200)

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class CalendarNotice(models.Model):
    """放假通知 entered here because it came after the program: checked as a draft, then in force in one step.

    ``days`` holds every day it sets, as worktime writes day rules without their source. A draft changes nothing. A notice
    of the same region, title and number as one that ships replaces it; that is also how a cancelled holiday is entered.
    """

    personal = frozenset[str]()

    class State(models.TextChoices):
        DRAFT = "draft", "待确认"
        IN_FORCE = "in_force", "已生效"
        WITHDRAWN = "withdrawn", "已撤下"

    region = models.CharField("地区", max_length=12)
    year = models.PositiveSmallIntegerField("年份")
    title = models.CharField("标题", max_length=120)
    number = models.CharField("文号", max_length=60, blank=True)
    issued_on = models.DateField("发文日期", null=True, blank=True)
    source_url = models.URLField("网址", max_length=300, blank=True)
    verified = models.BooleanField("已核对原文", default=False)
    days = models.JSONField("各日安排")
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["state", "year"], name="notice_by_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "title", "number"], condition=Q(state="in_force"), name="notice_in_force_once"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class OfficeHours(models.Model):
    """作息时间 from one day of the year until the next row's: the spans that count for limits by the working hour."""

    personal = frozenset[str]()

    name = models.CharField("名称", max_length=40)
    since_month = models.PositiveSmallIntegerField("起用月")
    since_day = models.PositiveSmallIntegerField("起用日")
    spans = models.JSONField("时段")
    source = models.CharField("依据", max_length=200)
    verified = models.BooleanField("已核对原文", default=False)

    class Meta:
        verbose_name_plural = "office hours"
        constraints = [
            models.UniqueConstraint(fields=["since_month", "since_day"], name="office_hours_since_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Recount(models.Model):
    """重算: open deadlines counted anew under a changed calendar, in one step that somebody took for a reason.

    ``moved``, ``kept`` and ``settled`` count its lines of each kind; what was untouched has no line. It goes lot by lot:
    ``at_kind`` and ``at_id`` say behind which row the next lot begins, and are written with each lot, so a recount that was
    cut off goes on there. Of ``found`` rows that may change ``looked_at`` were looked at. Rows counted by ``before_version``
    can only change where they touch the days from ``span_first`` to ``span_last``.
    """

    personal = frozenset[str]()

    class State(models.TextChoices):
        RUNNING = "running", "正在重算"
        DONE = "done", "已重算"

    notice = models.ForeignKey(CalendarNotice, models.PROTECT, null=True, related_name="recounts")
    reason = models.CharField("原因", max_length=200)
    before_version = models.CharField("原日历版本", max_length=60)
    after_version = models.CharField("新日历版本", max_length=60)
    moved = models.PositiveIntegerField("改期", default=0)
    kept = models.PositiveIntegerField("不提前", default=0)
    settled = models.PositiveIntegerField("不再暂定", default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    state = models.CharField("状态", max_length=8, choices=State)
    span_first = models.DateField("变动的第一天", null=True)
    span_last = models.DateField("变动的最后一天", null=True)
    found = models.PositiveIntegerField("可能受影响", default=0)
    looked_at = models.PositiveIntegerField("已看", default=0)
    at_kind = models.CharField("做到哪一类", max_length=20, blank=True)
    at_id = models.BigIntegerField("做到哪一行", default=0)
    done_at = models.DateTimeField("做完时间", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["state"], condition=Q(state="running"), name="one_recount_at_a_time"),
        ]

    def __str__(self) -> str:
        return f"重算 {self.pk}"

    @property
    def share(self) -> int:
        """How much of it is done, in per cent; below 100 while it runs, for rows that came later are looked at too."""
        if self.state == self.State.DONE:
            return 100
        return min(self.looked_at * 100 // max(self.found, 1), 99)


class RecountLine(models.Model):
    """One deadline that a recount touched: moved, or kept because it had been told to an asker, or settled."""

    personal = frozenset[str]()

    class Outcome(models.TextChoices):
        MOVED = "moved", "改期"
        KEPT = "kept", "不提前"
        SETTLED = "settled", "不再暂定"

    recount = models.ForeignKey(Recount, models.CASCADE, related_name="lines")
    kind = models.CharField("哪一类", max_length=20)
    object_id = models.BigIntegerField("哪一个")
    clock = models.CharField("时限", max_length=12)
    old_at = models.DateTimeField("原期限")
    new_at = models.DateTimeField("新期限")
    by_day = models.BooleanField("按天", default=True)
    outcome = models.CharField("结果", max_length=8, choices=Outcome)

    class Meta:
        indexes = [models.Index(fields=["recount", "id"], name="recount_lines")]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id} {self.get_outcome_display()}"
