"""How far a campaign is, counted from the rows: firms to cover and covered, visits, difficulties found, closed, solved.

One definition serves the numbers and the lists behind them: both start from ``planned``, ``made`` and ``heard``, whose rows
carry the line of every table they belong to (``of_team``, ``of_class`` …). So a number and its list cannot drift apart.

What the words mean (no public text defines them, domain sheet W4; the page says so):

- 应走访: entries of the register that somebody looks after in the campaign (包联), each once however many officers it has.
- 走访过: those of them with at least one visit in the campaign that took place. 过期没走访够: the day of the plan is over and
  there were fewer visits than planned.
- 发现: every difficulty noted on such a visit. 登记: it became a case (诉求). 办结: the case is closed, however it ended.
- 解决: closed as solved, which only the firm's own word or an independent check can do; and nobody who looked again since
  (回头看) was told otherwise.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Case as Choose
from django.db.models import CharField, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact, IsNull

from tongti.cases.models import Case
from tongti.shared import clock
from tongti.units.models import Region
from tongti.visits.models import Assignment, Campaign, Finding, Revisit, Visit

DIMENSIONS = ("officer", "team", "line", "town", "class", "level")
OF_VISIT = ("officer", "team", "line", "town")
"""A firm, and a visit, has no class and no level."""
MEASURES = ("firms", "seen", "behind", "visits", "found", "raised", "closed", "solved")
SUMS = ("all", "")

Row = Mapping[str, int]
Table = dict[tuple[str, str], dict[str, int]]


@dataclass(frozen=True)
class _Sum:
    """One number of a table: its name and how SQL makes it of the rows."""

    name: str
    sql: str


def planned(campaign: Campaign) -> QuerySet[Assignment]:
    """The coverage plan: who looks after which live entry; ``done`` visits took place there in the campaign."""
    visits = Visit.objects.filter(campaign=campaign, party_id=OuterRef("party_id"), state=Visit.State.DONE).order_by()
    done = visits.values("party_id").annotate(n=Count("pk")).values("n")
    return Assignment.objects.filter(campaign=campaign, ended_on=None, party__firm__merged_into=None).annotate(
        of_officer=F("officer_id"),
        of_team=Coalesce(F("team_id"), 0),
        of_line=Coalesce(F("team__line_id"), 0),
        of_town=_town("party__firm__place"),
        done=Coalesce(Subquery(done, output_field=IntegerField()), 0),
    )


def made(campaign: Campaign) -> QuerySet[Visit]:
    """Visits of the campaign that took place."""
    return Visit.objects.filter(campaign=campaign, state=Visit.State.DONE).annotate(**of_visit(""))


def heard(campaign: Campaign) -> QuerySet[Finding]:
    """Difficulties noted on visits that took place."""
    return Finding.objects.filter(visit__campaign=campaign, visit__state=Visit.State.DONE).annotate(
        of_class=F("handling"), of_level=level(), **of_visit("visit__")
    )


def made_cases(campaign: Campaign) -> QuerySet[Case]:
    """Cases that difficulties of the campaign became."""
    findings = Finding.objects.filter(visit__campaign=campaign, case__isnull=False)
    return Case.objects.filter(pk__in=findings.values("case_id"))


def firm_condition(show: str) -> Q:
    """Which firms of the plan a number counts: all, ``seen``, ``unseen``, ``behind``."""
    late = Q(visit_by__lt=clock.today(), done__lt=F("wanted"))
    return {"seen": Q(done__gt=0), "unseen": Q(done=0), "behind": late}.get(show, Q())


def finding_condition(show: str) -> Q:
    """Which findings a number counts: all, ``raised``, ``open``, ``closed``, ``solved``."""
    ended = (Case.State.CLOSED, Case.State.WITHDRAWN)
    # What was said after it was closed: an earlier no brought it back, and it was answered anew. Not reached says nothing.
    newest = (
        Revisit.objects.filter(
            case_id=OuterRef("case_id"), state=Revisit.State.DONE, done_at__gte=OuterRef("case__closed_at")
        )
        .exclude(result=Revisit.Result.UNREACHED)
        .order_by("-done_at", "-pk")
    )
    otherwise = Exists(newest.exclude(result=Revisit.Result.SOLVED).filter(pk=Subquery(newest.values("pk")[:1])))
    return {
        "raised": Q(case__isnull=False),
        "open": Q(case__isnull=False) & ~Q(case__state__in=ended),
        "closed": Q(case__state=Case.State.CLOSED),
        "solved": Q(case__state=Case.State.CLOSED, case__closing=Case.Closing.SOLVED) & ~Q(otherwise),
    }.get(show, Q())


def of_visit(visit: str) -> dict[str, F | Coalesce | Choose]:
    """The lines that a visit (or, with ``visit`` a path to one, what belongs to it) counts in."""
    return {
        "of_officer": F(f"{visit}officer_id"),
        "of_team": Coalesce(F(f"{visit}team_id"), 0),
        "of_line": Coalesce(F(f"{visit}team__line_id"), 0),
        "of_town": _town(f"{visit}party__firm__place"),
    }


def _town(place: str) -> Choose:
    """The township that a place is, or lies in; 0 where none is registered."""
    levels = Region.Level
    return Choose(
        When(**{f"{place}__level": levels.TOWNSHIP}, then=F(f"{place}_id")),
        When(**{f"{place}__level": levels.VILLAGE}, then=Coalesce(F(f"{place}__parent_id"), 0)),
        When(**{f"{place}__level": levels.GRID}, then=Coalesce(F(f"{place}__parent__parent_id"), 0)),
        default=Value(0),
        output_field=IntegerField(),
    )


_LISTED: list[Callable[[], Combinable]] = []


def level_listed_by(expression: Callable[[], Combinable]) -> None:
    """A room above says on which level's list a difficulty stands: an expression on Finding, null for none. Called once from
    ``ready()``."""
    _LISTED.append(expression)


def level() -> Choose:
    """Who can solve it: the level on whose list it stands; else the one that the officer named; what is not lifted (A, B, D) is the
    county's own (domain sheet 1.2)."""
    return Choose(
        *(When(Exact(IsNull(listed(), False), True), then=listed()) for listed in _LISTED),
        When(~Q(level=""), then=F("level")),
        When(handling__in=["A", "B", "D"], then=Value(Finding.Level.COUNTY.value)),
        default=Value(""),
        output_field=CharField(),
    )


