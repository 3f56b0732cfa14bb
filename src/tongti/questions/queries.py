"""Reads on questions. Every query takes the viewer first and shows only what she may see."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.db.models import Case as Choose
from django.db.models import Count, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce, Floor, Least

from tongti.accounts.models import Officer
from tongti.cases.access import visible as visible_cases
from tongti.cases.models import Case
from tongti.cases.queries.lists import wanted_words
from tongti.cases.queries.tokens import Tokens
from tongti.deadlines.queries import days_left, next_working_days
from tongti.figures import queries as figures
from tongti.parties.queries import Face, faces
from tongti.questions.access import visible
from tongti.questions.models import (
    AGE_KEY,
    DUE_KEY,
    IN_HAND,
    EngineChoice,
    EngineWeights,
    Membership,
    Question,
    Rearrangement,
)
from tongti.shared import clock
from tongti.shared.actor import CALLED
from tongti.shared.errors import NotVisible
from tongti.shared.numbers import read_case_number
from tongti.shared.pages import Page, page_of
from tongti.shared.seeing import passes
from tongti.trail import queries as trail
from tongti.trail.models import Event
from tongti.units.access import May, Viewer
from tongti.units.models import Region, Unit

State, Handling, Channel = Question.State, Question.Handling, Case.Channel
ACTIVE, PROPOSED = Membership.State.ACTIVE, Membership.State.PROPOSED
UNDO_DAYS = 30
NEAR_DAYS = 2
HEAVY = ("keys", "features", "search")
# What a line of the workbench shows and is sorted by: reading whole rows took longer than finding them.
LINE = (
    "title",
    "state",
    "asker_count",
    "proposed_count",
    "due_on",
    "first_received_at",
    "last_received_at",
    "lead__short_name",
)
MOVEMENT_DAYS = 7

TABS: dict[str, str] = {
    "all": "全部",
    "candidate": "待立题",
    "proposed": "有新的待核对",
    "waiting": "待派",
    "near": "临期",
    "overdue": "超期",
    "answered": "待评价",
    "closed": "已办结",
}
ORDERS: dict[str, str] = {"heat": "人多在前", "due": "先到期", "age": "先反映"}


def handling_choices() -> list[tuple[str, str]]:
    """Classes A to D with their words."""
    return list(Handling.choices)


# --- one question -------------------------------------------------------------------------------------------------


def question_for(viewer: Viewer, key: int | str) -> Question:
    """By primary key, or by number as people type it (``TT-2026-0001``). Raises NotVisible."""
    by = Q(pk=key) if isinstance(key, int) else Q(number=key.strip().upper())
    rows = Question.objects.filter(visible(viewer)).select_related("lead", "category", "place", "merged_into")
    found = rows.filter(by).defer(*HEAVY).first()
    if found is None:
        raise NotVisible
    return found


def question_of_case(viewer: Viewer, case_id: int) -> Question | None:
    """The question a case has joined, when this viewer may see it."""
    joined = Membership.objects.filter(case_id=case_id, state=ACTIVE).values("question_id")
    return Question.objects.filter(visible(viewer), pk__in=joined).select_related("lead").defer(*HEAVY).first()


def proposals_for_case(viewer: Viewer, case_id: int) -> list[Membership]:
    """Questions that the engine suggests for one case, the likeliest first."""
    rows = Membership.objects.filter(
        case_id=case_id, state=PROPOSED, question__in=Question.objects.filter(visible(viewer))
    )
    return list(rows.select_related("question").order_by("-probability", "-pk"))


@dataclass(frozen=True)
class Channels:
    """How many of the members came by which door."""

    words: str
    count: int


def channel_mix(question: Question) -> list[Channels]:
    """Doors by number of members, the busiest first."""
    rows = (
        Membership.objects.filter(question=question, state=ACTIVE)
        .values_list("case__channel")
        .annotate(n=Count("id"))
        .order_by("-n", "case__channel")
    )
    return [Channels(str(Channel(code).label), n) for code, n in rows]


@dataclass(frozen=True)
class Row:
    """One case beside its membership, with the face this viewer may see. ``case.body`` are the asker's own words."""

    membership: Membership
    case: Case
    face: Face | None


