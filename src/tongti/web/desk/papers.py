"""公文: weekly briefs and level lists made, worded, signed, taken as files; their numbers and how they look."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
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
from tongti.web.desk.papers_forms import NewPaperForm, TemplateForm, VoidForm, WordsForm
from tongti.web.forms import Form
from tongti.web.sheets import XLSX

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
STATES = [("", "全部"), *PaperState.choices]


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.SEE_VISITS)
def listing(request: DeskRequest) -> HttpResponse:
    """Papers, newest first; whoever organises makes one."""
    if not papers.sees_papers(request.viewer):
        raise NotVisible
    form = _new_form(request)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        kind, _, scope = data["what"].partition(":")
        try:
            paper = actions.make_paper(
                kind=kind,
                campaign=visits.campaign_for(request.viewer, int(data["campaign"])),
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
        "form": form if papers.may_make(request.viewer) else None,
        "page": found,
        "kinds": papers.kind_names(),
        "states": STATES,
        "state": state,
        "series": papers.all_series(request.viewer),
    }
    return render(request, "desk/papers/list.html", context, status=422 if form.errors else 200)


def _new_form(request: DeskRequest) -> NewPaperForm:
    campaigns = [(str(one.pk), one.name) for one in visits.campaigns(request.viewer)]
    first = {"campaign": request.GET.get("campaign", ""), "what": request.GET.get("what", "weekly:")}
    return NewPaperForm(request.POST if request.method == "POST" else None, campaigns=campaigns, initial=first)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.SEE_VISITS)
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
    if form.fields:
        paper = actions.word_paper(paper=paper, words=form.cleaned_data, version=version, by=request.viewer)
        version = paper.version
    if request.POST.get("do") == "sign":
        paper = actions.sign_paper(paper=paper, version=version, by=request.viewer)
        messages.success(request, f"已签发，文号{paper.number}。")
    else:
        messages.success(request, "已保存。")
    return paper


@require_POST
@desk(May.SEE_VISITS)
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
@desk(May.EXPORT)
def file(request: DeskRequest, pk: int) -> HttpResponse:
    """The paper as .docx, its tables as .xlsx; that it left the house is on the trail."""
    paper = papers.paper_for(request.viewer, pk)
    form = "xlsx" if request.POST.get("as") == "xlsx" else "docx"
    actions.note_taken(paper=paper, form=form, by=request.viewer)
    content = papers.as_xlsx(paper) if form == "xlsx" else papers.as_docx(paper)
    response = HttpResponse(content, content_type=XLSX if form == "xlsx" else DOCX)
    name = f"{paper.title}{'' if paper.number else '（草稿）'}.{form}"
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_safe
@desk(May.SEE_VISITS)
def numbers(request: DeskRequest, pk: int) -> HttpResponse:
    """文号登记: every number of one code and year, voided ones too."""
    found = papers.numbers(request.viewer, pk)
    return render(request, "desk/papers/numbers.html", {"numbers": found, "kinds": papers.kind_names()})


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.CAMPAIGN)
def template(request: DeskRequest, kind: str) -> HttpResponse:
    """公文样式 of one kind; every change is a new version."""
    if kind not in papers.KINDS:
        raise NotVisible
    current = papers.current_template(kind)
    initial = {name: getattr(current, name) for name in LABELS} if current else vars(actions.TemplateDraft(head=""))
    form = TemplateForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.change_template(kind=kind, draft=form.draft(), by=request.viewer)
        except DomainError as refused:
            _beside(form, refused)
        else:
            messages.success(request, f"已存为第 {made.version} 版，以后做的按它；做好的不变，草稿“重新取数”后按它。")
            return redirect("desk:papers")
    context = {"form": form, "current": current, "name": papers.KINDS[kind].name}
    return render(request, "desk/papers/template.html", context, status=422 if form.errors else 200)


def _show(request: DeskRequest, paper: Any, words: WordsForm, void: VoidForm) -> HttpResponse:
    makes = papers.may_make(request.viewer)
    context = {
        "paper": paper,
        "kind": papers.KINDS[paper.kind],
        "sheet": papers.sheet_of(paper),
        "words": words if makes and paper.state == PaperState.DRAFT else None,
        "void": void if makes and paper.state == PaperState.SIGNED else None,
        "intact": papers.is_intact(paper),
        "may_take": request.viewer.can(May.EXPORT),
    }
    return render(request, "desk/papers/paper.html", context, status=422 if words.errors or void.errors else 200)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0


def _beside(form: Form, refused: DomainError) -> None:
    field = refused.field if isinstance(refused, BadInput) and refused.field in form.fields else None
    form.add_error(field, refused.sentence)
