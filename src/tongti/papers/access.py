"""Who may see, make and sign papers. One place, for pages, files and lists.

What everybody of a campaign did is for those who see all visits; a paper on one matter for those who see that whole district's
matters, and for the units that it concerns, once it is signed; figures of all units for those with the board of the district.
The unit that did the work does not sign what is written to press or to judge it (handle ≠ verify).
"""

from dataclasses import dataclass

from django.db.models import Q

from tongti.papers.models import Paper
from tongti.shared.errors import NotAllowed
from tongti.units.access import May, Scope, Viewer
from tongti.units.models import Unit
from tongti.units.queries import unit_ids_below

ABOUT = Paper.About
OF_MATTERS = (ABOUT.CASE, ABOUT.BATON, ABOUT.ITEM, ABOUT.QUESTION)
UNDER_HAND = (Paper.State.DRAFT, Paper.State.DROPPED)
READ = (May.SEE, May.SEE_VISITS, May.BOARD)
"""Whoever holds one of these sees the list of papers; which of them, ``visible`` says."""


@dataclass(frozen=True)
class Policy:
    """Who drafts and who signs one kind, each by any of these permissions at the unit that issues it (the whole district when an
    office of the district does). ``outside``: nobody with a post at the unit it is addressed to, nor at any unit that handles when
    it is addressed to all."""

    makes: tuple[May, ...]
    signs: tuple[May, ...]
    outside: bool = False


_CAMPAIGN = Policy((May.CAMPAIGN,), (May.CAMPAIGN,))
_REPORT = Policy((May.BOARD,), (May.SUPERVISE, May.INSTRUCT))
_PRESSES = Policy((May.SUPERVISE,), (May.SUPERVISE,), outside=True)

POLICY: dict[str, Policy] = {
    "weekly": _CAMPAIGN,
    "levels": _CAMPAIGN,
    "order": Policy((May.REGISTER, May.DISPATCH), (May.DISPATCH,)),
    "accepted": Policy((May.REGISTER, May.DISPATCH, May.HANDLE), (May.DISPATCH, May.SIGN)),
    "assigned": Policy((May.DISPATCH, May.SUPERVISE), (May.DISPATCH, May.SUPERVISE)),
    "urged": _PRESSES,
    "supervised": _PRESSES,
    "extended": Policy((May.HANDLE, May.SIGN), (May.SIGN,)),
    "opinion": Policy((May.HANDLE, May.SIGN), (May.SIGN,)),
    "monthly": _REPORT,
    "special": _REPORT,
    "circular": _PRESSES,
}
HANDLES = (May.RECEIVE, May.HANDLE, May.SIGN)


def visible(viewer: Viewer) -> Q:
    """The papers that this officer may see."""
    seen = Q(about=ABOUT.CAMPAIGN) if viewer.scope(May.SEE_VISITS) == Scope.ALL else Q(pk__in=[])
    if viewer.scope(May.SEE) == Scope.ALL:
        seen |= Q(about__in=OF_MATTERS)
    elif viewer.scope(May.SEE) >= Scope.UNIT:
        units = sorted(viewer.unit_ids_for(May.SEE) | set(unit_ids_below(viewer.paths_for(May.SEE))))
        # a draft that is written to a unit is not told to it
        seen |= Q(about__in=OF_MATTERS, units__overlap=units) & (~Q(state__in=UNDER_HAND) | Q(unit__in=units))
    if viewer.scope(May.BOARD) == Scope.ALL:
        seen |= Q(about=ABOUT.DISTRICT)
    return seen


def sees_numbers(viewer: Viewer) -> bool:
    """Whether she reads the registers of numbers: they name papers of every kind."""
    return viewer.scope(May.SEE_VISITS) == Scope.ALL or viewer.scope(May.BOARD) == Scope.ALL


def may_make(viewer: Viewer, kind: str, unit: Unit | None = None, to_unit: Unit | None = None) -> bool:
    """Whether she drafts, words, renews and drops papers of this kind in the name of ``unit``."""
    return kind in POLICY and _may(viewer, POLICY[kind].makes, kind, unit, to_unit)


def may_sign(viewer: Viewer, kind: str, unit: Unit | None = None, to_unit: Unit | None = None) -> bool:
    """Whether she signs and voids them, and says how they look."""
    return kind in POLICY and _may(viewer, POLICY[kind].signs, kind, unit, to_unit)


def may_take(viewer: Viewer, paper: Paper) -> bool:
    """Whether she takes the file: whoever exports, and whoever makes or signs this very kind."""
    return (
        viewer.can(May.EXPORT)
        or may_make(viewer, paper.kind, paper.unit, paper.to_unit)
        or may_sign(viewer, paper.kind, paper.unit, paper.to_unit)
    )


def require_maker(viewer: Viewer, kind: str, unit: Unit | None = None, to_unit: Unit | None = None) -> None:
    """Raises NotAllowed."""
    if not may_make(viewer, kind, unit, to_unit):
        raise NotAllowed(what=POLICY[kind].makes[0].value if kind in POLICY else "公文")


def require_signer(viewer: Viewer, kind: str, unit: Unit | None = None, to_unit: Unit | None = None) -> None:
    """Raises NotAllowed."""
    if not may_sign(viewer, kind, unit, to_unit):
        raise NotAllowed(what=POLICY[kind].signs[0].value if kind in POLICY else "公文")


def _may(viewer: Viewer, mays: tuple[May, ...], kind: str, unit: Unit | None, to_unit: Unit | None) -> bool:
    if POLICY[kind].outside and _inside(viewer, to_unit):
        return False
    return any(
        viewer.scope(may) == Scope.ALL if unit is None else viewer.can_at(may, unit.pk, unit.path) for may in mays
    )


def _inside(viewer: Viewer, to_unit: Unit | None) -> bool:
    if to_unit is None:
        return any(viewer.can(may) for may in HANDLES)
    return any(seat.unit_path.startswith(to_unit.path) for seat in viewer.seats)
