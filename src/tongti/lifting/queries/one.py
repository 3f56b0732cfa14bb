"""One line of a level's list, the lines of one matter, and what a form for a new line starts from."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tongti.cases.models import Case
from tongti.lifting import access
from tongti.lifting.drafts import PLACES
from tongti.lifting.models import Level, Lift, LiftReply, Outgoing, Peer, PeerUnit
from tongti.lifting.queries.lists import LevelRow, level_row
from tongti.questions.models import Membership, Question
from tongti.relay.models import OPEN as OPEN_BATONS
from tongti.relay.models import Baton
from tongti.relay.plans import about
from tongti.shared import clock
from tongti.shared.errors import NotVisible
from tongti.units import queries as units
from tongti.units.access import ROLES, May, Viewer
from tongti.units.models import Unit

WORKERS = tuple(code for code, role in ROLES.items() if May.HANDLE in role.grants)

WISHED_DAYS = 21
ON_ONE_MATTER = 20


@dataclass(frozen=True)
class LiftView:
    """One line as its page shows it: the columns, what came back, and what this viewer may do."""

    lift: Lift
    row: LevelRow
    replies: tuple[LiftReply, ...]
    letters: tuple[Outgoing, ...]
    may_change: bool
    may_sign: bool
    may_withdraw: bool
    may_enter: bool
    may_close: bool


def lift_for(viewer: Viewer, pk: int) -> Lift:
    """A line on something she may see; raises NotVisible."""
    rows = Lift.objects.filter(access.visible(viewer), pk=pk).select_related(
        "question__category", "question__place", "case__category", "case__place", "asked_unit", "prepared_unit",
        "prepared_by", "signed_by", "baton", "peer",
    )  # fmt: skip
    found = rows.first()
    if found is None:
        raise NotVisible
    return found


def answers_here(lift: Lift) -> bool:
    """Whether its unit writes its part in this house: it has officers here and is not behind a link (also one that is not compared
    yet: its letters wait)."""
    linked = PeerUnit.objects.filter(unit_id=lift.asked_unit_id).exclude(peer__state=Peer.State.REVOKED).exists()
    return not linked and units.officers_of(lift.asked_unit_id, WORKERS).exists()


def lift_view(viewer: Viewer, lift: Lift) -> LiftView:
    """Everything its page needs; the caller was let see it."""
    works, state = access.may_work_on(viewer, lift), lift.state
    s = Lift.State
    enters = works and state in (s.LIFTED, s.ANSWERED, s.DECLINED)
    return LiftView(
        lift=lift,
        row=level_row(viewer, lift),
        replies=tuple(LiftReply.objects.filter(lift=lift).select_related("part", "by").order_by("-pk")[:ON_ONE_MATTER]),
        letters=tuple(Outgoing.objects.filter(lift=lift).defer("data").order_by("pk")[:ON_ONE_MATTER])
        if lift.peer_id
        else (),
        may_change=works and state in (s.PREPARED, s.SUBMITTED),
        may_sign=access.may_sign(viewer, lift) and state == s.SUBMITTED and viewer.officer_id not in lift.authors,
        may_withdraw=works and lift.is_open,
        may_enter=enters and not answers_here(lift),
        may_close=works and state in (s.ANSWERED, s.DECLINED),
    )


def lifts_on(viewer: Viewer, *, question: Question | None = None, case: Case | None = None) -> list[Lift]:
    """The lines of a matter that she was let see, newest first."""
    rows = Lift.objects.filter(access.visible(viewer), question=question, case=case)
    return list(rows.select_related("asked_unit").order_by("-pk")[:ON_ONE_MATTER])


def may_prepare(viewer: Viewer, matter: Question | Case) -> bool:
    """Whether she may put this matter on a list now."""
    return matter.state == "handling" and access.preparing_unit(viewer, list(matter.units)) is not None


def asked_units() -> list[tuple[str, list[tuple[int, str]]]]:
    """Units that can be asked, by level: (what the list is called, its units)."""
    rows = units.dispatchable_units().select_related("region")
    found: dict[str, list[tuple[int, str]]] = {level.label: [] for level in Level}
    for unit in rows:
        if level := _level_of(unit):
            found[level.label].append((unit.pk, unit.name))
    return [(label, rows_) for label, rows_ in found.items() if rows_]


def _level_of(unit: Unit) -> Level | None:
    return next((level for level, places in PLACES.items() if unit.region.level in places), None)


def case_ids_of(matter: Question | Case, limit: int = 500) -> list[int]:
    """The cases behind a matter that she was let see."""
    if isinstance(matter, Case):
        return [matter.pk]
    active = Membership.objects.filter(question=matter, state=Membership.State.ACTIVE)
    return list(active.order_by("-pk").values_list("case_id", flat=True)[:limit])


def suggested(matter: Question | Case) -> dict[str, Any]:
    """What a new line starts from: the matter's own words of office (never an asker's), the basis of its duty, three weeks."""
    question = matter if isinstance(matter, Question) else None
    lead = (
        Baton.objects.filter(
            about(question.pk if question else None, None if question else matter.pk),
            role=Baton.Role.LEAD,
            state__in=OPEN_BATONS,
        )
        .select_related("duty")
        .first()
    )
    return {
        "title": question.title if question else "",
        "statement": question.facts[:1000] if question else "",
        "basis": lead.duty.basis if lead and lead.duty else "",
        "reply_by": clock.today() + timedelta(days=WISHED_DAYS),
    }
