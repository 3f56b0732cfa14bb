"""时限规则: which clocks run, how long, from when, and on whose authority. Data, not code (domain sheet W0.1)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

NEAR_PERCENT, NEAR_AMOUNT, NEAR_UNIT = 20, 1, "wd"
"""Near due (临期) unless a limit says otherwise: at most 20 % of it left, or one working day (domain sheet W0.1)."""

WARNED = ("handler", "receiver")
"""Who is warned when a limit says nothing: the officer who holds the baton and the unit's receiver (role codes)."""


class Unit(models.TextChoices):
    """Units of limits, as worktime writes them."""

    WORKING_DAY = "wd", "个工作日"
    CALENDAR_DAY = "cd", "天"
    HOUR = "h", "小时"
    WORKING_HOUR = "wh", "个工作小时"
    MONTH = "m", "个月"
    MINUTE = "min", "分钟"


class Regime(models.Model):
    """时限规则. A published version is never edited: a change makes the next version and closes this one.

    The ``applies_*`` lists say to which cases it applies; an empty list means all. Categories are codes, and mean what lies
    below them too. ``applies_joint`` asks whether several
    units handle it together (None: either way). Among the regimes that fit, the one with the highest ``priority`` wins.
    ``source`` is the document with its number, ``article`` the place in it, ``source_url`` where it can be read.
    ``verified`` is True only when the source was read in full; ``checked_by`` and ``checked_on`` say who of the district
    read it and when, and stay empty for what shipped. Samples ship with ``in_use=False``: they are there to be read and
    copied, and never decide a date. ``region`` is the division code of the place whose rule it is, empty for any.
    """

    personal = frozenset[str]()

    code = models.CharField("代码", max_length=30)
    version = models.PositiveIntegerField("版本", default=1)
    name = models.CharField("名称", max_length=60)
    applies_channels = models.JSONField("适用渠道", default=list, blank=True)
    applies_kinds = models.JSONField("适用类型", default=list, blank=True)
    applies_urgencies = models.JSONField("适用紧急程度", default=list, blank=True)
    applies_parties = models.JSONField("适用对象", default=list, blank=True)
    applies_categories = models.JSONField("适用分类", default=list, blank=True)
    applies_joint = models.BooleanField("多个单位一起办", null=True, blank=True)
    in_use = models.BooleanField("启用", default=True, help_text="不启用的是样例，供本地参照")
    restarts = models.BooleanField("改派后办理时限重新起算", default=False)
    priority = models.SmallIntegerField("优先", default=0)
    region = models.CharField("地区", max_length=12, blank=True)
    source = models.CharField("依据", max_length=300)
    article = models.CharField("条款", max_length=100, blank=True)
    source_url = models.URLField("网址", max_length=300, blank=True)
    verified = models.BooleanField("已核对原文", default=False)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核对人"
    )
    checked_on = models.DateField("核对日期", null=True, blank=True)
    valid_from = models.DateField("生效")
    valid_to = models.DateField("失效", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="regime_version_once"),
            models.UniqueConstraint(fields=["code"], condition=Q(valid_to=None), name="regime_one_open_version"),
            models.CheckConstraint(
                condition=Q(checked_by=None, checked_on=None)
                | Q(checked_by__isnull=False, checked_on__isnull=False, verified=True),
                name="regime_checked_by_somebody_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（第 {self.version} 版）"


class Clock(models.Model):
    """One limit of a regime: ``amount`` of ``unit`` from the event ``starts`` until the event ``stops``.

    The start day is not counted (民法典 201) unless ``count_start``; a last day off moves on (203) unless not ``roll_over``.
    It is near due when at most ``near_percent`` of it is left, or ``near_amount`` ``near_unit``s; then ``warns`` (role
    codes) are told. ``pauses`` are the only reasons for which it may stand still, on the authority of ``pause_source``: that is
    seldom the paper which sets the amount. A limit may rest on another paper than the rest of its regime, or on nothing but
    our own default: ``source`` says which.
    """

    personal = frozenset[str]()

    class Code(models.TextChoices):
        DISPATCH = "dispatch", "派单"
        SIGN = "sign", "签收"
        OBJECTION = "objection", "提出异议"
        RULING = "ruling", "裁定异议"
        CONTACT = "contact", "首次联系"
        HELPER = "helper", "协办（属地）办理"
        HANDLE = "handle", "牵头办理"
        PROGRESS = "progress", "反馈进展"
        REPLY = "reply", "答复"
        REVISIT = "revisit", "回访"
        CONSULT = "consult", "答复咨询"
        INFORM = "inform", "告知受理情况"
        CORRECTION = "correction", "补正通知"
        THIRD_PARTY = "third_party", "征求第三方意见"
        COMPLEX = "complex", "复杂事项"
        UTMOST = "utmost", "最长"
        PROMISE = "promise", "承诺办理"
        PUBLICITY = "publicity", "公示"
        PUBLISH = "publish", "主动公开"
        DELIVER = "deliver", "送达"
        APPLY = "apply", "提出申请"
        EXAMINE = "examine", "审查受理"
        REVIEW_ASK = "review_ask", "申请复查"
        REVIEW = "review", "复查"
        RECHECK_ASK = "recheck_ask", "申请复核"
        RECHECK = "recheck", "复核"

    class Start(models.TextChoices):
        RECEIVED = "received", "收到诉求"
        DISPATCHED = "dispatched", "派单"
        ACCEPTED = "accepted", "受理"
        ANSWERED = "answered", "发出答复"
        OBJECTED = "objected", "提出异议"
        ASKED = "asked", "收到申请"
        DECIDED = "decided", "作出决定"
        MADE = "made", "信息形成或变更"

    class Stop(models.TextChoices):
        DISPATCHED = "dispatched", "派单"
        SIGNED = "signed", "签收"
        OBJECTED = "objected", "提出异议"
        CONTACTED = "contacted", "联系上诉求人"
        HANDED_IN = "handed_in", "交出分答"
        ANSWERED = "answered", "发出答复"
        NOTED = "noted", "记下进展"
        REVISITED = "revisited", "回访完成"
        TOLD = "told", "告知当事人"
        OPINION = "opinion", "第三方答复"
        ASKED = "asked", "提出申请"
        DECIDED = "decided", "作出决定"
        PUBLISHED = "published", "公开"
        DELIVERED = "delivered", "送达"
        RUN_OUT = "run_out", "期满"

    class Pause(models.TextChoices):
        THIRD_PARTY = "third_party", "征求第三方意见"
        HEARING = "hearing", "听证"
        TENDER = "tender", "招标、拍卖"
        CORRECTION = "correction", "等申请人补正"
        INSPECTION = "inspection", "检验、检测、检疫、鉴定或专家评审"

    Unit = Unit

    regime = models.ForeignKey(Regime, models.CASCADE, related_name="clocks")
    code = models.CharField("时限", max_length=12, choices=Code)
    amount = models.PositiveSmallIntegerField("数量")
    unit = models.CharField("单位", max_length=3, choices=Unit)
    starts = models.CharField("起算", max_length=12, choices=Start, default=Start.DISPATCHED)
    stops = models.CharField("停止", max_length=12, choices=Stop, blank=True)
    count_start = models.BooleanField("起算当日计入", default=False)
    roll_over = models.BooleanField("最后一日休息时顺延", default=True)
    pauses = models.JSONField("可以暂停的情形", default=list, blank=True)
    pause_source = models.CharField("暂停的依据", max_length=300, blank=True)
    pause_verified = models.BooleanField("暂停的依据已核对原文", default=False)
    near_percent = models.PositiveSmallIntegerField("临期：剩余百分比", default=NEAR_PERCENT)
    near_amount = models.PositiveSmallIntegerField("临期：剩余数量", default=NEAR_AMOUNT)
    near_unit = models.CharField("临期：单位", max_length=3, choices=Unit, default=NEAR_UNIT)
    warns = models.JSONField("临期提醒谁", default=list, blank=True)
    source = models.CharField("依据", max_length=200, blank=True)
    source_url = models.URLField("网址", max_length=300, blank=True)
    verified = models.BooleanField("已核对原文", default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["regime", "code"], name="clock_once_per_regime"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="clock_positive"),
            models.CheckConstraint(condition=Q(near_percent__lte=100), name="clock_near_is_a_share"),
        ]

    def __str__(self) -> str:
        return f"{self.get_code_display()} {self.amount} {self.get_unit_display()}"


