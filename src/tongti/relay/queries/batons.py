"""Batons in hand, in due order, with the working-day bar each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils import timezone

from tongti.accounts.models import Officer
from tongti.cases import access as case_access
from tongti.cases.models import Case
from tongti.deadlines import queries as days
from tongti.deadlines.queries import Bar
from tongti.questions import access as question_access
from tongti.questions.models import Membership, Question
from tongti.relay import access
from tongti.relay.models import OPEN, Baton, Contact, Objection, Progress
from tongti.relay.plans import clocks_for, matter_of, regime_of
from tongti.shared import clock
from tongti.shared.errors import NotVisible
from tongti.shared.pages import Page, page_of
from tongti.shared.seeing import passes
from tongti.units import queries as units
from tongti.units.access import ROLES, May, Viewer

WORKERS = tuple(code for code, role in ROLES.items() if May.HANDLE in role.grants)
TABS: dict[str, tuple[str, ...]] = {
    "offered": (Baton.State.OFFERED.value, Baton.State.OBJECTED.value),
    "accepted": (Baton.State.ACCEPTED.value,),
    "done": (Baton.State.DONE.value, Baton.State.RECALLED.value),
}
ROLE_ORDER = {Baton.Role.LEAD: 0, Baton.Role.HELPER: 1, Baton.Role.TERRITORY: 2}


@dataclass(frozen=True)
class Held:
    """One baton as a row of the relay table: who, what, the bar, and the state in a word that ``{% chip %}`` knows."""

    baton: Baton
    bar: Bar
    state: str
    word: str
    mine: bool = False

    @property
    def late(self) -> bool:
        return self.bar.tone == "bad"


@dataclass(frozen=True)
class Relay:
    """All batons of one question or case on one shared axis."""

    rows: tuple[Held, ...]
    past: tuple[Held, ...]
    due_on: date | None
    round: int

    @property
    def lead(self) -> Held | None:
        return next((row for row in self.rows if row.baton.role == Baton.Role.LEAD), None)

    @property
    def missing(self) -> tuple[Held, ...]:
        """Helpers and territory units that have not handed in."""
        return tuple(row for row in self.rows if row.baton.is_open and row.baton.role != Baton.Role.LEAD)


def held(baton: Baton, *, today: date, axis: tuple[date, date] | None = None, mine: bool = False) -> Held:
    """A baton with its bar; ``axis`` is shared by all bars of one matter."""
    ended = timezone.localdate(baton.done_at or baton.ended_at) if baton.ended_at else None
    bar = days.cells(baton.started_on, baton.due_on, today, ended, axis=axis, due_at=baton.due_at)
    state, word = _state(baton, bar)
    if baton.state == Baton.State.RECALLED:
        bar = Bar(bar.cells, bar.used, "已收回或改派", "mute", bar.days_left, bar.provisional)
    return Held(baton, bar, state, word, mine)


def _state(baton: Baton, bar: Bar) -> tuple[str, str]:
    """A code that the page's chips know, and other words for it where they help."""
    if baton.state in (Baton.State.DONE, Baton.State.RECALLED, Baton.State.OBJECTED):
        return baton.state, ""
    if bar.tone == "bad":
        return "overdue", "超期，还没签收" if baton.state == Baton.State.OFFERED else ""
    if baton.state == Baton.State.OFFERED:
        return "offered", ""
    if baton.paused_until:
        return "paused", ""
    return ("near", "") if bar.tone == "warn" else ("accepted", "")


def batons_of(viewer: Viewer, *, question: Question | None = None, case: Case | None = None) -> list[Baton]:
    """Every baton of the matter, lead first, open before ended; empty when she may not see the matter."""
    relay = relay_of(viewer, question=question, case=case)
    return [row.baton for row in (*relay.rows, *relay.past)]


def relay_of(viewer: Viewer, *, question: Question | None = None, case: Case | None = None) -> Relay:
    """The relay table of a question or case: one row a unit, bars on one axis, current round first.

    Recalled batons and earlier rounds are in ``past``. Two queries.
    """
    if question is not None:
        seen = passes(question, question_access.visible(viewer))
        batons = Baton.objects.filter(question=question)
    elif case is not None:
        seen = passes(case, case_access.visible(viewer))
        batons = Baton.objects.filter(case=case)
    else:
        return Relay((), (), None, 1)
    if not seen:
        return Relay((), (), None, 1)
    # the place of the unit says which level answers
    return table(list(batons.select_related("unit__region", "officer", "duty").order_by("pk")), viewer=viewer)


