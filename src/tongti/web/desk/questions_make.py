"""立题 from a candidate or from single cases, and 归入同题 by hand."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from tongti.cases import queries as cases
from tongti.cases.queries import Filters
from tongti.questions import actions, matching, queries
from tongti.shared.errors import DomainError
from tongti.shared.text import whole
from tongti.units.access import May
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.questions_forms import FindForm, TitleForm, refusal, refuse


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.JOIN)
def set_up(request: DeskRequest, pk: int) -> HttpResponse:
    """A candidate becomes a question: its title, category and place, and which of the proposed cases join with it."""
    question = queries.question_for(request.viewer, pk)
    if question.state != "candidate":
        messages.info(request, f"{question.number} 已经立题。")
        return redirect("desk:question", pk=pk)
    proposed = queries.proposals(request.viewer, question, size=100)
    joined = queries.members(request.viewer, question, size=100)
    chosen = {row_pk for value in request.POST.getlist("membership") if (row_pk := whole(value)) is not None}
    form, status = TitleForm(initial=_guess(request, question, proposed.rows, joined.rows)), 200
    if request.method == "POST":
        form, status = TitleForm(request.POST), 422
        if form.is_valid():
            try:
                actions.set_up(question=question, **form.chosen(), by=request.viewer, membership_ids=chosen)
            except DomainError as refused:
                status = refuse(form, refused)
            else:
                messages.success(request, f"已立题：{question.number} {question.title}。30 天内可以撤销。")
                return redirect("desk:question", pk=pk)
    ticked = chosen if request.method == "POST" else {row.pk for row in proposed.rows}
    askers = {row.case.party_id or -row.case_id for row in [*proposed.rows, *joined.rows]}
    context = {
        "question": question,
        "form": form,
        "rows": [{"row": row, "ticked": row.pk in ticked, "percent": _percent(row)} for row in proposed.rows],
        "joined": joined.rows,
        "askers": len(askers),
        "more": question.proposed_count - len(proposed.rows),
    }
    return render(request, "desk/questions/set_up.html", context, status=status)


def _percent(row: Any) -> int | None:
    return None if row.probability is None else round(row.probability * 100)


def _guess(request: DeskRequest, question: Any, proposed: Any, joined: Any) -> dict[str, Any]:
    """Category and place that most of the cases have; else what their words suggest."""
    found = [row.case for row in [*joined, *proposed]]
    category = _most([case.category_id for case in found])
    if category is None and found:
        text = "\n".join(f"{case.title} {case.body[:300]}" for case in found[:5])
        category = next((filing.category_id for filing in cases.filings(text, limit=1)), None)
    return {
        "title": question.title,
        "category": question.category_id or category or "",
        "place": question.place_id or _most([case.place_id for case in found]) or "",
    }


def _most(values: list[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return max(sorted(set(known)), key=known.count) if known else None


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.JOIN)
def join(request: DeskRequest, pk: int) -> HttpResponse:
    """Find cases by number or words, tick them, put them into the question. Like ones are offered to begin with."""
    question = queries.question_for(request.viewer, pk)
    form, refused, status = FindForm(request.POST if request.POST.get("do") == "find" else None), None, 200
    if request.method == "POST" and request.POST.get("do") == "join":
        chosen = [case_pk for value in request.POST.getlist("case") if (case_pk := whole(value)) is not None]
        try:
            actions.join(case_ids=chosen, question=question, by=request.viewer, reason="")
        except DomainError as no:
            refused, status = refusal(no), no.status
        else:
            messages.success(request, f"已并入 {len(chosen)} 件，30 天内可以撤销。")
            return redirect("desk:question", pk=pk)
    found, unknown = _found(request, form)
    context = {"question": question, "form": form, "found": found, "unknown": unknown, "asked": form.is_bound}
    context["refused"] = refused
    if form.is_bound and not form.is_valid():
        status = 422
    if not form.is_bound:
        context["alike"] = [
            match for match in matching.desk_matches(request.viewer, question.title, 12) if match.kind == "case"
        ]
    return render(request, "desk/questions/join.html", context, status=status)


def _found(request: DeskRequest, form: FindForm) -> tuple[list[Any], list[str]]:
    typed = str(form.data.get("q", "")).strip()[:200] if form.is_bound else ""
    if not typed:
        return [], []
    by_number, unknown = queries.cases_by_numbers(request.viewer, typed)
    if by_number:
        return by_number, unknown
    return list(cases.search(request.viewer, typed, Filters(), size=30).page.rows), []


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.JOIN)
def of_case(request: DeskRequest, pk: int) -> HttpResponse:
    """归入同题: for one case, the questions it resembles, a search, or a question of its own."""
    viewer = request.viewer
    case = cases.case_for(viewer, pk)
    if (held := queries.question_of_case(viewer, pk)) is not None:
        return redirect("desk:question", pk=held.pk)
    form = FindForm(request.POST if request.POST.get("do") == "find" else None)
    refused, status = None, 200
    if request.method == "POST" and (target := whole(request.POST.get("question", ""))) is not None:
        question = queries.question_for(viewer, target)
        try:
            actions.join(case_ids=[pk], question=question, by=viewer)
        except DomainError as no:
            refused, status = refusal(no), no.status
        else:
            messages.success(request, f"已归入 {question.number}。")
            return redirect("desk:question", pk=question.pk)
    typed = form.cleaned_data.get("q", "") if form.is_bound and form.is_valid() else ""
    context = {
        "case": case,
        "form": form,
        "refused": refused,
        "asked": bool(typed),
        "found": queries.find(viewer, typed) if typed else [],
        "proposed": queries.proposals_for_case(viewer, pk),
        "alike": [m for m in matching.desk_matches(viewer, f"{case.title}\n{case.body}", 6) if m.pk != pk],
    }
    return render(request, "desk/questions/of_case.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.JOIN)
def new(request: DeskRequest) -> HttpResponse:
    """立题 by hand from chosen cases."""
    source = request.POST if request.method == "POST" else request.GET
    ids = [pk for value in source.getlist("case") if (pk := whole(value)) is not None][:100]
    chosen = [cases.case_for(request.viewer, pk) for pk in ids[:100]]
    first = chosen[0] if chosen else None
    initial = {
        "title": matching.title_for(chosen) if chosen else "",
        "category": (first and first.category_id) or "",
        "place": (first and first.place_id) or "",
    }
    form, status = TitleForm(initial=initial), 200
    if request.method == "POST":
        form, status = TitleForm(request.POST), 422
        if form.is_valid():
            try:
                question = actions.make(**form.chosen(), case_ids=ids, by=request.viewer)
            except DomainError as refused:
                status = refuse(form, refused)
            else:
                messages.success(request, f"已立题：{question.number} {question.title}。")
                return redirect("desk:question", pk=question.pk)
    return render(request, "desk/questions/new.html", {"form": form, "cases": chosen}, status=status)
