"""Keys of this installation: made once, kept beside the data, never in the database.

A thief of the database alone can then neither read a phone number, nor look one up, nor forge the trail.
"""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Secrets:
    """Every key is 32 random bytes as hex; each serves one purpose only."""

    django: str
    field: str
    index: str
    trail: str
    number: str


def load_or_create(data_dir: Path) -> Secrets:
    """The keys in ``data_dir/secrets.json``; on first use they are drawn and written with mode 0600."""
    path = data_dir / "secrets.json"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        fresh = Secrets(**{name: secrets.token_hex(32) for name in Secrets.__dataclass_fields__})
        _write_once(path, json.dumps(asdict(fresh), indent=2))
    return Secrets(**json.loads(path.read_text(encoding="utf-8")))


def _write_once(path: Path, text: str) -> None:
    # Written whole, then linked: two processes that start together must end with the same keys, and neither read half a file.
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)
