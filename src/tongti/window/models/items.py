"""政务服务事项: what a window handles for people, with its steps, papers, days, fee and trips; never overwritten."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from tongti.units.models import Unit


class ServiceItem(models.Model):
    """政务服务事项. ``code`` is permanent; what is asked of people is in its versions. ``terms`` are the words to find it by."""

    personal = frozenset[str]()

    code = models.CharField("事项编码", max_length=40, unique=True)
    name = models.CharField("事项名称", max_length=120)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="service_items", verbose_name="实施单位")
    terms = ArrayField(models.CharField(max_length=40), default=list)
    active = models.BooleanField("在办", default=True)
    added_at = models.DateTimeField("登记时间")

    class Meta:
        indexes = [
            GinIndex(fields=["terms"], name="service_item_terms"),
            models.Index(fields=["unit", "code"], name="service_item_by_unit"),
        ]

    def __str__(self) -> str:
        return self.name


class ItemVersion(models.Model):
    """事项版本: what was asked of people from one day to another.

    Days are working days (行政许可法 82); 0 promised days is “at once”. A fee above nothing names its basis (优化营商环境条例
    25: no charge outside the published list). ``valid_to`` is the last good day; the newest version has none.
    ``step_count`` and ``paper_count`` are those of its rows: a version is never changed once it is published.
    """

    personal = frozenset[str]()

    item = models.ForeignKey(ServiceItem, models.PROTECT, related_name="versions")
    version = models.PositiveSmallIntegerField("第几版")
    legal_days = models.PositiveSmallIntegerField("法定办结时限（工作日）", null=True)
    promised_days = models.PositiveSmallIntegerField("承诺办结时限（工作日）", null=True)
    trips = models.PositiveSmallIntegerField("到现场次数", null=True)
    fee = models.DecimalField("收费（元）", max_digits=10, decimal_places=2, null=True)
    fee_basis = models.CharField("收费依据", max_length=300, blank=True)
    step_count = models.PositiveSmallIntegerField("环节数", default=0)
    paper_count = models.PositiveSmallIntegerField("材料数", default=0)
    source = models.CharField("出处", max_length=300)
    verified = models.BooleanField("已核对", default=False)
    valid_from = models.DateField("生效")
    valid_to = models.DateField("失效", null=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField("发布时间")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "version"], name="item_version_once"),
            models.UniqueConstraint(fields=["item"], condition=Q(valid_to=None), name="one_open_item_version"),
            models.CheckConstraint(
                condition=Q(legal_days=None) | Q(promised_days=None) | Q(promised_days__lte=F("legal_days")),
                name="promised_within_legal",
            ),
            models.CheckConstraint(
                condition=Q(fee=None) | Q(fee=0) | (Q(fee__gt=0) & ~Q(fee_basis="")), name="fee_has_basis"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} 第 {self.version} 版"


class ItemStep(models.Model):
    """办理环节: one step of a version, in order: what, who, in how many working days."""

    personal = frozenset[str]()

    version = models.ForeignKey(ItemVersion, models.PROTECT, related_name="steps")
    place = models.PositiveSmallIntegerField("第几步")
    name = models.CharField("环节", max_length=60)
    who = models.CharField("谁办", max_length=60, blank=True)
    days = models.PositiveSmallIntegerField("工作日", null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "place"], name="item_step_once")]

    def __str__(self) -> str:
        return self.name


class ItemPaper(models.Model):
    """申请材料: one paper of a version. ``shared``: the window can fetch it from where it is kept, so nobody need bring it."""

    personal = frozenset[str]()

    class Form(models.TextChoices):
        ORIGINAL = "original", "原件"
        COPY = "copy", "复印件"
        SHOWN = "shown", "原件核验"
        ELECTRONIC = "electronic", "电子件"

    version = models.ForeignKey(ItemVersion, models.PROTECT, related_name="papers")
    place = models.PositiveSmallIntegerField("第几样")
    name = models.CharField("材料", max_length=120)
    form = models.CharField("形式", max_length=10, choices=Form, default=Form.ORIGINAL)
    shared = models.BooleanField("可以共享取得", default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "place"], name="item_paper_once")]

    def __str__(self) -> str:
        return self.name
