"""Reads on the level lists, always for somebody."""

from tongti.lifting.models import Arrival, Level, Lift, Peer
from tongti.lifting.queries.lists import (
    Filters,
    LevelRow,
    level_row,
    level_rows,
    lifts,
    to_sign,
    waiting_for_reply,
)
from tongti.lifting.queries.one import (
    LiftView,
    asked_units,
    case_ids_of,
    lift_for,
    lift_view,
    lifts_on,
    may_prepare,
    suggested,
)
from tongti.lifting.queries.peers import (
    arrival_for,
    arrivals,
    arrivals_on,
    letters_in,
    letters_on,
    letters_out,
    may_listen,
    own_card,
    own_keys,
    peer_for,
    peers,
    unit_ids_of,
)

LiftState, ArrivalState, PeerSide, PeerState = Lift.State, Arrival.State, Peer.Side, Peer.State

__all__ = [
    "ArrivalState",
    "Filters",
    "Level",
    "LevelRow",
    "LiftState",
    "LiftView",
    "PeerSide",
    "PeerState",
    "arrival_for",
    "arrivals",
    "arrivals_on",
    "asked_units",
    "case_ids_of",
    "letters_in",
    "letters_on",
    "letters_out",
    "level_row",
    "level_rows",
    "lift_for",
    "lift_view",
    "lifts",
    "lifts_on",
    "may_listen",
    "may_prepare",
    "own_card",
    "own_keys",
    "peer_for",
    "peers",
    "suggested",
    "to_sign",
    "unit_ids_of",
    "waiting_for_reply",
]
