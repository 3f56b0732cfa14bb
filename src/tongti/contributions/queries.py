"""Reads on 贡献记录. Nothing here adds up different lines, and nothing orders people by numbers."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Sum

from tongti.accounts.models import Officer
from tongti.cases import access as case_access
from tongti.cases.models import Case
from tongti.contributions import access
from tongti.contributions.errors import NotYetShown
from tongti.contributions.kinds import KINDS, Kind, in_month
from tongti.contributions.models import Contribution, FirstLook, Remark
from tongti.questions import access as question_access
from tongti.questions.models import Question
from tongti.shared import clock
from tongti.shared.errors import NotVisible
from tongti.shared.pages import Page, page_of
from tongti.units.access import Viewer
from tongti.units.models import Unit

DEFAULT_DAYS = 5
"""A sample: no rule was found that lays down how long."""
MONTHS = 12


@dataclass(frozen=True)
class Line:
    """One line of a record."""

    kind: Kind
    amount: int
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True)
class Record:
    """One officer's month at one unit; ``remarks`` are about the whole of it. ``opens_on``: when the unit's leader may look."""

    officer: Officer
    unit: Unit
    month: date
    lines: tuple[Line, ...]
    remarks: tuple[Remark, ...]
    opens_on: date


def first_look_days() -> int:
    """For how many days after its end a month is the person's alone."""
    newest = FirstLook.objects.order_by("-pk").first()
    return newest.days if newest else DEFAULT_DAYS


def months() -> list[date]:
    """This month and those before, the newest first, for the choice on a page."""
    found, month = [], clock.today().replace(day=1)
    for _ in range(MONTHS):
        found.append(month)
        month = (month - timedelta(days=1)).replace(day=1)
    return found


def newest_open() -> date:
    """The newest month that leaders of units may look at."""
    days, today = first_look_days(), clock.today()
    return next(month for month in months() if access.opens_on(month, days) <= today)


def mine(viewer: Viewer, month: date) -> list[Record]:
    """One's own record of a month, for each unit: always there, from the first day."""
    rows = list(Contribution.objects.filter(officer=viewer.officer_id, month=month))
    remarks = Remark.objects.filter(officer=viewer.officer_id, month=month)
    units = {*(row.unit_id for row in rows), *viewer.unit_ids}
    officer = Officer.objects.get(pk=viewer.officer_id)
    return _records([officer], rows, remarks, Unit.objects.filter(pk__in=units), month, empty=True)


def of_unit(viewer: Viewer, unit_id: int, month: date) -> list[Record]:
    """The persons of a unit that she leads, by name, each with what the person says beside it. Raises NotVisible, NotYetShown."""
    unit = led_unit(viewer, unit_id)
    _require_open(month)
    rows = list(Contribution.objects.filter(unit_id=unit_id, month=month))
    remarks = Remark.objects.filter(unit_id=unit_id, month=month)
    officers = Officer.objects.filter(pk__in={row.officer_id for row in rows}).order_by("name", "pk")
    return _records(officers, rows, remarks, [unit], month)


def _records(
    officers: Iterable[Officer],
    rows: Iterable[Contribution],
    remarks: Iterable[Remark],
    units: Iterable[Unit],
    month: date,
    *,
    empty: bool = False,
) -> list[Record]:
    amounts: dict[tuple[int, int], dict[str, int]] = defaultdict(dict)
    for row in rows:
        amounts[row.officer_id, row.unit_id][row.kind] = row.amount
    said: dict[tuple[int, int, str], list[Remark]] = defaultdict(list)
    for remark in remarks:
        if remark.taken_back_at is None:
            said[remark.officer_id, remark.unit_id, remark.kind].append(remark)
    opens_on = access.opens_on(month, first_look_days())
    found = []
    for officer in officers:
        for unit in sorted(units, key=lambda one: one.code):
            key = (officer.pk, unit.pk)
            if key not in amounts and not empty:
                continue
            lines = tuple(
                Line(kind, amounts[key][code], tuple(said[*key, code]))
                for code, kind in KINDS.items()
                if amounts[key].get(code) or said[*key, code]
            ) if key in amounts else ()  # fmt: skip
            found.append(Record(officer, unit, month, lines, tuple(said[*key, ""]), opens_on))
    return found


