"""Where most stories of the relay begin: Friday 6 March 2026, five callers, one question, dispatched to four units."""

import pytest

from tongti.deadlines.actions import load_samples
from tongti.shared.uploads import Upload

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture
def in_hand(story, on_friday):
    """The question, dispatched a moment ago: 水利局 leads until 13 March, the others are due on the 11th."""
    load_samples()
    question = story.question()
    story.dispatch(question)
    return question


@pytest.fixture
def paper():
    """A paper that proves something."""
    return Upload("检测委托书.pdf", PDF)
