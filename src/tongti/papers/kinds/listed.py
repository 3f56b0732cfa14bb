"""Where the lines of a level's list come from: the county's from the visits, those above it from the signed lines of the list."""

from itertools import islice
from typing import Any

from tongti.lifting.models import Lift
from tongti.lifting.queries import Filters, Level, LevelRow, level_rows
from tongti.papers.kinds.kind import HIDDEN, Asked
from tongti.papers.levels import of_campaign
from tongti.shared.privacy import without_numbers
from tongti.visits import counting
from tongti.visits.queries.firms import firm_names

STATES_LEFT_OUT = frozenset({Lift.State.PREPARED, Lift.State.SUBMITTED, Lift.State.WITHDRAWN})
NAMES = 3


def rows_of(asked: Asked, most: int) -> list[dict[str, Any]]:
    """The lines of one level, the oldest first, at most ``most``."""
    return _of_the_county(asked, most) if asked.scope == Level.COUNTY else _lifted(asked, most)


def _lifted(asked: Asked, most: int) -> list[dict[str, Any]]:
    """Lines that a leader signed off, of cases and questions of this campaign."""
    here = set(Lift.objects.filter(of_campaign(asked.campaign), level=asked.scope).values_list("pk", flat=True))
    lines = level_rows(asked.viewer, Filters(level=asked.scope, until=asked.until, signed_only=True))
    wanted = (line for line in lines if line.pk in here and line.state not in STATES_LEFT_OUT)
    return [_line(line) for line in islice(wanted, most)]


def _line(line: LevelRow) -> dict[str, Any]:
    names = "、".join(line.firm_names[:NAMES])
    return {
        "number": line.number,
        "title": without_numbers(line.title),
        "firms": f"{line.firms}家" + (f"：{names}{'等' if line.firms > NAMES else ''}" if names else ""),
        "tried": without_numbers(line.tried),
        "basis": without_numbers(line.basis),
        "asked": without_numbers(line.asked),
        "asked_of": line.asked_unit,
        "reply_by": line.reply_by.isoformat(),
        "state": line.state_name,
    }


def _of_the_county(asked: Asked, most: int) -> list[dict[str, Any]]:
    """Difficulties that became cases and that the county solves itself."""
    line: dict[str, Any] = {"of_level": asked.scope, "visit__visited_on__lte": asked.until, "case__isnull": False}
    found = counting.heard(asked.campaign).filter(**line)
    rows: list[Any] = list(
        found.select_related("visit", "case__holder").defer("case__search", "case__body").order_by("pk")[:most]
    )
    names = firm_names(row.visit.party_id for row in rows)
    return [
        {
            "number": row.case.number,
            "title": without_numbers(row.headline),
            "firms": HIDDEN if row.hide_identity else names.get(row.visit.party_id, ""),
            "tried": without_numbers(row.explanation),
            "basis": "",
            "asked": without_numbers(row.matter or row.wished),
            "asked_of": row.case.holder.short_name if row.case.holder else "",
            "reply_by": row.case.due_on.isoformat() if row.case.due_on else "",
            "state": row.case.get_state_display(),
        }
        for row in rows
    ]