def count(campaign: Campaign) -> Table:
    """Every table of the campaign: (dimension, key) → numbers by name. Three statements, whatever the size."""
    found: Table = {}
    flags = {name: flag(firm_condition(name)) for name in ("seen", "behind")}
    _sum_up(
        found,
        planned(campaign).annotate(is_seen=flags["seen"], is_behind=flags["behind"]),
        OF_VISIT,
        (
            _Sum("firms", "count(DISTINCT party_id)"),
            _Sum("seen", "count(DISTINCT party_id) FILTER (WHERE is_seen = 1)"),
            _Sum("behind", "count(DISTINCT party_id) FILTER (WHERE is_behind = 1)"),
        ),
        ("party_id", "is_seen", "is_behind"),
    )
    _sum_up(found, made(campaign), OF_VISIT, (_Sum("visits", "count(*)"),), ())
    told = ("raised", "closed", "solved")
    _sum_up(
        found,
        heard(campaign).annotate(**{f"is_{name}": flag(finding_condition(name)) for name in told}),
        DIMENSIONS,
        (_Sum("found", "count(*)"), *(_Sum(name, f"coalesce(sum(is_{name}), 0)") for name in told)),
        tuple(f"is_{name}" for name in told),
    )
    return found


def flag(condition: Q) -> Choose:
    """1 where the condition holds, else 0: to be summed up."""
    return Choose(When(condition, then=Value(1)), default=Value(0), output_field=IntegerField())


def _sum_up(
    found: Table, rows: "QuerySet[Assignment] | QuerySet[Visit] | QuerySet[Finding]", dimensions: Sequence[str],
    sums: Sequence[_Sum], more: Sequence[str],
) -> None:  # fmt: skip
    """Add the sums of ``rows`` over all and over each dimension to ``found``, by one statement."""
    columns = [f"of_{name}" for name in dimensions]
    sql, values = rows.order_by().values(*columns, *more).query.sql_with_params()
    listed, sets = ", ".join(columns), ", ".join(f"({column})" for column in columns)
    wanted = ", ".join(one.sql for one in sums)
    # The inner text is Django's own, with its places for values; everything else is a name of ours.
    statement = (
        f"SELECT GROUPING({listed}), {listed}, {wanted} FROM ({sql}) AS told GROUP BY GROUPING SETS ((), {sets})"  # noqa: S608
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        for mask, *cells in cursor.fetchall():
            keys, numbers = cells[: len(columns)], cells[len(columns) :]
            line = found.setdefault(_line(mask, dimensions, keys), dict.fromkeys(MEASURES, 0))
            line.update({one.name: int(number) for one, number in zip(sums, numbers, strict=True)})


def _line(mask: int, dimensions: Sequence[str], keys: Sequence[object]) -> tuple[str, str]:
    """Which line a row of the grouping is: the bit of a column that is grouped by is 0, the first column's is the highest."""
    for at, name in enumerate(dimensions):
        if not mask >> (len(dimensions) - 1 - at) & 1:
            return name, str(keys[at])
    return SUMS
