"""How often: counted in the database, together over all processes."""

import pytest
from django.db import connection

from tongti.shared import ratelimit
from tongti.shared.ratelimit import TooOften, hit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _afresh(db: None) -> None:
    """Tests with real transactions leave their counts behind."""
    ratelimit.forget_all()


def wind_back(seconds: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ratelimit SET empty_at = empty_at - %s * interval '1 second'", [seconds])


def test_the_limit_is_reached_and_room_comes_back_bit_by_bit():
    for _ in range(5):
        hit("submit", "10.0.0.1", 5, 600)
    with pytest.raises(TooOften, match="2 分钟"):
        hit("submit", "10.0.0.1", 5, 600)
    wind_back(121)
    hit("submit", "10.0.0.1", 5, 600)
    with pytest.raises(TooOften):
        hit("submit", "10.0.0.1", 5, 600)


def test_others_and_other_purposes_are_not_affected():
    hit("track", "10.0.0.1", 1, 600)
    hit("track", "10.0.0.2", 1, 600)
    hit("submit", "10.0.0.1", 1, 600)
    hit("track", b"\x01\x02", 1, 600)


def test_no_name_no_count_and_who_it_was_is_not_readable():
    for _ in range(3):
        hit("submit", "", 1, 600)
    hit("submit", "10.0.0.1", 1, 600)
    with connection.cursor() as cursor:
        cursor.execute("SELECT bucket FROM ratelimit")
        assert [b"10.0" in bytes(bucket) for (bucket,) in cursor.fetchall()] == [False]


def test_one_statement_for_a_try_that_passes(django_assert_num_queries):
    with django_assert_num_queries(1):
        hit("submit", "10.0.0.1", 5, 600)


def test_a_slip_is_forgiven_and_empty_buckets_are_swept():
    hit("track", "10.0.0.1", 1, 600)
    ratelimit.forgive("track", "10.0.0.1")
    hit("track", "10.0.0.1", 1, 600)
    assert ratelimit.sweep() == 0
    wind_back(601)
    assert ratelimit.sweep() == 1


def test_the_sentence_and_status():
    hit("x", "a", 1, 30)
    with pytest.raises(TooOften) as refusal:
        hit("x", "a", 1, 30)
    assert refusal.value.status == 429
    assert "写的内容不用删" in refusal.value.sentence
