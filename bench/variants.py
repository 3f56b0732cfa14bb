"""Believable messages with known questions, as many as wanted: `python -m bench.variants --count 100000 --output FILE.csv`.

All text is ours: objects (estates, roads, schools, villages, bus lines, firms) × problems × the ways people word them, with
personal details, abbreviations, misspelt names and follow-ups. The same object has several problems and the same
problem many objects, so that near misses are everywhere. Sizes are uneven: most questions have one message, a few
have dozens, one is a burst. The same seed and count give the same messages.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from bench.wordings import (
    ASKS,
    DETAILS,
    FIRMS,
    KINDS,
    LETTERS,
    LOOK_ALIKES,
    NEARS,
    OPENINGS,
    PARTICULARS,
    PARTS,
    SIDES,
    THINGS,
    TOWNS,
    Kind,
    Problem,
)  # fmt: skip
from samequestion import Message

FIRST_DAY = datetime(2024, 1, 1, 8)  # noqa: DTZ001 - tables carry local times without a zone
DAYS = 900
OBJECTS_PER_QUESTION = 0.4
"""Fewer objects than questions: most objects have several problems."""
SINGLE, SMALL, MEDIUM = 0.58, 0.32, 0.092
"""Shares of questions with one message, two to five, six to twenty; the rest has up to sixty."""
BURST_SHARE, BURST_MOST = 0.002, 2000


FACTS, PARTICULAR = 3, 5
SPOT_IN_TITLE = 0.5
"""What the askers of one question have to say: facts of the problem and particulars of their own case. Each tells some."""


@dataclass(frozen=True, slots=True)
class Thing:
    """One object in one township, and the ways people write it, the right one first."""

    kind: Kind
    town: str
    writings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """One question: its object, its problem, what can be said about it, when it begins and how many say it."""

    thing: Thing
    problem: Problem
    facts: tuple[str, ...]
    particulars: tuple[str, ...]
    spot: str
    start: datetime
    size: int


class Variants:
    """A generator of messages; `truth` fills with the question of every message made so far."""

    def __init__(self, count: int, seed: int = 1) -> None:
        self.count, self.random = count, np.random.default_rng(seed)
        self.truth: dict[str, str] = {}

    def __iter__(self) -> Iterator[Message]:
        """The messages in a shuffled order, so that the members of a question stand apart."""
        plans = list(self._plans())
        owner = np.repeat(np.arange(len(plans)), [plan.size for plan in plans])[: self.count]
        for number, at in enumerate(self.random.permutation(owner).tolist()):
            made = self._message(number, plans[at])
            self.truth[made.id] = f"q{at}"
            yield made

    def event(self, count: int, minutes: float) -> list[Message]:
        """One burst: messages about one object and one problem, evenly over so many minutes."""
        plan, step = next(self._plans()), timedelta(minutes=minutes / count)
        return [replace(self._message(k, plan), at=plan.start + k * step) for k in range(count)]

    def _plans(self) -> Iterator[Plan]:
        """Every question; the first is the burst."""
        left, taken = self.count, set[tuple[int, int]]()
        things = [self._thing() for _ in range(max(8, int(self.count / 3.6 * OBJECTS_PER_QUESTION)))]
        burst = min(int(BURST_SHARE * self.count), BURST_MOST)
        while left > 0:
            at = self._pick(len(things))
            problem = self._pick(len(things[at].kind.problems))
            if (at, problem) in taken:
                continue
            taken.add((at, problem))
            size = min(burst or self._size(), left)
            burst, left = 0, left - size
            start = FIRST_DAY + timedelta(minutes=self._pick(DAYS * 1440))
            yield self._plan(things[at], things[at].kind.problems[problem], start, size)

    def _plan(self, thing: Thing, problem: Problem, start: datetime, size: int) -> Plan:
        facts = tuple(dict.fromkeys(self._one(problem.facts) for _ in range(FACTS)))
        near, far, firm, other = (self._coined(endings) for endings in (NEARS, NEARS, FIRMS, FIRMS))
        known = {
            "near": near, "far": far, "firm": firm, "other": other, "side": self._one(SIDES), "thing": self._one(THINGS),
            "part": self._one(PARTS), "month": 1 + self._pick(12), "day": 1 + self._pick(28), "hour": 1 + self._pick(11),
            "year": 2010 + self._pick(15),
        }  # fmt: skip
        particulars = tuple(dict.fromkeys(self._one(PARTICULARS).format(**known) for _ in range(PARTICULAR)))
        return Plan(thing, problem, facts, particulars, f"{known['near']}{known['side']}", start, size)

    def _coined(self, endings: tuple[str, ...]) -> str:
        return self._one(LETTERS) + self._one(LETTERS) + self._one(endings)

    def _size(self) -> int:
        luck = self.random.random()
        if luck < SINGLE:
            return 1
        if luck < SINGLE + SMALL:
            return 2 + self._pick(4)
        if luck < SINGLE + SMALL + MEDIUM:
            return 6 + self._pick(15)
        return 21 + self._pick(40)

    def _thing(self) -> Thing:
        kind = KINDS[self._pick(len(KINDS))]
        stem = "".join(self._one(LETTERS) for _ in range(2 + self._pick(2)))
        ending = self._one(kind.endings)
        full = stem + ending
        writings = [full, full, full]
        if kind.short:
            writings.append(stem)
        swapped = [full.replace(right, wrong, 1) for right, wrong in LOOK_ALIKES.items() if right in stem]
        return Thing(kind, self._one(TOWNS), (*writings, *swapped[:1]))

    def _message(self, number: int, plan: Plan) -> Message:
        thing, problem = plan.thing, plan.problem
        what = self._one(problem.words)
        if self.random.random() < SPOT_IN_TITLE:
            what = plan.spot + what
        title = self._one(problem.titles).format(name=self._one(thing.writings), what=what)
        if self.random.random() < 0.35:
            title = self._one(OPENINGS) + title
        sentences = [self._one(plan.facts) for _ in range(1 + self._pick(2))]
        sentences += [self._one(plan.particulars) for _ in range(1 + self._pick(4))]
        sentences += [self._one(DETAILS) for _ in range(self._pick(3))]
        sentences = list(dict.fromkeys(sentences))
        self.random.shuffle(sentences)
        body = self._one(thing.kind.settings) + "".join(sentences) + self._one(ASKS)
        body = body.format(
            name=self._one(thing.writings), what=self._one(problem.words), town=thing.town, n=1 + self._pick(28),
            m=2 + self._pick(11), k=3 + self._pick(90),
        )  # fmt: skip
        at = plan.start + timedelta(minutes=int(self.random.exponential(20 * 1440)))
        asker = f"用户{self._pick(4 * self.count + 50)}"
        return Message(f"v{number:07d}", title, body, at, asker, thing.town if self.random.random() < 0.6 else "")

    def _pick(self, below: int) -> int:
        return int(self.random.random() * below)

    def _one(self, options: Sequence[Any]) -> Any:
        return options[int(self.random.random() * len(options))]


def write_csv(path: Path, variants: Variants) -> None:
    """Messages as a table that `tongti group --input` reads."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("留言编号", "留言主题", "留言详情", "留言时间", "留言用户", "乡镇"))
        for m in variants:
            writer.writerow((m.id, m.title, m.body, f"{m.at:%Y-%m-%d %H:%M:%S}", m.asker, m.place))


def write_labels(path: Path, truth: dict[str, str]) -> None:
    """The known questions, for `tongti group --evaluate`."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "question_id"))
        writer.writerows(truth.items())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--output", type=Path, required=True, help="the messages; labels go beside them as *.labels.csv"
    )
    options = parser.parse_args()
    variants = Variants(options.count, options.seed)
    write_csv(options.output, variants)
    write_labels(options.output.with_suffix(".labels.csv"), variants.truth)
    print(f"{options.count} 条，{len(set(variants.truth.values()))} 道题：{options.output}")


if __name__ == "__main__":
    main()
