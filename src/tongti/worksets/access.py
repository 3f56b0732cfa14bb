"""Who may share a view with a unit, and who may do which step on many at once. What each row allows is asked row by row."""

from tongti.units.access import May, Viewer


def may_share_with(viewer: Viewer, unit_id: int, unit_path: str) -> bool:
    """Whoever looks over the unit's work (看板) may put a view above its list."""
    return viewer.can_at(May.BOARD, unit_id, unit_path)


def may_any(viewer: Viewer, *permissions: May) -> bool:
    """Whether she holds one of these, at whatever scope."""
    return any(viewer.can(may) for may in permissions)
