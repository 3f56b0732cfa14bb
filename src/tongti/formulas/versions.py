"""口径 as they are in force on a day: what ships (``data/formulas.json``), with the district's own versions over it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

from tongti.formulas.models import Formula
from tongti.formulas.vocabulary import BASES, Basis

SMALL = 5
"""A denominator below this is marked (domain sheet W2), where no version says otherwise."""


@dataclass(frozen=True)
class Share:
    """A numerator (a sum of weights) and its denominator; ``percent`` is None when there is nothing to divide by."""

    numerator: Decimal
    denominator: int

    @property
    def percent(self) -> float | None:
        return round(float(100 * self.numerator / self.denominator), 1) if self.denominator else None

    @property
    def over(self) -> str:
        """The numerator as it is read: 3, or 2.8."""
        return f"{self.numerator.normalize():f}"

    @property
    def plain(self) -> int | float:
        """The numerator as a plain number: whole where it is whole."""
        return int(self.numerator) if self.numerator == self.numerator.to_integral_value() else float(self.numerator)

    def __sub__(self, other: "Share") -> "Share":
        return Share(self.numerator - other.numerator, self.denominator - other.denominator)


@dataclass(frozen=True)
class FormulaView:
    """One version as a value; ``version`` 0 is what ships."""

    code: str
    name: str
    basis: str
    counted: tuple[str, ...]
    weights: dict[str, str] = field(hash=False)
    reasons: tuple[str, ...]
    source: str
    small: int = SMALL
    lower: bool = False
    verified: bool = False
    version: int = 0
    since: date | None = None
    until: date | None = None

    @property
    def label(self) -> str:
        """``satisfied/2``: what a published number names as its version."""
        return f"{self.code}/{self.version}"

    @property
    def base(self) -> Basis:
        return BASES[self.basis]

    def weight(self, level: str) -> Decimal:
        """What one row of this level adds to the numerator."""
        return Decimal(self.weights.get(level, "0")) if level in self.counted else Decimal(0)

    def share(self, counted: Mapping[str, int]) -> Share:
        """The rate of so many rows of each level."""
        taken = {level: n for level, n in counted.items() if level in self.counted}
        return Share(sum((self.weight(level) * n for level, n in taken.items()), Decimal(0)), sum(taken.values()))

    @property
    def words(self) -> str:
        """How it is counted, in one sentence that a personnel officer can read."""
        names = {level.code: level.name for level in self.base.levels}
        above = "，".join(
            names[c] if self.weight(c) == 1 else f"{names[c]}算 {self.weight(c).normalize():f}"
            for c in self.counted
            if self.weight(c)
        )
        below = "、".join(names[c] for c in self.counted)
        return f"{self.base.name}，按{self.base.day}计。分母：{below}。分子：{above or '没有'}。"

    def kept(self) -> dict[str, Any]:
        """Word for word, for a published number."""
        return asdict(self) | {name: _iso(getattr(self, name)) for name in ("since", "until")}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def from_kept(kept: dict[str, Any]) -> FormulaView:
    """A formula that a published number keeps."""
    days = {name: date.fromisoformat(kept[name]) if kept[name] else None for name in ("since", "until")}
    return FormulaView(**kept | days | {"counted": tuple(kept["counted"]), "reasons": tuple(kept["reasons"])})


@cache
def _data() -> dict[str, Any]:
    text = resources.files("tongti.formulas").joinpath("data/formulas.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


@cache
def shipped() -> dict[str, FormulaView]:
    """The samples that ship, in their order. None of them is “the official one”: each says so in its source."""
    return {
        row["code"]: FormulaView(**row | {"counted": BASES[row["basis"]].codes, "reasons": tuple(row["reasons"])})
        for row in _data()["formulas"]
    }


@cache
def reasons() -> dict[str, str]:
    """Why a case may be left out, by code (domain sheet 2.8; samples: each formula says which of them it allows)."""
    return {row["code"]: row["name"] for row in _data()["reasons"]}


def view_of(row: Formula) -> FormulaView:
    """A stored version as a value."""
    return FormulaView(
        code=row.code,
        name=row.name,
        basis=row.basis,
        counted=tuple(row.counted),
        weights=dict(row.weights),
        reasons=tuple(row.reasons),
        source=row.source,
        small=row.small,
        lower=shipped()[row.code].lower,
        verified=row.verified,
        version=row.version,
        since=row.valid_from,
        until=row.valid_to,
    )


@dataclass(frozen=True)
class Book:
    """Every version of every formula, read once."""

    versions: dict[str, tuple[FormulaView, ...]]

    def on(self, code: str, day: date) -> FormulaView:
        """The version that holds on ``day``: the newest that began by then, else what ships."""
        begun = [v for v in self.versions[code] if v.since is None or v.since <= day]
        return begun[-1]

    def all_on(self, day: date) -> list[FormulaView]:
        """One version of each rate."""
        return [self.on(code, day) for code in self.versions]


def book() -> Book:
    """One query."""
    found: dict[str, list[FormulaView]] = {code: [view] for code, view in shipped().items()}
    for row in Formula.objects.order_by("code", "version"):
        if row.code in found:
            found[row.code].append(view_of(row))
    return Book({code: tuple(views) for code, views in found.items()})
