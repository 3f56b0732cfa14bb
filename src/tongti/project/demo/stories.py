"""What happens to each difficulty: the steps of ``data/*.toml``, each done by the action that the pages call.

A step is ``{at = "4 09:32", do = "dispatch", …}``; ``do`` names a method of Story. Who does it follows from the step: the
dispatcher joins and dispatches, the unit's handler works, its leader signs, askers judge.
"""

import random
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tongti.answers import actions as answers
from tongti.answers.models import Answer, Reply
from tongti.cases import actions as cases
from tongti.cases.models import Case
from tongti.project.demo.days import Days
from tongti.project.demo.district import DISTRICT, District
from tongti.project.demo.stage import Stage
from tongti.project.demo.voices import Voice, hour
from tongti.questions import actions as questions
from tongti.questions.models import Membership, Question
from tongti.relay import actions as relay
from tongti.relay.models import OPEN, Baton, Objection
from tongti.shared import links
from tongti.shared.actor import Asker
from tongti.units.access import Viewer
from tongti.verdicts import actions as verdicts
from tongti.verdicts.models import CallBack
from tongti.window import queries as window
from tongti.window.actions import MatterDraft, find_cause, register
from tongti.window.models import Cause, WindowMatter

DISPATCHER, CLERK, REVISITOR = "韦晓梅", "李小英", "覃红"
Step = dict[str, Any]
WORDS_OF = {
    "yes": ["修好了，谢谢。", "这次办得快。", "有人打电话来问过，满意。", "", "", ""],
    "partly": ["好了一些，希望坚持。", "还差一点，等后面的。", ""],
    "no": ["还是老样子。"],
}


class World:
    """The district, its stage and dice; what all stories share."""

    def __init__(self, district: District, stage: Stage, days: Days, rng: random.Random) -> None:
        self.d, self.stage, self.days, self.rng = district, stage, days, rng
        self.truth: dict[int, str] = {}
        self.stories: dict[str, Story] = {}

    def intake(self, voice: Voice, *, category: str, **more: Any) -> cases.Intake:
        """A voice as one of the doors takes it down."""
        place = self.d.places.get(voice.place)
        return cases.Intake(
            key=uuid.UUID(int=self.rng.getrandbits(128), version=4),
            channel=voice.door,
            kind=more.pop("kind", "help"),
            title=voice.title,
            body=voice.body,
            place_id=place.pk if place is not None and voice.place != DISTRICT else None,
            category_id=self.d.categories[category].pk if voice.door != "web" else None,
            asker_kind="enterprise" if voice.firm else "person",
            asker_name=voice.name,
            phone=voice.phone,
            credit_code=self.d.firm_codes.get(voice.name, "") if voice.firm else "",
            **more,
        )

    def register(self, intake: cases.Intake, voice: Voice, told: Step | None, n: int) -> Case:
        """The case; of the door 办不成事 with its row of the register, the papers taking turns over the askers."""
        by = self.who_takes(voice.door)
        if voice.door != "stuck" or told is None:
            return cases.register(intake=intake, by=by)
        papers = told.get("papers", [""])
        matter = MatterDraft(
            item_words=told["item"],
            office=told.get("office", ""),
            step_words=told.get("step", ""),
            paper_words=papers[n % len(papers)],
            trips=told.get("trips", 2) + n % 2,
            told_once="no" if n % 2 else "",
        )
        return register(intake=intake, matter=matter, by=by)

    def who_takes(self, door: str) -> Viewer | Asker:
        """On the web the asker herself; at every other door the clerk."""
        return Asker(None) if door == "web" else self.d.viewer(CLERK)


