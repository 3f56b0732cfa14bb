"""登记为诉求: what was found at a firm becomes the firm's own case, in one tap, once; whether the firm said it before is a person's word."""

from django.db import transaction

from tongti.cases import actions as cases
from tongti.cases.models import Case
from tongti.questions import actions as questions
from tongti.questions import matching
from tongti.questions.matching import Like
from tongti.shared import clock
from tongti.shared.errors import NotVisible
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer
from tongti.visits import access
from tongti.visits.actions.telling import tell_firm
from tongti.visits.errors import AlreadySettled
from tongti.visits.models import Finding, Visit

LOOKED_BACK = 60
"""The firm's newest cases among which the same difficulty is looked for."""


@transaction.atomic
def raise_finding(*, finding: Finding, by: Viewer) -> Case:
    """The case of this finding: channel 走访, the officer enters it, the firm asks. Sent twice it is the same case.

    A common difficulty (共性) for which the officer named a question is proposed to it; a dispatcher decides. A case of the firm
    that the engine takes for the same difficulty is proposed with its reasons (``settle_repeat``). The firm is sent the link by
    which it follows its difficulty. Raises NotVisible, NotAllowed, BadInput, NoHolder.
    """
    by.require(May.REGISTER)
    held = Finding.objects.select_for_update().filter(pk=finding.pk).first()
    if held is None or not Visit.objects.filter(access.writable(by), pk=held.visit_id).exists():
        raise NotVisible
    if held.case_id is not None:
        return Case.objects.get(pk=held.case_id)
    visit = Visit.objects.select_related("party").get(pk=held.visit_id)
    earlier = _said_before(held, visit, by)
    case = cases.register(intake=_intake(held, visit), by=by)
    Finding.objects.filter(pk=held.pk).update(
        case=case,
        raised_by_id=by.officer_id,
        raised_at=clock.now(),
        earlier_id=earlier.case_id if earlier else None,
        earlier_chance=round(earlier.probability, 3) if earlier else None,
        earlier_reasons=[reason["words"] for reason in earlier.reasons] if earlier else [],
        earlier_state=Finding.Again.PROPOSED if earlier else "",
    )
    facts = {"case": case.pk, "visit": visit.pk, "earlier": earlier.case_id if earlier else None}
    trail.record("finding.raised", held, by=by, facts=facts)
    trail.record("visit.case_raised", visit, by=by, facts={"finding": held.pk, "case": case.pk})
    if held.shared and held.question_id:
        questions.suggest(case=case, question_id=held.question_id, by=by)
    tell_firm(case=case, by=by)
    finding.refresh_from_db()
    return case


def _intake(finding: Finding, visit: Visit) -> cases.Intake:
    wished = f"\n希望：{finding.wished}" if finding.wished else ""
    return cases.Intake(
        key=finding.key,
        channel=Case.Channel.VISIT,
        kind=Case.Kind.HELP,
        title=finding.title,
        body=finding.words + wished,
        category_id=finding.category_id,
        asker_party_id=visit.party_id,
        asker_kind=visit.party.kind,
        hide_identity=finding.hide_identity,
    )


def _said_before(finding: Finding, visit: Visit, by: Viewer) -> Like | None:
    """The firm's earlier case, among those that she may be told of, that the engine takes for the same difficulty."""
    before = access.firm_cases(by, [visit.party_id]).order_by("-received_at", "-pk")
    ids = list(before.values_list("pk", flat=True)[:LOOKED_BACK])
    if not ids:
        return None
    return matching.said_before(title=finding.title, body=finding.words, at=clock.now(), case_ids=ids)


@transaction.atomic
def settle_repeat(*, finding: Finding, same: bool, by: Viewer) -> Finding:
    """Whether the finding is the earlier case's difficulty again: yes links the two cases, no keeps the engine from asking again.

    The officers of the visit say so once; the office may say otherwise later. Raises NotVisible, NotAllowed, AlreadySettled.
    """
    by.require(May.VISIT)
    if not Visit.objects.filter(access.writable(by), pk=finding.visit_id).exists():
        raise NotVisible
    held = Finding.objects.select_for_update(of=("self",)).select_related("case", "earlier").get(pk=finding.pk)
    if held.earlier is None or held.case is None:
        raise NotVisible
    said = Finding.Again.CONFIRMED if same else Finding.Again.REFUSED
    if held.earlier_state == said or (held.earlier_state != Finding.Again.PROPOSED and not by.can(May.CAMPAIGN)):
        raise AlreadySettled(state=held.get_earlier_state_display())
    Finding.objects.filter(pk=held.pk).update(earlier_state=said, earlier_by_id=by.officer_id, earlier_at=clock.now())
    facts = {"case": held.case_id, "earlier": held.earlier_id}
    if same:
        cases.link_repeat(case=held.case, earlier=held.earlier, by=by)
        trail.record("finding.link_confirmed", held, by=by, facts=facts)
    else:
        cases.unlink_repeat(case=held.case, by=by)
        trail.record("finding.link_refused", held, by=by, facts=facts)
    finding.refresh_from_db()
    return finding
