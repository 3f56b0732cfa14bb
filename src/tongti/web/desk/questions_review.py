"""逐条核对: the new case's words beside the question's, what they share, why the engine thinks so; a person decides."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from tongti.questions import actions, matching, queries
from tongti.shared.errors import DomainError, NotVisible
from tongti.shared.text import whole
from tongti.units.access import May
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.questions_forms import NoteForm, refuse

SHOWN = 700
"""Characters of somebody's words on this page; the rest is on the case's own page."""
COPIED = 80
"""Percent of the same text from which a message counts as a copy sent around."""


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.JOIN)
def page(request: DeskRequest, pk: int) -> HttpResponse:
    """One proposal at a time, or several ticked ones."""
    question = queries.question_for(request.viewer, pk)
    form, status = NoteForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                done = actions.decide(
                    membership_ids=_ids(request),
                    confirm=request.POST.get("do") == "join",
                    by=request.viewer,
                    note=form.cleaned_data["note"],
                )
            except DomainError as refused:
                status = refuse(form, refused)
            else:
                _tell(request, done)
                return _next(request, pk)
    return _show(request, question, form if request.method == "POST" else NoteForm(), status)


def _ids(request: DeskRequest) -> list[int]:
    """The one on show, or the ticked ones when the bulk buttons were pressed."""
    return [pk for value in request.POST.getlist("membership") if (pk := whole(value)) is not None]


def _tell(request: DeskRequest, done: Any) -> None:
    verb = "并入" if request.POST.get("do") == "join" else "记为不是同题"
    words = f"已{verb} {done.done} 件。"
    if done.passed:
        words += f"另有 {done.passed} 件刚被别人处理过。"
    messages.success(request, words)


def _next(request: DeskRequest, pk: int) -> HttpResponse:
    question = queries.question_for(request.viewer, pk)
    left = queries.proposals(request.viewer, question, size=1).rows
    if left:
        return redirect("desk:question_review", pk=pk)
    return redirect("desk:question_set_up" if question.state == "candidate" else "desk:question", pk=pk)


def _show(request: DeskRequest, question: Any, form: NoteForm, status: int) -> HttpResponse:
    viewer = request.viewer
    listed = queries.proposals(viewer, question, request.GET.get("after", ""))
    current = _current(request, question, listed.rows)
    rows = _listed(listed.rows, request.GET.get("pick", ""))
    context: dict[str, Any] = {"question": question, "listed": listed, "rows": rows, "form": form}
    context["copies"] = sum(row["copied"] for row in rows)
    if current is not None:
        context |= _beside(viewer, question, current)
        context["after_this"] = _after(question, listed.rows, current)
    return render(request, "desk/questions/review.html", context, status=status)


def _listed(rows: Any, pick: str) -> list[dict[str, Any]]:
    """What each line says besides the words: a copy sent around, another message of the same person (one asker, counted once).
    ``pick=copies`` ticks the copies, so that a mass mailing is one decision."""
    askers: set[int] = set()
    shown = []
    for row in rows:
        copied = matching.copied_share(row.reasons) >= COPIED
        again = row.case.party_id is not None and row.case.party_id in askers
        askers |= {row.case.party_id}
        shown.append({"row": row, "copied": copied, "again": again, "ticked": copied and pick == "copies"})
    return shown


def _current(request: DeskRequest, question: Any, rows: Any) -> Any:
    asked = request.GET.get("at", "")
    if (pk := whole(asked)) is not None:
        try:
            return queries.proposal_for(request.viewer, question, pk)
        except NotVisible:
            messages.info(request, "那一条刚刚已经有人核对过。")
    return rows[0] if rows else None


def _after(question: Any, rows: Any, current: Any) -> str:
    pks = [row.pk for row in rows]
    at = pks.index(current.pk) + 1 if current.pk in pks else 0
    if at >= len(pks):
        return ""
    return f"{reverse('desk:question_review', kwargs={'pk': question.pk})}?at={pks[at]}"


def _beside(viewer: Any, question: Any, current: Any) -> dict[str, Any]:
    case = current.case
    central = queries.central_cases(viewer, question, 2, without=case.pk)
    shared = {other.pk: matching.shared_words_of(case, other) for other in central}
    every = tuple(dict.fromkeys(word for words in shared.values() for word in words))
    words = every or matching.title_words_of(case, question.title)
    return {
        "current": current,
        # an officer who heard it named the question: no engine, no percentage
        "percent": None if current.probability is None else round(current.probability * 100),
        "mine": _marked(case, words),
        "others": [_marked(other, shared[other.pk]) for other in central],
        "shared": words,
        "days_apart": _days_apart(case, central),
    }


def _marked(case: Any, words: Any) -> dict[str, Any]:
    body, cut = matching.excerpt(case.body, words, SHOWN)
    return {
        "case": case,
        "title": matching.marked(case.title, words) if case.title else [],
        "body": matching.marked(body, words),
        "cut": cut,
    }


def _days_apart(case: Any, central: Any) -> int | None:
    return abs((case.received_at - central[0].received_at).days) if central else None
