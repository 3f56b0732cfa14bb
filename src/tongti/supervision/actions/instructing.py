"""批示: a leader's instruction becomes a tracked item: owner, day, report, closed by the leader's side only."""

from datetime import date

from django.db import transaction

from tongti.cases.models import Case
from tongti.questions.models import Question
from tongti.relay.models import Baton
from tongti.relay.plans import Matter, matter_of
from tongti.shared import clock
from tongti.shared.errors import BadInput
from tongti.shared.text import checked_words
from tongti.supervision import access
from tongti.supervision.actions import matters
from tongti.supervision.actions.matters import checked_day, day_words
from tongti.supervision.errors import NobodyHolds, NotOpen, OwnerCannotClose
from tongti.supervision.models import Instruction, InstructionReport
from tongti.units import queries as units
from tongti.units.access import May, Viewer
from tongti.units.models import Unit


@transaction.atomic
def instruct(
    *,
    question: Question | None = None,
    case: Case | None = None,
    words: str,
    due_on: date | None = None,
    owner_id: int | None = None,
    by: Viewer,
) -> Instruction:
    """作批示. Without ``owner_id`` it goes to the unit that leads the matter now, or holds it while it waits for dispatch.

    Raises NotAllowed, BadInput, NobodyHolds.
    """
    by.require(May.INSTRUCT)
    words = checked_words(words, "words", "批示内容", 500)
    due_on = checked_day(due_on)
    matter = matter_of(question, case)
    owner = _owner(matter, owner_id)
    row = Instruction.objects.create(
        **matter.key, words=words, leader_id=by.officer_id, owner=owner, due_on=due_on, at=clock.now()
    )
    facts = {"owner": owner.pk, "due_on": due_on.isoformat() if due_on else None}
    matters.record("instruction.given", row, matter, by=by, facts=facts, first=True)
    until = f"{day_words(due_on)}前落实" if due_on else ""
    subject = f"{by.name}批示：{matters.short_name(matter)}"
    matters.tell_unit(owner, row, f"instruction:{row.pk}", subject, until)
    watchers = units.officer_ids_in(matters.WATCHERS)
    matters.tell(watchers, row, f"instruction:{row.pk}", subject, f"由{owner.short_name}落实。{until}")
    return row


@transaction.atomic
def report(*, instruction: Instruction, words: str, by: Viewer) -> InstructionReport:
    """反馈落实情况 by the owner. Raises NotAllowed, BadInput, NotOpen."""
    row = _locked(instruction)
    access.require_answers(by, row.owner)
    words = checked_words(words, "words", "落实情况", 2000)
    if not Instruction.objects.filter(pk=row.pk, state=Instruction.State.OPEN).update(state=Instruction.State.ANSWERED):
        raise NotOpen(state=row.get_state_display(), what="反馈")
    made = InstructionReport.objects.create(instruction=row, words=words, by_id=by.officer_id, at=clock.now())
    matter = matters.matter_of(row)
    late = bool(row.due_on and clock.today() > row.due_on)
    matters.record("instruction.answered", row, matter, by=by, facts={"report": made.pk, "late": late})
    subject = f"{row.owner.short_name}反馈了批示：{matters.short_name(matter)}"
    told = {row.leader_id, *units.officer_ids_in(matters.WATCHERS)}
    matters.tell(told, row, f"instruction_report:{made.pk}", subject)
    return made


@transaction.atomic
def return_report(*, instruction: Instruction, reason: str, by: Viewer) -> Instruction:
    """退回重报. Raises NotAllowed, OwnerCannotClose, BadInput, NotOpen."""
    row = _locked(instruction)
    _require_side(by, row)
    reason = checked_words(reason, "reason", "退回理由", 300)
    if not Instruction.objects.filter(pk=row.pk, state=Instruction.State.ANSWERED).update(state=Instruction.State.OPEN):
        raise NotOpen(state=row.get_state_display(), what="退回")
    last = row.reports.order_by("-pk").first()
    assert last is not None
    InstructionReport.objects.filter(pk=last.pk).update(returned_for=reason)
    matter = matters.matter_of(row)
    matters.record("instruction.sent_back", row, matter, by=by, facts={"report": last.pk})
    subject = f"批示反馈被退回：{matters.short_name(matter)}"
    matters.tell_unit(row.owner, row, f"instruction_back:{last.pk}", subject, reason)
    row.refresh_from_db()
    return row


@transaction.atomic
def close(*, instruction: Instruction, note: str = "", by: Viewer) -> Instruction:
    """办结 by the leader's side after the owner's report. Raises NotAllowed, OwnerCannotClose, BadInput, NotOpen."""
    row = _locked(instruction)
    _require_side(by, row)
    note = checked_words(note, "note", "办结说明", 300, optional=True)
    if not Instruction.objects.filter(pk=row.pk, state=Instruction.State.ANSWERED).update(
        state=Instruction.State.CLOSED, closing_note=note, closed_by_id=by.officer_id, closed_at=clock.now()
    ):
        raise NotOpen(state=row.get_state_display(), what="办结，要先有反馈")
    matter = matters.matter_of(row)
    matters.record("instruction.closed", row, matter, by=by, facts={})
    matters.tell_unit(row.owner, row, f"instruction_closed:{row.pk}", f"批示已办结：{matters.short_name(matter)}")
    row.refresh_from_db()
    return row


def _owner(matter: Matter, owner_id: int | None) -> Unit:
    if owner_id is not None:
        owner = units.dispatchable_units().filter(pk=owner_id).first()
        if owner is None:
            raise BadInput("owner_id", "请选一个在用的落实单位。")
        return owner
    lead = matter.open_batons().filter(role=Baton.Role.LEAD).select_related("unit").first()
    if lead is not None:
        return lead.unit  # type: ignore[no-any-return]
    found = matter.case.holder if matter.case else (matter.question.lead if matter.question else None)
    found = found or units.fallback_unit()
    if found is None:
        raise NobodyHolds
    return found


def _require_side(viewer: Viewer, row: Instruction) -> None:
    """The leader who gave it, or a supervisor; never the owner's own people."""
    if viewer.officer_id != row.leader_id:
        if not viewer.can(May.SUPERVISE) and access.answers_for(viewer, row.owner):
            raise OwnerCannotClose
        viewer.require(May.SUPERVISE)
    if any(seat.unit_path.startswith(row.owner.path) for seat in viewer.seats):
        raise OwnerCannotClose


def _locked(row: Instruction) -> Instruction:
    return Instruction.objects.select_for_update(of=("self",), no_key=True).select_related("owner").get(pk=row.pk)
