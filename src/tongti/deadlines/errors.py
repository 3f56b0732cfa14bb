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


class NoExtension(DomainError):
    """The regime knows no extension; none is invented."""

    code, status, words = "deadlines.no_extension", 409, "时限规则“{regime}”没有规定可以延期。"


class ExtensionsUsedUp(DomainError):
    """As often as the rule allows has been granted."""

    code, status, words = "deadlines.extensions_used_up", 409, "按时限规则最多延期 {times} 次，已经用完。"


class AskedTooLate(DomainError):
    """Asked after the moment by which the rule wants it."""

    code, status, words = "deadlines.asked_too_late", 409, "按时限规则，延期要在 {latest} 以前提出。"


class TooLong(DomainError):
    """Further than the rule lets an extension reach."""

    code, status, words = "deadlines.too_long", 422, "按时限规则最多延到 {longest}。"


class NotPausable(DomainError):
    """The clock cannot be stopped or started here."""

    code, status, words = "deadlines.not_pausable", 409, "不能这样操作：{why}。"


class NotRecorded(DomainError):
    """A date without the record of how it was computed cannot be counted again."""

    code, status, words = "deadlines.not_recorded", 409, "这个期限没有留下计算记录，不能重新计算。"


class NoticeTaken(DomainError):
    """The same notice twice would say everything twice."""

    code, status, words = "deadlines.notice_taken", 409, "《{title}》已经录入并生效，请先撤下原来那份。"


class StillCounting(DomainError):
    """Two recounts at once would each tell half of what happened."""

    code, status, words = "deadlines.still_counting", 409, "“{reason}”还在重算（{share}%），做完以后再来。"


class HoursTaken(DomainError):
    """Two tables of hours from one day would contradict each other."""

    code, status, words = "deadlines.hours_taken", 422, "{since}起已经登记了“{name}”，请先删去再登记。"
