"""本单位的棒: what the unit holds, in due order; and one baton: sign for it, work on it, hand it in."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongti.answers import actions as answers
from tongti.answers import queries as answer_queries
from tongti.cases import queries as cases
from tongti.deadlines.queries import words_of
from tongti.questions import queries as questions
from tongti.relay import actions
from tongti.relay import queries as relay
from tongti.shared.errors import BadInput, DomainError
from tongti.units.access import May, Viewer
from tongti.verdicts import queries as verdicts
from tongti.web import nav
from tongti.web.desk import supervision, window
from tongti.web.desk.case_parts import Part, case_part
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.home import Waiting, waits
from tongti.web.desk.relay_forms import (
    AcceptForm,
    ContactForm,
    HandOverForm,
    ObjectionForm,
    PartForm,
    ProgressForm,
    chosen,
)
from tongti.web.desk.relay_more_forms import ExtensionForm, LateDiversionForm, PromiseForm, StrikeOffForm
from tongti.web.forms import Form

LIST = "desk:batons"
WORK = (May.RECEIVE, May.HANDLE)
TABS = (("offered", "待签收"), ("accepted", "办理中"), ("done", "已交"))


@nav.counts(LIST)
def _open(viewer: Viewer) -> nav.Rows:
    return [relay.waiting_for(viewer)]


@waits(*WORK, order=30)
def _to_sign_for(viewer: Viewer) -> Waiting:
    """Batons that wait for a signature."""
    return Waiting("待签收的棒", relay.counts_for(viewer)["offered"], f"{reverse(LIST)}?tab=offered", "inbox", "warn")


@waits(*WORK, order=31)
def _in_hand(viewer: Viewer) -> Waiting:
    """Batons in hand, and how many of all are overdue."""
    counts = relay.counts_for(viewer)
    note = f"其中超期 {counts['overdue']}" if counts["overdue"] else ""
    tone = "bad" if counts["overdue"] else ""
    return Waiting("办理中的棒", counts["accepted"], f"{reverse(LIST)}?tab=accepted", "arrow-left-right", tone, note)


@require_safe
@desk(*WORK)
def listing(request: DeskRequest) -> HttpResponse:
    """Tabs by state; first due first."""
    counts = relay.counts_for(request.viewer)
    tab = request.GET.get("tab", "")
    if tab not in dict(TABS):
        tab = "offered" if counts["offered"] or not counts["accepted"] else "accepted"
    page = relay.my_relay(request.viewer, request.GET.get("after", ""), tab=tab)
    tabs = [(code, word, counts.get(code)) for code, word in TABS]
    return render(request, "desk/relay/list.html", {"page": page, "tab": tab, "tabs": tabs, "counts": counts})


@require_safe
@desk(May.RECEIVE, May.HANDLE, May.SIGN, May.DISPATCH, May.SUPERVISE)
def page(request: DeskRequest, pk: int) -> HttpResponse:
    """One baton; 404 for whoever may not see it."""
    return _show(request, relay.baton_for(request.viewer, pk))


@require_POST
@desk(May.RECEIVE)
def accept(request: DeskRequest, pk: int) -> HttpResponse:
    """签收."""
    baton = relay.baton_for(request.viewer, pk)
    form = AcceptForm(request.POST, officers=relay.officers_for(baton), auto_id="accept_%s")

    def step(data: dict[str, Any]) -> None:
        actions.accept(baton=baton, officer_id=chosen(data["officer"]), by=request.viewer)

    return do_step(request, baton, "accept", form, step, "已签收。", {"officer_id": "officer"})


@require_POST
@desk(May.RECEIVE)
def object_(request: DeskRequest, pk: int) -> HttpResponse:
    """提异议."""
    baton = relay.baton_for(request.viewer, pk)
    form = ObjectionForm(request.POST, leave_out=[baton.unit_id], auto_id="object_%s")

    def step(data: dict[str, Any]) -> None:
        actions.object_(
            baton=baton,
            reason=data["reason"],
            basis=data["basis"],
            suggested_id=chosen(data["suggested"]),
            by=request.viewer,
        )

    done = "异议已提交，裁定之前仍由本单位拿着。"
    return do_step(request, baton, "object", form, step, done, {"suggested_id": "suggested"})


@require_POST
@desk(May.RECEIVE)
def hand_over(request: DeskRequest, pk: int) -> HttpResponse:
    """转交 inside the unit."""
    baton = relay.baton_for(request.viewer, pk)
    form = HandOverForm(request.POST, officers=relay.officers_for(baton), auto_id="hand_%s")

    def step(data: dict[str, Any]) -> None:
        actions.hand_over(baton=baton, taker_id=int(data["taker"]), reason=data["reason"], by=request.viewer)

    return do_step(request, baton, "hand_over", form, step, "已转交，期限不变。", {"taker_id": "taker"})


@require_POST
@desk(May.HANDLE)
def progress(request: DeskRequest, pk: int) -> HttpResponse:
    """记进展."""
    baton = relay.baton_for(request.viewer, pk)
    form = ProgressForm(request.POST, auto_id="progress_%s")

    def step(data: dict[str, Any]) -> None:
        actions.note_progress(baton=baton, words=data["words"], public=data["public"], by=request.viewer)

    done = "已记下，诉求人查进度时看得到。" if request.POST.get("public") else "已记下，只在内部看。"
    return do_step(request, baton, "progress", form, step, done)


@require_POST
@desk(May.HANDLE)
def part(request: DeskRequest, pk: int) -> HttpResponse:
    """Save the part as a draft, or hand it in."""
    baton = relay.baton_for(request.viewer, pk)
    form = PartForm(request.POST, auto_id="part_%s")
    hand_in = "submit" in request.POST

    def step(data: dict[str, Any]) -> None:
        write = answers.submit_part if hand_in else answers.save_part
        write(baton=baton, words=data["words"], by=request.viewer)

    return do_step(request, baton, "part", form, step, "分答已交给牵头单位。" if hand_in else "草稿已存。")


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.HANDLE)
def contact(request: DeskRequest, pk: int, case_pk: int) -> HttpResponse:
    """One asker of the matter: her words, every try to reach her, one more try."""
    baton = relay.baton_for(request.viewer, pk)
    case = relay.matter_case(request.viewer, baton, case_pk)
    form = ContactForm(request.POST or None, auto_id="contact_%s")
    if request.method == "POST" and form.is_valid():
        try:
            actions.record_contact(case=case, baton=baton, by=request.viewer, **form.cleaned_data)
        except BadInput as wrong:
            form.add_error(wrong.field, wrong.sentence)
        except DomainError as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, "已记下这次联系。")
            return redirect("desk:baton_case", pk, case_pk)
    context = {
        "baton": baton,
        "case": case,
        "face": cases.face_of(request.viewer, case),
        "contacts": relay.contacts_of([case.pk]).get(case.pk, []),
        "additions": cases.additions(case),
        "came_back": verdicts.reopenings_of(request.viewer, [case.pk]),
        "form": form,
    }
    return render(request, "desk/relay/contact.html", context, status=422 if form.errors else 200)


def do_step(
    request: DeskRequest,
    baton: Any,
    name: str,
    form: Form,
    step: Any,
    done: str,
    fields: dict[str, str] | None = None,
) -> HttpResponse:
    """One step on a baton: say it is done and go back to it, or show the form again with the sentence."""
    if form.is_valid():
        try:
            step(form.cleaned_data)
        except BadInput as wrong:
            field = (fields or {}).get(wrong.field, wrong.field)
            form.add_error(field if field in form.fields else None, wrong.sentence)
        except DomainError as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, done)
            return redirect("desk:baton", baton.pk)
    return _show(request, relay.baton_for(request.viewer, baton.pk), opened=name, form=form, status=422)


def _show(
    request: DeskRequest, baton: Any, *, opened: str = "", form: Form | None = None, status: int = 200
) -> HttpResponse:
    viewer = request.viewer
    question, case = _matter(viewer, baton)
    table = relay.relay_of(viewer, question=question, case=case)
    written = answer_queries.part_for(baton)
    may = _may(viewer, baton)
    officers = list(relay.officers_for(baton)) if may["receive"] else []
    others = [o for o in officers if o.pk != baton.officer_id]
    forms: dict[str, Form] = {
        "accept": AcceptForm(officers=officers, initial={"officer": str(viewer.officer_id)}, auto_id="accept_%s"),
        "object": ObjectionForm(leave_out=[baton.unit_id], auto_id="object_%s") if may["object"] else None,
        "hand_over": HandOverForm(officers=others, auto_id="hand_%s"),
        "progress": ProgressForm(auto_id="progress_%s"),
        "part": PartForm(initial={"words": written.words if written else ""}, auto_id="part_%s"),
    }  # type: ignore[dict-item]
    rule = relay.may_extend(baton) if may["extend"] else None
    if rule is not None:
        forms["extend"] = ExtensionForm(rule=rule, auto_id="extend_%s")
    if may["promise"]:
        forms["promise"] = PromiseForm(auto_id="promise_%s")
    if may["divert"]:
        forms["divert"] = LateDiversionForm(auto_id="divert_%s")
    if may["strike_off"]:
        forms["strike_off"] = StrikeOffForm(auto_id="strike_%s")
    if form is not None:
        forms[opened] = form
    context = {
        "baton": baton,
        "held": baton.held,
        "thing": question or case,
        "question": question,
        "case": case,
        "relay": table,
        "parts": answer_queries.parts_of(table),
        "part": written,
        "answer": answer_queries.open_answer(question_id=baton.question_id, case_id=baton.case_id),
        "progress": relay.progress_of(relay.batons_of(viewer, question=question, case=case)),
        "steps": relay.timeline(viewer, question=question, case=case),
        "why": words_of(baton.explanation),
        "total": relay.since_receipt(question or case),
        "rule": rule,
        "latest_promise": relay.latest_promise(baton) if may["promise"] else None,
        "asked": relay.requests_of(baton),
        "stops": relay.stops_of(baton),
        "pause_words": "、".join(word for _code, word in relay.pause_reasons(baton)),
        "may": may,
        "came_back": _came_back(viewer, baton),
        "supervised": supervision.on_matter(viewer, question=question, case=case),
        "window": window.on_matter(viewer, question=question, case=case),
        "forms": forms,
        "form": form,
        "opened": opened,
        **_askers(request, question, case),
    }
    return render(request, "desk/relay/baton.html", context, status=status)


def _matter(viewer: Viewer, baton: Any) -> tuple[Any, Any]:
    if baton.question_id:
        return questions.question_for(viewer, baton.question_id), None
    return None, cases.case_for(viewer, baton.case_id)


def _askers(request: DeskRequest, question: Any, case: Any) -> dict[str, Any]:
    viewer = request.viewer
    if question is None:
        return {"members": None, "askers": [(case, cases.face_of(viewer, case))]}
    members = questions.members(viewer, question, request.GET.get("members", ""), size=20)
    return {"members": members, "askers": [(row.case, row.face) for row in questions.dress(viewer, members.rows)]}


def _came_back(viewer: Viewer, baton: Any) -> list[Any]:
    """What askers wrote when they sent the work back; nothing in the first round."""
    if baton.round < 2:
        return []
    return verdicts.reopenings_of(viewer, relay.matter_case_ids(baton))


def _may(viewer: Viewer, baton: Any) -> dict[str, bool]:
    receive = viewer.can_at(May.RECEIVE, baton.unit_id, baton.unit.path)
    handle = viewer.can_at(May.HANDLE, baton.unit_id, baton.unit.path)
    return {
        "receive": receive,
        "accept": receive and baton.state == "offered",
        "object": receive and baton.state == "offered" and not baton.designated,
        "work": handle and baton.state == "accepted",
        "hand_over": receive and baton.state == "accepted",
        "compose": handle and baton.state == "accepted" and baton.role == "lead",
        "part": handle and baton.state == "accepted" and baton.role != "lead",
        "move": viewer.can(May.DISPATCH) and baton.is_open,
        "supervise": viewer.can(May.SUPERVISE) and baton.is_open,
        "clock": _may_clock(viewer, baton),
        **_may_ask(baton, handle),
    }


def _may_clock(viewer: Viewer, baton: Any) -> bool:
    """Whether the page offers to stop its clock, or to let it run again."""
    reasons = relay.pause_reasons(baton) or baton.paused_until
    ready = baton.state == "accepted" and not baton.promised_until
    return bool(reasons) and ready and relay.may_clock(viewer, baton)


def _may_ask(baton: Any, handle: bool) -> dict[str, bool]:
    """What the unit may ask somebody above for."""
    working, lead = handle and baton.state == "accepted", baton.role == "lead"
    return {
        "extend": working,
        "promise": working and lead and not baton.promised_until and not baton.paused_until,
        "divert": working and lead,
        "strike_off": handle and lead and baton.state == "done",
    }


@case_part(order=20)
def _relay_of_case(viewer: Viewer, case: Any) -> Part | None:
    """Batons on a case that travels alone."""
    table = relay.relay_of(viewer, case=case)
    if not table.rows and not table.past:
        return None
    return Part("共答分工", "desk/relay/_part.html", {"relay": table, "may_move": viewer.can(May.DISPATCH)})