def members(
    viewer: Viewer, question: Question, cursor: str = "", *, state: str = ACTIVE, size: int = 30, oldest: bool = False
) -> Page[Membership]:
    """Members (or proposals) that this viewer may see, the newest first; ``dress`` adds the faces."""
    rows = (
        Membership.objects.filter(question=question, state=state)
        .filter(case__in=Case.objects.filter(visible_cases(viewer)))
        .select_related("case", "case__place", "case__holder")
        .defer("case__search")
    )
    return page_of(rows, order=("pk",) if oldest else ("-pk",), cursor=cursor, size=size)


def dress(viewer: Viewer, rows: Sequence[Membership]) -> list[Row]:
    """The same rows with masked (or revealed) faces; two queries."""
    return [
        Row(row, row.case, face) for row, face in zip(rows, _faces(viewer, [row.case for row in rows]), strict=True)
    ]


def _faces(viewer: Viewer, cases: Sequence[Case]) -> list[Face | None]:
    hidden = {case.party_id for case in cases if case.hide_identity and case.party_id}
    found = faces(viewer, [case.party_id for case in cases], hidden_case_parties=hidden)
    return [found.get(case.party_id or 0) for case in cases]


def member_case_ids(question: Question, states: Collection[str] | None = None) -> list[int]:
    """Cases that have joined, oldest first; ``states`` narrows to case states. For actions and jobs."""
    rows = Membership.objects.filter(question=question, state=ACTIVE)
    if states is not None:
        rows = rows.filter(case__state__in=states)
    return list(rows.order_by("case_id").values_list("case_id", flat=True))


def proposals(viewer: Viewer, question: Question, cursor: str = "", size: int = 20) -> Page[Membership]:
    """What waits to be checked for one question, the likeliest first."""
    rows = (
        Membership.objects.filter(question=question, state=PROPOSED)
        .filter(case__in=Case.objects.filter(visible_cases(viewer)))
        .select_related("case", "case__place", "case__place__parent")
        .defer("case__search")
        .annotate(likely=Coalesce(F("probability"), Value(0.0)))
    )
    return page_of(rows, order=("-likely", "-pk"), cursor=cursor, size=size)


def proposal_for(viewer: Viewer, question: Question, pk: int) -> Membership:
    """One proposal of the question; raises NotVisible when it was decided or never was."""
    rows = Membership.objects.filter(pk=pk, question=question, state=PROPOSED)
    found = (
        rows.filter(case__in=Case.objects.filter(visible_cases(viewer))).select_related("case__place__parent").first()
    )
    if found is None:
        raise NotVisible
    return found


def central_cases(viewer: Viewer, question: Question, limit: int = 2, *, without: int | None = None) -> list[Case]:
    """The cases that stand for the question on the review page: the most certain members, else the surest proposals."""
    for state in (ACTIVE, PROPOSED):
        rows = Membership.objects.filter(question=question, state=state).exclude(case_id=without or 0)
        ids = list(
            rows.order_by(F("probability").desc(nulls_last=True), "pk").values_list("case_id", flat=True)[:limit]
        )
        if ids:
            cases = Case.objects.filter(visible_cases(viewer), pk__in=ids).select_related("place", "place__parent")
            by_id = {case.pk: case for case in cases.defer("search")}
            return [by_id[pk] for pk in ids if pk in by_id]
    return []


def cases_by_numbers(viewer: Viewer, typed: str) -> tuple[list[Case], list[str]]:
    """(cases, numbers that nobody here may see or that are misread) of a typed list of case numbers."""
    read = [
        (word, read_case_number(word)) for word in typed.replace("，", " ").replace("、", " ").replace(",", " ").split()
    ]
    rows = Case.objects.filter(visible_cases(viewer), number__in=[number for _, number in read if number])
    found = {case.number: case for case in rows.defer("search")}
    return list(found.values()), [word for word, number in read if number not in found]