class ExtensionRule(models.Model):
    """延期规则: how far and how often the handling limit of a regime may be put off, asked when, for which reasons.

    ``amount`` empty: the rule names no length, whoever approves decides the day. ``before_amount`` of ``before_unit``:
    it must be asked that long before the limit ends (0: any time before). ``reasons`` empty: any class, words suffice.
    """

    personal = frozenset[str]()

    class Reason(models.TextChoices):
        COMPLEX = "complex", "情况复杂"
        SEVERAL_UNITS = "several_units", "涉及多个单位，需要会商"
        INSPECTION = "inspection", "需要检验、检测或鉴定"
        WORKS = "works", "需要施工或采购"
        ASKER_ABSENT = "asker_absent", "诉求人暂时不能配合"
        FORCE_MAJEURE = "force_majeure", "不可抗力"

    regime = models.OneToOneField(Regime, models.CASCADE, related_name="extension_rule")
    amount = models.PositiveSmallIntegerField("每次最多", null=True, blank=True)
    unit = models.CharField("单位", max_length=3, choices=Unit, default=Unit.WORKING_DAY)
    times = models.PositiveSmallIntegerField("最多几次", default=1)
    before_amount = models.PositiveSmallIntegerField("提前多久提出", default=0)
    before_unit = models.CharField("单位", max_length=3, choices=Unit, default=Unit.WORKING_DAY)
    reasons = models.JSONField("理由类别", default=list, blank=True)
    source = models.CharField("依据", max_length=200, blank=True)
    source_url = models.URLField("网址", max_length=300, blank=True)
    verified = models.BooleanField("已核对原文", default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount=None) | Q(amount__gt=0), name="extension_positive"),
            models.CheckConstraint(condition=Q(times__gt=0), name="extension_at_least_once"),
        ]

    def __str__(self) -> str:
        return f"延期 {self.amount or '由批准人定'} {self.get_unit_display() if self.amount else ''}".strip()
