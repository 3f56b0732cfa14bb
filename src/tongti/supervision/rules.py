"""督办规则 as they are in force: what ships (``data/rules.json``), with the district's own thresholds over it."""

import json
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any

from tongti.supervision.models import Rule, Rung

BY_HAND = "by_hand"
"""Not a rule: a supervisor proposed it at the wall."""
GUARD = "guard"
PACE_DAYS = {"urgent": 5, "normal": 15, "hard": 30}
"""Calendar days to answer a 督办单 (domain sheet 9.5 and W14: 急件 1–5 日, 一般 15 日, 疑难 30 日)."""
PACE_SOURCE = "督查督办常见时限：急件 1 至 5 天、一般 15 天、疑难 30 天（未读全文）"
RECHECK_DAYS = 30
"""Thirty days to ask, thirty days to decide (domain sheet 8.3)."""
RECHECK_SOURCE = "政府督查工作条例第十七条"


@dataclass(frozen=True)
class RuleView:
    """One rule as a value. ``words`` is the reason with slots; ``own`` when the district changed it."""

    code: str
    name: str
    unit: str
    threshold: int
    rung: str
    words: str
    source: str
    verified: bool
    in_use: bool = True
    own: bool = False

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
    own = {row.code: row for row in Rule.objects.all()}
    return {code: _over(rule, own.get(code)) for code, rule in shipped().items()}


def _over(rule: RuleView, row: Rule | None) -> RuleView:
    if row is None:
        return rule
    return replace(
        rule,
        threshold=row.threshold,
        rung=row.rung or rule.rung,
        in_use=row.in_use,
        source=row.source or rule.source,
        own=True,
    )


def name_of(code: str) -> str:
    """The rule's name for a list."""
    found = shipped().get(code)
    return found.name if found else "督办员提出"
