"""难题线索 and what becomes of them: a case of the firm, and another look when it was said to be solved."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from tongti.cases.models import Case
from tongti.questions.models import Question
from tongti.units.models import Category
from tongti.visits.models.visits import Visit


class Finding(models.Model):
    """难题线索: one difficulty that was heard on a visit, and how the officer classed it (A 立行立改 … D 解释说明).

    ``key`` is the intake key of the case that it becomes: however often it is sent, it is one case. ``earlier`` is a case of
    the same firm that the engine takes for the same difficulty, with its reasons; a person says whether it is (``earlier_state``),
    and what she said stays, also when she said no: the engine does not bring it up again.
    """

    personal = frozenset({"title", "words", "wished", "explanation", "reaction"})

    class Level(models.TextChoices):
        COUNTY = "county", "县级解决"
        CITY = "city", "提请市级协调"
        REGION = "region", "提请自治区协调"

    class Again(models.TextChoices):
        """Whether ``earlier`` is the same difficulty."""

        PROPOSED = "proposed", "待确认"
        CONFIRMED = "confirmed", "同一个难题"
        REFUSED = "refused", "不是同一个"

    key = models.UUIDField(unique=True)
    visit = models.ForeignKey(Visit, models.PROTECT, related_name="findings")
    title = models.CharField("简称", max_length=60, blank=True)
    words = models.TextField("企业的原话")
    wished = models.CharField("希望怎么解决", max_length=200, blank=True)
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, verbose_name="分类")
    handling = models.CharField("处置类别", max_length=1, choices=Question.Handling, blank=True)
    promised_on = models.DateField("办结日期", null=True)
    matter = models.CharField("提请协调的具体事项", max_length=200, blank=True)
    level = models.CharField("提请哪一级", max_length=6, choices=Level, blank=True)
    paper = models.CharField("清单或报告文号", max_length=80, blank=True)
    explanation = models.CharField("解释说明", max_length=500, blank=True)
    reaction = models.CharField("企业的反应", max_length=200, blank=True)
    shared = models.BooleanField("共性问题", null=True)
    question = models.ForeignKey(Question, models.PROTECT, null=True, related_name="+", verbose_name="像哪道题")
    hide_identity = models.BooleanField("对办理单位隐名", default=False)

    case = models.OneToOneField(Case, models.PROTECT, null=True, related_name="finding", verbose_name="诉求")
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    raised_at = models.DateTimeField(null=True)
    earlier = models.ForeignKey(Case, models.PROTECT, null=True, related_name="found_again", verbose_name="以前那件")
    earlier_chance = models.FloatField(null=True)
    earlier_reasons = models.JSONField("像在哪里", default=list)
    earlier_state = models.CharField("是不是同一个", max_length=9, choices=Again, blank=True)
    earlier_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    earlier_at = models.DateTimeField(null=True)
    noted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(case=None, raised_at=None, raised_by=None)
                | Q(case__isnull=False, raised_at__isnull=False, raised_by__isnull=False),
                name="finding_raised_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(handling="A") | Q(promised_on__isnull=False), name="class_a_has_date"),
            models.CheckConstraint(
                condition=~Q(handling="C") | (~Q(matter="") & ~Q(level="") & ~Q(paper="")), name="class_c_has_matter"
            ),
            models.CheckConstraint(
                condition=~Q(handling="D") | (~Q(explanation="") & ~Q(reaction="")), name="class_d_has_explanation"
            ),
            models.CheckConstraint(
                condition=Q(earlier=None, earlier_state="")
                | Q(earlier__isnull=False, earlier_state="proposed", earlier_by=None)
                | Q(earlier__isnull=False, earlier_state__in=["confirmed", "refused"], earlier_by__isnull=False),
                name="finding_again_is_somebodys_word",
            ),
        ]
        indexes = [
            models.Index(fields=["visit", "id"], name="finding_of_visit"),
            models.Index(fields=["earlier_state", "-id"], name="finding_again", condition=~Q(earlier_state="")),
        ]

    def __str__(self) -> str:
        return f"难题线索 {self.pk}"

    @property
    def headline(self) -> str:
        """The title, or how the words begin."""
        return self.title or (self.words[:30] + "…" if len(self.words) > 30 else self.words)


class FindingStep(models.Model):
    """计划步骤 of a finding of class B: what is done by when."""

    personal = frozenset[str]()

    finding = models.ForeignKey(Finding, models.CASCADE, related_name="steps")
    place = models.PositiveSmallIntegerField()
    words = models.CharField("做什么", max_length=120)
    due_on = models.DateField("到哪天")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["finding", "place"], name="finding_step_once")]

    def __str__(self) -> str:
        return self.words


class RevisitRule(models.Model):
    """往期问题回访规则: how many days after closing a difficulty of this class is looked at again, and which paper says so.

    No public text gives the days, so they are blank until the district fills them in; a blank plans nothing.
    """

    personal = frozenset[str]()

    handling = models.CharField("处置类别", max_length=1, unique=True, blank=True)
    days = models.PositiveSmallIntegerField("办结后几天", null=True)
    source = models.CharField("出处", max_length=120, blank=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(days=None) | ~Q(source=""), name="revisit_rule_has_source"),
            models.CheckConstraint(
                condition=Q(days=None) | Q(days__gte=1, days__lte=730), name="revisit_rule_sensible"
            ),
        ]

    def __str__(self) -> str:
        return f"回访规则 {self.handling or '未分类'}"


class Revisit(models.Model):
    """回头看: somebody goes and asks the firm again about a difficulty of before; what it says then.

    One that the rule planned (``by_rule``) has no officer while nobody from outside the units that did the work looks after the
    firm: then the office names one. What came back is the same case in hand again (``reopened``) or a case of its own (``opened``).
    """

    personal = frozenset({"words"})

    class State(models.TextChoices):
        PLANNED = "planned", "待回访"
        DONE = "done", "已回访"

    class Result(models.TextChoices):
        SOLVED = "solved", "解决了，没有反复"
        PARTLY = "partly", "部分解决"
        NOT = "not", "没有解决"
        BACK = "back", "又出现了"
        UNREACHED = "unreached", "联系不上"

    case = models.ForeignKey(Case, models.PROTECT, related_name="revisits")
    visit = models.ForeignKey(Visit, models.PROTECT, null=True, related_name="revisits")
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="revisits")
    state = models.CharField(max_length=7, choices=State, default=State.PLANNED)
    by_rule = models.BooleanField("按规则排的", default=False)
    planned_on = models.DateField("计划日期")
    planned_at = models.DateTimeField(null=True)
    result = models.CharField("结果", max_length=9, choices=Result, blank=True)
    words = models.CharField("企业怎么说", max_length=300, blank=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reopened = models.BooleanField("原件重新办理", default=False)
    opened = models.OneToOneField(Case, models.PROTECT, null=True, related_name="opened_by_revisit")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(state="planned"), name="revisit_once_at_a_time"),
            models.CheckConstraint(
                condition=~Q(state="done") | (~Q(result="") & Q(done_at__isnull=False)), name="revisit_done_has_result"
            ),
            models.CheckConstraint(condition=~Q(reopened=True, opened__isnull=False), name="revisit_brings_back_once"),
        ]
        indexes = [
            models.Index(fields=["officer", "state", "planned_on"], name="revisit_of_officer"),
            models.Index(fields=["planned_on", "id"], name="revisit_waiting", condition=Q(state="planned")),
            models.Index(fields=["-done_at", "-id"], name="revisit_newest", condition=Q(state="done")),
            models.Index(fields=["case", "-id"], name="revisit_of_case"),
        ]

    def __str__(self) -> str:
        return f"回头看 {self.pk}"
