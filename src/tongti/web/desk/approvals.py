"""延期、挂账、后期分流: what units ask for, who decides, and the ledger of promises."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongti.relay import actions
from tongti.relay import queries as relay
from tongti.shared.errors import BadInput, DomainError
from tongti.shared.uploads import Upload
from tongti.units.access import May, Viewer
from tongti.web import nav
from tongti.web.desk.batons import do_step
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.home import Waiting, waits
from tongti.web.desk.relay_more_forms import (
    DecisionForm,
    ExtensionForm,
    LateDiversionForm,
    PromiseForm,
    PromiseRevisitForm,
)

KINDS = (("extension", "延期"), ("promise", "挂账"), ("diversion", "后期分流"))
LEDGER_TABS = (("ledger", "挂账中"), ("revisit", "待回访"), ("ended", "已到期或办完"))
LEDGER = (May.RECEIVE, May.HANDLE, May.SIGN, May.RULE, May.SUPERVISE, May.REVISIT, May.INSTRUCT)


@waits(May.RULE, order=21)
def _to_decide(viewer: Viewer) -> Waiting:
    """Requests for more time, promises, late diversions."""
    waiting = relay.waiting_requests(viewer)
    kind = next((k for k, n in waiting.items() if n), "extension")
    note = "、".join(f"{word} {waiting[k]}" for k, word in KINDS if waiting.get(k))
    url = f"{reverse('desk:approvals')}?kind={kind}"
    return Waiting("待审批的延期、挂账、分流", sum(waiting.values()), url, "hourglass", "warn", note)


@waits(May.HANDLE, order=32)
def _promises_near(viewer: Viewer) -> Waiting | None:
    """Promises of her unit whose day is near."""
    near = relay.promises_due(viewer)
    return Waiting("快到承诺日期的挂账", near, reverse("desk:promises"), "calendar", "warn") if near else None


@waits(May.REVISIT, order=61)
def _promises_over(viewer: Viewer) -> Waiting | None:
    """Promises that ended and that nobody has asked about."""
    over = relay.promises_to_revisit(viewer)
    url = f"{reverse('desk:promises')}?tab=revisit"
    return Waiting("到期的承诺，待回访", over, url, "phone", "warn") if over else None


@nav.counts("desk:approvals")
def _count(viewer: Viewer) -> nav.Rows:
    return list(relay.requests_waiting(viewer).values())


# --- the unit asks ----------------------------------------------------------------------------------------------


@require_POST
@desk(May.HANDLE)
def extend(request: DeskRequest, pk: int) -> HttpResponse:
    """申请延期."""
    baton = relay.baton_for(request.viewer, pk)
    form = ExtensionForm(request.POST, rule=relay.may_extend(baton), auto_id="extend_%s")

    def step(data: dict[str, Any]) -> None:
        actions.ask_extension(
            baton=baton,
            reason=data["reason"],
            words=data["words"],
            to_due_on=data.get("to_due_on"),
            hours=data.get("hours"),
            by=request.viewer,
        )

    return do_step(request, baton, "extend", form, step, "已申请延期；批准并告知诉求人之前，期限不变。")


@require_POST
@desk(May.HANDLE)
def promise(request: DeskRequest, pk: int) -> HttpResponse:
    """申请挂账."""
    baton = relay.baton_for(request.viewer, pk)
    form = PromiseForm(request.POST, request.FILES, auto_id="promise_%s")
    uploads = [Upload(f.name or "", f.read()) for f in request.FILES.getlist("files")]

    def step(data: dict[str, Any]) -> None:
        actions.ask_promise(
            baton=baton,
            obstacle=data["obstacle"],
            words=data["words"],
            promise_on=data["promise_on"],
            steps=form.steps(),
            evidence=uploads,
            by=request.viewer,
        )

    return do_step(request, baton, "promise", form, step, "已申请挂账，等单位以外的人审批。")


@require_POST
@desk(May.HANDLE)
def divert(request: DeskRequest, pk: int) -> HttpResponse:
    """申请后期分流."""
    baton = relay.baton_for(request.viewer, pk)
    form = LateDiversionForm(request.POST, auto_id="divert_%s")

    def step(data: dict[str, Any]) -> None:
        actions.ask_diversion(baton=baton, by=request.viewer, **data)

    return do_step(request, baton, "divert", form, step, "已申请分流，书面同意之前照常办理。")


@require_POST
@desk(May.HANDLE)
def take_back(request: DeskRequest, kind: str, pk: int) -> HttpResponse:
    """撤回 an extension or a promise that nobody has decided."""
    found: Any = relay.request_for(request.viewer, kind, pk)
    if kind == "extension":
        actions.take_back_extension(extension=found, by=request.viewer)
    elif kind == "promise":
        actions.take_back_promise(promise=found, by=request.viewer)
    else:
        raise Http404
    messages.success(request, "已撤回申请。")
    return redirect("desk:baton", found.baton_id)


# --- somebody above decides ---------------------------------------------------------------------------------------


@require_safe
@desk(May.RULE)
def listing(request: DeskRequest) -> HttpResponse:
    """Longest waiting first, one kind at a time."""
    kind = request.GET.get("kind", "")
    kind = kind if kind in dict(KINDS) else "extension"
    page = relay.open_requests(request.viewer, kind, request.GET.get("after", ""))
    waiting = relay.waiting_requests(request.viewer)
    tabs = [(code, word, waiting.get(code, 0)) for code, word in KINDS]
    return render(request, "desk/relay/approvals.html", {"page": page, "kind": kind, "tabs": tabs})


@require_http_methods(["GET", "HEAD", "POST"])
@desk(*LEDGER)
def decide(request: DeskRequest, kind: str, pk: int) -> HttpResponse:
    """One request; those who rule decide it, the unit that asked reads it."""
    found: Any = relay.request_for(request.viewer, kind, pk)
    may_decide = request.viewer.can(May.RULE) and found.state == "asked"
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        verb = {
            "extension": actions.decide_extension,
            "promise": actions.decide_promise,
            "diversion": actions.decide_diversion,
        }[kind]
        approve = form.cleaned_data["decision"] == "yes"
        try:
            verb(**{kind: found}, approve=approve, note=form.cleaned_data["note"], by=request.viewer)  # type: ignore[operator]
        except BadInput as wrong:
            form.add_error(wrong.field if wrong.field in form.fields else None, wrong.sentence)
        except DomainError as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _said(kind, approve, found))
            return redirect(f"{reverse('desk:approvals')}?kind={kind}")
    context = {
        "kind": kind,
        "word": dict(KINDS)[kind],
        "row": found,
        "baton": found.baton,
        "held": found.held,
        "papers": relay.evidence_of(found.baton, "promise") if kind == "promise" else [],
        "steps": list(found.steps.all()) if kind == "promise" else [],
        "total": relay.since_receipt(found.baton.question or found.baton.case),
        "diversion": relay.diversion_name(found.reason) if kind == "diversion" else "",
        "may_decide": may_decide,
        "form": form,
    }
    return render(request, "desk/relay/approval.html", context, status=422 if form.errors else 200)


def _said(kind: str, approve: bool, found: Any) -> str:
    if not approve:
        return "已退回，期限不变。"
    if kind == "diversion":
        return "已同意分流，告知的话诉求人看得到。"
    found.refresh_from_db()
    return f"已同意，新日期已写进 {found.told} 位诉求人的通知。" if found.told else "已同意，新日期查进度时看得到。"


# --- the ledger ---------------------------------------------------------------------------------------------------


@require_safe
@desk(*LEDGER)
def ledger(request: DeskRequest) -> HttpResponse:
    """挂账台账: what was promised for which day; units see their own."""
    tab = request.GET.get("tab", "")
    tab = tab if tab in dict(LEDGER_TABS) else "ledger"
    page = relay.promises(request.viewer, request.GET.get("after", ""), tab=tab)
    return render(request, "desk/relay/promises.html", {"page": page, "tab": tab, "tabs": LEDGER_TABS})


@require_http_methods(["GET", "HEAD", "POST"])
@desk(*LEDGER)
def promised(request: DeskRequest, pk: int) -> HttpResponse:
    """One promise: the steps, the proof, and the revisit at its end."""
    found = relay.promise_for(request.viewer, pk)
    to_revisit = found.ended_at is not None and found.revisited_at is None
    may_revisit = request.viewer.can(May.REVISIT) and to_revisit
    form = PromiseRevisitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        kept, words = form.cleaned_data["kept"] == "yes", form.cleaned_data["words"]
        try:
            actions.record_promise_revisit(promise=found, kept=kept, words=words, by=request.viewer)
        except BadInput as wrong:
            form.add_error(wrong.field, wrong.sentence)
        except DomainError as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, "已记下回访。")
            return redirect("desk:promised", pk)
    baton = found.baton
    context = {
        "row": found,
        "baton": baton,
        "steps": list(found.steps.all()),
        "papers": relay.evidence_of(baton, "promise"),
        "total": relay.since_receipt(baton.question or baton.case),
        "may_work": request.viewer.can_at(May.HANDLE, baton.unit_id, baton.unit.path) and found.on_ledger,
        "may_revisit": may_revisit,
        "form": form,
    }
    return render(request, "desk/relay/promised.html", context, status=422 if form.errors else 200)


@require_POST
@desk(May.HANDLE)
def step_done(request: DeskRequest, pk: int, place: int) -> HttpResponse:
    """One step of the plan is done."""
    found = relay.promise_for(request.viewer, pk)
    step = next((s for s in found.steps.all() if s.place == place), None)
    if step is None:
        raise Http404
    actions.finish_step(step=step, by=request.viewer)
    messages.success(request, f"第 {place} 步已完成。")
    return redirect("desk:promised", pk)


@require_safe
@desk(*LEDGER)
def evidence(request: DeskRequest, pk: int) -> HttpResponse:
    """One piece of evidence, under the type that its content showed."""
    paper, path = relay.evidence_file(request.viewer, pk)
    file = Path(settings.MEDIA_ROOT) / path
    if not file.is_file():
        raise Http404
    response = HttpResponse(file.read_bytes(), content_type=paper.content_type)
    kind = "inline" if paper.content_type.startswith("image/") else "attachment"
    response.headers["Content-Disposition"] = f"{kind}; filename*=UTF-8''{quote(paper.name)}"
    response.headers["Cache-Control"] = "private, no-store"
    return response
