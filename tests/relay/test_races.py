"""Two people at the same moment: exactly one wins, the other is told; the matter is never held twice or by nobody."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from tongti.questions.models import Question
from tongti.relay import actions as relay
from tongti.relay.models import OPEN, Baton
from tongti.shared.errors import DomainError, Raced

pytestmark = pytest.mark.django_db(transaction=True)
WHY = {"reason": "不归本单位管", "basis": "职责清单第 1 条"}


def at_once(*steps: Callable[[], object]) -> list[object]:
    """Run the steps in threads that start together; each answers its result or the error of the house it met."""
    barrier, results = threading.Barrier(len(steps)), [None] * len(steps)

    def run(n: int, step: Callable[[], object]) -> None:
        try:
            barrier.wait(10)
            results[n] = step()
        except DomainError as error:
            results[n] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n, step)) for n, step in enumerate(steps)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
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
