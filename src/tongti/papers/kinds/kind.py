"""What a kind of paper is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tongti.papers.blocks import Block
from tongti.units.access import Viewer
from tongti.visits.models import Campaign

HIDDEN = "隐名企业"
"""A firm that asked to be hidden from handling units stands on no paper: a paper goes to all of them (domain sheet W1.14)."""

Snapshot = Mapping[str, Any]
Words = Mapping[str, str]


@dataclass(frozen=True)
class Asked:
    """Of what a paper is to be made: campaign, first and last day (both counted), one of the kind's scopes, and for whom."""

    campaign: Campaign
    since: date
    until: date
    scope: str
    viewer: Viewer


@dataclass(frozen=True)
class Section:
    """Words that only a person can write: their key, what the section is called, a hint, and whether signing waits for them."""

    key: str
    label: str
    hint: str
    required: bool = True


@dataclass(frozen=True)
class Kind:
    """One kind of paper.

    ``collect`` reads what it is made of, as data for JSON; ``draw`` makes the body of that and
    of nothing else; ``annex`` what follows on pages of its own. ``scopes`` are the choices a person has (code → word).
    """

    code: str
    name: str
    sections: Sequence[Section]
    collect: Callable[[Asked], dict[str, Any]]
    title: Callable[[Snapshot], str]
    draw: Callable[[Snapshot, Words], list[Block]]
    annex: Callable[[Snapshot], tuple[str, list[Block]]]
    opening: str = ""
    scopes: Mapping[str, str] = field(default_factory=dict)
