"""搜索: one box. What is typed stays out of addresses and logs, so the search is a POST, its tabs and next pages too."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from tongti.search import queries as search
from tongti.search.queries import Found, Group
from tongti.units.access import May
from tongti.web.desk.doors import DeskRequest, desk

OPENS = {"cases": "desk:case", "questions": "desk:question", "answers": "desk:answer", "firms": "desk:firm"}
"""Where a line of each kind opens."""


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
@desk(May.SEE)
def page(request: DeskRequest) -> HttpResponse:
    """A whole number that is found opens its case or question at once."""
    context: dict[str, Any] = {"q": "", "found": None, "phones": search.may_search_phones(request.viewer)}
    if request.method == "POST":
        kind = request.POST.get("kind", "")
        found = search.find(
            request.viewer,
            request.POST.get("q", ""),
            kind=kind,
            cursor=request.POST.get("after", ""),
            plain=bool(request.POST.get("plain")),
        )
        if found.only:
            code, pk = found.only
            return redirect(OPENS[code], pk=pk)
        context |= {"q": found.typed, "found": found, "kind": kind, "plain": request.POST.get("plain", "")}
        context["groups"] = [_drawn(group) for group in found.groups if group.hits]
        context["status"] = _words(found)
    return render(request, "desk/search.html", context)


def _drawn(group: Group) -> dict[str, Any]:
    return {"group": group, "lines": [(hit, reverse(OPENS[group.code], kwargs={"pk": hit.pk})) for hit in group.hits]}


def _words(found: Found) -> str:
    """What was found, in one sentence that a screen reader is told."""
    if found.fault and not found.total:
        return found.fault
    counts = "、".join(f"{group.name} {group.count}" for group in found.groups if group.count != "0")
    if not counts:
        return f"没有找到“{found.typed}”。"
    how = "按电话" if found.by_phone else ""
    if found.right:
        return f"没有“{found.wrong}”，按“{found.right}”找到{how}：{counts}。"
    if found.wrong:
        return f"按首字母“{found.wrong}”找到：{counts}。"
    return f"{how}找到：{counts}。"
