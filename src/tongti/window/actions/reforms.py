"""从“一件事”到“一类事”: cases of one cause become a candidate; a person decides; it ends with an item that asks less of people."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.conf import settings
from django.db import transaction

from tongti.cases.models import Case
from tongti.outbox import actions as outbox
from tongti.shared import clock, links
from tongti.shared.actor import SYSTEM, Actor
from tongti.shared.errors import BadInput, Raced
from tongti.shared.text import checked_words
from tongti.trail import actions as trail
from tongti.units import queries as units
from tongti.units.access import Viewer
from tongti.units.models import Unit
from tongti.window import access
from tongti.window.errors import CandidateDecided, NothingBetter
from tongti.window.models import CandidateMatter, ItemVersion, ReformCandidate, WindowMatter
from tongti.window.queries.items import measures, version_on
from tongti.window.queries.reforms import Ripe, grounds_count, ripe

State = ReformCandidate.State
OPEN = (State.PROPOSED, State.ACCEPTED)
BATCH = 500


@transaction.atomic
def propose_candidates(*, by: Actor = SYSTEM) -> int:
    """What the register shows now: new candidates, and more matters behind those that are open. Answers how many are new.

    Safe to repeat. A matter that stands behind a decided candidate is not counted again, so what was refused comes back only
    when as many more have come.
    """
    new = 0
    for found in ripe():
        candidate = _home(found)
        if candidate is None:
            candidate = _propose(found, by=by)
            new += 1
        _add_grounds(candidate, found.matter_ids)
    for pk in ReformCandidate.objects.filter(state__in=OPEN).values_list("pk", flat=True):
        _recount(pk)
    return new


def _home(found: Ripe) -> ReformCandidate | None:
    """The open candidate for this item and cause, or the open one that it was merged into."""
    rows = ReformCandidate.objects.filter(item_id=found.item_id, cause_id=found.cause_id).order_by("-pk")
    for row in rows.select_related("merged_into")[:5]:
        if row.state in OPEN:
            return row
        if row.merged_into is not None and row.merged_into.state in OPEN:
            return row.merged_into
    return None


def _propose(found: Ripe, *, by: Actor) -> ReformCandidate:
    before = (
        ItemVersion.objects.filter(item_id=found.item_id, valid_from__lte=clock.today()).order_by("-version").first()
    )
    candidate = ReformCandidate.objects.create(
        item_id=found.item_id,
        cause_id=found.cause_id,
        why=ReformCandidate.Why.QUESTION if found.question_id else ReformCandidate.Why.MANY,
        question_id=found.question_id,
        before=before,
        proposed_at=clock.now(),
    )
    facts = {"item": found.item_id, "cause": found.cause_id, "question": found.question_id, "why": candidate.why}
    trail.record("reform.proposed", candidate, by=by, facts=facts, first=True)
    return candidate


def _add_grounds(candidate: ReformCandidate, matter_ids: Iterable[int]) -> None:
    now = clock.now()
    rows = [CandidateMatter(candidate=candidate, matter_id=pk, added_at=now) for pk in matter_ids]
    CandidateMatter.objects.bulk_create(rows, ignore_conflicts=True)


def take_back_grounds(*, matter: WindowMatter) -> None:
    """The matter has another item or cause now: it stands behind no open candidate until it is looked at again."""
    behind = CandidateMatter.objects.filter(matter=matter, candidate__state__in=OPEN)
    candidate_ids = sorted(behind.values_list("candidate_id", flat=True))
    behind.delete()
    for pk in candidate_ids:
        _recount(pk)


def _recount(pk: int) -> None:
    counted = grounds_count(pk)
    ReformCandidate.objects.filter(pk=pk).update(
        matters=counted.matters, askers=counted.askers, trips=counted.trips, days_lost=counted.days_lost
    )


@transaction.atomic
def accept(
    *, candidate: ReformCandidate, unit_id: int | None, change: str, due_on: date | None = None, by: Viewer
) -> ReformCandidate:
    """采纳: who changes what, and by when. Raises BadInput, NotAllowed, CandidateDecided."""
    access.require(access.may_decide(by), "决定改革建议")
    change = checked_words(change, "change", "改什么", 500)
    unit = Unit.objects.filter(pk=unit_id or 0, active=True).first()
    if unit is None:
        raise BadInput("unit", "请选责任单位。")
    if due_on is not None and due_on < clock.today():
        raise BadInput("due_on", "“改到哪天”不能是过去的日子。")
    _recount(candidate.pk)
    _decide(candidate, State.ACCEPTED, by=by, unit=unit, change=change, due_on=due_on)
    trail.record("reform.accepted", candidate, by=by, facts={"unit": unit.pk, "due": str(due_on or "")})
    return candidate


@transaction.atomic
def refuse(*, candidate: ReformCandidate, reason: str, by: Viewer) -> ReformCandidate:
    """不采纳, with the reason; the same matters do not propose it again. Raises BadInput, NotAllowed, CandidateDecided."""
    access.require(access.may_decide(by), "决定改革建议")
    reason = checked_words(reason, "reason", "理由", 300)
    _decide(candidate, State.REFUSED, by=by, reason=reason)
    trail.record("reform.refused", candidate, by=by, facts={"matters": candidate.matters})
    return candidate


@transaction.atomic
def merge(*, candidate: ReformCandidate, into: ReformCandidate, reason: str, by: Viewer) -> ReformCandidate:
    """并入 another open candidate that one change would settle too; its matters stand behind that one from now on.

    Raises BadInput, NotAllowed, CandidateDecided.
    """
    access.require(access.may_decide(by), "决定改革建议")
    reason = checked_words(reason, "merge_reason", "为什么是同一项改革", 300)
    if into.pk == candidate.pk:
        raise BadInput("into", "不能并入自己，请选另一条。")
    held = ReformCandidate.objects.select_for_update().order_by("pk").in_bulk([candidate.pk, into.pk])
    if held[into.pk].state not in OPEN:
        raise BadInput("into", f"选的那一条已经{held[into.pk].get_state_display()}，请选还没有办结的。")
    _decide(candidate, State.MERGED, by=by, reason=reason, merged_into=into)
    _add_grounds(into, CandidateMatter.objects.filter(candidate=candidate).values_list("matter_id", flat=True))
    _recount(into.pk)
    # what had been merged into this one goes along
    ReformCandidate.objects.filter(merged_into=candidate).update(merged_into=into)
    trail.record_many(
        [("reform.merged", candidate, {"into": into.pk}), ("reform.absorbed", into, {"from": candidate.pk})], by=by
    )
    into.refresh_from_db()
    return candidate


@transaction.atomic
def finish(*, candidate: ReformCandidate, outcome: str, by: Viewer) -> ReformCandidate:
    """已改: the item's version in force asks less of people than the one before. Raises BadInput, NotAllowed, NothingBetter,
    CandidateDecided."""
    access.require(access.may_finish(by, candidate), "办结改革")
    outcome = checked_words(outcome, "outcome", "改成了什么", 500)
    after = version_on(candidate.item, clock.today())
    before = candidate.before
    if after is None or before is None or after.version <= before.version:
        raise NothingBetter
    if not any(row.better for row in measures(before, after)):
        raise NothingBetter
    moved = ReformCandidate.objects.filter(pk=candidate.pk, state=State.ACCEPTED).update(
        state=State.DONE, after=after, outcome=outcome, done_by_id=by.officer_id, done_at=clock.now()
    )
    if not moved:
        _refused(candidate)
    candidate.refresh_from_db()
    trail.record("reform.done", candidate, by=by, facts={"before": before.pk, "after": after.pk})
    return candidate


@transaction.atomic
def tell_askers(*, candidate: ReformCandidate, by: Viewer) -> int:
    """告知: everybody behind the candidate who wanted an answer is told what has changed, once; answers how many were told now.

    Raises NotAllowed, CandidateDecided (it is not done yet).
    """
    access.require(access.may_finish(by, candidate), "告知诉求人")
    held = ReformCandidate.objects.select_for_update(of=("self",)).select_related("item", "unit").get(pk=candidate.pk)
    if held.state != State.DONE:
        _refused(held)
    subject, body = units.words("notice.reformed_subject"), units.words("notice.reformed")
    behind = WindowMatter.objects.filter(behind__candidate=held).values("case_id")
    asked = Case.objects.filter(pk__in=behind, reply_wanted=True, party__isnull=False)
    rows = asked.exclude(state=Case.State.WITHDRAWN).only("id", "number", "party_id", "hide_identity")
    told = 0
    for batch in _batches(list(rows.order_by("pk"))):
        told += outbox.send_many([_notice(held, case, subject, body) for case in batch])
    ReformCandidate.objects.filter(pk=held.pk).update(told=told, told_at=clock.now())
    trail.record("reform.told", held, by=by, facts={"told": told})
    candidate.refresh_from_db()
    return told


def _batches(rows: Sequence[Case]) -> Iterable[Sequence[Case]]:
    return (rows[at : at + BATCH] for at in range(0, len(rows), BATCH))


def _notice(candidate: ReformCandidate, case: Case, subject: str, body: str) -> outbox.Draft:
    slots = {
        "number": case.number,
        "item": candidate.item.name,
        "unit": candidate.unit.name if candidate.unit else "",
        "outcome": candidate.outcome,
        "url": links.tracking_url(case.pk),
        "owner": settings.OWNER_NAME,
        "district": settings.DISTRICT_NAME,
    }
    return outbox.Draft(
        subject=_filled(subject, slots),
        body=_filled(body, slots),
        about=case,
        dedupe_key=f"reformed:{candidate.pk}:{case.pk}",
        to_party_id=case.party_id,
    )


def _filled(text: str, slots: dict[str, str]) -> str:
    for name, value in slots.items():
        text = text.replace("{" + name + "}", value)
    return text


def _decide(candidate: ReformCandidate, state: State, *, by: Viewer, **columns: object) -> None:
    """Compare-and-set from proposed. Raises CandidateDecided."""
    moved = ReformCandidate.objects.filter(pk=candidate.pk, state=State.PROPOSED).update(
        state=state, decided_by_id=by.officer_id, decided_at=clock.now(), **columns
    )
    if not moved:
        _refused(candidate)
    candidate.refresh_from_db()


def _refused(candidate: ReformCandidate) -> None:
    now = ReformCandidate.objects.filter(pk=candidate.pk).first()
    if now is None:
        raise Raced
    raise CandidateDecided(state=now.get_state_display())
