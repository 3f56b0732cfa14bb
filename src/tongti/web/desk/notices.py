"""站内消息: what an officer was told, read or not."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from tongti.outbox import notices
from tongti.shared.errors import NotVisible
from tongti.units.access import Viewer
from tongti.web import nav
from tongti.web.desk.doors import DeskRequest, desk

LIST = "desk:notices"
# Where a notice leads, by the model that it is about.
PLACES = {
    "baton": "desk:baton",
    "item": "desk:supervision_item",
    "instruction": "desk:instruction",
    "question": "desk:question",
    "case": "desk:case",
    "lift": "desk:lift",
    "exclusion": "desk:exclusion",
    "signal": "desk:signal",
}


@nav.counts(LIST)
def _unread(viewer: Viewer) -> nav.Rows:
    return [notices.unread_rows(viewer)]


@require_safe
@desk()
def listing(request: DeskRequest) -> HttpResponse:
    """Newest first; unread ones alone on request."""
    only = request.GET.get("unread") == "1"
    page = notices.mine(request.viewer, request.GET.get("after", ""), unread=only)
    return render(
        request, "desk/notices/list.html", {"page": page, "only": only, "unread": notices.unread(request.viewer)}
    )


@require_POST
@desk()
def open_one(request: DeskRequest, pk: int) -> HttpResponse:
    """Read one, and go to what it is about."""
    notice = notices.one(request.viewer, pk)
    if notice is None:
        raise NotVisible
    notices.mark_read(by=request.viewer, notice_id=pk)
    place = PLACES.get(notice.about_kind.rpartition(".")[2])
    return redirect(reverse(place, args=[notice.about_id]) if place else LIST)


@require_POST
@desk()
def read_all(request: DeskRequest) -> HttpResponse:
    """All of them."""
    count = notices.mark_read(by=request.viewer)
    messages.success(request, f"{count} 条已标为读过。" if count else "没有未读的消息。")
    return redirect(LIST)
