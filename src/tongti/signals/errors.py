"""Why a signal was not moved."""

from tongti.shared.errors import DomainError


class Decided(DomainError):
    """Somebody decided it already, or it is not planned yet."""

    code, status, words = "signals.decided", 409, "这条预警现在是“{state}”，不能再{what}。"
