"""Random people do random things to random matters, in any order, right or wrong; the promises of the relay hold after each.

Exactly one holder; no lost matter; no clock that starts anew; nothing done without a line on the trail, nothing written by a
step that was refused; and every refusal has a name. ``HYPOTHESIS_PROFILE=slow`` walks longer and wider.
"""

import os
import uuid
from collections import Counter
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from tests.relay.conftest import PDF
from tests.relay.stories import WORDS, Story
from tests.relay.walks import FRIDAY, PEOPLE, VERBS, people, right, some, units, verb
from tongti.answers import actions as answers
from tongti.answers.models import Answer, Part
from tongti.cases import actions as cases
from tongti.cases.models import Case
from tongti.deadlines.actions import load_samples
from tongti.deadlines.models import Clock
from tongti.questions.models import Membership, Question
from tongti.relay import actions as relay
from tongti.relay.models import (
    OPEN,
    Baton,
    ClockStop,
    Consultation,
    Extension,
    HandOverSheet,
    LateDiversion,
    Objection,
    Opinion,
    Promise,
    Succession,
)
from tongti.shared import clock, links
from tongti.shared.actor import Asker
from tongti.shared.errors import DomainError
from tongti.shared.uploads import Upload
from tongti.trail.models import Event
from tongti.trail.queries import verify
from tongti.units.access import May, Viewer
from tongti.verdicts import actions as verdicts
from tongti.verdicts.models import StrikeOff

pytestmark = pytest.mark.django_db


