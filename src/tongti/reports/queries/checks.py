"""The nightly check of the figures, for the auditor."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet, Subquery

from tongti.figures.checks import drift_of
from tongti.figures.models import Check
from tongti.questions.models import Question
from tongti.reports.measures import measures
from tongti.shared.errors import NotVisible
from tongti.units.access import May, Viewer
from tongti.units.models import Region, Unit

CHECKS_SHOWN = 14


@dataclass(frozen=True)
class DriftLine:
    """One figure that does not agree, in words."""

    measure: str
    whose: str
    day: date | None
    kept: int
    counted: int


def checks(viewer: Viewer) -> list[Check]:
    """The last CHECKS_SHOWN checks of the figures, newest first. Raises NotAllowed."""
    viewer.require(May.AUDIT)
    return list(Check.objects.order_by("-id").defer("drifts")[:CHECKS_SHOWN])


def standing_check(viewer: Viewer) -> QuerySet[Check]:
    """The newest check, when it found something that nobody has put right; else nothing."""
    if not viewer.can(May.AUDIT):
        return Check.objects.none()
    newest = Check.objects.order_by("-id").values("pk")[:1]
    return Check.objects.filter(pk=Subquery(newest), drifted__gt=0, corrected_at=None)


def drift_lines(viewer: Viewer, check_id: int) -> tuple[Check, list[DriftLine]]:
    """One check with the figures that did not agree, the largest of each measure. Raises NotAllowed, NotVisible."""
    viewer.require(May.AUDIT)
    check = Check.objects.filter(pk=check_id).first()
    if check is None:
        raise NotVisible
    names = {measure.code: measure.name for measure in measures()}
    found = [drift_of(stored) for stored in check.drifts]
    units = dict(Unit.objects.filter(pk__in={d.unit_id for d in found}).values_list("pk", "short_name"))
    towns = dict(Region.objects.filter(pk__in={d.unit_id for d in found}).values_list("pk", "name"))
    questions = dict(Question.objects.filter(pk__in={d.subject_id for d in found}).values_list("pk", "number"))
    return check, [
        DriftLine(
            measure=names.get(d.measure, d.measure),
            whose=questions.get(d.subject_id, "")
            or (towns if d.measure.startswith("town_") else units).get(d.unit_id, "")
            or ("全区" if not d.unit_id else f"单位 {d.unit_id}"),
            day=d.day,
            kept=d.kept,
            counted=d.counted,
        )
        for d in found
    ]
