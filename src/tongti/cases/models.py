"""诉求（件）: one difficulty from one person or firm, in their own words. Never merged, never deleted."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from tongti.deadlines.models import Reckoning
from tongti.parties.models import Party
from tongti.shared.fields import EncryptedTextField
from tongti.units.models import Category, Region, Unit


class NumberSeries(models.Model):
    """The last serial given out in a year. Its row lock is what keeps numbers free of gaps."""

    personal = frozenset[str]()

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.year} 年已编到 {self.last}"


class Case(models.Model):
    """诉求. ``units`` lists every unit that takes or took part: it is what unit-scoped officers may see.

    ``holder`` is the unit that holds it now (exactly one while open: until dispatch the hotline or the fallback unit).
    ``key`` makes intake idempotent; ``source``/``source_id`` name a row of an import, entered once.
    """

    personal = frozenset({"address", "body", "title"})

    class Channel(models.TextChoices):
        WEB = "web", "网页"
        PHONE = "phone", "热线电话"
        WINDOW = "window", "窗口"
        STUCK = "stuck", "办不成事"
        VISIT = "visit", "走访"
        LETTER = "letter", "来信"
        SUPERIOR = "superior", "上级转办"
        BELOW = "below", "下级提请"
        IMPORT = "import", "导入"

    class Kind(models.TextChoices):
        HELP = "help", "求助"
        COMPLAINT = "complaint", "投诉"
        CONSULT = "consult", "咨询"
        REPORT = "report", "举报"
        SUGGESTION = "suggestion", "建议"
        PRAISE = "praise", "表扬"

    class Urgency(models.TextChoices):
        NORMAL = "normal", "一般"
        URGENT = "urgent", "紧急"
        CRITICAL = "critical", "特急"

    class State(models.TextChoices):
        REGISTERED = "registered", "待派单"
        HANDLING = "handling", "办理中"
        ANSWERED = "answered", "待评价"
        CLOSED = "closed", "已办结"
        WITHDRAWN = "withdrawn", "已撤回"

    class Closing(models.TextChoices):
        SOLVED = "solved", "解决"
        PARTLY = "partly", "部分解决"
        PLANNED = "planned", "列入计划"
        EXPLAINED = "explained", "解释说明"
        ON_THE_SPOT = "on_the_spot", "当场答复"
        DIVERTED = "diverted", "分流"
        REFUSED = "refused", "不予支持"
        WITHDRAWN = "withdrawn", "撤回"
        UNCONFIRMED = "unconfirmed", "未能核实"

    number = models.CharField("编号", max_length=20, unique=True)
    year = models.PositiveSmallIntegerField()
    serial = models.PositiveIntegerField()
    key = models.UUIDField(unique=True)
    source = models.CharField(max_length=60, blank=True)
    source_id = models.CharField(max_length=80, blank=True)

    channel = models.CharField("渠道", max_length=10, choices=Channel)
    kind = models.CharField("类型", max_length=10, choices=Kind, default=Kind.HELP)
    urgency = models.CharField("紧急程度", max_length=8, choices=Urgency, default=Urgency.NORMAL)
    title = models.CharField("标题", max_length=120, blank=True)
    body = models.TextField("原话")
    place = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, verbose_name="地点")
    address = EncryptedTextField("详细地址")
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, verbose_name="分类")
    party = models.ForeignKey(Party, models.PROTECT, null=True, related_name="cases", verbose_name="诉求人")
    party_kind = models.CharField(max_length=12, choices=Party.Kind, default=Party.Kind.PERSON)
    reply_wanted = models.BooleanField("需要答复", default=True)
    hide_identity = models.BooleanField("对办理单位隐名", default=False)
    repeat_of = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="repeats")

    state = models.CharField("状态", max_length=10, choices=State, default=State.REGISTERED)
    closing = models.CharField("办结方式", max_length=12, choices=Closing, blank=True)
    holder = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name="现在谁拿着")
    units = ArrayField(models.BigIntegerField(), default=list, blank=True)
    due_on = models.DateField("期限", null=True)
    # nobody looks cases up by it
    reckoning = models.ForeignKey(Reckoning, models.PROTECT, null=True, db_index=False, related_name="+")
    reopened = models.PositiveSmallIntegerField("重开次数", default=0)

    received_at = models.DateTimeField("收到时间")
    registered_at = models.DateTimeField("登记时间")
    dispatched_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    search = SearchVectorField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["year", "serial"], name="case_serial_once"),
            models.UniqueConstraint(fields=["source", "source_id"], condition=~Q(source=""), name="case_source_once"),
            models.CheckConstraint(
                condition=~Q(state__in=["closed", "withdrawn"]) | Q(closed_at__isnull=False),
                name="case_closed_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["closed", "withdrawn"]) | Q(holder__isnull=False), name="case_open_has_holder"
            ),
        ]
        indexes = [
            GinIndex(fields=["search"], name="case_search"),
            GinIndex(fields=["units"], name="case_units"),
            models.Index(fields=["-received_at", "-id"], name="case_newest"),
            models.Index(fields=["state", "-received_at", "-id"], name="case_by_state"),
            models.Index(fields=["holder", "state", "due_on"], name="case_by_holder"),
            models.Index(fields=["party", "-received_at"], name="case_by_party"),
            # what fell due on some days: the list behind the rates of closing in time
            models.Index(fields=["-due_on", "-id"], name="case_by_due", condition=Q(due_on__isnull=False)),
            # few among many: what the supervisor's first page counts
            models.Index(
                fields=["-received_at", "-id"], name="case_come_back", condition=Q(state="handling", reopened__gt=0)
            ),
            # What is seldom: a list of it, newest first, must not read through all that is common. What is common needs none.
            models.Index(fields=["urgency", "-received_at", "-id"], name="case_urgent", condition=~Q(urgency="normal")),
            models.Index(fields=["kind", "-received_at", "-id"], name="case_seldom_kind", condition=~Q(kind="help")),
            models.Index(
                fields=["channel", "-received_at", "-id"],
                name="case_seldom_channel",
                condition=~Q(channel__in=["phone", "web"]),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        return self.state not in (self.State.CLOSED, self.State.WITHDRAWN)

    @property
    def headline(self) -> str:
        """The title, or the beginning of the words when none was given."""
        return self.title or (self.body[:30] + "…" if len(self.body) > 30 else self.body)


class Addition(models.Model):
    """补充: more words from the asker, or a note of an officer (``for_asker`` says whether the asker may read it)."""

    personal = frozenset({"words"})

    case = models.ForeignKey(Case, models.PROTECT, related_name="additions")
    key = models.UUIDField(unique=True)
    words = models.TextField("内容")
    by_kind = models.CharField(max_length=10)
    by_id = models.BigIntegerField(null=True)
    for_asker = models.BooleanField(default=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["case", "at"], name="addition_by_case")]

    def __str__(self) -> str:
        return f"{self.case_id} 补充 {self.pk}"


class Attachment(models.Model):
    """附件: a photo or paper. Images are re-encoded without EXIF; the stored name is random, the given name encrypted."""

    personal = frozenset({"given_name", "path"})

    case = models.ForeignKey(Case, models.PROTECT, related_name="attachments")
    path = models.CharField(max_length=120, unique=True)
    given_name = EncryptedTextField("文件名")
    content_type = models.CharField(max_length=60)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    by_kind = models.CharField(max_length=10)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "sha256"], name="attachment_once_per_case")]

    def __str__(self) -> str:
        return f"{self.case_id} 附件 {self.pk}"


class Diverted(models.Model):
    """分流记录: which of the six cases it was, found when it came in or only later, and who agreed. The words are an Addition.

    ``late``: a unit held it already; then ``approved_by`` is who agreed in writing (潍坊条例 21). Counted apart from handled.
    """

    personal = frozenset[str]()

    case = models.OneToOneField(Case, models.PROTECT, related_name="diverted")
    reason = models.CharField("情形", max_length=20)
    late = models.BooleanField("办理中才分流", default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "diverted"
        constraints = [
            models.CheckConstraint(
                condition=Q(late=False, approved_by=None) | Q(late=True, approved_by__isnull=False),
                name="late_diversion_approved",
            )
        ]
        indexes = [models.Index(fields=["-at", "-id"], name="diverted_newest")]

    def __str__(self) -> str:
        return f"分流 {self.case_id}"


class ImportBatch(models.Model):
    """导入: one file, its column mapping, and how far it got. Running the same file again enters nothing twice."""

    personal = frozenset({"path"})

    class State(models.TextChoices):
        UPLOADED = "uploaded", "待核对"
        RUNNING = "running", "导入中"
        DONE = "done", "已完成"
        STOPPED = "stopped", "已中断"

    name = models.CharField("文件名", max_length=120)
    path = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    source = models.CharField("来源代号", max_length=60)
    channel = models.CharField("渠道", max_length=10, choices=Case.Channel, default=Case.Channel.IMPORT)
    mapping = models.JSONField("列对应", default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.UPLOADED)
    rows = models.PositiveIntegerField("总行数", default=0)
    done = models.PositiveIntegerField("已处理", default=0)
    entered = models.PositiveIntegerField("新登记", default=0)
    known = models.PositiveIntegerField("原已有", default=0)
    failed = models.PositiveIntegerField("有问题", default=0)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name}：{self.get_state_display()}"

    @property
    def share(self) -> float:
        """Percent of the rows that were looked at."""
        return 100 * self.done / self.rows if self.rows else 100.0


class RowError(models.Model):
    """A row that could not be entered, and the sentence that says why."""

    personal = frozenset[str]()

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="errors")
    row = models.PositiveIntegerField()
    sentence = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "row"], name="row_error_once")]

    def __str__(self) -> str:
        return f"第 {self.row} 行：{self.sentence}"
