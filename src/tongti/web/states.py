"""Every status that a page shows: one word, one icon, one colour. The colour never speaks alone."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class State:
    """``tone`` is one of mute, info, warn, bad, wait, ok (the CSS classes ``c-…``)."""

    word: str | Promise
    tone: str
    icon: str


STATES: dict[str, State] = {
    # a case on its way
    "draft": State(_("草稿"), "mute", "pencil"),
    "new": State(_("待受理"), "mute", "inbox"),
    "received": State(_("待受理"), "mute", "inbox"),
    "accepted": State(_("已受理"), "info", "check"),
    "joined": State(_("已并入"), "info", "users-round"),
    "waiting": State(_("待派"), "mute", "inbox"),
    "undispatched": State(_("待派"), "mute", "inbox"),
    "dispatched": State(_("已派出"), "info", "send"),
    "running": State(_("办理中"), "info", "circle-dot-dashed"),
    "open": State(_("办理中"), "info", "circle-dot-dashed"),
    "near": State(_("临期"), "warn", "clock"),
    "overdue": State(_("超期"), "bad", "triangle-alert"),
    "paused": State(_("已暂停"), "mute", "pause"),
    "answered": State(_("已答复"), "wait", "message-square-text"),
    "callback": State(_("待回访"), "wait", "phone"),
    "unconfirmed": State(_("未确认"), "mute", "circle-question-mark"),
    "solved": State(_("已解决"), "ok", "circle-check"),
    "unsolved": State(_("未解决"), "bad", "circle-x"),
    "reopened": State(_("又出现了"), "warn", "rotate-ccw"),
    "closed": State(_("已办结"), "mute", "circle-check"),
    "withdrawn": State(_("已撤回"), "mute", "undo-2"),
    "rejected": State(_("不予受理"), "mute", "ban"),
    # a baton
    "offered": State(_("待签收"), "mute", "inbox"),
    "signed": State(_("已签收"), "info", "signature"),
    "objected": State(_("有异议"), "warn", "message-square"),
    "returned": State(_("已退回"), "warn", "undo-2"),
    "handed_over": State(_("已交棒"), "info", "arrow-right"),
    "done": State(_("已办结"), "ok", "circle-check"),
    "cancelled": State(_("已取消"), "mute", "circle-slash"),
    # an answer and its parts
    "missing": State(_("未写"), "mute", "circle-dashed"),
    "writing": State(_("在写"), "info", "pen-line"),
    "submitted": State(_("已交"), "info", "check"),
    "to_sign": State(_("待签发"), "wait", "signature"),
    "sent": State(_("已发出"), "ok", "send"),
    "failed": State(_("发送失败"), "bad", "triangle-alert"),
    # a suggestion of the engine
    "proposed": State(_("待核对"), "wait", "sparkles"),
    "confirmed": State(_("已确认"), "ok", "check"),
    "refused": State(_("不是同题"), "mute", "x"),
    "undone": State(_("已撤销"), "mute", "undo-2"),
    # a verdict
    "satisfied": State(_("满意"), "ok", "smile"),
    "basically_satisfied": State(_("基本满意"), "ok", "smile"),
    "dissatisfied": State(_("不满意"), "bad", "frown"),
    "unreachable": State(_("联系不上"), "mute", "phone"),
    # a job
    "queued": State(_("排队中"), "mute", "hourglass"),
    "importing": State(_("导入中"), "info", "loader"),
    "finished": State(_("已完成"), "ok", "circle-check"),
    "stopped": State(_("已中断"), "warn", "pause"),
}


def state_of(value: object) -> State:
    """The state of a code or a TextChoices member; a code without a row is shown as it is, in grey, rather than break a page."""
    code = str(getattr(value, "value", value))
    return STATES.get(code) or State(str(getattr(value, "label", code)), "mute", "circle")
