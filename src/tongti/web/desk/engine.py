"""同题引擎: which weights it works with, how they compare with the last night's, and from which probability it proposes."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from tongti.questions import actions, matching, queries
from tongti.questions.matching.learning import KINDS
from tongti.shared.errors import DomainError
from tongti.shared.text import whole
from tongti.units.access import May
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.questions_forms import refuse
from tongti.web.forms import Form

ENOUGH = 50
"""Decisions from which a district's own share says more than the shipped table."""
THRESHOLDS = (10, 20, 30, 40, 50, 60, 70, 75, 80, 85, 90, 95)


class ThresholdForm(Form):
    """From which probability, in percent, and why."""

    small = True
    percent = forms.IntegerField(label="把握到百分之几就提议", min_value=5, max_value=99)
    reason = forms.CharField(label="为什么改", max_length=200)


class SwitchForm(Form):
    """Which weights (empty: the shipped model), and why."""

    small = True
    weights = forms.CharField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(label="为什么换", max_length=200)


@dataclass(frozen=True)
class Line:
    """One threshold: what the shipped table expects, what people here decided, how many proposals a day it means."""

    percent: int
    expected: float | None
    own: float | None
    decided: int
    per_day: float | None
    current: bool


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.TUNE)
def page(request: DeskRequest) -> HttpResponse:
    """Everything on one page; ``do`` says which of the two forms was sent."""
    state = queries.engine_state(request.viewer)
    at = state.current.propose_at if state.current else matching.PROPOSE_AT
    threshold = ThresholdForm(initial={"percent": round(at * 100)}, auto_id="threshold_%s")
    switch = SwitchForm(auto_id="switch_%s")
    status = 200
    if request.method == "POST" and request.POST.get("do") == "switch":
        switch = SwitchForm(request.POST, auto_id="switch_%s")
        status = _switch(request, switch)
    elif request.method == "POST":
        threshold = ThresholdForm(request.POST, auto_id="threshold_%s")
        status = _set(request, threshold)
    if status == 302:
        return redirect("desk:engine")
    context: dict[str, Any] = {
        "state": state,
        "current": state.current,
        "percent": round(at * 100),
        "version": matching.settings_version(),
        "lines": _lines(request, at),
        "measured_with": matching.measured_with(),
        "threshold": threshold,
        "switch": switch,
        "fit": _fit(state.fits[0]) if state.fits else None,
        "fits": state.fits,
        "in_use": state.current.weights_id if state.current else None,
        "least": {"same": actions.teaching.LEAST_SAME, "not": actions.teaching.LEAST_NOT},
        "enough": ENOUGH,
    }
    return render(request, "desk/admin/engine.html", context, status=status)


def _set(request: DeskRequest, form: ThresholdForm) -> int:
    if not form.is_valid():
        return 422
    percent = form.cleaned_data["percent"]
    try:
        actions.set_threshold(propose_at=percent / 100, reason=form.cleaned_data["reason"], by=request.viewer)
    except DomainError as refused:
        return refuse(form, refused)
    messages.success(request, f"从现在起，把握到 {percent}% 就提议。已经提出的不变。")
    return 302


def _switch(request: DeskRequest, form: SwitchForm) -> int:
    if not form.is_valid():
        return 422
    chosen = form.cleaned_data["weights"]
    pk = whole(chosen)
    weights = queries.engine_weights(request.viewer, pk) if pk is not None else None
    try:
        actions.switch(weights=weights, reason=form.cleaned_data["reason"], by=request.viewer)
    except DomainError as refused:
        return refuse(form, refused)
    messages.success(
        request, f"已换成{weights.name if weights else '随包的权重'}，一分钟内各处都用它。已经提出的不变。"
    )
    return 302


def _lines(request: DeskRequest, at: float) -> list[Line]:
    told = queries.proposed_by_probability(request.viewer)
    now = round(at * 100)
    lines = []
    for percent in sorted({*THRESHOLDS, now}):
        cell = percent * queries.STEPS // 100
        yes, no = sum(told.confirmed[cell:]), sum(told.refused[cell:])
        row = matching.expected(percent / 100)
        lines.append(
            Line(
                percent=percent,
                expected=row.precision if row else None,
                own=yes / (yes + no) if yes + no >= ENOUGH else None,
                decided=yes + no,
                # below today's threshold nothing was proposed, so nothing can be counted
                per_day=sum(told.per_day[cell:]) if percent >= now else None,
                current=percent == now,
            )
        )
    return lines


def _fit(row: Any) -> dict[str, Any]:
    """The newest fit beside what was in use: figures, reliability by cells, weights by kind of evidence."""
    old, new = row.figures["old"], row.figures["new"]
    cells: dict[float, dict[str, Any]] = {}
    for side, own in (("old", old), ("new", new)):
        for low, high, said, true, n in own["reliability"]:
            cells.setdefault(low, {"from": low, "to": high})[side] = {"said": said, "true": true, "n": n}
    return {
        "row": row,
        "old": old,
        "new": new,
        "against": row.figures["compared_with"],
        "cells": [cells[low] for low in sorted(cells)],
        "weights": list(zip(KINDS, row.weights, strict=True)),
    }
