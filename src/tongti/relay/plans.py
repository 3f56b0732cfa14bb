"""The matter behind a baton, and what a dispatch at some moment would be due by. Reads only; actions and queries share it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from tongti.cases.models import Case
from tongti.deadlines import actions as deadlines
from tongti.deadlines import limits
from tongti.deadlines import queries as regimes
from tongti.deadlines.actions import Due
from tongti.deadlines.queries import RegimeView
from tongti.questions.models import Membership, Question
from tongti.relay.models import OPEN, Baton
from tongti.shared.errors import BadInput

CLOCK_OF_ROLE = {
    Baton.Role.LEAD.value: "handle",
    Baton.Role.HELPER.value: "helper",
    Baton.Role.TERRITORY.value: "helper",
}
OPEN_CASES = (Case.State.REGISTERED, Case.State.HANDLING)


@dataclass(frozen=True)
class Matter:
    """Either a question or a single case; exactly one is set."""

    question: Question | None
    case: Case | None

    @property
    def obj(self) -> Question | Case:
        found = self.question or self.case
        assert found is not None
        return found

    @property
    def key(self) -> dict[str, Any]:
        """Filter and column values of batons, answers … on this matter."""
        return {
            "question_id": self.question.pk if self.question else None,
            "case_id": self.case.pk if self.case else None,
        }

    @property
    def received_at(self) -> datetime | None:
        """When it was first heard of: limits that their regime starts at receipt start here."""
        return self.question.first_received_at if self.question else self.case.received_at if self.case else None

    @property
    def word(self) -> str:
        return "question" if self.question else "case"

    def open_batons(self) -> Any:
        return Baton.objects.filter(**self.key, state__in=OPEN)


def about(question_id: int | None, case_id: int | None) -> Q:
    """Rows (batons, answers …) on this question or case."""
    return Q(question_id=question_id, case_id=case_id)


def matter_of(question: Question | None, case: Case | None) -> Matter:
    """Exactly one of the two must be given."""
    if (question is None) == (case is None):
        raise BadInput("question", "请选一道题或一件诉求。")
    return Matter(question, case)


def case_ids_of(matter: Matter, states: Sequence[str] = OPEN_CASES) -> list[int]:
    """Open cases that travel with the matter: the active members, or the case itself."""
    if matter.case:
        return [matter.case.pk]
    active = Membership.objects.filter(question=matter.question, state=Membership.State.ACTIVE, case__state__in=states)
    return list(active.order_by("case_id").values_list("case_id", flat=True))


def open_members(question_ids: Iterable[int]) -> list[tuple[int, int]]:
    """(question, case) of the open cases that travel with these questions."""
    active = Membership.objects.filter(
        question_id__in=list(question_ids), state=Membership.State.ACTIVE, case__state__in=OPEN_CASES
    )
    return list(active.order_by("case_id").values_list("question_id", "case_id"))


# --- clocks -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Clocks:
    """What a new baton is due by: its own limit, signing, objecting, the first contact."""

    due: Due
    sign: Due | None
    objection: Due | None
    contact: Due | None

    @property
    def sign_due_at(self) -> datetime | None:
        return self.sign.due_at if self.sign else None

    @property
    def object_due_at(self) -> datetime | None:
        return self.objection.due_at if self.objection else None

    @property
    def contact_due_at(self) -> datetime | None:
        return self.contact.due_at if self.contact else None

    @property
    def others(self) -> dict[str, Any]:
        """The explanations of signing, objecting and the first contact, kept inside the baton's own."""
        sides = (("sign", self.sign), ("objection", self.objection), ("contact", self.contact))
        return {code: due.explanation for code, due in sides if due is not None}

    @property
    def columns(self) -> dict[str, Any]:
        return {
            "due_on": self.due.due_on,
            "due_at": None if self.due.by_day else self.due.due_at,
            "regime_version": self.due.regime_version,
            "calendar_version": self.due.calendar_version,
            "explanation": self.due.explanation | {"others": self.others},
            "sign_due_at": self.sign_due_at,
            "object_due_at": self.object_due_at,
            "contact_due_at": self.contact_due_at,
        }


def regime_of(matter: Matter, *, joint: bool, start: datetime) -> RegimeView:
    """The regime that decides the matter's clocks.

    Members of one question may fall under different regimes (a stuck window case among calls): the one that is due first
    decides, so that the joint answer is in time for every asker.
    """
    on = start.date()
    usual = matter.obj.category_id
    in_force = regimes.regimes_on(on)
    if matter.case:
        case = matter.case
        kinds = [(case.channel, case.kind, case.urgency, case.party_kind, case.category_id)]
    else:
        members = Membership.objects.filter(
            question=matter.question, state=Membership.State.ACTIVE, case__state__in=OPEN_CASES
        )
        columns = ("case__channel", "case__kind", "case__urgency", "case__party_kind", "case__category_id")
        kinds = list(members.order_by().values_list(*columns).distinct())
    views = [
        in_force.pick(
            channel=channel, kind=kind, urgency=urgency, party_kind=party, joint=joint, category_id=filed or usual
        )
        for channel, kind, urgency, party, filed in kinds
    ] or [in_force.pick(channel="phone", kind="help", urgency="normal", joint=joint)]
    distinct = {view.label: view for view in views}
    return min(distinct.values(), key=lambda view: _handled_by(view, matter, start))


def _handled_by(view: RegimeView, matter: Matter, start: datetime) -> datetime:
    return deadlines.due(regime=view, clock="handle", start=start, received=matter.received_at).due_at


def clocks_for(
    regime: RegimeView, role: str, start: datetime, *, received: datetime | None = None, not_after: Baton | None = None
) -> Clocks:
    """The clocks of a baton of ``role`` dispatched at ``start``; a helper is never due after its lead (``not_after``).

    ``received``: when the matter was first heard of, for limits that start there; left out when a matter that came back
    starts anew.
    """
    code = CLOCK_OF_ROLE[role]
    code = code if regime.has(code) else "handle"
    due = deadlines.due(regime=regime, clock=code, start=start, received=received)
    if not_after is not None:
        due = limits.not_after(due, due_on=not_after.due_on, due_at=not_after.due_at)
    sides = (
        deadlines.due(regime=regime, clock=side, start=start, received=received) if regime.has(side) else None
        for side in ("sign", "objection", "contact")
    )
    return Clocks(due, *sides)
