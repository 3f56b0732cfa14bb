"""For pages: the words that two texts share, marked in both, and a short name for many cases."""

from collections.abc import Sequence

import samequestion as engine
from tongti.cases.models import Case
from tongti.questions.matching.likeness import message_of
from tongti.questions.matching.loaded import model


def shared_words_of(one: Case, other: Case) -> tuple[str, ...]:
    """Words that both cases use, the most telling first."""
    used = model()
    return engine.shared_words(engine.features(message_of(one), used), engine.features(message_of(other), used), used)


def title_words_of(case: Case, title: str) -> tuple[str, ...]:
    """Words that a case shares with a question's title, for a question whose cases this viewer may not read."""
    used = model()
    own = engine.features(engine.Message(id="", title=title), used)
    return engine.shared_words(own, engine.features(message_of(case), used), used)


def marked(text: str, words: Sequence[str]) -> list[tuple[str, bool]]:
    """The text cut into pieces, each with whether it is a shared word."""
    return engine.mark(text, list(words))


def title_for(cases: Sequence[Case]) -> str:
    """A short name from the members' own titles, at most 80 characters."""
    return engine.propose_title([message_of(case) for case in cases])[:80]
