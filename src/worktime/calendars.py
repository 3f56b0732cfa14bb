"""The day table of one place: weekly rest, national notices, regional overlay, local days, in that order.

A ``Calendar`` never changes. A new notice makes a new calendar with another ``version``; stored deadlines keep theirs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from worktime.days import NATIONAL, Day, DayRule, DayState, Notice, Source
from worktime.errors import OutOfRange, UnknownRegion
from worktime.tables import SHIPPED_REGIONS, WEEKLY_REST, each_day, shipped_table, statutory_days

FIRST_DAY = date(2000, 1, 1)
LAST_DAY = date(2079, 12, 31)
FIRST_ORDINAL = FIRST_DAY.toordinal()
LENGTH = LAST_DAY.toordinal() - FIRST_ORDINAL + 1
PROVINCES = frozenset(
    str(zone * 10 + place)
    for zone, places in ((1, 5), (2, 3), (3, 7), (4, 6), (5, 4), (6, 5), (7, 1), (8, 2))
    for place in range(0 if zone == 5 else 1, places + 1)
)
"""First two digits of every division code (GB/T 2260): 11 … 82."""


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """An immutable day table. Make one with ``calendar_for``; two calendars are equal when their versions are.

    The index of a day is its distance in days from FIRST_DAY; index methods serve the clocks and the batch functions.
    """

    region: str
    version: str
    notices: tuple[Notice, ...]
    extra_days: tuple[DayRule, ...]
    rules: dict[int, DayRule] = field(repr=False)
    works: NDArray[np.bool_] = field(repr=False)
    provisional: NDArray[np.bool_] = field(repr=False)
    before: list[int] = field(repr=False)
    working: list[int] = field(repr=False)
    provisional_before: list[int] = field(repr=False)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Calendar) and self.version == other.version

    def __hash__(self) -> int:
        return hash(self.version)

    def day(self, on: date) -> Day:
        """State, name and source of one date. Raises OutOfRange outside FIRST_DAY … LAST_DAY."""
        index = self.index(on)
        rule = self.rules.get(index)
        provisional = bool(self.provisional[index])
        works = bool(self.works[index])
        if rule is not None:
            state = DayState.PROVISIONAL if provisional else rule.state
            return Day(on, state, works, rule.name, rule.source, rule.half)
        state = DayState.PROVISIONAL if provisional else (DayState.WORK if works else DayState.OFF)
        return Day(on, state, works, "工作日" if works else "周末", WEEKLY_REST)

    def is_working_day(self, on: date) -> bool:
        """True when work is done on this date (half days and make-up Saturdays included)."""
        return bool(self.works[self.index(on)])

    def is_provisional(self, on: date) -> bool:
        """True when the notice that settles this date has not been entered."""
        return bool(self.provisional[self.index(on)])

    def provisional_years(self, first: int, last: int) -> list[int]:
        """The years from ``first`` to ``last`` in which at least one day is still provisional."""
        return [
            year
            for year in range(first, last + 1)
            if self.provisional_between(self.index(date(year, 1, 1)) - 1, self.index(date(year, 12, 31)))
        ]

    def index(self, on: date) -> int:
        """Days since FIRST_DAY. Raises OutOfRange when the table does not reach the date."""
        index = on.toordinal() - FIRST_ORDINAL
        if 0 <= index < LENGTH:
            return index
        raise OutOfRange(f"{on.isoformat()[:10]} 超出了日历范围（{FIRST_DAY} 至 {LAST_DAY}）。")

    def date_at(self, index: int) -> date:
        """The date of an index. Raises OutOfRange when the index is outside the table."""
        if 0 <= index < LENGTH:
            return date.fromordinal(FIRST_ORDINAL + index)
        raise OutOfRange(f"算出的日期超出了日历范围（{FIRST_DAY} 至 {LAST_DAY}），请检查时限是不是写得太长。")

    def count_between(self, after: int, upto: int) -> int:
        """Working days in the half-open run (after, upto]; ``after`` itself is not counted (民法典 art. 201)."""
        return self.before[upto + 1] - self.before[after + 1]

    def advance(self, after: int, amount: int) -> int:
        """Index of the ``amount``-th working day after ``after``; negative counts back; 0 stays where it is."""
        if amount == 0:
            return after
        place = self.before[after + 1] + amount - 1 if amount > 0 else self.before[after] + amount
        if 0 <= place < len(self.working):
            return self.working[place]
        raise OutOfRange(f"算出的日期超出了日历范围（{FIRST_DAY} 至 {LAST_DAY}），请检查时限是不是写得太长。")

    def rolled(self, index: int) -> int:
        """The index itself on a working day, else the next working day (民法典 art. 203)."""
        return self.advance(index - 1, 1)

    def provisional_between(self, after: int, upto: int) -> int:
        """Number of provisional days in (after, upto]."""
        return self.provisional_before[upto + 1] - self.provisional_before[after + 1]


def calendar_for(region: str = "", *, notices: Iterable[Notice] = (), extra_days: Iterable[DayRule] = ()) -> Calendar:
    """The calendar of a place.

    ``region``: division code of 2 to 12 digits, the overlays of every level above apply ("450102" gets Guangxi's);
    empty or "000000" is the nation. ``notices``: published after this release and entered by hand; one with the same
    region, title and number as a shipped notice replaces it. ``extra_days``: local ad-hoc days, strongest of all.
    Raises UnknownRegion. Cached by value, so calling it for each request is cheap.
    """
    return _build(_region_code(region), tuple(notices), tuple(extra_days))


def _region_code(region: str) -> str:
    code = region.strip()
    if code in ("", NATIONAL, "100000"):
        return NATIONAL
    if not (code.isascii() and code.isdigit() and len(code) in (2, 4, 6, 9, 12) and code[:2] in PROVINCES):
        raise UnknownRegion(f"“{region}”不是行政区划代码，请写 2 至 12 位数字，例如广西写 450000。")
    return code.ljust(6, "0")


def _levels(region: str) -> list[str]:
    """The codes whose notices apply, largest first: nation, province, prefecture, county, township, village."""
    if region == NATIONAL:
        return [NATIONAL]
    codes = [region[:length].ljust(6, "0") for length in (2, 4, 6, 9, 12) if length <= len(region)]
    return [NATIONAL, *dict.fromkeys(codes)]


@lru_cache(maxsize=64)
def _build(region: str, added: tuple[Notice, ...], extra_days: tuple[DayRule, ...]) -> Calendar:
    levels = _levels(region)
    notices = _in_force(levels, added)
    weekday = (np.arange(LENGTH) + FIRST_DAY.weekday()) % 7
    works = weekday < 5
    provisional = np.zeros(LENGTH, dtype=np.bool_)
    rules: dict[int, DayRule] = {}
    _assume_unsettled_years(notices, works, provisional, rules)
    for notice in notices:
        for rule in notice.days:
            _set(rule, works, rules)
    _assume_festivals(levels, notices, works, provisional, rules)
    for rule in extra_days:
        _set(rule, works, rules)
        provisional[_index(rule.on)] = False
    return _sealed(region, notices, extra_days, rules, works, provisional)


def _in_force(levels: list[str], added: tuple[Notice, ...]) -> tuple[Notice, ...]:
    """Shipped and added notices that apply, in the order they must be laid down."""
    shipped = [n for code in levels if code in (NATIONAL, *SHIPPED_REGIONS) for n in shipped_table(code).notices]
    by_key = {(n.region, n.source.title, n.source.number): n for n in [*shipped, *added] if n.region in levels}
    return tuple(sorted(by_key.values(), key=lambda n: (levels.index(n.region), _issued(n))))


def _issued(notice: Notice) -> date:
    return notice.source.issued or date(notice.year, 1, 1)


def _assume_unsettled_years(
    notices: tuple[Notice, ...], works: NDArray[np.bool_], provisional: NDArray[np.bool_], rules: dict[int, DayRule]
) -> None:
    """Years without a national notice: every day provisional, statutory days off, weekends off."""
    settled = {n.year for n in notices if n.region == NATIONAL}
    for year in range(FIRST_DAY.year, LAST_DAY.year + 1):
        if year in settled:
            continue
        provisional[_index(date(year, 1, 1)) : _index(date(year, 12, 31)) + 1] = True
        for rule in statutory_days(year):
            _set(rule, works, rules)


def _assume_festivals(
    levels: list[str],
    notices: tuple[Notice, ...],
    works: NDArray[np.bool_],
    provisional: NDArray[np.bool_],
    rules: dict[int, DayRule],
) -> None:
    """Regional festivals whose notice is missing: the days it may touch are provisional, the feast day assumed off."""
    for code in levels:
        festival = shipped_table(code).festival if code in SHIPPED_REGIONS else None
        if festival is None:
            continue
        settled = {n.year for n in notices if n.region == code}
        law = shipped_table(code).law
        for year in range(festival.first_year, LAST_DAY.year + 1):
            if year in settled:
                continue
            first, last = festival.window(year)
            provisional[_index(first) : _index(last) + 1] = True
            on = festival.computed.get(year)
            if on is not None:
                source = Source(law.title, law.number, law.issued, law.url)
                _set(DayRule(on, DayState.OFF, festival.name, source), works, rules)


def _set(rule: DayRule, works: NDArray[np.bool_], rules: dict[int, DayRule]) -> None:
    index = _index(rule.on)
    works[index] = rule.works
    rules[index] = rule


def _index(on: date) -> int:
    index = on.toordinal() - FIRST_ORDINAL
    if not 0 <= index < LENGTH:
        raise OutOfRange(f"{on} 超出了日历范围（{FIRST_DAY} 至 {LAST_DAY}）。")
    return index


def _sealed(
    region: str,
    notices: tuple[Notice, ...],
    extra_days: tuple[DayRule, ...],
    rules: dict[int, DayRule],
    works: NDArray[np.bool_],
    provisional: NDArray[np.bool_],
) -> Calendar:
    works.flags.writeable = False
    provisional.flags.writeable = False
    before = [0, *np.cumsum(works).tolist()]
    working = np.flatnonzero(works).tolist()
    provisional_before = [0, *np.cumsum(provisional).tolist()]
    version = f"{shipped_table().release}/{region}/{_digest(rules, provisional)}"
    return Calendar(
        region, version, notices, extra_days, rules, works, provisional, before, working, provisional_before
    )


def _digest(rules: dict[int, DayRule], provisional: NDArray[np.bool_]) -> str:
    """Twelve hex digits over everything that can change a result or its explanation."""
    rows = [[i, r.state, r.half, r.name, r.source.to_dict()] for i, r in sorted(rules.items())]
    text = json.dumps(rows, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode() + provisional.tobytes()).hexdigest()[:12]


def working_days_between(a: date, b: date, calendar: Calendar) -> int:
    """Working days after ``a`` up to and including ``b``; negative when ``b`` lies before ``a``.

    The opening day is not counted (民法典 art. 201), so the days of two adjoining runs add up.
    """
    return calendar.count_between(calendar.index(a), calendar.index(b))


def add_working_days(on: date, amount: int, calendar: Calendar) -> date:
    """The ``amount``-th working day after ``on``; negative goes back; 0 gives ``on`` itself. Raises OutOfRange."""
    return calendar.date_at(calendar.advance(calendar.index(on), amount))


def next_working_days(today: date, amount: int, calendar: Calendar) -> list[date]:
    """The first ``amount`` working days from ``today`` on, ``today`` included when it is one."""
    start = calendar.index(today) - 1
    return [calendar.date_at(calendar.advance(start, n)) for n in range(1, amount + 1)]


def working_days_of(first: date, last: date, calendar: Calendar) -> list[date]:
    """All working days from ``first`` to ``last``, both included."""
    return [on for on in each_day(first, last) if calendar.is_working_day(on)]
