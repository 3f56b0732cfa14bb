"""For pages: the words that two texts share, marked in both, and a short name for many cases."""

import re
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


_COPIED = re.compile(r"^文字雷同约 (\d+)%$")


def copied_share(reasons: Sequence[dict[str, object]]) -> int:
    """How much of the text is the same as another's, in percent, as the stored reasons say; 0 when it is the asker's own."""
    found = [_COPIED.match(str(reason.get("words", ""))) for reason in reasons]
    return max((int(match[1]) for match in found if match), default=0)


def excerpt(text: str, words: Sequence[str], limit: int) -> tuple[str, bool]:
    """(at most ``limit`` characters of the text, whether something was left out). What is shown begins at the start, unless the
    first shared word comes later than that: then it begins shortly before it, so that the page shows why the two are alike."""
    if len(text) <= limit:
        return text, False
    at = 0
    for piece, shared in marked(text, words):
        if shared:
            break
        at += len(piece)
    start = max(0, at - limit // 4) if limit * 3 // 4 < at < len(text) else 0
    return ("…" if start else "") + text[start : start + limit] + ("…" if start + limit < len(text) else ""), True


def title_for(cases: Sequence[Case]) -> str:
    """A short name from the members' own titles, at most 80 characters."""
    return engine.propose_title([message_of(case) for case in cases])[:80]
