"""Where each role begins its day. A test holds that every role has its page and may open it."""

from tongti.units.access import Viewer

MY_WORK = "desk:home"

# The first address of which this role's work is made up.
START: dict[str, str] = {
    "clerk": MY_WORK,
    "dispatcher": MY_WORK,
    "receiver": "desk:batons",
    "handler": "desk:batons",
    "unit_leader": MY_WORK,
    "helper": "desk:batons",
    "coordinator": MY_WORK,
    "supervisor": MY_WORK,
    "revisitor": "desk:callbacks",
    "analyst": "board:home",
    "field_officer": "field:today",
    "indicator_clerk": "board:home",
    "livelihood_clerk": "board:home",
    "monitoring_clerk": "board:home",
    "publisher": "desk:questions",
    "auditor": "desk:audit",
    "admin": "desk:units",
    "leader": "board:home",
}


def start_of(viewer: Viewer) -> str:
    """The page of her work; whoever holds roles of several kinds, or none, begins with 我的待办, which gathers them all."""
    pages = {START[code] for code in viewer.role_codes}
    return pages.pop() if len(pages) == 1 else MY_WORK
