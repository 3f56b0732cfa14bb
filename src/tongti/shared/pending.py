"""Cleaned files that wait for their case: a folder per form, under the data folder, gone after a day.

A folder's name is random and known to one session only; the files' own names are ours too.
"""

import os
import re
import secrets
import shutil
import time
from pathlib import Path

from django.conf import settings

KEEP_SECONDS = 24 * 3600
SENT_SECONDS = 15 * 60
_FOLDER = re.compile(r"[0-9a-f]{32}")
_SENT = "sent"


def new_folder() -> str:
    """The name of a folder that does not exist yet."""
    return secrets.token_hex(16)


def write(folder: str, content: bytes) -> str:
    """Keep one file; its id inside the folder."""
    home = _path(folder)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    file_id = secrets.token_hex(8)
    with os.fdopen(os.open(home / file_id, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)
    return file_id


def read(folder: str, file_id: str) -> bytes:
    """Raises FileNotFoundError when it was swept away."""
    return (_path(folder) / file_id).read_bytes()


def remove(folder: str, file_id: str) -> None:
    """Take one file out."""
    (_path(folder) / file_id).unlink(missing_ok=True)


def mark_sent(folder: str) -> None:
    """The case has the files now. They go a little later, because the same form may be on its way a second time."""
    if _path(folder).is_dir():
        (_path(folder) / _SENT).touch(mode=0o600)


def forget(folder: str) -> None:
    """Throw the folder away."""
    shutil.rmtree(_path(folder), ignore_errors=True)


def sweep(now: float | None = None) -> int:
    """Delete folders that were sent, and those that nobody touched for a day; answers how many. Run by a timed job."""
    if not _home().is_dir():
        return 0
    now = now or time.time()
    old = [folder for folder in _home().iterdir() if _FOLDER.fullmatch(folder.name) and _is_old(folder, now)]
    for folder in old:
        shutil.rmtree(folder, ignore_errors=True)
    return len(old)


def _is_old(folder: Path, now: float) -> bool:
    keep = SENT_SECONDS if (folder / _SENT).exists() else KEEP_SECONDS
    return folder.stat().st_mtime < now - keep


def _home() -> Path:
    return Path(settings.DATA_DIR) / "pending"


def _path(folder: str) -> Path:
    if not _FOLDER.fullmatch(folder):
        raise ValueError(folder)
    return _home() / folder
