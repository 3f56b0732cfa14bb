"""手册: one short guide for each kind of user, read in the product and in the repository from the same Markdown (docs/adr/0036).

Every staff page leads to the section about it (``section_of``); a test holds that each section exists, and another that every picture is
one that a browser test makes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote

from django.templatetags.static import static
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from markdown_it import MarkdownIt
from markdown_it.token import Token

FOLDER = Path(__file__).with_name("guide")
PICTURES = "../static/"


@dataclass(frozen=True)
class Guide:
    """One guide: its address and file, for whom, and the roles that read it first."""

    slug: str
    name: str | Promise
    roles: frozenset[str] = frozenset()


GUIDES: tuple[Guide, ...] = (
    Guide("clerk", _("收件员"), frozenset({"clerk"})),
    Guide("dispatcher", _("派单员"), frozenset({"dispatcher", "coordinator", "publisher"})),
    Guide("handler", _("承办单位"), frozenset({"receiver", "handler", "unit_leader", "helper"})),
    Guide("supervisor", _("督办、回访、分析"), frozenset({"supervisor", "revisitor", "analyst"})),
    Guide("leader", _("领导"), frozenset({"leader", "indicator_clerk", "livelihood_clerk", "monitoring_clerk"})),
    Guide("visitor", _("走访干部"), frozenset({"field_officer"})),
    Guide("admin", _("系统管理员、审计员"), frozenset({"admin", "auditor"})),
    Guide("public", _("居民和企业")),
)

# Which section is about a page: names of addresses that begin like this, the longest first.
SECTIONS: dict[str, tuple[str, str]] = {
    "board:": ("leader", "看板"),
    "desk:contribution": ("leader", "看板"),
    "desk:my_contribution": ("leader", "看板"),
    "desk:first_look": ("leader", "看板"),
    **dict.fromkeys(
        (
            "desk:rate",
            "desk:formula",
            "desk:published",
            "desk:exclusion",
            "desk:signal",
            "desk:target",
            "desk:goal",
            "desk:town",
        ),
        ("leader", "看板"),
    ),
    "field:": ("visitor", "今天去哪里"),
    "field:visit": ("visitor", "写走访"),
    "field:finding": ("visitor", "写走访"),
    "field:revisit": ("visitor", "回头看"),
    "field:closing": ("visitor", "回头看"),
    "desk:home": ("clerk", "从哪里开始"),
    "desk:start": ("clerk", "从哪里开始"),
    "desk:register": ("clerk", "登记来电"),
    "desk:inbox": ("clerk", "收件和查找"),
    "desk:search": ("clerk", "收件和查找"),
    "desk:saved": ("clerk", "收件和查找"),
    "desk:bulk": ("clerk", "收件和查找"),
    "desk:case": ("clerk", "一件诉求"),
    "desk:import": ("clerk", "导入表格"),
    "desk:window": ("clerk", "办不成事"),
    "desk:matter": ("clerk", "办不成事"),
    "desk:refusals": ("clerk", "办不成事"),
    "desk:case_question": ("dispatcher", "逐条核对"),
    "desk:question": ("dispatcher", "立题拆分合并"),
    "desk:question_review": ("dispatcher", "逐条核对"),
    "desk:question_public": ("dispatcher", "对外公开"),
    "desk:engine": ("dispatcher", "引擎准不准"),
    "desk:dispatch": ("dispatcher", "派单"),
    "desk:add_unit": ("dispatcher", "派单"),
    "desk:undispatched": ("dispatcher", "派单"),
    "desk:objection": ("dispatcher", "异议和改派"),
    "desk:baton_move": ("dispatcher", "异议和改派"),
    "desk:approval": ("dispatcher", "审批会商暂停计时"),
    "desk:consult": ("dispatcher", "审批会商暂停计时"),
    "desk:baton_clock": ("dispatcher", "审批会商暂停计时"),
    "desk:successions": ("dispatcher", "审批会商暂停计时"),
    "desk:baton": ("handler", "签收"),
    "desk:baton_case": ("handler", "联系记进展"),
    "desk:unreachable": ("handler", "联系记进展"),
    "desk:case_report": ("handler", "联系记进展"),
    "desk:answer": ("handler", "写分答和共答"),
    "desk:baton_extend": ("handler", "要更多时间"),
    "desk:baton_promise": ("handler", "要更多时间"),
    "desk:request_take_back": ("handler", "要更多时间"),
    "desk:evidence": ("handler", "要更多时间"),
    "desk:promise": ("handler", "要更多时间"),
    "desk:hand_over": ("handler", "交接和销号"),
    "desk:strike_off": ("handler", "交接和销号"),
    "desk:baton_strike_off": ("handler", "交接和销号"),
    "desk:lift": ("handler", "上下同题"),
    "desk:arrival": ("handler", "上下同题"),
    "desk:reform": ("handler", "供需对接和改革建议"),
    "desk:wall": ("supervisor", "时限墙"),
    "desk:supervis": ("supervisor", "督办单"),
    "desk:instruction": ("supervisor", "批示"),
    "desk:instruct_": ("leader", "批示"),
    "desk:ledger": ("supervisor", "台账公文和导出"),
    "desk:paper": ("supervisor", "台账公文和导出"),
    "desk:export": ("supervisor", "台账公文和导出"),
    "desk:callback": ("supervisor", "回访和核实"),
    "desk:bad_rating": ("supervisor", "回访和核实"),
    "desk:notice": ("supervisor", "消息"),
    "desk:firm": ("visitor", "登记簿"),
    "desk:linkup": ("visitor", "供需对接"),
    "desk:introduction": ("visitor", "供需对接"),
    "desk:campaign": ("visitor", "安排调研服务"),
    "desk:team": ("visitor", "安排调研服务"),
    "desk:assignment": ("visitor", "安排调研服务"),
    "desk:visits": ("visitor", "写走访"),
    "desk:revisit": ("visitor", "回头看"),
    "desk:found_again": ("visitor", "回头看"),
    "desk:unit": ("admin", "机构和人员"),
    "desk:officer": ("admin", "机构和人员"),
    "desk:roles": ("admin", "机构和人员"),
    "desk:categor": ("admin", "分类和职责"),
    "desk:duty": ("admin", "分类和职责"),
    "desk:duties": ("admin", "分类和职责"),
    "desk:cause": ("admin", "分类和职责"),
    "desk:service_item": ("admin", "分类和职责"),
    "desk:catalogue": ("admin", "分类和职责"),
    "desk:regime": ("admin", "时限规则"),
    "desk:simulate": ("admin", "时限规则"),
    "desk:calendar": ("admin", "工作日历"),
    "desk:special_day": ("admin", "工作日历"),
    "desk:office_hours": ("admin", "工作日历"),
    "desk:recount": ("admin", "工作日历"),
    "desk:text": ("admin", "用语和模板"),
    "desk:peer": ("admin", "上下级链路"),
    "desk:audit": ("admin", "审计"),
    "desk:figure": ("admin", "审计"),
    "desk:password": ("admin", "账号和登录"),
    "desk:profile": ("admin", "账号和登录"),
    "desk:unsent": ("admin", "账号和登录"),
    "desk:keys": ("admin", "账号和登录"),
}


def find(slug: str) -> Guide | None:
    """The guide at this address."""
    return next((guide for guide in GUIDES if guide.slug == slug), None)


def first_for(role_codes: frozenset[str]) -> Guide | None:
    """The guide that somebody with these roles reads first."""
    return next((guide for guide in GUIDES if guide.roles & role_codes), None)


@cache
def section_of(url_name: str) -> tuple[str, str] | None:
    """(guide, section) about the page with this name, None where no guide speaks of it."""
    begins = max((start for start in SECTIONS if url_name.startswith(start)), key=len, default=None)
    return SECTIONS[begins] if begins else None


def link_of(url_name: str) -> str:
    """The address of “这一页怎么用” for the page with this name; without a section of its own, the list of guides."""
    found = section_of(url_name)
    if found is None:
        return reverse("desk:help")
    slug, section = found
    return f"{reverse('desk:guide', args=[slug])}#{quote(section)}"


def source(slug: str) -> str:
    """The Markdown of a guide."""
    return (FOLDER / f"{slug}.md").read_text(encoding="utf-8")


def anchor(heading: str) -> str:
    """The name by which a heading is linked to; the same as on the pages of the repository."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def sections(slug: str) -> list[tuple[str, str]]:
    """(anchor, heading) of every section of a guide, in order."""
    return [(anchor(text), text) for text in re.findall(r"^## (.+)$", source(slug), re.MULTILINE)]


@cache
def page(slug: str) -> SafeString:
    """A guide as HTML. Markdown of ours only; markup in it is shown, not obeyed."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(source(slug))
    _name_headings(tokens)
    for token in _all(tokens):
        if token.type == "image":
            path = str(token.attrs["src"]).removeprefix(PICTURES)
            token.attrSet("src", static(path))
            token.attrSet("loading", "lazy")
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            token.attrSet("class", "points")
    return mark_safe(parser.renderer.render(tokens, parser.options, {}))  # noqa: S308  (html is off, the source is ours)


def _name_headings(tokens: list[Token]) -> None:
    for token, inside in pairwise(tokens):
        if token.type == "heading_open":
            token.attrSet("id", anchor(inside.content))


def _all(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _all(token.children or [])
