"""附件: photos and papers, cleaned, under random names outside the web root."""

from collections.abc import Sequence

from tongti.cases.models import Attachment, Case
from tongti.shared import clock
from tongti.shared.actor import Actor
from tongti.shared.uploads import CleanUpload, store


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
            path=store(file.content, "cases"),
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
