"""The shipped day tables (JSON in ``worktime/data``) read into values, once per process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources
from typing import Any

from worktime.days import NATIONAL, DayRule, DayState, Evidence, Notice, Source

SHIPPED_REGIONS = ("450000",)
WEEKLY_REST = Source(
    "国务院关于职工工作时间的规定",
    "国务院令第146号，1995年3月25日修正",
    date(1994, 2, 3),
    evidence=Evidence.CROSS_CHECKED,
)


@dataclass(frozen=True, slots=True)
class Festival:
    """A regional holiday whose dates a yearly notice fixes (壮族三月三): what is known before the notice comes."""

    name: str
    first_year: int
    margin_days: int
    unknown_window: tuple[str, str]
    computed: dict[int, date]

    def window(self, year: int) -> tuple[date, date]:
        """First and last day that the missing notice of ``year`` may touch; all of them are provisional."""
        on = self.computed.get(year)
        if on is None:
            first, last = self.unknown_window
            return date.fromisoformat(f"{year}-{first}"), date.fromisoformat(f"{year}-{last}")
        margin = timedelta(days=self.margin_days)
        return on - margin, on + margin


@dataclass(frozen=True, slots=True)
class Table:
    """One shipped file: a region, the law behind it, its notices, and its festival if it has one."""

    region: str
    release: str
    law: Source
    notices: tuple[Notice, ...]
    festival: Festival | None


def each_day(first: date, last: date) -> Iterator[date]:
    """Every date from ``first`` to ``last``, both included."""
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


@cache
def shipped_table(region: str = NATIONAL) -> Table:
    """The shipped table of the nation or of one of SHIPPED_REGIONS."""
    raw = _read("national.json" if region == NATIONAL else f"{region}.json")
    notices = tuple(_notice(region, item) for item in raw["notices"])
    festival = _festival(raw["festival"]) if "festival" in raw else None
    return Table(region, raw["release"], Source.from_dict(raw["law"]), notices, festival)


@cache
def statutory_days(year: int) -> tuple[DayRule, ...]:
    """Days off by law in a year without a notice (全国年节及纪念日放假办法 art. 2); lunar ones only where computed."""
    law = shipped_table().law
    assumed = Source(law.title, law.number, law.issued, law.url, Evidence.COMPUTED)
    spans = [(f"{year}-01-01", f"{year}-01-01", "元旦")]
    spans.append((f"{year}-05-01", f"{year}-05-02" if year >= 2025 else f"{year}-05-01", "劳动节"))
    spans.append((f"{year}-10-01", f"{year}-10-03", "国庆节"))
    spans += [(first, last, name) for first, last, name in _read("statutory.json")["days"].get(str(year), [])]
    rules: dict[date, DayRule] = {}
    for first, last, name in spans:
        for on in each_day(date.fromisoformat(first), date.fromisoformat(last)):
            rules[on] = DayRule(on, DayState.OFF, name, assumed)
    return tuple(rules.values())


@cache
def _read(name: str) -> dict[str, Any]:
    text = resources.files("worktime").joinpath("data", name).read_text(encoding="utf-8")
    raw: dict[str, Any] = json.loads(text)
    return raw


def _notice(region: str, raw: dict[str, Any]) -> Notice:
    source = Source.from_dict(raw)
    days = [
        DayRule(on, DayState(state), name, source)
        for first, last, state, name in raw["days"]
        for on in each_day(date.fromisoformat(first), date.fromisoformat(last))
    ]
    return Notice(region, raw["year"], source, tuple(days))


def _festival(raw: dict[str, Any]) -> Festival:
    computed = {int(year): date.fromisoformat(on) for year, on in raw["computed"].items()}
    first, last = raw["unknown_window"]
    return Festival(raw["name"], raw["first_year"], raw["margin_days"], (first, last), computed)
