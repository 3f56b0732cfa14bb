"""各项率: the table of all units, the list behind every number, and how each rate is counted."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_http_methods, require_safe

from tongti.formulas import actions, queries
from tongti.formulas.queries import BASES, FormulaView
from tongti.reports import queries as reports
from tongti.shared import clock
from tongti.shared.errors import DomainError
from tongti.units.access import May, Scope
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.formulas_forms import FormulaForm, refuse

ONLY = (("", "全部"), ("met", "分子里的"), ("unmet", "分子外的"), ("out", "剔除的"))


@require_safe
@desk(May.BOARD)
def table(request: DeskRequest) -> HttpResponse:
    """Every rate of the district and of every unit; each number opens its list."""
    span = reports.period(request.GET.get("period", "month"))
    context = {
        "span": span,
        "periods": reports.PERIODS,
        "whole": queries.rates(request.viewer, 0, span.since, span.until)
        if request.viewer.scope(May.BOARD) == Scope.ALL
        else (),
        "units": queries.rates_by_unit(request.viewer, span.since, span.until),
        "formulas": queries.formulas_on(span.until),
    }
    return render(request, "desk/formulas/rates.html", context)


@require_safe
@desk(May.BOARD)
def behind(request: DeskRequest, code: str) -> HttpResponse:
    """The rows behind one number: all, in the numerator, outside it, or left out."""
    since, until = _days(request)
    unit_id = _number(request.GET.get("unit", ""))
    only = request.GET.get("only", "")
    page, rows = queries.behind(
        request.viewer, code, since, until, unit_id=unit_id, only=only, cursor=request.GET.get("after", "")
    )
    whole = unit_id or request.viewer.scope(May.BOARD) == Scope.ALL
    figures = queries.rates(request.viewer, unit_id, since, until) if whole else ()
    context = {
        "formula": queries.formula_on(code, until),
        "figure": next((f for f in figures if f.code == code), None),
        "unit": queries.unit_for(request.viewer, unit_id) if unit_id else None,
        "since": since,
        "until": until,
        "only": only if only in dict(ONLY) else "",
        "tabs": ONLY,
        "page": page,
        "rows": rows,
        "may_open": request.viewer.can(May.SEE),
    }
    return render(request, "desk/formulas/rate.html", context)


def _days(request: DeskRequest) -> tuple[date, date]:
    """The days asked for; what is no date, or goes backwards, is this month."""
    since, until = _date(request.GET.get("since", "")), _date(request.GET.get("until", ""))
    if since and until and since <= until:
        return since, until
    span = reports.period("month")
    return span.since, span.until


def _date(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 18 else 0


@require_safe
@desk(May.BOARD, May.ADMINISTER, May.AUDIT, May.HANDLE)
def formulas(request: DeskRequest) -> HttpResponse:
    """How every rate is counted today: whoever is counted may read how."""
    return render(request, "desk/formulas/formulas.html", {"formulas": queries.formulas_on(clock.today())})


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.BOARD, May.ADMINISTER, May.AUDIT, May.HANDLE)
def formula(request: DeskRequest, code: str) -> HttpResponse:
    """One rate: how it is counted, every version, and (for whoever keeps the rules) the next one with what it would do."""
    now = queries.formula_on(code, clock.today())
    newest = queries.versions_of(code)[-1]
    context: dict[str, Any] = {
        "formula": now,
        "versions": list(reversed(queries.versions_of(code))),
        "reasons": [queries.reason_words(reason) for reason in now.reasons],
        "bases": BASES.values(),
        "form": None,
        "would": None,
    }
    if not request.viewer.can(May.ADMINISTER):
        return render(request, "desk/formulas/formula.html", context)
    asked = request.POST.get("basis", request.GET.get("basis", ""))
    basis = asked if asked in BASES else newest.basis
    form = FormulaForm(request.POST if request.method == "POST" else None, formula=newest, basis=basis)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            if "look" not in request.POST:
                row = actions.set_formula(code=code, said=form.wording(), by=request.viewer)
                messages.success(
                    request, f"已出第 {row.version} 版，{row.valid_from.isoformat()} 起用。以前发布的数不变。"
                )
                return redirect("desk:formula", code)
            context["would"] = _compared(now, actions.checked(code, form.wording()))
        except DomainError as refused:
            status = refuse(form, refused)
    elif request.method == "POST":
        status = 422
    return render(request, "desk/formulas/formula.html", context | {"form": form, "basis": BASES[basis]}, status=status)


def _compared(now: FormulaView, new: FormulaView) -> dict[str, Any]:
    """The district's figure of this year by both."""
    span = reports.period("year")
    return {
        "span": span,
        "now": queries.preview(now, span.since, span.until),
        "then": queries.preview(new, span.since, span.until),
        "words": new.words,
    }
