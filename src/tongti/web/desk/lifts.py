"""上下同题: the lists of the three levels on screen and on paper, one line with its steps, and a matter's own lines."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongti.cases import queries as cases
from tongti.lifting import actions, queries
from tongti.questions import queries as questions
from tongti.shared import clock
from tongti.shared.errors import DomainError, NotVisible, Raced
from tongti.shared.text import whole
from tongti.units.access import May, Viewer
from tongti.visits import queries as visits
from tongti.web import nav
from tongti.web.desk.case_parts import Part, case_part
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.home import Waiting, waits
from tongti.web.desk.lifts_forms import (
    LiftFilter,
    LiftForm,
    NoteForm,
    PaperForm,
    ReasonForm,
    SignForm,
    refuse,
)
from tongti.web.forms import Form

LIST = "desk:lifts"
PRINTED = 300
"""Lines on paper; longer lists are taken level by level, or by date."""
TABS = [("", "全部"), *queries.Level.choices]


@nav.counts(LIST)
def _count(viewer: Viewer) -> nav.Rows:
    return [queries.to_sign(viewer)]


@waits(May.SIGN_LIFT, order=24)
def _to_sign(viewer: Viewer) -> Waiting | None:
    """Lines that wait for this leader."""
    count = queries.to_sign(viewer).count()
    return (
        Waiting("待签发的提级事项", count, f"{reverse(LIST)}?state=submitted", "signature", "warn") if count else None
    )


@waits(May.LIFT, order=34)
def _late(viewer: Viewer) -> Waiting | None:
    """Lines to which nobody above answered in time."""
    count = queries.waiting_for_reply(viewer).count()
    return (
        Waiting("提请了，过期没答复的", count, f"{reverse(LIST)}?state=late", "alarm-clock", "warn") if count else None
    )


@require_safe
@desk(May.SEE)
def listing(request: DeskRequest) -> HttpResponse:
    """One list, or all three, under its filters."""
    level = _level(request)
    form = LiftFilter({"state": "open", **request.GET.dict()})
    page, rows = queries.lifts(request.viewer, form.filters(level), request.GET.get("after", ""))
    context = {
        "level": level,
        "tabs": TABS,
        "form": form,
        "page": page,
        "rows": list(zip(page.rows, rows, strict=True)),
        "narrowed": any(request.GET.get(name) for name in form.fields),
    }
    return render(request, "desk/lifts/list.html", context)


@require_safe
@desk(May.SEE)
def printed(request: DeskRequest) -> HttpResponse:
    """A4 landscape: the signed lines of one level, as 问题清单 on paper."""
    level = _level(request)
    form = LiftFilter(request.GET.dict())
    page, rows = queries.lifts(request.viewer, form.filters(level, signed_only=True), size=PRINTED)
    context = {
        "title": dict(TABS)[level] if level else "提级事项",
        "level": level,
        "rows": rows,
        "cut": bool(page.next_cursor),
        "most": PRINTED,
        "now": clock.now(),
    }
    return render(request, "desk/lifts/print.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.LIFT)
def of_question(request: DeskRequest, pk: int) -> HttpResponse:
    """提级 of a question."""
    question = questions.question_for(request.viewer, pk)
    return _new(request, question, reverse("desk:question", args=[pk]), question=question)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.LIFT)
def of_case(request: DeskRequest, pk: int) -> HttpResponse:
    """提级 of a case that stands alone."""
    case = cases.case_for(request.viewer, pk)
    return _new(request, case, reverse("desk:case", args=[pk]), case=case)


def _new(request: DeskRequest, thing: Any, back: str, **matter: Any) -> HttpResponse:
    posted = request.method == "POST"
    if not posted and not queries.may_prepare(request.viewer, thing):
        messages.info(
            request, f"{thing.number} 现在是“{thing.get_state_display()}”，由牵头或协办单位在办理中列进清单。"
        )
        return redirect(back)
    form = LiftForm(request.POST if posted else None, initial=_first(request, thing))
    status = 422 if posted else 200
    if posted and form.is_valid():
        try:
            lift = actions.prepare(**matter, draft=form.draft(), by=request.viewer)
        except DomainError as refused:
            status = refuse(form, refused)
        else:
            messages.success(request, "已拟好，等负责人签发；签发了才算提请。")
            return redirect("desk:lift", lift.pk)
    return _edit(request, form, thing, back, status)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.LIFT)
def edit(request: DeskRequest, pk: int) -> HttpResponse:
    """Mend a line that is not signed."""
    lift = queries.lift_for(request.viewer, pk)
    if not queries.lift_view(request.viewer, lift).may_change:
        raise NotVisible
    posted = request.method == "POST"
    form = LiftForm(request.POST if posted else None, initial=_initial(lift))
    status = 422 if posted else 200
    if posted and form.is_valid():
        try:
            actions.change(lift=lift, draft=form.draft(), version=form.cleaned_data["version"], by=request.viewer)
        except Raced:
            form.add_error(None, "这一条刚刚被别人改过，请刷新后再改，您填的内容还在下面。")
            status = 409
        except DomainError as refused:
            status = refuse(form, refused)
        else:
            messages.success(request, "已保存，等负责人签发。")
            return redirect("desk:lift", pk)
    return _edit(request, form, lift.question or lift.case, reverse("desk:lift", args=[pk]), status, lift=lift)


@require_safe
@desk(May.SEE)
def one(request: DeskRequest, pk: int) -> HttpResponse:
    """One line: what is asked of whom, what came back, and the next step."""
    return _show(request, queries.lift_for(request.viewer, pk))


@require_POST
@desk(May.LIFT, May.SIGN_LIFT)
def do(request: DeskRequest, pk: int) -> HttpResponse:
    """One step: sign, send back, withdraw, enter a paper, close."""
    lift = queries.lift_for(request.viewer, pk)
    step = request.POST.get("do", "")
    if step not in _FORMS:
        messages.error(request, "没有这一步，请从页面上的按钮选。")
        return redirect("desk:lift", pk)
    form = _FORMS[step](request.POST, auto_id=f"{step}_%s")
    if not form.is_valid():
        return _show(request, lift, status=422, **{step: form})
    if step in ON_WHAT_WAS_READ:
        # the action compares it: what was changed since is not decided unseen
        lift.version = whole(request.POST.get("version", "")) or 0
    try:
        _STEPS[step](lift, form.cleaned_data, request.viewer)
    except Raced:
        form.add_error(None, "这一条在您打开这一页以后改过，下面是现在的内容，请看过再决定。")
        return _show(request, queries.lift_for(request.viewer, pk), status=409, **{step: form})
    except DomainError as refused:
        return _show(request, queries.lift_for(request.viewer, pk), status=refuse(form, refused), **{step: form})
    messages.success(request, _SAID[step])
    return redirect("desk:lift", pk)


ON_WHAT_WAS_READ = ("sign", "send_back")
_FORMS: dict[str, type[Form]] = {
    "sign": SignForm,
    "send_back": ReasonForm,
    "withdraw": ReasonForm,
    "paper": PaperForm,
    "close": NoteForm,
}
_STEPS: dict[str, Callable[[Any, dict[str, Any], Viewer], Any]] = {
    "sign": lambda lift, _data, by: actions.sign_off(lift=lift, by=by),
    "send_back": lambda lift, data, by: actions.send_back(lift=lift, by=by, **data),
    "withdraw": lambda lift, data, by: actions.withdraw(lift=lift, by=by, **data),
    "paper": lambda lift, data, by: actions.enter_paper(lift=lift, by=by, **data),
    "close": lambda lift, data, by: actions.close(lift=lift, by=by, **data),
}

_SAID = {
    "sign": "已签发提请，请它承担的部分已经派出。",
    "send_back": "已退回修改。",
    "withdraw": "已撤回。",
    "paper": "来文已记下。",
    "close": "已办结。",
}


def _show(request: DeskRequest, lift: Any, *, status: int = 200, **bound: Form) -> HttpResponse:
    forms = {step: bound.get(step) or kind(auto_id=f"{step}_%s") for step, kind in _FORMS.items()}
    context = {
        "view": queries.lift_view(request.viewer, lift),
        "lift": lift,
        "forms": forms,
        "form": next(iter(bound.values()), None),
        "opened": next(iter(bound), ""),
    }
    return render(request, "desk/lifts/lift.html", context, status=status)


def _edit(
    request: DeskRequest, form: LiftForm, thing: Any, back: str, status: int, *, lift: Any = None
) -> HttpResponse:
    context = {"form": form, "thing": thing, "back": back, "lift": lift}
    return render(request, "desk/lifts/edit.html", context, status=status)


def _first(request: DeskRequest, thing: Any) -> dict[str, Any]:
    """What a new line starts from: the matter, and what an officer wrote when a firm's difficulty was found to be of class C."""
    first = {"level": queries.Level.CITY.value, **queries.suggested(thing)}
    finding = visits.lifted_finding(queries.case_ids_of(thing))
    if finding is not None:
        first |= {"level": finding.level, "asked": finding.matter}
    return first


