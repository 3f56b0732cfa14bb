"""放假通知 that came after the program: entered, looked at with everything it would move, put in force in one step."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongti.deadlines import actions, previews, queries
from tongti.deadlines.actions import NoticeDraft
from tongti.shared import clock
from tongti.shared.errors import DomainError
from tongti.units.access import May
from tongti.web.desk.admin_forms import refuse
from tongti.web.desk.calendar_forms import ARRANGEMENTS, NoticeForm, RecountForm, rows_of_file
from tongti.web.desk.doors import DeskRequest, desk


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.ADMINISTER)
def new(request: DeskRequest) -> HttpResponse:
    """Type a notice or bring it as a file; nothing moves before it was looked at."""
    sent = request.method == "POST"
    first = {"region": queries.calendar().region, "year": clock.today().year + 1}
    form = NoticeForm(request.POST if sent else None, request.FILES if sent else None, initial=first)
    if sent and form.is_valid():
        try:
            row = actions.draft_notice(draft=_draft(form), by=request.viewer)
        except DomainError as refused:
            refuse(form, refused)
        else:
            return redirect("desk:calendar_notice", row.pk)
    context = {"form": form, "arrangements": ARRANGEMENTS}
    return render(request, "desk/admin/notice_new.html", context, status=422 if form.errors else 200)


def _draft(form: NoticeForm) -> NoticeDraft:
    data = form.cleaned_data
    file = data["file"]
    lines = rows_of_file(file.name, file.read()) if file else form.typed_rows()
    return NoticeDraft(
        region=data["region"],
        year=data["year"],
        title=data["title"],
        rows=actions.rows_of(lines),
        number=data["number"],
        issued_on=data["issued_on"],
        source_url=data["source_url"],
        verified=data["verified"],
    )


@require_safe
@desk(May.ADMINISTER)
def one(request: DeskRequest, pk: int) -> HttpResponse:
    """One entered notice: its days, and every open deadline that entering (or withdrawing) it would move."""
    notice = previews.calendar_notice(request.viewer, pk)
    context = {
        "notice": notice,
        "runs": queries.notice_runs(notice),
        "draft": notice.state == "draft",
        "withdrawn": notice.state == "withdrawn",
        "done": previews.recount_of(request.viewer, notice),
    }
    if notice.state != "withdrawn":
        target = previews.calendar_after(notice)
        page = previews.preview(request.viewer, target, cursor=request.GET.get("after", ""))
        context |= {"page": page, "version": target.version, "span": previews.span_words(target)}
    return render(request, "desk/admin/notice.html", context)


@require_POST
@desk(May.ADMINISTER)
def enforce(request: DeskRequest, pk: int) -> HttpResponse:
    """One step: the notice is in force and what it touches is moved, where that is much by a job."""
    notice = previews.calendar_notice(request.viewer, pk)
    done = actions.enforce_notice(notice=notice, by=request.viewer)
    messages.success(request, f"《{notice.title}》已生效。{_counts(done)}")
    return _to(done)


def _to(done: previews.Recount) -> HttpResponse:
    """While it runs, the page of its notice shows how far it is; then the list of what it touched."""
    if done.state == "running" and done.notice_id:
        return redirect("desk:calendar_notice", done.notice_id)
    return redirect("desk:recount", done.pk)


@require_POST
@desk(May.ADMINISTER)
def drop(request: DeskRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    notice = previews.calendar_notice(request.viewer, pk)
    actions.drop_notice(notice=notice, by=request.viewer)
    messages.success(request, f"没有录入《{notice.title}》，期限都没有动。")
    return redirect("desk:calendar")


@require_POST
@desk(May.ADMINISTER)
def withdraw(request: DeskRequest, pk: int) -> HttpResponse:
    """Take a notice out again."""
    notice = previews.calendar_notice(request.viewer, pk)
    done = actions.withdraw_notice(notice=notice, by=request.viewer)
    messages.success(request, f"《{notice.title}》已撤下。{_counts(done)}")
    return _to(done)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.ADMINISTER)
def recount_new(request: DeskRequest) -> HttpResponse:
    """What today's calendar would change of what was counted by an older one; then do it."""
    form = RecountForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            done = actions.recount(by=request.viewer, **form.cleaned_data)
        except DomainError as refused:
            refuse(form, refused)
        else:
            messages.success(request, _counts(done))
            return redirect("desk:recount", done.pk)
    page = previews.preview(request.viewer, cursor=request.GET.get("after", ""))
    context = {"form": form, "page": page, "version": queries.calendar_version()}
    return render(request, "desk/admin/recount_new.html", context, status=422 if form.errors else 200)


@require_safe
@desk(May.ADMINISTER)
def recount(request: DeskRequest, pk: int) -> HttpResponse:
    """What a recount touched: the list of affected matters, for good."""
    done = previews.recount(request.viewer, pk)
    rows, page = previews.recount_lines(request.viewer, done, cursor=request.GET.get("after", ""))
    return render(request, "desk/admin/recount.html", {"done": done, "rows": rows, "page": page})


@require_POST
@desk(May.ADMINISTER)
def recount_push(request: DeskRequest, pk: int) -> HttpResponse:
    """For one that stands still."""
    done = previews.recount(request.viewer, pk)
    actions.push_recount(recount=done, by=request.viewer)
    messages.success(request, "已接着重算，做过的不会再做。")
    return _to(done)


def _counts(done: previews.Recount) -> str:
    if done.state == "running":
        return f"有 {done.found} 条期限要看，后台正在一批一批重算，这一页看得到做到哪里。"
    return f"已重算：改期 {done.moved} 条，已告知诉求人而不提前 {done.kept} 条，不再暂定 {done.settled} 条。"
