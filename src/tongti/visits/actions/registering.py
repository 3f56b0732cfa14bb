"""What a firm said on a visit goes into its file in the register, where the register can take it."""

from tongti.parties import actions as parties
from tongti.parties.access import may_keep
from tongti.parties.actions import FigureDraft
from tongti.parties.actions.figures import read_value
from tongti.parties.models import Firm, KeyFigure
from tongti.parties.periods import read_period
from tongti.shared import clock
from tongti.shared.errors import BadInput, Raced
from tongti.units.access import Viewer
from tongti.visits.models import Visit, VisitFigure


def enter_in_register(visit: Visit, *, by: Viewer) -> int:
    """Enter the visit's figures as 走访了解; answers how many were written.

    What the register does not read (a period like “今年以来”, half a person) stays on the visit alone; so does everything of a firm
    that is in no register or that she does not keep. A figure that somebody else enters at this moment stays theirs.
    """
    firm = Firm.objects.filter(pk=visit.party_id, merged_into=None).first()
    if firm is None or not may_keep(by, firm):
        return 0
    drafts = [draft for figure in visit.figures.all() if (draft := _draft(figure)) is not None]
    try:
        return len(parties.enter_figures(entries=[(firm, draft) for draft in drafts], by=by)) if drafts else 0
    except Raced:
        return 0


def _draft(figure: VisitFigure) -> FigureDraft | None:
    if figure.kind not in KeyFigure.Measure.values:
        return None
    try:
        read_value(str(figure.value), figure.kind)
        period = read_period(figure.period, today=clock.today())
    except BadInput:
        return None
    return FigureDraft(figure.kind, period, str(figure.value), KeyFigure.Source.VISIT)
