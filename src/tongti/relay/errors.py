"""What the house says no to while a baton travels."""

from tongti.shared.errors import DomainError


class NotForDispatch(DomainError):
    """Only a set-up question or a registered case that stands alone can be dispatched."""

    code, status, words = "relay.not_for_dispatch", 409, "“{number}”现在是“{state}”，不能派单。"


class InQuestion(DomainError):
    """A member case travels with its question."""

    code, status, words = "relay.in_question", 409, "诉求 {number} 已经并在“{question}”里，请在题上派单。"


class Ended(DomainError):
    """The baton was handed back or recalled; nothing more can be done on it."""

    code, status, words = "relay.ended", 409, "这根接力棒{state}，不能再{what}。"


class NotAccepted(DomainError):
    """Work begins with signing for it."""

    code, status, words = "relay.not_accepted", 409, "请先签收，再{what}。"


class Designated(DomainError):
    """指定承办，不得再退（潍坊 art. 22）."""

    code, status, words = "relay.designated", 409, "这根接力棒是指定承办的，不能再提异议；办不了的，请报统筹员协调。"


class ObjectionUsed(DomainError):
    """One objection per baton: the ruling stands."""

    code, status, words = (
        "relay.objection_used",
        409,
        "本单位的异议已经裁定维持，不能重复提；办不了的，请报统筹员协调。",
    )


class TooLateToObject(DomainError):
    """The objection clock has run out."""

    code, status, words = (
        "relay.too_late_to_object",
        409,
        "提异议的时限（{until}）已过，请签收办理；办不了的，请报统筹员协调。",
    )


class MustDesignate(DomainError):
    """After the third failed try a unit is designated (安徽 2025)."""

    code, status, words = "relay.must_designate", 409, "已经派了 {tries} 次没有派出去，这一次只能指定承办单位。"


class AlreadyTakesPart(DomainError):
    """One open baton per unit and matter."""

    code, status, words = "relay.already_takes_part", 409, "{unit}已经有一根没交的棒，不用再派。"


class LeadCannotBeRecalled(DomainError):
    """Recalling the lead would leave the matter unheld; it is passed to another unit instead."""

    code, status, words = (
        "relay.lead_cannot_be_recalled",
        409,
        "牵头单位不能单独收回，请改派给别的单位，或者全部收回重新派单。",
    )


class NoLead(DomainError):
    """A helper needs a lead to help."""

    code, status, words = "relay.no_lead", 409, "还没有牵头单位在办，不能增加单位，请先派单。"


class NothingToReopen(DomainError):
    """Nobody ever held it."""

    code, status, words = "relay.nothing_to_reopen", 409, "这件诉求没有派过单位，不能退回重办，请重新派单。"


# --- more time --------------------------------------------------------------------------------------------------


class AlreadyAsked(DomainError):
    """One open request of a kind at a time."""

    code, status, words = "relay.already_asked", 409, "{what}已经申请过，正在等审批。"


class OwnRequest(DomainError):
    """Whoever approves stands above the unit that asks (W1 rule 8)."""

    code, status, words = "relay.own_request", 403, "这是您所在单位提的申请，要由单位以外的人审批。"


class NotAsked(DomainError):
    """The request was decided or taken back already."""

    code, status, words = "relay.not_asked", 409, "这份申请{state}，不能再{what}。"


class OnLedger(DomainError):
    """A promised matter stands on its own ledger until its day."""

    code, status, words = "relay.on_ledger", 409, "这件事挂账到 {until}，不能{what}。"


class ClockStands(DomainError):
    """The clock stands still for a while; what depends on the date waits until it runs again."""

    code, status, words = "relay.clock_stands", 409, "已经暂停计时到 {until}，不能{what}；接着计时以后再办。"


class ClockRuns(DomainError):
    """The stop is over: its day came, or somebody ended it a moment ago."""

    code, status, words = "relay.clock_runs", 409, "已经接着计时了，不用再操作。"


class RequestOpen(DomainError):
    """A request that asks to move this very date is still open."""

    code, status, words = (
        "relay.request_open",
        409,
        "还有一份{what}申请在等审批，请等审批以后再暂停计时，或者先撤回申请。",
    )


class LeadOnly(DomainError):
    """Only the lead answers to the asker, so only the lead promises and diverts."""

    code, status, words = "relay.lead_only", 409, "只有牵头单位可以{what}，协办和属地单位请和牵头单位商量。"


# --- people -----------------------------------------------------------------------------------------------------


class SheetOpen(DomainError):
    """One hand-over at a time, so that nobody wonders which one counts."""

    code, status, words = "relay.sheet_open", 409, "{name}还有一张没办完的交接单，请先办完或作废。"


class SheetClosed(DomainError):
    code, status, words = "relay.sheet_closed", 409, "这张交接单{state}，不能再{what}。"


class NotOnSheet(DomainError):
    """Both people confirm; the unit's leader may confirm for somebody who has left."""

    code, status, words = "relay.not_on_sheet", 403, "这张交接单要由{who}本人确认；人已离岗的，由单位负责人代为确认。"


# --- before dispatch, and around it -------------------------------------------------------------------------------


class Consulting(DomainError):
    """One consultation at a time on one matter."""

    code, status, words = "relay.consulting", 409, "这件事正在会商，请先写明商定结果。"


class ConsultationClosed(DomainError):
    code, status, words = "relay.consultation_closed", 409, "这次会商已经有结果了，不能再{what}。"


class StillMoving(DomainError):
    """One succession of a unit at a time."""

    code, status, words = "relay.still_moving", 409, "{unit}的移交还没有完成，请等它做完。"
