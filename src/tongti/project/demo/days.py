"""Moments of the demo: so many working days ago, at this hour."""

import re
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from tongti.deadlines import queries as deadlines

REACH = 140


class Days:
    """Working days back from today (0 is today, whatever kind of day it is) and forth."""

    def __init__(self, now: datetime) -> None:
        self.now = timezone.localtime(now)
        self.today = self.now.date()
        past = (self.today - timedelta(days=n) for n in range(1, REACH))
        self._past = [self.today, *(day for day in past if deadlines.is_working_day(day))]
        self._future = [day for day in deadlines.next_working_days(60, since=self.today) if day > self.today]

    def day(self, ago: int) -> date:
        """Working day so many before today."""
        return self._past[min(ago, len(self._past) - 1)]

    def ago(self, day: date) -> int:
        """How many working days before today: the first working day on or after ``day``."""
        return max(n for n, past in enumerate(self._past) if past >= day)

    def back(self, days: float) -> datetime:
        """So many days ago, five of seven counted as working: what people said keeps its place among the steps that the units
        took, whether a weekend or a long holiday lies between."""
        whole, rest = divmod(days * 5 / 7, 1)
        later, earlier = self.day(int(whole)), self.day(int(whole) + 1)
        return self.moment(later, f"{self.now:%H:%M}") - rest * (later - earlier)

    def at(self, said: str) -> datetime:
        """``4 09:32`` is half past nine four working days ago."""
        ago, clock = said.split()
        return self.moment(self.day(int(ago)), clock)

    def moment(self, day: date, clock: str) -> datetime:
        """That day at that hour."""
        return timezone.make_aware(datetime.combine(day, time.fromisoformat(clock)))

    def office(self, after: datetime) -> datetime:
        """The next moment at which somebody is at her desk, from ``after`` on."""
        local = timezone.localtime(after)
        if deadlines.is_working_day(local.date()) and local.hour < 17:
            return max(local, self.moment(local.date(), "08:40"))
        day = deadlines.next_working_days(1, since=local.date() + timedelta(days=1))[0]
        return self.moment(day, "08:45") + timedelta(minutes=local.minute)

    def fill(self, text: str) -> str:
        """``{+2}`` → the working day after next as ``3 月 20 日``, ``{-5}`` → five working days ago."""
        return re.sub(r"\{([+-])(\d+)\}", lambda m: _words(self._named(m[1], int(m[2]))), text)

    def _named(self, sign: str, n: int) -> date:
        return self._future[n - 1] if sign == "+" else self.day(n)


def _words(day: date) -> str:
    return f"{day.month} 月 {day.day} 日"
