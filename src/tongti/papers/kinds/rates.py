"""Figures of some days from counters, for 月报 and 通报: volumes, rates with their two numbers, the units."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, Value
from django.db.models.functions import Coalesce

from tongti.cases.models import Case
from tongti.figures import queries as figures
from tongti.questions.models import Question
from tongti.units.models import Unit
from tongti.verdicts.queries import SMALL

VOLUMES = ("received", "answered", "answered_late", "reopened")
PAIRS = {
    "on_time": ("answered", "answered_late"),
    "responded": ("contacted_yes", "contacted_all"),
    "solved": ("solved_yes", "solved_all"),
    "satisfied": ("satisfied_yes", "satisfied_all"),
}
NAMES = {"on_time": "按期率", "responded": "响应率", "solved": "解决率", "satisfied": "满意率"}
MEASURES = sorted({*VOLUMES, *(code for pair in PAIRS.values() for code in pair), "verdict_asked", "verdict_given"})
NO_CATEGORY = "没有分类"
MOST = 10


def totals(since: date, until: date) -> dict[str, Any]:
    """Volumes and rates of the district. One query."""
    found = figures.totals(MEASURES, since=since, until=until)
    volumes = {code: found[code] for code in (*VOLUMES, "verdict_asked", "verdict_given")}
    return {"since": since.isoformat(), "until": until.isoformat(), **volumes, "rates": _pairs(found)}


def _pairs(n: dict[str, int]) -> dict[str, list[int]]:
    """Rate → numerator and denominator. On time is what was answered and not late."""
    pairs = {code: [n[part], n[whole]] for code, (part, whole) in PAIRS.items()}
    pairs["on_time"] = [n["answered"] - n["answered_late"], n["answered"]]
    return pairs


def by_unit(since: date, until: date) -> list[dict[str, Any]]:
    """The same of every unit that answered or was judged, or holds something; by its code. Two queries."""
    flows = figures.by_unit(MEASURES, since=since, until=until)
    stock = figures.by_unit(["batons_open"], since=date(2000, 1, 1), until=until)["batons_open"]
    ids = {pk for counts in (stock, *flows.values()) for pk, n in counts.items() if n}
    rows = []
    for unit in Unit.objects.filter(pk__in=ids).order_by("code"):
        n = {measure: counts.get(unit.pk, 0) for measure, counts in flows.items()}
        rows.append(
            {
                "name": unit.short_name,
                "open": max(0, stock.get(unit.pk, 0)),
                "answered": n["answered"],
                "late": n["answered_late"],
                "rates": _pairs(n),
            }
        )
    return rows


def volumes_by(since: date, until: date, by: str) -> list[dict[str, Any]]:
    """Cases received in these days by one column, the most first, at most MOST."""
    rows = Case.objects.filter(received_at__date__gte=since, received_at__date__lte=until).order_by()
    counted = rows.values(name=Coalesce(F(by), Value(NO_CATEGORY))).annotate(n=Count("pk")).order_by("-n", "name")
    return [{"name": row["name"], "n": row["n"]} for row in counted[:MOST]]


def hot(since: date, until: date) -> list[dict[str, Any]]:
    """Questions with the most askers in hand or answered, each with its newcomers of these days. Two queries."""
    states = (Question.State.SET_UP, Question.State.HANDLING, Question.State.ANSWERED)
    rows = list(
        Question.objects.filter(state__in=states)
        .select_related("lead")
        .only("number", "title", "state", "asker_count", "lead__short_name")
        .order_by("-asker_count", "-id")[:MOST]
    )
    new: dict[int, int] = {}
    moved = figures.by_subject_and_day("question_askers", [row.pk for row in rows], since=since, until=until)
    for (pk, _day), n in moved.items():
        new[pk] = new.get(pk, 0) + n
    return [
        {
            "number": row.number,
            "title": row.title,
            "askers": row.asker_count,
            "new": max(0, new.get(row.pk, 0)),
            "lead": row.lead.short_name if row.lead else "待派",
            "state": str(row.get_state_display()),
        }
        for row in rows
    ]


def before(since: date, until: date) -> tuple[date, date]:
    """The stretch before: the calendar month before for days within one month that begin on its first, else as many days."""
    if since.day == 1 and (since.year, since.month) == (until.year, until.month):
        first = (since - timedelta(days=1)).replace(day=1)
        whole = (until + timedelta(days=1)).day == 1
        return first, since - timedelta(days=1) if whole else min(
            _same_day(first, until.day), since - timedelta(days=1)
        )
    return since - (until - since) - timedelta(days=1), since - timedelta(days=1)


def year_ago(since: date, until: date) -> tuple[date, date]:
    """The same days of the year before; 29 February is 28 February."""
    return _same_day(since.replace(day=1, year=since.year - 1), since.day), _same_day(
        until.replace(day=1, year=until.year - 1), until.day
    )


def _same_day(first: date, day: int) -> date:
    last = ((first + timedelta(days=31)).replace(day=1) - timedelta(days=1)).day
    return first.replace(day=min(day, last))


def said(pair: list[int], *, none: str = "无评价") -> str:
    """“92.0%（23/25）”; small denominators are marked, nothing to count is said."""
    part, whole = pair
    if not whole:
        return none
    mark = "，数小" if whole < SMALL else ""
    return f"{100 * part / whole:.1f}%（{part}/{whole}{mark}）"
