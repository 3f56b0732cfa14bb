"""``{% load tongti %}``: the repeated pieces of every page. Each draws one thing; the words come from wording.py and states.py.

{% icon "users" %}                          inline icon, takes the text's colour
{% chip baton %} {% chip verdict field="satisfied" %} {% chip "overdue" "超期 1" %}   status: word + icon + colour
{% place "desk:register" as url %}          address of a page that exists and lets this person in, else ""
{% drawn "_components/me.html" as me %}      a template that stands twice on the page, drawn once
{% due days_left %}                         chip of working days left
{% workdays cells "warn" %}                 working-day bar (say the same beside it in words)
{% sparkline values target %} {% mini_bars values %} {% bar 88.2 "bad" %} {% bullet value target tick %}
{% wall_axis axis %} {% wall_strip marks axis %} {% wall_bar mark axis %}   the 时限墙, all on one axis
{% columns data "十个工作日到期" %}           stacked columns by day, each may open its list
{% rate 842 917 url %}                      91.8% 842 / 917
{% reasons list %}                          reasons with signed weights
{% pages page %}                            next page of a keyset list
{% field form.words %} {% error_summary form %} {% form_errors form %}
{% look_link size="large" %}                address of this page with another look
{% query sort="due" %}                      this page's query string with one thing changed
{% translate "编号" %} {% url "desk:inbox" %}   Django's own; a fixed word or address is looked up once
{{ d|day }} {{ t|moment }} {{ t|iso }} {{ n|due_words }} {{ n|due_tone }} {{ case.body|own }} {{ phone|mask_phone }} {{ name|mask_name }} {{ text|marked:words }}
"""

import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django import template
from django.forms import BaseForm, BoundField
from django.template import defaulttags
from django.templatetags.i18n import do_translate
from django.urls import get_script_prefix, get_urlconf
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tongti.shared import text
from tongti.web import appearance, charts, guide, nav, tile_charts, wall_charts, wording
from tongti.web import icons as _icons
from tongti.web.fields import Shown, errors_of, shown
from tongti.web.saying import Own, say
from tongti.web.states import State, state_of

register = template.Library()

register.simple_tag(_icons.icon, name="icon")
register.simple_tag(charts.workdays, name="workdays")
register.simple_tag(charts.sparkline, name="sparkline")
register.simple_tag(charts.mini_bars, name="mini_bars")
register.simple_tag(charts.columns, name="columns")
register.simple_tag(charts.bar, name="bar")
register.simple_tag(charts.bullet, name="bullet")
register.simple_tag(tile_charts.tiles, name="tiles")
register.simple_tag(wall_charts.axis, name="wall_axis")
register.simple_tag(wall_charts.strip, name="wall_strip")
register.simple_tag(wall_charts.bar, name="wall_bar")


class _Kept(template.Node):
    """What a tag says when nothing but ``about`` decides it. Every line of a table asks for the same eight words and the same
    addresses: Django's nodes resolve, look up and escape them each time, a third of what a list or the leader's page cost."""

    child_nodelists = ()

    def __init__(self, drawn: template.Node, about: Callable[[], Hashable]) -> None:
        self.drawn = drawn
        self.about = about
        self.said: dict[Hashable, str] = {}

    def render(self, context: template.Context) -> str:
        key = self.about(), context.autoescape
        if key not in self.said:
            self.said[key] = self.drawn.render(context)
        return self.said[key]


@register.tag
def translate(parser: template.base.Parser, token: template.base.Token) -> template.Node:
    """``{% translate %}`` with all that Django's can do; a plain literal is kept for each language."""
    words = do_translate(parser, token)
    fixed = _is_literal(words.filter_expression) and not words.message_context and not words.asvar
    return _Kept(words, get_language) if fixed else words


@register.tag
def url(parser: template.base.Parser, token: template.base.Token) -> template.Node:
    """``{% url %}`` with all that Django's can do; the address of a named page without arguments is kept."""
    address = defaulttags.url(parser, token)
    fixed = _is_literal(address.view_name) and not (address.args or address.kwargs or address.asvar)
    return _Kept(address, _addresses) if fixed else address


def _addresses() -> Hashable:
    return get_urlconf(), get_script_prefix()


def _is_literal(said: template.base.FilterExpression) -> bool:
    plain = not isinstance(said.var, template.Variable) or said.var.lookups is None
    return plain and not said.filters


@register.simple_tag
def chip(thing: object, word: str = "", field: str = "state") -> SafeString:
    """A status: of a model's ``field`` (its own word), or of a plain code; ``word`` says it in other words."""
    return _chip(state_of(thing, field), word)


@register.simple_tag
def due(days_left: int | None) -> SafeString:
    """Working days left as a chip; overdue and near carry an icon, so the colour does not speak alone."""
    tone = wording.due_tone(days_left)
    mark = {"bad": "triangle-alert", "warn": "clock"}.get(tone, "")
    return format_html(
        '<span class="chip c-{}">{}{}</span>',
        tone,
        _icons.icon(mark) if mark else "",
        say(wording.due_words(days_left)),
    )


@register.simple_tag
def rate(numerator: int | None, denominator: int | None, url: str = "", **where: object) -> SafeString:
    """A rate with its two numbers; with ``url`` the two numbers open the list behind them, narrowed by ``where``."""
    if not denominator:
        return format_html('<span class="rate muted">{}</span>', _("无数据"))
    pair = f"{numerator or 0} / {denominator}"
    address = f"{url}?{urlencode(where)}" if where else url
    shown_pair = format_html('<a href="{}">{}</a>', address, pair) if url else pair
    return format_html(
        '<span class="rate"><b class="num">{}</b> <span class="num muted">{}</span></span>',
        say(wording.percent(numerator or 0, denominator)),
        shown_pair,
    )