@dataclass(frozen=True)
class UnitSums:
    """What the people of one unit carried together; ``amounts`` by kind, in the order of the kinds."""

    unit: Unit
    amounts: tuple[tuple[Kind, int], ...]


def sums(viewer: Viewer, month: date) -> list[UnitSums]:
    """Units that she may see, by the units' own order. Two queries."""
    rows = Contribution.objects.filter(month=month).values_list("unit_id", "kind").annotate(n=Sum("amount"))
    by_unit: dict[int, dict[str, int]] = defaultdict(dict)
    for unit_id, kind, n in rows:
        by_unit[unit_id][kind] = n
    units = [u for u in Unit.objects.filter(pk__in=by_unit).order_by("code") if access.reads_sums(viewer, u)]
    return [UnitSums(u, tuple((kind, by_unit[u.pk].get(code, 0)) for code, kind in KINDS.items())) for u in units]


def units_led(viewer: Viewer) -> list[Unit]:
    """Units whose people she answers for."""
    if not viewer.can(access.LEADS):
        return []
    rows = Unit.objects.filter(pk__in=viewer.unit_ids_for(access.LEADS), active=True)
    return list(rows.order_by("code"))


@dataclass(frozen=True)
class Fact:
    """One row behind a line. ``case`` and ``question`` are None where it is about none, or she may not read it."""

    at: Any
    number: str
    title: str
    case: Case | None
    question: Question | None
    baton_id: int | None


def behind(
    viewer: Viewer, kind: str, month: date, *, officer_id: int, unit_id: int, cursor: str = ""
) -> tuple[Page[Any], list[Fact]]:
    """The rows behind one line of a record that she may see. Raises NotVisible, NotYetShown."""
    if kind not in KINDS:
        raise NotVisible
    if officer_id != viewer.officer_id:
        led_unit(viewer, unit_id)
        _require_open(month)
    rows = in_month(KINDS[kind], month).filter(who=officer_id, of_unit=unit_id)
    page = page_of(rows, order=("-id",), cursor=cursor)
    return page, _facts(viewer, page.rows, KINDS[kind])


def _facts(viewer: Viewer, rows: Iterable[Any], kind: Kind) -> list[Fact]:
    rows = list(rows)
    case_ids = {pk for row in rows if (pk := getattr(row, "of_case", None)) is not None}
    question_ids = {pk for row in rows if (pk := getattr(row, "of_question", None)) is not None}
    cases = Case.objects.filter(case_access.visible(viewer), pk__in=case_ids).defer("search").in_bulk()
    seen = Question.objects.filter(question_access.visible(viewer), pk__in=question_ids)
    questions = seen.only("id", "number", "title").in_bulk()
    found = []
    for row in rows:
        case = cases.get(getattr(row, "of_case", None))
        question = questions.get(getattr(row, "of_question", None))
        found.append(
            Fact(
                at=getattr(row, kind.when),
                number=case.number if case else question.number if question else "—",
                title=case.headline if case else question.title if question else "",
                case=case,
                question=question,
                baton_id=getattr(row, "of_baton", None),
            )
        )
    return found


def led_unit(viewer: Viewer, unit_id: int) -> Unit:
    """A unit whose people she answers for. Raises NotVisible."""
    unit = Unit.objects.filter(pk=unit_id).first()
    if unit is None or not access.leads(viewer, unit.pk, unit.path):
        raise NotVisible
    return unit


def _require_open(month: date) -> None:
    """Raises NotYetShown while a month is the person's alone."""
    day = access.opens_on(month, first_look_days())
    if clock.today() < day:
        raise NotYetShown(month=f"{month.year} 年 {month.month} 月", day=f"{day.month} 月 {day.day} 日")


def kinds() -> list[Kind]:
    """Every line there is, with its rule."""
    return list(KINDS.values())


def read_month(text: str) -> date:
    """``2026-03`` as the first day; what is none, or is to come, is this month."""
    today = clock.today().replace(day=1)
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        return today
    return min(month, today)