def _initial(lift: Any) -> dict[str, Any]:
    names = ("level", "title", "statement", "tried", "basis", "asked", "reply_by", "version")
    return {"asked_unit": str(lift.asked_unit_id), **{name: getattr(lift, name) for name in names}}


def _level(request: DeskRequest) -> str:
    asked = request.GET.get("level", "")
    return asked if asked in queries.Level.values else ""


def on_matter(viewer: Viewer, *, question: Any = None, case: Any = None) -> dict[str, Any]:
    """The lines of one matter, for its page, and whether one more may be written."""
    matter = question or case
    rows = queries.lifts_on(viewer, question=question, case=case)
    may = viewer.can(May.LIFT) and queries.may_prepare(viewer, matter)
    came = queries.arrivals_on(question) if question else []
    return {
        "rows": rows,
        "came": came,
        "may": may,
        "question_id": question.pk if question else None,
        "case_id": case.pk if case else None,
        "shown": bool(rows or may or came),
    }


@case_part(order=36)
def _of_case(viewer: Viewer, case: Any) -> Part | None:
    """A case that stands alone may be lifted by itself; one in a question is lifted with it."""
    found = on_matter(viewer, case=case)
    if not found["rows"] and questions.question_of_case(viewer, case.pk) is not None:
        return None
    return Part("上下同题", "desk/lifts/_of_matter.html", found) if found["shown"] else None
