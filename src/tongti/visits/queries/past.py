"""What the office reads of past problems: revisits planned, overdue and done; the rule; the same difficulty found again; chains."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from tongti.cases.access import visible as visible_cases
from tongti.cases.models import Case
from tongti.questions.models import Question
from tongti.shared import clock
from tongti.shared.errors import NotVisible
from tongti.shared.pages import Page, page_of
from tongti.units.access import May, Scope, Viewer
from tongti.visits.access import firm_cases, looks_after, visible
from tongti.visits.models import Finding, Revisit, RevisitRule, Visit
from tongti.visits.queries.firms import firm_names

PLANNED, DONE = Revisit.State.PLANNED, Revisit.State.DONE
TABS: dict[str, str] = {"late": "过了日期的", "nobody": "还没有人去的", "planned": "排好的", "done": "回访过的"}
CAP = 1000
LONGEST_CHAIN = 50


@dataclass(frozen=True)
class RuleRow:
    """The rule of one class; ``days`` None plans nothing."""

    handling: str
    label: str
    days: int | None
    source: str


def revisit_rules() -> list[RuleRow]:
    """A to D and findings without a class, blank where the district filled nothing in."""
    known = {row.handling: row for row in RevisitRule.objects.all()}
    labels = [*Question.Handling.choices, ("", "没有分类的")]
    return [
        RuleRow(code, str(label), known[code].days, known[code].source)
        if code in known
        else RuleRow(code, str(label), None, "")
        for code, label in labels
    ]


def _of_tab(tab: str) -> Q:
    return {
        "late": Q(state=PLANNED, planned_on__lt=clock.today()),
        "nobody": Q(state=PLANNED, officer=None),
        "planned": Q(state=PLANNED),
        "done": Q(state=DONE),
    }[tab]


def _revisits(viewer: Viewer) -> QuerySet[Revisit]:
    """All for those who see every visit; an officer sees her own."""
    rows = Revisit.objects.select_related("case", "officer", "opened", "done_by").defer(
        "case__search", "opened__search"
    )
    if viewer.scope(May.SEE_VISITS) == Scope.ALL:
        return rows.filter(_told_of(viewer, "case") | Q(officer_id=viewer.officer_id))
    return rows.filter(officer_id=viewer.officer_id) if viewer.can(May.SEE_VISITS) else rows.none()


def _told_of(viewer: Viewer, *paths: str) -> Q:
    """Rows whose cases give nobody away who asked to be hidden, as ``access.firm_cases`` has it."""
    if viewer.scope(May.SEE_IDENTITY) == Scope.ALL:
        # never the condition “every row”, which is empty and would vanish in an “or”
        return Q(pk__isnull=False)
    return Q(**{f"{path}__hide_identity": False for path in paths})


@dataclass(frozen=True)
class PastRow:
    """One revisit in the office's list."""

    revisit: Revisit
    firm: str
    late: bool


def revisits(viewer: Viewer, tab: str, cursor: str = "", *, size: int = 30) -> tuple[Page[Revisit], list[PastRow]]:
    """A page of revisits: those that wait in the order of their day, those that are done newest first. Two queries."""
    order = ("-done_at", "-id") if tab == "done" else ("planned_on", "id")
    page = page_of(_revisits(viewer).filter(_of_tab(tab)), order=order, cursor=cursor, size=size)
    names, today = firm_names(row.case.party_id for row in page.rows), clock.today()
    return page, [
        PastRow(row, names.get(row.case.party_id or 0, ""), row.state == PLANNED and row.planned_on < today)
        for row in page.rows
    ]


def revisit_counts(viewer: Viewer) -> dict[str, int]:
    """How many wait, are late, have nobody, were done; of those done, by result. One query."""
    by_tab = {tab: Count("pk", filter=_of_tab(tab)) for tab in TABS}
    by_result = {code: Count("pk", filter=Q(state=DONE, result=code)) for code in Revisit.Result.values}
    found: dict[str, int] = _revisits(viewer).order_by().aggregate(**by_tab, **by_result)
    return found


def late_revisits(viewer: Viewer) -> QuerySet[Revisit]:
    """Those past their day or without anybody, for whoever organises; to be counted, at most CAP."""
    if not viewer.can(May.CAMPAIGN):
        return Revisit.objects.none()
    return Revisit.objects.filter(_of_tab("late") | _of_tab("nobody"), _told_of(viewer, "case"))[:CAP]


