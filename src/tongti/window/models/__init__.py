"""办不成事窗口: the items that people come for, the matters that did not get done, and what is to change so that they will."""

from tongti.window.models.items import ItemPaper, ItemStep, ItemVersion, ServiceItem
from tongti.window.models.matters import Cause, WindowMatter
from tongti.window.models.reforms import CandidateMatter, ReformCandidate, ReformThreshold

__all__ = [
    "CandidateMatter",
    "Cause",
    "ItemPaper",
    "ItemStep",
    "ItemVersion",
    "ReformCandidate",
    "ReformThreshold",
    "ServiceItem",
    "WindowMatter",
]
