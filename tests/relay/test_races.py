"""Two people at the same moment: exactly one wins, the other is told; the matter is never held twice or by nobody."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from tests.relay.stories import verbs
from tongti.deadlines.actions import load_samples
from tongti.deadlines.queries import next_working_days
from tongti.outbox.models import Message
from tongti.questions.models import Question
from tongti.relay import actions as relay
from tongti.relay.errors import AlreadyAsked, ClockStands, NotAsked
from tongti.relay.models import OPEN, Baton, ClockStop
from tongti.shared.errors import DomainError, Raced

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 120.0
WHY = {"reason": "不归本单位管", "basis": "职责清单第 1 条"}


def at_once(*steps: Callable[[], object]) -> list[object]:
    """Run the steps in threads that start together; each answers its result or the error of the house it met.

    Anything else that goes wrong in a thread (a deadlock, a start that came too late) fails the test as what it is: a step
    that died of it must not count as one that won. A busy machine may take its time.
    """
    barrier, results = threading.Barrier(len(steps)), [None] * len(steps)
    broken: list[BaseException] = []

    def run(n: int, step: Callable[[], object]) -> None:
        try:
            barrier.wait(PATIENCE)
            results[n] = step()
        except DomainError as error:
            results[n] = error
        except BaseException as error:  # noqa: BLE001  # raised again below, in the test's own thread
            broken.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n, step)) for n, step in enumerate(steps)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    if broken:
        raise broken[0]
    assert not any(thread.is_alive() for thread in threads), "a step has not come back"
    return results


def won_and_lost(results):
    lost = [r for r in results if isinstance(r, DomainError)]
    return [r for r in results if r not in lost], lost


def leads(**matter):
    return Baton.objects.filter(role="lead", state__in=OPEN, **matter)


def test_two_officers_accept_at_once(story):
    story.dispatch(case=story.call(), helpers=[], territory_id=None)
    baton = story.baton("水利局")
    viewers = [story.cast.viewer(name) for name in ("黄志强", "梁工")]
    results = at_once(*(lambda v=v: relay.accept(baton=Baton.objects.get(pk=baton.pk), by=v) for v in viewers))
    won, lost = won_and_lost(results)
    assert len(won) == 1
    assert isinstance(lost[0], Raced)
    baton.refresh_from_db()
    assert baton.officer_id == won[0].officer_id


def test_accept_against_object(story):
    story.dispatch(case=story.call(), helpers=[], territory_id=None)
    baton = story.baton("水利局")
    signer, objector = story.cast.viewer("黄志强"), story.cast.viewer("梁工")
    results = at_once(
        lambda: relay.accept(baton=Baton.objects.get(pk=baton.pk), by=signer),
        lambda: relay.object_(baton=Baton.objects.get(pk=baton.pk), by=objector, **WHY),
    )
    won, lost = won_and_lost(results)
    assert (len(won), len(lost)) == (1, 1)
    baton.refresh_from_db()
    assert baton.state == ("accepted" if isinstance(won[0], Baton) else "objected")
    assert baton.objections.count() == (0 if baton.state == "accepted" else 1)


def test_two_dispatchers_dispatch_one_question_at_once(story):
    question = story.question(3)
    units = story.cast.units
    chief = story.cast.viewer("韦晓梅")

    def to(unit):
        return lambda: story.dispatch(
            Question.objects.get(pk=question.pk), lead_id=units[unit].pk, helpers=[], territory_id=None, by=chief
        )

    won, lost = won_and_lost(at_once(to("水利局"), to("供电局")))
    assert (len(won), len(lost)) == (1, 1)
    assert isinstance(lost[0], Raced)
    lead = leads(question=question).get()
    question.refresh_from_db()
    assert question.lead_id == lead.unit_id
    assert {c.holder_id for c in map(_fresh, story.cases)} == {lead.unit_id}


def _fresh(case):
    case.refresh_from_db()
    return case


def test_two_dispatchers_dispatch_one_case_at_once(story):
    case = story.call()
    units, chief = story.cast.units, story.cast.viewer("韦晓梅")

    def to(unit):
        return lambda: story.dispatch(
            case=type(case).objects.get(pk=case.pk), lead_id=units[unit].pk, helpers=[], territory_id=None, by=chief
        )

    won, lost = won_and_lost(at_once(to("水利局"), to("供电局")))
    assert (len(won), len(lost)) == (1, 1)
    assert leads(case=case).get().unit_id == _fresh(case).holder_id


def test_two_rulings_at_once(story):
    question = story.question(2)
    story.dispatch(question)
    objection = relay.object_(baton=story.baton("水利局"), by=story.cast.viewer("黄志强"), **WHY)
    chief, other = story.cast.viewer("韦晓梅"), story.cast.viewer("韦晓梅")
    results = at_once(
        lambda: relay.rule(
            objection=objection, ruling="reassigned", note="采纳", to_unit_id=story.cast.units["供电局"].pk, by=chief
        ),
        lambda: relay.rule(objection=objection, ruling="upheld", note="维持", by=other),
    )
    won, lost = won_and_lost(results)
    assert (len(won), len(lost)) == (1, 1)
    assert isinstance(lost[0], Raced)
    assert leads(question=question).get() == won[0]


def test_signing_against_reassigning_leaves_one_holder(story):
    question = story.question(2)
    story.dispatch(question, helpers=[], territory_id=None)
    baton = story.baton("水利局")
    huang, chief = story.cast.viewer("黄志强"), story.cast.viewer("韦晓梅")
    at_once(
        lambda: relay.accept(baton=Baton.objects.get(pk=baton.pk), by=huang),
        lambda: relay.redispatch(
            baton=Baton.objects.get(pk=baton.pk), to_unit_id=story.cast.units["供电局"].pk, reason="停电引起", by=chief
        ),
    )
    lead = leads(question=question).get()
    question.refresh_from_db()
    assert lead.unit_id == question.lead_id == _fresh(story.cases[0]).holder_id


# --- more time, hands, clocks -------------------------------------------------------------------------------------


@pytest.fixture
def lead(story):
    """水利局 holds a matter of two askers and has signed for it."""
    load_samples()
    story.dispatch(story.question(2), helpers=[], territory_id=None)
    return story.accept("水利局", "黄志强")


def later(n):
    return next_working_days(n + 1)[-1]


def test_two_officers_object_at_once(story):
    story.dispatch(case=story.call(), helpers=[], territory_id=None)
    baton = story.baton("水利局")
    viewers = [story.cast.viewer(name) for name in ("黄志强", "梁工")]
    results = at_once(*(lambda v=v: relay.object_(baton=Baton.objects.get(pk=baton.pk), by=v, **WHY) for v in viewers))
    won, lost = won_and_lost(results)
    assert (len(won), len(lost)) == (1, 1)
    assert baton.objections.count() == 1


def test_two_officers_ask_for_one_extension(story, lead):
    wish = {"reason": "works", "words": "开挖", "to_due_on": later(9)}
    viewers = [story.cast.viewer(name) for name in ("黄志强", "梁工")]
    results = at_once(*(lambda v=v: relay.ask_extension(baton=lead, by=v, **wish) for v in viewers))
    won, lost = won_and_lost(results)
    assert (len(won), len(lost)) == (1, 1)
    assert isinstance(lost[0], AlreadyAsked)


def test_an_extension_is_approved_and_refused_at_once(story, lead):
    before, day = lead.due_on, later(9)
    extension = relay.ask_extension(
        baton=lead, reason="works", words="开挖", to_due_on=day, by=story.cast.viewer("黄志强")
    )
    chiefs = [story.cast.viewer("韦晓梅") for _ in range(2)]
    results = at_once(
        lambda: relay.decide_extension(extension=extension, approve=True, note="同意", by=chiefs[0]),
        lambda: relay.decide_extension(extension=extension, approve=False, note="不同意", by=chiefs[1]),
    )
    won, lost = won_and_lost(results)
    assert (len(won), len(lost)) == (1, 1)
    assert isinstance(lost[0], NotAsked)
    lead.refresh_from_db()
    granted = won[0].state == "approved"
    assert lead.due_on == (day if granted else before)
    assert Message.objects.count() == (2 if granted else 0)


def test_an_extension_is_approved_while_the_baton_passes_on(story, lead):
    extension = relay.ask_extension(
        baton=lead, reason="works", words="开挖", to_due_on=later(9), by=story.cast.viewer("黄志强")
    )
    chief, other = story.cast.viewer("韦晓梅"), story.cast.viewer("韦晓梅")
    to = story.cast.units["供电局"].pk
    at_once(
        lambda: relay.decide_extension(extension=extension, approve=True, note="同意", by=chief),
        lambda: relay.redispatch(baton=Baton.objects.get(pk=lead.pk), to_unit_id=to, reason="停电", by=other),
    )
    extension.refresh_from_db()
    assert extension.state in ("approved", "dropped")
    holder = leads(question=lead.question_id).get()
    assert holder.unit_id == to
    # granted before it passed on: the new unit has the new day; after: it was dropped and nobody was told a day
    assert holder.due_on == (extension.to_due_on if extension.state == "approved" else extension.from_due_on)
    assert Message.objects.count() == (2 if extension.state == "approved" else 0)


def test_both_confirm_a_stand_in_at_once(story, lead):
    today = timezone.localdate()
    sheet = relay.make_sheet(
        unit=lead.unit,
        kind="absence",
        giver_id=story.cast.officers["黄志强"].pk,
        taker_id=story.cast.officers["梁工"].pk,
        reason="培训",
        starts_on=today,
        ends_on=today + timedelta(days=3),
        by=story.cast.viewer("陆局长"),
    )
    people = [story.cast.viewer(name) for name in ("黄志强", "梁工")]
    won, lost = won_and_lost(at_once(*(lambda v=v: relay.confirm_sheet(sheet=sheet, by=v) for v in people)))
    assert (len(won), len(lost)) == (2, 0)
    sheet.refresh_from_db()
    lead.refresh_from_db()
    assert (sheet.state, lead.officer.name) == ("running", "梁工")
    assert lead.hand_overs.count() == 1


def test_one_taker_confirms_in_two_windows(story, lead):
    sheet = relay.make_sheet(
        unit=lead.unit,
        kind="move",
        giver_id=story.cast.officers["黄志强"].pk,
        taker_id=story.cast.officers["梁工"].pk,
        reason="轮岗",
        starts_on=timezone.localdate(),
        ends_on=None,
        by=story.cast.viewer("黄志强"),
    )
    people = [story.cast.viewer("梁工") for _ in range(2)]
    at_once(*(lambda v=v: relay.confirm_sheet(sheet=sheet, by=v) for v in people))
    sheet.refresh_from_db()
    assert sheet.state == "done"
    assert lead.hand_overs.count() == 1


def test_two_stop_one_clock_and_a_timed_job_meets_a_person(story, lead):
    Baton.objects.filter(pk=lead.pk).update(
        explanation=lead.explanation | {"regime": lead.explanation["regime"] | {"pauses": ["hearing"]}}
    )
    facts = {"reason": "hearing", "until_on": later(6), "words": "听证"}
    viewers = [story.cast.viewer(name) for name in ("黄志强", "韦晓梅")]
    results = at_once(
        *(lambda v=v: relay.stop_clock(baton=Baton.objects.get(pk=lead.pk), by=v, **facts) for v in viewers)
    )
    won, lost = won_and_lost(results)
    assert (len(won), len(lost)) == (1, 1)
    assert isinstance(lost[0], ClockStands)
    assert Message.objects.count() == 2
    ClockStop.objects.update(until_on=timezone.localdate())
    results = at_once(relay.clocks_run_on, relay.clocks_run_on, lambda: relay.run_clock(stop=won[0], by=viewers[0]))
    ended = [one for one in results if one == 1 or isinstance(one, ClockStop)]
    assert len(ended) == 1
    assert verbs(lead).count("baton.clock_ran_on") + verbs(lead).count("baton.clock_resumed") == 1
