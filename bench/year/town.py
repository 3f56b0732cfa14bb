"""What happens in the simulated year: people ask, units pass it on, object, are late, answer; some come back.

Everything goes through the same actions as on the screens. The town keeps its own book of what it did (``Town.book``), from
which ``checks`` works out what ought to be in the database.
"""

import heapq
import random
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from bench.year import plain
from bench.year.plain import Facts
from tongti.answers import actions as answers
from tongti.answers.models import Answer, Reply
from tongti.cases import actions as cases
from tongti.cases.actions import Intake
from tongti.cases.models import Case
from tongti.project.demo.district import District
from tongti.questions import actions as questions
from tongti.questions.models import Question
from tongti.relay import actions as relay
from tongti.relay.models import OPEN, Baton, Objection
from tongti.shared import clock, links
from tongti.shared.errors import DomainError
from tongti.units import queries as units
from tongti.units.access import Viewer
from tongti.units.models import Post
from tongti.units.queries import viewer_of
from tongti.verdicts import actions as verdicts

DOORS = (
    (("phone", "help", "normal", "person"), 70),
    (("web", "complaint", "normal", "person"), 12),
    (("phone", "help", "normal", "enterprise"), 8),
    (("stuck", "complaint", "normal", "person"), 4),
    (("phone", "help", "urgent", "person"), 4),
    (("phone", "report", "critical", "person"), 2),
)
ROADS = "一二三四五六七八九十百千"


@dataclass
class Entry:
    """The book's page on one baton: when its clock began, for whose cases, in which role, with others or alone."""

    start: datetime
    members: list[Facts]
    role: str
    joint: bool
    put_off_to: date | None = None


@dataclass
class Book:
    """What the town did, kept apart from the database."""

    numbers: list[str] = field(default_factory=list)
    facts: dict[int, Facts] = field(default_factory=dict)
    entries: dict[int, Entry] = field(default_factory=dict)
    tally: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)

    def did(self, what: str) -> None:
        self.tally[what] = self.tally.get(what, 0) + 1


