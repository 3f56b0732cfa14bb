"""Collecting the static files, and knowing when there is nothing to collect."""

import hashlib
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command


def collect() -> bool:
    """Copy, hash and compress all static files; False when the last collection still stands."""
    root = Path(settings.STATIC_ROOT)
    stamp = root / ".collected"
    state = _state()
    if stamp.exists() and stamp.read_text(encoding="ascii") == state:
        return False
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(state, encoding="ascii")
    return True


def _state() -> str:
    """A digest of every source file's name, size and time, and of the versions that process them."""
    digest = hashlib.sha256(f"{version('tongti')} {version('Django')} {version('whitenoise')}".encode())
    for finder in get_finders():
        for name, storage in finder.list(ignore_patterns=[]):
            seen = Path(storage.path(name)).stat()
            digest.update(f"{name} {seen.st_size} {seen.st_mtime_ns}\n".encode())
    return digest.hexdigest()