class Story:
    """One difficulty from its first asker to where it stands today."""

    def __init__(self, world: World, data: Step) -> None:
        self.w, self.data, self.key = world, data, str(data["key"])
        self.question: Question | None = None
        self.case_ids: list[int] = []
        self.unseen = 0
        world.stories[self.key] = self

    # --- people ask ---------------------------------------------------------------------------------------------

    def hear(self, voice: Voice) -> None:
        """One more asker; on the web, once the question is public, some count themselves in."""
        intake = self.w.intake(voice, category=self.data["category"])
        question = self._fresh() if self.question else None
        counted_in = question is not None and question.is_public and voice.door == "web" and question.state != "closed"
        if question is not None and counted_in and self.w.rng.random() < 0.6:
            case = questions.count_me_in(question_id=question.pk, intake=intake, by=Asker(None))
        else:
            case = self.w.register(intake, voice, self.data.get("window"), len(self.case_ids))
        self.case_ids.append(case.pk)
        self.unseen += 1
        self.w.truth[case.pk] = self.key

    # --- the steps ----------------------------------------------------------------------------------------------

    def do(self, step: Step) -> None:
        """One step now."""
        method: Callable[[Step], None] = getattr(self, "do_" + step["do"])
        method(step)

    def do_set_up(self, step: Step) -> None:
        """立题 from the engine's candidate; what it missed is joined by hand, what it mixed in is refused."""
        by = self.w.d.viewer(DISPATCHER)
        place, category = self.w.d.places[self.data["place"]], self.w.d.categories[self.data["category"]]
        title, place_id = self.data["title"], None if self.data["place"] == DISTRICT else place.pk
        candidate = self._candidate()
        if candidate is None:
            free = [pk for pk in self.case_ids if not self._joined(pk)]
            self.question = questions.make(
                title=title, case_ids=free, category_id=category.pk, place_id=place_id, by=by
            )
            return
        proposed = Membership.objects.filter(question=candidate, state=Membership.State.PROPOSED)
        fitting = [row.pk for row in proposed if self.w.truth.get(row.case_id) == self.key]
        self.question = questions.set_up(
            question=candidate, title=title, category_id=category.pk, place_id=place_id, by=by, membership_ids=fitting
        )
        self.review(gather=True)

    def _candidate(self) -> Question | None:
        rows = Membership.objects.filter(
            case_id__in=self.case_ids, state=Membership.State.PROPOSED, question__state=Question.State.CANDIDATE
        ).values_list("question_id", flat=True)
        found = list(rows)
        best = max(set(found), key=lambda pk: (found.count(pk), -pk), default=None)
        return Question.objects.get(pk=best) if best else None

    def review(self, *, gather: bool = False) -> None:
        """The dispatcher goes over what the engine proposes; ``gather`` also looks for those it did not see."""
        if self.question is None or self._fresh().state in ("closed", "dropped"):
            return
        by = self.w.d.viewer(DISPATCHER)
        proposed = list(Membership.objects.filter(question=self.question, state=Membership.State.PROPOSED))
        fitting = [row.pk for row in proposed if self.w.truth.get(row.case_id) == self.key]
        strange = [row.pk for row in proposed if row.pk not in fitting]
        if fitting:
            questions.decide(membership_ids=fitting, confirm=True, by=by)
        if strange:
            questions.decide(membership_ids=strange, confirm=False, by=by, note="不是同一件事")
        if gather:
            self.unseen = 0
        if gather and (missed := [pk for pk in self.case_ids if not self._joined(pk)]):
            questions.join(case_ids=missed, question=self._fresh(), by=by, reason="说的是同一件事")

    def _joined(self, case_id: int) -> bool:
        return Membership.objects.filter(case_id=case_id, state=Membership.State.ACTIVE).exists()

    def do_clear(self, step: Step) -> None:
        """The public may see the title."""
        questions.clear_for_public(
            question=self._fresh(), public_title=self.data["public"], by=self.w.d.viewer(DISPATCHER)
        )

    def do_dispatch(self, step: Step) -> None:
        """派单 as the duty list says."""
        d = self.w.d
        town = self.data.get("territory")
        duty = d.duties[self.data["duty"]]
        by_list = duty.lead_id == d.units[self.data["lead"]].pk
        relay.dispatch(
            question=self._fresh(),
            lead_id=d.units[self.data["lead"]].pk,
            lead_task=self.data.get("lead_task", "查明情况，牵头办理，统一答复"),
            helpers=[(d.units[name].pk, task) for name, task in self.data.get("helpers", [])],
            territory_id=d.units[town].pk if town else None,
            territory_task=self.data.get("territory_task", ""),
            duty_id=duty.pk if by_list else None,
            reason="" if by_list else "按职责和以往同类事项派单",
            by=d.viewer(DISPATCHER),
        )

    def do_accept(self, step: Step) -> None:
        """签收 by the unit, for one of its officers."""
        by = self._handler(step)
        relay.accept(baton=self._baton(step["unit"]), by=by, officer_id=by.officer_id)

    def do_accept_all(self, step: Step) -> None:
        """Every unit that has not signed for it yet."""
        for baton in self._batons().filter(state=Baton.State.OFFERED):
            by = self.w.d.at(baton.unit.short_name, "handler")
            relay.accept(baton=baton, by=by)

    def do_hand_over(self, step: Step) -> None:
        """转交 inside the unit."""
        baton = self._baton(step["unit"])
        giver = self.w.d.at(step["unit"], "handler")
        taker = self.w.d.officers[step["officer"]]
        relay.hand_over(baton=baton, taker_id=taker.pk, reason=step["words"], by=giver)

    def do_progress(self, step: Step) -> None:
        """记进展, for everybody to read."""
        relay.note_progress(baton=self._baton(step["unit"]), words=step["words"], public=True, by=self._handler(step))

    def do_contact(self, step: Step) -> None:
        """The unit rings some of the askers."""
        baton, by = self._baton(step["unit"]), self._handler(step)
        for at, case_id in enumerate(self._members()[: step["n"]]):
            result = "no_answer" if at % 7 == 6 else "reached"
            relay.record_contact(case=Case.objects.get(pk=case_id), baton=baton, way="电话", result=result, by=by)

    def do_part(self, step: Step) -> None:
        """交分答."""
        answers.submit_part(
            baton=self._baton(step["unit"]), words=self.w.days.fill(step["words"]), by=self._handler(step)
        )

    def do_object(self, step: Step) -> None:
        """提异议."""
        relay.object_(
            baton=self._baton(step["unit"]),
            reason=step["words"],
            basis=step["basis"],
            suggested_id=self.w.d.units[step["suggested"]].pk,
            by=self._handler(step),
        )

    def do_rule(self, step: Step) -> None:
        """裁定."""
        objection = Objection.objects.get(baton=self._baton(step["unit"]), ruling="")
        to = self.w.d.units[step["to"]].pk if "to" in step else None
        relay.rule(
            objection=objection,
            ruling=step["ruling"],
            note=step["words"],
            to_unit_id=to,
            by=self.w.d.viewer(DISPATCHER),
        )

    def do_add_unit(self, step: Step) -> None:
        """增加协办."""
        relay.add_unit(
            question=self._fresh(),
            unit_id=self.w.d.units[step["unit"]].pk,
            task=step["words"],
            by=self.w.d.viewer(DISPATCHER),
        )

    def do_findings(self, step: Step) -> None:
        """查明的情况."""
        questions.record_findings(
            question=self._fresh(),
            facts=step["facts"],
            root_cause=step["root"],
            handling=step["handling"],
            handling_note=self.w.days.fill(step["note"]),
            by=self._lead_handler(),
        )

    def do_answer(self, step: Step) -> None:
        """合成共答 and hand it to the leader."""
        by = self._lead_handler()
        self._speak_to_the_rest(by)
        answer = answers.compose(question=self._fresh(), by=by)
        texts = {"done": step["done"], "closing": step["closing"], "next_steps": step.get("next", "")}
        if step.get("found"):
            texts["found"] = step["found"]
        answers.save_draft(answer=answer, by=by, **{name: self.w.days.fill(text) for name, text in texts.items()})
        answers.submit(answer=answer, by=by, override_reason="已由牵头单位核对")

    def _speak_to_the_rest(self, by: Viewer) -> None:
        """Nobody of the window 办不成事 is answered before somebody has spoken to her."""
        lead = Baton.objects.select_related("unit").get(question=self.question, role=Baton.Role.LEAD, state__in=OPEN)
        members = Case.objects.filter(pk__in=self._members(), channel=Case.Channel.STUCK)
        while numbers := window.uncontacted(members, lead.round):
            for case in Case.objects.filter(number__in=numbers):
                relay.record_contact(case=case, baton=lead, way="电话", result="reached", by=by)

    def do_causes(self, step: Step) -> None:
        """认定卡点原因 of those who came in at the window."""
        cause, by = Cause.objects.get(code=step["cause"]), self.w.d.viewer(DISPATCHER)
        rows = WindowMatter.objects.filter(case__in=self._members()).select_related("case")
        for row in rows.order_by("pk"):
            find_cause(matter=row, cause_id=cause.pk, note=step["words"], by=by)

    def do_sign(self, step: Step) -> None:
        """签发."""
        answer = Answer.objects.select_related("lead").get(question=self.question, state=Answer.State.SUBMITTED)
        answers.sign(answer=answer, by=self.w.d.at(answer.lead.short_name, "unit_leader"))

    def do_verdicts(self, step: Step) -> None:
        """So many find it solved, partly, not; at their own hours within some days."""
        said = [word for word in ("yes", "partly", "no") for _ in range(step[word])]
        self.w.rng.shuffle(said)
        for reply_id, solved in zip(self._unjudged(), said, strict=False):
            away = self.w.rng.random() * step["over"]
            at = hour(self.w.stage.moment + timedelta(days=away), "web", self.w.rng, self.w.stage.until)
            at = max(at, self.w.stage.moment + timedelta(minutes=self.w.rng.randrange(5, 400)))
            self.w.stage.at(at, lambda pk=reply_id, word=solved: judge(self.w, pk, word))  # type: ignore[misc]

    def do_not_solved(self, step: Step) -> None:
        """One asker says that it is not solved: back to work."""
        reply_id = self._unjudged()[0]
        verdicts.give(
            token=token_of(reply_id), contacted=True, solved="no", satisfied="not", words=step["words"], answered=True
        )

    def do_unreached(self, step: Step) -> None:
        """Call-backs that nobody answers: three tries, then unconfirmed."""
        for reply_id in self._unjudged()[: step["n"]]:
            for n in range(3):
                at = self.w.stage.moment + timedelta(hours=26 * n)
                self.w.stage.at(at, lambda pk=reply_id: ring_in_vain(self.w, pk))  # type: ignore[misc]

    # --- where things are ---------------------------------------------------------------------------------------

    def _fresh(self) -> Question:
        assert self.question is not None, self.key
        self.question = Question.objects.get(pk=self.question.pk)
        return self.question

    def _members(self) -> list[int]:
        rows = Membership.objects.filter(question=self.question, state=Membership.State.ACTIVE)
        return list(rows.order_by("case_id").values_list("case_id", flat=True))

    def _batons(self) -> Any:
        return Baton.objects.filter(question=self.question, state__in=OPEN).select_related("unit").order_by("pk")

    def _baton(self, unit: str) -> Baton:
        found: Baton = self._batons().get(unit=self.w.d.units[unit])
        return found

    def _handler(self, step: Step) -> Viewer:
        return self.w.d.viewer(step["officer"]) if "officer" in step else self.w.d.at(step["unit"], "handler")

    def _lead_handler(self) -> Viewer:
        lead = self._batons().get(role=Baton.Role.LEAD)
        return self.w.d.at(lead.unit.short_name, "handler")

    def _unjudged(self) -> list[int]:
        rows = Reply.objects.filter(answer__question=self.question, invitation__used_at=None, case__state="answered")
        return list(rows.order_by("pk").values_list("pk", flat=True))


