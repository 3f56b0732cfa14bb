"""Reference data that is shown is kept for seconds, and never inside a transaction."""

import pytest
from django.db import transaction

from tongti.shared import kept as module
from tongti.shared.kept import forget_all, kept


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1000.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


@pytest.mark.django_db(transaction=True)
def test_read_again_after_some_seconds_and_when_told_to_forget(clock: list[float]) -> None:
    calls: list[str] = []

    @kept
    def read(name: str) -> int:
        calls.append(name)
        return len(calls)

    assert [read("a"), read("a"), read("b"), read(name="a")] == [1, 1, 2, 3]
    clock[0] += module.KEEP_SECONDS
    assert read("a") == 4
    forget_all()
    assert read("a") == 5


@pytest.mark.django_db(transaction=True)
def test_inside_a_transaction_everything_is_read_afresh(clock: list[float]) -> None:
    calls: list[int] = []

    @kept
    def read() -> int:
        calls.append(1)
        return len(calls)

    assert [read(), read()] == [1, 1]
    with transaction.atomic():
        assert [read(), read()] == [2, 3]
    assert read() == 1


@pytest.mark.django_db(transaction=True)
def test_it_never_grows_for_ever(clock: list[float]) -> None:
    calls: list[int] = []

    @kept
    def read(number: int) -> int:
        calls.append(number)
        return number

    for number in range(module.MOST + 1):
        assert read(number) == number
    assert read(0) == 0
    assert len(calls) == module.MOST + 2
