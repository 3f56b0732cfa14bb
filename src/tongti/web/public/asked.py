"""大家在问: questions as strangers may see them — the cleared title, how many ask, who handles, how far, the public answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from tongti.answers import queries as answers
from tongti.cases.actions import Intake
from tongti.cases.queries import Channel, Kind
from tongti.deadlines.queries import Bar
from tongti.questions import actions as question_actions
from tongti.questions import queries as questions
from tongti.shared.actor import Asker
from tongti.shared.errors import BadInput, DomainError
from tongti.shared.text import whole
from tongti.units.queries import townships
from tongti.verdicts import queries as verdicts
from tongti.web.public import drafts, limits
from tongti.web.public.forms import UNKNOWN_TOWN, JoinForm
from tongti.web.public.same import bar_of
from tongti.web.public.say import receipt_for, receipt_token
from tongti.web.public.texts import text

ORDERS = {"heat": "问的人多", "new": "最近提出"}


@dataclass(frozen=True)
class Asked:
    """One shared question for strangers (or, with ``number`` "", for somebody whose own case has joined it)."""

    question_id: int
    number: str
    title: str
    asker_count: int
    state: str
    lead_name: str
    helper_names: Sequence[str]
    progress: str
    progress_at: datetime | None
    due_on: date | None
    dispatched_at: datetime | None
    place: str
    bar: Bar | None

    @property
    def is_open(self) -> bool:
        """Whether one can still count oneself in."""
        return self.state != "closed"


def asked(question: Any, *, helpers: bool = True) -> Asked:
    """What may be shown of a question. Its internal title is never shown: the cleared one, or none."""
    public = bool(question.is_public)
    return Asked(
        question_id=question.pk,
        number=question.number if public else "",
        title=question.public_title if public else "和您同样的问题",
        asker_count=question.asker_count,
        state=str(question.state),
        lead_name=question.lead.short_name if question.lead else "",
        helper_names=questions.helper_names(question) if helpers else (),
        progress=question.progress,
        progress_at=question.progress_at,
        due_on=question.due_on,
        dispatched_at=question.dispatched_at,
        place=question.place.name if question.place else "",
        bar=bar_of(question),
    )


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """By heat or by newness, in one township or everywhere."""
    towns = list(townships())
    order = request.GET.get("order", "heat")
    order = order if order in ORDERS else "heat"
    typed = request.GET.get("town", "")
    town = next((t for t in towns if str(t.pk) == typed), None)
    page = questions.public_list(order, town.pk if town else None, request.GET.get("after", ""))
    shown = [asked(q, helpers=False) for q in page.rows]
    context = {"page": page, "rows": shown, "towns": towns, "town": town, "order": order, "orders": ORDERS.items()}
    return render(request, "public/questions.html", context)


@require_safe
def question(request: HttpRequest, number: str) -> HttpResponse:
    """One question: heat, relay, bar, the joint answer's public part, and what its askers say of it."""
    found = questions.public_question(number)
    context = {
        "q": asked(found),
        "answers": answers.public_answers(found),
        "said": verdicts.said_of_question(found.pk),
    }
    return render(request, "public/question.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, number: str) -> HttpResponse:
    """算我一个: a phone and, if she likes, a sentence of her own. What she had typed on the form comes along."""
    found = questions.public_question(number)
    shown = asked(found)
    key = request.POST.get("key", "")
    if request.method == "POST" and (sent := drafts.sent(request.session, key)):
        return redirect("public:receipt", token=receipt_token(sent))
    draft = drafts.load(request.session)
    if draft is None or (key and draft.key != key):
        draft = drafts.new(Channel.WEB, key)
    form = JoinForm(request.POST if request.method == "POST" else None, initial=draft.data)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                limits.submit(request, form.cleaned_data["phone"])
                case = question_actions.count_me_in(
                    question_id=found.pk, intake=_intake(form, draft, shown), by=Asker(None)
                )
                messages.success(request, f"已把您算进来，现在是 {shown.asker_count + 1} 人同问。")
                return receipt_for(request, draft, case.pk)
            except DomainError as error:
                field = {"body": "words", "asker_name": "name"}.get(
                    getattr(error, "field", ""), getattr(error, "field", "")
                )
                form.add_error(field if isinstance(error, BadInput) and field in form.fields else None, error.sentence)
                status = error.status
    context = {"form": form, "q": shown, "draft": draft, "privacy": text("privacy.short")}
    return render(request, "public/join.html", context, status=status)


def _intake(form: JoinForm, draft: drafts.Draft, question: Asked) -> Intake:
    """Her own case: her sentence, or the shared title as what she says; the place and photos of the form she came from."""
    found = form.cleaned_data
    place = draft.data.get("village") or draft.data.get("town") or ""
    return Intake(
        key=draft.intake_key,
        channel=draft.channel,
        kind=Kind.HELP,
        body=found["words"] or f"我也遇到同样的问题：{question.title}",
        place_id=whole(place) if place != UNKNOWN_TOWN else None,
        address=draft.data.get("address", "")[:200],
        asker_kind="enterprise" if draft.data.get("who") == "enterprise" else "person",
        asker_name=found["name"],
        phone=found["phone"],
        hide_identity=found["hide"],
        uploads=draft.uploads(),
    )