def token_of(reply_id: int) -> str:
    """The token of the link in the asker's notice."""
    reply = Reply.objects.get(pk=reply_id)
    return links.verdict_token(reply.answer_id, reply.case_id)


def judge(world: World, reply_id: int, solved: str, satisfied: str = "") -> None:
    """One asker answers the three questions, through her link or on the phone."""
    satisfied = (
        satisfied or {"yes": world.rng.choice(["very", "very", "fairly"]), "partly": "fairly", "no": "not"}[solved]
    )
    words = world.rng.choice(WORDS_OF[solved])
    if Reply.objects.get(pk=reply_id).case.channel == Case.Channel.VISIT:
        # a firm's own words are part of its four answers
        words = words or "办好了，谢谢你们上门来问。"
    contacted = world.rng.random() < 0.96
    call = CallBack.objects.filter(reply_id=reply_id, state=CallBack.State.WAITING).select_related("reply").first()
    if call is None:
        return
    if world.rng.random() < 0.3:
        verdicts.record_call(
            call_back=call, result="reached", contacted=contacted, solved=solved, satisfied=satisfied, words=words,
            answered=True, by=world.d.viewer(REVISITOR),
        )  # fmt: skip
        return
    verdicts.give(
        token=token_of(reply_id), contacted=contacted, solved=solved, satisfied=satisfied, words=words, answered=True
    )


