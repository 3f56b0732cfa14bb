"""The life of one difficulty in the seeded district, as rows: heard, joined, passed on, answered, judged, closed."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from struct import pack
from typing import Any

from bench.copying import Chain, Lines, Ready, ready, ready_array, ready_json, vector
from bench.seed_texts import Matter, Plan, Pool, Said

HOURS = {"web": (6.7, 16.5), "phone": (7.6, 13.9)}
"""From which hour a door is used, and for how many hours."""
OFFICE = (8.7, 8.7)
COUNTED = frozenset({"case.registered", "case.answered", "case.closed", "question.proposed", "baton.offered"})
"""What the trail of a lean database keeps: the first step of everything, and what figures are counted from."""
GIVEN = ("verdict_given", "contacted_all", "solved_all", "satisfied_all")


@dataclass(slots=True)
class Step:
    """A row of the trail, as far as its link in the chain depends on it."""

    object_kind: str
    object_id: int
    seq: int
    verb: str
    at: datetime
    actor_kind: str
    actor_id: int | None
    actor_unit_id: int | None
    facts: dict[str, Any]


@dataclass(slots=True)
class Told:
    """One case while it lives."""

    pk: int
    number: str
    said: Said
    party_id: int
    at: datetime
    closed_at: datetime | None = None


@dataclass(slots=True)
class Course:
    """How far a matter has come: who has it, since when, until when; ``about`` names the question or the single case."""

    about: dict[str, Any]
    category_id: int
    lead_id: int
    units: list[int]
    dispatched: datetime | None
    answered: datetime | None
    due_on: date
    set_up: bool = False


@dataclass(slots=True)
class Signed:
    """A signed answer: its row, and the words that every asker reads."""

    pk: int
    words: Ready


class Life:
    """Writes plans as rows. ``now`` is the present; nothing lies after it."""

    def __init__(self, district: Any, topics: Sequence[dict[str, Any]], rng: random.Random, now: datetime, lean: bool) -> None:  # fmt: skip
        from tongti.answers.models import Answer, Part, Reply
        from tongti.cases.models import Case
        from tongti.deadlines.actions import due
        from tongti.deadlines.queries import regimes_on
        from tongti.figures.models import Daily
        from tongti.parties.models import Party
        from tongti.questions.models import CaseFeatures, Membership, Question
        from tongti.relay.models import Baton
        from tongti.trail.models import Event
        from tongti.units.models import Region
        from tongti.units.towns import TownOf
        from tongti.verdicts.models import CallBack, Invitation, Verdict

        self.d, self.topics, self.rng, self.now, self.lean = district, topics, rng, now, lean
        models = (Party, Case, CaseFeatures, Question, Membership, Baton, Part, Answer, Reply, Invitation, CallBack, Verdict, Event, Daily)  # fmt: skip
        self.tables = {model.__name__: Lines(model) for model in models}
        self.figures: Counter[tuple[str, int, date]] = Counter()
        self.serials: Counter[int] = Counter()
        self.question_serials: Counter[int] = Counter()
        self.phones = 0
        self._midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        self._names = _names()
        towns = Region.objects.annotate(town=TownOf("id")).values_list("id", "town")
        self._towns: dict[int, int] = {place: town for place, town in towns if town}
        self._hotline, self._dispatcher = district.units["区热线办"].pk, district.officers["韦晓梅"].pk
        self._handlers = {
            district.units[unit].pk: district.officers[name].pk
            for (unit, role), name in district.roles.items()
            if role == "handler"
        }
        self._categories = [district.categories[topic["category"]].pk for topic in topics]
        duties = [district.duties[topic.get("duty", "D012")] for topic in topics]
        self._duties = [(duty.pk, duty.lead_id, [unit.pk for unit in duty.helpers.all()][:2]) for duty in duties]
        regime = regimes_on(now.date()).pick(channel="phone", kind="help", urgency="normal")
        explained = due(regime=regime, clock="handle", start=now)
        self._versions = {"regime_version": explained.regime_version, "calendar_version": explained.calendar_version}
        self._explained = ready_json(explained.explanation)

    def live(self, plan: Plan, pool: Pool) -> None:
        """Everything that became of one plan."""
        matter = pool.of(plan)
        cases = self._hear(plan, matter, pool.version)
        course, duty_id = self._course(plan, matter, cases[0].at, len(cases) > 1)
        chain = None
        if len(cases) > 1:
            chain = self._set_up(course, matter, cases, pool.version)
        else:
            course.about = {"case_id": cases[0].pk}
        if course.dispatched:
            self._batons(course, duty_id, course.dispatched)
        answer = self._answer(course, plan, matter, course.answered) if course.answered else None
        for case in cases:
            self._case(case, course, answer)
        if chain is not None:
            self._question(chain, course, matter, cases)

    # --- heard ----------------------------------------------------------------------------------------------------

    def _hear(self, plan: Plan, matter: Matter, version: str) -> list[Told]:
        spread = min(10.0, 1 + plan.size / 8)
        cases = []
        for _ in range(plan.size):
            said = self.rng.choice(matter.said)
            cases.append((self._moment(plan.age + spread * (self.rng.random() - 0.5), said.door), said))
        cases.sort(key=_by_moment)
        return [self._told(at, said, version) for at, said in cases]

    def _told(self, at: datetime, said: Said, version: str) -> Told:
        from tongti.shared.numbers import case_number

        self.serials[at.year] += 1
        case = Told(
            self.tables["Case"].take_id(),
            case_number(at.year, self.serials[at.year]),
            said,
            self._party(at, said.firm),
            at,
        )
        self.tables["CaseFeatures"].add(
            case_id=case.pk, keys=said.keys, data=said.stamped(at, case.party_id), version=version, matched_at=at
        )
        self._count("received", at)
        self._count("open", at)
        if town := self._towns.get(said.place_id or 0):
            self._count("town_received", at, unit_id=town)
            self._count("town_open", at, unit_id=town)
        return case

    def _moment(self, days: float, door: str) -> datetime:
        """The same day at an hour at which that door is used; never later than now."""
        early, hours = HOURS.get(door, OFFICE)
        at = self._midnight - timedelta(days=int(max(0.0, days)), hours=-early - hours * self.rng.random())
        return min(at, self.now - timedelta(minutes=4 + 50 * self.rng.random()))

    def _party(self, at: datetime, firm: bool) -> int:
        from tongti.parties import indexes

        table = self.tables["Party"]
        if self.rng.random() < 0.12 and table.next_id > 1000:
            return self.rng.randrange(table.next_id - 900, table.next_id)
        self.phones += 1
        phone = f"+86154{self.phones * 7919 % 100_000_000:08d}"
        name, name_index = self.rng.choice(self._names)
        pk = table.take_id()
        table.add(
            id=pk, kind="enterprise" if firm else "person", name=name, phone=phone, name_index=name_index, created_at=at,
            phone_index=indexes.phone_index(phone), tail_index=indexes.tail_index(phone),
        )  # fmt: skip
        return pk

    # --- passed on ------------------------------------------------------------------------------------------------

    def _course(self, plan: Plan, matter: Matter, first: datetime, shared: bool) -> tuple[Course, int]:
        rng, now = self.rng, self.now
        duty_id, lead_id, helpers = self._duties[plan.topic]
        dispatched = first + timedelta(days=0.4 + rng.random())
        answered = dispatched + timedelta(days=2 + 6 * rng.random())
        others = [self.d.units[matter.town].pk] if rng.random() < 0.6 else []
        others += helpers if plan.size > 2 else []
        units = [lead_id, *(pk for pk in dict.fromkeys(others) if pk != lead_id)]
        course = Course(
            about={}, category_id=self._categories[plan.topic], lead_id=lead_id, units=units, due_on=(dispatched + timedelta(days=7)).date(),
            dispatched=dispatched if dispatched <= now else None, answered=answered if answered <= now else None,
            set_up=shared and dispatched <= now,
        )  # fmt: skip
        return course, duty_id

    def _set_up(self, course: Course, matter: Matter, cases: Sequence[Told], version: str) -> Chain:
        """The question's memberships and first steps; its row is written when it is known how it ended."""
        pk = self.tables["Question"].take_id()
        course.about = {"question_id": pk}
        decided = {"decided_at": course.dispatched, "decided_by_id": self._dispatcher} if course.set_up else {}
        reasons = ready_json([{"words": f"同一地点：{matter.title[:3]}", "weight": 3.2}])
        for case in cases:
            self.tables["Membership"].add(
                id=self.tables["Membership"].take_id(), case_id=case.pk, question_id=pk, state="active" if course.set_up else "proposed",
                how="engine", probability=0.6 + 0.39 * self.rng.random(), reasons=reasons, settings_version=version, proposed_at=case.at, **decided,
            )  # fmt: skip
        if course.set_up and course.dispatched:
            self._count("questions_open", course.dispatched)
            self._askers(pk, cases)
        chain = Chain("questions.question", pk)
        self._tell(chain, "question.proposed", cases[0].at, {"proposed": [case.pk for case in cases[:50]], "state": "candidate"})  # fmt: skip
        if course.dispatched:
            self._tell(chain, "question.dispatched", course.dispatched, {"lead": course.lead_id, "units": course.units}, officer=True)  # fmt: skip
        if course.answered:
            self._tell(chain, "question.answered", course.answered, {})
        return chain

    def _askers(self, question_id: int, cases: Sequence[Told]) -> None:
        """How many first asked on which day: written at once, a question's days do not come back."""
        first: dict[int, date] = {}
        for case in cases:
            first.setdefault(case.party_id, case.at.date())
        for day, amount in Counter(first.values()).items():
            self._figure("question_askers", 0, question_id, day, amount)

    def _question(self, chain: Chain, course: Course, matter: Matter, cases: Sequence[Told]) -> None:
        own = matter.question
        assert own is not None
        closed_at = max((case.closed_at for case in cases if case.closed_at), default=None)
        closed = course.answered is not None and all(case.closed_at for case in cases)
        if closed and closed_at:
            self._count("questions_open", closed_at, amount=-1)
            self._tell(chain, "question.closed", closed_at, {})
        first, year = cases[0].at, cases[0].at.year
        self.question_serials[year] += 1
        members = [case.said for case in cases[: 2 if self.lean else 5]]
        packed = b"".join(pack("<I", len(one.data)) + one.data for one in (own, *members))
        row: dict[str, Any] = {"state": "candidate", "proposed_count": len(cases)}
        if course.set_up:
            cleared = len(cases) > 2 and self.rng.random() < 0.7
            row = {
                "state": "closed" if closed else "answered" if course.answered else "handling", "lead_id": course.lead_id,
                "units": ready_array(sorted(course.units)), "due_on": course.due_on, "case_count": len(cases),
                "asker_count": len({case.party_id for case in cases}),
                "enterprise_count": len({case.party_id for case in cases if case.said.firm}), "set_up_at": course.dispatched,
                "set_up_by_id": self._dispatcher, "dispatched_at": course.dispatched, "answered_at": course.answered,
                "closed_at": closed_at if closed else None, "progress": "已到现场核实，正在办理", "progress_at": course.dispatched,
            }  # fmt: skip
            if cleared:
                row |= {"public_title": own.title, "cleared_at": course.dispatched, "cleared_by_id": self._dispatcher}
        self.tables["Question"].add(
            id=chain.pk, number=f"TT-{year}-{self.question_serials[year]:04d}", title=own.title, category_id=course.category_id,
            place_id=cases[0].said.place_id, first_received_at=first, last_received_at=cases[-1].at, created_at=first,
            keys=ready_array(sorted({key for one in (own, *members) for key in one.key_numbers})), features=packed, search=own.search, **row,
        )  # fmt: skip

    def _batons(self, course: Course, duty_id: int, dispatched: datetime) -> None:
        accepted = dispatched + timedelta(hours=1 + 6 * self.rng.random())
        for unit_id in course.units:
            self._baton(course, unit_id, duty_id, dispatched, accepted if accepted <= self.now else None)

    def _baton(self, course: Course, unit_id: int, duty_id: int, dispatched: datetime, accepted: datetime | None) -> None:  # fmt: skip
        lead = unit_id == course.lead_id
        done = course.answered if lead or course.answered is None else course.answered - timedelta(hours=20)
        if not lead and course.answered is None and accepted and self.rng.random() < 0.4:
            late = accepted + timedelta(hours=30)
            done = late if late <= self.now else None
        officer, pk, table = self._handlers[unit_id], self.tables["Baton"].take_id(), self.tables["Baton"]
        table.add(
            id=pk, **course.about, role="lead" if lead else "helper", unit_id=unit_id, officer_id=officer if accepted else None,
            task="查明情况，办理并答复", state="done" if done else "accepted" if accepted else "offered", duty_id=duty_id if lead else None,
            dispatched_by_id=self._dispatcher, started_on=dispatched.date(), due_on=course.due_on, offered_at=dispatched,
            accepted_at=accepted, done_at=done, ended_at=done, explanation=Ready("{}") if self.lean and done else self._explained, **self._versions,
        )  # fmt: skip
        chain = Chain("relay.baton", pk)
        self._tell(chain, "baton.offered", dispatched, {"unit": unit_id, "role": "lead" if lead else "helper"}, officer=True)  # fmt: skip
        if accepted:
            self._tell(chain, "baton.accepted", accepted, {"unit": unit_id, "officer": officer}, officer=True)
        for unit in (0, unit_id):
            self._count("batons_open", dispatched, unit_id=unit)
            self.figures["batons_due", unit, course.due_on] += 1
        if done:
            self._tell(chain, "baton.done", done, {"unit": unit_id, "late": done.date() > course.due_on}, officer=True)
            for unit in (0, unit_id):
                self._count("batons_open", done, unit_id=unit, amount=-1)
                self.figures["batons_due", unit, course.due_on] -= 1
            if not lead:
                self.tables["Part"].add(
                    id=self.tables["Part"].take_id(), baton_id=pk, words="已到现场核实，按分工办理，情况已报牵头单位。", submitted_at=done,
                    submitted_by_id=officer, saved_at=done,
                )  # fmt: skip

    # --- answered -------------------------------------------------------------------------------------------------

    def _answer(self, course: Course, plan: Plan, matter: Matter, at: datetime) -> Signed:
        from tongti.shared.text import words

        leader, pk, topic = self._handlers[course.lead_id], self.tables["Answer"].take_id(), self.topics[plan.topic]
        opening = f"您反映的是：{matter.title}。现将办理情况答复如下。"
        found = topic.get("found", "经核查，反映的情况属实。")
        done = topic.get("done", "已派人到现场核实并处理，相关责任单位按期整改，属地已逐户告知。")
        if matter.answer_search is None:
            matter.answer_search = ready(vector(words(f"{opening}\n{found}\n{done}")))
        self.tables["Answer"].add(
            id=pk, **course.about, lead_id=course.lead_id, state="signed", closing="solved", opening=opening, found=found, done=done, search=matter.answer_search,
            basis="《优化营商环境条例》", composed_by_id=leader, submitted_at=at - timedelta(hours=2), signed_by_id=leader, signed_at=at,
            created_at=course.dispatched or at,
        )  # fmt: skip
        chain = Chain("answers.answer", pk)
        self._tell(chain, "answer.begun", at - timedelta(hours=3), {"unit": course.lead_id}, officer=True)
        self._tell(chain, "answer.signed", at, {"signed_for": course.lead_id}, officer=True)
        told = "已办理，情况属实。" if self.lean else f"{opening}\n\n一、查明的情况\n{found}\n\n二、办理结果\n{done}"
        return Signed(pk, ready(told))

    def _case(self, case: Told, course: Course, answer: Signed | None) -> None:
        chain, said, lead_id = Chain("cases.case", case.pk), case.said, course.lead_id
        self._tell(chain, "case.registered", case.at, {"channel": said.door, "holder": self._hotline})
        row: dict[str, Any] = {"holder_id": self._hotline, "units": ready_array([self._hotline])}
        if course.dispatched is None:
            self._count("unit_open", case.at, unit_id=self._hotline)
        else:
            if course.set_up:
                joined = max(case.at, course.dispatched)
                self._tell(chain, "case.joined", joined, {"question": course.about["question_id"]}, officer=True)
            given = max(course.dispatched, case.at + timedelta(minutes=20))
            row = {
                "state": "handling", "holder_id": lead_id, "units": ready_array(sorted({self._hotline, *course.units})),
                "dispatched_at": given, "due_on": course.due_on,
            }  # fmt: skip
            self._count("unit_open", given, unit_id=lead_id)
            for unit in (0, lead_id):
                self._count("dispatched", given, unit_id=unit)
            self._tell(chain, "case.dispatched", given, {"holder": lead_id, "due_on": course.due_on.isoformat()}, officer=True)  # fmt: skip
            if answer is not None and course.answered is not None:
                row |= self._answered(case, chain, course, max(course.answered, given), answer)
        year = case.at.year
        self.tables["Case"].add(
            id=case.pk, number=case.number, year=year, serial=int(case.number[5:-2]), key=Ready(f"{self.rng.getrandbits(128):032x}"),
            channel=said.door, title=said.title, body=said.body, place_id=said.place_id, category_id=course.category_id,
            party_id=case.party_id, party_kind="enterprise" if said.firm else "person", received_at=case.at, registered_at=case.at, search=said.search, **row,
        )  # fmt: skip

    def _answered(self, case: Told, chain: Chain, course: Course, at: datetime, answer: Signed) -> dict[str, Any]:
        """A reply to one asker, and what she said; answers what changes on her case."""
        from tongti.shared import links

        lead_id, late = course.lead_id, at.date() > course.due_on
        for unit in (0, lead_id):
            self._count("answered", at, unit_id=unit)
            self._count("verdict_asked", at, unit_id=unit)
            if late:
                self._count("answered_late", at, unit_id=unit)
        self._tell(chain, "case.answered", at, {"holder": lead_id, **({"late": True} if late else {})}, officer=True)
        reply_id = self.tables["Reply"].take_id()
        body = Ready(f"您反映的诉求（编号 {case.number}）收悉。\\n\\n{answer.words}")
        self.tables["Reply"].add(id=reply_id, answer_id=answer.pk, case_id=case.pk, body=body, made_at=at)
        said = at + timedelta(days=0.1 + 6 * self.rng.random())
        lot = self.rng.random()
        judged = said if lot < 0.78 and said <= self.now else None
        given_up = at + timedelta(days=12) if lot > 0.86 and at + timedelta(days=12) <= self.now else None
        self.tables["Invitation"].add(
            id=self.tables["Invitation"].take_id(), reply_id=reply_id, token_hash=links.token_hash(links.verdict_token(answer.pk, case.pk)),
            made_at=at, expires_at=at + timedelta(days=30), used_at=judged,
        )  # fmt: skip
        self.tables["CallBack"].add(
            id=self.tables["CallBack"].take_id(), reply_id=reply_id, case_id=case.pk, due_on=(at + timedelta(days=4)).date(),
            state="done" if judged else "unreached" if given_up else "waiting", tries=3 if given_up else 0, done_at=judged or given_up,
        )  # fmt: skip
        if judged:
            return {"answered_at": at, **self._judged(case, chain, reply_id, lead_id, judged)}
        if given_up:
            return {"answered_at": at, **self._closed(case, chain, lead_id, given_up, "unconfirmed")}
        return {"answered_at": at, "state": "answered"}

    def _judged(self, case: Told, chain: Chain, reply_id: int, lead_id: int, at: datetime) -> dict[str, Any]:
        rng, pk = self.rng, self.tables["Verdict"].take_id()
        solved = "yes" if rng.random() < 0.86 else "partly"
        satisfied = "very" if (lot := rng.random()) < 0.7 else "fairly" if lot < 0.92 else "not"
        contacted = rng.random() < 0.97
        self.tables["Verdict"].add(
            id=pk, reply_id=reply_id, case_id=case.pk, unit_id=lead_id, contacted=contacted, solved=solved, satisfied=satisfied, way="link", at=at
        )  # fmt: skip
        good = (("contacted_yes", contacted), ("solved_yes", solved == "yes"), ("satisfied_yes", satisfied != "not"))
        for measure in (*GIVEN, *(name for name, met in good if met)):
            for unit in (0, lead_id):
                self._count(measure, at, unit_id=unit)
        self._tell(chain, "case.judged", at, {"verdict": pk, "solved": solved})
        return self._closed(case, chain, lead_id, at, "solved" if solved == "yes" else "partly")

    def _closed(self, case: Told, chain: Chain, lead_id: int, at: datetime, closing: str) -> dict[str, Any]:
        case.closed_at = at
        self._tell(chain, "case.closed", at, {"closing": closing, "was": "answered"})
        self._count("open", at, amount=-1)
        if town := self._towns.get(case.said.place_id or 0):
            self._count("town_open", at, unit_id=town, amount=-1)
        self._count("unit_open", at, unit_id=lead_id, amount=-1)
        for unit in (0, lead_id):
            self._count("closed", at, unit_id=unit)
        return {"state": "closed", "closing": closing, "closed_at": at}

    # --- small things ---------------------------------------------------------------------------------------------

    def _tell(self, chain: Chain, verb: str, at: datetime, facts: dict[str, Any], *, officer: bool = False) -> None:
        from tongti.trail.chain import mac_of

        if self.lean and verb not in COUNTED:
            return
        chain.seq += 1
        by = (self._dispatcher, self._hotline) if officer else (None, None)
        step = Step(chain.kind, chain.pk, chain.seq, verb, at, "officer" if officer else "system", *by, facts)
        chain.mac = mac_of(step, chain.mac)  # type: ignore[arg-type]  # what it reads of an event
        table = self.tables["Event"]
        table.add(
            id=table.take_id(), object_kind=step.object_kind, object_id=step.object_id, seq=step.seq, verb=verb, at=at,
            actor_kind=step.actor_kind, actor_id=step.actor_id, actor_unit_id=step.actor_unit_id, facts=facts, mac=chain.mac,
        )  # fmt: skip

    def _count(self, measure: str, at: datetime, *, unit_id: int = 0, amount: int = 1) -> None:
        self.figures[measure, unit_id, at.date()] += amount

    def _figure(self, measure: str, unit_id: int, subject_id: int, day: date, amount: int) -> None:
        self.tables["Daily"].add(
            id=self.tables["Daily"].take_id(),
            measure=measure,
            unit_id=unit_id,
            subject_id=subject_id,
            day=day,
            amount=amount,
        )

    def settle(self, cursor: Any) -> None:
        """The figures of units and days, the numbers given out, the sequences."""
        from bench.copying import send

        for (measure, unit_id, day), amount in self.figures.items():
            if amount:
                self._figure(measure, unit_id, 0, day, amount)
        send(cursor, [self.tables["Daily"].take()])
        for table, serials in (("cases_numberseries", self.serials), ("questions_questionseries", self.question_serials)):  # fmt: skip
            for year, last in serials.items():
                cursor.execute(f"INSERT INTO {table} (year, last) VALUES (%s, %s)", [year, last])
        for lines in self.tables.values():
            lines.settle(cursor)


def _by_moment(heard: tuple[datetime, Said]) -> datetime:
    return heard[0]


def _names() -> list[tuple[str, bytes]]:
    """Invented people's names with their blind indexes."""
    from tongti.parties import indexes
    from tongti.project.demo import district

    data = district.read("district")["names"]
    return [(family + given, indexes.name_index(family + given)) for family in data["family"] for given in data["given"]]  # fmt: skip
