"""Two at once: numbers without a gap, one case per key, one party per caller."""

import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections

from tests.cases.conftest import call
from tongti.cases import actions
from tongti.cases.models import Case, NumberSeries
from tongti.parties.models import Party
from tongti.shared.errors import DomainError
from tongti.trail.queries import verify

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Run each in a thread of its own with a connection of its own, started together; exceptions are results."""
    gate = threading.Barrier(len(works))
    results: list[Any] = [None] * len(works)

    def run(at: int, work: Callable[[], Any]) -> None:
        try:
            gate.wait(10)
            results[at] = work()
        except Exception as error:  # noqa: BLE001  (the test looks at it)
            results[at] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(at, work)) for at, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def test_numbers_have_no_gap_and_no_twin(cast):
    clerk = cast.viewer("李小英")

    def take_ten() -> None:
        for _ in range(10):
            actions.register(intake=call(), by=clerk)

    assert at_once(*[take_ten] * 4) == [None] * 4
    assert sorted(Case.objects.values_list("serial", flat=True)) == list(range(1, 41))
    assert NumberSeries.objects.get().last == 40
    assert verify().holds


def test_one_key_is_one_case(cast):
    clerk = cast.viewer("李小英")
    intake = call(key=uuid.uuid4(), phone="13800138000", asker_name="韦某")
    cases = at_once(*[lambda: actions.register(intake=intake, by=clerk)] * 4)
    assert len({case.pk for case in cases}) == 1
    assert Case.objects.count() == 1
    # the losers gave their numbers back
    assert actions.register(intake=call(), by=clerk).serial == 2


def test_one_new_caller_at_two_desks_is_one_party(cast):
    clerk = cast.viewer("李小英")
    cases = at_once(*[lambda: actions.register(intake=call(phone="13800138000", asker_name="韦某"), by=clerk)] * 4)
    assert len({case.party_id for case in cases}) == 1
    assert Party.objects.count() == 1


def test_answered_on_the_spot_by_one_of_two(cast):
    clerk = cast.viewer("李小英")
    case = actions.register(intake=call(), by=clerk)
    results = at_once(
        lambda: actions.answer_on_the_spot(case=Case.objects.get(pk=case.pk), words="修好了", by=clerk),
        lambda: actions.divert(case=Case.objects.get(pk=case.pk), reason_code="beyond", words="找物业", by=clerk),
    )
    assert sum(isinstance(result, DomainError) for result in results) == 1
    assert case.additions.count() == 1
