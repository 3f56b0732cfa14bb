"""Two people, two tabs, two workers at the same moment: exactly one wins, the other is told, and the counts hold."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from tests.cast import Cast, make_cast
from tests.questions.conftest import WATER
from tests.questions.test_rearranging import assert_counts_hold
from tongti.cases.actions import Intake, register
from tongti.cases.models import Case
from tongti.questions import actions, matching
from tongti.questions.models import Membership, Question
from tongti.shared.errors import DomainError
from tongti.trail import queries as trail

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    matching.forget_model()
    return make_cast()


def say(cast: Cast, title: str, body: str, n: int) -> Case:
    import uuid

    intake = Intake(
        key=uuid.uuid4(),
        channel="phone",
        kind="help",
        title=title,
        body=body,
        phone=f"138{n:08d}",
        place_id=cast.regions["临江镇"].pk,
    )
    return register(intake=intake, by=cast.viewer("李小英"))


def at_once(*works: Callable[[], object]) -> list[object]:
    """Run each in a thread of its own, released together; a refusal comes back as the error itself."""
    gate, results = threading.Barrier(len(works)), [None] * len(works)

    def run(n: int, work: Callable[[], object]) -> None:
        try:
            gate.wait(10)
            results[n] = work()
        except DomainError as refused:
            results[n] = refused
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n, work)) for n, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def test_two_dispatchers_join_one_case_to_two_questions(cast: Cast) -> None:
    wei = cast.viewer("韦晓梅")
    cases = [say(cast, f"事{n}", f"第 {n} 件", n) for n in range(3)]
    one = actions.make(title="甲", case_ids=[cases[0].pk], by=wei)
    two = actions.make(title="乙", case_ids=[cases[1].pk], by=wei)
    results = at_once(
        lambda: actions.join(case_ids=[cases[2].pk], question=one, by=wei),
        lambda: actions.join(case_ids=[cases[2].pk], question=two, by=wei),
    )
    refused = [result for result in results if isinstance(result, DomainError)]
    assert len(refused) == 1
    assert refused[0].status == 409
    assert Membership.objects.filter(case=cases[2], state="active").count() == 1
    assert_counts_hold()
    assert trail.verify().holds


def test_two_people_decide_the_same_proposal(cast: Cast) -> None:
    wei = cast.viewer("韦晓梅")
    for n, (title, body) in enumerate(WATER):
        actions.match_case(case_id=say(cast, title, body, n).pk)
    row = Membership.objects.order_by("pk")[0]
    results = at_once(
        lambda: actions.decide(membership_ids=[row.pk], confirm=True, by=wei),
        lambda: actions.decide(membership_ids=[row.pk], confirm=False, by=wei),
    )
    assert sum(isinstance(result, DomainError) for result in results) == 1
    assert Membership.objects.get(pk=row.pk).state in ("active", "refused")
    assert_counts_hold()


def test_two_workers_match_two_like_cases(cast: Cast) -> None:
    """One candidate for the pair, not two and not none."""
    for round_ in range(3):
        first, second = (
            say(cast, title, f"{body} {round_}", n + 10 * round_) for n, (title, body) in enumerate(WATER[:2])
        )
        at_once(
            lambda: actions.match_case(case_id=first.pk),  # noqa: B023  (run before the loop goes on)
            lambda: actions.match_case(case_id=second.pk),  # noqa: B023
        )
    assert Question.objects.count() == 1
    assert Membership.objects.filter(state="proposed").count() == 6
    assert_counts_hold()


def test_the_same_job_on_two_workers(cast: Cast) -> None:
    first, second = (say(cast, title, body, n) for n, (title, body) in enumerate(WATER[:2]))
    actions.match_case(case_id=first.pk)
    at_once(*[lambda: actions.match_case(case_id=second.pk)] * 3)
    assert Question.objects.count() == 1
    assert Membership.objects.count() == 2


def test_moves_in_opposite_directions_do_not_wait_for_each_other_for_ever(cast: Cast) -> None:
    wei = cast.viewer("韦晓梅")
    cases = [say(cast, f"事{n}", f"第 {n} 件", n) for n in range(4)]
    one = actions.make(title="甲", case_ids=[cases[0].pk, cases[1].pk], by=wei)
    two = actions.make(title="乙", case_ids=[cases[2].pk, cases[3].pk], by=wei)
    results = at_once(
        lambda: actions.move(case_ids=[cases[0].pk], to_question=two, reason="试", by=wei),
        lambda: actions.move(case_ids=[cases[2].pk], to_question=one, reason="试", by=wei),
        lambda: actions.split(question=one, case_ids=[cases[1].pk], title="丙", reason="试", by=wei),
    )
    assert not [result for result in results if isinstance(result, DomainError)]
    assert Membership.objects.filter(state="active").count() == 4
    assert_counts_hold()
    assert trail.verify().holds


def test_one_step_is_undone_once(cast: Cast) -> None:
    wei = cast.viewer("韦晓梅")
    cases = [say(cast, f"事{n}", f"第 {n} 件", n) for n in range(2)]
    question = actions.make(title="甲", case_ids=[cases[0].pk], by=wei)
    step = actions.join(case_ids=[cases[1].pk], question=question, by=wei)
    results = at_once(*[lambda: actions.undo(rearrangement=step, by=wei)] * 2)
    assert sum(isinstance(result, DomainError) for result in results) == 1
    assert_counts_hold()
