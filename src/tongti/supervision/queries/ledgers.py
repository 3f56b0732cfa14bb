"""三清单一台账: one row a matter, from problem to strike-off; the three lists are three sets of its columns.

Columns follow domain sheet 9.5 (台账). A row is the newest lead baton of a question or single case, so what was never dispatched is
not on the ledger and a matter that came back is on it once. Who asked is a number, never a name: ledgers leave the house.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from tongti.cases.models import Case
from tongti.deadlines.queries import days_left
from tongti.questions.models import Membership
from tongti.relay import access as relay_access
from tongti.relay.models import OPEN, Baton, Evidence, Progress
from tongti.relay.plans import about
from tongti.shared import clock
from tongti.shared.errors import NotVisible
from tongti.shared.pages import Page, page_of
from tongti.supervision.models import LedgerNote
from tongti.units import queries as units
from tongti.units.access import ROLES, May, Viewer
from tongti.verdicts.models import StrikeOff

STATES = {"": "全部", "open": "在办", "overdue": "超期", "done": "已答复", "struck": "已销号"}
CHUNK = 400


@dataclass(frozen=True)
class Line:
    """One row of the ledger, every cell as text."""

    number: str
    problem: str
    source: str
    asked_by: str
    received: str
    category: str
    level: str
    goal: str
    measure: str
    lead: str
    helpers: str
    leader: str
    person: str
    duty: str
    due: str
    progress: str
    result: str
    evidence: str
    struck: str
    reviewer: str
    remark: str
    question_id: int | None = None
    case_id: int | None = None
    late: bool = False


@dataclass(frozen=True)
class Column:
    """A head, how its cell is read off a line, and its width in characters for a sheet."""

    head: str
    read: Callable[[Line], str]
    width: int = 12


_ALL = {
    "number": Column("编号", lambda line: line.number, 14),
    "problem": Column("问题", lambda line: line.problem, 36),
    "source": Column("来源", lambda line: line.source, 14),
    "asked_by": Column("反映人（单位）", lambda line: line.asked_by, 14),
    "received": Column("受理时间", lambda line: line.received, 12),
    "category": Column("类别", lambda line: line.category, 12),
    "level": Column("缓急", lambda line: line.level, 12),
    "goal": Column("整改目标", lambda line: line.goal, 24),
    "measure": Column("整改措施", lambda line: line.measure, 30),
    "lead": Column("牵头单位", lambda line: line.lead, 14),
    "helpers": Column("责任单位", lambda line: line.helpers, 20),
    "leader": Column("责任领导", lambda line: line.leader, 10),
    "person": Column("责任人", lambda line: line.person, 10),
    "duty": Column("职责", lambda line: line.duty, 30),
    "due": Column("完成时限", lambda line: line.due, 12),
    "progress": Column("进展", lambda line: line.progress, 30),
    "result": Column("完成情况", lambda line: line.result, 12),
    "evidence": Column("佐证", lambda line: line.evidence, 12),
    "struck": Column("销号时间", lambda line: line.struck, 12),
    "reviewer": Column("审核人", lambda line: line.reviewer, 10),
    "remark": Column("备注", lambda line: line.remark, 20),
}
LISTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "all": (
        "台账",
        (
            "number", "problem", "source", "asked_by", "received", "category", "goal", "measure", "lead", "helpers",
            "leader", "person", "due", "progress", "result", "evidence", "struck", "reviewer", "remark",
        ),
    ),
    "problems": ("问题清单", ("number", "problem", "source", "asked_by", "received", "category", "level")),
    "duties": ("责任清单", ("number", "problem", "lead", "helpers", "leader", "person", "duty")),
    "tasks": ("任务清单", ("number", "problem", "goal", "measure", "due", "progress", "evidence", "result")),
}  # fmt: skip


def columns(name: str) -> tuple[Column, ...]:
    """The columns of one list; the whole ledger for an unknown name."""
    return tuple(_ALL[code] for code in LISTS.get(name, LISTS["all"])[1])


@dataclass(frozen=True)
class Asked:
    """What the reader asked for. Days are those of the dispatch."""

    unit_id: int | None = None
    category_id: int | None = None
    state: str = ""
    since: date | None = None
    until: date | None = None


def ledger(viewer: Viewer, asked: Asked, cursor: str = "", *, size: int = 40) -> tuple[Page[Baton], list[Line]]:
    """One page of the ledger, newest dispatch first; eleven queries whatever its size."""
    page = page_of(_rows(viewer, asked), order=("-id",), cursor=cursor, size=size)
    return page, _lines(page.rows)


def whole_ledger(viewer: Viewer, asked: Asked) -> Iterator[Line]:
    """Every line, read in chunks, for a file. Raises NotVisible without the permission to export."""
    if not viewer.can(May.EXPORT):
        raise NotVisible
    return _chunks(_rows(viewer, asked))


def _chunks(rows: QuerySet[Baton]) -> Iterator[Line]:
    cursor = ""
    while True:
        page = page_of(rows, order=("-id",), cursor=cursor, size=CHUNK)
        yield from _lines(page.rows)
        cursor = page.next_cursor
        if not cursor:
            return


def count(viewer: Viewer, asked: Asked, most: int = 100_000) -> int:
    """How many lines a file will have; counted up to ``most``."""
    return _rows(viewer, asked)[:most].count()


def ledger_note(baton: Baton) -> LedgerNote | None:
    """What a person added to a line, for whoever was let see the baton."""
    return LedgerNote.objects.filter(about(baton.question_id, baton.case_id)).first()


def leaders_for(baton: Baton) -> list[tuple[int, str]]:
    """Who can be the responsible leader of a line: those who sign for the unit."""
    roles = [code for code, role in ROLES.items() if May.SIGN in role.grants]
    return list(units.officers_of(baton.unit_id, roles).values_list("pk", "name"))


def _rows(viewer: Viewer, asked: Asked) -> QuerySet[Baton]:
    newer = Baton.objects.filter(role=Baton.Role.LEAD, pk__gt=OuterRef("pk"))
    rows = Baton.objects.filter(relay_access.visible(viewer), role=Baton.Role.LEAD).exclude(
        Exists(newer.filter(question=OuterRef("question"))) | Exists(newer.filter(case=OuterRef("case")))
    )
    if asked.unit_id:
        rows = rows.filter(unit_id=asked.unit_id)
    if asked.category_id:
        rows = rows.filter(Q(question__category_id=asked.category_id) | Q(case__category_id=asked.category_id))
    if asked.since:
        rows = rows.filter(offered_at__date__gte=asked.since)
    if asked.until:
        rows = rows.filter(offered_at__date__lte=asked.until)
    return rows.filter(_state(asked.state)).select_related(
        "unit", "officer", "duty", "question__category", "case__category", "case__place"
    )


def _state(state: str) -> Q:
    if state == "open":
        return Q(state__in=OPEN)
    if state == "overdue":
        return Q(state__in=OPEN, due_on__lt=clock.today())
    if state == "struck":
        struck = StrikeOff.objects.filter(state=StrikeOff.State.STRUCK)
        return Q(question__in=struck.values("question")) | Q(case__in=struck.values("case"))
    return Q(state=Baton.State.DONE) if state == "done" else Q()


def _lines(batons: Sequence[Baton]) -> list[Line]:
    facts = _Facts(batons)
    return [_line(baton, facts) for baton in batons]


Key = tuple[int | None, int | None]


class _Facts:
    """What a page of lines needs beside the batons, in a fixed number of queries."""

    def __init__(self, batons: Sequence[Baton]) -> None:
        self.questions = [b.question_id for b in batons if b.question_id]
        self.cases = [b.case_id for b in batons if b.case_id]
        self.helpers = self._helpers(batons)
        self.channels = self._channels()
        self.progress = self._progress(batons)
        self.struck = {(s.question_id, s.case_id): s for s in self._struck()}
        self.evidence = self._evidence(batons)
        self.notes = {(n.question_id, n.case_id): n for n in self._notes()}

    def _on(self) -> Q:
        return Q(question_id__in=self.questions) | Q(case_id__in=self.cases)

    def _helpers(self, batons: Sequence[Baton]) -> dict[Key, list[Baton]]:
        rounds = {(b.question_id, b.case_id): b.round for b in batons}
        rows = Baton.objects.filter(self._on()).exclude(role=Baton.Role.LEAD).exclude(state=Baton.State.RECALLED)
        found: dict[Key, list[Baton]] = {}
        for row in rows.select_related("unit").order_by("pk"):
            key = (row.question_id, row.case_id)
            if row.round == rounds.get(key):
                found.setdefault(key, []).append(row)
        return found

    def _channels(self) -> dict[int, list[str]]:
        rows = Membership.objects.filter(question_id__in=self.questions, state=Membership.State.ACTIVE)
        pairs = rows.order_by().values_list("question_id", "case__channel").distinct()
        found: dict[int, list[str]] = {}
        for question_id, channel in pairs:
            found.setdefault(question_id, []).append(str(Case.Channel(channel).label))
        return found

    def _progress(self, batons: Sequence[Baton]) -> dict[int, str]:
        """The newest public note of each lead."""
        rows = Progress.objects.filter(baton__in=batons, public=True).order_by("baton_id", "-at", "-pk")
        return dict(rows.distinct("baton_id").values_list("baton_id", "words"))

    def _struck(self) -> Iterable[StrikeOff]:
        rows = StrikeOff.objects.filter(self._on(), state=StrikeOff.State.STRUCK)
        return rows.select_related("reviewed_by").order_by("pk")

    def _evidence(self, batons: Sequence[Baton]) -> dict[int, int]:
        """How many papers stand behind each lead."""
        rows = Evidence.objects.filter(baton__in=batons).order_by().values_list("baton_id")
        return dict(rows.annotate(n=Count("pk")))

    def _notes(self) -> Iterable[LedgerNote]:
        return LedgerNote.objects.filter(self._on()).select_related("leader")


def _line(baton: Baton, facts: _Facts) -> Line:
    key = (baton.question_id, baton.case_id)
    note = facts.notes.get(key)
    helpers = facts.helpers.get(key, [])
    struck, papers = facts.struck.get(key), facts.evidence.get(baton.pk, 0)
    return Line(
        **_problem(baton, facts),
        goal=note.goal if note else "",
        measure=note.measure if note else "",
        leader=note.leader.name if note and note.leader else "",
        remark=note.remark if note else "",
        lead=baton.unit.short_name,
        helpers="、".join(h.unit.short_name for h in helpers),
        person=baton.officer.name if baton.officer else "",
        duty="；".join([f"牵头：{baton.task}", *(f"{h.unit.short_name}：{h.task}" for h in helpers)]),
        due=_day(baton.due_on),
        progress=facts.progress.get(baton.pk) or (baton.question.progress if baton.question else ""),
        result=_result(baton),
        evidence=f"{papers} 份" if papers else "",
        struck=_day(timezone.localdate(struck.struck_at)) if struck and struck.struck_at else "",
        reviewer=struck.reviewed_by.name if struck and struck.reviewed_by else "",
        question_id=baton.question_id,
        case_id=baton.case_id,
        late=baton.is_open and (days_left(baton.due_on) or 0) < 0,
    )


def _problem(baton: Baton, facts: _Facts) -> dict[str, Any]:
    if baton.question:
        q = baton.question
        firms = f"（企业 {q.enterprise_count} 家）" if q.enterprise_count else ""
        return {
            "number": q.number,
            "problem": q.title,
            "source": "、".join(facts.channels.get(q.pk, [])),
            "asked_by": f"{q.asker_count} 人{firms}",
            "received": _day(timezone.localdate(q.first_received_at)) if q.first_received_at else "",
            "category": q.category.name if q.category else "",
            "level": q.get_handling_display(),
        }
    case = baton.case
    assert case is not None
    return {
        "number": case.number,
        "problem": case.title or _untitled(case),
        "source": case.get_channel_display(),
        "asked_by": case.get_party_kind_display(),
        "received": _day(timezone.localdate(case.received_at)),
        "category": case.category.name if case.category else "",
        "level": case.get_urgency_display(),
    }


def _untitled(case: Case) -> str:
    """What a case without a title is about, without the asker's own words: the ledger is printed and leaves the house.

    Her words may name her, her neighbours, a telephone; category and village are as far as an address is shown (个人信息
    保护法; domain sheet 8.4).
    """
    what = case.category.name if case.category else "未分类"
    where = f"，{case.place.name}" if case.place else ""
    return f"{what}{where}（没有标题）"


def _result(baton: Baton) -> str:
    if baton.is_open:
        left = days_left(baton.due_on) or 0
        return f"超期 {-left} 日" if left < 0 else str(baton.get_state_display())
    thing = baton.question or baton.case
    assert thing is not None
    if baton.case and baton.case.closing:
        return str(baton.case.get_closing_display())
    return str(thing.get_state_display())


def _day(day: date) -> str:
    return day.isoformat()
