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
