"""一页纸: one question on one page for a leader: what, who asks, how long, who holds it, what was tried, what is blocked,
what is asked of her. Made from the rows as they are at ``at``; nobody's name or number stands in it."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count
from django.utils import timezone

from tongti.cases.models import Case
from tongti.deadlines import queries as deadlines
from tongti.figures import queries as figures
from tongti.lifting import queries as lifting
from tongti.lifting.models import Lift
from tongti.questions import queries as questions
from tongti.questions.models import Membership, Question
from tongti.questions.queries import Channels
from tongti.relay import queries as relay
from tongti.relay.models import Baton, ClockStop, Objection, Progress, Promise
from tongti.relay.queries import Held, Relay
from tongti.reports.queries.periods import BEGINNING
from tongti.shared import clock
from tongti.supervision import queries as supervision
from tongti.supervision.models import Instruction, Item
from tongti.units.access import May, Viewer
from tongti.verdicts import queries as verdicts
from tongti.verdicts.queries import Rate

TRIED = 6
PLACES = 5
WEEK = 7


@dataclass(frozen=True)
class Block:
    """One thing that stands in the way: its kind in a word, whose it is, and the words written about it."""

    kind: str
    unit: str
    words: str
    until: date | None = None


@dataclass(frozen=True)
class Brief:
    """Everything on the page. ``days`` since the first asker; ``days_left`` working days to the legal due day, negative: late."""

    at: datetime
    question: Question
    doors: tuple[Channels, ...]
    places: tuple[tuple[str, int], ...]
    open_cases: int
    week: int
    days: int | None
    relay: Relay
    days_left: int | None
    tried: tuple[Progress, ...]
    blocks: tuple[Block, ...]
    asked: tuple[Lift, ...]
    supervised: tuple[Item, ...]
    said: tuple[Rate, ...]
    instructions: tuple[Instruction, ...]

    @property
    def held(self) -> tuple[Held, ...]:
        """The units that still hold something, the lead first."""
        return tuple(row for row in self.relay.rows if row.baton.is_open)

    @property
    def late_days(self) -> int:
        return -self.days_left if self.days_left is not None and self.days_left < 0 else 0


def brief(viewer: Viewer, question_id: int) -> Brief:
    """The page of one question; a constant number of small queries. Raises NotVisible; NotAllowed without the permission “看板”."""
    viewer.require(May.BOARD)
    question = questions.question_for(viewer, question_id)
    passed = relay.relay_of(viewer, question=question)
    batons = [row.baton for row in (*passed.rows, *passed.past)]
    today = clock.today()
    first = question.first_received_at
    new = figures.by_day("question_askers", since=BEGINNING, until=today, subject_id=question.pk)
    return Brief(
        at=clock.now(),
        question=question,
        doors=tuple(questions.channel_mix(question)),
        places=_places(question),
        open_cases=_open_cases(question),
        week=max(0, sum(n for day, n in new.items() if (today - day).days < WEEK)),
        days=(today - timezone.localdate(first)).days if first else None,
        relay=passed,
        days_left=_days_left(question),
        tried=tuple(relay.progress_of(batons)[:TRIED]),
        blocks=_blocks(batons, passed),
        asked=tuple(lift for lift in lifting.lifts_on(viewer, question=question) if lift.is_open),
        supervised=tuple(supervision.on_matter(viewer, question=question)),
        said=tuple(verdicts.said_of_question(question.pk)),
        instructions=tuple(supervision.instructions_on(viewer, question=question)),
    )


def _days_left(question: Question) -> int | None:
    if question.state != Question.State.HANDLING or question.due_on is None:
        return None
    return deadlines.days_left(question.due_on)


def _places(question: Question) -> tuple[tuple[str, int], ...]:
    """Where the cases are, the most frequent first."""
    rows = Membership.objects.filter(question=question, state=Membership.State.ACTIVE).exclude(case__place=None)
    counted = rows.values_list("case__place__name").annotate(n=Count("pk")).order_by("-n", "case__place__name")
    return tuple(counted[:PLACES])


def _open_cases(question: Question) -> int:
    ended = [Case.State.CLOSED, Case.State.WITHDRAWN]
    rows = Membership.objects.filter(question=question, state=Membership.State.ACTIVE)
    return rows.exclude(case__state__in=ended).count()


def _blocks(batons: list[Baton], passed: Relay) -> tuple[Block, ...]:
    """Objections that wait, promises and stopped clocks that run, units that are late: each with what was written."""
    ids = [baton.pk for baton in batons]
    found = [
        Block("异议待裁定", row.baton.unit.short_name, row.reason)
        for row in Objection.objects.filter(baton_id__in=ids, ruled_at=None).select_related("baton__unit")
    ]
    standing = (Promise.State.ASKED, Promise.State.APPROVED)
    promises = Promise.objects.filter(baton_id__in=ids, ended_at=None, state__in=standing)
    found += [
        Block(
            f"挂账（{row.get_state_display()}）",
            row.baton.unit.short_name,
            f"{row.get_obstacle_display()}：{row.words}",
            row.promise_on,
        )
        for row in promises.select_related("baton__unit")
    ]
    found += [
        Block(f"暂停计时：{row.get_reason_display()}", row.baton.unit.short_name, row.words, row.until_on)
        for row in ClockStop.objects.filter(baton_id__in=ids, ended_at=None).select_related("baton__unit")
    ]
    found += [
        Block("超期", row.baton.unit.short_name, row.baton.task, row.baton.due_on)
        for row in passed.rows
        if row.late and row.baton.is_open
    ]
    return tuple(found)
