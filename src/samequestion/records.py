"""The values that go into and come out of the engine. All are immutable and know nothing of files or databases."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from samequestion.errors import ModelMismatch

U8 = NDArray[np.uint8]
U16 = NDArray[np.uint16]
I8 = NDArray[np.int8]
U32 = NDArray[np.uint32]
F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]

FEATURES_FORMAT = 2
"""Raised whenever the stored bytes of `Features` change shape; stored features of another format must be remade."""

DAMAGED = "特征数据已损坏，请重新提取特征"

IN_TITLE = 1
IN_BODY = 2


@dataclass(frozen=True, slots=True)
class Message:
    """One message as a person sent it.

    `at` is when it was received (None = unknown), `asker` any stable name of the sender (empty = unknown; only
    compared for equality), `place` the township, village or community chosen on the form (may be empty).
    """

    id: str
    title: str = ""
    body: str = ""
    at: datetime | None = None
    asker: str = ""
    place: str = ""

    def __reduce__(self) -> tuple[type[Message], tuple[object, ...]]:
        """Half the time of what dataclasses do by themselves: a million messages travel to other processes."""
        return Message, (self.id, self.title, self.body, self.at, self.asker, self.place)


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """Everything the engine remembers of one message; made by `samequestion.features`, stored beside the case.

    Arrays of ids are sorted and without repeats. `word_flags` / `name_flags` combine IN_TITLE and IN_BODY.
    `title` is the cleaned title, its clauses parted by one space; `text_pairs` are the character pairs of title and
    body; `title_sense` and `text_sense` point where the generic words point (see `Model.sense`).
    `words` and `names` are the display texts of `word_ids` and `name_ids`, in the same order.
    """

    word_ids: U32
    word_flags: U8
    words: tuple[str, ...]
    title: str
    text_pairs: U32
    name_ids: U32
    name_kinds: U8
    name_flags: U8
    names: tuple[str, ...]
    title_topics: U8
    topics: U8
    numbers: U32
    areas: U32
    sketch: U32
    title_sense: I8
    text_sense: I8
    minute: int
    asker: int
    place: int
    place_name: str
    title_length: int
    body_length: int

    ARRAYS: ClassVar[tuple[tuple[str, type[np.unsignedinteger | np.signedinteger]], ...]] = (
        ("word_ids", np.uint32), ("word_flags", np.uint8), ("text_pairs", np.uint32),
        ("name_ids", np.uint32), ("name_kinds", np.uint8), ("name_flags", np.uint8), ("title_topics", np.uint8),
        ("topics", np.uint8), ("numbers", np.uint32), ("areas", np.uint32), ("sketch", np.uint32),
        ("title_sense", np.int8), ("text_sense", np.int8),
    )  # fmt: skip
    _HEAD = struct.Struct("<HqQIHI")

    @staticmethod
    def is_current(data: bytes) -> bool:
        """Whether stored bytes have the format of this engine; others must be made again."""
        return data[:2] == struct.pack("<H", FEATURES_FORMAT)

    def to_bytes(self) -> bytes:
        """Compact, machine-independent bytes; `from_bytes` gives an equal value back."""
        arrays = [np.ascontiguousarray(getattr(self, name), dtype=kind) for name, kind in self.ARRAYS]
        text = "\x1e".join(("\x1f".join(self.words), "\x1f".join(self.names), self.title, self.place_name)).encode()
        sizes = np.array([len(a) for a in arrays], dtype="<u2").tobytes()
        head = self._HEAD.pack(
            FEATURES_FORMAT, self.minute, self.asker, self.place, min(self.title_length, 65535), self.body_length
        )
        data = b"".join(a.astype(a.dtype.newbyteorder("<"), copy=False).tobytes() for a in arrays)
        return head + sizes + data + text

    @classmethod
    def from_bytes(cls, data: bytes) -> Features:
        """Inverse of `to_bytes`. Raises `ModelMismatch` for bytes of another format."""
        try:
            fmt, minute, asker, place, title_length, body_length = cls._HEAD.unpack_from(data)
            if fmt != FEATURES_FORMAT:
                raise ModelMismatch(f"特征格式为 {fmt}，当前引擎为 {FEATURES_FORMAT}，请重新提取特征")
            at = cls._HEAD.size
            sizes = np.frombuffer(data, dtype="<u2", count=len(cls.ARRAYS), offset=at)
            at += 2 * len(cls.ARRAYS)
            arrays = {}
            for (name, kind), size in zip(cls.ARRAYS, sizes.tolist(), strict=True):
                dtype = np.dtype(kind).newbyteorder("<")
                arrays[name] = np.frombuffer(data, dtype=dtype, count=size, offset=at)
                at += size * dtype.itemsize
            words, names, title, place_name = data[at:].decode().split("\x1e")
        except (struct.error, ValueError) as error:
            if isinstance(error, ModelMismatch):
                raise
            raise ModelMismatch(DAMAGED) from error
        return cls(
            words=tuple(words.split("\x1f")) if words else (),
            names=tuple(names.split("\x1f")) if names else (),
            title=title, place_name=place_name, minute=minute, asker=asker, place=place,
            title_length=title_length, body_length=body_length, **arrays,
        )  # fmt: skip

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Features) and self.to_bytes() == other.to_bytes()

    def __hash__(self) -> int:
        return zlib.crc32(self.to_bytes())


@dataclass(frozen=True, slots=True)
class Reason:
    """One piece of evidence in plain Chinese. `weight` is in log-odds: positive speaks for "same question"."""

    text: str
    weight: float

    def __str__(self) -> str:
        sign = "+" if self.weight >= 0 else "−"
        return f"{self.text} {sign}{abs(self.weight):.1f}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """How likely two messages are the same question, and why.

    `weight` is the log-odds behind `probability`; the reasons' weights plus a constant add up to it.
    `shared_words` are words found in both texts, most telling first (see `mark`).
    """

    probability: float
    weight: float
    reasons: tuple[Reason, ...] = ()
    shared_words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Messages that the engine believes to be one question. `members` are message ids, in the order given."""

    id: str
    members: tuple[str, ...]
    title: str
    probability: float
    member_probability: tuple[float, ...] = field(default=())
    askers: int = 0


@dataclass(frozen=True, slots=True)
class Proposal:
    """Where a new message would go: an existing group (with reasons) or, when `group` is None, a group of its own."""

    group: str | None
    probability: float
    comparison: Comparison | None = None
    nearest: str | None = None


@dataclass(frozen=True, slots=True)
class Threshold:
    """What proposing from a probability on would have meant on questions the weights had not seen.

    `precision` is the share of the proposed pairs that people call one question, `recall` the share of all pairs of
    one question (among the candidates) that would have been proposed, `pairs` how many were proposed.
    """

    at: float
    precision: float
    recall: float
    pairs: int
