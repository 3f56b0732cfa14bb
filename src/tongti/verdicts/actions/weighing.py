"""核实不满意的评价: is the demand behind a bad rating a reasonable one? Said by somebody who did not do the work."""

from django.db import transaction

from tongti.answers.models import Reply
from tongti.cases.models import Case
from tongti.shared import clock
from tongti.shared.text import checked_words
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer
from tongti.verdicts.errors import AlreadyWeighed, NothingToWeigh, OwnWork
from tongti.verdicts.models import Verdict
from tongti.verdicts.queries import handling_units


@transaction.atomic
def weigh(*, verdict: Verdict, reasonable: bool, why: str, by: Viewer) -> Verdict:
    """核实 a bad rating: the demand is reasonable, or it is not; ``why`` says how that was found.

    The asker's answer is never changed by it. Raises NotAllowed, OwnWork, BadInput, NothingToWeigh, AlreadyWeighed.
    """
    if not by.can(May.SUPERVISE):
        by.require(May.REVISIT)
    if by.unit_ids & handling_units(Reply.objects.select_related("answer").get(pk=verdict.reply_id)):
        raise OwnWork
    why = checked_words(why, "why", "核实情况", 300)
    won = Verdict.objects.filter(pk=verdict.pk, satisfied=Verdict.Satisfied.NOT, reasonable=None).update(
        reasonable=reasonable, weighed_why=why, weighed_by_id=by.officer_id, weighed_at=clock.now()
    )
    verdict.refresh_from_db()
    if not won:
        raise AlreadyWeighed if verdict.satisfied == Verdict.Satisfied.NOT else NothingToWeigh
    facts = {"verdict": verdict.pk, "reasonable": reasonable}
    trail.record("case.verdict_weighed", Case(pk=verdict.case_id), by=by, facts=facts)
    return verdict
