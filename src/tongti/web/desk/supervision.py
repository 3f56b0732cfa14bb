"""督办: the supervisor's home, one proposal, one item with everything that can be done on it, its paper, the rules."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from tongti.relay import queries as relay
from tongti.shared.errors import BadInput, DomainError, NotVisible
from tongti.supervision import actions, queries
from tongti.units import queries as units
from tongti.units.access import May, Viewer
from tongti.web import nav
from tongti.web.desk.case_parts import Part, case_part
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.home import Waiting, waits
from tongti.web.desk.supervision_forms import (
    ConcludeForm,
    DecideForm,
    FeedbackForm,
    OpenForm,
    ReasonForm,
    RuleForm,
    StepForm,
    refuse,
)
from tongti.web.forms import Form

LIST = "desk:supervision"
CONCERNED = (May.SUPERVISE, May.INSTRUCT, May.DISPATCH, May.RECEIVE, May.HANDLE, May.SIGN)


@nav.counts(LIST)
def _count(viewer: Viewer) -> nav.Rows:
    return [queries.proposals_waiting(viewer)]


@waits(May.SUPERVISE, order=20)
def _to_decide(viewer: Viewer) -> Waiting:
    """Proposals that wait for a person."""
    return Waiting("待定的督办建议", queries.proposals_waiting(viewer).count(), reverse(LIST), "alarm-clock", "warn")


@waits(May.SUPERVISE, order=21)
def _to_conclude(viewer: Viewer) -> Waiting:
    """Feedback that waits for a conclusion."""
    count = queries.counts(viewer)["answered"]
    return Waiting("待审结的督办反馈", count, f"{reverse(LIST)}?tab=answered", "gavel", "warn")


@waits(May.HANDLE, May.SIGN, order=33)
def _to_answer(viewer: Viewer) -> Waiting | None:
    """What the supervising side waits for from her unit."""
    owed = queries.waiting_for_unit(viewer)["items"]
    if not owed["n"]:
        return None
    note = f"其中逾期 {owed['late']}" if owed["late"] else ""
    return Waiting(
        "要反馈的督办", owed["n"], f"{reverse(LIST)}?tab=open", "alarm-clock", "bad" if note else "warn", note
    )


@require_safe
@desk(*CONCERNED)
def listing(request: DeskRequest) -> HttpResponse:
    """Proposals for supervisors; items by state for everybody concerned."""
    viewer = request.viewer
    counts = queries.counts(viewer)
    decides = viewer.can(May.SUPERVISE)
    tab = request.GET.get("tab", "")
    if tab not in queries.TABS:
        tab = "proposals" if decides else "open"
    cursor = request.GET.get("after", "")
    tolerant = request.GET.get("tolerant") == "1"
    context = {
        "tab": tab,
        "tabs": _tabs(decides, counts),
        "decides": decides,
        "counts": counts,
        "tolerant": tolerant,
        "page": queries.proposals(viewer, cursor)
        if tab == "proposals"
        else queries.items(viewer, cursor, tab=tab, tolerant=tolerant),
    }
    return render(request, "desk/supervision/list.html", context)


def _tabs(decides: bool, counts: dict[str, int]) -> list[tuple[str, str, int]]:
    tabs = [("proposals", "建议", counts["proposals"])] if decides else []
    words = {"open": "待反馈", "answered": "待审结", "closed": "已审结"}
    return tabs + [(code, word, counts[code]) for code, word in words.items()]


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.SUPERVISE)
def proposal(request: DeskRequest, pk: int) -> HttpResponse:
    """One proposal: 督办 with words, or 不督办 with a reason."""
    row = queries.proposal_for(request.viewer, pk)
    there = queries.open_item_on(row)
    after = there.rung if there and there.unit_id == row.unit_id else ""
    step = StepForm(initial=_filled(row.rung, row.why), after=after, auto_id="step_%s")
    reason = ReasonForm(label="不督办的理由", auto_id="dismiss_%s")
    bound: Form | None = None
    if request.method == "POST" and request.POST.get("do") == "dismiss":
        bound = reason = ReasonForm(request.POST, label="不督办的理由", auto_id="dismiss_%s")
        if _done(bound, lambda: actions.dismiss(proposal=row, reason=reason.cleaned_data["reason"], by=request.viewer)):
            messages.success(request, "已记下不督办的理由，同一件事不再建议。")
            return redirect(LIST)
    elif request.method == "POST":
        bound = step = StepForm(request.POST, after=after, auto_id="step_%s")
        if _done(bound, lambda: actions.accept(proposal=row, pressure=step.pressure(), by=request.viewer)):
            row.refresh_from_db()
            messages.success(request, f"已发给{row.unit.short_name}。")
            return redirect("desk:supervision_item", row.item_id)
    context = {
        "proposal": row,
        "beside": queries.beside(row),
        "there": there,
        "load": queries.load_of(row.unit),
        "step": step,
        "reason": reason,
        "form": bound,
        "opened": "dismiss" if bound is reason else "",
        "relay": relay.relay_of(request.viewer, question=row.question, case=row.case),
    }
    return render(request, "desk/supervision/proposal.html", context, status=_status(bound))


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.SUPERVISE)
def new(request: DeskRequest, pk: int) -> HttpResponse:
    """立项 on one baton, without a proposal."""
    baton = relay.baton_for(request.viewer, pk)
    form = OpenForm(initial=_filled("remind", ""), auto_id="step_%s")
    if request.method == "POST":
        form = OpenForm(request.POST, auto_id="step_%s")
        made: list[Any] = []

        def step() -> None:
            why = form.cleaned_data["why"]
            made.append(actions.open_item(baton=baton, pressure=form.pressure(), why=why, by=request.viewer))

        if _done(form, step):
            messages.success(request, f"已发给{baton.unit.short_name}。")
            return redirect("desk:supervision_item", made[0].pk)
    context = {
        "baton": baton,
        "step": form,
        "form": form if form.is_bound else None,
        "load": queries.load_of(baton.unit),
        "there": queries.open_item_on(baton),
    }
    return render(request, "desk/supervision/new.html", context, status=_status(form))


@require_http_methods(["GET", "HEAD", "POST"])
@desk(*CONCERNED)
def item(request: DeskRequest, pk: int) -> HttpResponse:
    """One item: its steps, the unit's feedback, the conclusion; ``do`` names what is done on it."""
    row = queries.item_for(request.viewer, pk)
    forms = _forms(row, request.POST if request.method == "POST" else None)
    do = request.POST.get("do", "")
    bound: Form | None = None
    if request.method == "POST":
        if do not in forms:
            raise NotVisible
        bound = forms[do]
        if _done(bound, lambda: _DOES[do](row, bound.cleaned_data if bound else {}, bound, request.viewer)):
            messages.success(request, _SAID[do])
            return redirect("desk:supervision_item", pk)
        row = queries.item_for(request.viewer, pk)
    context = {
        "item": row,
        "may": queries.may_on(request.viewer, row),
        "forms": forms,
        "form": bound,
        "opened": do,
        "load": queries.load_of(row.unit),
        "recheck": queries.open_recheck(row),
        "recheck_until": queries.recheck_until(row),
        "relay": relay.relay_of(request.viewer, question=row.question, case=row.case),
    }
    return render(request, "desk/supervision/item.html", context, status=_status(bound))