def lead_of(viewer: Viewer, question: Question) -> Baton | None:
    """The lead that the question has its date from, for whoever may see the question; None before the first dispatch."""
    if question.due_on is None:
        return None
    seen = Question.objects.filter(question_access.visible(viewer), pk=question.pk)
    leads = Baton.objects.filter(question__in=seen, role=Baton.Role.LEAD).select_related("unit")
    return leads.filter(due_on=question.due_on).order_by("-pk").first()


def table(batons: Sequence[Baton], *, viewer: Viewer | None = None, today: date | None = None) -> Relay:
    """Rows for these batons (unit, officer and duty fetched), whoever asked."""
    today = today or clock.today()
    latest = max((b.round for b in batons), default=1)
    current = [b for b in batons if b.round == latest and b.state != Baton.State.RECALLED]
    current.sort(key=lambda b: (ROLE_ORDER[Baton.Role(b.role)], b.pk))
    others = [b for b in batons if b not in current]
    axis = days.shared_axis(
        ((b.started_on, b.due_on, timezone.localdate(b.ended_at) if b.ended_at else None) for b in current), today
    )
    mine = viewer.unit_ids if viewer else frozenset()
    rows = tuple(held(b, today=today, axis=axis, mine=b.unit_id in mine) for b in current)
    lead = next((b for b in current if b.role == Baton.Role.LEAD), None)
    return Relay(rows, tuple(held(b, today=today) for b in others), lead.due_on if lead else None, latest)


def _with_matter(rows: QuerySet[Baton]) -> QuerySet[Baton]:
    return rows.select_related("unit", "officer", "question", "question__place", "case", "case__place", "duty")


def my_relay(viewer: Viewer, cursor: str = "", *, tab: str = "offered", size: int = 30) -> Page[Baton]:
    """本单位的棒: batons of her units, first due first; ended ones newest first. Each row carries ``held``."""
    states = TABS.get(tab, TABS["offered"])
    rows = _with_matter(Baton.objects.filter(access.own(viewer), state__in=states))
    page = page_of(rows, order=("-id",) if tab == "done" else ("due_on", "id"), cursor=cursor, size=size)
    today = clock.today()
    for baton in page.rows:
        baton.held = held(baton, today=today)  # type: ignore[attr-defined]
    return page


def counts_for(viewer: Viewer) -> dict[str, int]:
    """How many wait for a signature, are in hand, and are overdue; one query over open batons."""
    rows = Baton.objects.filter(access.own(viewer), state__in=OPEN).aggregate(
        offered=Count("id", filter=Q(state__in=TABS["offered"])),
        accepted=Count("id", filter=Q(state="accepted")),
        overdue=Count("id", filter=Q(due_on__lt=clock.today()) | Q(due_at__lt=clock.now())),
    )
    return {name: int(value) for name, value in rows.items()}


def waiting_for(viewer: Viewer) -> QuerySet[Baton]:
    """What the rail counts beside 本单位的棒: everything open in her units."""
    return Baton.objects.filter(access.own(viewer), state__in=OPEN) if _works(viewer) else Baton.objects.none()


def _works(viewer: Viewer) -> bool:
    return any(viewer.can(may) for may in access.WORKS)


def baton_for(viewer: Viewer, pk: int) -> Baton:
    """One baton of her unit (or any, with sight of the district); raises NotVisible."""
    found = _with_matter(Baton.objects.filter(access.visible(viewer), pk=pk)).first()
    if found is None:
        raise NotVisible
    found.held = held(found, today=clock.today())  # type: ignore[attr-defined]
    return found


def officers_for(baton: Baton) -> QuerySet[Officer]:
    """Who inside the unit can be given it."""
    return units.officers_of(baton.unit_id, WORKERS)


def matter_case(viewer: Viewer, baton: Baton, case_id: int) -> Case:
    """A case that travels with the baton; raises NotVisible."""
    if baton.question_id is None:
        rows = Case.objects.filter(pk=case_id if baton.case_id == case_id else 0)
    else:
        active = Membership.objects.filter(question_id=baton.question_id, state=Membership.State.ACTIVE)
        rows = Case.objects.filter(pk=case_id, pk__in=active.values("case_id"))
    found = rows.filter(case_access.visible(viewer)).select_related("place").first()
    if found is None:
        raise NotVisible
    return found


