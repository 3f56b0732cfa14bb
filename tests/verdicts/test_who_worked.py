"""Handle ≠ verify: a unit that worked on a case judges it nowhere, also when it did so before the case joined the question, in a question
that it has left, or by an answer that was not the last."""

import threading
import time
from datetime import date

import pytest
from django.db import transaction

from tests.cast import make_cast
from tests.relay.stories import Story
from tests.relay.test_races import at_once
from tests.verdicts.conftest import sign
from tests.visits.closed import FOUR
from tests.visits.stories import make_outing
from tongti.answers.handled import units_that_worked
from tongti.answers.models import Reply
from tongti.deadlines.queries import forget_calendar
from tongti.questions import actions as questions
from tongti.relay import actions as relay
from tongti.shared import clock
from tongti.units.models import Post
from tongti.verdicts import actions as verdicts
from tongti.verdicts import queries
from tongti.verdicts.errors import OwnWork
from tongti.verdicts.models import CallBack, Verdict
from tongti.visits.past import is_outside


@pytest.fixture
def wandered(story) -> CallBack:
    """One case: 住建局 had it alone, then it lay in a question that 临江镇 led, then 水利局 answered it; the asker is to be called."""
    cast, by = story.cast, story.cast.viewer("韦晓梅")
    case = story.call()
    story.dispatch(case=case, lead_id=cast.units["住建局"].pk, helpers=[], territory_id=None)
    relay.call_back(case=case, reason="派错了", by=by)
    first = story.question_of([case, story.call("路灯也不亮")])
    story.dispatch(first, lead_id=cast.units["临江镇"].pk, helpers=[], territory_id=None)
    relay.call_back(question=first, reason="派错了", by=by)
    second = story.question(1)
    questions.move(case_ids=[case.pk], to_question=second, reason="是停水", by=by)
    second.refresh_from_db()
    story.dispatch(second, helpers=[], territory_id=None)
    story.accept("水利局", "黄志强")
    sign(story, question=second)
    waiting = CallBack.objects.get(case=case)
    CallBack.objects.filter(pk=waiting.pk).update(due_on=clock.today())
    return waiting


def seated(cast, unit):
    """覃红 with a seat as a revisitor at this unit beside her own."""
    Post.objects.create(officer=cast.officers["覃红"], unit=cast.units[unit], role="revisitor", since=date(2020, 1, 1))
    return cast.viewer("覃红")


def test_the_set_is_whole(story, wandered):
    worked = units_that_worked([wandered.case_id])[wandered.case_id]
    assert {unit.short_name for unit in story.cast.units.values() if unit.pk in worked} == {
        "住建局",
        "临江镇",
        "水利局",
    }
    assert units_that_worked([]) == {}


@pytest.mark.parametrize("unit", ["住建局", "临江镇", "水利局"])
def test_no_unit_that_worked_on_it_calls_weighs_or_revisits(story, wandered, unit):
    outsider = story.cast.viewer("覃红")
    assert wandered in queries.call_list(outsider).rows
    assert is_outside(outsider.officer_id, wandered.case_id)
    torn = seated(story.cast, unit)
    assert wandered not in queries.call_list(torn).rows
    assert not is_outside(torn.officer_id, wandered.case_id)
    with pytest.raises(OwnWork):
        verdicts.record_call(call_back=wandered, result="no_answer", by=torn)
    Post.objects.filter(officer=story.cast.officers["覃红"], unit=story.cast.units[unit]).delete()
    told = {"contacted": True, "solved": "partly", "satisfied": "not", "words": "还是小"}
    verdicts.record_call(call_back=wandered, result="reached", by=story.cast.viewer("覃红"), **told)
    torn, bad = seated(story.cast, unit), Verdict.objects.get()
    assert bad not in queries.bad_ratings(torn).rows
    with pytest.raises(OwnWork):
        verdicts.weigh(verdict=bad, reasonable=True, why="量过", by=torn)


def test_an_unrelated_unit_judges(story, wandered):
    assert wandered in queries.call_list(seated(story.cast, "供电局")).rows


def test_many_cases_are_asked_about_at_once(story, wandered, django_assert_num_queries):
    with django_assert_num_queries(1):
        units_that_worked([case.pk for case in story.cases])


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_writing_down_and_inviting_do_not_wait_for_each_other(transactional_db):
    """The job that invites locks the replies of an answer in order; whoever takes down a later one must not hold it meanwhile."""
    forget_calendar()
    outing = make_outing(make_cast())
    story = Story(outing.cast)
    question = story.question(2)
    story.dispatch(question, helpers=[], territory_id=None)
    story.accept("水利局", "黄志强")
    answer = sign(story, question=question)
    first, last = Reply.objects.filter(answer=answer).order_by("pk")
    for reply in (first, last):
        reply.invitation.delete()
        CallBack.objects.filter(reply=reply).delete()
    holds = threading.Event()

    def job() -> None:
        with transaction.atomic():
            Reply.objects.select_for_update().get(pk=first.pk)
            holds.set()
            time.sleep(0.5)
            Reply.objects.select_for_update().get(pk=last.pk)

    def taken_down() -> object:
        holds.wait(10)
        return verdicts.take_down(
            case=last.case, by=outing.viewer("谭小勇"), speaker="厂长", **FOUR | {"answered": None}
        )

    _, verdict = at_once(job, taken_down)
    assert isinstance(verdict, Verdict)
