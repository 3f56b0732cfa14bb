"""公文: papers that leave the house. Each keeps the data it was made of, the template it was made with, and its number."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from tongti.shared.fields import EncryptedTextField
from tongti.units.models import Unit
from tongti.visits.models import Campaign


class PaperTemplate(models.Model):
    """公文样式: who issues a kind of paper, under which code, to whom, with which fonts. Changing it makes a new version.

    What no public text gives (the code of the office, whom it writes to) is blank until the office fills it. The fonts are
    names only: the standard's own (方正小标宋, 仿宋_GB2312) are not free, so they are not shipped (domain sheet W12).
    ``unit`` is empty for papers of the district's offices; a unit that answers in its own name has its own look and code.
    """

    personal = frozenset[str]()

    kind = models.CharField("文种", max_length=12)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name="发文单位")
    version = models.PositiveIntegerField("版本")
    head = models.CharField("发文机关标志", max_length=40, blank=True)
    code = models.CharField("机关代字", max_length=20, blank=True)
    addressee = models.CharField("主送", max_length=120, blank=True)
    opening = models.CharField("开头", max_length=300, blank=True)
    signer = models.CharField("署名", max_length=60, blank=True)
    copies = models.CharField("抄送", max_length=200, blank=True)
    issuer = models.CharField("印发机关", max_length=60, blank=True)
    font_title = models.CharField("标题字体", max_length=40, default="方正小标宋简体")
    font_body = models.CharField("正文字体", max_length=40, default="仿宋_GB2312")
    font_first = models.CharField("一级标题字体", max_length=40, default="黑体")
    font_second = models.CharField("二级标题字体", max_length=40, default="楷体_GB2312")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "unit", "version"], name="paper_template_version_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} 第 {self.version} 版"


class PaperSeries(models.Model):
    """文号序列: the last number that a code got in a year. Its row lock is what keeps numbers free of gaps."""

    personal = frozenset[str]()

    code = models.CharField("机关代字", max_length=20)
    year = models.PositiveSmallIntegerField("年")
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "paper series"
        constraints = [models.UniqueConstraint(fields=["code", "year"], name="paper_series_once")]

    def __str__(self) -> str:
        return f"{self.code}〔{self.year}〕已编到 {self.last}"


class Paper(models.Model):
    """公文. ``snapshot`` is the data it was made of, frozen; ``words`` is what only a person can write (next steps).

    ``about`` and ``about_id`` say what it is about. ``private`` is the part of the data that points at one person (JSON), as
    ciphertext. ``unit`` issues it (empty: an office of the district), ``to_unit`` is the one unit that it is addressed to, and
    ``units`` lists all whose officers may read it. ``given`` is a number that came with the matter (督办单): it is of the matter's
    own series, so no second one is taken.

    ``seal`` is the SHA-256 of everything it is made of (papers.sealing): the same paper is made of it at any time, byte by byte.
    A number once given stays: a voided paper keeps it and is listed.
    """

    personal = frozenset({"private", "snapshot", "words"})

    class About(models.TextChoices):
        CAMPAIGN = "campaign", "调研服务"
        CASE = "case", "诉求"
        BATON = "baton", "接力棒"
        ITEM = "item", "督办件"
        QUESTION = "question", "同题"
        DISTRICT = "district", "全区"

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        SIGNED = "signed", "已签发"
        VOIDED = "voided", "已作废"
        DROPPED = "dropped", "已弃用"

    kind = models.CharField("文种", max_length=12)
    template = models.ForeignKey(PaperTemplate, models.PROTECT, related_name="+", verbose_name="样式")
    campaign = models.ForeignKey(Campaign, models.PROTECT, null=True, related_name="papers", verbose_name="调研服务")
    about = models.CharField("写什么", max_length=8, choices=About, default=About.CAMPAIGN)
    about_id = models.BigIntegerField("哪一个", default=0, help_text="全区的为 0")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name="发文单位")
    to_unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name="送达单位")
    units = ArrayField(models.BigIntegerField(), default=list, blank=True)
    scope = models.CharField("范围", max_length=20, blank=True)
    since = models.DateField("从哪天")
    until = models.DateField("到哪天")
    title = models.CharField("标题", max_length=120)
    snapshot = models.JSONField("数据")
    private = EncryptedTextField("指向个人的数据")
    words = models.JSONField("人写的", default=dict)
    seal = models.CharField("校验值", max_length=64)
    state = models.CharField("状态", max_length=7, choices=State, default=State.DRAFT)
    version = models.PositiveIntegerField(default=1)

    code = models.CharField("机关代字", max_length=20, blank=True)
    year = models.PositiveSmallIntegerField("年", null=True)
    serial = models.PositiveIntegerField("号", null=True)
    given = models.CharField("随事项来的文号", max_length=40, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField("取数时间")
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField("签发时间", null=True)
    voided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    voided_at = models.DateTimeField("作废时间", null=True)
    void_reason = models.CharField("作废理由", max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "year", "serial"], name="paper_number_once"),
            models.UniqueConstraint(
                fields=["given"], condition=Q(state="signed") & ~Q(given=""), name="paper_given_number_in_force_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "dropped"], serial=None, signed_at=None, given="")
                | Q(state__in=["signed", "voided"], signed_at__isnull=False)
                & (
                    Q(serial__isnull=False, year__isnull=False, given="") & ~Q(code="")
                    | Q(serial=None, year=None, code="") & ~Q(given="")
                ),
                name="signed_paper_has_number",
            ),
            models.CheckConstraint(
                condition=Q(about="campaign", campaign__isnull=False) | Q(campaign=None) & ~Q(about="campaign"),
                name="paper_about_one_thing",
            ),
            models.CheckConstraint(
                condition=~Q(state="voided") | (~Q(void_reason="") & Q(voided_at__isnull=False)),
                name="voided_paper_says_why",
            ),
            models.CheckConstraint(condition=Q(until__gte=models.F("since")), name="paper_days_in_order"),
        ]
        indexes = [
            models.Index(fields=["-made_at", "-id"], name="paper_newest"),
            models.Index(fields=["about", "about_id", "-id"], name="paper_of_subject"),
            GinIndex(fields=["units"], name="paper_units"),
        ]

    def __str__(self) -> str:
        return self.number or self.title

    @property
    def number(self) -> str:
        """机关代字〔年〕号, without leading zeros and without “第” (GB/T 9704-2012 7.2.5); "" for a draft."""
        return f"{self.code}〔{self.year}〕{self.serial}号" if self.serial else self.given
