"""同题: what many cases share — same object and same problem, so one investigation and one answer would serve all."""

from datetime import UTC, date, datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import DateField, DateTimeField, Q, Value
from django.db.models.functions import Coalesce

from tongti.cases.models import Case
from tongti.units.models import Category, Region, Unit

# What the workbench sorts by; those without a day come last. An index serves only the very expression that it was made of.
DUE_KEY = Coalesce("due_on", Value(date(9999, 12, 31), output_field=DateField()))
AGE_KEY = Coalesce("first_received_at", Value(datetime(9999, 12, 31, tzinfo=UTC), output_field=DateTimeField()))
IN_HAND = ("set_up", "handling", "answered")


class Question(models.Model):
    """同题. ``case_count`` counts active members, ``asker_count`` distinct askers (one asker counted once).

    ``public_title`` is shown to strangers only while ``cleared_at`` is set by a dispatcher or publisher.
    ``keys``/``features`` are what the engine made of title and members, for the live panel; they hold members' words, so
    they are personal and never shown.
    """

    personal = frozenset({"features"})

    class State(models.TextChoices):
        CANDIDATE = "candidate", "待立题"
        SET_UP = "set_up", "待派单"
        HANDLING = "handling", "办理中"
        ANSWERED = "answered", "待评价"
        CLOSED = "closed", "已办结"
        DROPPED = "dropped", "已退题"

    class Handling(models.TextChoices):
        AT_ONCE = "A", "A 立行立改"
        PLANNED = "B", "B 列入计划"
        LIFTED = "C", "C 提级协调"
        EXPLAINED = "D", "D 解释说明"

    number = models.CharField("题号", max_length=20, unique=True)
    title = models.CharField("题目", max_length=80)
    public_title = models.CharField("对外题目", max_length=80, blank=True)
    cleared_at = models.DateTimeField(null=True)
    cleared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    state = models.CharField("状态", max_length=10, choices=State, default=State.CANDIDATE)
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, verbose_name="分类")
    place = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, verbose_name="地点")
    facts = models.TextField("查明的情况", blank=True)
    root_cause = models.TextField("症结", blank=True)
    handling = models.CharField("处置类别", max_length=1, choices=Handling, blank=True)
    handling_note = models.TextField("处置说明", blank=True)

    lead = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name="牵头单位")
    units = ArrayField(models.BigIntegerField(), default=list, blank=True)
    case_count = models.PositiveIntegerField("诉求数", default=0)
    asker_count = models.PositiveIntegerField("同问人数", default=0)
    enterprise_count = models.PositiveIntegerField("其中企业", default=0)
    proposed_count = models.PositiveIntegerField("待核对", default=0)
    progress = models.CharField("对外进展", max_length=200, blank=True)
    progress_at = models.DateTimeField(null=True)
    first_received_at = models.DateTimeField(null=True)
    last_received_at = models.DateTimeField(null=True)
    due_on = models.DateField("期限", null=True)
    set_up_at = models.DateTimeField(null=True)
    set_up_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    dispatched_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    drop_reason = models.CharField("退题理由", max_length=200, blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged", verbose_name="并到哪一题")
    created_at = models.DateTimeField()
    keys = ArrayField(models.IntegerField(), default=list, blank=True)
    features = models.BinaryField(default=b"")
    search = SearchVectorField(null=True)

    class Meta:
        indexes = [
            GinIndex(fields=["search"], name="question_search"),
            GinIndex(fields=["units"], name="question_units"),
            # no pending list: the panel searches it while people type
            GinIndex(fields=["keys"], name="question_keys", fastupdate=False),
            models.Index(fields=["state", "-asker_count", "-id"], name="question_by_heat"),
            models.Index(DUE_KEY, "id", name="question_in_hand_by_due", condition=Q(state__in=IN_HAND)),
            models.Index(AGE_KEY, "id", name="question_in_hand_by_age", condition=Q(state__in=IN_HAND)),
            # every tab of the workbench is counted from this one, without a look at the rows
            models.Index(fields=["state", "due_on"], include=["proposed_count"], name="question_tabs"),
            models.Index(fields=["-asker_count", "-id"], name="question_hot"),
            # few among many: those with something for a person to judge
            models.Index(
                fields=["-proposed_count", "-id"], name="question_proposed", condition=Q(proposed_count__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def is_public(self) -> bool:
        return self.cleared_at is not None and self.public_title != ""


class QuestionSeries(models.Model):
    """The last question number given out in a year."""

    personal = frozenset[str]()

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.year} 年已编到 {self.last}"


class Membership(models.Model):
    """并入: case ↔ question. A refused row is remembered for ever (the engine may not propose it again)."""

    personal = frozenset[str]()

    class State(models.TextChoices):
        PROPOSED = "proposed", "待核对"
        ACTIVE = "active", "已并入"
        REFUSED = "refused", "不是同题"
        LEFT = "left", "已移出"

    class How(models.TextChoices):
        ENGINE = "engine", "系统建议"
        MANUAL = "manual", "人工并入"
        ASKER = "asker", "诉求人自己选的"
        OFFICER = "officer", "走访员提的"

    case = models.ForeignKey(Case, models.PROTECT, related_name="memberships")
    question = models.ForeignKey(Question, models.PROTECT, related_name="memberships")
    state = models.CharField(max_length=8, choices=State)
    how = models.CharField(max_length=8, choices=How)
    probability = models.FloatField(null=True)
    reasons = models.JSONField(default=list)
    settings_version = models.CharField(max_length=40, blank=True)
    proposed_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    note = models.CharField("理由", max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(state="active"), name="case_in_one_question"),
            models.UniqueConstraint(fields=["case", "question"], name="membership_once"),
        ]
        indexes = [
            models.Index(fields=["question", "state", "-id"], name="membership_by_question"),
            models.Index(fields=["state", "-probability", "-id"], name="membership_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.get_state_display()} {self.question_id}"


class Rearrangement(models.Model):
    """One join, split, move or merge, with what is needed to undo it within 30 days.

    ``moves`` is a list of ``[case_id, from_question_id | null, to_question_id | null]``. ``before`` holds what the step
    overwrote: memberships, states of cases and questions (ids and codes only), so that undo restores exactly.
    """

    personal = frozenset[str]()

    class Kind(models.TextChoices):
        SET_UP = "set_up", "立题"
        JOIN = "join", "并入"
        MOVE = "move", "移动"
        SPLIT = "split", "拆分"
        MERGE = "merge", "合并"
        REMOVE = "remove", "移出"
        DROP = "drop", "退题"

    kind = models.CharField(max_length=8, choices=Kind)
    moves = models.JSONField()
    before = models.JSONField(default=dict)
    reason = models.CharField("理由", max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    at = models.DateTimeField()
    question = models.ForeignKey(Question, models.PROTECT, related_name="rearrangements")
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["question", "-at"], name="rearrangement_by_q"),
            models.Index(fields=["-at", "-id"], name="rearrangement_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {len(self.moves)} 件"


class CaseFeatures(models.Model):
    """What the engine made of a case: ``keys`` find candidates (GIN), ``data`` scores them."""

    personal = frozenset({"data"})

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="features")
    keys = ArrayField(models.IntegerField(), default=list)
    data = models.BinaryField()
    version = models.CharField(max_length=40)
    matched_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [GinIndex(fields=["keys"], name="case_feature_keys", fastupdate=False)]

    def __str__(self) -> str:
        return f"{self.case_id} {self.version}"


class Vocabulary(models.Model):
    """Document frequencies of this district's own texts, as the engine's hashed array, and which keys are in so many rows
    that looking them up says little (see ``matching.heavy``). The newest row is in use."""

    personal = frozenset[str]()

    version = models.CharField(max_length=40, unique=True)
    counts = models.BinaryField()
    documents = models.PositiveIntegerField()
    case_keys = models.BinaryField(default=b"")
    question_keys = models.BinaryField(default=b"")
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.documents} 件"


class EngineWeights(models.Model):
    """What one night's refit on this district's decisions came to, used or not.

    ``weights`` are one number for each kind of evidence and ``shift`` what is added to the constant, both on top of the
    shipped model ``base``. ``figures`` compare it with what was in use, on decisions that neither was fitted on.
    """

    personal = frozenset[str]()

    name = models.CharField("名称", max_length=20, unique=True)
    base = models.CharField("在哪个随包模型上", max_length=40)
    weights = models.JSONField()
    shift = models.FloatField()
    decisions = models.PositiveIntegerField("决定数")
    confirmed = models.PositiveIntegerField("其中同题")
    refused = models.PositiveIntegerField("其中不是同题")
    figures = models.JSONField()
    better = models.BooleanField("好得超过偶然")
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-made_at", "-id"], name="engineweights_newest")]

    def __str__(self) -> str:
        return self.name


class EngineChoice(models.Model):
    """What the engine works with from ``at`` on: the newest row is in force, the others are its history.

    ``weights`` None means the shipped model. ``serial`` is unique, so of two changes made at the same moment one wins.
    """

    personal = frozenset[str]()

    class Kind(models.TextChoices):
        WEIGHTS = "weights", "换权重"
        THRESHOLD = "threshold", "改提议门槛"

    serial = models.PositiveIntegerField(unique=True)
    kind = models.CharField(max_length=10, choices=Kind)
    weights = models.ForeignKey(EngineWeights, models.PROTECT, null=True, related_name="+", verbose_name="权重")
    propose_at = models.FloatField("提议门槛")
    reason = models.CharField("理由", max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(propose_at__gte=0.05) & Q(propose_at__lte=0.99), name="engine_threshold_in_range"
            )
        ]

    def __str__(self) -> str:
        return f"{self.serial} {self.get_kind_display()}"
