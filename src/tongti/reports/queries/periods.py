"""The stretches of days that a leader looks at."""

from dataclasses import dataclass
from datetime import date, timedelta

from tongti.shared import clock

BEGINNING = date(2000, 1, 1)  # stocks are sums of all their changes
PERIODS = {"week": "本周", "month": "本月", "quarter": "本季", "year": "今年"}


@dataclass(frozen=True)
class Period:
    """Some days with a name; ``before`` is the same stretch one step earlier, for comparison."""

    code: str
    name: str
    since: date
    until: date

    @property
    def before(self) -> tuple[date, date]:
        length = self.until - self.since
        end = self.since - timedelta(days=1)
        return end - length, end


def period(code: str, today: date | None = None) -> Period:
    """The running week, month, quarter or year up to today; an unknown code is the month."""
    until = today or clock.today()
    starts = {
        "week": until - timedelta(days=until.weekday()),
        "month": until.replace(day=1),
        "quarter": until.replace(month=(until.month - 1) // 3 * 3 + 1, day=1),
        "year": until.replace(month=1, day=1),
    }
    code = code if code in starts else "month"
    return Period(code=code, name=PERIODS[code], since=starts[code], until=until)
