"""共答: the units' parts beside the lead's text and the letter as an asker reads it; the leader signs or sends back."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongti.answers import access, actions
from tongti.answers import queries as answers
from tongti.answers.errors import NeedsReason, PartsMissing
from tongti.cases import queries as cases
from tongti.questions import queries as questions
from tongti.relay import queries as relay
from tongti.shared.errors import BadInput, DomainError
from tongti.units.access import May, Viewer
from tongti.web import nav
from tongti.web.desk.answers_forms import AnswerForm, OwnWordsForm, SendBackForm, SignForm
from tongti.web.desk.case_parts import Part, case_part
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.home import Waiting, waits
from tongti.web.forms import Form

LIST = "desk:answers"
SEERS = (May.RECEIVE, May.HANDLE, May.SIGN, May.DISPATCH, May.SUPERVISE)
TABS = (("submitted", "待签发"), ("draft", "起草中"), ("signed", "已签发"))
TEXTS = ("opening", "found", "done", "basis", "would_need", "next_steps", "remedy", "contact", "closing")


@nav.counts(LIST)
def _count(viewer: Viewer) -> nav.Rows:
    return [answers.to_sign(viewer)]


@waits(May.SIGN, order=25)
def _to_sign(viewer: Viewer) -> Waiting:
    """Answers that wait for this leader's signature."""
    return Waiting("待签发的答复", answers.to_sign(viewer).count(), reverse(LIST), "signature", "warn")


@require_safe
@desk(May.HANDLE, May.SIGN)
def listing(request: DeskRequest) -> HttpResponse:
    """What waits to be signed, what is being written, what went out."""
    tab = request.GET.get("tab", "")
    if tab not in dict(TABS):
        tab = "submitted" if request.viewer.can(May.SIGN) else "draft"
    page = answers.my_answers(request.viewer, request.GET.get("after", ""), tab=tab)
    return render(request, "desk/answers/list.html", {"page": page, "tab": tab, "tabs": TABS})


@require_POST
@desk(May.HANDLE)
def begin(request: DeskRequest, pk: int) -> HttpResponse:
    """Open the draft on a lead baton."""
    baton = relay.baton_for(request.viewer, pk)
    answer = actions.compose(question=baton.question, case=baton.case, by=request.viewer)
    return redirect("desk:answer", answer.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(*SEERS)
def page(request: DeskRequest, pk: int) -> HttpResponse:
    """The composer for the lead, the letter for the leader and everybody else. POST saves, checks or hands up."""
    answer = answers.answer_for(request.viewer, pk)
    if request.method != "POST":
        return _show(request, answer)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _show(request, answer, compose=form, status=422)
    try:
        actions.save_draft(answer=answer, by=request.viewer, **form.texts())
        if "submit" in request.POST:
            data = form.cleaned_data
            actions.submit(
                answer=answer,
                missing_reason=data["missing_reason"],
                override_reason=data["override_reason"],
                by=request.viewer,
            )
            messages.success(request, "已送本单位负责人签发。")
            return redirect("desk:answer", pk)
    except BadInput as wrong:
        form.add_error(wrong.field, wrong.sentence)
    except PartsMissing as missing:
        form.add_error("missing_reason", missing.sentence)
    except NeedsReason as needs:
        form.add_error("override_reason", needs.sentence)
    except DomainError as refused:
        form.add_error(None, refused.sentence)
    else:
        messages.success(request, "草稿已存。")
        return redirect("desk:answer", pk)
    return _show(request, answers.answer_for(request.viewer, pk), compose=form, status=422)


@require_POST
@desk(May.SIGN)
def sign(request: DeskRequest, pk: int) -> HttpResponse:
    """签发."""
    answer = answers.answer_for(request.viewer, pk)
    form = SignForm(request.POST, auto_id="sign_%s")
    if form.is_valid():
        try:
            actions.sign(answer=answer, override_reason=form.cleaned_data["override_reason"], by=request.viewer)
        except NeedsReason as needs:
            form.add_error("override_reason", needs.sentence)
        except DomainError as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, "已签发，每位诉求人都会收到自己的答复。")
            return redirect("desk:answer", pk)
    return _show(request, answers.answer_for(request.viewer, pk), sign=form, status=422)