@register.simple_tag
def number(value: int, url: str, **where: object) -> SafeString:
    """A number that opens the list behind it; nothing is not worth opening. Empty words of ``where`` are left out."""
    if not value:
        return format_html("{}", 0)
    wanted = {name: word for name, word in where.items() if word != ""}
    if not wanted.get("by"):
        wanted.pop("key", None)
    return format_html('<a href="{}">{}</a>', f"{url}?{urlencode(wanted)}" if wanted else url, value)


@register.inclusion_tag("_components/reasons.html")
def reasons(items: Iterable[Any]) -> dict[str, Any]:
    """Why the engine thinks so: objects (or dicts) with ``words`` and a signed ``weight``, strongest first."""
    pairs = [(_value(item, "words"), float(_value(item, "weight") or 0)) for item in items]
    pairs.sort(key=lambda pair: -abs(pair[1]))
    top = max((abs(weight) for _words, weight in pairs), default=1)
    rows = [
        {
            "words": words,
            "weight": f"{weight:+.1f}".replace("-", "−"),
            "for": weight >= 0,
            "bar": charts.weight_bar(weight, top),
        }
        for words, weight in pairs
    ]
    return {"rows": rows}


@register.inclusion_tag("_components/pages.html", takes_context=True)
def pages(context: template.Context, page: Any, total: int | None = None, param: str = "after") -> dict[str, Any]:
    """Keyset pages: on to the next, back to the first. The browser's own Back goes one page back."""
    return {
        "page": page,
        "total": total,
        "started": param in context["request"].GET,
        "first": query(context, **{param: None}),
        "next": query(context, **{param: page.next_cursor}) if page.next_cursor else "",
    }


@register.inclusion_tag("_components/field.html")
def field(bound: BoundField, label: str = "", hint: str = "", hide_label: bool = False) -> dict[str, Shown]:
    """One field whole: label, hint, error sentence, control; wired together for screen readers."""
    return {"f": shown(bound, label=label, hint=hint, hide_label=hide_label)}


@register.inclusion_tag("_components/error_summary.html")
def error_summary(*forms: BaseForm | None) -> dict[str, Any]:
    """What must be mended, at the top of the page, each line a link to its field."""
    return {"errors": [line for form in forms if form is not None for line in errors_of(form)]}


@register.simple_tag(takes_context=True)
def place(context: template.Context, url_name: str) -> str:
    """Where a link may lead: "" when the page does not exist or would not let this person in."""
    return nav.place(context.get("request"), url_name)


@register.simple_tag(takes_context=True)
def drawn(context: template.Context, name: str) -> SafeString:
    """A template of ours, drawn once to stand in several places: ``{% drawn "_components/nav.html" as rail %}``."""
    return context.template.engine.get_template(name).render(context)  # type: ignore[union-attr]


@register.simple_tag(takes_context=True)
def look_link(context: template.Context, **choice: str) -> str:
    """This page in another look: ``{% look_link size="large" %}``."""
    request = context.get("request")
    return appearance.link(request, **choice) if request else "?" + "&".join(f"{k}={v}" for k, v in choice.items())


@register.simple_tag(takes_context=True)
def help_link(context: template.Context) -> str:
    """The section of the guide about this page."""
    match = getattr(context.get("request"), "resolver_match", None)
    return guide.link_of(match.view_name if match else "")


@register.simple_tag(takes_context=True)
def query(context: template.Context, **change: Any) -> str:
    """This page's query with some of it changed; None takes a part out. Starts with ``?``."""
    values = context["request"].GET.copy()
    for name, value in change.items():
        values.pop(name, None)
        if value not in (None, ""):
            values[name] = value
    return f"?{values.urlencode()}"


@register.filter
def own(value: object) -> Own:
    """What somebody wrote, shown as it was written in every language; stands in an element with ``lang="zh-CN"``."""
    return Own(value)


@register.filter
def day(value: date | datetime | None) -> str:
    """3 月 20 日"""
    return str(say(wording.day_words(value)))


@register.filter
def due_day(value: date | None) -> str:
    """3 月 20 日（暂定） while that day still waits for its holiday notice."""
    return str(say(wording.due_day_words(value)))


@register.filter
def moment(value: datetime | None) -> SafeString | str:
    """今天 10:42, inside ``<time>``."""
    if value is None:
        return ""
    return format_html('<time datetime="{}">{}</time>', wording.iso(value), say(wording.moment_words(value)))


register.filter("iso", wording.iso)
register.filter("due_words", wording.due_words)
register.filter("due_tone", wording.due_tone)
register.filter("mask_phone", text.mask_phone)
register.filter("mask_name", text.mask_name)


@register.filter(is_safe=False)
def marked(value: str, words: Sequence[str]) -> SafeString:
    """The text with shared words in ``<mark>``; everything is escaped first, so nobody's text becomes markup."""
    # escape(), not conditional_escape(): what a person typed is never markup, whoever called it safe on the way here.
    escaped = escape(str(value))
    wanted = sorted({escape(str(word)) for word in words or () if word}, key=len, reverse=True)
    if not wanted:
        return escaped
    pattern = re.compile("|".join(re.escape(word) for word in wanted))
    # Both sides were escaped above; only our own tag is added.
    return mark_safe(pattern.sub(lambda found: f"<mark>{found.group()}</mark>", escaped))  # noqa: S308


def _chip(state: State, word: str = "") -> SafeString:
    return format_html(
        '<span class="chip c-{}">{}{}</span>', state.tone, _icons.icon(state.icon), say(word or state.word)
    )


def _value(item: Any, name: str) -> Any:
    return item[name] if isinstance(item, dict) else getattr(item, name)
