"""Reads on reform candidates: which cases have become a class of cases, and what a candidate rests on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from tongti.cases.models import Case
from tongti.deadlines import queries as days
from tongti.questions.models import Membership
from tongti.shared import clock
from tongti.shared.errors import NotVisible
from tongti.shared.pages import Page, page_of
from tongti.units.access import May, Viewer
from tongti.window import access, shipped
from tongti.window.models import CandidateMatter, ReformCandidate, ReformThreshold, WindowMatter
from tongti.window.queries.items import Measure, measures

State = ReformCandidate.State
DECIDED = (State.REFUSED, State.DONE)
OPEN = (State.PROPOSED, State.ACCEPTED)
CANDIDATE_TABS = tuple((state.value, str(state.label)) for state in State)
NEWEST = ("-proposed_at", "-id")
# whoever left no name is counted as somebody of her own
_ASKER = Coalesce(F("case__party_id"), -F("case_id"))


@dataclass(frozen=True)
class Ripe:
    """Matters of one item and one cause that are a class: enough people, or already one question; or one that is open already."""

    item_id: int
    cause_id: int
    question_id: int | None
    matter_ids: tuple[int, ...]


def ripe(now: ReformThreshold | None = None) -> Iterator[Ripe]:
    """Every class that the register shows now, by item and cause. Matters behind a decided candidate do not count again.

    A constant number of queries, and one for each class found.
    """
    threshold = now or in_force()
    fresh = _fresh()
    since = clock.now() - timedelta(days=threshold.days)
    many = fresh.filter(case__received_at__gte=since).values("item_id", "cause_id").order_by()
    keys: dict[tuple[int, int], int | None] = {
        (row["item_id"], row["cause_id"]): None
        for row in many.annotate(n=Count(_ASKER, distinct=True)).filter(n__gte=threshold.askers)
    }
    joined = fresh.filter(case__memberships__state=Membership.State.ACTIVE).order_by()
    rows = joined.values("item_id", "cause_id", question=F("case__memberships__question_id"))
    for row in rows.annotate(n=Count(_ASKER, distinct=True)).filter(n__gte=2):
        keys.setdefault((row["item_id"], row["cause_id"]), row["question"])
    for item_id, cause_id in _open_keys():
        keys.setdefault((item_id, cause_id), None)
    for (item_id, cause_id), question_id in sorted(keys.items(), key=lambda pair: pair[0]):
        ids = fresh.filter(item_id=item_id, cause_id=cause_id).order_by("pk").values_list("pk", flat=True)
        yield Ripe(item_id, cause_id, question_id, tuple(ids))


def _open_keys() -> list[tuple[int, int]]:
    still_open = Q(state__in=OPEN) | Q(merged_into__state__in=OPEN)
    return list(ReformCandidate.objects.filter(still_open).values_list("item_id", "cause_id").distinct())


def _fresh() -> QuerySet[WindowMatter]:
    decided = CandidateMatter.objects.filter(matter=OuterRef("pk"), candidate__state__in=DECIDED)
    rows = WindowMatter.objects.filter(item__isnull=False, cause__reformable=True, cause__active=True)
    return rows.filter(~Exists(decided)).exclude(case__state=Case.State.WITHDRAWN)


def in_force() -> ReformThreshold:
    """How many askers within how many days make a class: the district's own, else what ships."""
    own: ReformThreshold | None = ReformThreshold.objects.order_by("-pk").first()
    if own is not None:
        return own
    return ReformThreshold(**shipped.threshold())


@dataclass(frozen=True)
class Counted:
    """What the matters behind a candidate add up to."""

    matters: int
    askers: int
    trips: int
    days_lost: int


def grounds_count(candidate_id: int) -> Counted:
    """Counted again from the matters behind it. One query.

    Days lost are working days from the first try (or the receipt) to the answer (or today), less the promised ones.
    """
    behind = WindowMatter.objects.filter(behind__candidate_id=candidate_id).exclude(case__state=Case.State.WITHDRAWN)
    rows = behind.values_list(
        _ASKER, "trips", "first_tried_on", "case__received_at", "case__answered_at", "version__promised_days"
    )
    askers: set[int] = set()
    matters = trips = lost = 0
    today = clock.today()
    for asker, gone, tried, received, answered, promised in rows.iterator(chunk_size=2000):
        askers.add(asker)
        matters, trips = matters + 1, trips + (gone or 0)
        since = tried or timezone.localdate(received)
        lost += _lost(since, timezone.localdate(answered) if answered else today, promised or 0)
    return Counted(matters, len(askers), trips, lost)


