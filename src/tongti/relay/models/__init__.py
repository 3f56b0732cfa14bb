"""接力: batons and what is decided about them, one file a topic."""

from tongti.relay.models.asking import Extension, Promise, PromiseStep
from tongti.relay.models.batons import OPEN, Baton, Objection, Progress
from tongti.relay.models.before import Consultation, Opinion
from tongti.relay.models.contacts import Contact, Reach, UrgentReport
from tongti.relay.models.diversions import LateDiversion
from tongti.relay.models.evidence import Evidence
from tongti.relay.models.hands import HandOver, HandOverItem, HandOverSheet
from tongti.relay.models.stops import ClockStop
from tongti.relay.models.successions import Succession

__all__ = [
    "OPEN",
    "Baton",
    "ClockStop",
    "Consultation",
    "Contact",
    "Evidence",
    "Extension",
    "HandOver",
    "HandOverItem",
    "HandOverSheet",
    "LateDiversion",
    "Objection",
    "Opinion",
    "Progress",
    "Promise",
    "PromiseStep",
    "Reach",
    "Succession",
    "UrgentReport",
]
