"""One matter in hand at 水利局, with helpers, on a Friday; and 莫刚, who watches from outside."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from tests.relay.stories import Story
from tongti.relay.models import Baton
from tongti.supervision import actions
from tongti.supervision.actions import Pressure
from tongti.supervision.models import Item, Proposal

FRIDAY = timezone.make_aware(datetime(2026, 3, 6, 9))


@dataclass
class Watch:
    """Short ways to say what the supervisor and the unit do."""

    story: Story
    question: Any
    traveller: Any

    def __getattr__(self, name: str) -> Any:
        return getattr(self.story, name)

    @property
    def mo(self) -> Any:
        return self.story.cast.viewer("莫刚")

    @property
    def huang(self) -> Any:
        return self.story.cast.viewer("黄志强")

    @property
    def lead(self) -> Baton:
        return self.story.baton("水利局")

    def days_later(self, count: int, hour: int = 9) -> None:
        self.traveller.move_to((FRIDAY + timedelta(days=count)).replace(hour=hour))

    def proposals(self, **where: Any) -> list[Proposal]:
        return list(Proposal.objects.filter(**where).order_by("pk"))

    def open(self, rung: str = "remind", unit: str = "水利局", **more: Any) -> Item:
        words = Pressure(rung=rung, words="请抓紧联系诉求人", **more)
        return actions.open_item(baton=self.story.baton(unit), pressure=words, why="临期没有联系", by=self.mo)


@pytest.fixture
def watch(story):
    with time_machine.travel(FRIDAY, tick=False) as traveller:
        question = story.question(3)
        story.dispatch(question)
        story.accept("水利局", "黄志强")
        yield Watch(story, question, traveller)
