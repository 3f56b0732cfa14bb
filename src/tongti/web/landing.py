"""Where each role begins its day. A test holds that every role has its page and may open it."""

from tongti.units.access import Viewer

TODO = "desk:home"

# The first address of which this role's work is made up.
START: dict[str, str] = {
    "clerk": TODO,
    "dispatcher": TODO,
    "receiver": "desk:batons",
    "handler": "desk:batons",
    "unit_leader": TODO,
    "helper": "desk:batons",
    "coordinator": TODO,
    "supervisor": TODO,
    "revisitor": "desk:callbacks",
    "analyst": "board:home",
    "field_officer": "desk:register",
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
    return pages.pop() if len(pages) == 1 else TODO
