"""说: a resident or a firm says what is difficult, checks it, sends it, and gets a receipt.

/say/ (or /say/stuck/) → POST keeps everything typed → /say/check/ → POST makes the case → /receipt/…/. Every step answers a POST
with a redirect, and every page works without script; with it, the panel of the same questions follows the typing.
"""

from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tongti.cases import actions as cases
from tongti.cases.actions import Intake
from tongti.cases.queries import Channel, Kind
from tongti.questions import queries as questions
from tongti.shared.actor import Asker
from tongti.shared.errors import BadInput, DomainError
from tongti.shared.ratelimit import TooOften
from tongti.web.public import drafts, limits
from tongti.web.public.drafts import Draft
from tongti.web.public.forms import SayForm, StuckForm, places, village_choices
from tongti.web.public.promise import promise
from tongti.web.public.same import Panel, panel
from tongti.web.public.texts import text
from tongti.window import actions as window
from tongti.window import queries as window_queries

STRANGER = Asker(None)
RECEIPT_SALT = "public.receipt"
FORMS: dict[str, type[SayForm]] = {Channel.WEB: SayForm, Channel.STUCK: StuckForm}
PAGES: dict[str, str] = {Channel.WEB: "public:say", Channel.STUCK: "public:say_stuck"}
# Where an action's complaint about a field belongs on our form.
FIELDS = {
    "body": "words",
    "title": "words",
    "place": "town",
    "asker_name": "name",
    "asker_kind": "who",
    "item_words": "matter",
    "step_words": "step",
    "paper_words": "paper",
    "trips": "times",
    "first_tried_on": "since",
    "told_once": "told",
}
STEPS = ["说清楚", "核对提交"]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def say(request: HttpRequest, channel: str = Channel.WEB) -> HttpResponse:
    """The form. Whatever button was pressed, what was typed and chosen is kept first."""
    if request.method != "POST":
        draft = drafts.load(request.session)
        if draft is None or draft.channel != channel:
            draft = drafts.new(channel)
        return _page(request, FORMS[channel](initial=draft.data), draft)
    key = request.POST.get("key", "")
    if drafts.sent(request.session, key):
        return _sent_already(request, key)
    if "clear" in request.POST:
        drafts.clear(request.session)
        return redirect(PAGES[channel])
    draft, trouble = _keep(request, channel, key)
    elsewhere = _other_button(request, draft)
    if elsewhere and not trouble:
        return redirect(elsewhere)
    form = FORMS[channel](request.POST)
    if trouble and isinstance(trouble, BadInput):
        form.add_error("files", trouble.sentence)
    elif trouble:
        form.add_error(None, trouble.sentence)
    if not form.is_valid():
        return _page(request, form, draft, status=trouble.status if trouble else 422)
    return redirect("public:check")


def _other_button(request: HttpRequest, draft: Draft) -> str:
    """Where a button other than 下一步 leads; "" for 下一步."""
    if "drop" in request.POST:
        draft.drop(request.POST["drop"])
        drafts.save(request.session, draft)
        return reverse(PAGES[draft.channel]) + "#files"
    if "join" in request.POST:
        return reverse("public:join", args=[questions.public_question(request.POST["join"]).number])
    return reverse("public:same") if "look" in request.POST else ""


def _keep(request: HttpRequest, channel: str, key: str) -> tuple[Draft, DomainError | None]:
    """The session's draft with what this request brought; a file that could not be kept is told, the rest is kept."""
    draft = drafts.load(request.session)
    if draft is None or (key and draft.key != key):
        if draft is not None:
            draft.forget_files()
        draft = drafts.new(channel, key)
    draft.channel = channel
    draft.data = drafts.typed(request.POST, FORMS[channel].TYPED)
    trouble: DomainError | None = None
    try:
        limits.draft(request)
        draft.keep(drafts.incoming(request))
    except (TooOften, BadInput) as error:
        trouble = error
    drafts.save(request.session, draft)
    return draft, trouble


