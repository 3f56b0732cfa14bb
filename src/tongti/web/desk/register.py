"""登记诉求: a call in under a minute, by keyboard alone; script makes it live, without script a button looks things up."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongti.cases import actions
from tongti.cases import queries as cases
from tongti.cases.actions import Intake
from tongti.cases.queries import Caller
from tongti.parties import actions as parties
from tongti.questions import matching
from tongti.shared.errors import BadInput, DomainError, NotVisible
from tongti.shared.numbers import query_code
from tongti.shared.uploads import Upload
from tongti.units.access import May, Viewer
from tongti.web.desk.cases_forms import FilingForm, RegisterForm, fresh
from tongti.web.desk.doors import DeskRequest, desk
from tongti.window import actions as window
from tongti.window.actions import MatterDraft

FIELD_OF = {
    "body": "words",
    "asker_name": "name",
    "asker_kind": "who",
    "item_words": "matter",
    "first_tried_on": "first_tried",
}
LEAST_WORDS = 6


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
@desk(May.REGISTER)
def page(request: DeskRequest) -> HttpResponse:
    """The form; ``do=look`` looks callers and questions up without script, ``do=answer`` closes at once."""
    if request.method == "GET":
        return _show(request, fresh())
    if request.POST.get("do") == "look":
        return _show(request, _unchecked(request), looked=True)
    form = RegisterForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, form, looked=True, status=422)
    answer = form.cleaned_data["answer"].strip()
    at_once = request.POST.get("do") == "answer"
    if at_once and not answer:
        form.add_error("answer", "请写下当场答复的内容。")
    elif answer and not at_once:
        form.add_error("answer", "写了当场答复：要办结请按“当场答复并办结”，否则请清空这一栏。")
    else:
        try:
            case = _enter(request, form, answer if at_once else "")
        except BadInput as wrong:
            form.add_error(
                FIELD_OF.get(wrong.field, wrong.field) if wrong.field in _known(form) else None, wrong.sentence
            )
        except DomainError as refused:
            form.add_error(None, refused.sentence)
        else:
            return redirect("desk:registered", pk=case.pk)
    return _show(request, form, looked=True, status=422)


@require_POST
@sensitive_post_parameters()
@desk(May.REGISTER)
def caller(request: DeskRequest) -> HttpResponse:
    """Fragment: who called from this number before, and her name for the form."""
    found = _callers(request)
    context = {"callers": found, "looked": True, "form": _unchecked(request, name=_name(request, found))}
    return render(request, "desk/cases/_caller.html", context)


@require_POST
@sensitive_post_parameters()
@desk(May.REGISTER)
def same(request: DeskRequest) -> HttpResponse:
    """Fragment: questions and cases that resemble what is typed, and how it would be filed."""
    return render(request, "desk/cases/_same.html", _beside(request))


@require_POST
@desk(May.REGISTER)
def door(request: DeskRequest) -> HttpResponse:
    """Fragment: the fields of the door 办不成事."""
    return render(request, "desk/cases/_door.html", {"form": _unchecked(request)})


@require_GET
@desk(May.REGISTER)
def registered(request: DeskRequest, pk: int) -> HttpResponse:
    """The receipt: number and code to read to the caller."""
    case = cases.case_for(request.viewer, pk)
    year, serial, check = case.number.split("-")
    spoken = " ".join([year, *(serial[at : at + 3] for at in range(0, len(serial), 3)), check])
    code = query_code(case.number)
    context = {"case": case, "spoken": spoken, "code": code, "code_spoken": f"{code[:4]} {code[4:]}"}
    return render(request, "desk/cases/registered.html", context)


def _show(request: DeskRequest, form: RegisterForm, *, looked: bool = False, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "looked": looked, "callers": _callers(request) if looked else []}
    if looked:
        context |= _beside(request, form)
    return render(request, "desk/cases/register.html", context, status=status)


def _unchecked(request: HttpRequest, **change: Any) -> RegisterForm:
    """What is typed so far, shown again without a word about what is missing."""
    initial = {name: request.POST.get(name, "") for name in RegisterForm.base_fields if name != "files"}
    return RegisterForm(initial=initial | change | _suggestion(request, _filings(request)))


def _suggestion(request: HttpRequest, found: list[cases.Filing]) -> dict[str, str]:
    """The best filing goes into the category field, unless the clerk wrote something else there."""
    best = found[0].label if found else ""
    chosen = request.POST.get("category", "")
    follow = chosen in ("", request.POST.get("suggested", ""))
    return {"category": best if follow else chosen, "suggested": best}


def _callers(request: DeskRequest) -> list[Caller]:
    found = cases.callers(request.viewer, request.POST.get("phone", ""))
    parties.note_recognised(party_ids=[c.who.party_id for c in found], by=request.viewer)
    return found


def _name(request: HttpRequest, found: list[Caller]) -> str:
    # a name that was typed is the clerk's; one that we filled in goes when the number is another
    typed = request.POST.get("name", "")
    return typed or (found[0].who.name if found else "")


def _filings(request: HttpRequest) -> list[cases.Filing]:
    return cases.filings(request.POST.get("words", "") + request.POST.get("title", ""))


def _beside(request: DeskRequest, form: RegisterForm | None = None) -> dict[str, Any]:
    """The right column: matches, filings, and the category list with the best filing chosen unless the clerk chose."""
    words = request.POST.get("words", "")
    found = _filings(request)
    context: dict[str, Any] = {
        "matches": _matches(request.viewer, words),
        "filings": found,
        "asked": len(words.strip()) >= LEAST_WORDS,
    }
    if form is None:
        context["form"] = FilingForm(initial=_suggestion(request, found))
    return context


def _matches(viewer: Viewer, words: str) -> list[matching.DeskMatch]:
    if len(words.strip()) < LEAST_WORDS:
        return []
    return matching.desk_matches(viewer, words, limit=5)


def _enter(request: DeskRequest, form: RegisterForm, answer: str) -> Any:
    """The case, at the door 办不成事 with its row of the window's register; with ``answer`` it is closed at once."""
    intake = _intake(request, form)
    if form.is_stuck:
        return window.register(intake=intake, matter=_matter(form), answer=answer, by=request.viewer)
    if answer:
        return actions.register_and_answer(intake=intake, words=answer, by=request.viewer)
    return actions.register(intake=intake, by=request.viewer)


