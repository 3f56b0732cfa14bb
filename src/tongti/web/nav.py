"""The desk's rail: which places there are, who is shown them, and how much waits behind each.

A place is shown when the view behind it would let this person in: the permissions are read off the view itself (desk.doors),
so the rail cannot drift from the policy. A count comes from a function that the page's own room registers with
``@counts("desk:inbox")``: it names the rows that wait, and all of a page's counts are one statement.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tongti.shared.counting import together
from tongti.units.access import May, Viewer

Rows = Sequence[QuerySet[Any]]
Waiting = Callable[[Viewer], Rows]

_COUNTS: dict[str, Waiting] = {}


@dataclass(frozen=True)
class NavItem:
    """One place: ``url_name`` is its identity, ``urgent`` paints its count red.

    Whoever may look there but not do ``doer`` reads ``looking`` in place of the label.
    """

    label: str | Promise
    icon: str
    url_name: str
    urgent: bool = False
    doer: May | None = None
    looking: str | Promise = ""
    url: str = ""
    count: int | None = None
    current: bool = False


@dataclass(frozen=True)
class NavGroup:
    """Places under one small heading; the first group has none."""

    title: str | Promise
    items: tuple[NavItem, ...]


NAV: tuple[NavGroup, ...] = (
    NavGroup(
        "",
        (
            NavItem(_("我的待办"), "list-checks", "desk:home", urgent=True),
            NavItem(_("消息"), "mail", "desk:notices"),
            NavItem(_("收件登记"), "inbox", "desk:inbox", doer=May.REGISTER, looking=_("诉求")),
            NavItem(_("同题"), "users-round", "desk:questions"),
            NavItem(_("本单位的棒"), "arrow-left-right", "desk:batons"),
            NavItem(_("异议"), "gavel", "desk:objections"),
            NavItem(_("审批"), "hourglass", "desk:approvals"),
            NavItem(_("挂账台账"), "calendar", "desk:promises"),
            NavItem(_("交接"), "arrow-right", "desk:hand_overs"),
            NavItem(_("销号"), "stamp", "desk:strike_offs"),
            NavItem(_("共答"), "message-square-text", "desk:answers"),
            NavItem(_("上下同题"), "arrow-up-down", "desk:lifts"),
            NavItem(_("时限墙"), "chart-no-axes-gantt", "desk:wall"),
            NavItem(_("督办"), "alarm-clock", "desk:supervision"),
            NavItem(_("批示"), "pen-line", "desk:instructions"),
            NavItem(_("回访评价"), "smile", "desk:callbacks"),
            NavItem(_("登记簿"), "factory", "desk:firms"),
            NavItem(_("我的走访"), "map-pin", "field:today"),
            NavItem(_("走访"), "footprints", "desk:visits"),
            NavItem(_("调研服务"), "flag", "desk:campaigns"),
            NavItem(_("往期问题回访"), "rotate-ccw", "desk:revisits", urgent=True),
            NavItem(_("供需对接"), "handshake", "desk:linkups"),
            NavItem(_("办不成事"), "signpost", "desk:window"),
            NavItem(_("办事事项"), "book-open", "desk:service_items"),
            NavItem(_("改革建议"), "lightbulb", "desk:reforms"),
            NavItem(_("导入"), "file-up", "desk:imports"),
        ),
    ),
    NavGroup(
        _("看全局"),
        (
            NavItem(_("看板"), "gauge", "board:home"),
            NavItem(_("未诉先办"), "trending-up", "desk:signals"),
            NavItem(_("目标指标"), "target", "desk:targets"),
            NavItem(_("单位办理"), "chart-column", "board:units"),
            NavItem(_("各项率"), "percent", "desk:rates"),
            NavItem(_("发布的数"), "lock", "desk:published"),
            NavItem(_("单位贡献"), "users-round", "desk:contributions"),
            NavItem(_("剔除台账"), "list-filter", "desk:exclusions"),
            NavItem(_("指标口径"), "sigma", "desk:formulas"),
            NavItem(_("台账"), "clipboard-list", "desk:ledger"),
            NavItem(_("台账中心"), "library", "desk:ledgers"),
            NavItem(_("公文"), "stamp", "desk:papers"),
            NavItem(_("台账导出"), "download", "desk:exports"),
        ),
    ),
    NavGroup(
        _("管理"),
        (
            NavItem(_("机构"), "network", "desk:units"),
            NavItem(_("上下级链路"), "link", "desk:peers"),
            NavItem(_("单位承接"), "merge", "desk:successions"),
            NavItem(_("乡镇方格"), "layout-grid", "desk:town_tiles"),
            NavItem(_("人员和角色"), "contact", "desk:officers"),
            NavItem(_("事项分类"), "tags", "desk:categories"),
            NavItem(_("职责清单"), "clipboard-list", "desk:duties"),
            NavItem(_("卡点原因"), "list-filter", "desk:causes"),
            NavItem(_("时限规则"), "hourglass", "desk:regimes"),
            NavItem(_("同题引擎"), "sliders-horizontal", "desk:engine"),
            NavItem(_("工作日历"), "calendar-days", "desk:calendar"),
            NavItem(_("贡献记录"), "contact", "desk:first_look"),
            NavItem(_("用语和模板"), "file-text", "desk:texts"),
            NavItem(_("审计"), "shield-check", "desk:audit"),
        ),
    ),
)


def counts(url_name: str) -> Callable[[Waiting], Waiting]:
    """Decorator: this function names what waits behind ``url_name`` for the person asking, in one table or several."""

    def register(waiting: Waiting) -> Waiting:
        _COUNTS[url_name] = waiting
        return waiting

    return register


def place(request: HttpRequest | None, url_name: str) -> str:
    """The address of a place that exists and lets this person in, else ""."""
    url, needed = _behind(url_name, get_urlconf() or settings.ROOT_URLCONF, get_script_prefix())
    if not url or needed is None:
        return url
    viewer = getattr(request, "viewer", None)
    if viewer is None or (needed and not any(viewer.can(may) for may in needed)):
        return ""
    return url


@lru_cache(maxsize=512)
def _behind(url_name: str, _urlconf: str, _prefix: str) -> tuple[str, tuple[May, ...] | None]:
    """The address, and whom the view lets in; ("", None) when nothing has this name. Addresses do not change while we run."""
    try:
        url = reverse(url_name)
    except NoReverseMatch:
        return "", None
    # A view without the mark is open to everybody; one with an empty tuple asks for a signed-in officer only.
    return url, getattr(resolve(url).func, "permissions", None)


def for_request(request: HttpRequest, groups: Iterable[NavGroup] = NAV) -> list[NavGroup]:
    """The rail as this person sees it on this page."""
    seen = [NavGroup(group.title, tuple(_items(request, group))) for group in groups]
    waiting = _counted(request, [item.url_name for group in seen for item in group.items])
    return [
        NavGroup(group.title, tuple(replace(item, count=waiting.get(item.url_name)) for item in group.items))
        for group in seen
        if group.items
    ]


def _items(request: HttpRequest, group: NavGroup) -> Iterator[NavItem]:
    for item in group.items:
        url = place(request, item.url_name)
        if url:
            yield replace(item, label=_label(request, item), url=url, current=_is_current(request, url))


def _counted(request: HttpRequest, shown: Sequence[str]) -> dict[str, int]:
    """How much waits behind the places shown that say so."""
    viewer = getattr(request, "viewer", None)
    if viewer is None:
        return {}
    asked = {name: _COUNTS[name](viewer) for name in shown if name in _COUNTS}
    counted = iter(together([rows for waiting in asked.values() for rows in waiting]))
    return {name: sum(islice(counted, len(waiting))) for name, waiting in asked.items()}


def _label(request: HttpRequest, item: NavItem) -> str | Promise:
    viewer = getattr(request, "viewer", None)
    may_do = item.doer is None or (viewer is not None and viewer.can(item.doer))
    return item.label if may_do else item.looking


def _is_current(request: HttpRequest, url: str) -> bool:
    # The desk's own front page is the start of every desk address, so it must match whole.
    if url.strip("/").count("/") == 0:
        return request.path == url
    return request.path.startswith(url)