@require_POST
@desk(May.SIGN)
def send_back(request: DeskRequest, pk: int) -> HttpResponse:
    """退回重写."""
    answer = answers.answer_for(request.viewer, pk)
    form = SendBackForm(request.POST, auto_id="back_%s")
    if form.is_valid():
        try:
            actions.send_back(answer=answer, reason=form.cleaned_data["reason"], by=request.viewer)
        except BadInput as wrong:
            form.add_error(wrong.field, wrong.sentence)
        except DomainError as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, "已退回重写。")
            return redirect(LIST)
    return _show(request, answers.answer_for(request.viewer, pk), back=form, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.HANDLE)
def own_words(request: DeskRequest, pk: int, case_pk: int) -> HttpResponse:
    """The sentences that only one asker reads, beside her own words and her letter."""
    answer = answers.answer_for(request.viewer, pk)
    receiver = answers.receiver_for(request.viewer, answer, case_pk)
    form = OwnWordsForm(request.POST or None, initial={"words": receiver.words})
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_case_words(
                answer=answer, case=receiver.case, words=form.cleaned_data["words"], by=request.viewer
            )
        except BadInput as wrong:
            form.add_error(wrong.field, wrong.sentence)
        except DomainError as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, "单独说明已存。")
            return redirect(f"{reverse('desk:answer', args=[pk])}#h-askers")
    context = {
        "answer": answer,
        "receiver": receiver,
        "letter": answers.preview(request.viewer, answer, receiver.case),
        "form": form,
    }
    return render(request, "desk/answers/own_words.html", context, status=422 if form.errors else 200)


def _show(request: DeskRequest, answer: Any, *, status: int = 200, **bound: Form) -> HttpResponse:
    viewer = request.viewer
    question = questions.question_for(viewer, answer.question_id) if answer.question_id else None
    case = cases.case_for(viewer, answer.case_id) if answer.case_id else None
    table = relay.relay_of(viewer, question=question, case=case)
    receivers_page, receivers = answers.receivers(viewer, answer, request.GET.get("askers", ""))
    composing = answer.state == "draft" and access.may_compose(viewer, answer)
    signing = answer.state == "submitted" and access.may_sign(viewer, answer)
    remarks = answers.check(answer) if answer.state != "signed" else []
    initial = {name: getattr(answer, name) for name in TEXTS}
    context = {
        "answer": answer,
        "thing": question or case,
        "question": question,
        "relay": table,
        "parts": answers.parts_of(table),
        "letter": answers.preview(viewer, answer, receivers[0].case if receivers else None),
        "remarks": remarks,
        "stopped": any(remark.hard for remark in remarks),
        "of_window": composing and answers.is_of_window(answer),
        "receivers": receivers,
        "receivers_page": receivers_page,
        "receiver_count": answers.receiver_count(answer),
        "composing": composing,
        "signing": signing,
        "compose": bound.get("compose") or AnswerForm(initial=initial),
        "sign_form": bound.get("sign") or SignForm(auto_id="sign_%s"),
        "back_form": bound.get("back") or SendBackForm(auto_id="back_%s"),
        "opened": next(iter(bound), ""),
        "form": next(iter(bound.values()), None),
    }
    return render(request, "desk/answers/answer.html", context, status=status)


@case_part(order=30)
def _answers_of_case(viewer: Viewer, case: Any) -> Part | None:
    """What was answered to this asker."""
    replies = answers.replies_for_case(case, viewer)
    return Part("答复", "desk/answers/_replies.html", {"replies": replies}) if replies else None