# --- found again ---------------------------------------------------------------------------------------------------


def _found_again(viewer: Viewer) -> QuerySet[Finding]:
    hers = Q(raised_by_id=viewer.officer_id)
    rows = Finding.objects.filter(visit__in=Visit.objects.filter(visible(viewer)).values("pk")).exclude(earlier=None)
    return rows.filter(_told_of(viewer, "case", "earlier") | hers)


def found_again(
    viewer: Viewer, state: str, cursor: str = "", *, size: int = 30
) -> tuple[Page[Finding], Mapping[int, str]]:
    """Findings that the engine takes for a difficulty of before, newest first, and the firms' names. Two queries."""
    rows = _found_again(viewer).filter(earlier_state=state)
    rows = rows.select_related("visit", "case", "earlier", "earlier_by").defer("case__search", "earlier__search")
    page = page_of(rows, order=("-id",), cursor=cursor, size=size)
    return page, firm_names(row.visit.party_id for row in page.rows)


def found_again_counts(viewer: Viewer) -> dict[str, int]:
    """How many wait for a person's word, are the same, are not. One query."""
    wanted = {code: Count("pk", filter=Q(earlier_state=code)) for code in Finding.Again.values}
    found: dict[str, int] = _found_again(viewer).order_by().aggregate(**wanted)
    return found


@dataclass(frozen=True)
class Chain:
    """A difficulty that a firm raised more than once: this is the ``nth`` of ``of`` times; the one before, when there is one."""

    nth: int
    of: int
    cases: Sequence[Case]
    before: Case | None

    @property
    def words(self) -> str:
        """“第 2 次反映，上次 2026-07-03 反映，现在已办结”; the first of several says that it was raised again."""
        if self.before is None:
            return f"第 1 次反映，后来又反映了 {self.of - 1} 次"
        day: date = timezone.localdate(self.before.received_at)
        return f"第 {self.nth} 次反映，上次 {day.isoformat()} 反映，现在{self.before.get_state_display()}"


_CHAIN = """
WITH RECURSIVE up AS (
  SELECT id, repeat_of_id FROM cases_case WHERE id = %(case)s
  UNION SELECT c.id, c.repeat_of_id FROM cases_case c JOIN up ON c.id = up.repeat_of_id
), down AS (
  SELECT id FROM up WHERE repeat_of_id IS NULL
  UNION SELECT c.id FROM cases_case c JOIN down ON c.repeat_of_id = down.id
)
SELECT id FROM down LIMIT %(most)s
"""


def chain_of(viewer: Viewer, case: Case) -> Chain | None:
    """The cases that say the same difficulty of one firm, oldest first, as far as she may be told of them; None for a single one.

    Few queries; none for a case without a firm.
    """
    if case.party_id is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_CHAIN, {"case": case.pk, "most": LONGEST_CHAIN})
        ids = [pk for (pk,) in cursor.fetchall()]
    if len(ids) < 2:
        return None
    rows = firm_cases(viewer, [case.party_id]).filter(pk__in=ids)
    if not looks_after(viewer, case.party_id):
        rows = rows.filter(visible_cases(viewer))
    found = list(rows.defer("search", "address").order_by("received_at", "pk"))
    places = [row.pk for row in found]
    if len(found) < 2 or case.pk not in places:
        return None
    at = places.index(case.pk)
    return Chain(nth=at + 1, of=len(found), cases=found, before=found[at - 1] if at else None)


def repeated_of_firm(viewer: Viewer, party_id: int, limit: int = 10) -> list[Chain]:
    """The firm's difficulties that were raised more than once, by the newest case of each, the newest first."""
    again = firm_cases(viewer, [party_id]).filter(repeat_of__isnull=False, repeats=None)
    if not looks_after(viewer, party_id):
        again = again.filter(visible_cases(viewer))
    newest = again.defer("search", "address").order_by("-received_at", "-pk")[:limit]
    return [chain for case in newest if (chain := chain_of(viewer, case)) is not None]


def revisit_to_assign(viewer: Viewer, pk: int) -> Revisit:
    """One that is not done, for whoever organises. Raises NotVisible."""
    rows = Revisit.objects.select_related("case", "officer").filter(_told_of(viewer, "case"), state=PLANNED, pk=pk)
    found = rows.first() if viewer.can(May.CAMPAIGN) else None
    if found is None:
        raise NotVisible
    return found
