"""交接单, 会商, 单位承接, 联系情况, 待派超时: the reads around the baton, always for somebody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from tongti.cases import access as case_access
from tongti.cases.models import Case
from tongti.deadlines import limits
from tongti.deadlines import queries as days
from tongti.deadlines.queries import RegimeView
from tongti.questions.models import Membership, Question
from tongti.relay.models import (
    OPEN,
    Baton,
    Consultation,
    HandOverItem,
    HandOverSheet,
    Opinion,
    Reach,
    Succession,
    UrgentReport,
)
from tongti.relay.plans import about
from tongti.shared import clock
from tongti.shared.errors import NotVisible
from tongti.shared.pages import Page, page_of
from tongti.units import queries as units
from tongti.units.access import ROLES, May, Scope, Viewer
from tongti.units.models import Post, Unit

WORKERS = tuple(code for code, role in ROLES.items() if May.HANDLE in role.grants)
LOOK_BACK = timedelta(days=60)
SHOWN_WORDS = 3


# --- hand-over sheets -------------------------------------------------------------------------------------------


def _own_units(viewer: Viewer) -> Q:
    parts = [Q(unit_id__in=sorted(viewer.unit_ids_for(May.RECEIVE)))]
    if viewer.scope(May.RECEIVE) == Scope.SUBTREE:
        parts += [Q(unit__path__startswith=path) for path in viewer.paths_for(May.RECEIVE)]
    return reduce(Q.__or__, parts)


def sheets(viewer: Viewer, cursor: str = "", *, size: int = 30) -> Page[HandOverSheet]:
    """交接单 of her units, newest first. Raises NotVisible for those who sign for nothing."""
    if not viewer.can(May.RECEIVE):
        raise NotVisible
    rows = HandOverSheet.objects.filter(_own_units(viewer)).select_related("unit", "giver", "taker")
    return page_of(rows, order=("-made_at", "-id"), cursor=cursor, size=size)


def sheet_for(viewer: Viewer, pk: int) -> HandOverSheet:
    """One sheet of her units, with its items and what they are about. Raises NotVisible."""
    if not viewer.can(May.RECEIVE):
        raise NotVisible
    items = HandOverItem.objects.select_related("baton__question", "baton__case", "baton__unit").order_by(
        "due_on", "pk"
    )
    rows = HandOverSheet.objects.filter(_own_units(viewer), pk=pk).prefetch_related(Prefetch("items", items))
    found = rows.select_related("unit", "giver", "taker", "made_by", "giver_confirmed_by").first()
    if found is None:
        raise NotVisible
    return found


def sheets_waiting(viewer: Viewer) -> int:
    """How many sheets wait for this officer's own confirmation."""
    waiting = HandOverSheet.objects.filter(state=HandOverSheet.State.WAITING)
    mine = Q(taker_id=viewer.officer_id, taker_confirmed_at=None)
    return waiting.filter(mine | Q(giver_id=viewer.officer_id, giver_confirmed_at=None)).count()


@dataclass(frozen=True)
class Hands:
    """Who in a unit holds how much: for the form that opens a sheet."""

    unit: Unit
    workers: tuple[tuple[int, str], ...]
    givers: tuple[tuple[int, str], ...]
    mine: tuple[Baton, ...]
    leads: bool


def hands_for(viewer: Viewer) -> Hands:
    """The unit for which she signs (her first), its officers, and her own batons. Raises NotVisible."""
    own = sorted(viewer.unit_ids_for(May.RECEIVE))
    if not own:
        raise NotVisible
    unit = Unit.objects.get(pk=own[0])
    workers = tuple((o.pk, o.name) for o in units.officers_of(unit.pk, WORKERS))
    in_hand = Baton.objects.filter(unit=unit, state=Baton.State.ACCEPTED)
    leads = viewer.can_at(May.SIGN, unit.pk, unit.path)
    # somebody who has left is no worker any more, but what she held still bears her name
    left = dict(in_hand.values_list("officer_id", "officer__name"))
    givers = tuple({**dict(workers), **left}.items()) if leads else ((viewer.officer_id, viewer.name),)
    mine = in_hand.filter(officer_id=viewer.officer_id).select_related("question", "case").order_by("due_on", "pk")
    return Hands(unit, workers, givers, tuple(mine[:200]), leads)


def sheet_kinds() -> list[tuple[str, str]]:
    """For good, or while away; for forms."""
    return list(HandOverSheet.Kind.choices)


# --- consultations ----------------------------------------------------------------------------------------------


