"""For rooms above whose texts are no cases (needs and offers): how the engine reads such a text, by which keys it is found, which
telling words two of them share, and a short name for one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

import samequestion as engine
from tongti.questions.matching.heavy import HeavyKeys
from tongti.questions.matching.loaded import model

_LIGHT = HeavyKeys.from_bytes(b"")
"""Nothing is known to be heavy: these rooms hold thousands of texts, not millions, and bound what one key may find."""


@dataclass(frozen=True)
class ReadText:
    """A text as it is stored beside its row: ``keys`` for a GIN index, ``data`` for the comparison."""

    keys: list[int]
    data: bytes


def read_texts(texts: Sequence[tuple[str, str]]) -> list[ReadText]:
    """(title, body) → what the engine remembers of each, in the order given."""
    found = engine.features_of_all([engine.Message(id="", title=title, body=body) for title, body in texts], model())
    keys = engine.candidate_keys_of_all(found, model())
    return [ReadText(own, one.to_bytes()) for own, one in zip(keys, found, strict=True)]


def keys_to_ask(asked: engine.Features) -> list[int]:
    """The few telling keys by which texts like this one are looked up, the most telling first."""
    return engine.query_keys(asked, model(), rows=_LIGHT.expected)


def telling_words(one: engine.Features, other: engine.Features) -> list[tuple[str, float]]:
    """Names and words that both use, the rarest first, each with its rarity: 0 (in every message) … 1 (in one or none)."""
    words = engine.shared_words(one, other, model())
    ids = dict(zip(one.words, one.word_ids.tolist(), strict=True)) | dict(
        zip(one.names, one.name_ids.tolist(), strict=True)
    )
    rarity = model().rarity(np.array([ids[word] for word in words], dtype=np.uint32)).tolist()
    return list(zip(words, rarity, strict=True))


def short_name(words: str) -> str:
    """A title for one text, from its own words, at most 40 characters."""
    return engine.propose_title([engine.Message(id="", body=words)])
