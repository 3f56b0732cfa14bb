"""Cases in residents' own words, and the people who work on them."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tests.cast import Cast, make_cast
from tongti.cases.actions import Intake, register
from tongti.cases.models import Case
from tongti.questions import matching
from tongti.shared import clock

Register = Callable[..., Case]

# Three residents, one burst pipe, three ways to say it; written for this test.
WATER = (
    (
        "幸福路晚上停水",
        "幸福路一带每天晚上七点到十点停水，家里有老人小孩，没法做饭洗澡，希望自来水公司尽快恢复供水。",
    ),
    (
        "幸福路停水没人管",
        "我家住幸福路，一到晚上就没有自来水，打自来水公司电话也没人接，到底什么时候恢复供水？",
    ),
    (
        "幸福路一带晚高峰自来水停水",
        "幸福路晚高峰停水快一个星期了，六楼完全没水，请尽快修好幸福路的自来水管。",
    ),
)
LAMP = ("江边村路灯不亮", "江边村进村道路的路灯坏了两个月，夜里走路看不见，希望修一修路灯。")


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture(autouse=True)
def _fresh_model() -> None:
    matching.forget_model()


@pytest.fixture
def register_case(cast: Cast) -> Register:
    """``register_case("题目", "原话", phone="139…")``: a case through the real door."""

    def one(title: str = "", body: str = "", *, phone: str = "", place: str = "临江镇", **more: object) -> Case:
        received: datetime = more.pop("received_at", clock.now() - timedelta(hours=1))  # type: ignore[assignment]
        intake = Intake(
            key=uuid.uuid4(),
            channel=str(more.pop("channel", "web")),
            kind="help",
            title=title,
            body=body or title,
            place_id=cast.regions[place].pk,
            phone=phone,
            received_at=received,
            **more,  # type: ignore[arg-type]
        )
        return register(intake=intake, by=cast.viewer("李小英"))

    return one


@pytest.fixture
def water(register_case: Register) -> list[Case]:
    """Three cases about the same water, from three phones."""
    return [register_case(title, body, phone=f"1380000000{n}") for n, (title, body) in enumerate(WATER)]
