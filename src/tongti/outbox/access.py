"""Who may see what was sent: whoever may see the object that a message is about; the overview is for administrators."""

from tongti.units.access import May, Viewer


def may_see_overview(viewer: Viewer) -> bool:
    """Numbers of waiting and failed messages, without their words."""
    return viewer.can(May.ADMINISTER) or viewer.can(May.SUPERVISE) or viewer.can(May.DISPATCH)
