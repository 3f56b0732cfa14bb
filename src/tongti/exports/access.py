"""Who may take which ledger, and whose contacts in full. The lines themselves are narrowed by each room's own policy."""

from collections.abc import Iterable

from tongti.units.access import May, Scope, Viewer


def may_read(viewer: Viewer, reads: Iterable[May]) -> bool:
    """Whether she reads a ledger that holders of any of these read."""
    return any(viewer.can(may) for may in reads)


def may_ask(viewer: Viewer, reads: Iterable[May]) -> bool:
    """Whether she may take it as a file."""
    return viewer.can(May.EXPORT) and may_read(viewer, reads)


def may_name_people(viewer: Viewer) -> bool:
    """Whether a reason would let contacts stand in a file in full: the rule of one firm's page (parties.access.may_reveal), for all."""
    return viewer.scope(May.SEE_IDENTITY) == Scope.ALL or viewer.scope(May.KEEP_FIRMS) == Scope.ALL
