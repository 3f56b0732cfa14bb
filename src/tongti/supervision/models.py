"""督办: what is proposed, what was decided, each step of the ladder, what the unit answered, and how it ended.

Words and order follow domain sheet 2.11, 9.5 (督查、督办链) and W6; the recheck of a conclusion is 政府督查工作条例 art. 17 (8.3).
"""

from django.conf import settings
from django.db import models
from django.db.models import Q

from tongti.cases.models import Case
from tongti.deadlines.models import Reckoning
from tongti.questions.models import Question
from tongti.relay.models import Baton
from tongti.units.models import Unit

ON_ONE_THING = Q(question=None, case__isnull=False) | Q(question__isnull=False, case=None)


class Rung(models.TextChoices):
    """The ladder, lowest first. Only 督办单 and above carry a number."""

    REMIND = "remind", "提醒"
    URGE = "urge", "催办"
    ORDER = "order", "督办单"
    CIRCULAR = "circular", "通报"
    INTERVIEW = "interview", "约谈"


LADDER: tuple[str, ...] = tuple(Rung.values)


class Rule(models.Model):
    """督办规则: the district's own version of a rule that ships (``data/rules.json``); a rule without a row is as shipped.

    A version is never edited: a change makes the next one and closes this one. ``valid_from`` is empty for what was there
    before versions were kept. ``verified``: its source was read, by ``checked_by`` on ``checked_on``.
    """

    personal = frozenset[str]()

    code = models.CharField("代码", max_length=20)
    version = models.PositiveIntegerField("版本", default=1)
    threshold = models.PositiveSmallIntegerField("数量")
    rung = models.CharField("建议", max_length=10, choices=Rung, blank=True)
    in_use = models.BooleanField("启用", default=True)
    source = models.CharField("依据", max_length=200, blank=True)
    verified = models.BooleanField("已核对原文", default=False)
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    checked_on = models.DateField("核对日期", null=True)
    valid_from = models.DateField("生效", null=True)
    valid_to = models.DateField("失效", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="rule_version_once"),
            models.UniqueConstraint(fields=["code"], condition=Q(valid_to=None), name="rule_one_open_version"),
            models.CheckConstraint(
                condition=Q(checked_by=None, checked_on=None)
                | Q(checked_by__isnull=False, checked_on__isnull=False, verified=True),
                name="rule_checked_by_somebody_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}/{self.version}"


class OrderSeries(models.Model):
    """The last number of a 督办单 given out in a year; the row lock makes the series gap-free."""

    personal = frozenset[str]()

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.year} 年已编到 {self.last}"