# --- the workbench ------------------------------------------------------------------------------------------------


def workbench(
    viewer: Viewer, tab: str = "all", order: str = "heat", cursor: str = "", size: int = 30, narrowed: Q | None = None
) -> Page[Question]:
    """The questions of one tab, ``narrowed`` by a room above. Candidates have a tab of their own: 全部 is what people have set up."""
    rows = of_tab(viewer, tab, narrowed).select_related("lead").only(*LINE)
    if order == "due":
        rows = rows.annotate(due_key=DUE_KEY)
        keys: tuple[str, ...] = ("due_key", "pk")
    elif order == "age":
        rows = rows.annotate(age_key=AGE_KEY)
        keys = ("age_key", "pk")
    elif tab in ("candidate", "proposed"):
        keys = ("-proposed_count", "-pk")
    else:
        keys = ("-asker_count", "-pk")
    return page_of(rows, order=keys, cursor=cursor, size=size)


def of_tab(viewer: Viewer, tab: str, narrowed: Q | None = None) -> QuerySet[Question]:
    """The questions of one tab that she may see, in no order."""
    return Question.objects.filter(visible(viewer), _tab(tab), narrowed or Q())


def _tab(tab: str) -> Q:
    today = clock.today()
    open_ones = Q(state__in=[State.SET_UP, State.HANDLING])
    return {
        "candidate": Q(state=State.CANDIDATE),
        "proposed": Q(state__in=IN_HAND, proposed_count__gt=0),
        "waiting": Q(state=State.SET_UP),
        "near": open_ones & Q(due_on__gte=today, due_on__lte=near_until()),
        "overdue": open_ones & Q(due_on__lt=today),
        "answered": Q(state=State.ANSWERED),
        "closed": Q(state=State.CLOSED),
    }.get(tab, Q(state__in=IN_HAND))


def near_until() -> date:
    """The last day that is near: the second working day from now."""
    return next_working_days(NEAR_DAYS + 1)[-1]


@dataclass(frozen=True)
class Tab:
    """One tab of the workbench with how many questions it holds for this viewer."""

    code: str
    words: str
    count: int


def tabs(viewer: Viewer) -> list[Tab]:
    """All tabs with their counts; one query over questions that are not closed, one for the closed."""
    counts: Counter[str] = Counter(closed=Question.objects.filter(visible(viewer), state=State.CLOSED).count())
    for state, due, new, count in _sorts(viewer):
        for code in _tabs_of(state, due, new):
            counts[code] += count
    return [Tab(code, words, counts[code]) for code, words in TABS.items()]


def _sorts(viewer: Viewer) -> QuerySet[Question, tuple[str, str, bool, int]]:
    """Questions that are not closed, counted by what decides their tabs: state, how near the due day is, whether something
    waits to be checked. One pass over ``question_tabs``; a count of its own for each tab took Django longer to write than
    PostgreSQL to find."""
    due = Choose(
        When(due_on__lt=clock.today(), then=Value("overdue")),
        When(due_on__lte=near_until(), then=Value("near")),
        default=Value("later"),
    )
    new = Choose(When(proposed_count__gt=0, then=Value(True)), default=Value(False))
    rows = Question.objects.filter(visible(viewer), state__in=[State.CANDIDATE, *IN_HAND])
    return rows.values_list("state", due, new).annotate(n=Count("*"))


def _tabs_of(state: str, due: str, new: bool) -> Iterator[str]:
    """The tabs under which such questions are listed, as ``_tab`` selects them."""
    if state == State.CANDIDATE:
        yield "candidate"
        return
    yield "all"
    if new:
        yield "proposed"
    if state == State.ANSWERED:
        yield "answered"
        return
    if state == State.SET_UP:
        yield "waiting"
    if due in ("near", "overdue"):
        yield due


