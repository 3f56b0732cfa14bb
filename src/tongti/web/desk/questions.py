"""同题工作台: questions by heat, age and due day at the left, the whole of one question at the right."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongti.questions import actions, queries
from tongti.relay import queries as relay
from tongti.shared.errors import DomainError
from tongti.units.access import May, Viewer
from tongti.web import nav, wording
from tongti.web.desk import lifts, supervision
from tongti.web.desk.case_parts import Part, case_part
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.home import Waiting, waits
from tongti.web.desk.lists_forms import WorkbenchFilter
from tongti.web.desk.questions_forms import FindingsForm, PublicForm, ReasonForm, TitleForm, refuse
from tongti.web.desk.relay_forms import AddUnitForm
from tongti.web.desk.views_of_lists import tabs_of
from tongti.web.forms import Form
from tongti.worksets import queries as worksets
from tongti.worksets.queries import Of

# The findings and the relay should not lie under thirty letters.
MEMBERS = 10
WORDS = {
    "candidate": ("待立题", "proposed"),
    "set_up": ("待派", "undispatched"),
    "handling": ("办理中", "running"),
    "answered": ("待评价", "callback"),
    "closed": ("已办结", "closed"),
    "dropped": ("已退题", "cancelled"),
}


@require_safe
@desk(May.SEE)
def listing(request: DeskRequest) -> HttpResponse:
    """The list, and beside it on a wide screen how much waits where."""
    return render(request, "desk/questions/list.html", left(request))


@require_safe
@desk(May.SEE)
def page(request: DeskRequest, pk: int) -> HttpResponse:
    """One question with everything about it; 404 for whoever may not see it."""
    return _show(request, queries.question_for(request.viewer, pk))


@require_POST
@desk(May.JOIN)
def edit(request: DeskRequest, pk: int) -> HttpResponse:
    """Title, category and place; or 退题 when the button says so."""
    question = queries.question_for(request.viewer, pk)
    if request.POST.get("do") == "drop":
        return _drop(request, question)
    form = TitleForm(request.POST, auto_id="edit_%s")
    if form.is_valid():
        data = form.chosen()
        try:
            actions.rename(question=question, title=data.pop("title"), by=request.viewer)
            actions.classify(question=question, **data, by=request.viewer)
        except DomainError as refused:
            return _show(request, question, status=refuse(form, refused), edit=form)
        messages.success(request, "已保存。")
        return redirect("desk:question", pk=pk)
    return _show(request, question, status=422, edit=form)


def _drop(request: DeskRequest, question: Any) -> HttpResponse:
    form = ReasonForm(request.POST, auto_id="drop_%s")
    if form.is_valid():
        try:
            actions.drop(question=question, reason=form.cleaned_data["reason"], by=request.viewer)
        except DomainError as refused:
            return _show(request, question, status=refuse(form, refused), drop=form)
        messages.success(request, f"{question.number} 已退题，诉求各自保留，30 天内可以撤销。")
        return redirect("desk:question", pk=question.pk)
    return _show(request, question, status=422, drop=form)


@require_POST
@desk(May.JOIN, May.HANDLE)
def findings(request: DeskRequest, pk: int) -> HttpResponse:
    """查明的情况、症结、处置类别."""
    question = queries.question_for(request.viewer, pk)
    form = FindingsForm(request.POST, auto_id="findings_%s")
    if form.is_valid():
        try:
            actions.record_findings(question=question, **form.cleaned_data, by=request.viewer)
        except DomainError as refused:
            return _show(request, question, status=refuse(form, refused), findings=form)
        messages.success(request, "查明的情况已登记。")
        return redirect("desk:question", pk=pk)
    return _show(request, question, status=422, findings=form)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.PUBLISH)
def public(request: DeskRequest, pk: int) -> HttpResponse:
    """对外公开: the title that strangers will read, and what else they see with it."""
    question = queries.question_for(request.viewer, pk)
    status = 200
    form = PublicForm(initial={"public_title": question.public_title or question.title[:40]})
    if request.method == "POST" and request.POST.get("do") == "hide":
        actions.unclear(question=question, by=request.viewer)
        messages.success(request, "已不再对外公开。")
        return redirect("desk:question", pk=pk)
    if request.method == "POST":
        form, status = PublicForm(request.POST), 422
        if form.is_valid():
            try:
                actions.clear_for_public(
                    question=question, public_title=form.cleaned_data["public_title"], by=request.viewer
                )
            except DomainError as refused:
                status = refuse(form, refused)
            else:
                messages.success(request, "已对外公开，群众写相同的事时会看到它。")
                return redirect("desk:question", pk=pk)
    context = {"question": question, "form": form, "helpers": queries.helper_names(question)}
    return render(request, "desk/questions/public.html", context, status=status)


# --- the two halves of the workbench ------------------------------------------------------------------------------


def left(request: DeskRequest, current: int | None = None) -> dict[str, Any]:
    """The left pane: tabs with counts, the order, one page of questions."""
    viewer = request.viewer
    tab, order = request.GET.get("tab", "all"), request.GET.get("order", "heat")
    tab = tab if tab in queries.TABS else "all"
    order = order if order in queries.ORDERS else "heat"
    form = WorkbenchFilter(request.GET, more=bool(request.GET.get("more")))
    asked = form.asked(tab)
    narrowed = worksets.questions_narrowed(asked)
    listed = queries.workbench(viewer, tab, order, request.GET.get("after", ""), narrowed=narrowed)
    return {
        "filters": form,
        "narrowed": form.stored,
        "more": bool(request.GET.get("more")),
        "asked": asked.stored(),
        "verbs": worksets.verbs_for(viewer, Of.QUESTIONS),
        **tabs_of(viewer, Of.QUESTIONS, request.GET.get("view", "")),
        "tabs": queries.tabs(viewer),
        "tab": tab,
        "orders": queries.ORDERS,
        "order": order,
        "listed": listed,
        "rows": [_row(question, current) for question in listed.rows],
        "keep": "?" + urlencode({"tab": tab, "order": order, **form.stored}),
        "kept": urlencode(form.stored),
    }


def _row(question: Any, current: int | None) -> dict[str, Any]:
    """One line of the list, ready to be set: for thirty lines, a template that asks models for it takes twice as long."""
    candidate = question.state == "candidate"
    days_left = queries.days_left_of(question)
    timed = days_left is not None
    return {
        "pk": question.pk,
        "current": question.pk == current,
        "title": question.title,
        "askers": None if candidate else question.asker_count,
        "proposed": question.proposed_count if candidate or question.proposed_count else None,
        "where": question.lead.short_name if question.lead else WORDS[question.state][0],
        "day": wording.due_words(days_left) if timed else wording.day_words(question.last_received_at),
        "tone": f" t-{wording.due_tone(days_left)}" if timed else "",
    }


def _show(request: DeskRequest, question: Any, *, status: int = 200, **bound: Form) -> HttpResponse:
    viewer = request.viewer
    # before 立题 nobody has joined: what would is shown instead
    candidate = question.state == "candidate"
    state_of_members = "proposed" if candidate else "active"
    members = queries.members(viewer, question, request.GET.get("members", ""), state=state_of_members, size=MEMBERS)
    days = queries.days_left_of(question)
    word, state = WORDS[question.state]
    if days is not None and question.state == "handling":
        state = "overdue" if days < 0 else "near" if days <= queries.NEAR_DAYS else state
        word = "" if state in ("overdue", "near") else word
    context = {
        **left(request, question.pk),
        "question": question,
        "state": state,
        "word": word,
        "days_left": days,
        "channels": queries.channel_mix(question),
        "moved": queries.movement([question.pk]).get(question.pk, 0),
        "relay": relay.relay_of(viewer, question=question),
        "total": relay.since_receipt(question),
        "members": members,
        "member_count": question.proposed_count if candidate else question.case_count,
        "cases": queries.dress(viewer, members.rows),
        "steps": relay.timeline(viewer, question=question),
        "history": list(reversed(queries.timeline(viewer, question))),
        "may": _may(viewer, question),
        "dispatch_url": _dispatch_url(viewer, question),
        "add_unit": _add_unit(viewer, question),
        "supervised": supervision.on_matter(viewer, question=question),
        "lifted": lifts.on_matter(viewer, question=question),
        "forms": {
            "findings": bound.get("findings") or FindingsForm(initial=_findings_of(question), auto_id="findings_%s"),
            "edit": bound.get("edit") or TitleForm(initial=_title_of(question), auto_id="edit_%s"),
            "drop": bound.get("drop") or ReasonForm(auto_id="drop_%s"),
        },
        "opened": next(iter(bound), ""),
        "form": next(iter(bound.values()), None),
    }
    return render(request, "desk/questions/question.html", context, status=status)


def _findings_of(question: Any) -> dict[str, str]:
    return {name: getattr(question, name) for name in ("facts", "root_cause", "handling", "handling_note")}


def _title_of(question: Any) -> dict[str, Any]:
    return {"title": question.title, "category": question.category_id or "", "place": question.place_id or ""}


def _may(viewer: Viewer, question: Any) -> dict[str, bool]:
    join = viewer.can(May.JOIN)
    live = question.state not in ("closed", "dropped")
    takes_part = bool(viewer.unit_ids_for(May.HANDLE) & set(question.units))
    return {
        "join": join and live,
        "set_up": join and question.state == "candidate",
        "drop": join and question.state in ("candidate", "set_up"),
        "arrange": join and question.state != "dropped",
        "undo": join,
        "findings": (join or takes_part) and question.state not in ("candidate", "dropped"),
        "move": viewer.can(May.DISPATCH),
        "publish": viewer.can(May.PUBLISH) and question.state not in ("candidate", "dropped"),
    }


def _add_unit(viewer: Viewer, question: Any) -> AddUnitForm | None:
    """增加单位, for dispatchers while the question is in hand."""
    if question.state != "handling" or not viewer.can(May.DISPATCH):
        return None
    return AddUnitForm(auto_id="unit_%s")


def _dispatch_url(viewer: Viewer, question: Any) -> str:
    if question.state != "set_up" or not viewer.can(May.DISPATCH):
        return ""
    try:
        return reverse("desk:dispatch", kwargs={"pk": question.pk})
    except NoReverseMatch:
        return ""


# --- what other pages show of questions ---------------------------------------------------------------------------


@nav.counts("desk:questions")
def _waiting(viewer: Viewer) -> nav.Rows:
    return [queries.waiting_for_dispatcher(viewer)]


@waits(May.JOIN, order=14)
def _candidates(viewer: Viewer) -> Waiting:
    count = next(tab.count for tab in queries.tabs(viewer) if tab.code == "candidate")
    return Waiting("系统发现的同题，待立题", count, f"{reverse('desk:questions')}?tab=candidate", "sparkles")


@waits(May.JOIN, order=13)
def _proposals(viewer: Viewer) -> Waiting:
    questions, cases = queries.with_proposals(viewer)
    note = f"在 {questions} 道已立的题里" if questions else ""
    return Waiting(
        "像是已立的题，待核对的诉求", cases, f"{reverse('desk:questions')}?tab=proposed", "git-merge", note=note
    )


@case_part(order=10)
def _question_of(viewer: Viewer, case: Any) -> Part | None:
    question = queries.question_of_case(viewer, case.pk)
    proposed = queries.proposals_for_case(viewer, case.pk) if question is None else []
    may_join = viewer.can(May.JOIN) and case.state == "registered"
    if question is None and not proposed and not may_join:
        return None
    context = {"question": question, "proposed": proposed, "case": case, "may_join": may_join and question is None}
    return Part("同题", "desk/questions/_of_case.html", context)
