"""What happens in the simulated year: people ask, units pass it on, object, ask for time, are late, answer; some come back.

Everything goes through the same actions as on the screens. The town keeps its own book of what it did (``Town.book``), from
which ``checks`` works out what ought to be in the database.
"""

import heapq
import random
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import count
from typing import Any

from django.db import OperationalError
from django.utils import timezone

from bench.year.book import Book
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
from tongti.relay import queries as relay_queries
from tongti.relay.models import OPEN, Baton, Objection
from tongti.shared import links
from tongti.shared.errors import DomainError
from tongti.units import queries as units
from tongti.units.access import Viewer
from tongti.units.models import Post
from tongti.units.queries import viewer_of
from tongti.verdicts import actions as verdicts
from tongti.verdicts.models import CallBack
from tongti.window import queries as window

DOORS = (
    (("phone", "help", "normal", "person"), 70),
    (("web", "complaint", "normal", "person"), 12),
    (("phone", "help", "normal", "enterprise"), 8),
    (("stuck", "complaint", "normal", "person"), 4),
    (("phone", "help", "urgent", "person"), 4),
    (("phone", "report", "critical", "person"), 2),
)
ROADS = "一二三四五六七八九十百千"
TROUBLES = (
    "{}路{}号停水，六楼一滴都没有",
    "{}路{}号门前的路灯不亮，晚上看不见路",
    "{}路{}号垃圾三天没有人收，臭得开不了窗",
    "{}路{}号旁边的工地夜里还在施工，吵得睡不着",
    "{}路{}号门口的井盖坏了，孩子差点掉进去",
    "{}路{}号公交站等了四十分钟没有车",
    "{}路{}号的下水道堵了，污水流到街上",
    "{}路{}号烧烤摊占道，油烟熏到三楼",
)
ASKERS = (2, 3, 4, 6, 9, 20)
"""How many ask one question."""
TRIES = 4
"""How often somebody tries a step again, a day later each time, that was refused."""


