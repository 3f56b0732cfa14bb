"""指标口径: how a rate is counted, what is left out of it, and the numbers that were published with the list behind them."""

from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from tongti.cases.models import Case

HUNDREDTHS = {"max_digits": 14, "decimal_places": 2}
"""A numerator is a sum of weights of two decimals."""


class Formula(models.Model):
    """口径: the district's own version of how one rate is counted; a rate without a row counts as shipped (``data/formulas.json``).

    ``basis`` is what one row is (formulas.vocabulary), ``counted`` the levels in the denominator, ``weights`` what a level weighs in the
    numerator (text of a decimal, 0 when absent), ``small`` the denominator below which the rate is marked, ``reasons`` for which
    cases may be left out. A version is never edited: a change makes the next one and closes this one.
    """

    personal = frozenset[str]()

    code = models.CharField("代码", max_length=12)
    version = models.PositiveIntegerField("版本")
    name = models.CharField("名称", max_length=20)
    basis = models.CharField("数的是什么", max_length=12)
    counted = models.JSONField("计入分母的", default=list)
    weights = models.JSONField("分子里算多少", default=dict)
    small = models.PositiveSmallIntegerField("样本少于多少要标出", default=5)
    reasons = models.JSONField("可以剔除的理由", default=list)
    source = models.CharField("依据", max_length=200)
    verified = models.BooleanField("已核对原文", default=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    valid_from = models.DateField("生效")
    valid_to = models.DateField("失效", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="formula_version_once"),
            models.UniqueConstraint(fields=["code"], condition=Q(valid_to=None), name="formula_one_open_version"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="formula_valid_forwards"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}/{self.version}"


class Exclusion(models.Model):
    """剔除: one case is left out of some rates: who asked, why, on which evidence, who decided. It stays counted apart, for ever.

    ``formulas`` are the codes of the rates. The approver is another person of another unit that did not work on the case.
    """

    personal = frozenset({"evidence"})

    class State(models.TextChoices):
        ASKED = "asked", "待审批"
        APPROVED = "approved", "已剔除"
        REFUSED = "refused", "不同意"
        WITHDRAWN = "withdrawn", "已撤销"

    case = models.ForeignKey(Case, models.PROTECT, related_name="exclusions")
    formulas = ArrayField(models.CharField(max_length=12), verbose_name="从哪些率里剔除")
    reason = models.CharField("理由", max_length=16)
    evidence = models.CharField("佐证", max_length=500)
    state = models.CharField(max_length=9, choices=State, default=State.ASKED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_unit_id = models.BigIntegerField("申请人的单位", null=True)
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    note = models.CharField("审批意见", max_length=300, blank=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_for = models.CharField("撤销的理由", max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(formulas=[]), name="exclusion_from_something"),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")), name="exclusion_decided_by_another"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "refused"]) | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="decided_exclusion_has_decider",
            ),
            models.CheckConstraint(
                condition=~Q(state="withdrawn") | Q(withdrawn_by__isnull=False, withdrawn_at__isnull=False),
                name="withdrawn_exclusion_has_hand",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="exclusion_by_state"),
            models.Index(fields=["asked_at", "id"], name="exclusion_waiting", condition=Q(state="asked")),
            models.Index(fields=["case"], name="exclusion_stands", condition=Q(state="approved")),
        ]

    def __str__(self) -> str:
        return f"剔除 {self.pk}"


class Habit(models.Model):
    """发布安排: whether last week's and last month's numbers are published by themselves; the newest row rules."""

    personal = frozenset[str]()

    weekly = models.BooleanField("每周一发布上周的数", default=False)
    monthly = models.BooleanField("每月一日发布上月的数", default=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"发布安排 {self.pk}"


class Publishing(models.Model):
    """发布任务: the rates of some days to be counted and published; large ones by a job, a formula at a time (``done`` of ``total``)."""

    personal = frozenset[str]()

    class State(models.TextChoices):
        WAITING = "waiting", "排队中"
        RUNNING = "running", "正在点数"
        DONE = "done", "已发布"

    codes = ArrayField(models.CharField(max_length=12))
    since = models.DateField("从")
    until = models.DateField("到")
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    total = models.PositiveSmallIntegerField("几个率", default=0)
    done = models.PositiveSmallIntegerField("已点几个", default=0)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="publishing_forwards"),
            models.UniqueConstraint(
                fields=["since", "until"], condition=~Q(state="done"), name="one_open_publishing_of_days"
            ),
        ]

    def __str__(self) -> str:
        return f"发布 {self.since}—{self.until}"

    @property
    def share(self) -> float:
        """Percent of the rates that are counted."""
        return 100 * self.done / self.total if self.total else 100.0


class Published(models.Model):
    """发布的数: one rate of some days as it was published, with the formula word for word and the frozen list behind it.

    UPDATE, DELETE and TRUNCATE are refused by database triggers, on its lines and its list too: a wrong one is retracted and
    another one published (``corrects``).
    """

    personal = frozenset[str]()

    run = models.ForeignKey(Publishing, models.PROTECT, related_name="published")
    code = models.CharField(max_length=12)
    version = models.PositiveIntegerField()
    name = models.CharField(max_length=20)
    formula = models.JSONField("当时的口径")
    since = models.DateField()
    until = models.DateField()
    rows = models.PositiveBigIntegerField("名单有几行")
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["code", "since", "until"], name="published_of_days")]

    def __str__(self) -> str:
        return f"{self.name} {self.since}—{self.until}"


class PublishedLine(models.Model):
    """One unit's number (``unit_id`` 0: the whole district), everything counted; ``left_…`` is the part that was left out.

    ``first`` and ``rows`` say where its rows stand in the frozen list, which is sorted by unit.
    """

    personal = frozenset[str]()

    published = models.ForeignKey(Published, models.PROTECT, related_name="lines")
    unit_id = models.BigIntegerField()
    numerator = models.DecimalField(**HUNDREDTHS)
    denominator = models.PositiveBigIntegerField()
    left_numerator = models.DecimalField(default=Decimal(0), **HUNDREDTHS)
    left_denominator = models.PositiveBigIntegerField(default=0)
    first = models.PositiveBigIntegerField()
    rows = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["published", "unit_id"], name="published_line_once")]

    def __str__(self) -> str:
        return f"{self.unit_id}：{self.numerator}/{self.denominator}"


class FrozenRows(models.Model):
    """Up to 10 000 rows of a frozen list side by side: whose, which row, which case, which level, left out or not.

    A million rows are a hundred of these, some 27 MB before the database compresses them; a page of the list reads one or two.
    """

    personal = frozenset[str]()

    published = models.ForeignKey(Published, models.PROTECT, related_name="frozen")
    place = models.PositiveIntegerField()
    units = ArrayField(models.BigIntegerField())
    keys = ArrayField(models.BigIntegerField())
    cases = ArrayField(models.BigIntegerField())
    levels = ArrayField(models.SmallIntegerField())
    left_out = ArrayField(models.BooleanField())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["published", "place"], name="frozen_rows_once")]

    def __str__(self) -> str:
        return f"名单 {self.published_id}#{self.place}"


class Retraction(models.Model):
    """撤回: a published number no longer stands, and why. The number itself stays readable."""

    personal = frozenset[str]()

    published = models.OneToOneField(Published, models.PROTECT, related_name="retraction")
    reason = models.CharField("理由", max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"撤回 {self.published_id}"
