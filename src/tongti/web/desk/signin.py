"""Sign in, sign out, change password; in demo mode one click per role of the cast."""

from django import forms
from django.conf import settings
from django.contrib.auth import login, logout
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from tongti.accounts import actions, queries
from tongti.shared import ratelimit
from tongti.shared.errors import DomainError
from tongti.units.queries import DemoSeat, demo_seats
from tongti.web import landing, staying
from tongti.web.client import address
from tongti.web.desk import unsent
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.forms import Form

BACKEND = "django.contrib.auth.backends.ModelBackend"
HOME = "desk:start"


class SignInForm(Form):
    """Name and password; pasting is allowed, there is no puzzle (WCAG 3.3.8)."""

    username = forms.CharField(label="登录名", max_length=60, widget=forms.TextInput({"autocomplete": "username"}))
    password = forms.CharField(
        label="密码", max_length=200, strip=False, widget=forms.PasswordInput({"autocomplete": "current-password"})
    )


class PasswordForm(Form):
    """A new password, typed twice."""

    old = forms.CharField(
        label="现在的密码", strip=False, widget=forms.PasswordInput({"autocomplete": "current-password"})
    )
    new = forms.CharField(
        label="新密码",
        strip=False,
        help_text="至少 10 位，不能全是数字，不要用常见密码。",
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )
    repeat = forms.CharField(
        label="再写一遍新密码", strip=False, widget=forms.PasswordInput({"autocomplete": "new-password"})
    )

    def clean_repeat(self) -> str:
        """The two must be the same."""
        if self.cleaned_data["repeat"] != self.cleaned_data.get("new"):
            raise forms.ValidationError("两次写的新密码不一样。")
        return str(self.cleaned_data["repeat"])


@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page."""
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ratelimit.hit("sign_in", address(request), limit=30, per_seconds=300)
            officer = actions.sign_in(**form.cleaned_data)
        except DomainError as refused:
            form.add_error("password", refused.sentence)
        else:
            login(request, officer, backend=BACKEND)
            return redirect("desk:password" if officer.must_change_password else _next(request))
    cast = demo_seats() if settings.DEMO else []
    first, others = _one_of_each(cast)
    status = 422 if form.errors else 200
    # a wrong password must not lose the way back
    wanted = request.POST.get("next") or request.GET.get("next", "")
    context = {"form": form, "cast": first, "others": others, "next": wanted}
    return render(request, "desk/sign_in.html", context, status=status)


def _one_of_each(cast: list[DemoSeat]) -> tuple[list[DemoSeat], list[DemoSeat]]:
    """The first of every role, and everybody else: nobody looks for 收件员 among thirty handlers."""
    by_role: dict[str, DemoSeat] = {}
    for seat in cast:
        by_role.setdefault(seat.role.code, seat)
    first = list(by_role.values())
    return first, [seat for seat in cast if seat not in first]


@require_POST
def sign_in_demo(request: HttpRequest) -> HttpResponse:
    """One click; only in demo mode, which is refused on every address but loopback."""
    if not settings.DEMO:
        raise Http404
    typed = request.POST.get("officer", "")
    officer = actions.sign_in_demo(officer_id=int(typed) if typed.isdecimal() and len(typed) < 18 else 0)
    login(request, officer, backend=BACKEND)
    return redirect(_next(request))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session on the server."""
    logout(request)
    return redirect("desk:sign_in")


@sensitive_post_parameters("old", "new", "repeat")
@desk()
def password(request: DeskRequest) -> HttpResponse:
    """Change one's own password; everybody else is signed out of this account."""
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        officer = queries.officer(request.viewer.officer_id)
        try:
            actions.change_password(officer=officer, old=form.cleaned_data["old"], new=form.cleaned_data["new"])
        except DomainError as refused:
            form.add_error("old" if refused.code == "accounts.sign_in_refused" else "new", refused.sentence)
        else:
            login(request, officer, backend=BACKEND)
            return redirect(HOME)
    return render(request, "desk/password.html", {"form": form}, status=422 if form.errors else 200)


@desk()
def start(request: DeskRequest) -> HttpResponse:
    """To the page of her work, whatever her role."""
    return redirect(landing.start_of(request.viewer))


@require_POST
@never_cache
def stay(request: HttpRequest) -> JsonResponse:
    """“继续使用”: seconds left now. 0 says that it came too late; nothing is lost by asking."""
    if request.user.is_authenticated and staying.seen(request):
        response = JsonResponse({"left": staying.left(request)})
        staying.renew(request, response)
        return response
    return JsonResponse({"left": staying.left(request)})


@never_cache
@require_safe
@desk()
def give_back(request: DeskRequest) -> HttpResponse:
    """What she had typed when the session ended, to be copied, and the way back to its form. Shown once."""
    kept = unsent.take(request)
    return render(request, "desk/unsent.html", kept) if kept else redirect(HOME)


def _next(request: HttpRequest) -> str:
    if unsent.waiting(request):
        return "desk:unsent"
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    # a bare word would be taken for the name of a page
    # 我的待办 is where people come from who asked for nothing in particular
    return wanted if wanted.startswith("/") and safe and wanted != reverse(landing.MY_WORK) else HOME