def ring_in_vain(world: World, reply_id: int) -> None:
    """A call-back that nobody picks up."""
    call = CallBack.objects.get(reply_id=reply_id)
    if call.state == CallBack.State.WAITING:
        verdicts.record_call(call_back=call, result="no_answer", by=world.d.viewer(REVISITOR))


class Single:
    """A case that stands alone, to where ``end`` says."""

    def __init__(self, world: World, data: Step) -> None:
        self.w, self.data = world, data
        self.case: Case | None = None

    def hear(self, voice: Voice) -> None:
        """It comes in; what is answered at once is answered at once."""
        data, clerk = self.data, self.w.d.viewer(CLERK)
        more: dict[str, Any] = {"kind": data.get("kind", "help"), "urgency": data.get("urgency", "normal")}
        intake = self.w.intake(voice, category=data["category"], hide_identity=data.get("hide", False), **more)
        if data["end"] == "spot":
            cases.register_and_answer(intake=intake, words=data["answer"], by=clerk)
            return
        self.case = self.w.register(intake, voice, data.get("window"), 0)
        if data["end"] == "diverted":
            cases.divert(case=self.case, reason_code=data["why"], words=data["answer"], by=clerk)
        elif data["end"] == "withdrawn":
            self.w.stage.at(self.w.stage.moment + timedelta(hours=5), self._withdraw)
        elif data["end"] != "waiting":
            self._goes_on()

    def _withdraw(self) -> None:
        case = self._fresh()
        cases.withdraw(case=case, by=Asker(case.pk))

    def _goes_on(self) -> None:
        days, stage, rng = self.w.days, self.w.stage, self.w.rng
        given = days.office(stage.moment + timedelta(minutes=rng.randrange(15, 90)))
        stage.at(given, self._dispatch)
        if self.data["end"] == "offered":
            return
        taken = days.office(given + timedelta(minutes=rng.randrange(20, 240)))
        stage.at(taken, self._accept)
        called = days.office(taken + timedelta(hours=rng.randrange(2, 8)))
        stage.at(called, self._contact)
        if "note" in self.data:
            stage.at(days.office(called + timedelta(hours=6)), self._note)
        if self.data["end"] in ("signed", "closed"):
            written = days.office(called + timedelta(hours=40 + rng.randrange(24)))
            stage.at(written, self._answer)
            signed = days.office(written + timedelta(hours=2))
            stage.at(signed, self._sign)
            if self.data["end"] == "closed":
                said = hour(signed + timedelta(days=rng.randrange(1, 4)), "web", rng, stage.until)
                stage.at(max(said, signed + timedelta(hours=3)), self._judge)

    def _fresh(self) -> Case:
        assert self.case is not None
        self.case = Case.objects.get(pk=self.case.pk)
        return self.case

    def _baton(self) -> Baton:
        return Baton.objects.select_related("unit").get(case=self.case, state__in=OPEN)

    def _dispatch(self) -> None:
        d = self.w.d
        unit, duty = d.units[self.data["unit"]], d.duties[self.data["duty"]]
        by_list = duty.lead_id == unit.pk
        relay.dispatch(
            case=self._fresh(),
            lead_id=unit.pk,
            lead_task="到现场核实，办理并答复",
            duty_id=duty.pk if by_list else None,
            reason="" if by_list else "按属地和职责派单",
            by=d.viewer(DISPATCHER),
        )

    def _accept(self) -> None:
        relay.accept(baton=self._baton(), by=self._handler())

    def _handler(self) -> Viewer:
        return self.w.d.at(self.data["unit"], "handler")

    def _contact(self) -> None:
        relay.record_contact(case=self._fresh(), baton=self._baton(), way="电话", result="reached", by=self._handler())

    def _note(self) -> None:
        relay.note_progress(baton=self._baton(), words=self.data["note"], public=True, by=self._handler())

    def _answer(self) -> None:
        by, data = self._handler(), self.data
        answer = answers.compose(case=self._fresh(), by=by)
        unit = self.w.d.units[data["unit"]]
        answers.save_draft(
            answer=answer,
            by=by,
            found=data.get("found", f"收到反映后，{unit.name}派人到现场核实，并和您通了电话，反映的情况属实。"),
            done=data["done"],
            basis=data.get("basis", self.w.d.duties[data["duty"]].basis),
            would_need=data.get("would_need", ""),
            closing=data.get("closing", "solved"),
            next_steps=data.get("next", ""),
        )
        answers.submit(answer=answer, by=by, override_reason="已核对")

    def _sign(self) -> None:
        answer = Answer.objects.select_related("lead").get(case=self.case, state=Answer.State.SUBMITTED)
        answers.sign(answer=answer, by=self.w.d.at(self.data["unit"], "unit_leader"))

    def _judge(self) -> None:
        solved, satisfied = self.data["verdict"]
        judge(self.w, Reply.objects.get(case=self.case).pk, solved, satisfied)