def matter_case_ids(baton: Baton, limit: int = 2000) -> list[int]:
    """The cases that travel with the baton."""
    if baton.question_id is None:
        return [baton.case_id] if baton.case_id else []
    active = Membership.objects.filter(question_id=baton.question_id, state=Membership.State.ACTIVE)
    return list(active.order_by("-pk").values_list("case_id", flat=True)[:limit])


def progress_of(batons: Iterable[Baton]) -> list[Progress]:
    """What these units did, newest first; for somebody who may see the matter."""
    rows = Progress.objects.filter(baton__in=list(batons))
    return list(rows.select_related("baton__unit", "by").order_by("-at", "-id")[:100])


def contacts_of(case_ids: Sequence[int]) -> dict[int, list[Contact]]:
    """Tries to reach each of these askers, newest first."""
    found: dict[int, list[Contact]] = {}
    for row in Contact.objects.filter(case_id__in=case_ids).select_related("by").order_by("-at", "-id"):
        found.setdefault(row.case_id, []).append(row)
    return found


def open_objections(viewer: Viewer, cursor: str = "", *, size: int = 30) -> Page[Objection]:
    """异议 waiting for a ruling, oldest first; for those who rule. Each carries its baton with bar."""
    if not viewer.can(May.RULE):
        raise NotVisible
    batons = Prefetch("baton", _with_matter(Baton.objects.all()))
    rows = Objection.objects.filter(ruling="").select_related("suggested", "raised_by").prefetch_related(batons)
    page = page_of(rows, order=("raised_at", "id"), cursor=cursor, size=size)
    today = clock.today()
    for row in page.rows:
        row.held = held(row.baton, today=today)  # type: ignore[attr-defined]
        row.late = _ruling_late(row)  # type: ignore[attr-defined]
    return page


def _ruling_late(row: Objection) -> bool:
    """Whether the time to rule on it has passed."""
    if row.due_at is not None:
        return clock.now() > row.due_at
    return row.due_on is not None and clock.today() > row.due_on


def objections_waiting(viewer: Viewer) -> QuerySet[Objection]:
    """Objections that wait for a ruling, to be counted; none for those who do not rule."""
    return Objection.objects.filter(ruling="") if viewer.can(May.RULE) else Objection.objects.none()


def objection_for(viewer: Viewer, pk: int) -> Objection:
    """One objection, for those who rule or whose unit raised it; raises NotVisible."""
    rows = Objection.objects.filter(pk=pk).select_related("suggested", "raised_by")
    found = rows.prefetch_related(Prefetch("baton", _with_matter(Baton.objects.all()))).first()
    if found is None or not (viewer.can(May.RULE) or found.baton.unit_id in viewer.unit_ids):
        raise NotVisible
    found.held = held(found.baton, today=clock.today())  # type: ignore[attr-defined]
    found.late = _ruling_late(found)  # type: ignore[attr-defined]
    return found


def plan(
    *, question: Question | None = None, case: Case | None = None, roles: Sequence[str], start: datetime | None = None
) -> dict[str, Bar]:
    """What the due dates would be if it were dispatched now: role → bar, all on one axis."""
    start = start or clock.now()
    today = timezone.localdate(start)
    matter = matter_of(question, case)
    regime = regime_of(matter, joint=len(roles) > 1, start=start)
    dues = {role: clocks_for(regime, role, start, received=matter.received_at).due for role in dict.fromkeys(roles)}
    axis = days.shared_axis(((today, due.due_on, None) for due in dues.values()), today)
    return {
        role: days.cells(today, due.due_on, today, axis=axis, due_at=None if due.by_day else due.due_at)
        for role, due in dues.items()
    }


def role_choices() -> list[tuple[str, str]]:
    """协办 and 属地, for the form that adds a unit."""
    return [(r.value, str(r.label)) for r in (Baton.Role.HELPER, Baton.Role.TERRITORY)]


def contact_results() -> list[tuple[str, str]]:
    """Results of a try to reach somebody, for forms."""
    return list(Contact.Result.choices)


def objection_rulings() -> list[tuple[str, str]]:
    """The three rulings, for forms."""
    return list(Objection.Ruling.choices)
