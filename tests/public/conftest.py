"""The district, and a resident at the door."""

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.cast import Cast, make_cast
from tongti.cases import actions as cases
from tongti.cases.actions import Intake
from tongti.questions import actions as questions
from tongti.questions import matching
from tongti.shared import ratelimit
from tongti.shared.actor import Asker

WATER = "临江镇幸福路这一片最近一个星期每天晚上七点到十点停水，家里有老人小孩，打电话没人接，希望尽快恢复供水。"


@pytest.fixture
def cast(db: None) -> Cast:
    ratelimit.forget_all()
    return make_cast()


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def resident(cast: Cast) -> Client:
    """A stranger with a phone in the demo district."""
    return Client()


@pytest.fixture
def another(cast: Cast) -> Client:
    return Client()


@pytest.fixture
def typed(cast: Cast) -> dict[str, str]:
    """A form filled in well."""
    return {
        "key": str(uuid.uuid4()),
        "who": "person",
        "words": WATER,
        "town": str(cast.regions["临江镇"].pk),
        "village": str(cast.regions["幸福社区"].pk),
        "address": "幸福路 18 号",
        "name": "韦大叔",
        "phone": "13800138000",
        "email": "",
    }


def intake(words: str = WATER, **more: Any) -> Intake:
    return Intake(
        **{"key": uuid.uuid4(), "channel": "web", "kind": "help", "body": words, "phone": "13900139000", **more}
    )


@pytest.fixture
def question(cast: Cast) -> Any:
    """三位居民问同一件事，派单员立了题并对外公开。"""
    matching.forget_model()
    dispatcher = cast.viewer("韦晓梅")
    made = [
        cases.register(intake=intake(WATER + f"我是第{n}家。", phone=f"1390013900{n}"), by=Asker(None))
        for n in range(3)
    ]
    found = questions.make(case_ids=[c.pk for c in made], title="临江镇幸福路一带晚高峰停水", by=dispatcher)
    questions.clear_for_public(question=found, public_title="临江镇幸福路一带晚上停水", by=dispatcher)
    found.refresh_from_db()
    return found


@pytest.fixture
def say(resident: Client, typed: dict[str, str]) -> Callable[..., Any]:
    """Both steps of the form; answers the receipt page."""

    def go(client: Client = resident, **change: str) -> Any:
        data = {**typed, "key": str(uuid.uuid4()), **change}
        client.post("/say/", data)
        return client.post("/say/check/", {"key": data["key"]}, follow=True)

    return go
