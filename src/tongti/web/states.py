"""Every status that a page shows: one word, one icon, one colour. The colour never speaks alone."""

from dataclasses import dataclass, replace

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class State:
    """``tone`` is one of mute, info, warn, bad, wait, ok (the CSS classes ``c-…``)."""

    word: str | Promise
    tone: str
    icon: str


# A code of one model is written "model.code"; a plain code serves every model that has no row of its own.
STATES: dict[str, State] = {
    "registered": State(_("待派单"), "mute", "inbox"),
    "handling": State(_("办理中"), "info", "circle-dot-dashed"),
    "answered": State(_("待评价"), "wait", "message-square-text"),
    "closed": State(_("已办结"), "mute", "circle-check"),
    "withdrawn": State(_("已撤回"), "mute", "undo-2"),
    "near": State(_("临期"), "warn", "clock"),
    "overdue": State(_("超期"), "bad", "triangle-alert"),
    "callback": State(_("待回访"), "wait", "phone"),
    "reopened": State(_("又出现了"), "warn", "rotate-ccw"),
    "public": State(_("已对外公开"), "ok", "eye"),
    "hidden": State(_("未对外公开"), "mute", "eye-off"),
    # what the closing of a case says, and what the asker says
    "solved": State(_("已解决"), "ok", "circle-check"),
    "partly": State(_("部分解决"), "warn", "circle-dot"),
    "unsolved": State(_("未解决"), "bad", "circle-x"),
    "unconfirmed": State(_("未确认"), "mute", "circle-question-mark"),
    "planned": State(_("列入计划"), "info", "calendar"),
    "explained": State(_("解释说明"), "mute", "message-square-text"),
    "on_the_spot": State(_("当场答复"), "ok", "circle-check"),
    "diverted": State(_("分流"), "mute", "split"),
    "refused": State(_("不予支持"), "mute", "ban"),
    "yes": State(_("解决了"), "ok", "circle-check"),
    "no": State(_("没有解决"), "bad", "circle-x"),
    "very": State(_("满意"), "ok", "smile"),
    "fairly": State(_("基本满意"), "ok", "smile"),
    "not": State(_("不满意"), "bad", "frown"),
    "reasonable": State(_("合理诉求"), "warn", "scale"),
    "unreasonable": State(_("不合理"), "mute", "scale"),
    # papers and files
    "paper.draft": State(_("草稿"), "wait", "pen-line"),
    "paper.signed": State(_("已签发"), "ok", "stamp"),
    "paper.voided": State(_("已作废"), "bad", "ban"),
    "paper.dropped": State(_("已弃用"), "mute", "x"),
    "export.waiting": State(_("排队中"), "wait", "clock"),
    "export.running": State(_("正在写"), "info", "circle-dot-dashed"),
    "export.stopped": State(_("没有写成，系统会再试"), "warn", "triangle-alert"),
    "export.done": State(_("已写好"), "ok", "circle-check"),
    "export.expired": State(_("已过期删除"), "mute", "x"),
    # what is left out of the rates, and numbers on their way out
    "exclusion.asked": State(_("待审批"), "wait", "hourglass"),
    "exclusion.approved": State(_("已剔除"), "warn", "list-filter"),
    "exclusion.refused": State(_("不同意"), "mute", "x"),
    "exclusion.withdrawn": State(_("已撤销"), "mute", "undo-2"),
    "publishing.waiting": State(_("排队中"), "wait", "clock"),
    "publishing.running": State(_("正在点数"), "info", "circle-dot-dashed"),
    "publishing.done": State(_("已发布"), "ok", "circle-check"),
    "bulk.waiting": State(_("排队中"), "wait", "clock"),
    "bulk.running": State(_("正在办"), "info", "circle-dot-dashed"),
    "bulk.stopping": State(_("正在停"), "warn", "pause"),
    "bulk.stopped": State(_("已停下"), "mute", "pause"),
    "bulk.done": State(_("已办完"), "ok", "circle-check"),
    "bulk.expired": State(_("结果已过期删除"), "mute", "x"),
    "bulkrow.waiting": State(_("还没有办"), "mute", "clock"),
    "bulkrow.done": State(_("办成"), "ok", "circle-check"),
    "bulkrow.failed": State(_("没有办成"), "bad", "circle-x"),
    # a question and the cases in it
    "candidate": State(_("待立题"), "wait", "sparkles"),
    "set_up": State(_("待派单"), "mute", "inbox"),
    "dropped": State(_("已退题"), "mute", "x"),
    "proposed": State(_("待核对"), "wait", "sparkles"),
    "active": State(_("已并入"), "info", "users-round"),
    "membership.refused": State(_("不是同题"), "mute", "x"),
    "left": State(_("已移出"), "mute", "undo-2"),
    # a baton
    "offered": State(_("待签收"), "mute", "inbox"),
    "accepted": State(_("办理中"), "info", "circle-dot-dashed"),
    "objected": State(_("异议待裁"), "warn", "gavel"),
    "done": State(_("已交棒"), "ok", "circle-check"),
    "recalled": State(_("已改派"), "mute", "undo-2"),
    # an answer and its parts
    "missing": State(_("未写"), "mute", "circle-dashed"),
    "draft": State(_("起草中"), "info", "pen-line"),
    "submitted": State(_("待签发"), "wait", "signature"),
    "signed": State(_("已签发"), "ok", "signature"),
    # what a unit asked for: more time, a promise, a late diversion
    "asked": State(_("待审批"), "wait", "hourglass"),
    "approved": State(_("已同意"), "ok", "check"),
    "listing.stated": State(_("企业自填，待确认"), "wait", "clock"),
    "listing.refused": State(_("没有采用"), "mute", "x"),
    "extension.refused": State(_("不同意"), "mute", "x"),
    "promise.refused": State(_("不同意"), "mute", "x"),
    "latediversion.refused": State(_("不同意"), "mute", "x"),
    "taken_back": State(_("已撤回"), "mute", "undo-2"),
    "extension.dropped": State(_("随棒结束"), "mute", "x"),
    "promise.dropped": State(_("随棒结束"), "mute", "x"),
    "latediversion.dropped": State(_("随棒结束"), "mute", "x"),
    "promised": State(_("挂账中"), "wait", "calendar"),
    "paused": State(_("暂停计时"), "wait", "pause"),
    # a hand-over sheet, a succession
    "handoversheet.waiting": State(_("待双方确认"), "wait", "signature"),
    "agreed": State(_("已确认，待开始"), "info", "calendar"),
    "handoversheet.running": State(_("代办中"), "info", "arrow-left-right"),
    "handoversheet.done": State(_("已交接"), "ok", "circle-check"),
    "handoversheet.cancelled": State(_("已作废"), "mute", "ban"),
    "succession.running": State(_("正在移交"), "info", "loader"),
    "succession.done": State(_("已完成"), "ok", "circle-check"),
    # how reaching an asker goes
    "trying": State(_("还没联系上"), "mute", "phone"),
    "unreachable": State(_("联系不上"), "warn", "phone-off"),
    # a strike-off
    "applied": State(_("待审核"), "wait", "hourglass"),
    "reviewed": State(_("待领导签字"), "wait", "signature"),
    "struck": State(_("已销号"), "ok", "circle-check"),
    "strikeoff.returned": State(_("不同意销号"), "mute", "undo-2"),
    "undone": State(_("又回来了"), "warn", "rotate-ccw"),
    # a notice of holidays
    "calendarnotice.draft": State(_("待确认"), "wait", "hourglass"),
    "calendarnotice.in_force": State(_("已生效"), "ok", "circle-check"),
    "calendarnotice.withdrawn": State(_("已撤下"), "mute", "undo-2"),
    # a visit to a firm
    "visit.planned": State(_("已约"), "wait", "calendar"),
    "visit.done": State(_("已走访"), "ok", "circle-check"),
    "visit.cancelled": State(_("已取消"), "mute", "circle-slash"),
    # a call-back
    "callback.waiting": State(_("待回访"), "wait", "phone"),
    "callback.done": State(_("已评价"), "ok", "circle-check"),
    "unreached": State(_("联系不上"), "mute", "phone"),
    "cancelled": State(_("不用回访"), "mute", "circle-slash"),
    "reached": State(_("联系上了"), "ok", "phone"),
    "no_answer": State(_("没人接"), "mute", "phone"),
    "wrong": State(_("号码不对"), "mute", "phone"),
    # supervision: an item, its feedback, a proposal; an instruction
    "item.open": State(_("待反馈"), "warn", "alarm-clock"),
    "item.answered": State(_("待审结"), "wait", "gavel"),
    "item.closed": State(_("已审结"), "mute", "circle-check"),
    "given": State(_("待审"), "wait", "hourglass"),
    "returned": State(_("退回重报"), "warn", "undo-2"),
    "clear": State(_("已采用"), "ok", "circle-check"),
    "proposal.waiting": State(_("待定"), "wait", "hourglass"),
    "proposal.accepted": State(_("已督办"), "info", "alarm-clock"),
    "dismissed": State(_("不督办"), "mute", "x"),
    "lapsed": State(_("已不需要"), "mute", "circle-slash"),
    "instruction.open": State(_("落实中"), "info", "pen-line"),
    "instruction.answered": State(_("已反馈"), "wait", "message-square-text"),
    "instruction.closed": State(_("已办结"), "mute", "circle-check"),
    # 未诉先办
    "signal.open": State(_("待研判"), "warn", "trending-up"),
    "signal.faded": State(_("已回落"), "mute", "trending-down"),
    "signal.dismissed": State(_("不处理"), "mute", "x"),
    "signal.planned": State(_("已交办"), "info", "arrow-right"),
    "signal.checked": State(_("已回看"), "ok", "circle-check"),
    # a need or offer, a pair of them, an introduction
    "listing.open": State(_("有效"), "info", "circle-dot-dashed"),
    "listing.withdrawn": State(_("已撤回"), "mute", "undo-2"),
    "listing.met": State(_("已满足"), "ok", "circle-check"),
    "pair.waiting": State(_("待看"), "wait", "puzzle"),
    "pair.aside": State(_("不合适"), "mute", "x"),
    "pair.introduced": State(_("已引荐"), "info", "handshake"),
    "asking": State(_("征求双方同意"), "wait", "hourglass"),
    "talking": State(_("在谈"), "info", "message-square-text"),
    "introduction.agreed": State(_("谈成了"), "ok", "handshake"),
    "introductionstep.agreed": State(_("谈成了"), "ok", "handshake"),
    "no_deal": State(_("没有谈成"), "mute", "x"),
    # a line on a level's list
    "lift.prepared": State(_("退回修改"), "warn", "undo-2"),
    "lift.lifted": State(_("已提请"), "info", "arrow-up"),
    "lift.answered": State(_("已答复"), "ok", "message-square-text"),
    "arrival.open": State(_("办理中"), "info", "circle-dot-dashed"),
    "arrival.declined": State(_("已退回下级"), "mute", "undo-2"),
    # a link to another deployment, a letter to it
    "peer.new": State(_("待核对指纹"), "warn", "key-round"),
    "peer.active": State(_("已接通"), "ok", "circle-check"),
    "revoked": State(_("已断开"), "mute", "unplug"),
    "outgoing.waiting": State(_("待送"), "wait", "hourglass"),
    "acknowledged": State(_("已签收"), "ok", "circle-check"),
    "outgoing.refused": State(_("对方拒收"), "bad", "ban"),
    "outgoing.dropped": State(_("不再送"), "mute", "x"),
    "declined": State(_("上级退回"), "warn", "undo-2"),
    # a reform candidate; how reaching the asker of a window's matter goes
    "reformcandidate.proposed": State(_("待决定"), "wait", "lightbulb"),
    "reformcandidate.accepted": State(_("改革中"), "info", "circle-dot-dashed"),
    "reformcandidate.done": State(_("已改"), "ok", "circle-check"),
    "reformcandidate.refused": State(_("不采纳"), "mute", "x"),
    "reformcandidate.merged": State(_("已并入"), "mute", "merge"),
    "contact.waiting": State(_("还没联系"), "wait", "phone"),
    "contact.late": State(_("过了联系时限"), "bad", "phone"),
    "contact.done": State(_("联系过了"), "ok", "phone"),
    "contact.late_done": State(_("联系晚了"), "warn", "phone"),
    # the outbox, an import
    "waiting": State(_("待发"), "mute", "hourglass"),
    "sent": State(_("已发"), "ok", "send"),
    "failed": State(_("发送失败"), "bad", "triangle-alert"),
    "uploaded": State(_("待核对"), "wait", "file-up"),
    "running": State(_("导入中"), "info", "loader"),
    "importbatch.done": State(_("已完成"), "ok", "circle-check"),
    "stopped": State(_("已中断"), "warn", "pause"),
    "firmimport.comparing": State(_("比对中"), "info", "loader"),
    "firmimport.compared": State(_("待核对"), "wait", "list-checks"),
    "firmimport.done": State(_("已完成"), "ok", "circle-check"),
    # two entries of the register that look alike
    "lookalike.waiting": State(_("待核对"), "wait", "hourglass"),
    "lookalike.apart": State(_("不是同一家"), "mute", "x"),
    "lookalike.merged": State(_("已合并"), "ok", "merge"),
    # how urgent; red is kept for what is overdue or has failed
    "urgent": State(_("紧急"), "warn", "triangle-alert"),
    "critical": State(_("特急"), "warn", "triangle-alert"),
}


def state_of(thing: object, field: str = "state") -> State:
    """The look of a model's choice field in the model's own word, or of a plain code.

    A code without a row is shown as it is, in grey, rather than break a page; a test keeps the table complete.
    """
    if not isinstance(thing, Model):
        code = str(getattr(thing, "value", thing))
        return STATES.get(code) or State(str(getattr(thing, "label", code)), "mute", "circle")
    code = str(getattr(thing, field))
    look = STATES.get(f"{thing._meta.model_name}.{code}") or STATES.get(code) or State(code, "mute", "circle")
    told = getattr(thing, f"get_{field}_display", None)
    return replace(look, word=told()) if told else look
