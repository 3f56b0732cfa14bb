"""公文: made of a campaign, of the district or of one matter; worded, signed, taken as files; their numbers and how they look."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongti.papers import actions
from tongti.papers import queries as papers
from tongti.papers.actions.templates import LABELS
from tongti.papers.queries import PaperState
from tongti.shared.errors import BadInput, DomainError, NotVisible, Raced
from tongti.units.access import May
from tongti.visits import queries as visits
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.papers_forms import KindFilter, KindForm, NewPaperForm, TemplateForm, VoidForm, WordsForm
from tongti.web.forms import Form
from tongti.web.sheets import XLSX

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FORMS = {"docx": DOCX, "pdf": "application/pdf", "xlsx": XLSX}
STATES = [("", "全部"), *PaperState.choices]
PAGES: dict[str, str] = {
    papers.About.CAMPAIGN: "desk:campaign",
    papers.About.CASE: "desk:case",
    papers.About.BATON: "desk:baton",
    papers.About.ITEM: "desk:supervision_item",
    papers.About.QUESTION: "desk:question",
}
"""The page of what a paper is about."""
NO_PAGE_OF = (papers.About.CAMPAIGN, papers.About.DISTRICT)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(*papers.READ)
def listing(request: DeskRequest) -> HttpResponse:
    """Papers, newest first; those of a campaign and of the district are made here."""
    kinds = papers.kinds_of_days(request.viewer)
    form = _new_form(request, kinds)
    if kinds and request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        kind, _, scope = data["what"].partition(":")
        try:
            paper = actions.make_paper(
                kind=kind,
                subject=form.subject(request.viewer),
                since=data["since"],
                until=data["until"],
                scope=scope,
                by=request.viewer,
            )
        except DomainError as refused:
            _beside(form, refused)
        else:
            return redirect("desk:paper", paper.pk)
    asked = request.GET
    kind, state = asked.get("kind", ""), asked.get("state", "")
    found = papers.papers(
        request.viewer,
        kind=kind if kind in papers.KINDS else "",
        state=state if state in PaperState.values else "",
        cursor=asked.get("after", ""),
    )
    context = {
        "form": form if kinds else None,
        "page": found,
        "filter": KindFilter(initial={"kind": kind}, auto_id="f-%s"),
        "states": STATES,
        "state": state,
        "series": papers.all_series(request.viewer),
        "looks": bool(papers.looks_for(request.viewer)),
    }
    return render(request, "desk/papers/list.html", context, status=422 if form.errors else 200)


def _new_form(request: DeskRequest, kinds: Sequence[papers.Kind]) -> NewPaperForm:
    campaigns = []
    if any(kind.about == papers.About.CAMPAIGN for kind in kinds):
        campaigns = [(str(one.pk), one.name) for one in visits.campaigns(request.viewer)]
    first = {"campaign": request.GET.get("campaign", ""), "what": request.GET.get("what", "weekly:")}
    data = request.POST if kinds and request.method == "POST" else None
    return NewPaperForm(data, kinds=kinds, campaigns=campaigns, initial=first)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.SEE)
def of_subject(request: DeskRequest, about: str, pk: int) -> HttpResponse:
    """出公文: what was made of one matter, and what can be made of it."""
    subject = papers.subject_for(request.viewer, about, pk)
    if subject is None or about == papers.About.CAMPAIGN:
        raise NotVisible
    found = papers.on_subject(request.viewer, subject)
    form = KindForm(request.POST if request.method == "POST" else None, kinds=found.kinds)
    if request.method == "POST" and form.is_valid():
        try:
            paper = actions.make_paper(kind=form.cleaned_data["kind"], subject=subject, by=request.viewer)
        except DomainError as refused:
            _beside(form, refused)
        else:
            return redirect("desk:paper", paper.pk)
    context = {
        "form": form,
        "found": found,
        "names": papers.kind_names(),
        "back": reverse(PAGES[about], args=[pk]),
        "heading": papers.heading_of(subject),
    }
    return render(request, "desk/papers/of.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(*papers.READ)
def page(request: DeskRequest, pk: int) -> HttpResponse:
    """One paper as it will be printed; a draft takes the words of whoever makes it."""
    paper = papers.paper_for(request.viewer, pk)
    words = WordsForm(request.POST or None, kind=papers.KINDS[paper.kind], initial=paper.words)
    void = VoidForm(None)
    if request.method == "POST" and request.POST.get("do") in ("words", "sign") and words.is_valid():
        try:
            paper = _worded(request, paper, words)
        except DomainError as refused:
            _beside(words, refused)
            if not isinstance(refused, Raced):
                # the words may be kept although it was not signed: the form goes on from there
                paper = papers.paper_for(request.viewer, pk)
        else:
            return redirect("desk:paper", pk)
    return _show(request, paper, words, void)


def _worded(request: DeskRequest, paper: Any, form: WordsForm) -> Any:
    """Keep the words; sign as well when asked to. What was typed is kept even when it cannot be signed yet."""
    version = _number(request.POST.get("version"))
    # whoever signs without drafting leaves the words as they are
    if form.fields and papers.may_make(request.viewer, paper.kind, paper.unit, paper.to_unit):
        paper = actions.word_paper(paper=paper, words=form.cleaned_data, version=version, by=request.viewer)
        version = paper.version
    if request.POST.get("do") == "sign":
        paper = actions.sign_paper(paper=paper, version=version, by=request.viewer)
        messages.success(request, f"已签发，文号{paper.number}。")
    else:
        messages.success(request, "已保存。")
    return paper


@require_POST
@desk(*papers.READ)
def move(request: DeskRequest, pk: int) -> HttpResponse:
    """Take the data anew, drop a draft, void a number."""
    paper = papers.paper_for(request.viewer, pk)
    wanted = request.POST.get("do")
    if wanted == "retake":
        actions.retake_paper(paper=paper, by=request.viewer)
        messages.success(request, "已重新取数，写好的话没有动。")
    elif wanted == "drop":
        actions.drop_paper(paper=paper, by=request.viewer)
        messages.success(request, "这份草稿已弃用。")
    elif wanted == "void":
        form = VoidForm(request.POST)
        if not form.is_valid():
            return _show(request, paper, WordsForm(None, kind=papers.KINDS[paper.kind], initial=paper.words), form)
        actions.void_paper(paper=paper, reason=form.cleaned_data["reason"], by=request.viewer)
        messages.success(request, f"{paper.number}已作废。")
    return redirect("desk:paper", pk)


@require_POST
@desk(*papers.READ)
def file(request: DeskRequest, pk: int) -> HttpResponse:
    """The paper as .docx or .pdf, its tables as .xlsx; that it left the house is on the trail."""
    paper = papers.paper_for(request.viewer, pk)
    form = request.POST.get("as", "")
    form = form if form in FORMS else "docx"
    named = form != "xlsx" and papers.sees_names(request.viewer, paper)
    # made first: what cannot be made is not taken
    content = _content(paper, form, named=named)
    actions.note_taken(paper=paper, form=form, named=named, by=request.viewer)
    response = HttpResponse(content, content_type=FORMS[form])
    name = f"{paper.title}{'' if paper.number else '（草稿）'}.{form}"
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _content(paper: Any, form: str, *, named: bool) -> bytes:
    if form == "xlsx":
        return papers.as_xlsx(paper)
    return papers.as_pdf(paper, named=named) if form == "pdf" else papers.as_docx(paper, named=named)


@require_safe
@desk(May.SEE_VISITS, May.BOARD)
def numbers(request: DeskRequest, pk: int) -> HttpResponse:
    """文号登记: every number of one code and year, voided ones too."""
    state = request.GET.get("state", "")
    state = state if state in (PaperState.SIGNED, PaperState.VOIDED) else ""
    found = papers.numbers(request.viewer, pk, request.GET.get("after", ""), state=state)
    tabs = [("", "全部"), (PaperState.SIGNED, "有效"), (PaperState.VOIDED, "作废")]
    context = {"numbers": found, "kinds": papers.kind_names(), "state": state, "tabs": tabs}
    return render(request, "desk/papers/numbers.html", context)


LOOKS = (May.CAMPAIGN, May.DISPATCH, May.SUPERVISE, May.INSTRUCT, May.SIGN)


@require_safe
@desk(*LOOKS)
def templates(request: DeskRequest) -> HttpResponse:
    """公文样式: every one that she may change."""
    return render(request, "desk/papers/templates.html", {"looks": papers.looks_for(request.viewer)})


@require_http_methods(["GET", "HEAD", "POST"])
@desk(*LOOKS)
def template(request: DeskRequest, kind: str) -> HttpResponse:
    """公文样式 of one kind, of the district or of one unit; every change is a new version."""
    look = papers.look_for(request.viewer, kind, _number(request.GET.get("unit")) or None)
    current = papers.current_template(kind, look.unit)
    blank = {"head": ""} | (actions.blank_look(look.unit) if look.unit else {})
    initial = {name: getattr(current, name) for name in LABELS} if current else vars(actions.TemplateDraft(**blank))
    form = TemplateForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            seen = _number(request.POST.get("version"))
            made = actions.change_template(kind=kind, draft=form.draft(), unit=look.unit, seen=seen, by=request.viewer)
        except Raced:
            current = papers.current_template(kind, look.unit)
            form.add_error(None, "您打开这一页以后别人存了新的一版，您的还没有存；您填的还在下面，对照着改好再存。")
        except DomainError as refused:
            _beside(form, refused)
        else:
            messages.success(request, f"已存为第 {made.version} 版，以后做的按它；做好的不变，草稿“重新取数”后按它。")
            return redirect("desk:paper_templates")
    name = look.kind.name + (f"（{look.unit.short_name}）" if look.unit else "")
    context = {"form": form, "current": current, "name": name}
    return render(request, "desk/papers/template.html", context, status=422 if form.errors else 200)


def _show(request: DeskRequest, paper: Any, words: WordsForm, void: VoidForm) -> HttpResponse:
    who = (request.viewer, paper.kind, paper.unit, paper.to_unit)
    makes, signs = papers.may_make(*who), papers.may_sign(*who)
    draft = paper.state == PaperState.DRAFT
    named = papers.sees_names(request.viewer, paper)
    context = {
        "paper": paper,
        "kind": papers.KINDS[paper.kind],
        "sheet": papers.sheet_of(paper, named=named),
        "named": named,
        "masked": not named and papers.names_an_asker(paper),
        "words": words if (makes or signs) and draft else None,
        "makes": makes,
        "signs": signs,
        "may_move": makes and draft,
        "void": void if signs and paper.state == PaperState.SIGNED else None,
        "intact": papers.is_intact(paper),
        "may_take": papers.may_take(request.viewer, paper),
        "back": reverse(PAGES[paper.about], args=[paper.about_id]) if paper.about in PAGES else "",
        "of": "" if paper.about in NO_PAGE_OF else reverse("desk:papers_of", args=[paper.about, paper.about_id]),
        "needs_code": signs and not paper.template.code and not papers.KINDS[paper.kind].number(paper.snapshot),
    }
    return render(request, "desk/papers/paper.html", context, status=422 if words.errors or void.errors else 200)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0


def _beside(form: Form, refused: DomainError) -> None:
    field = refused.field if isinstance(refused, BadInput) and refused.field in form.fields else None
    form.add_error(field, refused.sentence)
