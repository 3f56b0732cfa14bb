"""Checking the leader's numbers against the rows they stand for."""

import logging

from django.db import transaction

from tongti.figures import actions as figures
from tongti.figures.actions import Count
from tongti.figures.checks import Drift, drift_of, drifts_of, months_that_differ, stored
from tongti.figures.models import Check
from tongti.formulas import actions as formulas
from tongti.reports.measures import measures
from tongti.shared import clock
from tongti.shared.actor import SYSTEM, Actor
from tongti.shared.errors import BadInput
from tongti.trail import actions as trail

log = logging.getLogger(__name__)

REASON_CHARS = 200


def check_figures(*, by: Actor = SYSTEM) -> Check:
    """Count every measure again and keep what was found; nothing is changed. Each measure is compared at one moment, so people
    may go on working.

    The rates' hourly counters are counted first: they are as of then, and would differ by what happened since.
    """
    formulas.tally(whole=True)
    found = [drifts_of(measure) for measure in measures()]
    drifted = sum(number for _, number in found) + months_that_differ()
    with transaction.atomic():
        check = Check.objects.create(
            at=clock.now(),
            measures=len(found),
            drifted=drifted,
            drifts=[stored(drift) for drifts, _ in found for drift in drifts],
        )
        trail.record("figure_check.made", check, by=by, facts={"measures": len(found), "drifted": drifted}, first=True)
    if drifted:
        log.warning("figures do not agree with their rows", extra={"check": check.pk, "drifted": drifted})
    return check


@transaction.atomic
def correct_figures(*, reason: str, by: Actor = SYSTEM) -> Check:
    """Bring every figure to what its rows say now, by steps like any other, and record it. Answers the check that found them.

    Raises BadInput without a reason. Drifts beyond the largest of one measure are left for the next time.
    """
    reason = reason.strip()
    if not reason:
        raise BadInput("reason", "请写明为什么要改。")
    check = check_figures(by=by)
    drifts = [drift_of(kept) for kept in check.drifts]
    figures.add(_step(drift) for drift in drifts)
    if months_that_differ():
        figures.rebuild_months()
    check.corrected_at, check.reason = clock.now(), reason[:REASON_CHARS]
    check.save(update_fields=["corrected_at", "reason"])
    trail.record("figure_check.corrected", check, by=by, facts={"figures": len(drifts)})
    return check


def _step(drift: Drift) -> Count:
    """A stock is put right today: it is the sum of all its days."""
    return Count(
        drift.measure,
        drift.day or clock.today(),
        unit_id=drift.unit_id,
        subject_id=drift.subject_id,
        amount=drift.counted - drift.kept,
    )
