"""督办建议: found by rules or put by a supervisor; dismissed with a reason; gone by itself when it no longer holds."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Model

from tongti.relay.models import Baton
from tongti.shared import clock
from tongti.shared.actor import SYSTEM, Actor
from tongti.shared.errors import BadInput, Raced
from tongti.shared.text import checked_words
from tongti.supervision import access, finding, rules
from tongti.supervision.errors import NothingChanged, NotSupervised, ProposalDecided
from tongti.supervision.finding import Found
from tongti.supervision.models import Proposal, Rule, Rung
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer

MOST_AT_ONCE = 100
BATCH = 500
# The same fact proposes once, whoever finds it; what had lapsed and holds again waits again.
_PROPOSE = (
    "INSERT INTO supervision_proposal (key, rule, rung, question_id, case_id, unit_id, baton_id, why, state, dismissed_for, "
    "proposed_by_id, proposed_at) SELECT *, 'waiting', '', %s::bigint, %s::timestamptz FROM unnest(%s::varchar[], "
    "%s::varchar[], %s::varchar[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::varchar[]) "
    "ON CONFLICT (key) DO UPDATE SET state = 'waiting', why = EXCLUDED.why, proposed_at = EXCLUDED.proposed_at "
    "WHERE supervision_proposal.state = 'lapsed' RETURNING id, (xmax = 0)"
)


def scan(*, by: Actor = SYSTEM) -> tuple[int, int]:
    """Look with every rule; answers how many proposals came and how many lapsed. Safe to run twice, and by two at once."""
    made, keys = 0, set[str]()
    found = finding.everything(rules.in_force(), clock.now())
    while part := list(islice(found, BATCH)):
        made += _propose(part, by=by)
        keys |= {found.key for found in part}
    return made, _lapse(keys, by=by)


@transaction.atomic
def _propose(found: Iterable[Found], *, by: Actor, officer_id: int | None = None) -> int:
    # in one order everywhere, so that two workers with the same batch queue instead of deadlocking
    rows = sorted(found, key=lambda one: one.key)
    columns = [(f.key, f.rule, f.rung, f.question_id, f.case_id, f.unit_id, f.baton_id, f.why[:300]) for f in rows]
    with connection.cursor() as cursor:
        cursor.execute(_PROPOSE, [officer_id, clock.now(), *(list(column) for column in zip(*columns, strict=True))])
        came = cursor.fetchall()
    for first in (True, False):
        objects = Proposal.objects.in_bulk([pk for pk, fresh in came if fresh is first])
        verb = "proposal.made" if first else "proposal.came_back"
        entries: list[tuple[str, Model, dict[str, Any] | None]] = [
            (verb, row, {"rule": row.rule, "unit": row.unit_id}) for row in objects.values()
        ]
        if entries:
            trail.record_many(entries, by=by, first=first)
    return len(came)


@transaction.atomic
def _lapse(holding: set[str], *, by: Actor) -> int:
    waiting = Proposal.objects.filter(state=Proposal.State.WAITING).exclude(rule=rules.BY_HAND)
    gone = [pk for pk, key in waiting.values_list("pk", "key") if key not in holding]
    by_hand = Proposal.objects.filter(state=Proposal.State.WAITING, rule=rules.BY_HAND)
    gone += by_hand.exclude(baton__state__in=("offered", "accepted", "objected")).values_list("pk", flat=True)
    if not gone:
        return 0
    # decided in this very moment by a person: hers stands
    rows = list(Proposal.objects.select_for_update(skip_locked=True).filter(pk__in=gone, state=Proposal.State.WAITING))
    Proposal.objects.filter(pk__in=[row.pk for row in rows]).update(state=Proposal.State.LAPSED)
    if rows:
        trail.record_many([("proposal.lapsed", row, {}) for row in rows], by=by)
    return len(rows)


@transaction.atomic
def propose(*, batons: Sequence[Baton], rung: str, why: str, by: Viewer) -> int:
    """提请督办 for batons picked at the wall; answers how many are new. A baton proposed today already is not proposed again.

    Raises NotAllowed, OwnUnit, BadInput, NotSupervised.
    """
    by.require(May.SUPERVISE)
    why = checked_words(why, "why", "理由", 200)
    if rung not in Rung.values:
        raise BadInput("rung", "请选建议做到哪一步。")
    if not batons:
        raise BadInput("batons", "请先勾选要督办的接力棒。")
    if len(batons) > MOST_AT_ONCE:
        raise BadInput("batons", f"一次最多选 {MOST_AT_ONCE} 根，请分几次。")
    for baton in batons:
        access.require_outside(by, baton.unit)
        if not baton.is_open:
            raise NotSupervised(unit=baton.unit.short_name)
    today = clock.today()
    rows = [
        Found(
            key=f"{rules.BY_HAND}:{baton.pk}:{today}",
            rule=rules.BY_HAND,
            rung=rung,
            unit_id=baton.unit_id,
            why=why,
            question_id=baton.question_id,
            case_id=baton.case_id,
            baton_id=baton.pk,
        )
        for baton in batons
    ]
    return _propose(rows, by=by, officer_id=by.officer_id)


@transaction.atomic
def dismiss(*, proposal: Proposal, reason: str, by: Viewer) -> Proposal:
    """不督办, with the reason; the same fact is not proposed again. Raises NotAllowed, OwnUnit, BadInput, ProposalDecided."""
    access.require_outside(by, proposal.unit)
    reason = checked_words(reason, "reason", "不督办的理由", 200)
    moved = Proposal.objects.filter(pk=proposal.pk, state=Proposal.State.WAITING).update(
        state=Proposal.State.DISMISSED,
        dismissed_for=reason,
        decided_by_id=by.officer_id,
        decided_at=clock.now(),
    )
    proposal.refresh_from_db()
    if not moved:
        raise ProposalDecided(state=proposal.get_state_display())
    trail.record("proposal.dismissed", proposal, by=by, facts={"rule": proposal.rule})
    return proposal


@transaction.atomic
def set_rule(
    *, code: str, threshold: int, rung: str, in_use: bool, source: str, verified: bool = False, by: Viewer
) -> Rule:
    """督办规则: the district's next version of a rule that ships; what was counted by an older one stays.

    ``verified``: she read the source herself. Raises NotAllowed, BadInput, NothingChanged, Raced.
    """
    by.require(May.SUPERVISE)
    shipped = rules.shipped().get(code)
    if shipped is None:
        raise BadInput("code", "没有这条规则。")
    if not 1 <= threshold <= 1000:
        raise BadInput("threshold", "数量请填 1 到 1000。")
    if (shipped.rung != "" and rung not in Rung.values) or (shipped.rung == "" and rung):
        raise BadInput("rung", "请选建议做到哪一步。")
    if shipped.kind == rules.TERM and not in_use:
        raise BadInput("threshold", "期限和提醒不能停用，只能改数量。")
    source = checked_words(source, "source", "依据", 200, optional=True) or shipped.source
    before = rules.in_force()[code]
    said = (threshold, rung, in_use, source, verified)
    if (before.threshold, before.rung, before.in_use, before.source, before.verified) == said:
        raise NothingChanged
    row = _next_version(code, by, threshold=threshold, rung=rung, in_use=in_use, source=source, verified=verified)
    was = {"version": before.version, "threshold": before.threshold, "rung": before.rung, "in_use": before.in_use}
    facts = {"code": code, "version": row.version, "before": was, "threshold": threshold, "rung": rung}
    trail.record("rule.changed", row, by=by, facts={**facts, "in_use": in_use, "verified": verified}, first=True)
    return row


def _next_version(code: str, by: Viewer, **said: Any) -> Rule:
    today = clock.today()
    newest = Rule.objects.filter(code=code).order_by("-version").first()
    checked = {"checked_by_id": by.officer_id, "checked_on": today} if said["verified"] else {}
    if newest and newest.verified and newest.source == said["source"] and checked:
        checked = {"checked_by_id": newest.checked_by_id, "checked_on": newest.checked_on}
    if newest and not Rule.objects.filter(pk=newest.pk, valid_to=None).update(valid_to=today):
        raise Raced
    try:
        with transaction.atomic():
            return Rule.objects.create(
                code=code, version=newest.version + 1 if newest else 1, valid_from=today, **said, **checked
            )
    except IntegrityError as error:
        raise Raced from error
