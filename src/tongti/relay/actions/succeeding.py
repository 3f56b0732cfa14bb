"""单位承接: a unit was merged or renamed; everything it holds passes to its successor, in one logged action that can be resumed."""

from django.db import IntegrityError, transaction
from django.db.models import F

from tongti.cases import actions as cases
from tongti.cases.models import Case
from tongti.questions import actions as questions
from tongti.questions.models import Question
from tongti.relay.actions import matters
from tongti.relay.actions.matters import Matter, locked_matter_of, unit_for_baton
from tongti.relay.errors import StillMoving
from tongti.relay.models import OPEN, Baton, Succession
from tongti.shared import clock, later
from tongti.shared.actor import SYSTEM, Actor
from tongti.shared.errors import BadInput, Raced
from tongti.shared.text import checked_words
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer
from tongti.units.models import Unit

BATCH = 100
HELD_CASES = (Case.State.REGISTERED, Case.State.HANDLING, Case.State.ANSWERED)


@transaction.atomic
def begin_succession(*, old_id: int, new_id: int, basis: str, by: Viewer) -> Succession:
    """承接: from now on ``new`` stands where ``old`` stood. Logged once with what was found; a job moves it batch by batch.

    Nothing about a baton changes but its unit: officer, state, dates and explanation stay (改名、合并不影响期限).
    Raises NotAllowed, BadInput, StillMoving.
    """
    by.require(May.DISPATCH)
    basis = checked_words(basis, "basis", "依据", 300)
    old = Unit.objects.filter(pk=old_id).first()
    if old is None:
        raise BadInput("old", "请选原单位。")
    new = unit_for_baton(new_id, "new")
    if new.pk == old.pk:
        raise BadInput("new", "承接单位不能是原单位自己。")
    found = Baton.objects.filter(unit=old, state__in=OPEN).count()
    try:
        with transaction.atomic():
            row = Succession.objects.create(
                old=old, new=new, basis=basis, found=found, made_by_id=by.officer_id, made_at=clock.now()
            )
    except IntegrityError as error:
        raise StillMoving(unit=old.short_name) from error
    trail.record("succession.begun", row, by=by, facts={"old": old.pk, "new": new.pk, "batons": found}, first=True)
    trail.record("unit.succeeded", old, by=by, facts={"new": new.pk, "succession": row.pk})
    later.defer("continue_succession", succession_id=row.pk)
    return row


def continue_succession(*, succession_id: int, by: Actor = SYSTEM) -> Succession:
    """Move what is left, each matter in a transaction of its own; stopped anywhere, the next run goes on from there.

    Run by a job; running it twice, or by two workers, moves each baton once.
    """
    row = Succession.objects.select_related("old", "new").get(pk=succession_id)
    while row.state == Succession.State.RUNNING:
        batons = Baton.objects.filter(unit_id=row.old_id, state__in=OPEN).order_by("pk").values_list("pk", flat=True)
        pks = list(batons[:BATCH])
        for pk in pks:
            _move(pk, row, by)
        if not pks and not _move_unheld(row, by):
            _finish(row, by)
        row.refresh_from_db()
    return row


@transaction.atomic
def _move(pk: int, row: Succession, by: Actor) -> None:
    baton = Baton.objects.select_related("unit").get(pk=pk)
    matter = locked_matter_of(baton)
    baton.refresh_from_db()
    if baton.unit_id != row.old_id or not baton.is_open:
        return  # another worker, or somebody at a desk, was faster
    other = matter.open_batons().filter(unit_id=row.new_id).select_related("unit").first()
    facts = {"from": row.old_id, "to": row.new_id, "succession": row.pk}
    if other is None:
        _rename(baton, row, facts, matter, by)
        Succession.objects.filter(pk=row.pk).update(moved=F("moved") + 1)
    else:
        # both held a part of one matter: the lead's goes on, else the successor's own
        stays, goes = (baton, other) if baton.role == Baton.Role.LEAD else (other, baton)
        _end(goes, facts, matter, by)
        if stays.pk == baton.pk:
            _rename(baton, row, facts, matter, by)
        Succession.objects.filter(pk=row.pk).update(joined=F("joined") + 1)
    if matter.question:
        questions.inherit(question=matter.question, old_id=row.old_id, new_id=row.new_id, by=by)
    else:
        assert matter.case is not None
        cases.hold(case_ids=[matter.case.pk], old_id=row.old_id, new_id=row.new_id, by=by)


def _rename(baton: Baton, row: Succession, facts: dict[str, int], matter: Matter, by: Actor) -> None:
    matters.count_ended([baton])
    if baton.promised_until:
        matters.count_promised(baton, -1)
    if not Baton.objects.filter(pk=baton.pk, unit_id=row.old_id, state__in=OPEN).update(unit_id=row.new_id):
        raise Raced
    baton.refresh_from_db()
    matters.count_offered([baton])
    if baton.promised_until:
        matters.count_promised(baton, +1)
    matters.record("baton.inherited", [baton], matter, by=by, facts=facts)


def _end(baton: Baton, facts: dict[str, int], matter: Matter, by: Actor) -> None:
    now = clock.now()
    if not Baton.objects.filter(pk=baton.pk, state__in=OPEN).update(
        state=Baton.State.RECALLED, ended_at=now, promised_until=None, paused_until=None
    ):
        raise Raced
    baton.refresh_from_db()
    matters.close_objection(baton, "单位合并，两根棒合成一根", matter, by=by)
    matters.drop_requests([baton], matter, by=by)
    matters.record("baton.recalled", [baton], matter, by=by, facts={**facts, "why": "merged"})
    matters.count_ended([baton])


@transaction.atomic
def _move_unheld(row: Succession, by: Actor) -> bool:
    """What it holds without a baton: cases that wait for dispatch or for a verdict, questions that it answered for."""
    led = list(Question.objects.filter(lead_id=row.old_id).exclude(state="dropped").order_by("pk")[:BATCH])
    for question in led:
        questions.inherit(question=question, old_id=row.old_id, new_id=row.new_id, by=by)
    held = Case.objects.filter(holder_id=row.old_id, state__in=HELD_CASES).order_by("pk").values_list("pk", flat=True)
    pks = list(held[:BATCH])
    if pks:
        cases.hold(case_ids=pks, old_id=row.old_id, new_id=row.new_id, by=by)
    return bool(led or pks)


@transaction.atomic
def _finish(row: Succession, by: Actor) -> None:
    won = Succession.objects.filter(pk=row.pk, state=Succession.State.RUNNING).update(
        state=Succession.State.DONE, done_at=clock.now()
    )
    if won:
        row.refresh_from_db()
        trail.record("succession.done", row, by=by, facts={"moved": row.moved, "joined": row.joined})