class Relay(RuleBasedStateMachine):
    """The district on one Friday and the days after. Every example is taken back whole."""

    story: Story

    def __init__(self) -> None:
        super().__init__()
        self.cast = self.story.cast
        self.story.cases.clear()
        self.outer = transaction.atomic()
        self.outer.__enter__()
        self.time = time_machine.travel(FRIDAY, tick=False)
        self.traveller = self.time.start()
        self.known_batons: dict[int, date] = {}
        self.known_due: dict[tuple, date] = {}
        self.known_cases: dict[int, datetime] = {}
        self.refusals: Counter[str] = Counter()

    def teardown(self) -> None:
        try:
            proof = verify()
            assert proof.holds, proof.faults
        finally:
            self.time.stop()
            transaction.set_rollback(True)
            self.outer.__exit__(None, None, None)
            TALLY.update(self.refusals)

    # --- doing ----------------------------------------------------------------------------------------------------

    def try_(self, step):
        """Do it. A refusal must be one of ours, with a sentence, and leave no trace; success leaves a line on the trail."""
        before = Event.objects.count()
        try:
            with transaction.atomic():
                result = step()
        except DomainError as error:
            refused = error
        else:
            self.refusals["done"] += 1
            assert Event.objects.count() > before, "a step that nobody wrote down"
            return result or True
        assert refused.code != DomainError.code
        assert refused.sentence
        assert Event.objects.count() == before, "a step that was refused left a trace"
        self.refusals[refused.code] += 1
        return None

    def viewer(self, name: str):
        """Nobody's posts change in a walk, so each is looked up once for all of them."""
        if name not in VIEWERS:
            VIEWERS[name] = self.cast.viewer(name)
        return VIEWERS[name]

    def who(self, name: str, baton: Baton | None, right: bool, may: May) -> object:
        """``name``, or (when ``right``) somebody whose step it is."""
        if right and baton is not None:
            for one in PEOPLE:
                viewer = self.viewer(one)
                if viewer.can_at(may, baton.unit_id, baton.unit.path):
                    return viewer
        return self.viewer(name)

    def pick(self, rows, n, **ready):
        """One of the rows; one that is ``ready`` for the step if there is any."""
        found = (list(rows.filter(**ready).order_by("pk")[:8]) if ready else []) or list(rows.order_by("pk")[:8])
        return found[n % len(found)] if found else None

    def baton(self, n, **ready):
        return self.pick(Baton.objects.select_related("unit"), n, **ready)

    def dispatcher(self, name, right):
        return self.viewer("韦晓梅" if right else name)

    @initialize(urgent=st.booleans(), signed=st.booleans())
    def a_question_and_a_case_are_on_their_way(self, urgent, signed):
        """Three callers of one question, dispatched; one more case alone. Otherwise half of all walks never leave the door."""
        made = [self.story.call(words) for words in WORDS[:3]]
        self.known_cases.update((case.pk, Case.objects.get(pk=case.pk).received_at) for case in made)
        question = self.story.question_of(made)
        self.call(4, "critical" if urgent else "normal")
        if signed:
            self.story.dispatch(question)
            self.story.accept("水利局", "黄志强")

    # --- hearing and passing on -------------------------------------------------------------------------------------

    @verb(n=some, urgent=st.sampled_from(["normal", "normal", "critical"]))
    def call(self, n, urgent):
        if len(self.story.cases) > 5:
            return
        case = self.story.call(WORDS[n % len(WORDS)], urgency=urgent)
        self.known_cases[case.pk] = Case.objects.get(pk=case.pk).received_at

    @verb()
    def make_question(self):
        loose = Case.objects.filter(state="registered").exclude(memberships__state=Membership.State.ACTIVE)
        found = list(loose.order_by("pk")[:3])
        if len(found) > 1:
            self.try_(lambda: self.story.question_of(found))

    @verb(name=people, right=right, n=some, lead=units, helper=units)
    def dispatch(self, name, right, n, lead, helper):
        question = self.pick(Question.objects.filter(state="set_up"), n)
        case = self.pick(Case.objects.filter(state="registered"), n) if question is None else None
        if question is None and case is None:
            return
        unit = self.cast.units
        self.try_(
            lambda: self.story.dispatch(
                question,
                case,
                lead_id=unit[lead].pk,
                helpers=[(unit[helper].pk, "协助")] if helper != lead or n > 5 else [],
                territory_id=None,
                by=self.dispatcher(name, right),
            )
        )

    @verb(name=people, right=right, n=some)
    def accept(self, name, right, n):
        baton = self.baton(n, **({"state": "offered"} if right else {}))
        if baton is None:
            return
        by = self.who(name, baton, right, May.HANDLE)
        legal = baton.state == "offered" and by.can_at(May.RECEIVE, baton.unit_id, baton.unit.path)
        legal = legal and any(s.unit_id == baton.unit_id and May.HANDLE in s.role.grants for s in by.seats)
        assert bool(self.try_(lambda: relay.accept(baton=baton, by=by))) == legal

    @verb(name=people, right=right, n=some, suggested=units)
    def object_(self, name, right, n, suggested):
        baton = self.baton(n, **({"state": "offered"} if right else {}))
        if baton is None:
            return
        by = self.who(name, baton, right, May.RECEIVE)
        legal = (
            baton.state == "offered"
            and by.can_at(May.RECEIVE, baton.unit_id, baton.unit.path)
            and not baton.designated
            and not baton.objections.exclude(ruling="").exists()
            and (baton.object_due_at is None or clock.now() <= baton.object_due_at)
            and self.cast.units[suggested].pk != baton.unit_id
        )
        done = self.try_(
            lambda: relay.object_(
                baton=baton, reason="不归本单位", basis="三定规定", suggested_id=self.cast.units[suggested].pk, by=by
            )
        )
        assert bool(done) == legal

    @verb(name=people, right=right, n=some, ruling=st.sampled_from(Objection.Ruling.values), to=units)
    def rule_(self, name, right, n, ruling, to):
        objection = self.pick(Objection.objects.all(), n, ruling="")
        if objection is None:
            return
        tries, open_ = objection.baton.attempt, objection.ruling == ""
        done = self.try_(
            lambda: relay.rule(
                objection=objection,
                ruling=ruling,
                note="裁定",
                to_unit_id=self.cast.units[to].pk,
                by=self.dispatcher(name, right),
            )
        )
        if done:
            assert open_
            assert ruling == "designated" or tries < relay.TRIES

    @verb(name=people, right=right, n=some, to=units)
    def redispatch(self, name, right, n, to):
        if n < 3 and (baton := self.baton(n, state__in=OPEN)):
            by = self.dispatcher(name, right)
            self.try_(lambda: relay.redispatch(baton=baton, to_unit_id=self.cast.units[to].pk, reason="改派", by=by))

    @verb(name=people, right=right, n=some)
    def recall(self, name, right, n):
        if n < 3 and (baton := self.baton(n, state__in=OPEN)):
            self.try_(lambda: relay.recall(baton=baton, reason="不用办了", by=self.dispatcher(name, right)))

    @verb(name=people, right=right, n=some, unit=units)
    def add_unit(self, name, right, n, unit):
        if question := self.pick(Question.objects.filter(state="handling"), n):
            by = self.dispatcher(name, right)
            self.try_(lambda: relay.add_unit(question=question, unit_id=self.cast.units[unit].pk, task="协助", by=by))

    @verb(name=people, n=some)
    def call_back(self, name, n):
        if question := self.pick(Question.objects.all(), n):
            self.try_(lambda: relay.call_back(question=question, reason="派错了", by=self.viewer(name)))

    @verb(name=people, n=some, unit=units)
    def consult(self, name, n, unit):
        row = self.pick(Consultation.objects.filter(closed_at=None), n)
        by = self.viewer(name)
        if row is not None:
            self.try_(lambda: relay.settle_consultation(consultation=row, outcome="按职责清单", by=by))
        elif question := self.pick(Question.objects.all(), n):
            soon = clock.now() + timedelta(hours=2)
            ids = [self.cast.units[unit].pk]
            self.try_(lambda: relay.consult(question=question, unit_ids=ids, words="归谁", reply_by=soon, by=by))

    @verb(name=people, n=some, stand=st.sampled_from(Opinion.Stand.values))
    def give_opinion(self, name, n, stand):
        if opinion := self.pick(Opinion.objects.select_related("unit"), n):
            by = self.viewer(name)
            self.try_(lambda: relay.give_opinion(opinion=opinion, stand=stand, words="意见", basis="清单", by=by))

    # --- working ----------------------------------------------------------------------------------------------------

    @verb(name=people, right=right, n=some)
    def note(self, name, right, n):
        if baton := self.baton(n, **({"state": "accepted"} if right else {})):
            by = self.who(name, baton, right, May.HANDLE)
            self.try_(lambda: relay.note_progress(baton=baton, words="到现场看过", public=True, by=by))

    @verb(name=people, right=right, n=some, result=st.sampled_from(["reached", "no_answer", "wrong", "refused"]))
    def contact(self, name, right, n, result):
        baton = self.baton(n, state="accepted", role="lead")
        case = self.pick(Case.objects.all(), n, memberships__question_id=baton.question_id) if baton else None
        if baton and case:
            by = self.who(name, baton, right, May.HANDLE)
            self.try_(lambda: relay.record_contact(case=case, baton=baton, way="电话", result=result, by=by))

    @verb(name=people, right=right, n=some, days=st.integers(0, 30))
    def ask_extension(self, name, right, n, days):
        if baton := self.baton(n, **({"state": "accepted"} if right else {})):
            by = self.who(name, baton, right, May.HANDLE)
            to = baton.due_on + timedelta(days=days)
            self.try_(
                lambda: relay.ask_extension(baton=baton, reason="works", words="施工", to_due_on=to, hours=days, by=by)
            )

    @verb(name=people, right=right, n=some, days=st.integers(1, 60))
    def ask_promise(self, name, right, n, days):
        if baton := self.baton(n, **({"state": "accepted"} if right else {})):
            by = self.who(name, baton, right, May.HANDLE)
            on = baton.due_on + timedelta(days=days)
            paper = [Upload("证明.pdf", PDF)]
            self.try_(
                lambda: relay.ask_promise(
                    baton=baton,
                    obstacle="project",
                    words="立项",
                    promise_on=on,
                    steps=[("立项", on)],
                    evidence=paper,
                    by=by,
                )
            )

    @verb(name=people, right=right, n=some, days=st.integers(0, 20), reason=st.sampled_from(["hearing", "correction"]))
    def stop_clock(self, name, right, n, days, reason):
        if baton := self.baton(n, **({"state": "accepted"} if right else {})):
            by = self.who(name, baton, right, May.HANDLE)
            on = clock.today() + timedelta(days=days)
            self.try_(lambda: relay.stop_clock(baton=baton, reason=reason, until_on=on, words="听证", by=by))

    @verb(name=people, right=right, n=some)
    def run_clock(self, name, right, n):
        if stop := self.pick(ClockStop.objects.select_related("baton__unit"), n, ended_at=None):
            by = self.who(name, stop.baton, right, May.HANDLE)
            self.try_(lambda: relay.run_clock(stop=stop, by=by))

    @verb(name=people, right=right, n=some)
    def ask_diversion(self, name, right, n):
        if baton := self.baton(n, state="accepted", role="lead"):
            by = self.who(name, baton, right, May.HANDLE)
            self.try_(
                lambda: relay.ask_diversion(
                    baton=baton, reason_code="legal_route", why="已立案", words="请到法院", by=by
                )
            )

    @verb(
        name=people,
        right=right,
        n=some,
        approve=st.booleans(),
        kind=st.sampled_from([(Extension, "extension"), (Promise, "promise"), (LateDiversion, "diversion")]),
    )
    def decide(self, name, right, n, approve, kind):
        model, word = kind
        request = self.pick(model.objects.all(), n, state="asked")
        if request is not None:
            step = {
                "extension": relay.decide_extension,
                "promise": relay.decide_promise,
                "diversion": relay.decide_diversion,
            }
            by = self.dispatcher(name, right)
            asked = request.state == "asked"
            done = self.try_(lambda: step[word](**{word: request}, approve=approve, note="意见", by=by))
            assert asked or not done

    @verb(giver=people, taker=people, by=people, kind=st.sampled_from(["move", "absence"]), unit=units, right=right)
    def make_sheet(self, giver, taker, by, kind, unit, right):
        if right:
            giver, taker, by, unit = "黄志强", "梁工", "黄志强", "水利局"
        self.try_(
            lambda: relay.make_sheet(
                unit=self.cast.units[unit],
                kind=kind,
                giver_id=self.cast.officers[giver].pk,
                taker_id=self.cast.officers[taker].pk,
                reason="轮岗",
                starts_on=clock.today(),
                ends_on=clock.today() + timedelta(days=2),
                by=self.viewer(by),
            )
        )

    @verb(name=people, n=some, step=st.sampled_from([relay.confirm_sheet, relay.cancel_sheet, relay.end_absence]))
    def sheet(self, name, n, step):
        if sheet := self.pick(HandOverSheet.objects.all(), n, state="waiting"):
            self.try_(lambda: step(sheet=sheet, by=self.viewer(name)))

    @verb(name=people, old=units, new=units)
    def succeed(self, name, old, new):
        if Succession.objects.exists():
            return  # one reform in a story is enough: the unit's people stay behind in it
        by = self.viewer(name)
        row = self.try_(
            lambda: relay.begin_succession(
                old_id=self.cast.units[old].pk, new_id=self.cast.units[new].pk, basis="机构改革方案", by=by
            )
        )
        if row:
            assert relay.continue_succession(succession_id=row.pk).state == "done"

    # --- answering and judging ----------------------------------------------------------------------------------------

    @verb(name=people, right=right, n=some)
    def hand_in(self, name, right, n):
        if baton := self.baton(n, state="accepted", role="lead" if right else "helper"):
            by = self.who(name, baton, right, May.HANDLE)
            if baton.role == "lead":
                self.try_(lambda: self._compose(baton, by))
            else:
                self.try_(lambda: answers.submit_part(baton=baton, words="本单位已办", by=by))
                assert Part.objects.filter(baton=baton, submitted_at__isnull=False).count() <= 1

    def _compose(self, baton, by):
        answer = answers.compose(question=baton.question, case=baton.case, by=by)
        texts = {"found": "查明漏水", "done": "已修好", "basis": "《城市供水条例》", "closing": "solved"}
        answers.save_draft(answer=answer, by=by, next_steps="下月复查", contact="供水股 0771-1234567", **texts)
        return answers.submit(answer=answer, by=by, missing_reason="不等了", override_reason="已核实")

    @verb(name=people, right=right, n=some)
    def sign(self, name, right, n):
        answer = self.pick(Answer.objects.select_related("lead"), n, state="submitted")
        if answer is None:
            return
        by = self.viewer("陆局长") if right else self.viewer(name)
        lead = Baton.objects.filter(
            question_id=answer.question_id, case_id=answer.case_id, role="lead", state__in=OPEN
        ).first()
        legal = (
            answer.state == "submitted"
            and by.can_at(May.SIGN, answer.lead_id, answer.lead.path)
            and lead is not None
            and lead.unit_id == answer.lead_id
            and lead.state == "accepted"
        )
        done = bool(self.try_(lambda: answers.sign(answer=answer, by=by, override_reason="已核实")))
        assert done == legal
        if done:
            verdicts.invite(answer_id=answer.pk)

    @verb(name=people, n=some)
    def send_back(self, name, n):
        if answer := self.pick(Answer.objects.select_related("lead"), n):
            self.try_(lambda: answers.send_back(answer=answer, reason="写清楚", by=self.viewer(name)))

    @verb(n=some, solved=st.sampled_from(["yes", "partly", "no"]))
    def judge(self, n, solved):
        case = self.pick(Case.objects.filter(state="answered"), n)
        if case is not None:
            token = links.verdict_token(case.replies.latest("pk").answer_id, case.pk)
            self.try_(
                lambda: verdicts.give(token=token, contacted=True, solved=solved, satisfied="not", words="还停水")
            )

    @verb(n=some)
    def again(self, n):
        if case := self.pick(Case.objects.all(), n):
            self.try_(lambda: verdicts.again(case=case, words="又出现了", by=Asker(case_id=case.pk)))

    @verb(n=some)
    def withdraw(self, n):
        case = self.pick(Case.objects.filter(state__in=["registered", "handling"]), n)
        if case is not None and n == 0:
            self.try_(lambda: cases.withdraw(case=case, by=Asker(case_id=case.pk)))
            relay.end_for_withdrawn(case=case)

    @verb(name=people, n=some)
    def strike_off(self, name, n):
        by = self.viewer(name)
        if row := self.pick(StrikeOff.objects.filter(state="applied"), n):
            self.try_(lambda: verdicts.review_strike_off(strike_off=row, note="属实", needs_leader=False, by=by))
        elif baton := self.baton(n, role="lead", state="done"):
            paper = [Upload("验收单.pdf", PDF + uuid.uuid4().bytes)]
            self.try_(lambda: verdicts.apply_strike_off(baton=baton, words="办好了", evidence=paper, by=by))

    @verb(hours=st.integers(1, 80))
    def time_passes(self, hours):
        self.traveller.shift(timedelta(hours=hours))
        relay.turn_sheets()
        relay.promises_come_back()
        relay.clocks_run_on()
        relay.remind_promises()

    @rule(name=st.deferred(lambda: st.sampled_from(OFTEN)), data=st.data())
    def step(self, name, data):
        """One rule for all verbs: hypothesis leaves out half of the rules of each walk, and a relay needs them all."""
        do, drawn = VERBS[name]
        do(self, **{key: data.draw(strategy, key) for key, strategy in drawn.items()})

    # --- what always holds ------------------------------------------------------------------------------------------

    @invariant()
    def every_matter_has_exactly_one_holder(self):
        leads = Counter(Baton.objects.filter(role="lead", state__in=OPEN).values_list("question_id", "case_id"))
        assert all(n == 1 for n in leads.values())
        for question in Question.objects.filter(state="handling"):
            assert leads[(question.pk, None)] == 1, f"{question} is in hand and nobody holds it"
        lead_of = dict(
            Baton.objects.filter(role="lead", state__in=OPEN, question__isnull=False).values_list(
                "question_id", "unit_id"
            )
        )
        alone = dict(
            Baton.objects.filter(role="lead", state__in=OPEN, case__isnull=False).values_list("case_id", "unit_id")
        )
        members = dict(Membership.objects.filter(state=Membership.State.ACTIVE).values_list("case_id", "question_id"))
        fallback = self.cast.units["热线办"].pk
        for case in Case.objects.only("number", "state", "holder_id"):
            if not case.is_open:
                assert case.pk not in alone
                continue
            assert case.holder_id is not None
            if case.state == "handling":
                holder = alone.get(case.pk) or lead_of.get(members.get(case.pk))
                assert holder == case.holder_id, f"{case} is in hand and its holder has no baton"
            elif case.state == "registered":
                assert case.holder_id == fallback or Succession.objects.exists()

    @invariant()
    def no_case_is_lost(self):
        found = dict(Case.objects.values_list("pk", "received_at"))
        assert found == self.known_cases, "a case is gone, or its first receipt moved"

    @invariant()
    def no_clock_starts_anew(self):
        approved = set(Extension.objects.filter(state="approved").values_list("baton_id", flat=True))
        approved |= set(Promise.objects.filter(state="approved").values_list("baton_id", flat=True))
        # the last stop of each: a date before it was what counted until then
        stopped = dict(ClockStop.objects.order_by("pk").values_list("baton_id", "from_due_on"))
        for baton in Baton.objects.only("question_id", "case_id", "round", "role", "started_on", "due_on"):
            assert self.known_batons.setdefault(baton.pk, baton.started_on) == baton.started_on
            key = (baton.question_id, baton.case_id, baton.round)
            if baton.role != "lead":
                continue
            first = self.known_due.setdefault((*key, "start"), baton.started_on)
            assert baton.started_on == first, "passing it on started the clock anew"
            last = self.known_due.setdefault((*key, baton.pk), baton.due_on)
            moved = baton.pk in approved or baton.pk in stopped
            assert baton.due_on == last or moved, "a date moved and nobody had approved it"
            # a stop that ends early brings the unit forward, but never to before what it was without the stop
            assert baton.due_on >= min(last, stopped.get(baton.pk, last))
            self.known_due[(*key, baton.pk)] = baton.due_on

    @invariant()
    def a_clock_stands_exactly_while_its_baton_says_so(self):
        standing = dict(ClockStop.objects.filter(ended_at=None).values_list("baton_id", "until_on"))
        assert standing == dict(Baton.objects.filter(paused_until__isnull=False).values_list("pk", "paused_until"))

    @invariant()
    def nothing_told_is_shortened(self):
        for case in Case.objects.filter(due_on__isnull=False).only("due_on", "reopened"):
            told = self.known_due.setdefault(("told", case.pk, case.reopened), case.due_on)
            assert case.due_on >= told, "an asker was told a later day"
            self.known_due["told", case.pk, case.reopened] = case.due_on

    @invariant()
    def no_helper_ends_after_its_lead(self):
        ends = {}
        rows = Baton.objects.filter(state__in=OPEN).values_list("question_id", "case_id", "role", "due_on")
        for question, case, role, due_on in rows:
            ends.setdefault((question, case), {}).setdefault(role == "lead", []).append(due_on)
        for matter, days in ends.items():
            if True in days:
                assert max(days.get(False, days[True])) <= days[True][0], f"{matter}: a helper ends after its lead"

    @invariant()
    def a_promise_stands_on_the_ledger_exactly_while_its_baton_says_so(self):
        on_ledger = set(Promise.objects.filter(state="approved", ended_at=None).values_list("baton_id", flat=True))
        assert on_ledger == set(Baton.objects.filter(promised_until__isnull=False).values_list("pk", flat=True))


