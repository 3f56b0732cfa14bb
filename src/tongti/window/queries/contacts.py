"""到期前联系: whom somebody has to speak to before the contact clock of her matter runs out, and who may not be answered before."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import DateTimeField, Exists, F, OuterRef, Q, QuerySet, SmallIntegerField, Subquery
from django.db.models.functions import Coalesce

from tongti.cases import access as case_access
from tongti.cases.models import Case
from tongti.deadlines import limits
from tongti.deadlines import queries as days
from tongti.questions.models import Membership
from tongti.relay.models import OPEN, Baton, Reach
from tongti.shared import clock
from tongti.shared.pages import Page, page_of
from tongti.units.access import Viewer

CONTACT_TABS = (
    ("late", "过了联系时限"),
    ("soon", "快到联系时限"),
    ("waiting", "都还没联系的"),
    ("unfinished", "快到期还没办结"),
)
SPOKEN = (Reach.State.REACHED, Reach.State.UNREACHABLE)
"""Reached, or tried often enough at different times (W1 rule 6): then it was at least not for want of trying."""
SHOWN = 10


def any_of_window(rows: QuerySet[Case]) -> bool:
    """Whether one of these cases came in at this door. One query."""
    return rows.filter(channel=Case.Channel.STUCK).exists()


def uncontacted(rows: QuerySet[Case], round_: int) -> list[str]:
    """Numbers of the cases at this door, among these, whose askers nobody has spoken to in this round: no answer may go to them.

    Those who left no way to be reached, or want no answer, are no part of it. One query.
    """
    waiting = rows.filter(_WANTS_WORDS).exclude(_spoken(round_)).order_by("pk")
    return list(waiting.values_list("number", flat=True)[:SHOWN])


def contacts_due(viewer: Viewer, tab: str, cursor: str = "", *, size: int = 30) -> Page[Case]:
    """Cases in hand whose askers have to be spoken to, first due first; each with ``lead_id``, ``contact_due`` and ``lead_due``.

    “unfinished” are those that fall due by the end of the next working day, whether spoken to or not: their askers have to hear
    the reason and a new day before (江苏规范). One query.
    """
    rows = _tab(viewer, tab).select_related("holder", "window_matter__item").defer("search", "address")
    order = ("lead_due", "id") if tab == "unfinished" else ("contact_due", "id")
    return page_of(rows, order=order, cursor=cursor, size=size)


def contact_counts(viewer: Viewer) -> dict[str, int]:
    """How many behind each tab; one query a tab over cases in hand at this door."""
    return {tab: _tab(viewer, tab).count() for tab, _word in CONTACT_TABS}


def contacts_late(viewer: Viewer) -> QuerySet[Case]:
    """Those past their contact clock, to be counted."""
    return _tab(viewer, "late")


def contacts_soon(viewer: Viewer) -> QuerySet[Case]:
    """Those whose contact clock runs out by the end of the next working day, to be counted."""
    return _tab(viewer, "soon")


@dataclass(frozen=True)
class ContactClock:
    """How reaching the asker of one case stands: ``due`` may be None when the regime has no such clock."""

    due: datetime | None
    spoken_at: datetime | None
    tried_at: datetime | None
    needed: bool

    @property
    def state(self) -> str:
        """none / done / late_done / late / waiting, in the order of what to look at."""
        if not self.needed:
            return "none"
        if self.spoken_at is not None:
            return "late_done" if self.due and self.spoken_at > self.due else "done"
        return "late" if self.due and self.due < clock.now() else "waiting"


def contact_clock(case: Case) -> ContactClock | None:
    """The contact clock of a case in hand that the caller was let see; None when nobody holds it. Two queries."""
    row = _with_lead(Case.objects.filter(pk=case.pk)).values("lead_id", "contact_due", "lead_round").first()
    if row is None or row["lead_id"] is None:
        return None
    reach = Reach.objects.filter(case_id=case.pk, round__gte=row["lead_round"]).first()
    spoken = None
    if reach is not None and reach.state in SPOKEN:
        spoken = reach.reached_at if reach.state == Reach.State.REACHED else reach.counted_at
    tried = reach.first_at if reach else None
    return ContactClock(row["contact_due"], spoken, tried, case.party_id is not None and case.reply_wanted)


_WANTS_WORDS = Q(channel=Case.Channel.STUCK, party__isnull=False, reply_wanted=True)


def _spoken(round_: int | OuterRef) -> Exists:
    return Exists(Reach.objects.filter(case=OuterRef("pk"), state__in=SPOKEN, round__gte=round_))


def _with_lead(rows: QuerySet[Case]) -> QuerySet[Any]:
    """Cases with the open lead baton that each travels with: its own, or its question's."""
    member = Membership.objects.filter(
        case=OuterRef(OuterRef("pk")), state=Membership.State.ACTIVE, question=OuterRef("question")
    )
    leads = Baton.objects.filter(role=Baton.Role.LEAD, state__in=OPEN)
    leads = leads.filter(Q(case=OuterRef("pk")) | Exists(member)).order_by("-pk")
    return rows.annotate(
        lead_id=Subquery(leads.values("pk")[:1]),
        lead_round=Subquery(leads.values("round")[:1], output_field=SmallIntegerField()),
        contact_due=Subquery(leads.values("contact_due_at")[:1], output_field=DateTimeField()),
        lead_due=Coalesce(Subquery(leads.values("due_on")[:1]), F("due_on")),
    )


def _tab(viewer: Viewer, tab: str) -> QuerySet[Any]:
    cases = Case.objects.filter(_WANTS_WORDS, case_access.visible(viewer), state=Case.State.HANDLING)
    rows = _with_lead(cases).filter(lead_id__isnull=False)
    next_day = days.next_working_days(2, since=clock.today())[-1]
    if tab == "unfinished":
        return rows.filter(lead_due__lte=next_day)
    rows = rows.filter(contact_due__isnull=False).exclude(_spoken(OuterRef("lead_round")))
    if tab == "late":
        return rows.filter(contact_due__lt=clock.now())
    if tab == "soon":
        return rows.filter(contact_due__gte=clock.now(), contact_due__lte=limits.end_of(next_day))
    return rows
