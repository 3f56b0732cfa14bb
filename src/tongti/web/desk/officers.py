"""人员和角色: accounts, posts, one-time passwords, and what each role may do."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongti.shared import clock
from tongti.shared.errors import DomainError
from tongti.units import actions, queries
from tongti.units.access import ROLES, May, Scope
from tongti.units.actions import PostDraft
from tongti.web.desk.admin_forms import (
    EndPostForm,
    FindOfficerForm,
    NewOfficerForm,
    OfficerForm,
    PostForm,
    keep_password,
    refuse,
    take_password,
)
from tongti.web.desk.doors import DeskRequest, desk

SCOPES = {Scope.NONE: "", Scope.OWN: "本人", Scope.UNIT: "本单位", Scope.SUBTREE: "本单位及下级", Scope.ALL: "全区"}


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.ADMINISTER)
def page(request: DeskRequest) -> HttpResponse:
    """Accounts by sign-in name; names are searched by POST, so that none stands in an address."""
    asked = request.POST if request.method == "POST" else None
    form = FindOfficerForm(asked)
    found = form.cleaned_data if asked is not None and form.is_valid() else {}
    listed, lines = queries.officers(
        request.viewer,
        text=found.get("q", ""),
        unit_id=int(found["unit"]) if found.get("unit") else None,
        role=found.get("role", ""),
        cursor=(asked or request.GET).get("after", ""),
    )
    context = {"form": form, "page": listed, "lines": lines, "searched": asked is not None, "roles": ROLES}
    return render(request, "desk/admin/officers.html", context, status=422 if form.errors else 200)


@sensitive_variables()
@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.ADMINISTER)
def new(request: DeskRequest) -> HttpResponse:
    """A new account with its first post."""
    form = NewOfficerForm(
        request.POST if request.method == "POST" else None, initial={"unit": request.GET.get("unit", "")}
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            unit = queries.unit_for_change(request.viewer, int(data["unit"]))
            post = PostDraft(unit, data["role"], data["title"], data["since"])
            made = actions.add_officer(
                username=data["username"],
                name=data["name"],
                phone=data["phone"],
                email=data["email"],
                posts=[post],
                by=request.viewer,
            )
        except DomainError as refused:
            refuse(form, refused)
        else:
            keep_password(request, made.officer.pk, made.password)
            return redirect("desk:officer", made.officer.pk)
    return render(request, "desk/admin/officer_new.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.ADMINISTER)
def one(request: DeskRequest, pk: int) -> HttpResponse:
    """One account: its data, its posts."""
    line = queries.officer_for_change(request.viewer, pk)
    officer = line.officer
    first = {"username": officer.username, "name": officer.name, "phone": officer.phone, "email": officer.email}
    form = OfficerForm(request.POST if request.method == "POST" else None, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_officer(officer=officer, by=request.viewer, **form.cleaned_data)
        except DomainError as refused:
            refuse(form, refused)
        else:
            messages.success(request, f"{officer.name}的账号已保存。")
            return redirect("desk:officer", pk)
    return _show(request, pk, form=form)


@require_POST
@desk(May.ADMINISTER)
def post(request: DeskRequest, pk: int) -> HttpResponse:
    """One more post."""
    officer = queries.officer_for_change(request.viewer, pk).officer
    form = PostForm(request.POST, prefix="post")
    if form.is_valid():
        data = form.cleaned_data
        try:
            unit = queries.unit_for_change(request.viewer, int(data["unit"]))
            draft = PostDraft(unit, data["role"], data["title"], data["since"])
            actions.give_post(officer=officer, draft=draft, by=request.viewer)
        except DomainError as refused:
            refuse(form, refused)
        else:
            messages.success(request, f"{officer.name}现在是{unit.short_name}的{ROLES[data['role']].name}。")
            return redirect("desk:officer", pk)
    return _show(request, pk, post_form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.ADMINISTER)
def post_end(request: DeskRequest, pk: int, post_pk: int) -> HttpResponse:
    """The last day of a post."""
    held = queries.post_for_change(request.viewer, pk, post_pk)
    form = EndPostForm(request.POST if request.method == "POST" else None, initial={"until": clock.today()})
    if request.method == "POST" and form.is_valid():
        try:
            actions.end_post(post=held, last_day=form.cleaned_data["until"], by=request.viewer)
        except DomainError as refused:
            refuse(form, refused)
        else:
            messages.success(request, f"{held.officer.name}任{held.unit.short_name}岗位到 {held.until} 止。")
            return redirect("desk:officer", pk)
    role = ROLES[held.role].name if held.role in ROLES else held.role
    context = {"form": form, "post": held, "role": role}
    return render(request, "desk/admin/post_end.html", context, status=422 if form.errors else 200)


@sensitive_variables()
@require_POST
@desk(May.ADMINISTER)
def password(request: DeskRequest, pk: int) -> HttpResponse:
    """A new one-time password, shown once on the next page."""
    officer = queries.officer_for_change(request.viewer, pk).officer
    keep_password(request, pk, actions.reset_password(officer=officer, by=request.viewer))
    return redirect("desk:officer", pk)


@require_POST
@desk(May.ADMINISTER)
def switch(request: DeskRequest, pk: int) -> HttpResponse:
    """Switch the account off or on."""
    officer = queries.officer_for_change(request.viewer, pk).officer
    active = request.POST.get("to") == "on"
    try:
        actions.switch_officer(officer=officer, active=active, by=request.viewer)
    except DomainError as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, f"{officer.name}的账号已{'启用' if active else '停用'}。")
    return redirect("desk:officer", pk)


@require_safe
@desk(May.ADMINISTER)
def roles(request: DeskRequest) -> HttpResponse:
    """What each role is for, and how far each of its permissions reaches."""
    columns = list(May)
    rows = [(role, [SCOPES[role.grants.get(may, Scope.NONE)] for may in columns]) for role in ROLES.values()]
    return render(request, "desk/admin/roles.html", {"columns": [may.value for may in columns], "rows": rows})


def _show(
    request: DeskRequest, pk: int, *, form: OfficerForm | None = None, post_form: PostForm | None = None
) -> HttpResponse:
    # Read again: a refused change must not show its half-made values in the heading.
    line = queries.officer_for_change(request.viewer, pk)
    officer = line.officer
    first = {"username": officer.username, "name": officer.name, "phone": officer.phone, "email": officer.email}
    wrong = bool((form and form.errors) or (post_form and post_form.errors))
    context = {
        "line": line,
        "officer": officer,
        "standing": line.standing,
        "over": [held for held in line.posts if held not in line.standing],
        "roles": ROLES,
        "form": form or OfficerForm(initial=first),
        "post_form": post_form or PostForm(prefix="post"),
        "password": "" if wrong else take_password(request, pk),
        "locked": bool(officer.locked_until and officer.locked_until > clock.now()),
        "mine": pk == request.viewer.officer_id,
        "wrong": wrong,
    }
    return render(request, "desk/admin/officer.html", context, status=422 if wrong else 200)
