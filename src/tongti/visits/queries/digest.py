"""The district's open questions, small enough for a phone: what is public of them, and words by which they are known again.

Nothing here is more than what a stranger may read on the portal: public titles of cleared questions. A phone without signal
looks which of these words stand in what is typed; that is a guess, and the page says so. The engine decides on arrival.
"""

import math
from collections import Counter
from typing import Any

from tongti.questions.models import Question
from tongti.shared.text import words

MOST = 2000
OPEN = ("set_up", "handling", "answered")
SHORTEST_WORD = 2
SCALE = 10
"""Weights are whole tenths: a digit each instead of seventeen."""


def digest() -> dict[str, Any]:
    """``words``: [word, weight …]; ``questions``: [id, number, title, askers, [places of its words]] by heat. One query.

    A word's weight is the rarer the heavier (log of questions ÷ questions with it), so that 村 and 问题 decide nothing.
    """
    rows = list(
        Question.objects.filter(state__in=OPEN, cleared_at__isnull=False)
        .exclude(public_title="")
        .order_by("-asker_count", "-id")
        .values_list("id", "number", "public_title", "asker_count")[:MOST]
    )
    own = [[word for word in words(title) if len(word) >= SHORTEST_WORD] for _, _, title, _ in rows]
    seen = Counter(word for each in own for word in each)
    places = {word: at for at, word in enumerate(seen)}
    weights = [max(1, round(SCALE * math.log((1 + len(rows)) / n))) for n in seen.values()]
    return {
        "words": [part for pair in zip(places, weights, strict=True) for part in pair],
        "questions": [
            [pk, number, title, askers, [places[word] for word in each]]
            for (pk, number, title, askers), each in zip(rows, own, strict=True)
        ],
    }
