"""A folder of finished steps, so that a long run that was stopped goes on instead of starting again."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from samequestion.model import Model
from samequestion.records import FEATURES_FORMAT, Message

Arrays = Mapping[str, NDArray[np.generic]]


class Work:
    """Arrays kept by name in a folder that belongs to one set of messages and one model.

    A step is either there whole or not at all. A folder left by other messages, another model or another version of
    the engine is emptied first.
    """

    _KEY = "key.txt"

    def __init__(self, folder: Path, key: str) -> None:
        self.folder = folder
        if not self._is_ours(key):
            self.drop()
            folder.mkdir(parents=True)
            (folder / self._KEY).write_text(key, encoding="ascii")

    def _is_ours(self, key: str) -> bool:
        try:
            return (self.folder / self._KEY).read_text(encoding="ascii") == key
        except (OSError, UnicodeDecodeError):
            return False

    def has(self, name: str) -> bool:
        """Whether this step is finished."""
        return (self.folder / f"{name}.npz").exists()

    def load(self, name: str) -> dict[str, NDArray[np.generic]] | None:
        """What was kept under this name; None when the step is still to be done."""
        if not self.has(name):
            return None
        with np.load(self.folder / f"{name}.npz", allow_pickle=False) as box:
            return {key: box[key] for key in box.files}

    def keep(self, name: str, arrays: Arrays) -> None:
        """Keep a finished step. Written aside and renamed, so that a stop in between leaves no half step."""
        aside = self.folder / f"{name}.part"
        with aside.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)
        aside.replace(self.folder / f"{name}.npz")

    def drop(self) -> None:
        """Remove the folder: the run is finished."""
        if self.folder.is_dir():
            shutil.rmtree(self.folder)


def key_of(ordered: Iterable[Message], model: Model, fitted: bool) -> str:
    """One number for these messages and this model (and whether frequencies are learned from the messages)."""
    digest = hashlib.blake2b(digest_size=16)
    digest.update(f"{FEATURES_FORMAT} {fitted} {model.settings.to_json()}".encode())
    for array in (model.background, model.counts, model.trees.threshold, model.trees.leaf_value, model.sense_vectors):
        digest.update(array.tobytes())
    for m in ordered:
        digest.update(
            "\x1f".join((m.id, m.title, m.body, str(m.at), m.asker, m.place, "\x1e")).encode("utf-8", "replace")
        )
    return digest.hexdigest()