def _matter(form: RegisterForm) -> MatterDraft:
    data = form.cleaned_data
    return MatterDraft(
        item_words=data["matter"],
        office=data["department"],
        step_words=data["step"],
        paper_words=data["paper"],
        trips=data["visits"],
        first_tried_on=data["first_tried"],
        told_once=data["told_once"],
    )


def _known(form: RegisterForm) -> set[str]:
    return set(form.fields) | set(FIELD_OF)


def _intake(request: DeskRequest, form: RegisterForm) -> Intake:
    data = form.cleaned_data
    return Intake(
        key=data["key"],
        channel=data["channel"],
        kind=data["kind"],
        body=form.body(),
        title=data["title"],
        place_id=data["place"],
        address=data["address"],
        category_id=data["category"],
        urgency=data["urgency"],
        asker_kind=data["who"],
        asker_name=data["name"],
        phone=data["phone"],
        email=data["email"],
        credit_code=data["credit_code"],
        reply_wanted=not data["no_reply"],
        hide_identity=data["hide_identity"],
        uploads=tuple(Upload(f.name or "", f.read()) for f in request.FILES.getlist("files")),
        repeat_of_id=_repeat_of(request.viewer, data["repeat_of"]),
    )


def _repeat_of(viewer: Viewer, pk: int | None) -> int | None:
    if pk is None:
        return None
    try:
        return cases.case_for(viewer, pk).pk
    except NotVisible:
        raise BadInput("repeat_of", "选的那件诉求已经不在了，请重新选。") from None
