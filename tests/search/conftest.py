"""Stories of the one box: three cases of 李小英, their question, its answer, a firm."""

import pytest

from tests.cases.conftest import call
from tongti.cases import actions as cases
from tongti.search import actions


@pytest.fixture
def told(cast):
    """``told("幸福路晚上停水", title="…")``: one more case, taken by 李小英."""

    def tell(body, **change):
        return cases.register(intake=call(body=body, **change), by=cast.viewer("李小英"))

    return tell


@pytest.fixture
def learned(monkeypatch, run_jobs):
    """``learned()``: the engine has read everything that is there, and the job has learned it, however young it is."""
    from datetime import timedelta

    from tongti.search.actions import learning

    monkeypatch.setattr(learning, "SETTLED", timedelta(seconds=-5))

    def learn():
        run_jobs()
        return actions.learn()

    return learn
