"""The plot of the demo district holds on any day on which somebody starts it."""

import random
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tongti.project.demo import district
from tongti.project.demo.days import Days
from tongti.project.demo.voices import Names, voices

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "said",
    [
        "2026-11-24 15:00",
        "2026-11-21 10:00",
        "2026-11-23 08:05",
        "2026-10-08 09:00",
        "2027-01-04 00:20",
        "2026-02-24 07:00",
    ],
    ids=[
        "a weekday",
        "saturday",
        "monday morning",
        "after the national day",
        "after new year",
        "after spring festival",
    ],
)
def test_people_ask_before_their_question_is_set_up(said: str) -> None:
    days = Days(datetime.fromisoformat(said).replace(tzinfo=ZoneInfo("Asia/Shanghai")))
    names = Names(district.read("district")["names"], random.Random(1))
    told = [one for file in ("open", "past") for one in district.read(file)["difficulty"] if one.get("steps")]
    assert len(told) >= 14
    for one in told:
        set_up = next(days.at(step["at"]) for step in one["steps"] if step["do"] == "set_up")
        heard = [voice.at for voice in voices(one, names, random.Random(2), [], days.now, days.back)]
        assert sum(at < set_up for at in heard) >= 2, one["key"]
        assert all(at <= days.now for at in heard), one["key"]


def test_steps_come_in_order() -> None:
    days = Days(datetime(2026, 10, 9, 12, tzinfo=ZoneInfo("Asia/Shanghai")))
    for file in ("open", "past"):
        for one in district.read(file)["difficulty"]:
            moments = [days.at(step["at"]) for step in one.get("steps", [])]
            assert moments == sorted(moments), one["key"]
