"""The leader's pages. Each calls one query; every number is a link to its list."""

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe

from tongti.cases import queries as cases
from tongti.reports import queries
from tongti.shared import clock
from tongti.shared.errors import NotVisible
from tongti.signals import queries as signals
from tongti.supervision import queries as supervision
from tongti.units.access import May, Scope
from tongti.verdicts import queries as verdicts
from tongti.web.board import columns, towns
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.supervision_forms import InstructForm


@require_safe
@desk(May.BOARD)
def home(request: DeskRequest) -> HttpResponse:
    """看板: rates, hot questions, what falls due, units."""
    board = queries.board(request.viewer, request.GET.get("period", "month"))
    context = {
        "board": board,
        "periods": queries.PERIODS,
        "columns": columns.of(board.due),
        "squares": towns.squares(board.towns, board.period),
        "now": clock.now(),
        "paused": request.GET.get("refresh") == "off",
        # the district's figures open the district's lists: nothing to open for whoever reads only her unit's cases
        "may_list": request.viewer.scope(May.SEE) == Scope.ALL,
        "instructs": request.viewer.can(May.INSTRUCT),
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
    """The open batons behind one column of the due chart, behind 超期 and 临期, or behind a unit's stock."""
    on = parse_date(request.GET.get("on", "")) if _is_date(request.GET.get("on", "")) else None
    unit_id = _number(request.GET.get("unit", ""))
    unit = queries.unit_for(request.viewer, unit_id) if unit_id else None
    shown = request.GET.get("show", queries.Due.OVERDUE)
    which = queries.Due(shown) if shown in set(queries.Due) else queries.Due.OVERDUE
    cursor = request.GET.get("after", "")
    page = queries.due_list(request.viewer, on=on, which=which, unit_id=unit_id, cursor=cursor)
    return render(
        request, "board/due.html", {"page": page, "on": on, "unit": unit, "which": which} | _instructs(request)
    )


@require_safe
@desk(May.BOARD)
def units(request: DeskRequest) -> HttpResponse:
    """单位办理: every unit of the table, the most overdue first."""
    span = queries.period(request.GET.get("period", "month"))
    context = {"rows": queries.unit_rows(request.viewer, span), "span": span, "periods": queries.PERIODS}
    return render(request, "board/units.html", context)


@require_safe
@desk(May.BOARD)
def town(request: DeskRequest, pk: int) -> HttpResponse:
    """What is open in one township, or what came in there during the period: the list behind its square."""
    found = queries.town_for(request.viewer, pk)
    span = queries.period(request.GET.get("period", "month"))
    received = request.GET.get("show") == "received"
    filters = cases.Filters(
        place_id=pk, **({"since": span.since, "until": span.until} if received else {"open_only": True})
    )
    tile = next(t for t in queries.town_tiles(request.viewer, span) if t.town.pk == pk)
    context = {
        "town": found,
        "tile": tile,
        "span": span,
        "periods": queries.PERIODS,
        "received": received,
        # figures are the district's; who reads only her unit's cases would find another number in the list
        "whole": request.viewer.scope(May.SEE) == Scope.ALL,
        "page": cases.inbox(request.viewer, filters, cursor=request.GET.get("after", "")),
    } | _instructs(request)
    return render(request, "board/town.html", context)


@require_safe
@desk(May.BOARD)
def brief(request: DeskRequest, pk: int) -> HttpResponse:
    """一页纸 of a question, for the phone and for paper, with the box for the leader's words."""
    instructs = request.viewer.can(May.INSTRUCT)
    context = {
        "brief": queries.brief(request.viewer, pk),
        "instructs": instructs,
        "form": InstructForm() if instructs else None,
        "phrases": supervision.phrases(),
    }
    return render(request, "board/brief.html", context)


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
def unit_answered(request: DeskRequest, pk: int) -> HttpResponse:
    """What a unit answered in the period: the list behind its on-time rate."""
    found = queries.unit_for(request.viewer, pk)
    span = queries.period(request.GET.get("period", "month"))
    shown = request.GET.get("only", "")
    late = {"met": False, "unmet": True}.get(shown)
    page, rows = queries.answered_list(request.viewer, pk, span, late=late, cursor=request.GET.get("after", ""))
    row = next((r for r in queries.unit_rows(request.viewer, span) if r.unit.pk == pk), None)
    context = {
        "unit": found,
        "span": span,
        "periods": queries.PERIODS,
        "only": shown,
        "page": page,
        "rows": rows,
        "rate": row.on_time if row else None,
    }
    return render(request, "board/answered.html", context)


@require_safe
@desk(May.BOARD)
def listed_cases(request: DeskRequest) -> HttpResponse:
    """The cases behind 在办诉求, behind 今天新收, or behind one signal, newest first."""
    today = clock.today() if request.GET.get("show") == "today" else None
    filters = cases.Filters(since=today, until=today) if today else cases.Filters(open_only=True)
    asked = _number(request.GET.get("signal", ""))
    signal = signals.signal_for(request.viewer, asked) if asked else None
    if signal is not None:
        end = signal.week + timedelta(days=6)
        filters = cases.Filters(category_id=signal.category_id, place_id=signal.town_id, since=signal.week, until=end)
    page = cases.inbox(request.viewer, filters, cursor=request.GET.get("after", ""))
    return render(request, "board/cases.html", {"page": page, "today": today, "signal": signal} | _instructs(request))


def _instructs(request: DeskRequest) -> dict[str, bool]:
    return {"instructs": request.viewer.can(May.INSTRUCT)}


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 18 else 0


def _is_date(text: str) -> bool:
    try:
        return parse_date(text) is not None
    except ValueError:
        return False