@dataclass
class Town:
    """A district, a clock, and a queue of what happens next. ``tell`` hears of every new moment."""

    d: District
    rng: random.Random
    moment: datetime
    until: datetime
    tell: Callable[[datetime], None] = lambda _moment: None
    more_time: Callable[["Town", int], None] = lambda _town, _pk: None
    """What may happen to a baton that was signed for; see ``more_time.MoreTime``."""
    book: Book = field(default_factory=Book)
    _queue: list[tuple[datetime, int, Callable[[], None], int]] = field(default_factory=list)
    _order: Any = field(default_factory=count)
    _seen: Counter[str] = field(default_factory=Counter)
    _people: dict[tuple[int, tuple[str, ...]], Viewer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.clerk, self.dispatcher = self.one("clerk"), self.one("dispatcher")
        self.revisitor, self.admin = self.one("revisitor"), self.one("admin")
        able = set(Post.objects.filter(role="unit_leader").values_list("unit_id", flat=True))
        bureaus = units.dispatchable_units().exclude(kind__in=("hotline", "village"))
        self.bureaus = [unit for unit in bureaus if unit.pk in able]

    def one(self, role: str) -> Viewer:
        """The first officer with this role, wherever."""
        return viewer_of(Post.objects.filter(role=role).select_related("officer").earliest("pk").officer)

    def at(self, unit_id: int, *roles: str) -> Viewer:
        """Somebody who holds one of the roles at the unit."""
        key = (unit_id, roles)
        if key not in self._people:
            posts = Post.objects.filter(unit_id=unit_id, role__in=roles).select_related("officer").order_by("pk")
            self._people[key] = viewer_of(posts[0].officer)
        return self._people[key]

    # --- time -----------------------------------------------------------------------------------------------------

    def later(self, moment: datetime, happening: Callable[[], None], tries: int = 1) -> None:
        """Let it happen then; what would be after the year's end does not happen any more."""
        if moment <= self.until:
            heapq.heappush(self._queue, (moment, next(self._order), happening, tries))

    def office(self, days: float, hour: int = 9) -> datetime:
        """An hour of an office day so many working days from now."""
        today = self.local().date()
        day = self.book.days.after(today, int(days)) if days >= 1 else self.book.days.next_worked(today)
        at = timezone.make_aware(datetime.combine(day, time(hour, self.rng.randrange(60))))
        return max(at, self.moment + timedelta(minutes=self.rng.randrange(5, 55)))

    def local(self) -> datetime:
        """The moment as the wall clock shows it."""
        return timezone.localtime(self.moment)

    def live_until(self, end: datetime) -> None:
        """Everything that happens until then, in its order."""
        while self._queue and self._queue[0][0] <= end:
            moment, _, happening, tries = heapq.heappop(self._queue)
            self._set(max(moment, self.moment))
            try:
                happening()
            except (DomainError, OperationalError) as refused:
                # a step that the house refuses is life as well (so is a deadlock with the worker); how often is in the report
                code = refused.code if isinstance(refused, DomainError) else "deadlock"
                self.book.refused[code] = self.book.refused.get(code, 0) + 1
                if tries > 1:
                    self.later(self.office(1, self.rng.randrange(9, 18)), happening, tries - 1)
        self._set(end)

    def every(self, nth: int, what: str) -> bool:
        """Whether this is an ``nth`` one of its kind: by turns, so that a short year has some of everything."""
        self._seen[what] += 1
        return self._seen[what] % nth == 0

    def _set(self, moment: datetime) -> None:
        self.moment = moment
        self.tell(moment)

    # --- somebody asks, it is dispatched --------------------------------------------------------------------------

    def fill_year(self, wanted: int, *, alone: float) -> None:
        """Spread the year's askers: this share of the difficulties has one, the others have several to a question."""
        length = int((self.until - self.moment).total_seconds())
        start, made = self.moment, 0
        while made < wanted:
            size = 1 if self.rng.random() < alone else min(self.rng.choice(ASKERS), wanted - made)
            first = start + timedelta(seconds=self.rng.randrange(length))
            road = "".join(self.rng.choice(ROADS) for _ in range(3))
            trouble = self.rng.choice(TROUBLES)
            self.later(first, lambda s=size, r=road, t=trouble: self._ask(s, r, t))
            made += size

    def _ask(self, size: int, road: str, trouble: str) -> None:
        (facts,) = self.rng.choices([f for f, _ in DOORS], [w for _, w in DOORS])
        made = [self._register(facts if n == 0 else DOORS[0][0], trouble.format(road, n + 1)) for n in range(size)]
        wait = 0 if facts[2] != "normal" else self.rng.choice((0, 0, 1))
        self.later(self.reaction(facts, wait), lambda: self._dispatch([case.pk for case in made]), TRIES)

    def emergency(self) -> None:
        """One more asker, whose life or goods are in danger."""
        facts = DOORS[-1][0]
        case = self._register(facts, "一二三路9号的燃气管漏气")
        self.later(self.reaction(facts), lambda: self._dispatch([case.pk]), TRIES)

    def reaction(self, facts: Facts, days: float = 0) -> datetime:
        """Emergencies are answered at any hour, by day and night."""
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
        self.book.did("登记")
        if urgency != "normal":
            self._note_hour()
        return case

    def _note_hour(self) -> None:
        now = self.local()
        free = not self.book.days.works(now.date())
        self.book.did("急件，假日" if free else "急件，夜间" if now.hour < 7 or now.hour >= 20 else "急件，白天")

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
        self.book.offered([(baton.pk, baton.role) for baton in batons], case_ids, self.local())
        for baton in batons:
            self._begin(baton.pk, members)
        self.book.did("派单")

    def _question(self, case_ids: list[int]) -> Question:
        step = questions.make(title=f"模拟：{len(case_ids)} 人同问停水", case_ids=case_ids, by=self.dispatcher)
        found = step if isinstance(step, Question) else step.question
        found.refresh_from_db()
        self.book.did("并成一题")
        return found

    # --- a unit has it --------------------------------------------------------------------------------------------

    def _begin(self, pk: int, members: list[Facts]) -> None:
        if self.every(14, "objects"):
            self.later(self.reaction(members[0]), lambda: self._object(pk, members))
        else:
            self._sign_for(pk, members)

    def _sign_for(self, pk: int, members: list[Facts]) -> None:
        wait = 0 if members[0][2] != "normal" else self.rng.choice((0, 0, 0, 1, 2))
        self.later(self.reaction(members[0], wait), lambda: self._accept(pk, members), TRIES)

    def _accept(self, pk: int, members: list[Facts]) -> None:
        baton = self.baton(pk)
        worker = self.at(baton.unit_id, "handler", "unit_leader").officer_id
        relay.accept(baton=baton, by=self.anybody(baton), officer_id=worker)
        self.book.did("签收")
        facts = members[0]
        if baton.role == "lead" and self.rng.random() < 0.9:
            self.later(self.reaction(facts), lambda: self._contact(pk, TRIES))
        if self.rng.random() < 0.05:
            self.later(self.office(1), lambda: self._hand_over(pk))
        days = 0 if facts[2] != "normal" else self.rng.choice((1, 1, 2, 2, 3, 3, 4, 5, 6, 9))
        done = self._part if baton.role != "lead" else self.answer
        self.later(self.office(days, self.rng.randrange(9, 18)), lambda: done(pk), TRIES)
        self.more_time(self, pk)

    def anybody(self, baton: Baton) -> Viewer:
        """Whoever sits at the unit's desk."""
        return self.at(baton.unit_id, "receiver", "handler", "unit_leader")

    def worker(self, baton: Baton) -> Viewer:
        """Whoever works on it at the unit."""
        return self.at(baton.unit_id, "handler", "unit_leader")

    def baton(self, pk: int) -> Baton:
        """As it stands now."""
        return Baton.objects.select_related("unit").get(pk=pk)

    def _object(self, pk: int, members: list[Facts]) -> None:
        baton = self.baton(pk)
        try:
            objection = relay.object_(
                baton=baton, reason="不在本单位管辖范围", basis="职责清单", by=self.anybody(baton)
            )
        except DomainError:
            # whoever may not object any more signs for it
            self._sign_for(pk, members)
            raise
        self.book.did("提异议")
        ruled = self.moment + timedelta(minutes=20) if members[0][2] != "normal" else self.office(0, 16)
        self.later(ruled, lambda: self._rule(objection.pk, members), TRIES)

    def _rule(self, objection_pk: int, members: list[Facts]) -> None:
        objection = Objection.objects.select_related("baton__unit").get(pk=objection_pk)
        old = objection.baton
        must = old.attempt >= relay.TRIES
        ruling = "designated" if must else self.rng.choice(("upheld", "reassigned", "reassigned"))
        to = self._free_unit(old) if ruling == "reassigned" else None
        held = relay.rule(objection=objection, ruling=ruling, note="按职责裁定", to_unit_id=to, by=self.dispatcher)
        self.book.passed_on(old.pk, held.pk, self.local())
        self.book.did({"upheld": "裁定维持", "reassigned": "裁定改派", "designated": "指定承办"}[ruling])
        if ruling == "reassigned" and held.attempt < relay.TRIES and self.rng.random() < 0.4:
            self.later(self.reaction(members[0]), lambda: self._object(held.pk, members))
        elif ruling == "reassigned":
            self._begin(held.pk, members)
        else:
            self._sign_for(held.pk, members)

    def _free_unit(self, old: Baton) -> int:
        there = Baton.objects.filter(question=old.question_id, case=old.case_id, state__in=OPEN)
        taken = set(there.values_list("unit_id", flat=True))
        return self.rng.choice([unit.pk for unit in self.bureaus if unit.pk not in taken])

    def _contact(self, pk: int, tries: int) -> None:
        baton = self.baton(pk)
        (result,) = self.rng.choices(("reached", "no_answer"), (80, 20))
        found = baton.case_id or self._members(baton).values_list("case_id", flat=True)[0]
        case = Case.objects.get(pk=found)
        relay.record_contact(case=case, baton=baton, way="电话", result=result, by=self.worker(baton))
        self.book.did("联系上了" if result == "reached" else "没联系上")
        if result != "reached" and tries > 1:
            self.later(self.moment + timedelta(hours=5), lambda: self._contact(pk, tries - 1))

    def _members(self, baton: Baton) -> Any:
        assert baton.question is not None
        return baton.question.memberships.filter(state="active").order_by("case_id")

    def _hand_over(self, pk: int) -> None:
        baton = self.baton(pk)
        others = units.officers_of(baton.unit_id, ("handler", "unit_leader")).exclude(pk=baton.officer_id)
        taker = others.first()
        if taker is not None:
            relay.hand_over(baton=baton, taker_id=taker.pk, reason="出差", by=self.anybody(baton))
            self.book.did("单件转交")

    # --- it answers -----------------------------------------------------------------------------------------------

    def _part(self, pk: int) -> None:
        baton = self.baton(pk)
        answers.submit_part(baton=baton, words="已按分工核查。", by=self.worker(baton))
        self.book.did("协办按时交" if self.local() <= self.book.entries[pk].due.at else "协办迟交")

    def _speak_to_the_rest(self, baton: Baton, by: Viewer) -> None:
        """Nobody of the window 办不成事 is answered before somebody has spoken to her."""
        travelling = Case.objects.filter(pk__in=relay_queries.matter_case_ids(baton))
        while numbers := window.uncontacted(travelling, baton.round):
            for case in Case.objects.filter(number__in=numbers):
                relay.record_contact(case=case, baton=baton, way="电话", result="reached", by=by)
                self.book.did("联系上了")

    def answer(self, pk: int) -> None:
        """The lead writes the joint answer and hands it up."""
        baton = self.baton(pk)
        by = self.worker(baton)
        self._speak_to_the_rest(baton, by)
        answer = answers.compose(question=baton.question, case=baton.case, by=by)
        answers.save_draft(
            answer=answer, by=by, found="主管破裂。", done="已更换主管，恢复供水。", basis="《城市供水条例》第二十二条",
            next_steps="本周内回访。", contact="值班电话 5550000", closing="solved",
        )  # fmt: skip
        answers.submit(answer=answer, by=by, missing_reason="协办单位逾期", override_reason="已核对")
        self.later(self.office(0, 17), lambda: self._sign(pk, answer.pk), TRIES)

    def _sign(self, pk: int, answer_pk: int) -> None:
        answer = Answer.objects.select_related("lead").get(pk=answer_pk)
        leader = self.at(answer.lead_id, "unit_leader")
        # whoever joined since it was handed up
        self._speak_to_the_rest(self.baton(pk), leader)
        again = self.rng.random() < 0.4 if answer.redo_count else self.every(10, "sent back")
        if again:
            answers.send_back(answer=answer, reason="没有写清楚什么时候修好。", by=leader)
            self.book.did("退回重写" if answer.redo_count < 2 else "退回重写，两次以上")
            self.later(self.office(1, 10), lambda: self.answer(pk), TRIES)
            return
        try:
            answers.sign(answer=answer, by=leader, override_reason="已核对")
        except DomainError:
            # its unit was merged since it was handed up: the new lead writes and hands up its own
            self.later(self.office(0, 15), lambda: self.answer(pk), TRIES)
            raise
        self.book.did("签发")
        for reply in Reply.objects.filter(answer=answer).order_by("pk")[:2]:
            self._asked_after(answer.pk, reply.case_id)

    # --- the asker says what she thinks ---------------------------------------------------------------------------

    def _asked_after(self, answer_pk: int, case_id: int) -> None:
        if self.rng.random() < 0.6:
            days = self.rng.choice((1, 2, 3))
            self.later(self.office(days, 19), lambda: self._judge(answer_pk, case_id))
        else:
            self.later(self.office(5, 14), lambda: self._call(answer_pk, case_id))

    def _judge(self, answer_pk: int, case_id: int) -> None:
        said = self._opinion()
        verdicts.give(token=links.verdict_token(answer_pk, case_id), contacted=True, **said)
        self.book.did("自己评价")
        self._came_back(case_id, said["solved"])

    def _call(self, answer_pk: int, case_id: int) -> None:
        """回访 by somebody outside the units."""
        call_back = CallBack.objects.filter(reply__answer=answer_pk, case=case_id, state="waiting").first()
        if call_back is None:
            return
        if self.rng.random() < 0.3:
            verdicts.record_call(call_back=call_back, result="no_answer", by=self.revisitor)
            self.book.did("回访没接通")
            self.later(self.office(1, 10), lambda: self._call(answer_pk, case_id))
            return
        said = self._opinion()
        verdicts.record_call(call_back=call_back, result="reached", contacted=True, by=self.revisitor, **said)
        self.book.did("回访评价")
        self._came_back(case_id, said["solved"])

    def _opinion(self) -> dict[str, str]:
        if self.every(7, "unsolved"):
            return {"solved": "no", "satisfied": "not", "words": "还是没有水"}
        return {"solved": "yes", "satisfied": "very", "words": ""}

    def _came_back(self, case_id: int, solved: str) -> None:
        """A new round at the unit that answered; its clock begins now, for the case that is open again."""
        if solved != "no":
            return
        again = Baton.objects.filter(state__in=OPEN, role="lead", round__gt=1)
        member = Case.objects.get(pk=case_id).memberships.filter(state="active").first()
        joint = again.filter(question=member.question_id) if member else again.none()
        lead = again.filter(case=case_id).first() or joint.first()
        if lead is None:
            # it was open again already when she said so: her word counts, and nothing moves
            self.book.did("没解决，已在重办")
        elif lead.pk in self.book.entries:
            self.book.did("没解决，随同题重办")
            self.book.joined(lead.pk, case_id)
        else:
            self.book.did("没解决，退回重办")
            self.book.offered([(lead.pk, "lead")], [case_id], self.local())
            self._sign_for(lead.pk, [self.book.facts[case_id]])
