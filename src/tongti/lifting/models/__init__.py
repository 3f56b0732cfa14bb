"""上下同题: the lists of the levels, and the links to deployments above and below."""

from tongti.lifting.models.letters import Arrival, Incoming, Kind, Outgoing
from tongti.lifting.models.lifts import OPEN, Level, Lift, LiftReply, LiftSeries
from tongti.lifting.models.peering import OwnKey, Peer, PeerUnit

__all__ = [
    "OPEN",
    "Arrival",
    "Incoming",
    "Kind",
    "Level",
    "Lift",
    "LiftReply",
    "LiftSeries",
    "Outgoing",
    "OwnKey",
    "Peer",
    "PeerUnit",
]
