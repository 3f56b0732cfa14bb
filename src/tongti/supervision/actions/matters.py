"""What the steps of supervision share: the matter, the trail on both chains, who is told."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from tongti.cases.models import Case
from tongti.deadlines import limits
from tongti.deadlines.models import Clock
from tongti.deadlines.reckonings import KeptDay, kept
from tongti.outbox import notices
from tongti.outbox.notices import Word
from tongti.questions.models import Question
from tongti.relay.models import Baton
from tongti.relay.plans import Matter
from tongti.shared import clock
from tongti.shared.actor import Actor
from tongti.shared.errors import BadInput
from tongti.supervision.models import Instruction, Item, Proposal
from tongti.supervision.rules import RuleView
from tongti.trail import actions as trail
from tongti.units import queries as units
from tongti.units.access import ROLES, May
from tongti.units.models import Unit

AT_UNIT = tuple(code for code, role in ROLES.items() if {May.RECEIVE, May.HANDLE, May.SIGN} & set(role.grants))
LEADERS = tuple(code for code, role in ROLES.items() if May.SIGN in role.grants)
RULERS = tuple(code for code, role in ROLES.items() if May.RULE in role.grants)
WATCHERS = tuple(code for code, role in ROLES.items() if May.SUPERVISE in role.grants)
FURTHEST = timedelta(days=3 * 366)


def matter_of(row: Item | Proposal | Instruction | Baton) -> Matter:
    """The question or case that a row is about, read fresh."""
    if row.question_id:
        return Matter(Question.objects.get(pk=row.question_id), None)
    assert row.case_id is not None
    return Matter(None, Case.objects.get(pk=row.case_id))


def short_name(matter: Matter) -> str:
    """How a notice names it: the question's title, or the case's number (its words are the asker's own)."""
    return matter.question.title if matter.question else matter.case.number if matter.case else ""


def record(verb: str, row: Any, matter: Matter, *, by: Actor, facts: dict[str, Any], first: bool = False) -> None:
    """The same step on the chain of the row and of its matter (``item.opened`` → ``question.item_opened``)."""
    noun, _, past = verb.partition(".")
    trail.record(verb, row, by=by, facts=facts, first=first)
    trail.record(f"{matter.word}.{noun}_{past}", matter.obj, by=by, facts={noun: row.pk, **facts})


def tell_unit(unit: Unit, row: Any, key: str, subject: str, words: str = "", *, leaders_only: bool = False) -> None:
    """Everybody who works for the unit (or who signs for it) learns of it."""
    people = units.officers_of(unit.pk, LEADERS if leaders_only else AT_UNIT).values_list("pk", flat=True)
    tell(people, row, key, subject, words)


def tell(officer_ids: Iterable[int], row: Any, key: str, subject: str, words: str = "") -> None:
    """Each of them once."""
    notices.tell(Word(pk, row, key, subject, words) for pk in set(officer_ids))


def checked_day(due_on: date | None, field: str = "due_on") -> date | None:
    """A day to come, or none. Raises BadInput."""
    if due_on is None:
        return None
    today = clock.today()
    if due_on < today:
        raise BadInput(field, "期限不能早于今天。")
    if due_on - today > FURTHEST:
        raise BadInput(field, "期限太远了，请选三年以内的日子。")
    return due_on


def days_from_now(term: RuleView, *, words: str) -> KeptDay:
    """As many calendar days from today as a term gives, moved to the next working day when that is a day off (民法典 203),
    with the record of the count: ``words`` say for what the days are given."""
    due = limits.counted(
        start=clock.today(),
        amount=term.threshold,
        unit=Clock.Unit.CALENDAR_DAY.value,
        words=words,
        source=term.source,
        verified=term.verified,
        version=term.label,
    )
    return kept(due)


def day_words(day: date | None) -> str:
    """``3 月 20 日``."""
    return f"{day.month} 月 {day.day} 日" if day else ""
