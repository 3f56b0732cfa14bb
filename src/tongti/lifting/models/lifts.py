"""上下同题: a matter on the list of the level that can solve it, what is asked of whom, and what came back."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from tongti.answers.models import Part
from tongti.cases.models import Case
from tongti.lifting.models.peering import Peer
from tongti.questions.models import Question
from tongti.relay.models import Baton
from tongti.units.models import Unit


class Level(models.TextChoices):
    """Which level's list (来宾 2023, domain sheet 1.2 and W4); the codes are those of a finding of class C."""

    COUNTY = "county", "县级解决"
    CITY = "city", "提请市级协调"
    REGION = "region", "提请自治区协调"


OPEN = ("prepared", "submitted", "lifted", "answered", "declined")
"""States of a line that is still worked on."""


class Lift(models.Model):
    """提级事项: one line of a level's list. It counts as lifted when a leader signed it off; from then on it has a number.

    ``asked_unit`` is the unit of that level which is to answer; ``baton`` is what it holds on the same question, so its answer
    is a part (分答) of the joint answer like any other. What is written here leaves the unit and may leave the house: nobody's
    name or number stands in it.
    """

    personal = frozenset[str]()

    class State(models.TextChoices):
        PREPARED = "prepared", "退回修改"
        SUBMITTED = "submitted", "待签发"
        LIFTED = "lifted", "已提请"
        ANSWERED = "answered", "已答复"
        DECLINED = "declined", "上级退回"
        CLOSED = "closed", "已办结"
        WITHDRAWN = "withdrawn", "已撤回"

    question = models.ForeignKey(Question, models.PROTECT, null=True, related_name="lifts")
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="lifts")
    level = models.CharField("哪一级", max_length=6, choices=Level)
    title = models.CharField("事项", max_length=80)
    statement = models.TextField("情况说明")
    tried = models.TextField("本级做过什么")
    basis = models.TextField("法律或政策依据")
    asked = models.CharField("请求解决的具体事项", max_length=300)
    asked_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="请哪个单位")
    reply_by = models.DateField("希望答复日期")
    state = models.CharField("状态", max_length=9, choices=State, default=State.SUBMITTED)
    version = models.PositiveIntegerField(default=1)

    prepared_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="拟报单位")
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField()
    # officers who wrote in it, ``prepared_by`` being the last: none of them signs it off
    authors = ArrayField(models.BigIntegerField(), default=list)
    sent_back_for = models.CharField("退回修改的理由", max_length=300, blank=True)
    number = models.CharField("清单编号", max_length=20, null=True, unique=True)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField("签发时间", null=True)
    baton = models.ForeignKey(Baton, models.PROTECT, null=True, related_name="lifts")
    answered_at = models.DateTimeField("答复时间", null=True)
    ended_for = models.CharField("撤回或办结的说明", max_length=300, blank=True)
    ended_at = models.DateTimeField(null=True)
    told = models.PositiveIntegerField("结果告知件数", null=True)

    # over a link: which, under which key both sides know it, and how it goes over there in that side's words
    peer = models.ForeignKey(Peer, models.PROTECT, null=True, related_name="lifts")
    key = models.UUIDField(null=True, unique=True)
    upper_number = models.CharField("上级题号", max_length=20, blank=True)
    upper_state = models.CharField("上级办到哪一步", max_length=20, blank=True)
    upper_units = models.CharField("上级派给了谁", max_length=200, blank=True)
    upper_due_on = models.DateField("上级的期限", null=True)
    upper_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(question=None, case__isnull=False) | Q(question__isnull=False, case=None),
                name="lift_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=["question", "level", "asked_unit"], condition=Q(state__in=OPEN), name="one_open_lift_q"
            ),
            models.UniqueConstraint(
                fields=["case", "level", "asked_unit"], condition=Q(state__in=OPEN), name="one_open_lift_c"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("prepared", "submitted", "withdrawn"))
                | Q(number__isnull=False, signed_at__isnull=False, signed_by__isnull=False, baton__isnull=False),
                name="lifted_is_signed",
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN, ended_at=None) | (~Q(state__in=OPEN) & Q(ended_at__isnull=False)),
                name="ended_lift_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["level", "-id"], name="lift_by_level"),
            models.Index(fields=["state", "-id"], name="lift_by_state"),
            models.Index(fields=["reply_by", "id"], name="lift_due", condition=Q(state="lifted")),
        ]

    def __str__(self) -> str:
        return f"{self.number or '待签发'} {self.title}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


class LiftReply(models.Model):
    """上级答复: what came back on a line; ``part`` when the unit wrote its part in this house, else the words as they arrived."""

    personal = frozenset({"words"})

    class How(models.TextChoices):
        HERE = "here", "在本系统写的分答"
        PAPER = "paper", "来文代录"
        LINK = "link", "经链路送来"

    lift = models.ForeignKey(Lift, models.PROTECT, related_name="replies")
    how = models.CharField("怎么来的", max_length=5, choices=How)
    part = models.ForeignKey(Part, models.PROTECT, null=True, related_name="+")
    words = models.TextField("内容", blank=True)
    paper = models.CharField("来文文号", max_length=80, blank=True)
    unit = models.CharField("答复单位", max_length=80, blank=True)
    declined = models.BooleanField("退回", default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "lift replies"
        indexes = [models.Index(fields=["lift", "-id"], name="lift_replies")]
        constraints = [
            models.CheckConstraint(
                condition=Q(part__isnull=False, words="") | (Q(part=None) & ~Q(words="")), name="lift_reply_says"
            )
        ]

    def __str__(self) -> str:
        return f"上级答复 {self.pk}"


class LiftSeries(models.Model):
    """清单编号序列: the last number of a year."""

    personal = frozenset[str]()

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "lift series"

    def __str__(self) -> str:
        return f"{self.year} 年已编到 {self.last}"
