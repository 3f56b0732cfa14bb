"""往期问题: which closed difficulties of firms are due to be looked at again, and who may go. Reads without a viewer, for the rules."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from tongti.answers.handled import units_that_worked
from tongti.cases.models import Case
from tongti.shared import clock
from tongti.units.models import Post
from tongti.visits.models import Assignment, Finding, Revisit, RevisitRule

MOST_TRIES = 3
"""After three tries at different days that reach nobody it is not planned again (as with call-backs, domain sheet W1 rule 6)."""
LOOKED_AT = (
    Case.Closing.SOLVED,
    Case.Closing.PARTLY,
    Case.Closing.PLANNED,
    Case.Closing.EXPLAINED,
    Case.Closing.UNCONFIRMED,
)
"""Endings after which the firm is asked again: not those that it asked for itself or that went elsewhere."""


def due_cases(*, until: date, limit: int) -> list[tuple[Case, date]]:
    """Closed cases of findings whose class has a rule and whose day falls on or before ``until``, longest closed first.

    Left out: one with a revisit planned, or done since it was last closed (three tries without reaching anybody count as done),
    and one whose firm asked to be hidden from handling units, which only its own officer may look at again by hand.
    Two queries.
    """
    days = dict(RevisitRule.objects.exclude(days=None).values_list("handling", "days"))
    if not days:
        return []
    wanted = Q()
    for handling, after in days.items():
        wanted |= Q(handling=handling, case__closed_at__date__lte=until - timedelta(days=after))
    rows = _not_looked_at().filter(
        wanted, case__state=Case.State.CLOSED, case__closing__in=LOOKED_AT, case__hide_identity=False
    )
    return [
        (row.case, timezone.localdate(row.case.closed_at) + timedelta(days=days[row.handling]))
        for row in rows.select_related("case").order_by("case__closed_at", "pk")[:limit]
        if row.case is not None and row.case.closed_at is not None
    ]


def _not_looked_at() -> QuerySet[Finding]:
    of_case = Revisit.objects.filter(case=OuterRef("case")).order_by()
    since = of_case.filter(state=Revisit.State.DONE, done_at__gte=OuterRef("case__closed_at"))
    in_vain = since.filter(result=Revisit.Result.UNREACHED).values("case").annotate(n=Count("pk")).values("n")
    return Finding.objects.annotate(tries=Coalesce(Subquery(in_vain), 0)).filter(
        ~Exists(of_case.filter(state=Revisit.State.PLANNED)),
        ~Exists(since.exclude(result=Revisit.Result.UNREACHED)),
        tries__lt=MOST_TRIES,
    )


def officers_for(cases: Mapping[int, int]) -> dict[int, int | None]:
    """case id → the officer who looks after its firm (``cases``: case id → firm) and is of no unit that worked on it, else None.

    The newest 包联 comes first. Three queries.
    """
    found: dict[int, list[int]] = {}
    rows = Assignment.objects.filter(party_id__in=set(cases.values()), ended_on=None, officer__is_active=True)
    for party_id, officer_id in rows.order_by("-since", "-id").values_list("party_id", "officer_id"):
        found.setdefault(party_id, []).append(officer_id)
    worked = units_that_worked(list(cases))
    seats = units_of({pk for pks in found.values() for pk in pks})
    return {
        case_id: next(
            (pk for pk in found.get(party_id, []) if not seats.get(pk, set()) & worked.get(case_id, set())), None
        )
        for case_id, party_id in cases.items()
    }


def is_outside(officer_id: int, case_id: int) -> bool:
    """Whether she is of no unit that worked on the case (handle ≠ verify, design rule). Two queries."""
    seats = units_of({officer_id}).get(officer_id, set())
    return not seats & units_that_worked([case_id]).get(case_id, set())


def units_of(officer_ids: Collection[int]) -> dict[int, set[int]]:
    """officer id → the units at which she holds a post today."""
    today = clock.today()
    rows = Post.objects.filter(officer_id__in=officer_ids, since__lte=today).filter(Q(until=None) | Q(until__gte=today))
    found: dict[int, set[int]] = {}
    for officer_id, unit_id in rows.values_list("officer_id", "unit_id"):
        found.setdefault(officer_id, set()).add(unit_id)
    return found
