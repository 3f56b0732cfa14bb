"""The workbench: what a tab counts is what it lists."""

from datetime import date, timedelta
from itertools import product

import pytest

from tests.cast import Cast
from tongti.questions import queries
from tongti.questions.models import Question
from tongti.shared import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def every_sort() -> list[Question]:
    """A question in every state, with every nearness of its due day, with and without something to check."""
    today = clock.today()
    days: list[date | None] = [None, *(today + timedelta(days) for days in (-1, 0, 1, 40))]
    made = [
        Question(
            number=f"TT-2026-{number:04}",
            title=f"第 {number} 道",
            state=state,
            due_on=due_on,
            proposed_count=proposed,
            asker_count=number % 3,
            first_received_at=None if number % 5 == 0 else clock.now() - timedelta(days=number),
            created_at=clock.now(),
        )
        for number, (state, due_on, proposed) in enumerate(product(Question.State.values, days, (0, 2)))
    ]
    return Question.objects.bulk_create(made)


def test_every_tab_counts_what_it_lists(cast: Cast, every_sort: list[Question]) -> None:
    wei = cast.viewer("韦晓梅")
    counted = {tab.code: tab.count for tab in queries.tabs(wei)}
    listed = {code: len(queries.workbench(wei, code, size=100).rows) for code in queries.TABS}
    assert counted == listed
    assert min(counted.values()) > 0, "the story fills every tab"


@pytest.mark.parametrize("order", queries.ORDERS)
def test_pages_go_through_every_question_once_in_any_order(cast: Cast, every_sort: list[Question], order: str) -> None:
    """Also those without a due day or a first receipt, which stand last."""
    wei = cast.viewer("韦晓梅")
    seen, cursor = list[Question](), ""
    while True:
        page = queries.workbench(wei, "all", order, cursor, size=7)
        seen += page.rows
        if not (cursor := page.next_cursor):
            break
    assert sorted(q.pk for q in seen) == sorted(q.pk for q in every_sort if q.state in queries.IN_HAND)
    missing = {"due": [q.due_on is None for q in seen], "age": [q.first_received_at is None for q in seen]}.get(
        order, []
    )
    assert missing == sorted(missing)


def test_a_stranger_to_the_matter_counts_nothing(cast: Cast, every_sort: list[Question]) -> None:
    assert {tab.count for tab in queries.tabs(cast.viewer("农志明"))} == {0}