def _lost(since: date, until: date, promised: int) -> int:
    return max(days.working_days_between(since, until) - promised, 0) if since < until else 0


def candidates(viewer: Viewer, tab: str, cursor: str = "", *, size: int = 30) -> Page[ReformCandidate]:
    """By state, newest first. One query."""
    rows = _rows().filter(access.visible_candidates(viewer), state=tab)
    return page_of(rows, order=NEWEST, cursor=cursor, size=size)


def candidate_counts(viewer: Viewer) -> dict[str, int]:
    """How many behind each tab; one query."""
    wanted = {state: Count("pk", filter=Q(state=state)) for state in State.values}
    return dict(ReformCandidate.objects.filter(access.visible_candidates(viewer)).aggregate(**wanted))


def candidate_for(viewer: Viewer, pk: int) -> ReformCandidate:
    """One candidate. Raises NotVisible."""
    rows = _rows().filter(access.visible_candidates(viewer), pk=pk)
    found = rows.prefetch_related("before__papers", "after__papers").first() if viewer.can(May.SEE) else None
    if found is None:
        raise NotVisible
    return found


def grounds(viewer: Viewer, candidate: ReformCandidate, cursor: str = "", *, size: int = 20) -> Page[WindowMatter]:
    """The matters behind it that she may see, newest first."""
    rows = WindowMatter.objects.filter(access.visible_matters(viewer), behind__candidate=candidate)
    rows = rows.select_related("case__holder", "step", "paper", "version").defer("case__search", "case__address")
    return page_of(rows, order=("-entered_at", "-id"), cursor=cursor, size=size)


def may_decide(viewer: Viewer) -> bool:
    """Whether she says what becomes of candidates."""
    return access.may_decide(viewer)


def may_finish(viewer: Viewer, candidate: ReformCandidate) -> bool:
    """Whether she may say that it is done and tell the askers."""
    return access.may_finish(viewer, candidate)


def merge_choices(candidate: ReformCandidate, limit: int = 50) -> list[ReformCandidate]:
    """Open candidates that it could be merged into, those of the same item first."""
    rows = list(_rows().filter(state__in=OPEN).exclude(pk=candidate.pk).order_by("-pk")[: 4 * limit])
    return sorted(rows, key=lambda row: row.item_id != candidate.item_id)[:limit]


def candidates_waiting(viewer: Viewer) -> QuerySet[ReformCandidate]:
    """Those that wait for her decision, to be counted."""
    rows = ReformCandidate.objects.filter(state=State.PROPOSED)
    return rows if access.may_decide(viewer) else rows.none()


def candidates_of_item(viewer: Viewer, item_id: int, limit: int = 10) -> list[ReformCandidate]:
    """Those about one item that she may see, newest first."""
    rows = _rows().filter(access.visible_candidates(viewer), item_id=item_id)
    return list(rows.order_by("-pk")[:limit])


def candidates_of_matter(viewer: Viewer, matter: WindowMatter) -> list[ReformCandidate]:
    """Those that one matter stands behind."""
    return list(_rows().filter(access.visible_candidates(viewer), grounds__matter=matter).order_by("-pk")[:5])


def told_of(case: Case) -> list[tuple[ReformCandidate, list[Measure]]]:
    """Reforms that came of this asker's case with what changed, for her own page; none before she was told."""
    rows = ReformCandidate.objects.filter(state=State.DONE, told_at__isnull=False, grounds__matter__case=case)
    rows = rows.select_related("item", "unit", "before", "after").prefetch_related("before__papers", "after__papers")
    return [(row, measures(row.before, row.after)) for row in rows if row.before and row.after]


def _rows() -> QuerySet[ReformCandidate]:
    return ReformCandidate.objects.select_related(
        "item__unit", "cause", "unit", "question", "before", "after", "decided_by", "done_by", "merged_into__item"
    ).defer("item__terms")
