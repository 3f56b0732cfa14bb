"""What can go wrong with deadlines."""

from tongti.shared.errors import DomainError


class NoSuchClock(DomainError):
    """The regime has no limit of this kind; nothing is invented in its place."""

    code, status, words = (
        "deadlines.no_such_clock",
        409,
        "时限规则“{regime}”没有规定“{clock}”时限，请先在时限规则里填上。",
    )


class DayTaken(DomainError):
    """Two rules for one day would contradict each other."""

    code, status, words = "deadlines.day_taken", 422, "{day} 已经登记为“{name}”，请先删去再登记。"


class NothingChanged(DomainError):
    """A new version that says the same as the old one."""

    code, status, words = "deadlines.nothing_changed", 422, "和现在这一版完全一样，没有另出一版。"
