"""A published number stands with its formula and its list, whatever happens afterwards."""

import importlib
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from tests.formulas.conftest import SINCE, approve, ask
from tests.formulas.test_rates import sign_again, wording
from tests.relay.stories import deferred, verbs
from tongti.formulas import actions, frozen, queries
from tongti.formulas.actions import publishing
from tongti.formulas.errors import AlreadyRetracted, PublishedBefore, StillCounting
from tongti.formulas.models import FrozenRows, Published, Publishing
from tongti.shared import clock
from tongti.shared.errors import BadInput, NotAllowed, NotVisible

read = importlib.import_module("tongti.formulas.queries.published")  # the package offers a function of the same name


def publish(story, *codes: str, who: str = "莫刚", **said) -> Publishing:
    days = {"since": SINCE, "until": clock.today()} | said
    return actions.publish(codes=codes or ("solved", "satisfied"), by=story.cast.viewer(who), **days)


def numbers(story, row: Published, who: str = "何区长") -> list[tuple]:
    return [
        (line.unit.short_name if line.unit else "全区", line.whole.plain, line.whole.denominator, line.out.denominator)
        for line in queries.lines_of(story.cast.viewer(who), row)
    ]


def test_a_published_number_keeps_its_formula_and_its_list(story):
    approve(story, ask(story, story.cases[2]))
    run = publish(story)
    assert (run.state, run.done, verbs(run)) == ("done", 2, ["publishing.asked", "publishing.done"])
    row = Published.objects.get(code="solved")
    assert verbs(row) == ["published.made"]
    before = [("全区", 1, 3, 1), ("水利局", 1, 3, 1)]
    assert numbers(story, row) == before
    leader = story.cast.viewer("何区长")
    listed = queries.frozen(leader, row)
    assert {(r.case, r.level, r.left_out) for r in listed.rows} == {
        (story.cases[0], "解决了", False),
        (story.cases[1], "部分解决", False),
        (story.cases[2], "没有解决", True),
    }

    # afterwards the case is answered anew, no longer left out, and the formula is another
    sign_again(story)
    actions.set_formula(
        code="solved",
        said=wording("solved", weights={"yes": "1", "partly": "0.5", "no": "0"}),
        by=story.cast.viewer("赵工"),
    )
    assert numbers(story, row) == before
    now = queries.frozen(leader, row).rows
    assert [(r.number, r.level, r.left_out) for r in now] == [(r.number, r.level, r.left_out) for r in listed.rows]
    assert queries.proves(row)
    assert queries.formula_of(row).label == "solved/0"


def test_weights_are_in_the_published_number(story):
    said = wording("satisfied", weights={"very": "1", "fairly": "0.8", "not": "0"})
    actions.set_formula(code="satisfied", said=said, by=story.cast.viewer("赵工"))
    publish(story, "satisfied")
    line = queries.lines_of(story.cast.viewer("何区长"), Published.objects.get())[0]
    assert (line.whole.numerator, line.whole.denominator, line.whole.percent) == (Decimal("1.8"), 3, 60.0)
    assert queries.proves(Published.objects.get())


@pytest.mark.parametrize("table", ["published", "publishedline", "frozenrows"])
@pytest.mark.parametrize("statement", ["UPDATE formulas_{} SET id = id", "DELETE FROM formulas_{}"])
def test_the_database_refuses_to_change_it(story, table, statement):
    publish(story)
    with pytest.raises(DatabaseError, match="只增不改"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))


def test_a_list_that_was_tampered_with_past_the_guard_proves_nothing(story):
    publish(story, "solved")
    row = Published.objects.get()
    assert queries.proves(row)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE formulas_frozenrows SET levels = array_fill(0::smallint, ARRAY[cardinality(levels)])")
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert not queries.proves(row)


def test_a_wrong_one_is_retracted_and_the_next_says_what_it_corrects(story):
    publish(story, "solved")
    wrong = Published.objects.get()
    with pytest.raises(PublishedBefore, match="解决率"):
        publish(story, "solved")
    by = story.cast.viewer("莫刚")
    with pytest.raises(BadInput):
        actions.retract(published=wrong, reason=" ", by=by)
    actions.retract(published=wrong, reason="漏了一件剔除", by=by)
    assert verbs(wrong) == ["published.made", "published.retracted"]
    with pytest.raises(AlreadyRetracted):
        actions.retract(published=wrong, reason="再撤", by=by)
    publish(story, "solved")
    right = Published.objects.order_by("-pk").first()
    assert right.corrects == wrong
    assert queries.replaced_by(wrong) == right
    assert numbers(story, wrong)


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"who": "李小英"}, NotAllowed),
        ({"until": date(2025, 1, 1)}, BadInput),
        ({"until": date(2030, 1, 1)}, BadInput),
    ],
)
def test_not_by_everybody_and_not_of_days_to_come(story, said, error):
    with pytest.raises(error):
        publish(story, **said)


def test_many_rows_are_counted_by_a_job_a_rate_at_a_time(story, monkeypatch):
    """Lists of two rows a piece, so that three rows take two; the worker dies between two rates and comes back."""
    monkeypatch.setattr(publishing, "AT_ONCE", 2)
    monkeypatch.setattr(frozen, "IN_A_ROW", 2)
    monkeypatch.setattr(read, "PAGE", 2)
    run = publish(story)
    assert (run.state, deferred("formulas.publish")) == ("waiting", [{"publishing_id": run.pk}])
    with pytest.raises(StillCounting):
        publish(story)
    publishing._publish_one(run, "solved")
    for _ in range(2):
        actions.run_publishing(publishing_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.done, run.share) == ("done", 2, 100.0)
    solved = Published.objects.get(code="solved")
    assert FrozenRows.objects.filter(published=solved).count() == 2
    leader, water = story.cast.viewer("何区长"), story.cast.units["水利局"].pk
    first = queries.frozen(leader, solved, unit_id=water)
    rest = queries.frozen(leader, solved, unit_id=water, after=first.after)
    assert (len(first.rows), len(rest.rows), rest.after, first.total) == (2, 1, None, 3)
    assert len({r.key for r in (*first.rows, *rest.rows)}) == 3
    assert queries.proves(solved)


def test_a_unit_leader_opens_her_own_list_only(story):
    publish(story, "solved")
    row, leader = Published.objects.get(), story.cast.viewer("陆局长")
    assert len(queries.frozen(leader, row, unit_id=story.cast.units["水利局"].pk).rows) == 3
    for unit_id in (0, story.cast.units["住建局"].pk):
        with pytest.raises(NotVisible):
            queries.frozen(leader, row, unit_id=unit_id)
    assert [name for name, *_ in numbers(story, row, "陆局长")] == ["全区", "水利局"]


def test_numbers_go_out_by_themselves_only_where_the_office_says_so(story):
    monday = clock.today() + timedelta(days=7 - clock.today().weekday())
    assert actions.publish_by_habit(today=monday) == []
    habit = actions.set_habit(weekly=True, monthly=False, by=story.cast.viewer("莫刚"))
    assert verbs(habit) == ["habit.set"]
    assert actions.publish_by_habit(today=monday + timedelta(days=1)) == []
    (run,) = actions.publish_by_habit(today=monday)
    assert (run.since, run.until, run.total) == (monday - timedelta(days=7), monday - timedelta(days=1), 8)
    assert actions.publish_by_habit(today=monday) == []
    assert Published.objects.get(code="solved").by is None
    assert queries.proves(Published.objects.get(code="assigned"))
