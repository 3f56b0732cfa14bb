"""What can go wrong with 口径, 剔除 and 发布的数."""

from tongti.shared.errors import DomainError


class NothingChanged(DomainError):
    """A new version that says what the one before says."""

    code, status, words = "formulas.nothing_changed", 409, "和现在的口径一样，没有出新版。"


class AlreadyAsked(DomainError):
    """The same case is being left out, or is left out already, by one of these formulas."""

    code, status, words = "formulas.already_asked", 409, "这件诉求的“{names}”已经申请过剔除，不用再申请。"


class SameHand(DomainError):
    """Whoever asked, or anybody of her unit, does not decide."""

    code, status, words = "formulas.same_hand", 403, "申请人和申请人所在单位的人不能审批这条剔除。"


class OwnWork(DomainError):
    """Handle ≠ verify: who worked on the case does not decide whether it counts."""

    code, status, words = "formulas.own_work", 403, "您所在的单位办过这件诉求，不能审批它的剔除。"


class Decided(DomainError):
    """Somebody was first."""

    code, status, words = "formulas.decided", 409, "这条剔除现在是“{state}”，不能再{what}。"


class StillCounting(DomainError):
    """The same days are being counted at this moment."""

    code, status, words = "formulas.still_counting", 409, "这段日子的数正在点，点完以后再发布。"


class PublishedBefore(DomainError):
    """One published figure per formula and stretch of days stands at a time."""

    code, status, words = "formulas.before", 409, "“{names}”这段日子的数已经发布过。有错的先撤回，再发布更正的。"


class AlreadyRetracted(DomainError):
    """It was taken back before."""

    code, status, words = "formulas.retracted", 409, "这个数已经撤回了。"
