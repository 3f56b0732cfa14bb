"""办结四问: what a firm is asked before its difficulty from a field visit counts as solved. The questions are data with a source."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tongti.cases.models import Case

_DATA = Path(__file__).parent / "data" / "closing_questions.json"


@dataclass(frozen=True)
class ClosingQuestions:
    """The four questions by what they ask, in the order they are asked, and where they are from (domain sheet 1.5, row 2018).

    ``verified`` says whether somebody compared them with the paper itself.
    """

    name: str
    source: str
    verified: bool
    channels: frozenset[str]
    questions: Mapping[str, str]
    own_words: str


@cache
def closing_questions() -> ClosingQuestions:
    """The rule as it ships."""
    data = json.loads(_DATA.read_text(encoding="utf-8"))
    return ClosingQuestions(
        name=data["name"],
        source=data["source"],
        verified=data["verified"],
        channels=frozenset(data["channels"]),
        questions={one["code"]: one["words"] for one in data["questions"]},
        own_words=data["own_words"],
    )


def four_for(case: Case) -> ClosingQuestions | None:
    """The questions of this case; None where the three of everybody are asked."""
    rule = closing_questions()
    return rule if case.channel in rule.channels else None
