"""Who sets targets (the office) and who reports values: the unit that answers for the indicator, and the office."""

from tongti.targets.models import Indicator
from tongti.units.access import May, Viewer


def may_report(viewer: Viewer, indicator: Indicator) -> bool:
    """Whether she may enter this indicator's values."""
    return viewer.can_at(May.REPORT_VALUES, indicator.owner_id, indicator.owner.path)


def require_report(viewer: Viewer, indicator: Indicator) -> None:
    """Raises NotAllowed."""
    viewer.require_at(May.REPORT_VALUES, indicator.owner_id, indicator.owner.path)
