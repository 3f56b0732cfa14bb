"""看: the home page, what others ask, open figures, and the pages that the law asks for."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tongti.deadlines import queries as deadlines
from tongti.figures import queries as figures
from tongti.shared import clock
from tongti.verdicts import queries as verdicts
from tongti.web import guide
from tongti.web.public import texts

COUNTED = ("received", "answered", "closed", "closed_late")


@dataclass(frozen=True)
class Span:
    """The figures of one stretch of days."""

    name: str
    since: date
    until: date
    rates: Any
    counts: dict[str, int]


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """One sentence, three doors and a fourth, and what was solved this month."""
    today = clock.today()
    month = figures.totals(["closed", "solved_yes", "solved_all"], since=today.replace(day=1), until=today)
    return render(request, "public/home.html", {"lead": texts.text("site.home_lead"), "month": month})


@require_safe
def open_figures(request: HttpRequest) -> HttpResponse:
    """公开通报: the three rates with their two numbers, for this month, the last one, and this year."""
    today = clock.today()
    first = today.replace(day=1)
    before = first - timedelta(days=1)
    spans = [
        ("本月", first, today),
        ("上月", before.replace(day=1), before),
        ("今年", today.replace(month=1, day=1), today),
    ]
    rows = [
        Span(
            name,
            since,
            until,
            verdicts.rates(since=since, until=until),
            figures.totals(COUNTED, since=since, until=until),
        )
        for name, since, until in spans
    ]
    return render(request, "public/figures.html", {"rows": rows})


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """How it goes and how long it takes, with the limits as they stand today and where each comes from."""
    regimes = deadlines.regimes_on(clock.today())
    shown = [
        (name, regimes.pick(channel=channel, kind="help", urgency=urgency, party_kind=party))
        for name, channel, urgency, party in (
            ("居民反映的事", "web", "normal", "person"),
            ("企业反映的事", "web", "normal", "enterprise"),
            ("办不成事", "stuck", "normal", "person"),
            ("停水停电停气等急事", "web", "urgent", "person"),
        )
    ]
    context = {"title": "办理时限和流程", "text": texts.page("site.help"), "regimes": shown}
    return render(request, "public/help.html", context)


@require_safe
def guide_page(request: HttpRequest) -> HttpResponse:
    """怎么用: the guide for residents and firms."""
    context = {"text": guide.page("public"), "sections": guide.sections("public")}
    return render(request, "public/guide.html", context)


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """个人信息处理说明 (个人信息保护法 art. 17)."""
    return _text(request, "个人信息处理说明", "privacy.notice")


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """无障碍声明."""
    return _text(request, "无障碍声明", "accessibility.statement")


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """Every page a stranger can open."""
    return render(request, "public/sitemap.html")


def _text(request: HttpRequest, title: str, code: str) -> HttpResponse:
    context: dict[str, Any] = {"title": title, "text": texts.page(code)}
    return render(request, "public/text.html", context)
