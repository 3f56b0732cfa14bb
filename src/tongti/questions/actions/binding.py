"""People's decisions bind the engine for ever: what it may not propose, read off the memberships themselves.

Two cases are *apart* when a person refused one where the other stayed (or came later), took one out or moved it away while the
other stayed, or dropped the candidate that held both. It holds wherever the other went since: moved, merged, split. A decision
ends only by a person's newer one (she joins the two after all, or undoes her step); a proposal that merely lapsed decides nothing.
Nobody is asked twice either: a case that has any row with a question is never proposed to it again.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import combinations, pairwise

from django.db import connection

from tongti.cases.models import Case
from tongti.questions.models import Membership, Question

M = Membership.State
ALL_PAIRS = 60
"""Cases of a dropped candidate up to which every pair is told to the engine; larger ones are caught when they are written."""

# x was sent away by a person; y stayed, or was still there when x went. Both rows belong to one question.
_APART = (
    "({x}.state IN ('refused', 'left') AND {x}.decided_by_id IS NOT NULL AND ({y}.state = 'active'"
    " OR ({y}.state = 'left' AND {y}.decided_by_id IS NOT NULL AND {y}.decided_at > {x}.decided_at)))"
)
_DROPPED = (
    "(q.state = 'dropped' AND q.merged_into_id IS NULL AND a.decided_by_id IS NOT NULL AND b.decided_by_id IS NOT NULL)"
)
_EITHER = f"({_APART.format(x='a', y='b')} OR {_APART.format(x='b', y='a')} OR {_DROPPED})"


def judged(case_ids: Collection[int]) -> set[int]:
    """Those of the cases that have a history with any question; for the others there is nothing to look up."""
    return set(Membership.objects.filter(case_id__in=case_ids).values_list("case_id", flat=True))


def barred_from(question_ids: Collection[int], case_ids: Collection[int]) -> set[tuple[int, int]]:
    """(case, question) that the engine may not propose: they met before, or the case is apart from one who is in it."""
    known = judged(case_ids)
    if not known or not question_ids:
        return set()
    met = Membership.objects.filter(case_id__in=known, question_id__in=question_ids).values_list(
        "case_id", "question_id"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT a.case_id, t.question_id FROM questions_membership a "  # noqa: S608  (literals of this file)
            "JOIN questions_membership b ON b.question_id = a.question_id AND b.case_id <> a.case_id "
            "JOIN questions_question q ON q.id = a.question_id "
            "JOIN questions_membership t ON t.case_id = b.case_id AND t.state IN ('active', 'proposed') "
            f"WHERE a.case_id = ANY(%s::bigint[]) AND t.question_id = ANY(%s::bigint[]) AND {_EITHER}",
            [sorted(known), sorted(question_ids)],
        )
        return {*met, *((case_id, question_id) for case_id, question_id in cursor.fetchall())}


def apart(case_ids: Collection[int]) -> set[tuple[int, int]]:
    """Pairs (smaller, larger) of the cases that a person has judged not to be one question."""
    known = judged(case_ids)
    if len(known) < 2:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT a.case_id, b.case_id FROM questions_membership a "  # noqa: S608  (literals of this file)
            "JOIN questions_membership b ON b.question_id = a.question_id AND b.case_id > a.case_id "
            "JOIN questions_question q ON q.id = a.question_id "
            f"WHERE a.case_id = ANY(%(ids)s::bigint[]) AND b.case_id = ANY(%(ids)s::bigint[]) AND {_EITHER}",
            {"ids": sorted(known)},
        )
        return {(one, other) for one, other in cursor.fetchall()}


def compatible(cases: Sequence[Case]) -> list[Case]:
    """The cases without those that are apart from one before them."""
    parted = apart([case.pk for case in cases])
    chosen: list[Case] = []
    for case in cases:
        if not any((min(case.pk, one.pk), max(case.pk, one.pk)) in parted for one in chosen):
            chosen.append(case)
    return chosen


Links = list[tuple[int, int]]


def links(ids: Collection[int]) -> tuple[Links, Links]:
    """(must, cannot) pairs that people's decisions make of these cases, for grouping many at once."""
    rows = Membership.objects.filter(state__in=[M.ACTIVE, M.REFUSED, M.LEFT]).order_by("question_id", "case_id")
    together: dict[int, list[int]] = {}
    gone: dict[int, list[tuple[int, datetime]]] = {}
    for case_id, question_id, state, decided_by, at in rows.values_list(
        "case_id", "question_id", "state", "decided_by_id", "decided_at"
    ):
        if case_id not in ids:
            continue
        if state == M.ACTIVE:
            together.setdefault(question_id, []).append(case_id)
        elif at is not None and decided_by:
            gone.setdefault(question_id, []).append((case_id, at))
    home = {case_id: pk for pk, own in together.items() for case_id in own}
    must = [pair for own in together.values() for pair in pairwise(own)]
    cannot = {pair for pk, away in gone.items() for pair in _parted(together.get(pk, []), away, home)}
    dropped = Question.objects.filter(pk__in=gone, state=Question.State.DROPPED, merged_into=None)
    for pk in dropped.values_list("pk", flat=True):
        if len(gone[pk]) <= ALL_PAIRS:
            cannot |= set(combinations(sorted(case_id for case_id, _ in gone[pk]), 2))
    return must, sorted(cannot)


def _parted(stayed: list[int], away: list[tuple[int, datetime]], home: dict[int, int]) -> set[tuple[int, int]]:
    """For each case that was sent away one pair with everybody who stayed longer; members of one question stand for each
    other, since they are linked."""
    found = set()
    for case_id, at in away:
        longer = [*stayed, *(other for other, left in away if left > at)]
        one_each = {home.get(other, -other): other for other in longer}
        found |= {(min(case_id, other), max(case_id, other)) for other in one_each.values()}
    return found