def consultation_for(viewer: Viewer, pk: int) -> Consultation:
    """One consultation, for those who dispatch or rule, see the district, or work for a unit that was asked."""
    rows = Consultation.objects.filter(pk=pk).select_related("question__place", "case__place", "opened_by", "closed_by")
    opinions = Opinion.objects.select_related("unit", "by").order_by("pk")
    found = rows.prefetch_related(Prefetch("opinions", opinions)).first()
    if found is None:
        raise NotVisible
    asked = {opinion.unit_id for opinion in found.opinions.all()}
    if viewer.scope(May.SEE) == Scope.ALL or asked & viewer.unit_ids_for(May.RECEIVE):
        return found
    raise NotVisible


def consultations_of(question_id: int | None, case_id: int | None) -> list[Consultation]:
    """Every consultation on a matter that the caller may see, newest first."""
    rows = Consultation.objects.filter(about(question_id, case_id)).select_related("opened_by", "closed_by")
    return list(rows.prefetch_related("opinions__unit").order_by("-pk"))


def consultations_waiting(viewer: Viewer, limit: int = 50) -> list[Opinion]:
    """What her units are asked and have not answered, most urgent first."""
    mine = Opinion.objects.filter(unit_id__in=viewer.unit_ids_for(May.RECEIVE), at=None, consultation__closed_at=None)
    rows = mine.select_related("consultation__question", "consultation__case", "unit")
    return list(rows.order_by("consultation__reply_by", "pk")[:limit])


def original_words(consultation: Consultation) -> list[str]:
    """The first askers' words, without who they are: enough to judge whose duty it is."""
    if consultation.case is not None:
        return [consultation.case.body]
    members = Membership.objects.filter(question_id=consultation.question_id or 0, state=Membership.State.ACTIVE)
    return list(members.order_by("case_id").values_list("case__body", flat=True)[:SHOWN_WORDS])


def stands() -> list[tuple[str, str]]:
    """Ours, we help, not ours; for forms."""
    return list(Opinion.Stand.choices)


# --- successions ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SuccessionPreview:
    """What would pass on, before anything does."""

    batons: int
    joined: int
    promises: int
    cases: int
    officers: tuple[str, ...]
    duties: int


def preview_succession(viewer: Viewer, old_id: int, new_id: int) -> SuccessionPreview:
    """What ``old`` holds and ``new`` would get. ``joined``: both hold a baton on one matter; ``officers`` hold batons and
    have no post at the successor yet. Raises NotVisible."""
    if not viewer.can(May.DISPATCH):
        raise NotVisible
    held = Baton.objects.filter(unit_id=old_id, state__in=OPEN)
    others = Baton.objects.filter(unit_id=new_id, state__in=OPEN)
    both = held.filter(
        Q(question_id__in=others.filter(question__isnull=False).values("question_id"))
        | Q(case_id__in=others.filter(case__isnull=False).values("case_id"))
    )
    here = Post.objects.filter(unit_id=new_id, until=None).values("officer_id")
    without = held.filter(officer__isnull=False).exclude(officer_id__in=here).values_list("officer__name", flat=True)
    open_cases = Case.objects.filter(holder_id=old_id, state__in=["registered", "handling", "answered"])
    unit = Unit.objects.filter(pk=old_id).first()
    return SuccessionPreview(
        batons=held.count(),
        joined=both.count(),
        promises=held.filter(promised_until__isnull=False).count(),
        cases=open_cases.count(),
        officers=tuple(sorted(set(without)))[:20],
        duties=unit.duties_led.count() + unit.duties_helped.count() if unit else 0,
    )


def successions(viewer: Viewer, cursor: str = "", *, size: int = 30) -> Page[Succession]:
    """单位承接 so far, newest first; for dispatchers. Raises NotVisible."""
    if not viewer.can(May.DISPATCH):
        raise NotVisible
    return page_of(Succession.objects.select_related("old", "new", "made_by"), order=("-id",), cursor=cursor, size=size)


# --- contacts and emergencies -----------------------------------------------------------------------------------


def reach_of(case_ids: Sequence[int]) -> dict[int, Reach]:
    """How reaching each of these askers goes; the caller may see the cases."""
    return {row.case_id: row for row in Reach.objects.filter(case_id__in=list(case_ids))}


def _unreachable(viewer: Viewer) -> QuerySet[Reach]:
    seen = Case.objects.filter(case_access.visible(viewer), state__in=["handling", "answered"])
    return Reach.objects.filter(state=Reach.State.UNREACHABLE, case__in=seen)