def waiting_for_dispatcher(viewer: Viewer) -> QuerySet[Question]:
    """Questions that wait for a person's judgement, to be counted: candidates and undispatched ones; none for those who
    do not join."""
    waiting = Question.objects.filter(visible(viewer), state__in=[State.CANDIDATE, State.SET_UP])
    return waiting if viewer.can(May.JOIN) else waiting.none()


def with_proposals(viewer: Viewer) -> tuple[int, int]:
    """(questions that are set up and have new proposals, proposals on them): cases that somebody must judge."""
    rows = Question.objects.filter(visible(viewer), _tab("proposed"))
    found = rows.aggregate(questions=Count("pk"), cases=Sum("proposed_count"))
    return found["questions"], found["cases"] or 0


def days_left_of(question: Question) -> int | None:
    """Working days to the due day while somebody still has to act; None otherwise."""
    return days_left(question.due_on) if question.state in (State.SET_UP, State.HANDLING) else None


def movement(question_ids: Sequence[int]) -> dict[int, int]:
    """New askers of the last seven days, by question."""
    today = clock.today()
    rows = figures.by_subject_and_day(
        "question_askers", list(question_ids), since=today - timedelta(days=MOVEMENT_DAYS - 1), until=today
    )
    out: dict[int, int] = {}
    for (subject, _day), amount in rows.items():
        out[subject] = out.get(subject, 0) + amount
    return out


def find(viewer: Viewer, text: str, *, without: int | None = None, limit: int = 10) -> list[Question]:
    """Questions that can take cases, by number or by words of the title."""
    rows = Question.objects.filter(visible(viewer)).exclude(state__in=[State.CLOSED, State.DROPPED])
    rows = rows.exclude(pk=without or 0)
    typed = text.strip()
    if typed.upper().startswith("TT-"):
        rows = rows.filter(number__startswith=typed.upper())
    elif tokens := wanted_words(typed):
        rows = rows.filter(search=Tokens(tokens))
    else:
        return []
    return list(rows.defer(*HEAVY).select_related("lead").order_by("-asker_count", "-pk")[:limit])


# --- rearrangements and the time line -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """One rearrangement as the undo list shows it."""

    pk: int
    words: str
    count: int
    reason: str
    by_name: str
    at: datetime
    undone_at: datetime | None
    undone_by_name: str
    can_undo: bool


def steps(viewer: Viewer, question: Question, limit: int = 50) -> list[Step]:
    """What was joined, moved, split and merged in the last thirty days, the newest first."""
    if not passes(question, visible(viewer)):
        raise NotVisible
    since = clock.now() - timedelta(days=UNDO_DAYS)
    touched = Q(question=question) | Q(before__questions__has_key=str(question.pk), at__gte=since)
    rows = Rearrangement.objects.filter(touched, at__gte=since).select_related("by", "undone_by").order_by("-at", "-pk")
    return [
        Step(
            pk=row.pk,
            words=row.get_kind_display(),
            count=len(row.moves),
            reason=row.reason,
            by_name=row.by.name if row.by else "诉求人自己",
            at=row.at,
            undone_at=row.undone_at,
            undone_by_name=row.undone_by.name if row.undone_by else "",
            can_undo=row.undone_at is None,
        )
        for row in rows[:limit]
    ]


def step_for(viewer: Viewer, pk: int) -> Rearrangement:
    """One rearrangement on a question that this viewer may see. Raises NotVisible."""
    found = Rearrangement.objects.filter(pk=pk, question__in=Question.objects.filter(visible(viewer))).first()
    if found is None:
        raise NotVisible
    return found


@dataclass(frozen=True)
class Moment:
    """One line of a question's time line, in plain words."""

    verb: str
    words: str
    detail: str
    at: datetime
    tone: str = "done"


