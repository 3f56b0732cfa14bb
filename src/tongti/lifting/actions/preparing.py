"""拟报: a unit or the office writes the line, and mends what the leader sent back."""

from django.db import IntegrityError, transaction

from tongti.cases.models import Case
from tongti.lifting.access import preparing_unit, require_work_on
from tongti.lifting.drafts import LiftDraft, ReadLift, read_draft
from tongti.lifting.errors import AlreadyOnList, LiftMoved, NotInHand
from tongti.lifting.models import Lift
from tongti.questions.models import Question
from tongti.shared import clock
from tongti.shared.errors import BadInput, NotAllowed, Raced
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer

State = Lift.State


@transaction.atomic
def prepare(*, question: Question | None = None, case: Case | None = None, draft: LiftDraft, by: Viewer) -> Lift:
    """Put a question or a single case in hand on a level's list, for a leader to sign off (待签发).

    Raises BadInput, NotAllowed, NotInHand, AlreadyOnList.
    """
    matter = question or case
    if matter is None or (question is not None and case is not None):
        raise BadInput("question", "请选一道题或一件诉求。")
    unit_id = preparing_unit(by, list(matter.units))
    if unit_id is None:
        raise NotAllowed(what=May.LIFT.value)
    read = read_draft(draft)
    require_in_hand(matter)
    lift = Lift(
        question=question,
        case=case,
        **_columns(read),
        prepared_unit_id=unit_id,
        prepared_by_id=by.officer_id,
        prepared_at=clock.now(),
        authors=[by.officer_id],
    )
    try:
        with transaction.atomic():
            lift.save(force_insert=True)
    except IntegrityError as error:
        raise AlreadyOnList(level=lift.get_level_display(), unit=read.unit.short_name) from error
    facts = {"level": lift.level, "asked": read.unit.pk, "question": lift.question_id, "case": lift.case_id}
    trail.record("lift.prepared", lift, by=by, facts=facts, first=True)
    return lift


@transaction.atomic
def change(*, lift: Lift, draft: LiftDraft, version: int, by: Viewer) -> Lift:
    """Mend a line that is not signed yet; one that was sent back goes up again. Whoever wrote in it is one of its authors from then
    on; saving a waiting line as it stands changes nothing. Raises BadInput, NotAllowed, LiftMoved, Raced, AlreadyOnList."""
    require_work_on(by, lift)
    read = read_draft(draft)
    open_to_change = Lift.objects.filter(pk=lift.pk, version=version, state__in=(State.PREPARED, State.SUBMITTED))
    now = open_to_change.select_for_update(no_key=True).first()
    if now is None:
        raise lost(lift, "改", (State.PREPARED, State.SUBMITTED))
    if now.state == State.SUBMITTED and all(getattr(now, name) == value for name, value in _columns(read).items()):
        lift.refresh_from_db()
        return lift
    try:
        with transaction.atomic():
            won = open_to_change.update(
                **_columns(read),
                state=State.SUBMITTED,
                version=version + 1,
                prepared_by_id=by.officer_id,
                authors=sorted({*now.authors, by.officer_id}),
            )
    except IntegrityError as error:
        raise AlreadyOnList(level=str(read.level), unit=read.unit.short_name) from error
    if not won:
        raise lost(lift, "改", (State.PREPARED, State.SUBMITTED))
    lift.refresh_from_db()
    trail.record("lift.changed", lift, by=by, facts={"level": lift.level, "asked": lift.asked_unit_id})
    return lift


def require_in_hand(matter: Question | Case) -> None:
    """Raises NotInHand unless a unit leads it now."""
    if matter.state != "handling":
        raise NotInHand(number=matter.number, state=matter.get_state_display())


def lost(lift: Lift, step: str, needed: tuple[str, ...]) -> LiftMoved | Raced:
    """Why a compare-and-set found nothing: another state, or somebody else was quicker."""
    now = Lift.State(Lift.objects.values_list("state", flat=True).get(pk=lift.pk))
    return Raced() if now in needed else LiftMoved(state=now.label, step=step)


def _columns(read: ReadLift) -> dict[str, object]:
    return {"level": read.level, **read.words, "asked_unit_id": read.unit.pk, "reply_by": read.reply_by}
