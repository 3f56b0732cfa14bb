"""What of many messages does not depend on how common words are: made once, used under any frequencies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from samequestion.batch import Batch
from samequestion.chars import mixed_grams
from samequestion.model import Model
from samequestion.parts import made_in_parts
from samequestion.ragged import Ragged, starts_of
from samequestion.records import F32, I8, I32, IN_TITLE, U8, Features

GENERIC = 2
"""The bit of `Layout.word_kind` that marks a generic word; IN_TITLE marks one of the title."""
MEANINGS = 10
"""Generic title words whose meanings are compared one by one."""
_TOGETHER = 20_000
"""Messages that are laid out together; bounds memory, and threads share the parts."""


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """The runs of one, two or three characters of every title: each once, with the place where it stands first."""

    ids: Ragged
    place: I32

    @classmethod
    def join(cls, parts: Sequence[Runs]) -> Runs:
        """The titles of all parts, one part after the other."""
        return cls(Ragged.join([part.ids for part in parts]), np.concatenate([part.place for part in parts]))


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """A batch with its titles taken apart. `model` only says which words are generic, never how common they are.

    `in_order` lists each title's pairs (as numbers within the title) by their place, `specific` tells which pairs are in
    no generic word. `meanings` are generic title words as rows of `Model.unit_vectors`, (messages, MEANINGS), -1 = none,
    and `meant` their places among the words of the message. `named` are the kinds of the names in the title, one bit
    per kind.
    """

    batch: Batch
    chars: Runs
    pairs: Runs
    triples: Runs
    in_order: I32
    specific: NDArray[np.bool_]
    word_kind: U8
    meanings: I32
    meant: I32
    named: U8
    title_length: F32
    text_length: F32

    def __len__(self) -> int:
        return len(self.batch)

    @classmethod
    def of(cls, features: Sequence[Features] | Batch, model: Model, workers: int = 1) -> Layout:
        """Lay out messages; `workers` threads share a large batch."""
        batch = features if isinstance(features, Batch) else Batch.of(features)
        parts = [*made_in_parts(lambda low, high: _part(batch.part(low, high), model), len(batch), _TOGETHER, workers)]
        return parts[0] if len(parts) == 1 else cls._join(batch, parts)

    @classmethod
    def _join(cls, batch: Batch, parts: Sequence[Layout]) -> Layout:
        return cls(
            batch=batch,
            chars=Runs.join([part.chars for part in parts]),
            pairs=Runs.join([part.pairs for part in parts]),
            triples=Runs.join([part.triples for part in parts]),
            in_order=np.concatenate([part.in_order for part in parts]),
            specific=np.concatenate([part.specific for part in parts]),
            word_kind=np.concatenate([part.word_kind for part in parts]),
            meanings=np.concatenate([part.meanings for part in parts]),
            meant=np.concatenate([part.meant for part in parts]),
            named=np.concatenate([part.named for part in parts]),
            title_length=np.concatenate([part.title_length for part in parts]),
            text_length=np.concatenate([part.text_length for part in parts]),
        )


def _part(batch: Batch, model: Model) -> Layout:
    chars, pairs, triples = (_runs(batch.title, size) for size in (1, 2, 3))
    meaning = model.meaning(batch.words.values)
    in_title = batch.word_flags & np.uint8(IN_TITLE)
    meanings, meant = _meanings(batch.words, meaning, (meaning >= 0) & (in_title > 0))
    by_place = np.lexsort((pairs.place, pairs.ids.rows)) - np.repeat(pairs.ids.starts[:-1], pairs.ids.sizes)
    return Layout(
        batch=batch,
        chars=chars,
        pairs=pairs,
        triples=triples,
        in_order=by_place.astype(np.int32),
        specific=~model.is_generic(pairs.ids.values),
        word_kind=in_title | (meaning >= 0).astype(np.uint8) * np.uint8(GENERIC),
        meanings=meanings,
        meant=meant,
        named=_named(batch),
        title_length=_lengths(batch.title_sense),
        text_length=_lengths(batch.text_sense),
    )


def _runs(title: Ragged, size: int) -> Runs:
    ids, whole = mixed_grams(title.values, size)
    at = np.nonzero(whole)[0]
    row = title.rows[at]
    code = row.astype(np.uint64) << np.uint64(32) | ids
    order = np.argsort(code, kind="stable")
    ordered = code[order]
    first = order[np.concatenate(([True], ordered[1:] != ordered[:-1]))] if len(order) else order
    sizes = np.bincount(row[first], minlength=len(title))
    return Runs(Ragged(ids[first], starts_of(sizes)), (at[first] - title.starts[row[first]]).astype(np.int32))


def _meanings(words: Ragged, meaning: I32, chosen: NDArray[np.bool_]) -> tuple[I32, I32]:
    """(meanings, places) of the first MEANINGS chosen words of every message."""
    at, row = np.nonzero(chosen)[0], words.rows[chosen]
    rank = np.arange(len(row)) - np.searchsorted(row, row)
    at, row, rank = at[rank < MEANINGS], row[rank < MEANINGS], rank[rank < MEANINGS]
    meanings = np.full((len(words), MEANINGS), -1, dtype=np.int32)
    places = np.zeros((len(words), MEANINGS), dtype=np.int32)
    meanings[row, rank], places[row, rank] = meaning[at], at - words.starts[row]
    return meanings, places


def _named(batch: Batch) -> U8:
    kinds = np.where((batch.name_flags & IN_TITLE) > 0, 1 << batch.name_kinds, 0).astype(np.uint8)
    out = np.zeros(len(batch), dtype=np.uint8)
    np.bitwise_or.at(out, batch.names.rows, kinds)
    return out


def _lengths(rows: I8) -> F32:
    """Lengths of sense vectors; tiny, not 0, when nothing is known, so that one may divide by them."""
    squares: F32 = np.einsum("ij,ij->i", rows, rows, dtype=np.float32)
    return np.maximum(np.sqrt(squares), np.float32(1e-6))
