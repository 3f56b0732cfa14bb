"""The town's own book: what it did, and when each baton must therefore be due. Kept apart from the database under test."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from bench.year import plain
from bench.year.plain import Days, Facts, Limit, Stretch


@dataclass
class Entry:
    """The page on one baton. ``fixed``: somebody approved this very day, so no calendar moves it. ``stood``: when its clock
    stood still.
    """

    matter: int
    role: str
    start: datetime
    regime: dict[str, Any]
    due: Limit
    sides: dict[str, datetime]
    sides_regime: dict[str, Any]
    sides_start: datetime
    fixed: bool = False
    stood: tuple[Stretch, ...] = ()


@dataclass
class Book:
    """Numbers given out, batons with their limits, and how often what happened."""

    days: Days = field(default_factory=Days)
    numbers: list[str] = field(default_factory=list)
    facts: dict[int, Facts] = field(default_factory=dict)
    entries: dict[int, Entry] = field(default_factory=dict)
    tally: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    extensions: dict[int, date] = field(default_factory=dict)
    promises: dict[int, date] = field(default_factory=dict)
    stops: dict[int, date] = field(default_factory=dict)
    """Stop of a clock → the day on which it was to run on."""
    told: dict[int, date] = field(default_factory=dict)
    """What each asker was told."""
    sheets: list[int] = field(default_factory=list)
    successions: list[int] = field(default_factory=list)
    _rows: list[dict[str, Any]] = field(default_factory=plain.regimes)
    _asked: dict[int, list[int]] = field(default_factory=dict)
    """Matter → its cases."""

    def did(self, what: str) -> None:
        """One more of these."""
        self.tally[what] = self.tally.get(what, 0) + 1

    def offered(self, batons: list[tuple[int, str]], case_ids: list[int], start: datetime) -> None:
        """A lead and its helpers begin together (id and role, the lead first); a helper never ends after its lead.

        An asker alone is told the lead's day, each of several the day that her own case would have.
        """
        matter, joint = len(self._asked) + 1, len(batons) > 1
        regime = plain.strictest(self._rows, [self.facts[pk] for pk in case_ids], start, self.days, joint=joint)
        lead = plain.own_limit(regime, "lead", start, self.days)
        for pk, role in batons:
            own = plain.own_limit(regime, role, start, self.days)
            self.entries[pk] = Entry(
                matter,
                role,
                start,
                regime,
                min(own, lead, key=lambda limit: limit.at),
                plain.sides(regime, start, self.days),
                regime,
                start,
            )
        self._asked[matter] = list(case_ids)
        for pk in case_ids:
            own = plain.own_limit(plain.pick(self._rows, self.facts[pk], joint=joint), "lead", start, self.days)
            self.told[pk] = own.day

    def joined(self, lead: int, case_id: int) -> None:
        """Another asker of the same question came back while it is in hand again: she gets its day."""
        entry = self.entries[lead]
        self._asked[entry.matter].append(case_id)
        self.told[case_id] = entry.due.day

    def passed_on(self, old: int, new: int, moment: datetime) -> None:
        """Another unit has it: its limit goes on, signing, objecting and the first contact begin anew."""
        if old == new:
            return
        members = [self.facts[pk] for pk in self._asked[self.entries[old].matter]]
        regime = plain.strictest(self._rows, members, moment, self.days, joint=True)
        self.entries[new] = replace(
            self.entries[old],
            sides=plain.sides(regime, moment, self.days),
            sides_regime=regime,
            sides_start=moment,
        )

    def put_off(self, pk: int, due: Limit) -> None:
        """Somebody approved this day or hour for the baton."""
        self._set(pk, replace(self.entries[pk], due=due, fixed=True))

    def stopped(self, pk: int, stretch: Stretch) -> None:
        """Its clock stands; its date is counted anew without these days, and is never earlier than it was."""
        entry = self.entries[pk]
        stood = (*entry.stood, stretch)
        again = self._counted(entry, stood)
        self._set(pk, replace(entry, due=max(again, entry.due, key=lambda limit: limit.at), stood=stood))

    def ran_on(self, pk: int, today: date, before: Limit, running: Collection[int]) -> None:
        """Its clock runs again before the day: only the days up to ``today`` were left out. ``before`` it stood it was due then.

        A helper (of the batons ``running``) never ends after its lead, even when that comes forward.
        """
        entry = self.entries[pk]
        stood = (*entry.stood[:-1], (entry.stood[-1][0], today))
        due = max(self._counted(entry, stood), before, key=lambda limit: limit.at)
        beside = [other for other in running if self.entries[other].matter == entry.matter]
        lead = next((self.entries[other] for other in beside if self.entries[other].role == "lead"), None)
        if entry.role != "lead" and lead is not None:
            due = min(due, lead.due, key=lambda limit: limit.at)
        self._set(pk, replace(entry, due=due, stood=stood))
        if entry.role == "lead":
            for other in beside:
                self._move(other, min(self.entries[other].due, due, key=lambda limit: limit.at))

    def _counted(self, entry: Entry, stood: tuple[Stretch, ...]) -> Limit:
        return plain.own_limit(entry.regime, entry.role, entry.start, self.days, stood)

    def announced(self, changed: dict[date, bool], running: dict[int, Collection[str]]) -> None:
        """The calendar changes. ``running``: the batons in hand, and which of their side clocks run.

        A date told to an asker (the lead's) never comes forward, a helper's ends with its lead's at the latest.
        """
        self.days.changed |= changed
        leads = {self.entries[pk].matter: pk for pk in running if self.entries[pk].role == "lead"}
        for pk in leads.values():
            entry = self.entries[pk]
            again = self._counted(entry, entry.stood)
            if not entry.fixed and again.at > entry.due.at:
                self._move(pk, again)
        for pk in running.keys() - set(leads.values()):
            entry, lead = self.entries[pk], self.entries[leads[self.entries[pk].matter]]
            again = self._counted(entry, entry.stood)
            if not entry.fixed:
                self._move(pk, min(again, lead.due, key=lambda limit: limit.at))
        for pk, codes in running.items():
            entry = self.entries[pk]
            fresh = plain.sides(entry.sides_regime, entry.sides_start, self.days)
            self.entries[pk] = replace(
                entry, sides=entry.sides | {code: fresh[code] for code in codes if code in fresh}
            )

    def _move(self, pk: int, due: Limit) -> None:
        if due != self.entries[pk].due:
            self._set(pk, replace(self.entries[pk], due=due))

    def _set(self, pk: int, entry: Entry) -> None:
        """A lead takes its askers along; whoever was told a later day keeps it."""
        self.entries[pk] = entry
        if entry.role == "lead":
            self.told |= {case: max(self.told[case], entry.due.day) for case in self._asked[entry.matter]}