def _page(request: HttpRequest, form: SayForm, draft: Draft, *, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "draft": draft,
        "stuck": draft.channel == Channel.STUCK,
        "stuck_lead": text("site.help_stuck") if draft.channel == Channel.STUCK else "",
        "items": window_queries.names() if draft.channel == Channel.STUCK else [],
        "panel": panel(str(form["words"].value() or "")) if draft.data else Panel(),
        "limits": promise(channel=draft.channel, asker_kind="person"),
        "privacy": text("privacy.short"),
        "steps": STEPS,
    }
    return render(request, "public/say.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def same(request: HttpRequest) -> HttpResponse:
    """The same-question panel: a fragment while typing (POST by htmx), a page of its own without script (GET)."""
    if request.method == "POST":
        try:
            limits.panel(request)
        except TooOften:
            # The panel is a help, not a duty: it stays as it was.
            return HttpResponse(status=204)
        return render(request, "public/_same.html", {"panel": panel(request.POST.get("words", "")), "live": True})
    draft = drafts.load(request.session)
    if draft is None:
        return redirect("public:say")
    context = {"panel": panel(draft.data.get("words", "")), "draft": draft, "back": reverse(PAGES[draft.channel])}
    return render(request, "public/same.html", context)


@never_cache
@require_POST
def villages(request: HttpRequest) -> HttpResponse:
    """The villages of the township just chosen, as options."""
    return render(
        request, "public/_villages.html", {"choices": village_choices(places(), request.POST.get("town", ""))}
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Everything on one page once more, with the promise; the button that makes the case."""
    key = request.POST.get("key", "")
    if request.method == "POST" and drafts.sent(request.session, key):
        return _sent_already(request, key, quietly=True)
    draft = drafts.load(request.session)
    if draft is None:
        return _nothing_to_check(request)
    form = FORMS[draft.channel](draft.data)
    if not form.is_valid():
        return redirect(PAGES[draft.channel])
    if request.method != "POST":
        return _check_page(request, form, draft)
    if key != draft.key:
        messages.warning(request, "您在另一个页面改过内容，请再核对一遍。")
        return redirect("public:check")
    return _send(request, form, draft)


def _nothing_to_check(request: HttpRequest) -> HttpResponse:
    """The form was sent and its answer was lost on the way, or it lay too long."""
    last = drafts.last_sent(request.session)
    if last is not None:
        messages.success(request, "刚才那件已经提交成功，这是回执。")
        return redirect("public:receipt", token=receipt_token(last))
    messages.warning(request, "没有找到正在填写的内容，可能停得太久了，请重新写一次。")
    return redirect("public:say")


def _send(request: HttpRequest, form: SayForm, draft: Draft) -> HttpResponse:
    found = form.cleaned_data
    try:
        limits.submit(request, found["phone"])
        intake = Intake(
            key=draft.intake_key,
            channel=draft.channel,
            kind=Kind.HELP,
            title=form.title,
            body=form.body,
            place_id=form.place_id,
            address=found["address"],
            asker_kind=found["who"],
            asker_name=found["name"],
            phone=found["phone"],
            email=found["email"],
            reply_wanted=not found["quiet"],
            hide_identity=found["hide"],
            uploads=draft.uploads(),
        )
        if isinstance(form, StuckForm):
            case = window.register(intake=intake, matter=form.register(), by=STRANGER)
        else:
            case = cases.register(intake=intake, by=STRANGER)
    except DomainError as error:
        form.add_error(_field(error, form), error.sentence)
        return _check_page(request, form, draft, status=error.status)
    return receipt_for(request, draft, case.pk)


def _field(error: DomainError, form: SayForm) -> str | None:
    if not isinstance(error, BadInput):
        return None
    name = FIELDS.get(error.field, error.field)
    return name if name in form.fields else None


def receipt_for(request: HttpRequest, draft: Draft, case_id: int) -> HttpResponse:
    """The case is made: the draft becomes a memory of its key, and the asker is shown her receipt."""
    drafts.remember_sent(request.session, draft.key, case_id)
    draft.mark_sent()
    request.session.pop(drafts.DRAFT, None)
    return redirect("public:receipt", token=receipt_token(case_id))


def receipt_token(case_id: int) -> str:
    """What the receipt's address holds: the case's row, signed."""
    return signing.dumps(case_id, salt=RECEIPT_SALT)


def _sent_already(request: HttpRequest, key: str, *, quietly: bool = False) -> HttpResponse:
    case_id = drafts.sent(request.session, key)
    assert case_id is not None
    if not quietly:
        messages.info(request, "这件诉求刚才已经提交成功，没有重复登记。要说另一件事，请点“再说一件事”。")
    return redirect("public:receipt", token=receipt_token(case_id))


def _check_page(request: HttpRequest, form: SayForm, draft: Draft, *, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "draft": draft,
        "stuck": draft.channel == Channel.STUCK,
        "edit": reverse(PAGES[draft.channel]),
        "guide": window_queries.guide(form.cleaned_data.get("matter", "")),
        "panel": panel(form.cleaned_data.get("words", "")),
        "promise": promise(channel=draft.channel, asker_kind=form.cleaned_data.get("who", "person")),
        "privacy": text("privacy.short"),
        "steps": STEPS,
    }
    return render(request, "public/check.html", context, status=status)
