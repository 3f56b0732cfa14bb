"""The leader's pages. Each calls one query; every number is a link to its list."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe

from tongti.cases import queries as cases
from tongti.reports import queries
from tongti.shared import clock
from tongti.shared.errors import NotVisible
from tongti.units.access import May
from tongti.verdicts import queries as verdicts
from tongti.web.board import columns
from tongti.web.desk.doors import DeskRequest, desk


@require_safe
@desk(May.BOARD)
def home(request: DeskRequest) -> HttpResponse:
    """看板: rates, hot questions, what falls due, units."""
    board = queries.board(request.viewer, request.GET.get("period", "month"))
    context = {
        "board": board,
        "periods": queries.PERIODS,
        "columns": columns.of(board.due),
        "now": clock.now(),
        "paused": request.GET.get("refresh") == "off",
    }
    return render(request, "board/home.html", context)


@require_safe
@desk(May.BOARD)
def rate(request: DeskRequest, key: str) -> HttpResponse:
    """The verdicts behind one rate: all, those that met it, or those that did not."""
    if key not in verdicts.LISTS:
        raise NotVisible
    span = queries.period(request.GET.get("period", "month"))
    unit_id = _number(request.GET.get("unit", ""))
    unit = queries.unit_for(request.viewer, unit_id) if unit_id else None
    shown = request.GET.get("only", "")
    met = {"met": True, "unmet": False}.get(shown)
    page = verdicts.behind(
        request.viewer,
        key,
        since=span.since,
        until=span.until,
        unit_id=unit_id,
        met=met,
        cursor=request.GET.get("after", ""),
    )
    context = {
        "key": key,
        "name": verdicts.LISTS[key][0],
        "rate": getattr(verdicts.rates(since=span.since, until=span.until, unit_id=unit_id), key),
        "span": span,
        "periods": queries.PERIODS,
        "unit": unit,
        "units": queries.units_on_board(request.viewer),
        "only": shown,
        "page": page,
        "may_open": request.viewer.can(May.SEE),
    }
    return render(request, "board/rate.html", context)


@require_safe
@desk(May.BOARD)
def due(request: DeskRequest) -> HttpResponse:
    """The open batons behind one column of the due chart, or behind a unit's overdue count."""
    on = parse_date(request.GET.get("on", "")) if _is_date(request.GET.get("on", "")) else None
    unit_id = _number(request.GET.get("unit", ""))
    unit = queries.unit_for(request.viewer, unit_id) if unit_id else None
    page = queries.due_list(request.viewer, on=on, unit_id=unit_id, cursor=request.GET.get("after", ""))
    return render(request, "board/due.html", {"page": page, "on": on, "unit": unit})


@require_safe
@desk(May.BOARD)
def unit(request: DeskRequest, pk: int) -> HttpResponse:
    """One unit: its rates, what falls due, what it holds."""
    found = queries.unit_for(request.viewer, pk)
    span = queries.period(request.GET.get("period", "month"))
    due_days = queries.due_days(clock.today(), unit_id=pk)
    rates = verdicts.rates(since=span.since, until=span.until, unit_id=pk)
    context = {
        "unit": found,
        "span": span,
        "periods": queries.PERIODS,
        "rates": [(key, getattr(rates, key)) for key in verdicts.LISTS],
        "row": next((r for r in queries.unit_rows(request.viewer, span) if r.unit.pk == pk), None),
        "columns": columns.of(due_days, unit_id=pk),
    }
    return render(request, "board/unit.html", context)


@require_safe
@desk(May.BOARD)
def open_cases(request: DeskRequest) -> HttpResponse:
    """The open cases behind the stock figure, newest first."""
    filters = cases.Filters(open_only=True)
    page = cases.inbox(request.viewer, filters, cursor=request.GET.get("after", ""))
    return render(request, "board/cases.html", {"page": page})


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 18 else 0


def _is_date(text: str) -> bool:
    try:
        return parse_date(text) is not None
    except ValueError:
        return False
