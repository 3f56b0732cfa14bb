"""Who may take which ledger, and whose contacts in full. The lines themselves are narrowed by each room's own policy."""

from tongti.units.access import May, Scope, Viewer


def may_ask(viewer: Viewer, reads: May) -> bool:
    """Whether she may take a ledger that is read by holders of ``reads``."""
    return viewer.can(May.EXPORT) and viewer.can(reads)


def may_name_people(viewer: Viewer) -> bool:
    """Whether a reason would let contacts stand in a file in full: the rule of one firm's page (parties.access.may_reveal), for all."""
    return viewer.scope(May.SEE_IDENTITY) == Scope.ALL or viewer.scope(May.KEEP_FIRMS) == Scope.ALL
