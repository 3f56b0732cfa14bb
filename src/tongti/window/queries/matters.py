"""Reads on the window's register, always for somebody who may see the case."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from tongti.cases.models import Case
from tongti.questions.models import Membership
from tongti.shared.pages import Page, page_of
from tongti.units.access import May, Viewer
from tongti.window.access import may_fill as _may_fill
from tongti.window.access import visible_matters
from tongti.window.models import Cause, ReformThreshold, WindowMatter
from tongti.window.queries.items import Guess, guesses

TABS = (("open", "没有办结的"), ("unsorted", "还没认定事项或原因的"), ("all", "全部"))
NEWEST = ("-entered_at", "-id")
OPEN = (Case.State.REGISTERED, Case.State.HANDLING, Case.State.ANSWERED)


@dataclass(frozen=True)
class MatterFilters:
    """What narrows the list; empty values narrow nothing."""

    tab: str = "open"
    item_id: int | None = None
    cause_id: int | None = None


def matters(viewer: Viewer, filters: MatterFilters, cursor: str = "", *, size: int = 30) -> Page[WindowMatter]:
    """The register, newest first. One query."""
    rows = _rows().filter(visible_matters(viewer), _in_tab(filters.tab))
    if filters.item_id:
        rows = rows.filter(item_id=filters.item_id)
    if filters.cause_id:
        rows = rows.filter(cause_id=filters.cause_id)
    return page_of(rows, order=NEWEST, cursor=cursor, size=size)


def unsorted(viewer: Viewer) -> QuerySet[WindowMatter]:
    """Matters whose item or cause nobody has said yet, to be counted; none for those who would not say it."""
    if not any(viewer.can(may) for may in (May.JOIN, May.SUPERVISE, May.HANDLE)):
        return WindowMatter.objects.none()
    return WindowMatter.objects.filter(visible_matters(viewer), _in_tab("unsorted"))


def matter_of(case: Case) -> WindowMatter | None:
    """The register's row of a case that the caller was let see."""
    return _rows().filter(case_id=case.pk).first()


def matters_of_question(viewer: Viewer, question_id: int, limit: int = 20) -> list[WindowMatter]:
    """Rows of the cases of one question that came in at this door and that she may see, newest first. One query."""
    active = Q(case__memberships__question_id=question_id, case__memberships__state=Membership.State.ACTIVE)
    return list(_rows().filter(active, visible_matters(viewer)).order_by(*NEWEST)[:limit])


def is_window(case: Case) -> bool:
    """Whether the case came in at this door."""
    return case.channel == Case.Channel.STUCK


def may_fill(viewer: Viewer, case: Case) -> bool:
    """Whether she may write in the register of this case."""
    return _may_fill(viewer, case)


def guesses_for(case: Case, matter: WindowMatter | None) -> list[Guess]:
    """Items that the case may be about, while none has been said. One query."""
    if matter is not None and matter.item_id is not None:
        return []
    said = f"{matter.item_words}\n{matter.office}" if matter else ""
    return guesses(f"{said}\n{case.title}\n{case.body}")


def causes(*, in_use: bool = True) -> QuerySet[Cause]:
    """The catalogue in its own order."""
    rows = Cause.objects.order_by("pk")
    return rows.filter(active=True) if in_use else rows


def cause_for_change(viewer: Viewer, pk: int) -> Cause | None:
    """One cause, for the keeper of the catalogues; None when there is none for her."""
    return Cause.objects.filter(pk=pk).first() if viewer.can(May.ADMINISTER) else None


def own_threshold() -> ReformThreshold | None:
    """The district's own number; None while the shipped one counts."""
    return ReformThreshold.objects.select_related("set_by").order_by("-pk").first()


def told_once_choices() -> list[tuple[str, str]]:
    """Whether somebody was told everything at once; for forms."""
    return list(WindowMatter.ToldOnce.choices)


def _in_tab(tab: str) -> Q:
    if tab == "unsorted":
        return Q(item=None) | Q(cause=None)
    return Q() if tab == "all" else Q(case__state__in=OPEN)


def _rows() -> QuerySet[WindowMatter]:
    return WindowMatter.objects.select_related(
        "case__holder", "item__unit", "version", "step", "paper", "cause", "cause_by"
    ).defer("case__search", "case__address", "item__terms")
