"""时限规则: read, copy, change. A change is published as the next version; what was computed keeps the old one."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongti.cases.queries import Channel, Kind, Urgency
from tongti.deadlines import actions, queries
from tongti.deadlines.actions import RegimeDraft
from tongti.deadlines.explained import told_of
from tongti.deadlines.queries import RegimeView
from tongti.deadlines.simulation import Candidate
from tongti.deadlines.simulation import Kind as CaseKind
from tongti.deadlines.simulation import simulate as run_through
from tongti.parties.queries import PartyKind
from tongti.shared import clock
from tongti.shared.errors import BadInput, DomainError
from tongti.shared.text import whole
from tongti.units import queries as units
from tongti.units.access import May
from tongti.web.desk.admin_forms import refuse
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.regime_forms import RegimeForm, SimulateForm, initial_of

_MISFIT = {
    "channel": "渠道",
    "kind": "类型",
    "urgency": "紧急程度",
    "party": "对象",
    "category": "分类",
    "joint": "几个单位办",
}


@require_safe
@desk(May.ADMINISTER)
def page(request: DeskRequest) -> HttpResponse:
    """Those in use, best first; then the samples."""
    samples = request.GET.get("samples") == "1"
    rows = [(row, queries.view_of(row)) for row in queries.regimes(request.viewer, samples=samples)]
    return render(request, "desk/admin/regimes.html", {"rows": rows, "samples": samples})


@require_safe
@desk(May.ADMINISTER)
def one(request: DeskRequest, pk: int) -> HttpResponse:
    """One version with its limits and where each comes from."""
    regime = queries.regime(request.viewer, pk)
    view = queries.view_of(regime)
    context = {
        "regime": regime,
        "view": view,
        "clocks": list(view.clocks.values()),
        "applies": _applies(view),
        "versions": queries.versions(request.viewer, regime.code),
    }
    return render(request, "desk/admin/regime.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.ADMINISTER)
def new(request: DeskRequest) -> HttpResponse:
    """A regime of one's own, from nothing or from a copy (``?from=``)."""
    first: dict[str, Any] = {"in_use": True, "priority": 0}
    source = request.GET.get("from", "")
    if (copied := whole(source)) is not None:
        regime = queries.regime(request.viewer, copied)
        first = initial_of(queries.view_of(regime)) | {
            "code": "",
            "in_use": True,
            "name": f"{regime.name}（本地）"[:60],
        }
    form = RegimeForm(request.POST if request.method == "POST" else None, initial=first)
    return _edit(request, form, regime=None)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.ADMINISTER)
def edit(request: DeskRequest, pk: int) -> HttpResponse:
    """Change the open version; saving publishes the next one."""
    regime = queries.regime(request.viewer, pk)
    first = initial_of(queries.view_of(regime)) | {"in_use": regime.in_use}
    form = RegimeForm(request.POST if request.method == "POST" else None, initial=first, fixed_code=True)
    return _edit(request, form, regime=regime)


@require_POST
@desk(May.ADMINISTER)
def withdraw(request: DeskRequest, pk: int) -> HttpResponse:
    """Take it out of use from today."""
    regime = queries.regime(request.viewer, pk)
    actions.withdraw(regime=regime, by=request.viewer)
    messages.success(request, f"“{regime.name}”已停用。已经算出的期限不变。")
    return redirect("desk:regimes")


@require_safe
@desk(May.ADMINISTER)
def simulate(request: DeskRequest) -> HttpResponse:
    """试算: a case like this, received then — these dates, because."""
    now = timezone.localtime(clock.now())
    first = {
        "channel": "phone", "kind": "help", "urgency": "normal", "party": "person", "joint": "no",
        "received_on": now.date(), "received_at": f"{now:%H:%M}",
    }  # fmt: skip
    form = SimulateForm(request.GET or None, initial=first)
    context: dict[str, Any] = {"form": form}
    if request.GET and form.is_valid():
        data = form.cleaned_data
        case = CaseKind(
            data["channel"], data["kind"], data["urgency"], data["party"], data["joint"] == "yes", data["category"]
        )
        try:
            found = run_through(request.viewer, case, received=data["received"], dispatched=data["dispatched"])
        except DomainError as refused:
            refuse(form, refused)
        else:
            runs = [(run, told_of(run.due.explanation)) for run in found.runs]
            others = [_verdict(one, found.regime) for one in found.candidates if not one.wins]
            context |= {"found": found, "runs": runs, "others": others}
    return render(request, "desk/admin/simulate.html", context, status=422 if form.errors else 200)


def _verdict(candidate: Candidate, winner: RegimeView) -> tuple[RegimeView, str]:
    """A regime that did not win, and why."""
    applies = dict(_applies(candidate.view))
    if candidate.misfits:
        return candidate.view, "；".join(f"只管{_MISFIT[name]}：{applies[_MISFIT[name]]}" for name in candidate.misfits)
    return candidate.view, f"也适用，优先 {candidate.view.priority} 排在 {winner.priority} 之后"


def _edit(request: DeskRequest, form: RegimeForm, *, regime: Any) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        draft = form.draft()
        try:
            _refuse_taken(request, draft, regime)
            published = actions.publish(draft=draft, by=request.viewer)
        except DomainError as refused:
            refuse(form, refused)
        else:
            messages.success(request, f"“{published.name}”第 {published.version} 版从今天起生效。已经算出的期限不变。")
            return redirect("desk:regime", published.pk)
    context = {"form": form, "regime": regime}
    return render(request, "desk/admin/regime_edit.html", context, status=422 if form.errors else 200)


def _refuse_taken(request: DeskRequest, draft: RegimeDraft, regime: Any) -> None:
    if regime is None and queries.versions(request.viewer, draft.code):
        raise BadInput("code", f"代码“{draft.code}”已经有规则用了，请换一个；要改它，请打开它再改。")


def _applies(view: RegimeView) -> list[tuple[str, str]]:
    lists = (
        ("渠道", view.channels, dict(Channel.choices)),
        ("类型", view.kinds, dict(Kind.choices)),
        ("紧急程度", view.urgencies, dict(Urgency.choices)),
        ("对象", view.parties, dict(PartyKind.choices)),
    )
    rows = [(word, "、".join(str(words.get(code, code)) for code in codes) or "全部") for word, codes, words in lists]
    rows.append((_MISFIT["category"], units.category_words(view.categories) or "全部"))
    joint = {None: "都适用", True: "几个单位一起办的", False: "一个单位办的"}[view.joint]
    return [
        *rows,
        (_MISFIT["joint"], joint),
        ("地区", view.region or "不限"),
        ("优先", str(view.priority)),
        ("改派后", "重新起算" if view.restarts else "不重新起算"),
    ]
