"""Who may see and make papers. One place, for pages, files and lists.

A paper shows what everybody of a campaign did, so it is for those who see all visits of the district (指挥部、专班, supervisors,
leaders); whoever organises campaigns makes and signs it.
"""

from django.db.models import Q

from tongti.shared.errors import NotAllowed
from tongti.units.access import May, Scope, Viewer


def visible(viewer: Viewer) -> Q:
    """The papers that this officer may see."""
    return Q() if sees_papers(viewer) else Q(pk__in=[])


def sees_papers(viewer: Viewer) -> bool:
    """Whether she sees papers at all; then she sees them all."""
    return viewer.scope(May.SEE_VISITS) == Scope.ALL


def may_make(viewer: Viewer) -> bool:
    """Whether she makes, words, signs and voids papers of a campaign."""
    return viewer.scope(May.CAMPAIGN) == Scope.ALL and sees_papers(viewer)


def require_maker(viewer: Viewer) -> None:
    """Raises NotAllowed."""
    if not may_make(viewer):
        raise NotAllowed(what=May.CAMPAIGN.value)