def timeline(viewer: Viewer, question: Question, limit: int = 60) -> list[Moment]:
    """What happened to the question, the oldest first, in plain Chinese; names of officers and units by two queries."""
    if not passes(question, visible(viewer)):
        raise NotVisible
    events = [event for event in reversed(trail.of(question, limit)) if event.verb in _LINES]
    people = dict(
        Officer.objects.filter(pk__in={e.actor_id for e in events if e.actor_kind == "officer"}).values_list(
            "pk", "name"
        )
    )
    unit_ids = {e.facts.get("lead") for e in events} | {u for e in events for u in e.facts.get("units", [])}
    units = dict(Unit.objects.filter(pk__in=unit_ids - {None}).values_list("pk", "short_name"))
    return [_moment(event, people, units) for event in _proposals_in_one(events)]


def _proposals_in_one(events: list[Event]) -> Iterator[Event]:
    """The engine proposes as cases come in, one by one: a run of its proposals is one line, with the time of the last."""
    for proposed, run in groupby(events, key=lambda event: event.verb == "question.proposed"):
        together = list(run)
        if not proposed:
            yield from together
            continue
        last = together[-1]
        last.facts = {"proposed": [pk for event in together for pk in event.facts.get("proposed", ())]}
        yield last


_LINES: dict[str, str] = {
    "question.made": "{who}新立这道题",
    "question.proposed": "系统发现相近的诉求",
    "question.set_up": "立题",
    "question.joined": "并入诉求",
    "question.moved": "移动诉求",
    "question.split": "拆分",
    "question.merged": "合并",
    "question.removed": "移出诉求",
    "question.dropped": "退题",
    "question.refused": "核对后认为不是同题",
    "question.undone": "撤销了一步",
    "question.renamed": "改了题目",
    "question.classified": "改了分类或地点",
    "question.findings_recorded": "登记查明的情况",
    "question.cleared_for_public": "对外公开题目",
    "question.hidden_from_public": "不再对外公开",
    "question.dispatched": "派给{lead}牵头",
    "question.units_changed": "调整承办单位",
    "question.answered": "发出共答",
    "question.closed": "办结",
    "question.withdrawn": "诉求都撤回了，不再办理",
    "question.reopened": "又出现了，重新办理",
}


def _moment(event: Event, people: dict[int, str], units: dict[int, str]) -> Moment:
    facts: dict[str, Any] = event.facts
    officer = people.get(event.actor_id or 0, "工作人员")
    who = officer if event.actor_kind == "officer" else CALLED.get(event.actor_kind, CALLED["system"])
    lead = units.get(facts.get("lead", 0), "承办单位")
    helpers = [units[pk] for pk in facts.get("units", []) if pk in units and pk != facts.get("lead")]
    parts = [
        f"{who}" if event.actor_kind != "system" else "",
        f"并入 {len(facts['joined'])} 件" if facts.get("joined") else "",
        f"转出 {len(facts['left'])} 件" if facts.get("left") else "",
        f"{len(facts['proposed'])} 件待核对" if facts.get("proposed") else "",
        f"{len(facts['refused'])} 件" if facts.get("refused") else "",
        f"{'、'.join(helpers)}协同" if helpers and event.verb == "question.dispatched" else "",
    ]
    words = _LINES[event.verb].format(who=who, lead=lead)
    return Moment(event.verb, words, " · ".join(part for part in parts if part), event.at)


# --- for the public -----------------------------------------------------------------------------------------------


def public() -> QuerySet[Question]:
    """Questions that strangers may see: cleared, and neither a candidate nor dropped."""
    return (
        Question.objects.filter(cleared_at__isnull=False)
        .exclude(public_title="")
        .exclude(state__in=[State.CANDIDATE, State.DROPPED])
    )


def public_question(number: str) -> Question:
    """One public question by its number. Raises NotVisible. Show ``public_title``, never ``title`` or members."""
    if "\0" in number:  # PostgreSQL refuses the character itself
        raise NotVisible
    found = (
        public().filter(number=number.strip().upper()).select_related("lead", "place", "category").defer(*HEAVY).first()
    )
    if found is None:
        raise NotVisible
    return found


