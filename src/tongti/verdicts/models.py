"""评价: what the asker says. Contacted, solved, satisfied are three answers; silence is “unconfirmed”, never “satisfied”."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from tongti.answers.models import Reply
from tongti.cases.models import Case


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
    """评价: one asker on one reply. ``unit_id`` is the lead unit that answered (what the rates group by)."""

    personal = frozenset({"words"})

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
        VISIT = "visit", "上门核实"

    reply = models.OneToOneField(Reply, models.PROTECT, related_name="verdict")
    case = models.ForeignKey(Case, models.PROTECT, related_name="verdicts")
    unit_id = models.BigIntegerField()
    contacted = models.BooleanField("联系了吗")
    solved = models.CharField("解决了吗", max_length=6, choices=Solved)
    satisfied = models.CharField("满意吗", max_length=6, choices=Satisfied)
    words = models.CharField("原因或建议", max_length=500, blank=True)
    way = models.CharField(max_length=5, choices=Way)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["unit_id", "-at"], name="verdict_by_unit"),
            models.Index(fields=["-at", "-id"], name="verdict_newest"),
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

    case = models.ForeignKey(Case, models.PROTECT, related_name="reopenings")
    why = models.CharField(max_length=10, choices=Why)
    words = models.CharField(max_length=500, blank=True)
    by_kind = models.CharField(max_length=10)
    by_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"重办 {self.pk}"
