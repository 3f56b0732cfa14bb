"""Who reads signals (whoever reads the whole district's board, and the unit that got one to work on) and who decides."""

from django.db.models import Q

from tongti.supervision import access as supervision
from tongti.units.access import May, Scope, Viewer

DECIDES = (May.SUPERVISE, May.INSTRUCT)


def visible(viewer: Viewer) -> Q:
    """The signals that she may see."""
    return Q() if viewer.scope(May.BOARD) == Scope.ALL else supervision.visible(viewer, "owner")


def may_decide(viewer: Viewer) -> bool:
    return any(viewer.can(may) for may in DECIDES)


def require_decide(viewer: Viewer) -> None:
    """Raises NotAllowed."""
    if not may_decide(viewer):
        viewer.require(May.SUPERVISE)
