"""时限规则: which clocks run, how long, from when, and on whose authority. Data, not code (domain sheet W0.1)."""

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


class Regime(models.Model):
    """时限规则. A published version is never edited: a change makes the next version and closes this one.

    The ``applies_*`` lists say to which cases it applies; an empty list means all. ``applies_joint`` asks whether several
    units handle it together (None: either way). Among the regimes that fit, the one with the highest ``priority`` wins.
    ``verified`` is True only when the source was read in full. Samples ship with ``in_use=False``: they are there to be
    read and copied, and never decide a date.
    """

    personal = frozenset[str]()

    code = models.CharField("代码", max_length=30)
    version = models.PositiveIntegerField("版本", default=1)
    name = models.CharField("名称", max_length=60)
    applies_channels = models.JSONField("适用渠道", default=list, blank=True)
    applies_kinds = models.JSONField("适用类型", default=list, blank=True)
    applies_urgencies = models.JSONField("适用紧急程度", default=list, blank=True)
    applies_parties = models.JSONField("适用对象", default=list, blank=True)
    applies_joint = models.BooleanField("多个单位一起办", null=True, blank=True)
    in_use = models.BooleanField("启用", default=True, help_text="不启用的是样例，供本地参照")
    restarts = models.BooleanField("改派后办理时限重新起算", default=False)
    priority = models.SmallIntegerField("优先", default=0)
    source = models.CharField("依据", max_length=300)
    verified = models.BooleanField("已核对原文", default=False)
    valid_from = models.DateField("生效")
    valid_to = models.DateField("失效", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="regime_version_once"),
            models.UniqueConstraint(fields=["code"], condition=Q(valid_to=None), name="regime_one_open_version"),
        ]

    def __str__(self) -> str:
        return f"{self.name}（第 {self.version} 版）"


class Clock(models.Model):
    """One limit of a regime: ``amount`` of ``unit`` counted from ``starts`` (start day not counted, 民法典 201).

    A limit may rest on another paper than the rest of its regime, or on nothing but our own default: ``source`` says which.
    """

    personal = frozenset[str]()

    class Code(models.TextChoices):
        DISPATCH = "dispatch", "派单"
        SIGN = "sign", "签收"
        OBJECTION = "objection", "提出异议"
        CONTACT = "contact", "首次联系"
        HELPER = "helper", "协办（属地）办理"
        HANDLE = "handle", "牵头办理"
        REVISIT = "revisit", "回访"
        CONSULT = "consult", "答复咨询"
        INFORM = "inform", "告知受理情况"
        CORRECTION = "correction", "补正通知"
        THIRD_PARTY = "third_party", "征求第三方意见"
        EXTENSION = "extension", "延长"
        COMPLEX = "complex", "复杂事项"
        UTMOST = "utmost", "最长"
        PUBLICITY = "publicity", "公示"
        REVIEW_ASK = "review_ask", "申请复查"
        REVIEW = "review", "复查"
        RECHECK_ASK = "recheck_ask", "申请复核"
        RECHECK = "recheck", "复核"

    class Unit(models.TextChoices):
        WORKING_DAY = "wd", "个工作日"
        CALENDAR_DAY = "cd", "天"
        HOUR = "h", "小时"
        WORKING_HOUR = "wh", "个工作小时"
        MONTH = "m", "个月"
        MINUTE = "min", "分钟"

    class Start(models.TextChoices):
        RECEIVED = "received", "收到诉求"
        DISPATCHED = "dispatched", "派单"
        ANSWERED = "answered", "发出答复"
        ASKED = "asked", "收到申请"

    regime = models.ForeignKey(Regime, models.CASCADE, related_name="clocks")
    code = models.CharField("时限", max_length=12, choices=Code)
    amount = models.PositiveSmallIntegerField("数量")
    unit = models.CharField("单位", max_length=3, choices=Unit)
    starts = models.CharField("起算", max_length=12, choices=Start, default=Start.DISPATCHED)
    source = models.CharField("依据", max_length=200, blank=True)
    verified = models.BooleanField("已核对原文", default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["regime", "code"], name="clock_once_per_regime"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="clock_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.get_code_display()} {self.amount} {self.get_unit_display()}"