def unreachable(viewer: Viewer, cursor: str = "", *, size: int = 30) -> Page[Reach]:
    """联系不上 among open cases that she may see: a list of its own, neither handled nor left out."""
    rows = _unreachable(viewer).select_related("case__holder")
    return page_of(rows, order=("-counted_at", "-id"), cursor=cursor, size=size)


def unreachable_count(viewer: Viewer) -> int:
    """How many there are."""
    return _unreachable(viewer).count()


def urgent_reports_of(case: Case) -> list[UrgentReport]:
    """Immediate reports on a case that the caller may see, oldest first."""
    return list(UrgentReport.objects.filter(case=case).select_related("by").order_by("reported_at", "pk"))


def unreported_critical(viewer: Viewer) -> int:
    """Critical cases in hand or waiting that nobody has reported upwards."""
    critical = Case.objects.filter(
        case_access.visible(viewer), urgency=Case.Urgency.CRITICAL, state__in=["registered", "handling"]
    )
    return critical.filter(urgent_reports=None).count()


def report_ways() -> list[tuple[str, str]]:
    """Ways to report an emergency, for forms."""
    return list(UrgentReport.Way.choices)


# --- what nobody has dispatched in time -------------------------------------------------------------------------


def undispatched_late(viewer: Viewer, cursor: str = "", *, size: int = 30) -> Page[Case]:
    """过了派单时限还没派出的, oldest first: a matter without a unit of its own escalates before everything else."""
    if not (viewer.can(May.DISPATCH) or viewer.can(May.SUPERVISE) or viewer.can(May.INSTRUCT)):
        raise NotVisible
    # whole rows but for the index of words: a case without a title is headed by its body
    rows = _late(viewer).defer(None).defer("search").select_related("holder", "place")
    return page_of(rows, order=("received_at", "id"), cursor=cursor, size=size)


def undispatched_late_count(viewer: Viewer) -> int:
    """How many there are; 0 for those whom it is not shown to."""
    if not (viewer.can(May.DISPATCH) or viewer.can(May.SUPERVISE) or viewer.can(May.INSTRUCT)):
        return 0
    return _late(viewer).count()


def _late(viewer: Viewer) -> QuerySet[Case]:
    """Registered cases whose dispatch clock has run out.

    The clock is a rising function of the moment of receipt, so one moment per regime separates late from in time: found
    by halving, not by computing a deadline for each of thousands of cases.
    """
    waiting = Case.objects.filter(case_access.visible(viewer), state=Case.State.REGISTERED).defer("body", "search")
    in_force, now = days.regimes_on(clock.today()), clock.now()
    asked = ("channel", "kind", "urgency", "party_kind", *(("category_id",) if in_force.codes else ()))
    cuts: dict[str, datetime | None] = {}
    late = Q(pk__in=[])
    for sort in waiting.order_by().values(*asked).distinct():
        regime = in_force.pick(**sort)
        if regime.label not in cuts:
            cuts[regime.label] = _received_before(regime, now)
        if (cut := cuts[regime.label]) is not None:
            late |= Q(**sort, received_at__lte=cut)
    return waiting.filter(late)


def _received_before(regime: RegimeView, now: datetime) -> datetime | None:
    """The latest minute of receipt from which the dispatch clock has run out by ``now``."""
    if not regime.has("dispatch"):
        return None
    early, minutes = now - LOOK_BACK, int(LOOK_BACK.total_seconds() // 60)
    low, high = 0, minutes
    while low < high:
        middle = (low + high + 1) // 2
        start = timezone.localtime(early + timedelta(minutes=middle))
        if limits.due(regime=regime, clock="dispatch", start=start).due_at < now:
            low = middle
        else:
            high = middle - 1
    return early + timedelta(minutes=low)


# --- the total --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Total:
    """How long it has been since somebody first said it, whatever was passed on, extended or done anew since."""

    since: date
    days: int
    working_days: int

    @property
    def words(self) -> str:
        return f"自收到起第 {self.days} 天（{self.working_days} 个工作日）"


def since_receipt(thing: Case | Question) -> Total | None:
    """总时间 of a case or question from its first receipt until now, or until it was closed. Nothing resets it."""
    first = thing.received_at if isinstance(thing, Case) else thing.first_received_at
    if first is None:
        return None
    start = timezone.localdate(first)
    end = timezone.localdate(thing.closed_at) if thing.closed_at else clock.today()
    return Total(start, (end - start).days + 1, days.working_days_between(start, end))
