"""The simulated year, short: real jobs in a process that is killed, and everything still adds up (the long one: bench/year)."""

import pytest

from bench.year.__main__ import simulate
from tongti.deadlines.actions import recounting

LIVED = ("急件，假日", "签收", "提异议", "协办按时交", "签发", "退回重写", "自己评价", "延期同意", "挂账同意", "暂停计时",
         "提前接着计时", "开离岗代办单",
         "单位更名", "单位合并", "临时放假通知", "通知撤下")  # fmt: skip


@pytest.mark.slow
def test_weeks_with_a_worker_that_dies_lose_nothing(transactional_db, monkeypatch):
    monkeypatch.setattr(recounting, "LOT", 6)  # a few dozen batons are open: several lots
    found, facts = simulate(70, crashes=3, seed=11, days=18, alone=0.8, every=(5, 8, 3))
    assert [check.as_json() for check in found if not check.holds] == []
    assert [what for what in LIVED if what not in facts["happened"]] == []
    assert facts["killed"] >= 3
    assert facts["cases"] == 71
