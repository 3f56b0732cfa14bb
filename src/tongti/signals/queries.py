"""Reading signals."""

from collections.abc import Sequence

from django.db.models import QuerySet

from tongti.questions import access as question_access
from tongti.questions.models import Question
from tongti.shared import clock
from tongti.shared.errors import NotVisible
from tongti.shared.pages import Page, page_of
from tongti.signals import access, counting, rules
from tongti.signals.models import Signal
from tongti.signals.rules import Rule
from tongti.units.access import Viewer

TABS = (("open", "待研判"), ("planned", "已交办"), ("checked", "已回看"), ("dismissed", "不处理"), ("faded", "已回落"))
Outcome = Signal.Outcome


def signals(viewer: Viewer, cursor: str = "", *, tab: str = "open", size: int = 30) -> Page[Signal]:
    """One tab, the newest week first."""
    return page_of(_rows(viewer).filter(state=tab), order=("-week", "-id"), cursor=cursor, size=size)


def loudest(viewer: Viewer, limit: int = 4) -> Sequence[Signal]:
    """What waits to be decided, the newest week and the largest count first; one query."""
    return list(_rows(viewer).filter(state=Signal.State.OPEN).order_by("-week", "-count", "-id")[:limit])


def waiting(viewer: Viewer) -> QuerySet[Signal]:
    """What waits for somebody who decides."""
    rows = Signal.objects.filter(state=Signal.State.OPEN)
    return rows if access.may_decide(viewer) else rows.none()


def signal_for(viewer: Viewer, pk: int) -> Signal:
    """Raises NotVisible."""
    found = _rows(viewer).filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return found


def may_decide(viewer: Viewer) -> bool:
    return access.may_decide(viewer)


def since_then(signal: Signal) -> Sequence[int]:
    """The weeks after it: as kept when somebody looked back, else as they are now."""
    if signal.state == Signal.State.CHECKED:
        kept: list[int] = signal.after
        return kept
    return counting.after((signal.category_id, signal.town_id), signal.week, clock.today())


def questions_about(viewer: Viewer, signal: Signal, limit: int = 5) -> list[Question]:
    """Open questions of the same category in the same township: the joint work that may be under way already."""
    rows = Question.objects.filter(
        question_access.visible(viewer),
        category_id=signal.category_id,
        place__path__startswith=signal.town.path,
        state__in=[Question.State.CANDIDATE, Question.State.SET_UP, Question.State.HANDLING],
    )
    return list(
        rows.select_related("lead")
        .only("id", "title", "number", "state", "asker_count", "lead__short_name")
        .order_by("-asker_count", "-id")[:limit]
    )


def rule() -> Rule:
    """The rule in force."""
    return rules.in_force()


def _rows(viewer: Viewer) -> QuerySet[Signal]:
    return Signal.objects.filter(access.visible(viewer)).select_related(
        "category", "town", "owner", "decided_by", "checked_by"
    )
