"""What a day is: its state, the rule that made it so, and the notice the rule comes from. Plain values, no lookups."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from worktime.errors import BadNotice

NATIONAL = "000000"
WEEKDAY_NAMES = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")


class DayState(StrEnum):
    """The four states of a day. ``PROVISIONAL`` means: the notice that settles this day has not been published."""

    WORK = "work"
    OFF = "off"
    HALF = "half"
    PROVISIONAL = "provisional"


class Half(StrEnum):
    """Which half of a half day is worked; the day is cut at the ``midday`` of the working hours."""

    MORNING = "am"
    AFTERNOON = "pm"


class Evidence(StrEnum):
    """How well a fact is known, from the issuing body's own page down to nothing but a calculation."""

    PRIMARY = "primary"
    CROSS_CHECKED = "cross-checked"
    SINGLE = "single"
    COMPUTED = "computed"
    UNVERIFIED = "unverified"


VERIFIED = frozenset({Evidence.PRIMARY, Evidence.CROSS_CHECKED})


@dataclass(frozen=True, slots=True)
class Source:
    """The document a day rests on. Empty number, ``None`` date or empty address mean *not found*, never *none*."""

    title: str
    number: str = ""
    issued: date | None = None
    url: str = ""
    evidence: Evidence = Evidence.UNVERIFIED

    @property
    def verified(self) -> bool:
        """True when the issuing body's page was read, or two independent sources agree."""
        return self.evidence in VERIFIED

    def words(self) -> str:
        """The source as one phrase: 《title》（number，date）, with a remark when it was not verified."""
        facts = [part for part in (self.number, self.issued.isoformat() if self.issued else "") if part]
        phrase = f"《{self.title}》" + (f"（{'，'.join(facts)}）" if facts else "")
        return phrase if self.verified else phrase + "［待核实］"

    def to_dict(self) -> dict[str, str]:
        """JSON form; ``from_dict`` reads it back."""
        issued = self.issued.isoformat() if self.issued else ""
        return {
            "title": self.title,
            "number": self.number,
            "issued": issued,
            "url": self.url,
            "evidence": self.evidence.value,
        }

    @classmethod
    def from_dict(cls, raw: dict[str, str]) -> Source:
        """Read the JSON form. Raises BadNotice when the date or the evidence mark is not readable."""
        try:
            issued = date.fromisoformat(raw["issued"]) if raw.get("issued") else None
            evidence = Evidence(raw.get("evidence") or Evidence.UNVERIFIED)
        except (TypeError, ValueError) as error:
            raise BadNotice(f"通知《{raw.get('title', '')}》的发文日期或核实情况写得不对，请检查。") from error
        return cls(raw.get("title", ""), raw.get("number", ""), issued, raw.get("url", ""), evidence)


@dataclass(frozen=True, slots=True)
class DayRule:
    """One day set by somebody: a notice, or a local ad-hoc decision (a typhoon, a county festival).

    ``state`` is WORK, OFF or HALF; ``half`` says which half is worked when it is HALF.
    """

    on: date
    state: DayState
    name: str
    source: Source
    half: Half | None = None

    def __post_init__(self) -> None:
        if self.state is DayState.PROVISIONAL:
            raise BadNotice(f"{self.on} 不能直接设为“暂定”，请写明上班、放假或半天。")
        if (self.state is DayState.HALF) != (self.half is not None):
            raise BadNotice(f"{self.on} 设为半天时要写明上午上班还是下午上班，其他情况不写。")

    @property
    def works(self) -> bool:
        """True when the day counts as a working day; a half day does."""
        return self.state is not DayState.OFF

    def to_dict(self) -> dict[str, Any]:
        """JSON form; ``from_dict`` reads it back."""
        half = self.half.value if self.half else ""
        source = self.source.to_dict()
        return {"on": self.on.isoformat(), "state": self.state.value, "name": self.name, "half": half, "source": source}

    @classmethod
    def from_dict(cls, raw: dict[str, Any]) -> DayRule:
        """Read the JSON form. Raises BadNotice."""
        try:
            half = Half(raw["half"]) if raw.get("half") else None
            on, state, name = date.fromisoformat(raw["on"]), DayState(raw["state"]), str(raw["name"])
        except (KeyError, TypeError, ValueError) as error:
            raise BadNotice(f"这一天的安排读不出来：{raw}。") from error
        return cls(on, state, name, Source.from_dict(raw.get("source") or {}), half)


@dataclass(frozen=True, slots=True)
class Day:
    """The answer to "what is this date?" in one calendar.

    ``works`` is what every calculation uses. When ``state`` is PROVISIONAL it is an assumption
    (weekends and statutory holidays off, no make-up days) until the notice comes.
    """

    on: date
    state: DayState
    works: bool
    name: str
    source: Source
    half: Half | None = None

    @property
    def provisional(self) -> bool:
        """True when the notice that settles this day has not been published or entered."""
        return self.state is DayState.PROVISIONAL

    @property
    def weekday(self) -> str:
        """星期一 … 星期日."""
        return WEEKDAY_NAMES[self.on.weekday()]


@dataclass(frozen=True, slots=True)
class Notice:
    """One published arrangement: it settles ``year`` in ``region`` and sets the listed days.

    A later notice of the same region overrides an earlier one day by day (2019 Labour Day, 2020 Spring Festival);
    a notice of a smaller region overrides those of the larger one (Guangxi 2017, 2022, 2023).
    """

    region: str
    year: int
    source: Source
    days: tuple[DayRule, ...]

    def __post_init__(self) -> None:
        seen: dict[date, DayRule] = {}
        for rule in self.days:
            other = seen.setdefault(rule.on, rule)
            if (other.state, other.half) != (rule.state, rule.half):
                raise BadNotice(f"《{self.source.title}》把 {rule.on} 写了两种安排，请核对原文。")

    def to_dict(self) -> dict[str, Any]:
        """JSON form; ``from_dict`` reads it back."""
        days = [rule.to_dict() for rule in self.days]
        return {"region": self.region, "year": self.year, "source": self.source.to_dict(), "days": days}

    @classmethod
    def from_dict(cls, raw: dict[str, Any]) -> Notice:
        """Read the JSON form. Raises BadNotice."""
        try:
            region, year, days = str(raw["region"]), int(raw["year"]), list(raw["days"])
        except (KeyError, TypeError, ValueError) as error:
            raise BadNotice("放假通知读不出来：缺地区、年份或日期安排。") from error
        return cls(region, year, Source.from_dict(raw.get("source") or {}), tuple(DayRule.from_dict(d) for d in days))