def _forms(row: Any, data: Any) -> dict[str, Form]:
    """Every form of the page; only the one that was sent is bound."""
    sent = data.get("do") if data is not None else None

    def made(do: str, kind: Callable[..., Form], **options: Any) -> Form:
        return kind(data if do == sent else None, auto_id=f"{do}_%s", **options)

    return {
        "step": made("step", StepForm, after=row.rung, initial={"pace": row.pace}),
        "answer": made("answer", FeedbackForm),
        "send_back": made("send_back", ReasonForm, label="退回理由"),
        "conclude": made("conclude", ConcludeForm),
        "tolerate": made("tolerate", ReasonForm, label="容错理由"),
        "ask_recheck": made("ask_recheck", ReasonForm, label="申请复核的理由"),
        "decide_recheck": made("decide_recheck", DecideForm),
    }


def _decide(row: Any, data: dict[str, Any], _form: Any, by: Viewer) -> Any:
    waiting = queries.open_recheck(row)
    if waiting is None:
        raise NotVisible
    return actions.decide_recheck(recheck=waiting, by=by, **data)


_DOES: dict[str, Callable[[Any, dict[str, Any], Any, Viewer], Any]] = {
    "step": lambda row, _data, form, by: actions.take_step(item=row, pressure=form.pressure(), by=by),
    "answer": lambda row, data, _form, by: actions.give_feedback(item=row, by=by, **data),
    "send_back": lambda row, data, _form, by: actions.send_back(item=row, by=by, **data),
    "conclude": lambda row, data, _form, by: actions.conclude(item=row, by=by, **data),
    "tolerate": lambda row, data, _form, by: actions.tolerate(item=row, by=by, **data),
    "ask_recheck": lambda row, data, _form, by: actions.ask_recheck(item=row, by=by, **data),
    "decide_recheck": _decide,
}
_SAID = {
    "step": "已发给单位。",
    "answer": "反馈已报给督办员。",
    "send_back": "已退回单位重报。",
    "conclude": "已审结。",
    "tolerate": "已标为容错，单独列出。",
    "ask_recheck": "复核申请已提交。",
    "decide_recheck": "复核决定已作出。",
}


