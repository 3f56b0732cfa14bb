"""The simulated year, short: real jobs in a process that is killed, and everything still adds up (the long one: bench/year)."""

import pytest

from bench.year.__main__ import simulate


@pytest.mark.slow
def test_six_weeks_with_a_worker_that_dies_lose_nothing(transactional_db):
    found, facts = simulate(150, crashes=5, seed=11, days=45)
    assert facts["cases"] >= 100
    assert facts["happened"]["answered"] > 20
    assert [check.as_json() for check in found if not check.holds] == []
