"""评价: what the asker says. Contacted, solved, satisfied are three answers; silence is “unconfirmed”, never “satisfied”."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from tongti.answers.models import Reply
from tongti.cases.models import Case
from tongti.deadlines.models import Reckoning
from tongti.questions.models import Question
from tongti.relay.models import Baton
from tongti.shared.fields import EncryptedTextField


class Invitation(models.Model):
    """评价邀请: a one-time link for one reply. Only the keyed hash of the token is stored."""

    personal = frozenset[str]()

    reply = models.OneToOneField(Reply, models.PROTECT, related_name="invitation")
    token_hash = models.BinaryField(max_length=32, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"邀请 {self.pk}"


class Verdict(models.Model):
    """评价: one asker on one reply. ``unit_id`` is the lead unit that answered (what the rates group by).

    A bad rating is weighed by somebody outside the units that worked on it: is the demand ``reasonable``? Those that are get
    supervised (W6, “unsatisfied + reasonable”); the rating itself stays what the asker said.

    ``answered`` is the fourth question, asked of firms only (verdicts.closing); None where it was not asked. What an officer
    wrote down for the firm says who at the firm spoke (``speaker``), by which ``way``, ``by`` whom it was written and when.
    """

    personal = frozenset({"words", "weighed_why", "speaker"})

    class Solved(models.TextChoices):
        YES = "yes", "解决了"
        PARTLY = "partly", "部分解决"
        NO = "no", "没有解决"

    class Satisfied(models.TextChoices):
        VERY = "very", "满意"
        FAIRLY = "fairly", "基本满意"
        NOT = "not", "不满意"

    class Way(models.TextChoices):
        LINK = "link", "本人在线评价"
        CALL = "call", "电话回访"
        VISIT = "visit", "上门记下企业的话"

    reply = models.OneToOneField(Reply, models.PROTECT, related_name="verdict")
    case = models.ForeignKey(Case, models.PROTECT, related_name="verdicts")
    unit_id = models.BigIntegerField()
    contacted = models.BooleanField("联系了吗")
    solved = models.CharField("解决了吗", max_length=6, choices=Solved)
    satisfied = models.CharField("满意吗", max_length=6, choices=Satisfied)
    answered = models.BooleanField("答复了吗", null=True)
    speaker = EncryptedTextField("企业谁说的")
    words = models.CharField("原因或建议", max_length=500, blank=True)
    way = models.CharField(max_length=5, choices=Way)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    reasonable = models.BooleanField("诉求合理", null=True)
    weighed_why = models.CharField("核实情况", max_length=300, blank=True)
    weighed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    weighed_at = models.DateTimeField("核实时间", null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(reasonable=None, weighed_at=None, weighed_by=None)
                | Q(reasonable__isnull=False, weighed_at__isnull=False, weighed_by__isnull=False, satisfied="not"),
                name="only_a_bad_rating_is_weighed",
            ),
            models.CheckConstraint(
                condition=Q(way="link", by=None) | (Q(by__isnull=False) & ~Q(way="link")),
                name="verdict_taken_down_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["unit_id", "-at"], name="verdict_by_unit"),
            models.Index(fields=["-at", "-id"], name="verdict_newest"),
            models.Index(fields=["at", "id"], name="verdict_to_weigh", condition=Q(satisfied="not", reasonable=None)),
            models.Index(fields=["reply"], name="verdict_reasonable", condition=Q(satisfied="not", reasonable=True)),
        ]

    def __str__(self) -> str:
        return f"评价 {self.pk}"


class CallBack(models.Model):
    """回访: a reply whose asker has not said anything by the revisit date; worked outside the handling unit.

    After three tries at different times without reaching anybody the case closes as “未能核实” (never as solved).
    """

    personal = frozenset[str]()

    class State(models.TextChoices):
        WAITING = "waiting", "待回访"
        DONE = "done", "已评价"
        UNREACHED = "unreached", "联系不上"
        CANCELLED = "cancelled", "不用回访"

    reply = models.OneToOneField(Reply, models.PROTECT, related_name="call_back")
    case = models.ForeignKey(Case, models.PROTECT, related_name="call_backs")
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    due_on = models.DateField()
    reckoning = models.ForeignKey(Reckoning, models.PROTECT, null=True, db_index=False, related_name="+")
    tries = models.PositiveSmallIntegerField(default=0)
    last_try_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["due_on", "id"], name="call_back_waiting", condition=Q(state="waiting"))]

    def __str__(self) -> str:
        return f"回访 {self.pk}"


class CallTry(models.Model):
    """One dialled call of a call-back."""

    personal = frozenset[str]()

    call_back = models.ForeignKey(CallBack, models.CASCADE, related_name="calls")
    result = models.CharField(max_length=10)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"去电 {self.pk}"


class Reopening(models.Model):
    """重新办理: why a case came back, and to whom."""

    personal = frozenset({"words"})

    class Why(models.TextChoices):
        NOT_SOLVED = "not_solved", "诉求人说没有解决"
        AGAIN = "again", "问题又出现了"
        NEW_FACTS = "new_facts", "有新的情况"
        NOT_ANSWERED = "no_answer", "企业说没有得到答复"
        REVISIT = "revisit", "回头看时企业说没有解决"

    case = models.ForeignKey(Case, models.PROTECT, related_name="reopenings")
    why = models.CharField(max_length=10, choices=Why)
    words = models.CharField(max_length=500, blank=True)
    by_kind = models.CharField(max_length=10)
    by_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"重办 {self.pk}"


class StrikeOff(models.Model):
    """销号: a matter leaves the ledger only with evidence, the asker's answer, a reviewer, and a leader where one is asked for.

    The unit applies; somebody outside it reviews; a leader signs when the reviewer asks for it. If the matter comes back
    afterwards (revisit, “又出现了”), the strike-off is undone by that very step (domain sheet 9.5).
    ``solved``, ``partly`` and ``silent`` are what the askers had said when it was applied for.
    """

    personal = frozenset[str]()

    class State(models.TextChoices):
        APPLIED = "applied", "待审核"
        REVIEWED = "reviewed", "待领导签字"
        STRUCK = "struck", "已销号"
        RETURNED = "returned", "不同意销号"
        UNDONE = "undone", "又回来了"

    question = models.ForeignKey(Question, models.PROTECT, null=True, related_name="strike_offs")
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="strike_offs")
    baton = models.ForeignKey(Baton, models.PROTECT, related_name="strike_offs")
    state = models.CharField(max_length=9, choices=State, default=State.APPLIED)
    words = models.CharField("完成情况", max_length=500)
    solved = models.PositiveIntegerField("说解决了的", default=0)
    partly = models.PositiveIntegerField("说部分解决的", default=0)
    silent = models.PositiveIntegerField("没有评价的", default=0)
    applied_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    applied_at = models.DateTimeField()
    needs_leader = models.BooleanField("要领导签字", default=True)
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    review_note = models.CharField("审核意见", max_length=300, blank=True)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField(null=True)
    struck_at = models.DateTimeField("销号时间", null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(question=None, case__isnull=False) | Q(question__isnull=False, case=None),
                name="strike_off_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=["question"],
                condition=Q(state__in=["applied", "reviewed", "struck"]),
                name="one_strike_off_per_question",
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(state__in=["applied", "reviewed", "struck"]),
                name="one_strike_off_per_case",
            ),
            models.CheckConstraint(
                condition=~Q(state="struck") | Q(struck_at__isnull=False, reviewed_by__isnull=False),
                name="struck_off_was_reviewed",
            ),
        ]
        indexes = [
            models.Index(
                fields=["applied_at", "id"], name="strike_off_waiting", condition=Q(state__in=["applied", "reviewed"])
            ),
            models.Index(fields=["-struck_at", "-id"], name="strike_off_struck", condition=Q(state="struck")),
        ]

    def __str__(self) -> str:
        return f"销号 {self.pk}"