@require_safe
@desk(*CONCERNED)
def paper(request: DeskRequest, pk: int) -> HttpResponse:
    """督办单 on paper."""
    row = queries.item_for(request.viewer, pk)
    context = {"item": row, "relay": relay.relay_of(request.viewer, question=row.question, case=row.case)}
    return render(request, "desk/supervision/paper.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.SUPERVISE)
def rules(request: DeskRequest) -> HttpResponse:
    """督办规则: what ships, the district's own versions, and what another number would find, before it is saved."""
    sent = request.POST.get("code", "")
    rows: list[tuple[queries.RuleView, RuleForm]] = []
    bound: RuleForm | None = None
    for rule in queries.rules_for(request.viewer):
        mine = request.method == "POST" and rule.code == sent
        form = RuleForm(request.POST if mine else None, rule=rule)
        bound = form if mine else bound
        rows.append((rule, form))
    would = None
    if request.method == "POST":
        if bound is None:
            raise NotVisible
        if "look" in request.POST:
            if bound.is_valid():
                would = queries.rule_would_find(request.viewer, sent, threshold=bound.cleaned_data["threshold"])
        elif _done(bound, lambda: actions.set_rule(code=sent, by=request.viewer, **bound.said())):
            messages.success(request, "规则已保存，从现在起按它；以前算出的日子不变。")
            return redirect("desk:supervision_rules")
    context = {
        "groups": [
            ("什么情况建议督办", [row for row in rows if not row[0].is_term]),
            ("期限和提醒", [row for row in rows if row[0].is_term]),
        ],
        "form": bound,
        "sent": sent,
        "would": would,
        "versions": queries.rule_versions(request.viewer),
    }
    return render(request, "desk/supervision/rules.html", context, status=_status(bound))


# --- what the forms share ---------------------------------------------------------------------------------------------


def _done(form: Form, step: Callable[[], Any]) -> bool:
    """Whether the step was taken; else the form carries the sentence."""
    if not form.is_valid():
        return False
    try:
        step()
    except NotVisible:
        raise
    except DomainError as refused:
        form.status = refuse(form, refused)  # type: ignore[attr-defined]
        return False
    return True


def _status(form: Form | None) -> int:
    if form is None or not form.errors:
        return 200
    return int(getattr(form, "status", BadInput.status))


def _filled(rung: str, why: str) -> dict[str, str]:
    asked = units.words("supervision.order").strip()
    return {"rung": rung, "pace": "normal", "words": f"{why}。{asked}" if why else asked}


@case_part(order=35)
def _of_case(viewer: Viewer, case: Any) -> Part | None:
    """What leaders and supervisors said on this case; the buttons of those who may."""
    found = on_matter(viewer, case=case)
    return Part("督办和批示", "desk/supervision/_of_matter.html", found) if found["shown"] else None


def on_matter(viewer: Viewer, *, question: Any = None, case: Any = None) -> dict[str, Any]:
    """Supervision and instructions of one matter, for its page."""
    items = queries.on_matter(viewer, question=question, case=case)
    told = queries.instructions_on(viewer, question=question, case=case)
    instructs = viewer.can(May.INSTRUCT)
    return {
        "items": items,
        "instructions": told,
        "instructs": instructs,
        "question_id": question.pk if question else None,
        "case_id": case.pk if case else None,
        "shown": bool(items or told or instructs),
    }
