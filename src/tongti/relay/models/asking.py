"""延期 and 承诺（挂账）: more time, asked for with a reason, approved by somebody above, told to the askers before it counts."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from tongti.deadlines.models import ExtensionRule
from tongti.relay.models.batons import Baton


class Ask(models.TextChoices):
    """Where a request to somebody above stands."""

    ASKED = "asked", "待审批"
    APPROVED = "approved", "已同意"
    REFUSED = "refused", "不同意"
    TAKEN_BACK = "taken_back", "已撤回"
    DROPPED = "dropped", "随棒结束"


UNDECIDED = ("asked", "taken_back", "dropped")
"""Nobody decided it: it waits, the unit took it back, or its baton ended first."""


class Extension(models.Model):
    """延期: the unit asks before the baton is due, says why, and somebody outside the unit decides (北京条例 15; W1 rule 7).

    ``from_due_on`` is the date that it had when it was asked; the new date counts from the moment the askers' notices are
    in the outbox, which is the same transaction. How the new date came about is kept with the baton's own explanation.
    """

    personal = frozenset[str]()

    Reason = ExtensionRule.Reason
    State = Ask

    baton = models.ForeignKey(Baton, models.PROTECT, related_name="extensions")
    nth = models.PositiveSmallIntegerField("第几次延期")
    reason = models.CharField("原因", max_length=16, choices=ExtensionRule.Reason)
    words = models.CharField("说明", max_length=500)
    from_due_on = models.DateField("原期限")
    to_due_on = models.DateField("申请延到")
    to_due_at = models.DateTimeField("申请延到的时刻", null=True, help_text="按小时计的时限才有")
    state = models.CharField(max_length=10, choices=Ask, default=Ask.ASKED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_note = models.CharField("审批意见", max_length=300, blank=True)
    told = models.PositiveIntegerField("告知了几位", default=0)
    regime_version = models.CharField(max_length=60, blank=True)
    calendar_version = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["baton"], condition=Q(state="asked"), name="one_open_extension_per_baton"),
            models.CheckConstraint(condition=Q(to_due_on__gte=models.F("from_due_on")), name="extension_is_later"),
            models.CheckConstraint(
                condition=Q(state__in=UNDECIDED) | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="decided_extension_has_decider",
            ),
        ]
        indexes = [
            models.Index(fields=["asked_at", "id"], name="extension_waiting", condition=Q(state="asked")),
            models.Index(fields=["-decided_at", "-id"], name="extension_decided", condition=Q(state="approved")),
        ]

    def __str__(self) -> str:
        return f"延期 {self.pk}"


class Promise(models.Model):
    """承诺办理（挂账）: an objective obstacle, evidence, steps, and the day by which it will be done (W1 rule 8).

    Approved by somebody above the unit. While it is approved the matter stands on its own ledger and is not overdue; on its
    day it comes back by itself (``returned_at``), and somebody outside the unit asks the askers whether it was kept.
    The clock that ran before is not reset: ``from_due_on`` keeps it, and the total since first receipt goes on.
    """

    personal = frozenset[str]()

    class Obstacle(models.TextChoices):
        LEGACY = "legacy", "历史遗留问题"
        TESTING = "testing", "要做法定检测、鉴定"
        PROJECT = "project", "要立项、列入计划或资金"
        POLICY = "policy", "要等上级政策或批复"
        THIRD = "third", "要等第三方或诉讼结果"
        SEASON = "season", "受季节、天气限制"

    State = Ask

    baton = models.ForeignKey(Baton, models.PROTECT, related_name="promises")
    obstacle = models.CharField("客观原因", max_length=10, choices=Obstacle)
    words = models.CharField("说明", max_length=500)
    promise_on = models.DateField("承诺日期")
    limit_on = models.DateField("最晚可以承诺到", help_text="按时限规则算出的上限")
    from_due_on = models.DateField("原期限")
    from_due_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=Ask, default=Ask.ASKED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_note = models.CharField("审批意见", max_length=300, blank=True)
    told = models.PositiveIntegerField("告知了几位", default=0)
    reminded_at = models.DateTimeField("提醒时间", null=True)
    returned_at = models.DateTimeField("回到在办", null=True)
    ended_at = models.DateTimeField("离开台账", null=True, help_text="到期回来，或者提前办完")
    kept = models.BooleanField("回访：兑现了吗", null=True)
    revisit_words = models.CharField("回访记录", max_length=300, blank=True)
    revisited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    revisited_at = models.DateTimeField(null=True)
    regime_version = models.CharField(max_length=60, blank=True)
    calendar_version = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["baton"],
                condition=Q(state="asked") | Q(state="approved", ended_at=None),
                name="one_open_promise_per_baton",
            ),
            models.CheckConstraint(condition=Q(promise_on__lte=models.F("limit_on")), name="promise_within_limit"),
            models.CheckConstraint(
                condition=Q(state__in=UNDECIDED) | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="decided_promise_has_decider",
            ),
        ]
        indexes = [
            models.Index(fields=["asked_at", "id"], name="promise_waiting", condition=Q(state="asked")),
            models.Index(
                fields=["promise_on", "id"], name="promise_on_ledger", condition=Q(state="approved", ended_at=None)
            ),
            models.Index(
                fields=["ended_at", "id"],
                name="promise_to_revisit",
                condition=Q(state="approved", ended_at__isnull=False, revisited_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"承诺 {self.pk}"

    @property
    def on_ledger(self) -> bool:
        return self.state == Ask.APPROVED and self.ended_at is None


class PromiseStep(models.Model):
    """计划步骤: one step towards a promise, with its own day."""

    personal = frozenset[str]()

    promise = models.ForeignKey(Promise, models.CASCADE, related_name="steps")
    place = models.PositiveSmallIntegerField("第几步")
    words = models.CharField("做什么", max_length=200)
    due_on = models.DateField("完成日期")
    done_at = models.DateTimeField("完成时间", null=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["promise", "place"], name="promise_step_once")]

    def __str__(self) -> str:
        return f"第 {self.place} 步"
