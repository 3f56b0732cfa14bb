"""What a rate may count: a closed list of things that happen to cases, each with its levels, its rows and its counters.

A formula picks one of these, says which levels are in its denominator and what each level weighs in its numerator. So a numerator
is always part of its denominator; every number has a list of rows behind it; and whatever weights somebody writes tomorrow, the
figure of any past stretch of days is a sum of counters that are there already (docs/adr/0032).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import BigIntegerField, Exists, F, OuterRef, Q, QuerySet, SmallIntegerField, Subquery, Value, When
from django.db.models import Case as When_
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, TruncDate

from tongti.cases.models import Case
from tongti.relay.models import Baton
from tongti.shared.days import midnight
from tongti.trail import queries as trail
from tongti.trail.models import Event
from tongti.verdicts.models import Reopening, Verdict

AGAIN_DAYS = 90
_ZERO = Value(0, output_field=BigIntegerField())
_CASE = Case._meta.label_lower

Rows = QuerySet[Any, Any]


@dataclass(frozen=True)
class Level:
    """One way in which a counted thing turned out; ``counters`` sum up to how many (-1: taken away)."""

    code: str
    name: str
    counters: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Basis:
    """What one row is, which levels there are (their order is the number that rows carry), and on which day it counts.

    ``rows`` are annotated with ``of_case`` (0: of no one case), ``of_unit`` (0: of no unit), ``on_day`` and ``level``;
    ``between`` keeps those of some days by an index where there is one. ``by_job``: its own counters are kept by the hourly count.
    """

    code: str
    name: str
    one: str
    day: str
    levels: tuple[Level, ...]
    rows: Callable[[], Rows]
    between: Callable[[Rows, date, date], Rows]
    order: tuple[str, ...]
    of_batons: bool = False
    by_job: bool = False

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(level.code for level in self.levels)

    @property
    def counters(self) -> tuple[str, ...]:
        """Every counter that its levels need, once."""
        return tuple(dict.fromkeys(name for level in self.levels for name, _ in level.counters))

    def counted(self, n: Mapping[str, int]) -> dict[str, int]:
        """How many of each level, from the sums of the counters; never below zero while the hourly count lags."""
        return {
            level.code: max(0, sum(sign * n.get(name, 0) for name, sign in level.counters)) for level in self.levels
        }


def _numbered(*whens: Q) -> When_:
    """The place of the first condition that holds; the last level when none does."""
    return When_(
        *(When(when, then=Value(at)) for at, when in enumerate(whens)),
        default=Value(len(whens)),
        output_field=SmallIntegerField(),
    )


def _own(basis: str, *levels: tuple[str, str]) -> tuple[Level, ...]:
    """Levels that have a counter each."""
    return tuple(Level(code, name, ((f"{basis}_{code}", 1),)) for code, name in levels)


# --- what an asker said -------------------------------------------------------------------------------------------------


def _verdicts(*whens: Q) -> Callable[[], Rows]:
    def rows() -> Rows:
        return Verdict.objects.annotate(
            of_case=F("case_id"), of_unit=F("unit_id"), on_day=TruncDate("at"), level=_numbered(*whens)
        )

    return rows


def _at_between(field: str) -> Callable[[Rows, date, date], Rows]:
    def between(rows: Rows, since: date, until: date) -> Rows:
        return rows.filter(**{f"{field}__gte": midnight(since), f"{field}__lt": midnight(until + timedelta(days=1))})

    return between


# --- answers, as the trail tells them -------------------------------------------------------------------------------------


def _answers() -> Rows:
    holder = Cast(KeyTextTransform("holder", "facts"), BigIntegerField())
    return Event.objects.filter(object_kind=_CASE, verb="case.answered").annotate(
        of_case=F("object_id"), of_unit=Coalesce(holder, _ZERO), on_day=TruncDate("at")
    )


def _in_time() -> Rows:
    return _answers().annotate(level=_numbered(Q(facts__late__isnull=True)))


def _again() -> Rows:
    until = OuterRef("at") + timedelta(days=AGAIN_DAYS)
    said = Case.objects.filter(repeat_of=OuterRef("object_id"), received_at__gt=OuterRef("at"), received_at__lte=until)
    came = Reopening.objects.filter(
        case=OuterRef("object_id"), why=Reopening.Why.AGAIN, at__gt=OuterRef("at"), at__lte=until
    )
    return _answers().annotate(level=_numbered(Q(Exists(said)) | Q(Exists(came))))


def _redone() -> Rows:
    after = Event.objects.filter(
        object_kind=_CASE,
        object_id=OuterRef("object_id"),
        seq__gt=OuterRef("seq"),
        verb__in=("case.answered", "case.reopened"),
    )
    following = Subquery(after.order_by("seq").values("verb")[:1])
    return _answers().annotate(following=following).annotate(level=_numbered(Q(following="case.reopened")))


# --- what was due, and who got it first -----------------------------------------------------------------------------------


def _due() -> Rows:
    ended, answered = TruncDate("closed_at"), TruncDate("answered_at")
    closed, told = Q(state=Case.State.CLOSED), Q(answered_at__isnull=False)
    level = _numbered(
        closed & (Q(answered__lte=F("due_on")) | Q(answered=None, ended__lte=F("due_on"))),
        closed,
        told & Q(answered__lte=F("due_on")),
        told,
    )
    return (
        Case.objects.filter(due_on__isnull=False)
        .exclude(state=Case.State.WITHDRAWN)
        .exclude(closing=Case.Closing.DIVERTED)
        .defer("body", "search", "address")
        .annotate(ended=ended, answered=answered)
        .annotate(of_case=F("id"), of_unit=Coalesce(F("holder_id"), _ZERO), on_day=F("due_on"), level=level)
    )


def _assigned() -> Rows:
    before = Baton.objects.filter(role=Baton.Role.LEAD, pk__lt=OuterRef("pk"))
    earlier = Q(Exists(before.filter(question=OuterRef("question")))) | Q(Exists(before.filter(case=OuterRef("case"))))
    return (
        Baton.objects.filter(role=Baton.Role.LEAD, attempt=1, round=1)
        .exclude(earlier)
        .annotate(
            of_case=Coalesce(F("case_id"), _ZERO),
            of_unit=F("unit_id"),
            on_day=TruncDate("offered_at"),
            level=_numbered(~Q(state=Baton.State.RECALLED)),
        )
    )


def _days_of(rows: Rows, since: date, until: date) -> Rows:
    return rows.filter(due_on__gte=since, due_on__lte=until)


_NEWEST = ("-at", "-id")
_VERDICT_DAY = "评价的那一天"
_ANSWER_DAY = "答复的那一天"

BASES: dict[str, Basis] = {
    basis.code: basis
    for basis in (
        Basis(
            "due", "到期应办结的诉求", "件", "期限那一天",
            _own("due", ("closed_in_time", "按期办结"), ("closed_late", "超期办结"), ("answered_in_time", "按期答复、还没有办结"),
                 ("answered_late", "超期答复、还没有办结"), ("open", "还没有答复")),
            _due, _days_of, ("-due_on", "-id"), by_job=True,
        ),
        Basis(
            "answered", "答复", "次", _ANSWER_DAY,
            (Level("in_time", "按期答复", (("answered", 1), ("answered_late", -1))), Level("late", "超期答复", (("answered_late", 1),))),
            _in_time, trail.between, ("-id",),
        ),
        Basis(
            "contacted", "诉求人说联系过没有", "份评价", _VERDICT_DAY,
            (Level("yes", "联系过", (("contacted_yes", 1),)), Level("no", "没有联系", (("contacted_all", 1), ("contacted_yes", -1)))),
            _verdicts(Q(contacted=True)), _at_between("at"), _NEWEST,
        ),
        Basis(
            "solved", "诉求人说解决没有", "份评价", _VERDICT_DAY,
            (Level("yes", "解决了", (("solved_yes", 1),)), Level("partly", "部分解决", (("solved_partly", 1),)),
             Level("no", "没有解决", (("solved_all", 1), ("solved_yes", -1), ("solved_partly", -1)))),
            _verdicts(Q(solved=Verdict.Solved.YES), Q(solved=Verdict.Solved.PARTLY)), _at_between("at"), _NEWEST,
        ),
        Basis(
            "satisfied", "诉求人满意不满意", "份评价", _VERDICT_DAY,
            (Level("very", "满意", (("satisfied_very", 1),)), Level("fairly", "基本满意", (("satisfied_yes", 1), ("satisfied_very", -1))),
             Level("not", "不满意", (("satisfied_all", 1), ("satisfied_yes", -1)))),
            _verdicts(Q(satisfied=Verdict.Satisfied.VERY), Q(satisfied=Verdict.Satisfied.FAIRLY)), _at_between("at"), _NEWEST,
        ),
        Basis(
            "again", f"答复后 {AGAIN_DAYS} 天内又反映没有", "次答复", _ANSWER_DAY,
            (Level("again", "又反映同一件事", (("answered_again", 1),)),
             Level("quiet", "没有再反映", (("answered", 1), ("answered_again", -1)))),
            _again, trail.between, ("-id",), by_job=True,
        ),
        Basis(
            "redone", "答复后重办没有", "次答复", _ANSWER_DAY,
            (Level("redone", "又重新办理", (("answered_redone", 1),)),
             Level("kept", "没有重办", (("answered", 1), ("answered_redone", -1)))),
            _redone, trail.between, ("-id",), by_job=True,
        ),
        Basis(
            "assigned", "第一次派单", "次派单", "派出的那一天",
            _own("assigned", ("kept", "没有改派"), ("moved", "改派了")),
            _assigned, _at_between("offered_at"), ("-id",), of_batons=True, by_job=True,
        ),
    )
}  # fmt: skip
"""By code. What is not here cannot be counted: a formula never holds anything that is run."""
