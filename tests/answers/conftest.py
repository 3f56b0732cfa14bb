"""The same people as in the relay's stories, one step further: everybody signed for it."""

from datetime import datetime

import pytest
import time_machine
from django.utils import timezone

from tests.cast import Cast, make_cast
from tests.relay.stories import Story
from tongti.deadlines.queries import forget_calendar


@pytest.fixture
def cast(db) -> Cast:
    forget_calendar()
    return make_cast()


@pytest.fixture
def story(cast) -> Story:
    return Story(cast)


@pytest.fixture
def on_friday():
    """2026-03-06 09:00, a working Friday with no holiday near."""
    moment = timezone.make_aware(datetime(2026, 3, 6, 9))
    with time_machine.travel(moment, tick=False) as traveller:
        yield traveller
