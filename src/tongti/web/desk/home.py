"""我的待办: what waits for this officer, each line a number that opens its list.

Another room adds its line from its own view module:

    @waits(May.REVISIT, order=60)
    def to_call(viewer: Viewer) -> Waiting:
        return Waiting("待回访", count, reverse("desk:callbacks"), "phone")
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from tongti.cases import queries as cases
from tongti.cases.queries import CaseState, Filters
from tongti.outbox import queries as outbox
from tongti.units.access import May, Viewer
from tongti.web.desk.doors import DeskRequest, desk

MANY = 1000


@dataclass(frozen=True)
class Waiting:
    """One line: how many, of what, and the list behind it. ``tone`` is bad, warn or ""; a count of 0 is shown quietly."""

    label: str
    count: int
    url: str
    icon: str = "inbox"
    tone: str = ""
    note: str = ""

    @property
    def shown(self) -> str:
        """Past a thousand nobody counts."""
        return f"{MANY}+" if self.count > MANY else str(self.count)


Teller = Callable[[Viewer], Waiting | None]

_TELLERS: list[tuple[int, tuple[May, ...], Teller]] = []


def waits(*permissions: May, order: int = 100) -> Callable[[Teller], Teller]:
    """Decorator: ask this function for officers who hold one of ``permissions``; lines stand in ``order``."""

    def register(teller: Teller) -> Teller:
        _TELLERS.append((order, permissions, teller))
        return teller

    return register


def lines(viewer: Viewer) -> Iterator[Waiting]:
    """The lines of this officer."""
    for _order, permissions, teller in sorted(_TELLERS, key=lambda t: t[0]):
        if any(viewer.can(may) for may in permissions) and (line := teller(viewer)):
            yield line


@require_GET
@desk()
def page(request: DeskRequest) -> HttpResponse:
    """The first page after signing in."""
    waiting = list(lines(request.viewer))
    posts = [f"{seat.unit_name} · {seat.role.name}" for seat in request.viewer.seats]
    context = {
        "waiting": waiting,
        "busy": [line for line in waiting if line.count],
        "my_posts": posts,
        "roles": list({seat.role.code: seat.role for seat in request.viewer.seats}.values()),
        "may_register": request.viewer.can(May.REGISTER),
        "registered_today": cases.registered_today(request.viewer) if request.viewer.can(May.REGISTER) else None,
    }
    return render(request, "desk/cases/home.html", context)


@waits(May.DISPATCH, May.JOIN, May.REGISTER, order=10)
def to_dispatch(viewer: Viewer) -> Waiting:
    """New cases that no unit has yet."""
    count = cases.count(viewer, Filters(state=CaseState.REGISTERED))
    return Waiting("待派的诉求", count, f"{reverse('desk:inbox')}?state=registered", "inbox")


@waits(May.REGISTER, order=12)
def urgent(viewer: Viewer) -> Waiting | None:
    """Critical and urgent cases that nobody has dispatched."""
    critical = cases.count(viewer, Filters(state=CaseState.REGISTERED, urgency="critical"))
    if not critical:
        return None
    return Waiting(
        "特急，还没有派出", critical, f"{reverse('desk:inbox')}?state=registered&urgency=critical", "siren", "bad"
    )


@waits(May.HANDLE, May.SUPERVISE, May.DISPATCH, order=40)
def overdue(viewer: Viewer) -> Waiting:
    """Cases past their date and not answered."""
    count = cases.count(viewer, Filters(overdue=True))
    return Waiting("超期未答的诉求", count, f"{reverse('desk:inbox')}?overdue=1", "triangle-alert", "bad")


@waits(May.SUPERVISE, order=41)
def come_back(viewer: Viewer) -> Waiting:
    """Cases that their askers sent back and that are in hand again."""
    count = cases.count(viewer, Filters(reopened=True))
    return Waiting("群众说没解决、又在办的", count, f"{reverse('desk:inbox')}?reopened=1", "rotate-ccw", "warn")


@waits(May.ADMINISTER, May.DISPATCH, order=90)
def unsent(viewer: Viewer) -> Waiting | None:
    """Messages that could not be delivered."""
    failed = outbox.overview(viewer).get("failed", 0)
    return Waiting("没有送出的通知", failed, reverse("desk:home"), "mail-x", "bad") if failed else None
