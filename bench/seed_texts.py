"""What people say in the seeded district: a pool of messages, each read by the engine once however many cases say it."""

import random
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bench.copying import Ready, ready, ready_array, vector
from bench.crowd import FIRST, PROPER, SECOND

# The engine's own arithmetic for the two facts in which people differ who say the same words.
from samequestion.features import _minute, _stable64
from samequestion.records import Features

VOICES = 4
"""Most messages of one difficulty at one place; more people than that say the same again."""
SHORT = 24
"""Characters of a body in a lean database."""
NAMES = 4000
LEAN_NAMES = 800


@dataclass(slots=True)
class Plan:
    """One difficulty (its place in the list), at which place, how many speak of it, since when (days ago)."""

    topic: int
    name: str
    size: int
    age: float


def plans(rng: random.Random, cases: int, topics: int, names: Sequence[str]) -> list[Plan]:
    """Difficulties until there are enough cases, the oldest first; a third of the cases stand alone."""
    made: list[Plan] = []
    left = cases
    while left > 0:
        size = 1 if rng.random() < 0.8 else min(left, 600, 1 + int(rng.paretovariate(0.85)))
        if not made and left > 1000:
            size = min(left // 2, 2000)
        age = rng.random() * 365 if rng.random() < 0.88 else rng.random() * 12
        made.append(Plan(rng.randrange(topics), rng.choice(names), size, 9.0 if size > 600 else age))
        left -= size
    return sorted(made, key=lambda plan: -plan.age)


def names(rng: random.Random, lean: bool) -> list[str]:
    """Invented places; each lies in one town."""
    wanted = LEAN_NAMES if lean else NAMES
    found: dict[str, None] = {}
    while len(found) < wanted:
        found[rng.choice(FIRST) + rng.choice(SECOND) + rng.choice(SECOND)] = None
    return list(found)


@dataclass(slots=True)
class Said:
    """One message, as COPY wants it; ``data`` are the engine's features of it, to be stamped with moment and asker."""

    title: Ready
    body: Ready
    search: Ready
    keys: Ready
    key_numbers: tuple[int, ...]
    data: bytes
    door: str
    firm: bool
    place_id: int

    def stamped(self, at: datetime, party_id: int) -> bytes:
        """The features of a case that says this at a moment, by an asker: as ``matching.prepare`` would make them."""
        head = Features._HEAD
        form, _, _, *rest = head.unpack_from(self.data)
        return head.pack(form, _minute(at.astimezone(UTC)), _stable64(str(party_id)), *rest) + self.data[head.size :]


@dataclass(slots=True)
class Matter:
    """What is said of one difficulty at one place, and the question that it makes when several say it."""

    title: str
    town: str
    said: list[Said] = field(default_factory=list)
    question: Said | None = None
    answer_search: Ready | None = None


class Pool:
    """All messages, made when they are first needed. ``district`` is the demo's."""

    def __init__(self, district: Any, difficulties: Sequence[dict[str, Any]], rng: random.Random, lean: bool) -> None:
        from tongti.project.demo import district as demo
        from tongti.project.demo.voices import Names

        self.version = ""
        self._d, self._topics, self._rng, self._lean = district, difficulties, rng, lean
        self._names = Names(demo.read("district")["names"], rng)
        self._towns = list(district.villages)
        self._matters: dict[tuple[int, str], Matter] = {}

    def of(self, plan: Plan) -> Matter:
        """What is said about a plan that ``read`` has seen."""
        return self._matters[plan.topic, plan.name]

    def read(self, chunk: Iterable[Plan]) -> None:
        """Make what these plans need and nobody has said yet; the engine reads all of it in one go."""
        from tongti.questions import matching

        unsaid: list[tuple[Matter, bool, Any, str, bool]] = []
        for plan in chunk:
            unsaid += self._unsaid(plan)
        for (matter, own, case, door, firm), row in zip(
            unsaid, matching.prepare([one[2] for one in unsaid]) if unsaid else [], strict=True
        ):
            self.version = row.version
            said = _said(case, row, door, firm)
            if own:
                matter.question = said
            else:
                matter.said.append(said)

    def _unsaid(self, plan: Plan) -> list[tuple[Matter, bool, Any, str, bool]]:
        from tongti.cases.models import Case

        topic = self._topics[plan.topic]
        matter = self._matters.get((plan.topic, plan.name))
        if matter is None:
            town = self._towns[zlib.crc32(plan.name.encode()) % len(self._towns)]
            matter = Matter(f"{plan.name}{topic['title']}"[:40], town)
            self._matters[plan.topic, plan.name] = matter
        wanted = min(plan.size, 2 if self._lean else VOICES) - len(matter.said)
        made = [(matter, False, *self._voice(plan, topic, matter.town)) for _ in range(wanted)]
        if plan.size > 1 and matter.question is None:
            made.append((matter, True, Case(pk=0, title=matter.title, body=""), "", False))
        return made

    def _voice(self, plan: Plan, topic: dict[str, Any], town: str) -> tuple[Any, str, bool]:
        from tongti.cases.models import Case
        from tongti.project.demo.voices import voices

        proper = PROPER[topic["key"]]
        told = {part: topic[part] for part in ("say", "more", "ask", "heads", "doors")}
        told |= {"askers": 1, "from": 1, "until": 0, "firm_names": []}
        voice = next(voices(told, self._names, self._rng, self._d.villages[town], datetime.now(UTC)))
        title = voice.title.replace(proper, plan.name + proper)
        body = voice.body.replace(proper, plan.name + proper)
        if proper not in voice.body:
            body = f"{plan.name}这边，{body}"
        if self._lean:
            body = body[:SHORT]
        place = self._d.places[voice.place]
        firm = "firm_names" in topic and self._rng.random() < 0.12
        return Case(pk=0, title=title[:120], body=body, place=place), voice.door, firm


def _said(case: Any, row: Any, door: str, firm: bool) -> Said:
    from tongti.shared.text import words

    return Said(
        title=ready(case.title), body=ready(case.body), search=ready(vector(words(f"{case.title}\n{case.body}"))),
        keys=ready_array(row.keys), key_numbers=tuple(row.keys), data=bytes(row.data), door=door, firm=firm, place_id=case.place_id or 0,
    )  # fmt: skip
