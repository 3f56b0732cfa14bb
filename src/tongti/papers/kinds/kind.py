"""What a kind of paper is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tongti.cases.models import Case
from tongti.papers.blocks import Block
from tongti.papers.models import Paper
from tongti.questions.models import Question
from tongti.relay.models import Baton
from tongti.supervision.models import Item
from tongti.units.access import Viewer
from tongti.units.models import Unit
from tongti.visits.models import Campaign

HIDDEN = "隐名企业"
"""A firm that asked to be hidden from handling units stands on no paper: a paper goes to all of them (domain sheet W1.14)."""

About = Paper.About
Snapshot = Mapping[str, Any]
Words = Mapping[str, str]
Subject = Campaign | Case | Baton | Item | Question | None
"""What a paper is about; None is the whole district."""
_MODELS: dict[type, Paper.About] = {
    Campaign: About.CAMPAIGN,
    Case: About.CASE,
    Baton: About.BATON,
    Item: About.ITEM,
    Question: About.QUESTION,
    type(None): About.DISTRICT,
}


def about_of(subject: Subject) -> Paper.About:
    """How a paper stores what it is about."""
    return _MODELS[type(subject)]


PRIVATE = "private"
"""The key of a snapshot under which stands what points at one person; it is kept apart, as ciphertext."""


@dataclass(frozen=True)
class Asked:
    """Of what a paper is to be made: its subject, first and last day (both counted), one of the kind's scopes, and for whom."""

    subject: Subject
    since: date
    until: date
    scope: str
    viewer: Viewer

    @property
    def campaign(self) -> Campaign:
        """The subject of papers about a campaign."""
        assert isinstance(self.subject, Campaign)
        return self.subject

    @property
    def case(self) -> Case:
        """The subject of papers about one case."""
        assert isinstance(self.subject, Case)
        return self.subject


@dataclass(frozen=True)
class Section:
    """Words that only a person can write: their key, what the section is called, a hint, and whether signing waits for them."""

    key: str
    label: str
    hint: str
    required: bool = True


@dataclass(frozen=True)
class Parties:
    """Who issues a paper (None: an office of the district), to which one unit, and all units whose officers may read it."""

    unit: Unit | None = None
    to_unit: Unit | None = None
    readers: frozenset[int] = frozenset()


def of_the_district(_subject: Subject) -> Parties:
    """Issued by an office of the district, to nobody in particular."""
    return Parties()


def _nothing(_snapshot: Snapshot) -> str:
    return ""


@dataclass(frozen=True)
class Kind:
    """One kind of paper.

    ``collect`` reads what it is made of, as data for JSON (what points at a person under PRIVATE); ``draw`` makes the body of that
    and of nothing else; ``annex`` what follows on pages of its own. ``scopes`` are the choices a person has (code → word).
    ``parties`` says who issues it and who reads it. ``addressee`` and ``number`` are those that come with the matter; the
    template and the series give them where they are "".
    """

    code: str
    name: str
    about: Paper.About
    sections: Sequence[Section]
    collect: Callable[[Asked], dict[str, Any]]
    title: Callable[[Snapshot], str]
    draw: Callable[[Snapshot, Words], list[Block]]
    annex: Callable[[Snapshot], tuple[str, list[Block]]]
    scopes: Mapping[str, str] = field(default_factory=dict)
    parties: Callable[[Any], Parties] = of_the_district
    addressee: Callable[[Snapshot], str] = _nothing
    number: Callable[[Snapshot], str] = _nothing
    check: Callable[[date, date], None] | None = None
    """Whether these days suit; raises BadInput."""

    @property
    def of_days(self) -> bool:
        """Whether a person chooses the days."""
        return self.about in (About.CAMPAIGN, About.DISTRICT)
