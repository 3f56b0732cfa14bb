"""What the window says no to."""

from tongti.shared.errors import DomainError


class ItemSwitchedOff(DomainError):
    """Nothing is published for an item that is not handled any more."""

    code, status, words = "window.item_off", 409, "“{name}”已经停用，请先启用。"


class SameAsBefore(DomainError):
    """A version that says nothing new."""

    code, status, words = "window.same_as_before", 409, "和现行的一版完全一样，不用发布。"


class CandidateDecided(DomainError):
    """Somebody decided on the candidate already."""

    code, status, words = "window.candidate_decided", 409, "这条改革建议刚刚已经有人处理（{state}），请刷新后再看。"


class NothingBetter(DomainError):
    """A reform ends with a new version of its item that asks less of people than the one before."""

    code, status, words = (
        "window.nothing_better",
        409,
        "这个事项还没有比改革前更简便的新版本：环节、材料、时限、跑动、收费里至少有一项要减下来。",
    )
