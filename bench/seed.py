"""Fill a database with a believable district of any size, by COPY: ``python -m bench.seed --cases 100000``.

For benches only. The district (places, bodies, people, duties, regimes) is the demo's. Cases follow a year of life: most of them
share their difficulty with others (sizes have a long tail), the rest stand alone; where each stands today follows from its age.
Rows agree with each other as the actions would leave them: counts, counters, holders, batons, answers, replies, verdicts,
call-backs, encrypted columns with their blind indexes, search vectors, the engine's features, and a trail whose chains verify.
"""

import argparse
import json
import os
import random
import struct
import sys
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.copying import Chain, Table, vector  # noqa: E402  (after the path is set)
from bench.crowd import FIRST, PROPER, SECOND  # noqa: E402

DAYS = 365
CHUNK = 4000


@dataclass
class Plan:
    """One difficulty: what, called how, how many, since when."""

    data: dict[str, Any]
    name: str
    size: int
    age: float
    town: str


def plans(rng: random.Random, cases: int, difficulties: Sequence[dict[str, Any]], towns: Sequence[str]) -> list[Plan]:
    """Difficulties until there are enough cases, the oldest first; a third of the cases stand alone."""
    made: list[Plan] = []
    left = cases
    while left > 0:
        data = rng.choice(difficulties)
        size = 1 if rng.random() < 0.8 else min(left, 600, 1 + int(rng.paretovariate(0.85)))
        if not made and left > 1000:
            size = min(left // 2, 2000)
        age = rng.random() * DAYS if rng.random() < 0.88 else rng.random() * 12
        name = rng.choice(FIRST) + rng.choice(SECOND) + rng.choice(SECOND)
        made.append(Plan(data, name, size, 9.0 if size > 600 else age, rng.choice(list(towns))))
        left -= size
    return sorted(made, key=lambda plan: -plan.age)


@dataclass
class Seeder:
    """Writes plans as rows. ``now`` is the present; nothing lies after it."""

    rng: random.Random
    now: datetime
    tables: dict[str, Table] = field(default_factory=dict)
    figures: Counter[tuple[str, int, int, Any]] = field(default_factory=Counter)
    serials: Counter[int] = field(default_factory=Counter)
    question_serials: Counter[int] = field(default_factory=Counter)
    phones: int = 0

    def begin(self) -> None:
        """Look up what everything refers to."""
        from tongti.answers.models import Answer, Part, Reply
        from tongti.cases.models import Case
        from tongti.deadlines.actions import due
        from tongti.deadlines.queries import regimes_on
        from tongti.parties.models import Party
        from tongti.project.demo import district
        from tongti.project.demo.voices import Names
        from tongti.questions.models import CaseFeatures, Membership, Question
        from tongti.relay.models import Baton
        from tongti.trail.models import Event
        from tongti.verdicts.models import CallBack, Invitation, Verdict

        self.d = district.build()
        models = (Party, Case, CaseFeatures, Question, Membership, Baton, Part, Answer, Reply, Invitation, CallBack, Verdict, Event)  # fmt: skip
        self.tables = {model.__name__: Table(model) for model in models}
        self.names = Names(district.read("district")["names"], self.rng)
        data = [*district.read("open")["difficulty"], *district.read("past")["difficulty"]]
        self.difficulties = [one for one in data if one["key"] in PROPER]
        self.hotline = self.d.units["区热线办"].pk
        self.dispatcher = self.d.officers["韦晓梅"].pk
        regime = regimes_on(self.now.date()).pick(channel="phone", kind="help", urgency="normal")
        self.explained = due(regime=regime, clock="handle", start=self.now)

    def run(self, cases: int, progress: Callable[[str], None]) -> dict[str, int]:
        """All of it; answers how many rows each table got."""
        from django.db import connection, transaction

        started = time.monotonic()
        made = 0
        waiting: list[Plan] = []
        todo = plans(self.rng, cases, self.difficulties, list(self.d.villages))
        with transaction.atomic(), connection.cursor() as cursor:
            # Rows refer to each other across tables and chunks; what COPY brings is whole at the end.
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("SET LOCAL synchronous_commit = off")
            for at, plan in enumerate(todo):
                waiting.append(plan)
                if sum(p.size for p in waiting) >= CHUNK or at == len(todo) - 1:
                    self._write(waiting)
                    made += sum(p.size for p in waiting)
                    for table in self.tables.values():
                        table.flush(cursor)
                    waiting = []
                    progress(f"{made} 件，{time.monotonic() - started:.0f} 秒")
            for table in self.tables.values():
                table.settle(cursor)
            self._counters(cursor)
        return {name: table.count for name, table in self.tables.items()}

    # --- one chunk ------------------------------------------------------------------------------------------------

    def _write(self, chunk: Sequence[Plan]) -> None:
        from tongti.questions import matching

        heard = [(plan, self._cases(plan)) for plan in chunk]
        flat = [case for _, cases in heard for case in cases]
        features = {row.case_id: row for row in matching.prepare(flat)}
        for plan, cases in heard:
            self._live(plan, cases, features)

    def _cases(self, plan: Plan) -> list[Any]:
        from tongti.cases.models import Case
        from tongti.project.demo.voices import voices
        from tongti.shared.numbers import case_number
        from tongti.shared.text import words

        d = plan.data
        proper = PROPER[d["key"]]
        say = {"say": d["say"], "more": d["more"], "ask": d["ask"], "heads": d["heads"], "doors": d["doors"]}
        spread = min(10.0, 1 + plan.size / 8)
        told = {
            **say,
            "askers": plan.size,
            "from": plan.age + spread / 2,
            "until": max(0.0, plan.age - spread / 2),
            "place": plan.town,
        }
        category = self.d.categories[d["category"]].pk
        made = []
        for voice in voices(told, self.names, self.rng, self.d.villages[plan.town], self.now):
            title, body = (
                voice.title.replace(proper, plan.name + proper),
                voice.body.replace(proper, plan.name + proper),
            )
            if proper not in voice.body:
                body = f"{plan.name}这边，{body}"
            at = voice.at
            year = at.year
            self.serials[year] += 1
            party_id = self._party(voice)
            made.append(
                Case(
                    pk=self.tables["Case"].take_id(), number=case_number(year, self.serials[year]), year=year,
                    serial=self.serials[year], key=uuid.UUID(int=self.rng.getrandbits(128), version=4), channel=voice.door,
                    title=title, body=body, place=self.d.places[voice.place], category_id=category, party_id=party_id,
                    party_kind="enterprise" if voice.firm else "person", holder_id=self.hotline, units=[self.hotline],
                    received_at=at, registered_at=at, search=vector(words(f"{title}\n{body}")),
                )
            )  # fmt: skip
            self._count("received", at)
            self._count("open", at)
        return made

    def _party(self, voice: Any) -> int:
        from tongti.parties import actions as parties

        table = self.tables["Party"]
        if self.rng.random() < 0.12 and table.next_id > 1000:
            return self.rng.randrange(table.next_id - 900, table.next_id)
        self.phones += 1
        contact = parties.contact(
            kind="enterprise" if voice.firm else "person", name=voice.name, phone=f"154{self.phones:08d}"
        )
        party = contact.party()
        party.pk, party.created_at = table.take_id(), voice.at
        table.add(party)
        return int(party.pk)

    # --- its life -------------------------------------------------------------------------------------------------

    def _live(self, plan: Plan, cases: list[Any], features: dict[int, Any]) -> None:
        rng, now = self.rng, self.now
        for case in cases:
            row = features[case.pk]
            row.matched_at = case.received_at
            self.tables["CaseFeatures"].add(row)
        duty = self.d.duties[plan.data.get("duty", "D012")]
        lead_id = duty.lead_id
        first = cases[0].received_at
        dispatched = first + timedelta(days=0.4 + rng.random())
        answered = dispatched + timedelta(days=2 + 6 * rng.random())
        due_on = (dispatched + timedelta(days=7)).date()
        others = [self.d.units[plan.town].pk] if rng.random() < 0.6 else []
        others += [u.pk for u in duty.helpers.all()][:2] if len(cases) > 2 else []
        others = [pk for pk in dict.fromkeys(others) if pk != lead_id]
        units = sorted({lead_id, *others})
        dispatched = dispatched if dispatched <= now else None
        answered = answered if dispatched and answered <= now else None
        question = (
            self._question(plan, cases, features, lead_id, units, dispatched, answered, due_on)
            if len(cases) > 1
            else None
        )
        matter = question or cases[0]
        about = (
            {"question_id": question.pk, "case_id": None} if question else {"question_id": None, "case_id": cases[0].pk}
        )
        if dispatched:
            self._batons(about, lead_id, others, duty.pk, dispatched, answered, due_on)
        answer = self._answer(about, lead_id, matter, plan, dispatched, answered) if answered else None
        for case in cases:
            self._case(case, question, lead_id, units, dispatched, answered, due_on, answer)
        if question is not None:
            self._finish_question(question, cases)

    def _question(
        self, plan: Plan, cases: list[Any], features: dict[int, Any], lead_id: int, units: list[int], dispatched: datetime | None, answered: datetime | None, due_on: Any,
    ) -> Any:  # fmt: skip
        from tongti.cases.models import Case
        from tongti.questions import matching
        from tongti.questions.models import Membership, Question
        from tongti.shared.text import words

        first, last = cases[0].received_at, max(case.received_at for case in cases)
        year = first.year
        self.question_serials[year] += 1
        title = f"{plan.name}{plan.data['title']}"[:40]
        own = matching.prepare([Case(pk=0, title=title, body="", received_at=first)])[0]
        members = [features[case.pk] for case in cases[:5]]
        keys = sorted({key for row in (own, *members) for key in row.keys})
        packed = b"".join(struct.pack("<I", len(bytes(row.data))) + bytes(row.data) for row in (own, *members))
        candidate = dispatched is None
        cleared = not candidate and len(cases) > 2 and self.rng.random() < 0.7
        question = Question(
            pk=self.tables["Question"].take_id(), number=f"TT-{year}-{self.question_serials[year]:04d}", title=title,
            public_title=title if cleared else "", cleared_at=dispatched if cleared else None,
            cleared_by_id=self.dispatcher if cleared else None, state="candidate" if candidate else "answered" if answered else "handling",
            category_id=cases[0].category_id, place_id=cases[0].place_id, lead_id=None if candidate else lead_id,
            units=[] if candidate else units, case_count=0 if candidate else len(cases), proposed_count=len(cases) if candidate else 0,
            asker_count=0 if candidate else len({case.party_id for case in cases}),
            enterprise_count=0 if candidate else len({c.party_id for c in cases if c.party_kind == "enterprise"}),
            first_received_at=first, last_received_at=last, due_on=None if candidate else due_on,
            set_up_at=dispatched, set_up_by_id=None if candidate else self.dispatcher, dispatched_at=dispatched, answered_at=answered,
            created_at=first, keys=keys, features=packed, search=vector(words(title)), progress="" if candidate else "已到现场核实，正在办理",
            progress_at=dispatched,
        )  # fmt: skip
        state = Membership.State.PROPOSED if candidate else Membership.State.ACTIVE
        for case in cases:
            self.tables["Membership"].add(
                Membership(
                    pk=self.tables["Membership"].take_id(), case_id=case.pk, question_id=question.pk, state=state, how="engine",
                    probability=0.6 + 0.39 * self.rng.random(), reasons=[{"words": f"同一地点：{plan.name}", "weight": 3.2}],
                    settings_version=members[0].version, proposed_at=case.received_at,
                    decided_at=None if candidate else dispatched, decided_by_id=None if candidate else self.dispatcher,
                )
            )  # fmt: skip
        if not candidate and dispatched:
            self._count("questions_open", dispatched)
            seen = set()
            for case in sorted(cases, key=lambda c: c.received_at):
                if case.party_id not in seen:
                    seen.add(case.party_id)
                    self._count("question_askers", case.received_at, subject_id=question.pk)
        chain = Chain("questions.question", question.pk)
        self._tell(
            chain, "question.proposed", first, {"proposed": [case.pk for case in cases[:50]], "state": "candidate"}
        )
        if dispatched:
            self._tell(chain, "question.dispatched", dispatched, {"lead": lead_id, "units": units}, officer=True)
        if answered:
            self._tell(chain, "question.answered", answered, {})
        question.chain = chain
        return question

    def _finish_question(self, question: Any, cases: list[Any]) -> None:
        if question.state == "answered" and all(case.state == "closed" for case in cases):
            question.state, question.closed_at = "closed", max(case.closed_at for case in cases)
            self._count("questions_open", question.closed_at, amount=-1)
            self._tell(question.chain, "question.closed", question.closed_at, {})
        self.tables["Question"].add(question)

    def _batons(
        self, about: dict[str, Any], lead_id: int, others: list[int], duty_id: int, dispatched: datetime, answered: datetime | None, due_on: Any,
    ) -> None:  # fmt: skip
        from tongti.answers.models import Part
        from tongti.relay.models import Baton

        accepted = dispatched + timedelta(hours=1 + 6 * self.rng.random())
        accepted = accepted if accepted <= self.now else None
        for unit_id in (lead_id, *others):
            lead = unit_id == lead_id
            done = answered if lead or answered is None else answered - timedelta(hours=20)
            if not lead and answered is None and accepted and self.rng.random() < 0.4:
                late = accepted + timedelta(hours=30)
                done = late if late <= self.now else None
            state = "done" if done else "accepted" if accepted else "offered"
            officer = self._handler(unit_id)
            baton = Baton(
                pk=self.tables["Baton"].take_id(), **about, role="lead" if lead else "helper", unit_id=unit_id,
                officer_id=officer if accepted else None, task="查明情况，办理并答复", state=state, duty_id=duty_id if lead else None,
                dispatched_by_id=self.dispatcher, started_on=dispatched.date(), due_on=due_on, offered_at=dispatched,
                accepted_at=accepted, done_at=done, ended_at=done, regime_version=self.explained.regime_version,
                calendar_version=self.explained.calendar_version, explanation=self.explained.explanation,
            )  # fmt: skip
            self.tables["Baton"].add(baton)
            chain = Chain("relay.baton", baton.pk)
            self._tell(chain, "baton.offered", dispatched, {"unit": unit_id, "role": baton.role}, officer=True)
            if accepted:
                self._tell(chain, "baton.accepted", accepted, {"unit": unit_id, "officer": officer}, officer=True)
            for unit in (0, unit_id):
                self._count("batons_open", dispatched, unit_id=unit)
                self.figures["batons_due", unit, 0, due_on] += 1
            if done:
                self._tell(chain, "baton.done", done, {"unit": unit_id, "late": done.date() > due_on}, officer=True)
                for unit in (0, unit_id):
                    self._count("batons_open", done, unit_id=unit, amount=-1)
                    self.figures["batons_due", unit, 0, due_on] -= 1
                if not lead:
                    words = "已到现场核实，按分工办理，情况已报牵头单位。"
                    self.tables["Part"].add(
                        Part(pk=self.tables["Part"].take_id(), baton_id=baton.pk, words=words, submitted_at=done, submitted_by_id=officer, saved_at=done)
                    )  # fmt: skip

    def _answer(
        self,
        about: dict[str, Any],
        lead_id: int,
        matter: Any,
        plan: Plan,
        dispatched: datetime | None,
        answered: datetime,
    ) -> Any:
        from tongti.answers.models import Answer
        from tongti.shared.text import words

        leader = self._handler(lead_id)
        done = plan.data.get("done", "已派人到现场核实并处理，相关责任单位按期整改，属地已逐户告知。")
        opening, found = (
            f"您反映的是：{matter.title or plan.data['title']}。现将办理情况答复如下。",
            plan.data.get("found", "经核查，反映的情况属实。"),
        )
        answer = Answer(
            pk=self.tables["Answer"].take_id(), **about, lead_id=lead_id, state="signed", closing="solved",
            opening=opening, found=found, done=done, search=vector(words(f"{opening}\n{found}\n{done}")),
            basis="《优化营商环境条例》", composed_by_id=leader, submitted_at=answered - timedelta(hours=2), signed_by_id=leader,
            signed_at=answered, created_at=dispatched or answered,
        )  # fmt: skip
        self.tables["Answer"].add(answer)
        chain = Chain("answers.answer", answer.pk)
        self._tell(chain, "answer.begun", answered - timedelta(hours=3), {"unit": lead_id}, officer=True)
        self._tell(chain, "answer.signed", answered, {"signed_for": lead_id}, officer=True)
        return answer

    def _case(
        self, case: Any, question: Any, lead_id: int, units: list[int], dispatched: datetime | None, answered: datetime | None, due_on: Any, answer: Any,
    ) -> None:  # fmt: skip
        chain = Chain("cases.case", case.pk)
        self._tell(chain, "case.registered", case.received_at, {"channel": case.channel, "holder": self.hotline})
        if question is not None and question.state != "candidate":
            self._tell(
                chain, "case.joined", max(case.received_at, question.set_up_at), {"question": question.pk}, officer=True
            )
        if dispatched is None:
            self._count("unit_open", case.received_at, unit_id=self.hotline)
        else:
            given = max(dispatched, case.received_at + timedelta(minutes=20))
            case.state, case.holder_id, case.units = "handling", lead_id, sorted({self.hotline, *units})
            case.dispatched_at, case.due_on = given, due_on
            self._count("unit_open", given, unit_id=lead_id)
            for unit in (0, lead_id):
                self._count("dispatched", given, unit_id=unit)
            self._tell(chain, "case.dispatched", given, {"holder": lead_id, "due_on": due_on.isoformat()}, officer=True)
        if answer is not None and answered is not None:
            self._answered(case, chain, lead_id, max(answered, case.dispatched_at), due_on, answer)
        self.tables["Case"].add(case)

    def _answered(self, case: Any, chain: Chain, lead_id: int, at: datetime, due_on: Any, answer: Any) -> None:
        from tongti.answers.models import Reply
        from tongti.shared import links
        from tongti.verdicts.models import CallBack, Invitation

        case.state, case.answered_at = "answered", at
        late = at.date() > due_on
        for unit in (0, lead_id):
            self._count("answered", at, unit_id=unit)
            self._count("verdict_asked", at, unit_id=unit)
            if late:
                self._count("answered_late", at, unit_id=unit)
        self._tell(chain, "case.answered", at, {"holder": lead_id, **({"late": True} if late else {})}, officer=True)
        body = f"您反映的诉求（编号 {case.number}）收悉。\n\n{answer.opening}\n\n一、查明的情况\n{answer.found}\n\n二、办理结果\n{answer.done}"
        reply = Reply(pk=self.tables["Reply"].take_id(), answer_id=answer.pk, case_id=case.pk, body=body, made_at=at)
        self.tables["Reply"].add(reply)
        said = at + timedelta(days=0.1 + 6 * self.rng.random())
        lot = self.rng.random()
        judged = said if lot < 0.78 and said <= self.now else None
        given_up = at + timedelta(days=12) if lot > 0.86 and at + timedelta(days=12) <= self.now else None
        token = links.token_hash(links.verdict_token(answer.pk, case.pk))
        self.tables["Invitation"].add(
            Invitation(pk=self.tables["Invitation"].take_id(), reply_id=reply.pk, token_hash=token, made_at=at, expires_at=at + timedelta(days=30), used_at=judged)
        )  # fmt: skip
        state = "done" if judged else "unreached" if given_up else "waiting"
        self.tables["CallBack"].add(
            CallBack(
                pk=self.tables["CallBack"].take_id(), reply_id=reply.pk, case_id=case.pk, state=state,
                due_on=(at + timedelta(days=4)).date(), tries=3 if given_up else 0, done_at=judged or given_up,
            )
        )  # fmt: skip
        if judged:
            self._judged(case, chain, reply, lead_id, judged)
        elif given_up:
            self._close(case, chain, lead_id, given_up, "unconfirmed")

    def _judged(self, case: Any, chain: Chain, reply: Any, lead_id: int, at: datetime) -> None:
        from tongti.verdicts.models import Verdict

        solved = self.rng.choices(["yes", "partly"], [86, 14])[0]
        satisfied = self.rng.choices(["very", "fairly", "not"], [70, 22, 8])[0]
        contacted = self.rng.random() < 0.97
        verdict = Verdict(
            pk=self.tables["Verdict"].take_id(), reply_id=reply.pk, case_id=case.pk, unit_id=lead_id, contacted=contacted, solved=solved,
            satisfied=satisfied, words="", way="link", at=at,
        )  # fmt: skip
        self.tables["Verdict"].add(verdict)
        measures = ["verdict_given", "contacted_all", "solved_all", "satisfied_all"]
        measures += [
            name
            for name, met in (
                ("contacted_yes", contacted),
                ("solved_yes", solved == "yes"),
                ("satisfied_yes", satisfied != "not"),
            )
            if met
        ]
        for measure in measures:
            for unit in (0, lead_id):
                self._count(measure, at, unit_id=unit)
        self._tell(chain, "case.judged", at, {"verdict": verdict.pk, "solved": solved})
        self._close(case, chain, lead_id, at, "solved" if solved == "yes" else "partly")

    def _close(self, case: Any, chain: Chain, lead_id: int, at: datetime, closing: str) -> None:
        case.state, case.closing, case.closed_at = "closed", closing, at
        self._tell(chain, "case.closed", at, {"closing": closing, "was": "answered"})
        self._count("open", at, amount=-1)
        self._count("unit_open", at, unit_id=lead_id, amount=-1)
        for unit in (0, lead_id):
            self._count("closed", at, unit_id=unit)

    # --- small things ---------------------------------------------------------------------------------------------

    def _handler(self, unit_id: int) -> int:
        if not hasattr(self, "_handlers"):
            self._handlers = {
                self.d.units[unit].pk: self.d.officers[name].pk
                for (unit, role), name in self.d.roles.items()
                if role == "handler"
            }
        return self._handlers[unit_id]

    def _tell(self, chain: Chain, verb: str, at: datetime, facts: dict[str, Any], *, officer: bool = False) -> None:
        from tongti.trail.chain import mac_of
        from tongti.trail.models import Event

        chain.seq += 1
        event = Event(
            pk=self.tables["Event"].take_id(), object_kind=chain.kind, object_id=chain.pk, seq=chain.seq, verb=verb, at=at,
            actor_kind="officer" if officer else "system", actor_id=self.dispatcher if officer else None,
            actor_unit_id=self.hotline if officer else None, facts=facts,
        )  # fmt: skip
        event.mac = chain.mac = mac_of(event, chain.mac)
        self.tables["Event"].add(event)

    def _count(self, measure: str, at: datetime, *, unit_id: int = 0, subject_id: int = 0, amount: int = 1) -> None:
        self.figures[measure, unit_id, subject_id, at.date()] += amount

    def _counters(self, cursor: Any) -> None:
        with cursor.copy("COPY figures_delta (measure, unit_id, subject_id, day, amount) FROM STDIN") as copy:
            for (measure, unit_id, subject_id, day), amount in self.figures.items():
                if amount:
                    copy.write_row((measure, unit_id, subject_id, day, amount))
        for table, serials in (
            ("cases_numberseries", self.serials),
            ("questions_questionseries", self.question_serials),
        ):
            for year, last in serials.items():
                cursor.execute(f"INSERT INTO {table} (year, last) VALUES (%s, %s)", [year, last])


def seed(cases: int, progress: Callable[[str], None], *, rng_seed: int = 12345) -> dict[str, int]:
    """Fill an empty, migrated database. Answers the rows of each table."""
    from django.db import connection
    from django.utils import timezone

    from tongti.figures import actions as figures
    from tongti.questions import actions as questions

    seeder = Seeder(random.Random(rng_seed), timezone.localtime())
    seeder.begin()
    rows = seeder.run(cases, progress)
    figures.compact()
    progress("统计词频")
    questions.count_words()
    progress("ANALYZE")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return rows


def samples(cases: int = 200) -> Iterator[tuple[str, str]]:
    """(title, body) of invented messages, for typing into forms and searches."""
    rng = random.Random(99)
    from tongti.project.demo import district
    from tongti.project.demo.voices import Names, voices

    names = Names(district.read("district")["names"], rng)
    data = [one for one in district.read("open")["difficulty"] if one["key"] in PROPER]
    now = datetime.now().astimezone()
    while True:
        one = rng.choice(data)
        told = {
            **{k: one[k] for k in ("say", "more", "ask", "heads", "doors", "place")},
            "askers": 1,
            "from": 1,
            "until": 0,
        }
        for voice in voices(told, names, rng, [], now):
            name = rng.choice(FIRST) + rng.choice(SECOND) + rng.choice(SECOND)
            yield voice.title, voice.body.replace(PROPER[one["key"]], name + PROPER[one["key"]])
            cases -= 1
            if not cases:
                return


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=12345)
    args = parser.parse_args()
    from tongti.project import boot

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongti.project.settings")
    with boot.database("bench.seed"):
        from django.core.management import call_command

        from tongti.accounts.models import Officer

        call_command("migrate", interactive=False, verbosity=0)
        if Officer.objects.exists():
            raise SystemExit("数据库不是空的：测速数据只能放进空库。")
        started = time.monotonic()
        rows = seed(args.cases, lambda said: print(said, file=sys.stderr, flush=True), rng_seed=args.seed)
        print(json.dumps({"seconds": round(time.monotonic() - started, 1), "rows": rows}, ensure_ascii=False))


if __name__ == "__main__":
    main()
