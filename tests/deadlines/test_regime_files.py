"""Regimes travel as JSON: what differs becomes the next version, what is the same stays."""

import json
from typing import Any

import pytest

from tests.cast import Cast, make_cast
from tongti.deadlines import actions
from tongti.deadlines.models import Regime
from tongti.units import transfer
from tongti.units.transfer import sheets


@pytest.fixture
def cast(db: None) -> Cast:
    cast = make_cast()
    actions.load_samples()
    return cast


def _exported(cast: Cast) -> dict[str, Any]:
    return json.loads(transfer.export(kind="regimes", by=cast.viewer("赵工"))[1])


def test_what_goes_out_comes_in_without_effect(cast: Cast) -> None:
    plan = transfer.plan(kind="regimes", content=sheets.write_json(_exported(cast)), by=cast.viewer("赵工"))
    assert (plan.new, plan.changed, plan.wrong) == (0, 0, 0), plan.lines
    assert plan.same == Regime.objects.filter(valid_to=None).count()


def test_a_changed_limit_becomes_the_next_version(cast: Cast) -> None:
    admin, found = cast.viewer("赵工"), _exported(cast)
    ordinary = next(row for row in found["regimes"] if row["code"] == "ordinary")
    next(clock for clock in ordinary["clocks"] if clock["code"] == "handle")["amount"] = 6
    content = sheets.write_json({"regimes": [ordinary]})
    plan = transfer.plan(kind="regimes", content=content, by=admin)
    assert [(line.state, line.words) for line in plan.lines] == [("changed", ("第 2 版",))]
    assert Regime.objects.filter(code="ordinary").count() == 1
    transfer.apply(kept=plan.kept, by=admin)
    assert Regime.objects.get(code="ordinary", valid_to=None).clocks.get(code="handle").amount == 6
    assert transfer.plan(kind="regimes", content=content, by=admin).same == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"clocks": None},
        {"clocks": [7]},
        {"clocks": [{"code": "handle", "amount": "5", "unit": "wd"}]},
        {"clocks": [{"code": "handle", "amount": True, "unit": "wd"}]},
        {"clocks": [{"code": "handle", "amount": 5, "unit": "fortnight"}]},
        {"clocks": [{"code": ["handle"], "amount": 5, "unit": "wd"}]},
        {"clocks": [{"code": "handle", "amount": 5, "unit": "wd", "pauses": ["hearing"]}]},
        {"clocks": []},
        {"name": 3},
        {"name": "长" * 61},
        {"source": ""},
        {"applies_channels": "web"},
        {"applies_joint": "maybe"},
        {"in_use": "yes"},
        {"priority": 10**9},
        {"code": ""},
    ],
)
def test_a_wrong_regime_gets_a_sentence(cast: Cast, wrong: dict[str, Any]) -> None:
    row = next(row for row in _exported(cast)["regimes"] if row["code"] == "ordinary") | wrong
    plan = transfer.plan(kind="regimes", content=sheets.write_json({"regimes": [row, 5]}), by=cast.viewer("赵工"))
    assert [line.state for line in plan.lines] == ["wrong", "wrong"]
    assert all(line.words[0].endswith("。") for line in plan.lines)
