"""Runs of characters as hashed numbers, computed in bulk; the same on every machine."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from samequestion.records import U32

_Id = TypeVar("_Id", bound=np.unsignedinteger)


def _mix(h: U32) -> U32:
    """Murmur3's finaliser: spreads every input bit over all output bits."""
    h = (h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    h = (h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return h ^ (h >> np.uint32(16))


def codes(parts: list[str]) -> U32:
    """Code points of the parts, with a 0 between parts so that no n-gram spans two of them."""
    return np.frombuffer("\0".join(parts).encode("utf-32-le"), dtype=np.uint32)


def distinct(ids: NDArray[_Id]) -> NDArray[_Id]:
    """Sorted without repeats (faster than numpy's own on short arrays)."""
    ids = np.sort(ids)
    return ids[np.concatenate(([True], ids[1:] != ids[:-1]))] if len(ids) else ids


def grams_at(text: U32, at: NDArray[np.integer], size: int) -> U32:
    """Hashes of the runs of `size` characters that begin at these positions."""
    h = np.zeros(len(at), dtype=np.uint32)
    for k in range(size):
        h = h * np.uint32(0x01000193) + text[at + k]
    return _mix(h * np.uint32(2) + np.uint32(size))


def grams(text: U32, size: int) -> U32:
    """Hashes of all runs of `size` characters inside a part."""
    return mixed_grams(text, size)[0]


def mixed_grams(text: U32, size: int) -> tuple[U32, NDArray[np.bool_]]:
    """The hashes and, for every position where a run could start, whether it stays inside a part."""
    if len(text) < size:
        return np.empty(0, dtype=np.uint32), np.zeros(len(text), dtype=bool)
    whole = np.ones(len(text) - size + 1, dtype=bool)
    h = np.zeros(len(whole), dtype=np.uint32)
    for k in range(size):
        piece = text[k : k + len(whole)]
        whole &= piece != 0
        h = h * np.uint32(0x01000193) + piece
    return _mix(h[whole] * np.uint32(2) + np.uint32(size)), whole
