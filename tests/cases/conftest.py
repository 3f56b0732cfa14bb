"""Fixtures of the case stories."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from tests.cast import Cast, make_cast
from tongti.cases import actions
from tongti.cases.actions import Intake
from tongti.cases.models import Case
from tongti.trail.models import Event

WATER = "幸福路晚上七点以后停水，六楼没有水，已经一个星期了。"


def call(**change: Any) -> Intake:
    """What 李小英 types when somebody calls about the water."""
    return Intake(**{"key": uuid.uuid4(), "channel": "phone", "kind": "help", "body": WATER} | change)


def verbs(case: Any) -> list[str]:
    """The trail of an object, oldest first."""
    rows = Event.objects.filter(object_kind=case._meta.label_lower, object_id=case.pk).order_by("seq")
    return list(rows.values_list("verb", flat=True))


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def registered(cast: Cast) -> Callable[..., Case]:
    """``registered(phone=…)``: one more case, taken by 李小英."""

    def make(**change: Any) -> Case:
        return actions.register(intake=call(**change), by=cast.viewer("李小英"))

    return make


@pytest.fixture
def dispatched(cast: Cast, registered: Callable[..., Case]) -> Callable[..., Case]:
    """A case that 水利局 holds, with 自来水公司 helping."""

    def make(**change: Any) -> Case:
        case = registered(**change)
        units = cast.units
        actions.pass_to(
            case_ids=[case.pk],
            holder_id=units["水利局"].pk,
            unit_ids=[units["自来水公司"].pk],
            due_on=None,
            by=cast.viewer("韦晓梅"),
            verb="case.dispatched",
        )
        case.refresh_from_db()
        return case

    return make
