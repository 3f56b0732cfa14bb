"""Many cases: the inbox, the search, the counts of the day, the earlier cases of a caller."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from tongti.cases.access import may_link_hidden
from tongti.cases.models import Case
from tongti.cases.queries.one import seen_by
from tongti.cases.queries.tokens import Tokens
from tongti.parties import queries as parties
from tongti.parties.queries import KnownCaller
from tongti.shared import clock
from tongti.shared.numbers import read_case_number
from tongti.shared.pages import Page, page_of
from tongti.shared.text import words
from tongti.units.access import May, Viewer

Channel, Kind, Urgency, CaseState, Closing = Case.Channel, Case.Kind, Case.Urgency, Case.State, Case.Closing

LIST_FIELDS = (
    "id", "number", "title", "body", "channel", "kind", "urgency", "state", "closing", "place", "category", "holder",
    "party_id", "party_kind", "hide_identity", "due_on", "received_at", "reopened", "repeat_of_id",
    "place__name", "category__name", "holder__short_name",
)  # fmt: skip
ORDER = ("-received_at", "-id")


@dataclass(frozen=True)
class Filters:
    """What the inbox can be narrowed by; empty values narrow nothing."""

    state: str = ""
    channel: str = ""
    kind: str = ""
    urgency: str = ""
    place_id: int | None = None
    category_id: int | None = None
    holder_id: int | None = None
    party_kind: str = ""
    since: date | None = None
    until: date | None = None
    mine: bool = False
    mine_today: bool = False
    overdue: bool = False
    reopened: bool = False
    open_only: bool = False


@dataclass(frozen=True)
class Found:
    """One page of a search; ``how`` tells in words what was looked for, ``number_fault`` why a number cannot be right."""

    page: Page[Case]
    how: str
    number_fault: str = ""
    words: tuple[str, ...] = ()


def inbox(viewer: Viewer, filters: Filters, *, cursor: str = "", size: int = 30) -> Page[Case]:
    """Cases newest first."""
    return page_of(_rows(viewer, filters), order=ORDER, cursor=cursor, size=size)


def listed(viewer: Viewer, filters: Filters) -> QuerySet[Case]:
    """The rows of the inbox, not cut into pages: rooms above narrow them further, by what only they know of a case."""
    return _rows(viewer, filters)


def search(viewer: Viewer, text: str, filters: Filters | None = None, *, cursor: str = "", size: int = 30) -> Found:
    """By number (any typing), by phone or its last four digits, else by words, all of which must occur."""
    rows = _rows(viewer, filters or Filters())
    text = text.strip()
    digits = re.sub(r"\D", "", text)
    if number := read_case_number(text) if _looks_like_number(text) else None:
        page = page_of(rows.filter(number=number), order=ORDER, size=size)
        if page.rows:
            return Found(page, f"编号 {number}")
    only_digits = bool(text) and re.fullmatch(r"[\d\s+()（）-]+", text) is not None
    if only_digits and 4 <= len(digits) <= 13 and (ids := parties.party_ids_by_phone(viewer, text)):
        how = "手机号后四位" if len(digits) == 4 else "电话号码"
        return Found(page_of(rows.filter(party_id__in=ids), order=ORDER, cursor=cursor, size=size), how)
    tokens = wanted_words(text)
    if not tokens or (only_digits and len(digits) >= 4):
        return Found(Page((), "", size), "编号或电话", number_fault=number_fault(text))
    page = page_of(rows.filter(search=Tokens(tokens)), order=ORDER, cursor=cursor, size=size)
    return Found(page, "内容里的词", words=tuple(tokens))


def wanted_words(text: str) -> list[str]:
    """The words to look for: where the cutter gave a long word and its parts, the parts are enough (and forgive a cut
    that depends on the sentence around it)."""
    found = words(text[:200])
    parts = {w for w in found if len(w) == 2}
    return [w for w in found if len(w) <= 2 or not any(p in w for p in parts)]


@dataclass(frozen=True)
class Caller:
    """A known caller with her latest cases; ``cases`` carry no words of hers beyond their titles."""

    who: KnownCaller
    cases: Sequence[Case]


def callers(viewer: Viewer, phone: str, limit: int = 4) -> list[Caller]:
    """Who called from this number before, with their newest cases; two queries."""
    known = parties.known_callers(viewer, phone)
    if not known:
        return []
    by_party: dict[int, list[Case]] = {}
    rows = seen_by(viewer).filter(party_id__in=[k.party_id for k in known]).select_related("holder")
    for case in rows.only(*[f for f in LIST_FIELDS if not f.startswith(("place", "category"))]).order_by(*ORDER)[:40]:
        by_party.setdefault(case.party_id or 0, []).append(case)
    return [Caller(who=k, cases=by_party.get(k.party_id, [])[:limit]) for k in known]


def earlier_of_same_asker(viewer: Viewer, case: Case, limit: int = 5) -> list[Case]:
    """Other cases of the same asker that this viewer may see; none from or to a case whose asker asked to be hidden, save for
    those with the district-wide right to identities."""
    if case.party_id is None:
        return []
    return list(_linkable(viewer, case).filter(party_id=case.party_id).exclude(pk=case.pk).order_by(*ORDER)[:limit])


def repeated_by(viewer: Viewer, case: Case) -> Case | None:
    """The earlier case that this one says again, under the same rule; None too when there is none."""
    return _linkable(viewer, case).filter(pk=case.repeat_of_id).first() if case.repeat_of_id else None


def raised_by(viewer: Viewer, party_ids: Sequence[int], cursor: str = "", size: int = 10) -> Page[Case]:
    """The cases that these parties (one firm and its callers) raised, newest first, as far as she may see them.

    Who asked to stay unknown to handling units is not given away by the page of the firm either: such a case is left out,
    save for those with the district-wide right to identities.
    """
    rows = _raised_by(viewer, party_ids).select_related("place", "category", "holder").only(*LIST_FIELDS)
    return page_of(rows, order=ORDER, cursor=cursor, size=size)


def count_raised_by(viewer: Viewer, party_ids: Sequence[int]) -> tuple[int, int]:
    """(all, still open) of the same; one query."""
    rows = _raised_by(viewer, party_ids)
    open_now = Q(state__in=[CaseState.REGISTERED, CaseState.HANDLING, CaseState.ANSWERED])
    found = rows.aggregate(whole=Count("pk"), open_now=Count("pk", filter=open_now))
    return found["whole"], found["open_now"]


def case_ids_raised_by(viewer: Viewer, party_ids: Sequence[int], limit: int = 500) -> list[int]:
    """Ids of the same, the newest ``limit``; for rooms above that know more about a case."""
    return list(_raised_by(viewer, party_ids).order_by(*ORDER).values_list("pk", flat=True)[:limit])


def _raised_by(viewer: Viewer, party_ids: Sequence[int]) -> QuerySet[Case]:
    rows = seen_by(viewer).filter(party_id__in=party_ids)
    return rows if may_link_hidden(viewer) else rows.filter(hide_identity=False)


def _linkable(viewer: Viewer, case: Case) -> QuerySet[Case]:
    rows = seen_by(viewer)
    if not may_link_hidden(viewer):
        rows = rows.none() if case.hide_identity else rows.filter(hide_identity=False)
    return rows.select_related("holder").only(*[f for f in LIST_FIELDS if not f.startswith(("place", "category"))])


CAP = 1000


def count(viewer: Viewer, filters: Filters) -> int:
    """How many, counted up to a thousand: a home page must not read a million rows to say “很多”."""
    return _rows(viewer, filters, narrow=False).order_by()[: CAP + 1].count()


def registered_today(viewer: Viewer) -> int:
    """How many this officer registered today, as ``Filters(mine_today=True)`` lists them."""
    return _rows(viewer, Filters(mine_today=True), narrow=False).order_by().count()


def _rows(viewer: Viewer, filters: Filters, *, narrow: bool = True) -> QuerySet[Case]:
    rows = seen_by(viewer)
    if narrow:
        rows = rows.select_related("place", "category", "holder").only(*LIST_FIELDS)
    wanted = {
        "state": filters.state,
        "channel": filters.channel,
        "kind": filters.kind,
        "urgency": filters.urgency,
        "category_id": filters.category_id,
        "holder_id": filters.holder_id,
        "party_kind": filters.party_kind,
    }
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    if filters.place_id:
        rows = rows.filter(place__path__contains=f"/{filters.place_id}/")
    if filters.since:
        rows = rows.filter(received_at__gte=_start(filters.since))
    if filters.until:
        rows = rows.filter(received_at__lt=_start(filters.until + timedelta(days=1)))
    if filters.mine:
        rows = rows.filter(registered_by=viewer.officer_id)
    if filters.mine_today:
        start = _start(clock.today())
        # the second condition lets the index on the day of receipt do the work
        rows = rows.filter(registered_by=viewer.officer_id, registered_at__gte=start)
        rows = rows.filter(received_at__gte=start - timedelta(days=30))
    if filters.open_only:
        rows = rows.exclude(state__in=[CaseState.CLOSED, CaseState.WITHDRAWN])
    if filters.reopened:
        rows = rows.filter(state=CaseState.HANDLING, reopened__gt=0)
    if filters.overdue:
        rows = rows.filter(state=CaseState.HANDLING, due_on__lt=clock.today())
    return rows


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _looks_like_number(text: str) -> bool:
    return 11 <= len(re.sub(r"\D", "", text)) <= 14


def number_fault(text: str) -> str:
    """Why typed digits are no case number, in words that help the clerk ask again."""
    digits = re.sub(r"\D", "", text)
    if len(digits) < 11:
        return "编号是 4 位年份、6 位以上流水号和 1 位校验码，例如 2026-000123-4。查手机号请输全 11 位或后 4 位。"
    if read_case_number(text) is None and digits.startswith("20"):
        return "编号的校验码对不上：多半有一位听错、抄错，或者相邻两位颠倒了，请再核对一遍。"
    return "没有找到这个编号或电话。"


def may_search_phones(viewer: Viewer) -> bool:
    """Whether the search box says that it also takes phone numbers."""
    return viewer.can(May.SEE_IDENTITY)
