"""拆分合并: two columns of cases, moved with buttons, each step with a reason and thirty days to undo it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from tongti.questions import actions, queries
from tongti.shared.errors import BadInput, DomainError, NotVisible
from tongti.shared.text import whole
from tongti.units.access import May
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.questions_forms import ArrangeForm, FindForm, refuse

SIZE = 50


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.JOIN)
def page(request: DeskRequest, pk: int) -> HttpResponse:
    """The question at the left, another one (``?with=``) at the right."""
    question = queries.question_for(request.viewer, pk)
    other = _other(request, question)
    do = request.POST.get("do", "")
    if do in ("", "find"):
        find = FindForm(request.POST if do == "find" else None)
        return _show(request, question, other, ArrangeForm(), find, 200)
    form = ArrangeForm(request.POST)
    if form.is_valid():
        try:
            sentence, to = _carry_out(request, do, question, other, form.cleaned_data)
        except DomainError as refused:
            return _show(request, question, other, form, FindForm(), refuse(form, refused))
        messages.success(request, f"{sentence}30 天内可以撤销。")
        return redirect(to)
    return _show(request, question, other, form, FindForm(), 422)


@require_POST
@desk(May.JOIN)
def undo(request: DeskRequest, pk: int) -> HttpResponse:
    """Put one step back."""
    step = queries.step_for(request.viewer, pk)
    actions.undo(rearrangement=step, by=request.viewer)
    messages.success(request, "已撤销，诉求都回到原来的地方。")
    back = whole(request.POST.get("back", ""))
    return redirect("desk:question_arrange", pk=step.question_id if back is None else back)


def _other(request: DeskRequest, question: Any) -> Any:
    asked = whole(request.POST.get("with") or request.GET.get("with", ""))
    if asked is None or asked == question.pk:
        return None
    return queries.question_for(request.viewer, asked)


def _carry_out(request: DeskRequest, do: str, question: Any, other: Any, data: dict[str, str]) -> tuple[str, str]:
    mine, theirs = _ids(request, "mine"), _ids(request, "theirs")
    reason, by = data["reason"], request.viewer
    here = reverse("desk:question_arrange", kwargs={"pk": question.pk})
    beside = f"{here}?with={other.pk}" if other else here
    if do == "split":
        new = actions.split(question=question, case_ids=mine, title=data["title"], reason=reason, by=by)
        return f"已拆出 {new.number}，带走 {len(mine)} 件。", f"{here}?with={new.pk}"
    if do == "remove":
        actions.remove(case_ids=mine, question=question, reason=reason, by=by)
        return f"已移出 {len(mine)} 件。", beside
    if other is None:
        raise BadInput("with", "请先在右边选另一道题。")
    if do == "right":
        actions.move(case_ids=mine, to_question=other, reason=reason, by=by)
        return f"已把 {len(mine)} 件移到 {other.number}。", beside
    if do == "left":
        actions.move(case_ids=theirs, to_question=question, reason=reason, by=by)
        return f"已把 {len(theirs)} 件移到 {question.number}。", beside
    if do == "merge":
        actions.merge(question=question, into=other, reason=reason, by=by)
        return f"{question.number} 已并到 {other.number}。", reverse("desk:question_arrange", kwargs={"pk": other.pk})
    raise NotVisible


def _ids(request: DeskRequest, name: str) -> list[int]:
    return [pk for value in request.POST.getlist(name) if (pk := whole(value)) is not None]


def _show(
    request: DeskRequest, question: Any, other: Any, form: ArrangeForm, find: FindForm, status: int
) -> HttpResponse:
    viewer = request.viewer
    typed = find.cleaned_data.get("q", "") if find.is_bound and find.is_valid() else ""
    mine = queries.members(viewer, question, request.GET.get("after", ""), size=SIZE)
    theirs = queries.members(viewer, other, request.GET.get("beside", ""), size=SIZE) if other else None
    context = {
        "question": question,
        "other": other,
        "form": form,
        "find": find,
        "asked": bool(typed),
        "found": queries.find(viewer, typed, without=question.pk) if typed else [],
        "mine": mine,
        "theirs": theirs,
        "ticked": {"mine": _ids(request, "mine"), "theirs": _ids(request, "theirs")},
        "steps": queries.steps(viewer, question),
        "live": question.state not in ("closed", "dropped"),
    }
    return render(request, "desk/questions/arrange.html", context, status=status)
