"""附件: photos and papers, cleaned, under random names outside the web root."""

import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from tongti.cases.models import Attachment, Case
from tongti.shared import clock
from tongti.shared.actor import Actor
from tongti.shared.uploads import CleanUpload


def keep(case: Case, files: Sequence[CleanUpload], *, by: Actor) -> list[Attachment]:
    """Write cleaned files and their rows inside the caller's transaction; a rollback leaves at most an unnamed file behind.

    A file that the case has already is not kept twice.
    """
    if not files:
        return []
    now = clock.now()
    rows = [
        Attachment(
            case_id=case.pk,
            path=_store(file.content),
            given_name=file.given_name,
            content_type=file.content_type,
            size=len(file.content),
            sha256=file.sha256,
            by_kind=by.kind,
            at=now,
        )
        for file in files
    ]
    # FK checks are deferred to the commit, so rows may come before their case gets its number.
    return Attachment.objects.bulk_create(rows, ignore_conflicts=True)


def _store(content: bytes) -> str:
    """Write and fsync under a random name; the path relative to MEDIA_ROOT."""
    name = secrets.token_hex(16)
    relative = f"cases/{name[:2]}/{name}"
    target = Path(settings.MEDIA_ROOT) / relative
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    return relative