class Item(models.Model):
    """督办件: one matter under supervision, at one unit. At most one is open on a matter (the database holds it).

    ``rung`` is the highest step taken so far. A conclusion closes it; ``solved`` says what the supervisor found.
    """

    personal = frozenset[str]()

    class State(models.TextChoices):
        OPEN = "open", "待反馈"
        ANSWERED = "answered", "待审结"
        CLOSED = "closed", "已审结"

    class Pace(models.TextChoices):
        URGENT = "urgent", "急件"
        NORMAL = "normal", "一般"
        HARD = "hard", "疑难"

    class Solved(models.TextChoices):
        YES = "yes", "已解决"
        PARTLY = "partly", "部分解决"
        NO = "no", "没有解决"

    question = models.ForeignKey(Question, models.PROTECT, null=True, related_name="supervision")
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="supervision")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="supervision", verbose_name="督办对象")
    baton = models.ForeignKey(Baton, models.PROTECT, null=True, related_name="supervision")
    number = models.CharField("文号", max_length=40, blank=True)
    pace = models.CharField("缓急", max_length=6, choices=Pace, default=Pace.NORMAL)
    rung = models.CharField("做到哪一步", max_length=10, choices=Rung)
    state = models.CharField("状态", max_length=8, choices=State, default=State.OPEN)
    why = models.CharField("为什么督办", max_length=300)
    due_on = models.DateField("反馈期限", null=True)
    # empty when the supervisor set the day
    reckoning = models.ForeignKey(Reckoning, models.PROTECT, null=True, db_index=False, related_name="+")
    cap_reason = models.CharField("超过每月件数的理由", max_length=200, blank=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()

    solved = models.CharField("解决没有", max_length=6, choices=Solved, blank=True)
    conclusion = models.CharField("审结意见", max_length=500, blank=True)
    concluded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    concluded_at = models.DateTimeField(null=True)
    # as it was told to the unit: a term that is changed later changes nothing about it
    recheck_until = models.DateField("复核申请到", null=True)
    tolerant = models.BooleanField("容错", default=False)
    tolerant_reason = models.CharField("容错理由", max_length=300, blank=True)
    tolerant_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=ON_ONE_THING, name="supervision_on_one_thing"),
            models.UniqueConstraint(
                fields=["question"], condition=~Q(state="closed"), name="one_open_supervision_per_question"
            ),
            models.UniqueConstraint(
                fields=["case"], condition=~Q(state="closed"), name="one_open_supervision_per_case"
            ),
            models.UniqueConstraint(fields=["number"], condition=~Q(number=""), name="supervision_number_once"),
            models.CheckConstraint(
                condition=Q(rung__in=("remind", "urge"), number="")
                | (Q(rung__in=("order", "circular", "interview")) & ~Q(number="")),
                name="supervision_number_from_order_on",
            ),
            models.CheckConstraint(
                condition=(Q(state="closed", concluded_at__isnull=False, concluded_by__isnull=False) & ~Q(solved=""))
                | (~Q(state="closed") & Q(concluded_at=None, concluded_by=None, solved="")),
                name="supervision_closed_with_conclusion",
            ),
            models.CheckConstraint(
                condition=Q(tolerant=False, tolerant_reason="", tolerant_by=None)
                | (Q(tolerant=True, tolerant_by__isnull=False) & ~Q(tolerant_reason="")),
                name="supervision_tolerance_has_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="supervision_by_state"),
            models.Index(fields=["unit", "opened_at"], name="supervision_by_unit_month"),
            models.Index(fields=["due_on", "id"], name="supervision_due", condition=Q(state="open")),
        ]

    def __str__(self) -> str:
        return f"{self.number or self.get_rung_display()} {self.unit}"

    @property
    def is_open(self) -> bool:
        return self.state != self.State.CLOSED


class Step(models.Model):
    """督办步骤: one rung taken on an item, with its words and its date; each rung once."""

    personal = frozenset[str]()

    item = models.ForeignKey(Item, models.PROTECT, related_name="steps")
    rung = models.CharField("步骤", max_length=10, choices=Rung)
    words = models.CharField("内容", max_length=1000)
    due_on = models.DateField("反馈期限", null=True)
    # empty when the supervisor set the day
    reckoning = models.ForeignKey(Reckoning, models.PROTECT, null=True, db_index=False, related_name="+")
    skip_reason = models.CharField("越级理由", max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "rung"], name="supervision_step_once")]

    def __str__(self) -> str:
        return f"{self.get_rung_display()} {self.pk}"


class Feedback(models.Model):
    """反馈: one thing, one answer (一事一文): facts, basis, solved or not. Not clear: it goes back with a reason."""

    personal = frozenset({"facts"})

    class State(models.TextChoices):
        GIVEN = "given", "待审"
        RETURNED = "returned", "退回重报"
        CLEAR = "clear", "已采用"

    item = models.ForeignKey(Item, models.PROTECT, related_name="feedback")
    facts = models.TextField("查明的事实")
    basis = models.CharField("依据", max_length=300)
    solved = models.CharField("解决没有", max_length=6, choices=Item.Solved)
    state = models.CharField(max_length=8, choices=State, default=State.GIVEN)
    returned_for = models.CharField("退回理由", max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item"], condition=Q(state="given"), name="one_open_feedback_per_item")
        ]

    def __str__(self) -> str:
        return f"反馈 {self.pk}"


