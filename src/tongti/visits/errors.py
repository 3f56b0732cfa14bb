from collections.abc import Mapping

from tongti.shared.errors import DomainError


class GuardSays(DomainError):
    """The firm's month is full. The command office may overrule it with a reason."""

    code, status, words = "visits.guard", 409, "{sentence}"


class NotRunning(DomainError):
    """Visits are planned inside the campaign's days."""

    code, status, words = (
        "visits.not_running",
        409,
        "{day} 不在“{campaign}”的起止日期之内，请换一天，或请专班改活动日期。",
    )


class NotPlanned(DomainError):
    """Cancelled visits take nothing more; those that happened cannot be moved or cancelled."""

    code, status, words = "visits.not_planned", 409, "这次走访{state}，不能再做这一步。"


class Changed(DomainError):
    """Somebody else changed the same fields of the visit meanwhile. Nothing was saved: a person looks at both and chooses.

    ``clashes`` are (mine, theirs) by field; ``settled`` is what every other field would hold; ``theirs`` and ``version`` are what
    stands there now, to be sent as the base of what was chosen.
    """

    code, status, words = "visits.changed", 409, "这次走访刚被{who}改过，有 {count} 处和您写的不一样，请逐处选一个。"

    def __init__(
        self,
        *,
        version: int,
        who: str,
        theirs: Mapping[str, str],
        settled: Mapping[str, str],
        clashes: Mapping[str, tuple[str, str]],
    ) -> None:
        self.version, self.who, self.theirs, self.settled, self.clashes = version, who, theirs, settled, clashes
        super().__init__(who=who, count=len(clashes))


class AlreadyPlanned(DomainError):
    """One open revisit per case."""

    code, status, words = "visits.revisit_planned", 409, "这件诉求已经安排了回头看。"


class AlreadySettled(DomainError):
    """Somebody said whether it is the same difficulty; the office may say otherwise."""

    code, status, words = "visits.already_settled", 409, "是不是同一个难题已经定过了（{state}），要改请找专班。"


class NotOutside(DomainError):
    """Handle ≠ verify: who did the work does not say that it is solved."""

    code, status, words = "visits.not_outside", 403, "这件难题是这位走访员所在单位办的，要由别的单位的人去回访。"


class NothingCameBack(DomainError):
    """It is in hand already, so there is nothing to begin again."""

    code, status, words = "visits.nothing_came_back", 409, "这件还在办，没有办结，不用重新办理；有新情况请补充。"
