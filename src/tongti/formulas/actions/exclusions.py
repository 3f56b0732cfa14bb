"""剔除: asked for on a case, decided by somebody else, taken back; each step counted in the same transaction."""

from collections import Counter
from collections.abc import Iterable, Sequence

from django.db import transaction

from tongti.cases import access as case_access
from tongti.cases.models import Case
from tongti.figures import actions as figures
from tongti.figures.actions import Count
from tongti.formulas import access, versions
from tongti.formulas.counters import left_out_counter
from tongti.formulas.errors import AlreadyAsked, Decided, OwnWork, SameHand
from tongti.formulas.models import Exclusion
from tongti.formulas.vocabulary import BASES
from tongti.outbox import notices
from tongti.outbox.notices import Word
from tongti.shared import clock, privacy
from tongti.shared.errors import BadInput, NotAllowed
from tongti.shared.text import checked_words
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer

State = Exclusion.State
OPEN = (State.ASKED, State.APPROVED)


@transaction.atomic
def ask_exclusion(*, case: Case, codes: Sequence[str], reason: str, evidence: str, by: Viewer) -> Exclusion:
    """申请剔除 of one case from some rates. Raises NotAllowed, BadInput, AlreadyAsked."""
    if not Case.objects.filter(case_access.within(by, May.NOTE), pk=case.pk).exists():
        raise NotAllowed(what="申请剔除")
    chosen = _chosen(codes, reason)
    evidence = checked_words(evidence, "evidence", "佐证", 500)
    if privacy.found_in(evidence):
        raise BadInput("evidence", "佐证里有手机号、身份证号或银行卡号，请去掉；写清楚凭什么就行。")
    # one at a time: two people who ask at the same moment must not both be let through
    locked = Case.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=case.pk)
    _refuse_twice(locked, chosen)
    row = Exclusion.objects.create(
        case=locked,
        formulas=chosen,
        reason=reason,
        evidence=evidence,
        asked_by_id=by.officer_id,
        asked_unit_id=by.actor_unit_id,
        asked_at=clock.now(),
    )
    facts = {"reason": reason, "formulas": chosen}
    trail.record("exclusion.asked", row, by=by, facts={**facts, "case": case.pk}, first=True)
    trail.record("case.exclusion_asked", locked, by=by, facts={**facts, "exclusion": row.pk})
    return row


def _chosen(codes: Sequence[str], reason: str) -> list[str]:
    today, book = clock.today(), versions.book()
    if reason not in versions.reasons():
        raise BadInput("reason", "请选剔除的理由。")
    if not codes or set(codes) - set(book.versions):
        raise BadInput("codes", "请选从哪些率里剔除。")
    chosen = [code for code in book.versions if code in codes]
    against = [f"“{view.name}”" for view in (book.on(c, today) for c in chosen) if reason not in view.reasons]
    if against:
        raise BadInput("reason", f"{'、'.join(against)}的口径不许用“{versions.reasons()[reason]}”剔除。")
    return chosen


def _refuse_twice(case: Case, chosen: Sequence[str]) -> None:
    open_ = Exclusion.objects.filter(case=case, state__in=OPEN, formulas__overlap=list(chosen))
    taken = {code for row in open_ for code in row.formulas} & set(chosen)
    if taken:
        raise AlreadyAsked(names="、".join(view.name for code, view in versions.shipped().items() if code in taken))


@transaction.atomic
def decide_exclusion(*, exclusion: Exclusion, approve: bool, note: str, by: Viewer) -> Exclusion:
    """审批剔除, by another person of another unit that did not work on it. A refusal needs words.

    Raises NotAllowed, SameHand, OwnWork, BadInput, Decided.
    """
    by.require(access.DECIDES)
    row = _locked(exclusion)
    _require_other_hand(row, by)
    note = checked_words(note, "note", "审批意见", 300, optional=approve)
    if row.state != State.ASKED:
        raise Decided(state=row.get_state_display(), what="审批")
    row.state = State.APPROVED if approve else State.REFUSED
    row.decided_by_id, row.decided_at, row.note = by.officer_id, clock.now(), note
    row.save(update_fields=["state", "decided_by", "decided_at", "note"])
    if approve:
        figures.add(_counts(row, +1))
        trail.record("exclusion.approved", row, by=by)
        trail.record("case.exclusion_approved", row.case, by=by, facts={"exclusion": row.pk, "formulas": row.formulas})
    else:
        trail.record("exclusion.refused", row, by=by)
        trail.record("case.exclusion_refused", row.case, by=by, facts={"exclusion": row.pk})
    said = "同意剔除" if approve else "不同意剔除"
    notices.tell(
        [Word(row.asked_by_id, row, f"exclusion.decided:{row.pk}", f"您申请的剔除：{said}（{row.case.number}）")]
    )
    return row


@transaction.atomic
def withdraw_exclusion(*, exclusion: Exclusion, reason: str, by: Viewer) -> Exclusion:
    """撤销剔除: before it is decided by whoever asked, afterwards by somebody who may decide it. The case counts again.

    Raises NotAllowed, SameHand, OwnWork, BadInput, Decided.
    """
    row = _locked(exclusion)
    if row.state not in OPEN:
        raise Decided(state=row.get_state_display(), what="撤销")
    was = row.state
    if was == State.APPROVED:
        by.require(access.DECIDES)
        _require_other_hand(row, by)
    elif row.asked_by_id != by.officer_id:
        raise NotAllowed(what="撤销剔除申请")
    row.withdrawn_for = checked_words(reason, "reason", "撤销的理由", 300)
    row.state, row.withdrawn_by_id, row.withdrawn_at = State.WITHDRAWN, by.officer_id, clock.now()
    row.save(update_fields=["state", "withdrawn_by", "withdrawn_at", "withdrawn_for"])
    if was == State.APPROVED:
        figures.add(_counts(row, -1))
    trail.record("exclusion.withdrawn", row, by=by, facts={"was": was})
    trail.record("case.exclusion_withdrawn", row.case, by=by, facts={"exclusion": row.pk, "was": was})
    return row


def _locked(exclusion: Exclusion) -> Exclusion:
    rows = Exclusion.objects.select_for_update(of=("self",)).select_related("case")
    return rows.defer("case__body", "case__search", "case__address").get(pk=exclusion.pk)


def _require_other_hand(row: Exclusion, by: Viewer) -> None:
    if row.asked_by_id == by.officer_id or row.asked_unit_id in by.unit_ids:
        raise SameHand
    if by.unit_ids & set(row.case.units):
        raise OwnWork


def _counts(row: Exclusion, sign: int) -> Iterable[Count]:
    """What this case adds to the counters of what is left out. What happens to it later, the hourly count adds."""
    book = versions.book()
    for code in row.formulas:
        for basis in {view.basis for view in book.versions[code]}:
            base = BASES[basis]
            rows = base.rows().filter(of_case=row.case_id).order_by().values_list("of_unit", "on_day", "level")
            for (unit, day, level), n in Counter(rows).items():
                counter = left_out_counter(code, basis, base.codes[level])
                yield from (Count(counter, day, unit_id=u, amount=sign * n) for u in {0, unit})
