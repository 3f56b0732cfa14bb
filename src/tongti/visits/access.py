"""Which visits and firms an officer may see and write on. One place, for lists, pages, the phone and jobs.

ALL: every visit. OWN: visits that she makes or goes along to, and those of a team that she leads.
"""

from collections.abc import Collection

from django.db.models import Q, QuerySet

from tongti.cases.access import visible as visible_cases
from tongti.cases.models import Case
from tongti.parties.models import Firm
from tongti.shared.errors import NotVisible
from tongti.units.access import May, Scope, Viewer
from tongti.visits.models import Assignment, Companion, Team, Visit


def visible(viewer: Viewer) -> Q:
    """The visits that this officer may see."""
    return _reach(viewer, May.SEE_VISITS)


def writable(viewer: Viewer) -> Q:
    """The visits on which she may write."""
    return _reach(viewer, May.VISIT)


def _reach(viewer: Viewer, may: May) -> Q:
    scope = viewer.scope(may)
    if scope == Scope.ALL:
        return Q()
    if scope == Scope.NONE:
        return Q(pk__in=[])
    along = Companion.objects.filter(officer_id=viewer.officer_id).values("visit_id")
    led = Team.objects.filter(leader_id=viewer.officer_id).values("pk")
    return Q(officer_id=viewer.officer_id) | Q(pk__in=along) | Q(team_id__in=led)


def looks_after(viewer: Viewer, party_id: int) -> bool:
    """Whether she may plan at this firm: it is hers by 包联, she has a visit there, or she organises the campaign.

    Only entries that stand in the register are visited: who merely rang once is nobody's to look up here.
    """
    if not Firm.objects.filter(pk=party_id, merged_into=None).exists():
        return False
    if viewer.can(May.CAMPAIGN):
        return True
    if not viewer.can(May.VISIT):
        return False
    hers = Assignment.objects.filter(officer_id=viewer.officer_id, party_id=party_id, ended_on=None)
    return hers.exists() or Visit.objects.filter(writable(viewer), party_id=party_id).exists()


def firm_cases(viewer: Viewer, party_ids: Collection[int]) -> QuerySet[Case]:
    """Cases of these firms that she may be told of: those she may see anyhow and those that came of anybody's visits there.

    Never one whose firm asked to be hidden from handling units, unless she entered it or may see identities district-wide: an
    officer is of some unit, and this may be the one complained of (domain sheet W1.14).
    """
    rows = Case.objects.filter(party_id__in=party_ids).exclude(state=Case.State.WITHDRAWN)
    if viewer.scope(May.SEE) < Scope.ALL:
        # never the union with the condition “every case”, which is empty and would vanish in it
        rows = rows.filter(visible_cases(viewer) | Q(channel=Case.Channel.VISIT))
    if viewer.scope(May.SEE_IDENTITY) == Scope.ALL:
        return rows
    return rows.filter(Q(hide_identity=False) | Q(registered_by_id=viewer.officer_id))


def require_firm(viewer: Viewer, party_id: int) -> None:
    """Raises NotVisible where ``looks_after`` says no."""
    if not looks_after(viewer, party_id):
        raise NotVisible