def public_list(order: str = "heat", town: int | None = None, cursor: str = "", size: int = 20) -> Page[Question]:
    """Public questions by heat or by newest news, in one township (region id) or everywhere."""
    rows = public().select_related("lead", "place").defer(*HEAVY)
    if town is not None:
        below = Region.objects.filter(Q(pk=town) | Q(path__contains=f"/{town}/")).values("pk")
        rows = rows.filter(place__in=below)
    keys = ("-asker_count", "-pk") if order == "heat" else ("-pk",)
    return page_of(rows, order=keys, cursor=cursor, size=size)


def question_of_own_case(case_id: int) -> Question | None:
    """The question that an asker's own case has joined, for the page she opened with her number and code.

    Show ``public_title`` only while ``is_public``; heat, lead and progress she may see in any case.
    """
    joined = Membership.objects.filter(case_id=case_id, state=ACTIVE).values("question_id")
    return Question.objects.filter(pk__in=joined).select_related("lead", "place").defer(*HEAVY).first()


def helper_names(question: Question) -> list[str]:
    """Short names of the units that take part beside the lead."""
    ids = [pk for pk in question.units if pk != question.lead_id]
    return list(Unit.objects.filter(pk__in=ids).order_by("pk").values_list("short_name", flat=True)) if ids else []


# --- the engine in use --------------------------------------------------------------------------------------------

STEPS = 20
"""Cells into which probabilities are counted: a twentieth each."""


@dataclass(frozen=True)
class EngineState:
    """Newest choice (None: as shipped), the choices before it, and the fits of the last nights."""

    current: EngineChoice | None
    history: list[EngineChoice]
    fits: list[EngineWeights]
    decided: int


def engine_state(viewer: Viewer) -> EngineState:
    """What the engine works with, what it worked with, what it could work with. Raises NotVisible."""
    _tuner(viewer)
    history = list(EngineChoice.objects.select_related("weights", "by").order_by("-serial")[:30])
    decided = Membership.objects.filter(decided_by__isnull=False).exclude(state=PROPOSED).count()
    return EngineState(
        history[0] if history else None, history, list(EngineWeights.objects.order_by("-made_at", "-pk")[:10]), decided
    )


def engine_weights(viewer: Viewer, pk: int) -> EngineWeights:
    """One night's fit. Raises NotVisible."""
    _tuner(viewer)
    found = EngineWeights.objects.filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return found


@dataclass(frozen=True)
class Proposed:
    """Proposals of the engine by probability, in ``STEPS`` cells: made a day, and what people said of those they decided."""

    per_day: tuple[float, ...]
    confirmed: tuple[int, ...]
    refused: tuple[int, ...]


def proposed_by_probability(viewer: Viewer, days: int = 30) -> Proposed:
    """Two grouped counts over the engine's own proposals. Raises NotVisible."""
    _tuner(viewer)
    cell = Least(Floor(F("probability") * STEPS), Value(STEPS - 1.0))
    made = Membership.objects.filter(how=Membership.How.ENGINE, probability__isnull=False).annotate(cell=cell)
    recent = (
        made.filter(proposed_at__gte=clock.now() - timedelta(days=days)).values_list("cell").annotate(n=Count("pk"))
    )
    decided = made.filter(decided_by__isnull=False).exclude(state=PROPOSED)
    told = decided.values_list("cell", "state").annotate(n=Count("pk"))
    per_day, confirmed, refused = [0.0] * STEPS, [0] * STEPS, [0] * STEPS
    for at, n in recent:
        per_day[int(at)] += n / days
    for at, state, n in told:
        (confirmed if state == ACTIVE else refused)[int(at)] += n
    return Proposed(tuple(per_day), tuple(confirmed), tuple(refused))


def _tuner(viewer: Viewer) -> None:
    if not viewer.can(May.TUNE):
        raise NotVisible
