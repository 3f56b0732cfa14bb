"""A rate is two numbers, a formula and a list; what is left out stays counted beside it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.formulas.conftest import SINCE, UNTIL, approve, ask, judge
from tests.relay.stories import figure, verbs
from tests.verdicts.conftest import sign
from tongti.figures import actions as figures
from tongti.formulas import actions, counters, queries, versions
from tongti.formulas.actions import Wording
from tongti.formulas.errors import NothingChanged
from tongti.formulas.vocabulary import BASES
from tongti.relay import actions as relay
from tongti.reports import actions as reports
from tongti.shared import clock
from tongti.shared.errors import BadInput, NotAllowed, NotVisible


def rates(story, who: str = "何区长", unit: str = "") -> dict[str, queries.Figure]:
    unit_id = story.cast.units[unit].pk if unit else 0
    return {f.code: f for f in queries.rates(story.cast.viewer(who), unit_id, SINCE, UNTIL)}


def wording(code: str, **said) -> Wording:
    was = versions.shipped()[code]
    defaults = {
        "name": was.name,
        "basis": was.basis,
        "weights": {level: was.weights.get(level, "0") for level in was.counted},
        "small": was.small,
        "reasons": was.reasons,
        "source": was.source,
        "verified": False,
        "valid_from": clock.today(),
    }
    return Wording(**(defaults | said))


def test_every_rate_is_what_people_said_and_did(story):
    actions.tally()
    now = rates(story)
    assert {code: (f.numerator, f.denominator) for code, f in now.items()} == {
        "closing": (2, 3),  # hers who was not satisfied is in hand again
        "on_time": (2, 3),
        "responded": (3, 3),
        "solved": (1, 3),
        "satisfied": (2, 3),
        "again": (0, 3),
        "redone": (1, 3),
        "assigned": (1, 1),
    }
    assert (now["satisfied"].percent, now["satisfied"].words, now["satisfied"].small) == (66.7, "66.7%", True)
    assert now["satisfied"].formula == "satisfied/0"
    assert rates(story, unit="水利局")["solved"].denominator == 3
    nothing = rates(story, unit="住建局")["solved"]
    assert (nothing.percent, nothing.words, nothing.small) == (None, "无诉求", False)
    assert not any(view.verified for view in versions.shipped().values())


def test_the_hourly_count_changes_nothing_twice_and_is_checked_every_night(story):
    assert actions.tally() > 0
    assert actions.tally() == actions.tally(whole=True) == 0
    assert figure("due_closed_in_time") == 2
    check = reports.check_figures()
    assert check.drifts == []
    figures.add([figures.Count("answered_redone", clock.today(), amount=5)])
    assert actions.tally() == 1
    assert figure("answered_redone") == 1


def test_whoever_asks_again_within_ninety_days_counts_against_the_answer(story):
    first = story.cases[0]
    with time_machine.travel(clock.now() + timedelta(days=89), tick=True):
        story.call("又停水了", repeat_of_id=first.pk)
        actions.tally()
        assert (rates(story)["again"].numerator, rates(story)["again"].lower) == (1, True)
    second = story.cases[1]
    with time_machine.travel(clock.now() + timedelta(days=91), tick=True):
        story.call("又停水了", repeat_of_id=second.pk)
        actions.tally()
        assert rates(story)["again"].numerator == 1


def test_a_first_unit_that_was_not_the_right_one_costs_accuracy(story):
    case = story.call("路灯不亮")
    story.dispatch(case=case, helpers=[], territory_id=None)
    by = story.cast.viewer("韦晓梅")
    relay.redispatch(
        baton=story.baton("水利局", case=case), to_unit_id=story.cast.units["住建局"].pk, reason="路灯归住建", by=by
    )
    actions.tally()
    assigned = rates(story)["assigned"]
    assert (assigned.numerator, assigned.denominator) == (1, 2)
    # the unit that it went to instead was not the first
    assert rates(story, unit="住建局")["assigned"].denominator == 0


def test_what_is_left_out_stays_in_sight(story):
    row = ask(story, story.cases[2])
    assert rates(story)["solved"].excluded is None
    approve(story, row)
    now = rates(story)
    assert (now["solved"].numerator, now["solved"].denominator, now["solved"].excluded) == (1, 3, (0, 1))
    assert (now["solved"].left.plain, now["solved"].left.denominator, now["solved"].left_words) == (1, 2, "50%")
    assert now["responded"].excluded is None  # she asked for two rates only
    assert actions.tally() is not None
    assert rates(story)["solved"] == now["solved"]

    actions.withdraw_exclusion(exclusion=row, reason="不是重复的", by=story.cast.viewer("莫刚"))
    assert rates(story)["solved"].excluded is None
    assert reports.check_figures().drifts == []


def test_what_happens_later_to_a_case_that_is_left_out_is_left_out_too(story):
    """Hers came back, was answered and judged again after it had been left out: the next hourly count takes that in."""
    approve(story, ask(story, story.cases[2]))
    sign_again(story)
    judge(story.cases[2], "yes", "very")
    assert rates(story)["solved"].denominator == 4
    actions.tally()
    assert rates(story)["solved"].excluded == (1, 2)


def sign_again(story) -> None:
    baton = story.baton("水利局")
    if baton.state == "offered":
        relay.accept(baton=baton, by=story.cast.viewer("黄志强"))
    sign(story, **({"question": baton.question} if baton.question else {"case": baton.case}))


@pytest.mark.parametrize("only", ["", "met", "unmet"])
def test_every_number_opens_a_list_of_as_many(story, only):
    actions.tally()
    leader = story.cast.viewer("何区长")
    for code, found in rates(story).items():
        _, rows = queries.behind(leader, code, SINCE, UNTIL, only=only)
        n = {"": found.denominator, "met": found.numerator, "unmet": found.denominator - found.numerator}[only]
        assert (code, len(rows)) == (code, n)
        assert all(row.number != "—" for row in rows)


def test_a_list_shows_of_a_unit_what_its_leader_may_see(story):
    leader, water = story.cast.viewer("陆局长"), story.cast.units["水利局"].pk
    _, rows = queries.behind(leader, "solved", SINCE, UNTIL)
    assert [row.case is not None for row in rows] == [True] * 3
    with pytest.raises(NotVisible):
        queries.rates(leader, story.cast.units["住建局"].pk, SINCE, UNTIL)
    with pytest.raises(NotAllowed):
        queries.rates(story.cast.viewer("黄志强"), water, SINCE, UNTIL)
    approve(story, ask(story, story.cases[2]))
    _, out = queries.behind(leader, "solved", SINCE, UNTIL, only="out")
    assert [row.case for row in out] == [story.cases[2]]


def test_the_rates_cost_the_same_however_many_there_are(story):
    actions.tally()
    viewer, water = story.cast.viewer("何区长"), story.cast.units["水利局"].pk
    with CaptureQueriesContext(
        connection,
    ) as whole:
        queries.rates(viewer, 0, SINCE, UNTIL)
    with CaptureQueriesContext(connection) as unit:
        queries.rates(viewer, water, SINCE, UNTIL)
    with CaptureQueriesContext(connection) as table:
        rows = queries.rates_by_unit(viewer, SINCE, UNTIL)
    assert [row.unit.short_name for row in rows] == ["水利局"]
    assert (len(whole), len(unit), len(table)) == (2, 3, 3)


def test_other_weights_make_a_new_version_from_a_day_on(story):
    """赵工 writes 1 / 0.8 / 0 from the first of the next month: what is older counts as it did."""
    by, from_day = story.cast.viewer("赵工"), date(2026, 4, 1)
    said = wording(
        "satisfied", weights={"very": "1", "fairly": "0.80", "not": "0"}, valid_from=from_day, source="区文件"
    )
    would = queries.preview(actions.checked("satisfied", said), SINCE, UNTIL)
    assert (would.numerator, would.denominator) == (1.8, 3)

    row = actions.set_formula(code="satisfied", said=said, by=by)

    assert verbs(row) == ["formula.changed"]
    assert (row.weights, row.version) == ({"very": "1", "fairly": "0.8"}, 1)
    assert queries.formula_on("satisfied", date(2026, 3, 31)).version == 0
    assert queries.formula_on("satisfied", from_day).label == "satisfied/1"
    assert "基本满意算 0.8" in queries.formula_on("satisfied", from_day).words
    assert rates(story)["satisfied"].whole.numerator == Decimal("1.8")
    with pytest.raises(NothingChanged):
        actions.set_formula(code="satisfied", said=said, by=by)
    with pytest.raises(NotAllowed):
        actions.set_formula(code="satisfied", said=said, by=story.cast.viewer("莫刚"))


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"weights": {"very": "满分"}}, "weight_very"),
        ({"weights": {"very": "1.5"}}, "weight_very"),
        ({"weights": {"very": "NaN"}}, "weight_very"),
        ({"weights": {"very": "0.333"}}, "weight_very"),
        ({"weights": {}}, "weight_very"),
        ({"weights": {"very": "0", "not": "0"}}, "weight_very"),
        ({"basis": "os.system"}, "basis"),
        ({"small": 0}, "small"),
        ({"reasons": ["nobody"]}, "reasons"),
        ({"valid_from": date(2020, 1, 1)}, "valid_from"),
        ({"source": " "}, "source"),
    ],
)
def test_a_formula_that_cannot_be_is_refused_beside_its_field(story, said, field):
    with pytest.raises(BadInput) as refused:
        actions.set_formula(code="satisfied", said=wording("satisfied", **said), by=story.cast.viewer("赵工"))
    assert refused.value.field == field


def test_a_level_may_stand_outside_the_denominator(story):
    """“部分解决” neither solved nor unsolved: not counted at all."""
    said = wording("solved", weights={"yes": "1", "no": "0", "partly": ""})
    actions.set_formula(code="solved", said=said, by=story.cast.viewer("赵工"))
    found = rates(story)["solved"]
    assert (found.numerator, found.denominator) == (1, 2)
    assert len(queries.behind(story.cast.viewer("何区长"), "solved", SINCE, UNTIL)[1]) == 2


def test_every_counter_of_every_basis_has_rows_behind_it(story):
    from tongti.reports.measures import measures

    known = {measure.code for measure in measures()}
    assert {name for basis in BASES.values() for name in basis.counters} <= known
    assert set(counters.HOURLY) <= known
    assert all(
        len(counters.left_out_counter("assigned", b.code, level)) <= 40 for b in BASES.values() for level in b.codes
    )
