"""督办规则 as they are in force: what ships (``data/rules.json``), with the district's own versions over it.

Three kinds: rules that find something to supervise, the guard against too much of it, and terms (how long a paper gives,
how near its day a reminder comes). All are numbers on one screen, each with its source and whether that was read.
"""

import json
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from importlib import resources
from typing import Any

from django.utils import timezone

from tongti.supervision.models import Item, Rule, Rung

BY_HAND = "by_hand"
"""Not a rule: a supervisor proposed it at the wall."""
GUARD = "guard"
FINDS, TERM = "finds", "term"
GROWING_DAYS = "growing_days"
RECHECK_ASK, RECHECK = "recheck_ask", "recheck"
NEAR, WALL_NEAR = "near", "wall_near"


@dataclass(frozen=True)
class RuleView:
    """One rule as a value. ``words`` is the reason with slots; ``version`` 0 is what ships, ``checked_by`` read the source."""

    code: str
    name: str
    unit: str
    threshold: int
    source: str
    verified: bool
    kind: str = FINDS
    rung: str = ""
    words: str = ""
    in_use: bool = True
    version: int = 0
    since: str = ""
    checked_by: str = ""

    @property
    def own(self) -> bool:
        """Whether the district changed it."""
        return self.version > 0

    @property
    def is_term(self) -> bool:
        """Whether it is how long or how near, and finds nothing."""
        return self.kind == TERM

    @property
    def label(self) -> str:
        """``pace_urgent/2``: what a date counted by it stores as its version."""
        return f"{self.code}/{self.version}"

    @property
    def rung_name(self) -> str:
        return str(Rung(self.rung).label) if self.rung else ""

    def why(self, **facts: Any) -> str:
        """The reason in words."""
        return self.words.format(**facts)


@cache
def shipped() -> dict[str, RuleView]:
    """The rules that ship, in their order."""
    text = resources.files("tongti.supervision").joinpath("data/rules.json").read_text(encoding="utf-8")
    return {row["code"]: RuleView(**row) for row in json.loads(text)["rules"]}


def in_force() -> dict[str, RuleView]:
    """Every rule with its threshold of today, those switched off included; one query."""
    own = {row.code: row for row in Rule.objects.filter(valid_to=None).select_related("checked_by")}
    return {code: _over(rule, own.get(code)) for code, rule in shipped().items()}


def pace(rules: dict[str, RuleView], code: str) -> RuleView:
    """How long a paper of this pace (``Item.Pace``) gives."""
    return rules[f"pace_{code}"]


def _over(rule: RuleView, row: Rule | None) -> RuleView:
    if row is None:
        return rule
    return replace(
        rule,
        threshold=row.threshold,
        rung=row.rung or rule.rung,
        in_use=row.in_use,
        source=row.source or rule.source,
        verified=row.verified,
        version=row.version,
        since=row.valid_from.isoformat() if row.valid_from else "",
        checked_by=row.checked_by.name if row.checked_by else "",
    )


def recheck_until(item: Item) -> date | None:
    """The last day on which the unit may ask for a recheck: as it was told; for an old item by the term of today."""
    if item.recheck_until or item.concluded_at is None:
        return item.recheck_until
    return timezone.localdate(item.concluded_at) + timedelta(days=in_force()[RECHECK_ASK].threshold)


def name_of(code: str) -> str:
    """The rule's name for a list."""
    found = shipped().get(code)
    return found.name if found else "督办员提出"