TALLY: Counter[str] = Counter()
VIEWERS: dict[str, Viewer] = {}
# the steps that carry a matter on are tried more often than those that turn it back
OFTEN = [
    *VERBS,
    *("dispatch", "accept", "accept", "hand_in", "hand_in", "sign", "decide", "judge", "ask_extension") * 2,
]

QUICK = settings(
    max_examples=12,
    stateful_step_count=50,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
# A step costs some forty milliseconds of processor, half of it for the invariants, which read every row: seven thousand steps
# take about five minutes.
SLOW = settings(QUICK, max_examples=90, stateful_step_count=80, derandomize=False, print_blob=True)


@pytest.mark.slow
def test_whatever_anybody_does_nothing_is_dropped(story):
    load_samples()
    # one reason that ships, one that a district may add
    Clock.objects.filter(code__in=("handle", "helper")).update(pauses=["hearing", "correction"])
    Relay.story = story
    TALLY.clear()
    VIEWERS.clear()
    run_state_machine_as_test(Relay, settings=SLOW if os.environ.get("HYPOTHESIS_PROFILE") == "slow" else QUICK)
    # the walk went far enough to mean something: many steps were done, many kinds of wrong ones refused
    assert TALLY["done"] > 40, TALLY
    assert len(TALLY) > 12
