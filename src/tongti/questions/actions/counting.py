"""Numbers and counts of questions, kept in the same transaction as the fact, under the lock on the question's row."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import connection
from django.db.models import Count, Max, Min
from django.utils import timezone

from tongti.cases.models import Case
from tongti.figures import actions as figures
from tongti.parties.models import Party
from tongti.questions.models import Membership, Question
from tongti.shared import clock

ACTIVE, PROPOSED = Membership.State.ACTIVE, Membership.State.PROPOSED


def take_numbers(how_many: int = 1) -> list[str]:
    """The next question numbers of this year. The row lock is kept to the end of the transaction, so no gaps appear."""
    year = clock.today().year
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO questions_questionseries (year, last) VALUES (%s, %s) "
            "ON CONFLICT (year) DO UPDATE SET last = questions_questionseries.last + EXCLUDED.last RETURNING last",
            [year, how_many],
        )
        last = int(cursor.fetchone()[0])
    return [f"TT-{year}-{serial:04d}" for serial in range(last - how_many + 1, last + 1)]


def lock(question_ids: Iterable[int]) -> dict[int, Question]:
    """The questions by id with their rows locked, always in the order of ids, so that two movers cannot wait in a ring."""
    rows = Question.objects.select_for_update(of=("self",)).filter(pk__in=set(question_ids)).order_by("pk")
    rows = rows.defer("keys", "features", "search")
    return {question.pk: question for question in rows}


@dataclass(frozen=True)
class AskerKey:
    """One asker of one question; a case without a party is an asker of its own."""

    question_id: int
    party_id: int | None
    case_id: int | None


@dataclass
class Snapshot:
    """Who asked when, in some questions, as far as some cases touch it."""

    first_asked: dict[AskerKey, date] = field(default_factory=dict)
    enterprises: set[AskerKey] = field(default_factory=set)


def askers(question_ids: Sequence[int], cases: Sequence[Case]) -> Snapshot:
    """The askers behind ``cases`` that the questions have right now; two queries."""
    snapshot = Snapshot()
    parties = {case.party_id for case in cases if case.party_id}
    nameless = [case.pk for case in cases if not case.party_id]
    active = Membership.objects.filter(question_id__in=question_ids, state=ACTIVE)
    known = (
        active.filter(case__party_id__in=parties)
        .values("question_id", "case__party_id")
        # "enterprise" sorts first: who once asked as a firm counts as one
        .annotate(first=Min("case__received_at"), kind=Min("case__party_kind"))
    )
    for row in known if parties else ():
        key = AskerKey(row["question_id"], row["case__party_id"], None)
        _note(snapshot, key, row["first"], row["kind"])
    alone = active.filter(case_id__in=nameless).values_list(
        "question_id", "case_id", "case__received_at", "case__party_kind"
    )
    for question_id, case_id, received, kind in alone if nameless else ():
        _note(snapshot, AskerKey(question_id, None, case_id), received, kind)
    return snapshot


def _note(snapshot: Snapshot, key: AskerKey, received: datetime, kind: str) -> None:
    snapshot.first_asked[key] = timezone.localtime(received).date()
    if kind == Party.Kind.ENTERPRISE:
        snapshot.enterprises.add(key)


def settle(questions: dict[int, Question], before: Snapshot, cases: Sequence[Case], *, left: bool = True) -> None:
    """Bring the counts of the locked ``questions`` up to date after their memberships changed for ``cases``.

    Askers move by the difference to ``before``, so a question of ten thousand costs the same as one of ten.
    ``left=False`` says that no case left any question, which spares reading all members for the first and last day.
    """
    ids = sorted(questions)
    after = askers(ids, cases)
    _settle_figures(before, after)
    tallies = _tallies(ids)
    # while a question has no members its proposals' dates stand in, so the first member changes what the dates mean
    afresh = {pk for pk, question in questions.items() if left or not question.case_count}
    spans = _spans(sorted(afresh)) if afresh else {}
    received = [case.received_at for case in cases]
    for question in questions.values():
        was = [key for key in before.first_asked if key.question_id == question.pk]
        now = [key for key in after.first_asked if key.question_id == question.pk]
        question.case_count = tallies.get((question.pk, ACTIVE.value), 0)
        question.proposed_count = tallies.get((question.pk, PROPOSED.value), 0)
        question.asker_count += len(now) - len(was)
        question.enterprise_count += sum(key in after.enterprises for key in now)
        question.enterprise_count -= sum(key in before.enterprises for key in was)
        if question.pk in afresh:
            question.first_received_at, question.last_received_at = spans.get(question.pk, (None, None))
        elif now or was:
            question.first_received_at = min([*received, question.first_received_at or received[0]])
            question.last_received_at = max([*received, question.last_received_at or received[0]])
    Question.objects.bulk_update(
        questions.values(),
        ["case_count", "proposed_count", "asker_count", "enterprise_count", "first_received_at", "last_received_at"],
    )


def _tallies(ids: list[int]) -> dict[tuple[int, str], int]:
    rows = Membership.objects.filter(question_id__in=ids, state__in=[ACTIVE, PROPOSED])
    return {(q, s): n for q, s, n in rows.values_list("question_id", "state").annotate(n=Count("id"))}


def _spans(ids: list[int]) -> dict[int, tuple[datetime, datetime]]:
    """First and last day of what belongs to each question: its members', or while it has none its proposals'."""
    rows = (
        Membership.objects.filter(question_id__in=ids, state__in=[ACTIVE, PROPOSED])
        .values_list("question_id", "state")
        .annotate(first=Min("case__received_at"), last=Max("case__received_at"))
    )
    spans: dict[int, tuple[datetime, datetime]] = {}
    # "active" before "proposed": a real member's dates win
    for question_id, _state, first, last in sorted(rows, key=lambda row: row[1]):
        spans.setdefault(question_id, (first, last))
    return spans


def _settle_figures(before: Snapshot, after: Snapshot) -> None:
    counts = []
    for key in before.first_asked.keys() | after.first_asked.keys():
        was, now = before.first_asked.get(key), after.first_asked.get(key)
        if was != now:
            counts += [
                figures.Count("question_askers", day, subject_id=key.question_id, amount=amount)
                for day, amount in ((was, -1), (now, 1))
                if day is not None
            ]
    figures.add(counts)
