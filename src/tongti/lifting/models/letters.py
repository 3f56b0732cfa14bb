"""来往信件: what goes to another deployment and what came from it; and 下级提请: a question that was lifted to us."""

from django.db import models
from django.db.models import Q

from tongti.cases.models import Case
from tongti.lifting.models.lifts import Level, Lift
from tongti.lifting.models.peering import Peer
from tongti.questions.models import Question


class Kind(models.TextChoices):
    """What a letter says. Upwards: lifted, withdrawn, result. Downwards: asked, moved, answered, declined."""

    LIFTED = "lifted", "提请"
    WITHDRAWN = "withdrawn", "撤回提请"
    RESULT = "result", "共答已签发、办结"
    ASKED = "asked", "派给了单位"
    MOVED = "moved", "办理状态"
    ANSWERED = "answered", "答复"
    DECLINED = "declined", "退回"


class Arrival(models.Model):
    """下级提请: a question lifted to us from a deployment below. It is a case and a question of our own, held and dispatched like any
    other; ``told`` is what the other side was last told of how it goes. Nobody's name or words came with it."""

    personal = frozenset[str]()

    class State(models.TextChoices):
        OPEN = "open", "办理中"
        DECLINED = "declined", "已退回下级"
        WITHDRAWN = "withdrawn", "下级已撤回"
        CLOSED = "closed", "下级已办结"

    peer = models.ForeignKey(Peer, models.PROTECT, related_name="arrivals", verbose_name="来自")
    key = models.UUIDField()
    number = models.CharField("下级清单编号", max_length=20)
    level = models.CharField("提请哪一级", max_length=6, choices=Level)
    title = models.CharField("事项", max_length=80)
    statement = models.TextField("情况说明")
    tried = models.TextField("下级做过什么")
    basis = models.TextField("依据")
    asked = models.CharField("请求解决的具体事项", max_length=300)
    asked_unit = models.CharField("请哪个单位", max_length=80)
    reply_by = models.DateField("希望答复日期")
    cases = models.PositiveIntegerField("诉求件数")
    askers = models.PositiveIntegerField("反映人数")
    firms = models.PositiveIntegerField("企业家数")
    by_township = models.JSONField("各乡镇件数", default=list)
    category = models.CharField("分类", max_length=60, blank=True)
    case = models.OneToOneField(Case, models.PROTECT, related_name="arrival")
    question = models.ForeignKey(Question, models.PROTECT, related_name="arrivals")
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    told = models.JSONField(default=dict)
    note = models.CharField("下级后来说的", max_length=300, blank=True)
    result_told = models.PositiveIntegerField("下级告知件数", null=True)
    at = models.DateTimeField("收到时间")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["peer", "key"], name="arrival_once")]
        indexes = [models.Index(fields=["id"], name="arrival_open", condition=Q(state="open"))]

    def __str__(self) -> str:
        return f"{self.peer} {self.number}"


class Outgoing(models.Model):
    """去信: a letter to a peer, written in the transaction of the fact, sent by a job in the order of ``serial``, repeated until
    the other side signed for it. ``data`` holds what the letter says; it names nobody."""

    personal = frozenset[str]()

    class State(models.TextChoices):
        WAITING = "waiting", "待送"
        ACKNOWLEDGED = "acknowledged", "已签收"
        REFUSED = "refused", "对方拒收"
        DROPPED = "dropped", "链路断开，不再送"

    peer = models.ForeignKey(Peer, models.PROTECT, related_name="outgoing")
    message_id = models.UUIDField(unique=True)
    serial = models.PositiveBigIntegerField("序号")
    kind = models.CharField("内容", max_length=9, choices=Kind)
    key = models.UUIDField()
    data = models.JSONField()
    lift = models.ForeignKey(Lift, models.PROTECT, null=True, related_name="letters")
    arrival = models.ForeignKey(Arrival, models.PROTECT, null=True, related_name="letters")
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField("试过几次", default=0)
    next_try_at = models.DateTimeField()
    failure = models.CharField("没有送到的原因", max_length=300, blank=True)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "outgoing"
        constraints = [models.UniqueConstraint(fields=["peer", "serial"], name="outgoing_serial_once")]
        indexes = [
            models.Index(fields=["peer", "serial"], name="outgoing_waiting", condition=Q(state="waiting")),
            models.Index(fields=["peer", "-id"], name="outgoing_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.serial}"


class Incoming(models.Model):
    """来信: a letter that was signed by a peer and taken in or refused, once per message id. ``created`` is the moment of its latest
    signature: the same letter is answered again only when it was signed anew, so a copy of what passed is no use to anybody."""

    personal = frozenset[str]()

    peer = models.ForeignKey(Peer, models.PROTECT, related_name="incoming")
    message_id = models.UUIDField()
    serial = models.PositiveBigIntegerField("序号")
    kind = models.CharField("内容", max_length=9, choices=Kind)
    created = models.BigIntegerField()
    taken = models.BooleanField("收下")
    reason = models.CharField("拒收的原因", max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "incoming"
        constraints = [models.UniqueConstraint(fields=["peer", "message_id"], name="incoming_once")]
        indexes = [models.Index(fields=["peer", "-id"], name="incoming_newest")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.serial}"