@dataclass
class Town:
    """A district, a clock, and a queue of what happens next."""

    d: District
    rng: random.Random
    moment: datetime
    until: datetime
    book: Book = field(default_factory=Book)
    _queue: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    _order: Any = field(default_factory=count)
    _people: dict[tuple[int, tuple[str, ...]], Viewer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.clerk, self.dispatcher = self._one("clerk"), self._one("dispatcher")
        self.bureaus = list(units.dispatchable_units().exclude(kind__in=("hotline", "village")))
        able = set(Post.objects.filter(role="unit_leader").values_list("unit_id", flat=True))
        self.bureaus = [unit for unit in self.bureaus if unit.pk in able]

    def _one(self, role: str) -> Viewer:
        return viewer_of(Post.objects.filter(role=role).select_related("officer").earliest("pk").officer)

    def at(self, unit_id: int, *roles: str) -> Viewer:
        """Somebody who holds one of the roles at the unit."""
        key = (unit_id, roles)
        if key not in self._people:
            posts = Post.objects.filter(unit_id=unit_id, role__in=roles).select_related("officer").order_by("pk")
            self._people[key] = viewer_of(posts[0].officer)
        return self._people[key]

    # --- time -----------------------------------------------------------------------------------------------------

    def later(self, moment: datetime, happening: Callable[[], None]) -> None:
        """Let it happen then; what would be after the year's end does not happen any more."""
        if moment <= self.until:
            heapq.heappush(self._queue, (moment, next(self._order), happening))

    def office(self, days: float, hour: int = 9) -> datetime:
        """An hour of an office day so many working days from now."""
        day = plain.after_working_days(self.moment.date(), int(days)) if days >= 1 else self.moment.date()
        while not plain.works(day):
            day += timedelta(days=1)
        at = timezone.make_aware(datetime.combine(day, time(hour, self.rng.randrange(60))))
        return max(at, self.moment + timedelta(minutes=self.rng.randrange(5, 55)))

    def run_day(self, day_end: datetime) -> None:
        """Everything that happens until then, in its order."""
        while self._queue and self._queue[0][0] <= day_end:
            moment, _, happening = heapq.heappop(self._queue)
            self.moment = max(moment, self.moment)
            try:
                happening()
            except DomainError as refused:
                # a step that the house refuses is life as well; how often is in the report
                self.book.refused[refused.code] = self.book.refused.get(refused.code, 0) + 1
        self.moment = day_end

    # --- the way of one difficulty --------------------------------------------------------------------------------

    def fill_year(self, wanted: int) -> None:
        """Spread the year's askers: many alone, others several to a question."""
        length = (self.until - self.moment).total_seconds()
        start, made = self.moment, 0
        while made < wanted:
            size = 1 if self.rng.random() < 0.75 else min(self.rng.choice((2, 3, 3, 4, 6, 9)), wanted - made)
            first = start + timedelta(seconds=self.rng.random() * length)
            road = "".join(self.rng.choice(ROADS) for _ in range(3))
            self.later(first, lambda s=size, r=road: self._ask(s, r))
            made += size

    def _ask(self, size: int, road: str) -> None:
        (facts,) = self.rng.choices([f for f, _ in DOORS], [w for _, w in DOORS])
        made = [self._register(facts if n == 0 else DOORS[0][0], f"{road}路{n + 1}号停水") for n in range(size)]
        wait = 0 if facts[2] != "normal" else self.rng.choice((0, 0, 1))
        self.later(self._reaction(facts, wait), lambda: self._dispatch([case.pk for case in made]))

    def _reaction(self, facts: Facts, days: float) -> datetime:
        """Emergencies are answered at any hour."""
        if facts[2] != "normal":
            return self.moment + timedelta(minutes=self.rng.randrange(3, 14))
        return self.office(days, self.rng.randrange(8, 17))

    def _register(self, facts: Facts, body: str) -> Case:
        channel, kind, urgency, party = facts
        intake = Intake(
            key=uuid.UUID(int=self.rng.getrandbits(128), version=4),
            channel=channel,
            kind=kind,
            body=body,
            title=body,
            urgency=urgency,
            asker_kind=party,
            asker_name="模拟公司" if party == "enterprise" else "模拟人",
            phone=f"139{self.rng.randrange(10**8):08d}",
        )
        case = cases.register(intake=intake, by=self.clerk)
        self.book.numbers.append(case.number)
        self.book.facts[case.pk] = facts
        self.book.did("registered")
        return case

    def _dispatch(self, case_ids: list[int]) -> None:
        question = self._question(case_ids) if len(case_ids) > 1 else None
        case = None if question else Case.objects.get(pk=case_ids[0])
        lead, *others = self.rng.sample(self.bureaus, 3)
        helpers = [(unit.pk, "配合核查") for unit in others[: self.rng.choice((0, 0, 1, 2))]]
        batons = relay.dispatch(
            question=question,
            case=case,
            lead_id=lead.pk,
            lead_task="查明原因，恢复供水，统一答复",
            helpers=helpers,
            reason="按地段派",
            by=self.dispatcher,
        )
        members = [self.book.facts[pk] for pk in case_ids]
        for baton in batons:
            self.book.entries[baton.pk] = Entry(self.local(), members, baton.role, len(batons) > 1)
            self._begin(baton.pk, members[0])
        self.book.did("dispatched")

    def local(self) -> datetime:
        return timezone.localtime(self.moment)

    def _question(self, case_ids: list[int]) -> Question:
        step = questions.make(title=f"模拟：{len(case_ids)} 人同问停水", case_ids=case_ids, by=self.dispatcher)
        found = step if isinstance(step, Question) else step.question
        found.refresh_from_db()
        return found

    def _begin(self, pk: int, facts: Facts) -> None:
        chance = self.rng.random()
        baton = Baton.objects.get(pk=pk)
        if chance < 0.07 and not baton.designated:
            self.later(self._reaction(facts, 0), lambda: self._object(pk))
        else:
            wait = 0 if facts[2] != "normal" else self.rng.choice((0, 0, 0, 1, 2))
            self.later(self._reaction(facts, wait), lambda: self._accept(pk, facts))

    def _accept(self, pk: int, facts: Facts) -> None:
        baton = self._baton(pk)
        relay.accept(
            baton=baton, by=self.at(baton.unit_id, "receiver", "handler", "unit_leader"), officer_id=self._worker(baton)
        )
        self.book.did("accepted")
        if baton.role == "lead" and self.rng.random() < 0.9:
            self.later(self._reaction(facts, 0), lambda: self._contact(pk))
        if self.rng.random() < 0.05:
            self.later(self.office(1), lambda: self._hand_over(pk))
        days = 0 if facts[2] != "normal" else self.rng.choice((1, 1, 2, 2, 3, 3, 4, 5, 6, 9))
        done = self._part if baton.role != "lead" else self._answer
        self.later(self.office(days, self.rng.randrange(9, 18)), lambda: done(pk))

    def _worker(self, baton: Baton) -> int:
        return self.at(baton.unit_id, "handler", "unit_leader").officer_id

    def _baton(self, pk: int) -> Baton:
        return Baton.objects.select_related("unit").get(pk=pk)

    def _object(self, pk: int) -> None:
        baton = self._baton(pk)
        by = self.at(baton.unit_id, "receiver", "handler", "unit_leader")
        objection = relay.object_(baton=baton, reason="不在本单位管辖范围", basis="职责清单", by=by)
        self.book.did("objected")
        self.later(self.office(0, 16), lambda: self._rule(objection.pk))

    def _rule(self, objection_pk: int) -> None:
        objection = Objection.objects.select_related("baton__unit").get(pk=objection_pk)
        old = objection.baton
        must = old.attempt >= relay.TRIES
        ruling = "designated" if must else self.rng.choice(("upheld", "reassigned", "reassigned"))
        taken = set(
            Baton.objects.filter(question=old.question, case=old.case, state__in=OPEN).values_list("unit_id", flat=True)
        )
        free = [unit for unit in self.bureaus if unit.pk not in taken]
        to = self.rng.choice(free).pk if ruling == "reassigned" else None
        now_held = relay.rule(objection=objection, ruling=ruling, note="按职责裁定", to_unit_id=to, by=self.dispatcher)
        self.book.entries[now_held.pk] = self.book.entries[old.pk]
        self.book.did(f"ruled {ruling}")
        facts = self.book.entries[old.pk].members[0]
        if ruling == "reassigned":
            self._begin(now_held.pk, facts)
        else:
            self.later(self._reaction(facts, 0), lambda: self._accept(now_held.pk, facts))

    def _contact(self, pk: int) -> None:
        baton = self._baton(pk)
        result = self.rng.choices(("reached", "no_answer"), (85, 15))[0]
        case_id = (
            baton.case_id or baton.question.memberships.filter(state="active").values_list("case_id", flat=True)[0]
        )
        by = self.at(baton.unit_id, "handler", "unit_leader")
        relay.record_contact(case=Case.objects.get(pk=case_id), baton=baton, way="电话", result=result, by=by)
        self.book.did("contacted")

    def _hand_over(self, pk: int) -> None:
        baton = self._baton(pk)
        others = [
            o.pk for o in units.officers_of(baton.unit_id, ("handler", "unit_leader")) if o.pk != baton.officer_id
        ]
        if others:
            by = self.at(baton.unit_id, "receiver", "handler", "unit_leader")
            relay.hand_over(baton=baton, taker_id=others[0], reason="出差", by=by)
            self.book.did("handed over")

    def _part(self, pk: int) -> None:
        baton = self._baton(pk)
        answers.submit_part(baton=baton, words="已按分工核查。", by=self.at(baton.unit_id, "handler", "unit_leader"))
        self.book.did("part handed in")

    def _answer(self, pk: int) -> None:
        baton = self._baton(pk)
        by = self.at(baton.unit_id, "handler", "unit_leader")
        answer = answers.compose(question=baton.question, case=baton.case, by=by)
        answers.save_draft(
            answer=answer, by=by, found="主管破裂。", done="已更换主管，恢复供水。", basis="《城市供水条例》第二十二条",
            next_steps="本周内回访。", contact="值班电话 5550000", closing="solved",
        )  # fmt: skip
        answers.submit(answer=answer, by=by, missing_reason="协办单位逾期", override_reason="已核对")
        self.later(self.office(0, 17), lambda: self._sign(answer.pk))

    def _sign(self, answer_pk: int) -> None:
        answer = Answer.objects.select_related("lead").get(pk=answer_pk)
        answers.sign(answer=answer, by=self.at(answer.lead_id, "unit_leader"), override_reason="已核对")
        self.book.did("answered")
        reply = Reply.objects.filter(answer=answer).order_by("pk").first()
        if reply is not None and self.rng.random() < 0.6:
            self.later(self.office(self.rng.choice((1, 2, 3)), 19), lambda: self._judge(answer.pk, reply.case_id))

    def _judge(self, answer_pk: int, case_id: int) -> None:
        unsolved = self.rng.random() < 0.15
        token = links.verdict_token(answer_pk, case_id)
        solved, satisfied = ("no", "not") if unsolved else ("yes", "very")
        before = set(Baton.objects.filter(state__in=OPEN).order_by("-pk").values_list("pk", flat=True)[:1])
        verdicts.give(
            token=token, contacted=True, solved=solved, satisfied=satisfied, words="还是没有水" if unsolved else ""
        )
        self.book.did("judged")
        if unsolved:
            self._came_back(case_id, before)

    def _came_back(self, case_id: int, before: set[int]) -> None:
        """A new round at the unit that answered; its clock begins now, for the cases that are open again."""
        on = {"case_id": case_id}
        member = Case.objects.get(pk=case_id).memberships.filter(state="active").first()
        lead = Baton.objects.filter(state="offered", round__gt=1, **on).first()
        if lead is None and member is not None:
            lead = Baton.objects.filter(state="offered", round__gt=1, question_id=member.question_id).first()
        if lead is None or lead.pk in self.book.entries:
            return
        self.book.did("came back")
        self.book.entries[lead.pk] = Entry(self.local(), [self.book.facts[case_id]], "lead", False)
        self._begin_again(lead.pk, self.book.facts[case_id])

    def _begin_again(self, pk: int, facts: Facts) -> None:
        self.later(self._reaction(facts, 0), lambda: self._accept(pk, facts))


@contextmanager
def frozen(town: Town) -> Iterator[None]:
    """The whole process (and the workers it forks) takes the town's moment for now."""
    real_now, real_today = clock.now, clock.today
    clock.now = lambda: town.moment
    clock.today = lambda: timezone.localtime(town.moment).date()
    try:
        yield
    finally:
        clock.now, clock.today = real_now, real_today
