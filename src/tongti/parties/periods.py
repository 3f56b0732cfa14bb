"""A month, a quarter or a year, as figures are reported. No database."""

import re
from dataclasses import dataclass
from datetime import date

from tongti.shared.errors import BadInput

_TYPED = re.compile(
    r"(?P<year>20\d\d)\s*年?\s*(?:[-/.]?\s*(?:[Qq]\s*(?P<quarter>[1-4])|(?P<ordinal>[一二三四1-4])\s*季度?|(?P<month>1[0-2]|0?[1-9])\s*月?))?"
)
_ORDINALS = "一二三四"
MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, order=True)
class Period:
    """``starts_on`` is its first day; ``span`` is month, quarter or year."""

    starts_on: date
    span: str

    @property
    def before(self) -> "Period":
        """The period of the same length just before."""
        months = self.starts_on.year * 12 + self.starts_on.month - 1 - MONTHS[self.span]
        return Period(date(months // 12, months % 12 + 1, 1), self.span)

    @property
    def code(self) -> str:
        """``2026-03``, ``2026-Q1``, ``2026``."""
        year = self.starts_on.year
        if self.span == "year":
            return f"{year}"
        return f"{year}-Q{(self.starts_on.month + 2) // 3}" if self.span == "quarter" else f"{self.starts_on:%Y-%m}"

    @property
    def words(self) -> str:
        """``2026 年 3 月``, ``2026 年一季度``, ``2026 年``."""
        year = self.starts_on.year
        if self.span == "year":
            return f"{year} 年"
        if self.span == "quarter":
            return f"{year} 年{_ORDINALS[(self.starts_on.month - 1) // 3]}季度"
        return f"{year} 年 {self.starts_on.month} 月"


def read_period(typed: str, *, today: date, field: str = "period") -> Period:
    """``2026-03``, ``2026年3月``, ``2026-Q1``, ``2026年一季度``, ``2026``. Raises BadInput; a period that has not begun is refused."""
    found = _TYPED.fullmatch(typed.strip())
    if found is None:
        raise BadInput(field, "“哪一期”请写成 2026-03（月）、2026-Q1（季度）或 2026（年）。")
    year = int(found["year"])
    quarter = found["quarter"] or found["ordinal"]
    if quarter:
        number = _ORDINALS.index(quarter) + 1 if quarter in _ORDINALS else int(quarter)
        period = Period(date(year, number * 3 - 2, 1), "quarter")
    elif found["month"]:
        period = Period(date(year, int(found["month"]), 1), "month")
    else:
        period = Period(date(year, 1, 1), "year")
    if period.starts_on > today:
        raise BadInput(field, f"{period.words}还没有开始，请检查。")
    return period


def last_month(today: date) -> Period:
    """The month before ``today``'s: what is usually reported."""
    return Period(today.replace(day=1), "month").before
