"""登记簿: the firms, projects, parks, shops, farms and institutes of the district, and what is known of each."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from tongti.parties.models.people import Party
from tongti.shared.fields import EncryptedTextField
from tongti.units.models import Region, Unit


class Firm(models.Model):
    """企业（登记对象）: the register's entry of one party; its id is the party's.

    ``name`` is the registered name, which the law makes public; where it is the name of the person who runs the shop
    (``name_personal``) it holds the masked name only and the true one stays encrypted on the party (docs/adr/0023).
    ``core`` is the name without place and legal form, ``grams`` its pairs of characters: what names are compared and found by.
    ``merged_into`` is set when the entry turned out to be another one; it stays, and its address leads there.
    """

    personal = frozenset({"address"})

    class Kind(models.TextChoices):
        ENTERPRISE = "enterprise", "企业"
        PROJECT = "project", "项目"
        PARK = "park", "园区"
        SHOP = "shop", "商户（个体工商户）"
        FARM = "farm", "农场、合作社"
        INSTITUTE = "institute", "院所、学校"

    class Size(models.TextChoices):
        """规模: the four that a campaign speaks of (domain rules 1.6); the thresholds are the statisticians', not ours."""

        INDUSTRY = "industry", "规上工业"
        TRADE = "trade", "限上商贸"
        NEAR = "near", "临规（临近入规）"
        SMALL = "small", "小微"

    class Status(models.TextChoices):
        RUNNING = "running", "正常"
        BUILDING = "building", "在建、筹建"
        STOPPED = "stopped", "停产、停业"
        CLOSED = "closed", "已注销、已搬走"

    party = models.OneToOneField(Party, models.PROTECT, primary_key=True, related_name="firm")
    kind = models.CharField("类别", max_length=10, choices=Kind, default=Kind.ENTERPRISE)
    name = models.CharField("名称", max_length=120)
    name_personal = models.BooleanField("名称就是经营者的姓名", default=False)
    core = models.CharField(max_length=120, blank=True)
    grams = ArrayField(models.CharField(max_length=2), default=list, blank=True)
    credit_code = models.CharField("统一社会信用代码", max_length=18, blank=True)
    size = models.CharField("规模", max_length=10, choices=Size, blank=True)
    sector = models.CharField("行业代码", max_length=5, blank=True)
    section = models.CharField("行业门类", max_length=1, blank=True)
    park = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="tenants", verbose_name="所在园区"
    )
    place = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="firms", verbose_name="乡镇、村（社区）"
    )
    address = EncryptedTextField("地址")
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.RUNNING)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="firms", verbose_name="服务单位")
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged_here")
    version = models.PositiveIntegerField(default=1)
    entered_at = models.DateTimeField("登记时间")
    changed_at = models.DateTimeField("最近修改")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["credit_code"],
                condition=~Q(credit_code="") & Q(merged_into=None),
                name="firm_once_per_credit_code",
            ),
            models.CheckConstraint(condition=~Q(merged_into=models.F("party")), name="firm_not_merged_into_itself"),
            models.CheckConstraint(condition=~Q(park=models.F("party")), name="firm_not_its_own_park"),
        ]
        indexes = [
            GinIndex(fields=["grams"], name="firm_by_grams"),
            models.Index(fields=["name", "party"], name="firm_by_name", condition=Q(merged_into=None)),
            models.Index(fields=["kind", "name", "party"], name="firm_by_kind"),
            models.Index(fields=["section", "name", "party"], name="firm_by_section"),
            models.Index(fields=["unit", "name", "party"], name="firm_by_unit"),
            models.Index(fields=["park", "name", "party"], name="firm_by_park"),
            models.Index(fields=["core"], name="firm_by_core"),
            models.Index(fields=["party"], name="firm_by_person", condition=Q(name_personal=True)),
            models.Index(fields=["credit_code"], name="firm_by_code", condition=~Q(credit_code="")),
        ]

    def __str__(self) -> str:
        return f"登记对象 {self.pk}"


class FirmContact(models.Model):
    """联系人: a person to speak with at a firm. Masked until somebody gives a reason (Reveal of the firm's party)."""

    personal = frozenset({"name", "phone"})

    firm = models.ForeignKey(Firm, models.PROTECT, related_name="contacts")
    name = EncryptedTextField("姓名")
    phone = EncryptedTextField("电话")
    phone_index = models.BinaryField(max_length=16, default=b"")
    post = models.CharField("职务", max_length=40, blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["firm", "phone_index"],
                condition=Q(until=None) & ~Q(phone_index=b""),
                name="contact_once_per_phone",
            )
        ]
        indexes = [models.Index(fields=["phone_index"], name="contact_by_phone", condition=~Q(phone_index=b""))]

    def __str__(self) -> str:
        return f"联系人 {self.pk}"


class KeyFigure(models.Model):
    """指标数: one value of one measure of a firm in one period, and who said it.

    A value is never overwritten: the newer one says which it ``replaces``, and only the newest is ``current``.
    """

    personal = frozenset[str]()

    class Measure(models.TextChoices):
        OUTPUT = "output", "产值"
        REVENUE = "revenue", "营业收入"
        INVESTMENT = "investment", "完成投资"
        STAFF = "staff", "用工人数"
        ORDERS = "orders", "在手订单"
        ARREARS = "arrears", "被拖欠账款"
        POWER = "power", "用电量"
        ENERGY = "energy", "综合能耗"
        FINANCING = "financing", "融资需求"

    class Span(models.TextChoices):
        MONTH = "month", "月"
        QUARTER = "quarter", "季度"
        YEAR = "year", "年"

    class Source(models.TextChoices):
        FIRM = "firm", "企业自报"
        VISIT = "visit", "走访了解"
        STATISTICS = "statistics", "统计部门"

    firm = models.ForeignKey(Firm, models.PROTECT, related_name="key_figures")
    measure = models.CharField("指标", max_length=12, choices=Measure)
    span = models.CharField("期", max_length=8, choices=Span)
    starts_on = models.DateField("起")
    value = models.DecimalField("数值", max_digits=16, decimal_places=2)
    source = models.CharField("谁说的", max_length=10, choices=Source)
    note = models.CharField("说明", max_length=100, blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField()
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name="更正的是"
    )
    current = models.BooleanField("现用", default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["firm", "measure", "span", "starts_on"],
                condition=Q(current=True),
                name="key_figure_one_value_per_period",
            )
        ]
        indexes = [models.Index(fields=["firm", "measure", "-starts_on"], name="key_figure_of_firm")]

    def __str__(self) -> str:
        return f"{self.get_measure_display()} {self.starts_on}"