class Recheck(models.Model):
    """复核: the unit asks within 30 days of a conclusion, somebody else decides within 30 days (政府督查条例 art. 20)."""

    personal = frozenset[str]()

    class Decision(models.TextChoices):
        UPHELD = "upheld", "维持结论"
        CHANGED = "changed", "改变结论，重新督办"

    item = models.ForeignKey(Item, models.PROTECT, related_name="rechecks")
    # the conclusion that it is about: a changed one is taken back from the item, and what it said must not be lost
    concluded_at = models.DateTimeField("审结时间")
    conclusion = models.CharField("原审结意见", max_length=500)
    solved = models.CharField("原结论", max_length=6, choices=Item.Solved)
    reason = models.CharField("理由", max_length=500)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_on = models.DateField("复核期限")
    reckoning = models.ForeignKey(Reckoning, models.PROTECT, null=True, db_index=False, related_name="+")
    decision = models.CharField("复核决定", max_length=8, choices=Decision, blank=True)
    decision_words = models.CharField("复核意见", max_length=500, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "concluded_at"], name="one_recheck_per_conclusion"),
            models.CheckConstraint(
                condition=Q(decision="", decided_by=None, decided_at=None)
                | (Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(decision="")),
                name="recheck_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"复核 {self.pk}"


class Proposal(models.Model):
    """督办建议: a rule (or a supervisor at the wall) says that a matter needs supervision; a person decides.

    ``key`` names the fact that set it off (rule, baton, its due day …), so the same fact proposes once however often and by
    however many workers it is found. What no longer holds lapses by itself; it waits again when it holds again.
    """

    personal = frozenset[str]()

    class State(models.TextChoices):
        WAITING = "waiting", "待定"
        ACCEPTED = "accepted", "已督办"
        DISMISSED = "dismissed", "不督办"
        LAPSED = "lapsed", "已不需要"

    key = models.CharField(max_length=80, unique=True)
    rule = models.CharField("规则", max_length=20)
    rung = models.CharField("建议", max_length=10, choices=Rung)
    question = models.ForeignKey(Question, models.PROTECT, null=True, related_name="+")
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    baton = models.ForeignKey(Baton, models.PROTECT, null=True, related_name="+")
    why = models.CharField("理由", max_length=300)
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    item = models.ForeignKey(Item, models.PROTECT, null=True, related_name="proposals")
    dismissed_for = models.CharField("不督办的理由", max_length=200, blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=ON_ONE_THING, name="proposal_on_one_thing"),
            models.CheckConstraint(
                condition=~Q(state="accepted") | Q(item__isnull=False), name="accepted_proposal_has_item"
            ),
            models.CheckConstraint(
                condition=~Q(state="dismissed") | (~Q(dismissed_for="") & Q(decided_by__isnull=False)),
                name="dismissed_proposal_has_reason",
            ),
        ]
        indexes = [models.Index(fields=["-id"], name="proposal_waiting", condition=Q(state="waiting"))]

    def __str__(self) -> str:
        return f"{self.rule} {self.pk}"


class Instruction(models.Model):
    """批示: what a leader said, on which matter, for whom, until when. Closed by the leader's side, never by the owner."""

    personal = frozenset[str]()

    class State(models.TextChoices):
        OPEN = "open", "落实中"
        ANSWERED = "answered", "已反馈"
        CLOSED = "closed", "已办结"

    question = models.ForeignKey(Question, models.PROTECT, null=True, related_name="instructions")
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="instructions")
    words = models.CharField("批示内容", max_length=500)
    leader = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    owner = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="落实单位")
    due_on = models.DateField("期限", null=True)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    at = models.DateTimeField()
    closing_note = models.CharField("办结说明", max_length=300, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=ON_ONE_THING, name="instruction_on_one_thing"),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False, closed_by__isnull=False)
                | (~Q(state="closed") & Q(closed_at=None, closed_by=None)),
                name="instruction_closed_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="instruction_by_state"),
            models.Index(fields=["due_on", "id"], name="instruction_due", condition=~Q(state="closed")),
        ]

    def __str__(self) -> str:
        return f"批示 {self.pk}"


class InstructionReport(models.Model):
    """批示反馈: what the owner did about it; a report that does not do goes back with a reason."""

    personal = frozenset({"words"})

    instruction = models.ForeignKey(Instruction, models.PROTECT, related_name="reports")
    words = models.TextField("落实情况")
    returned_for = models.CharField("退回理由", max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"批示反馈 {self.pk}"


class LedgerNote(models.Model):
    """台账补记: what the merged ledger of the three lists asks for and no other record holds: goal, measure, leader, remark."""

    personal = frozenset[str]()

    question = models.OneToOneField(Question, models.PROTECT, null=True, related_name="ledger_note")
    case = models.OneToOneField(Case, models.PROTECT, null=True, related_name="ledger_note")
    goal = models.CharField("整改目标", max_length=200, blank=True)
    measure = models.CharField("整改措施", max_length=300, blank=True)
    leader = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="责任领导"
    )
    remark = models.CharField("备注", max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=ON_ONE_THING, name="ledger_note_on_one_thing")]

    def __str__(self) -> str:
        return f"台账补记 {self.pk}"
