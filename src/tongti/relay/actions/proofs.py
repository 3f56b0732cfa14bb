"""佐证: files that a unit lays beside what it says; cleaned, under random names outside the web root."""

from collections.abc import Sequence

from tongti.relay.models import Baton, Evidence
from tongti.shared import clock
from tongti.shared.uploads import CleanUpload, Upload, clean_all, store
from tongti.units.access import Viewer


def keep_evidence(baton: Baton, uploads: Sequence[Upload | CleanUpload], *, purpose: str, by: Viewer) -> list[Evidence]:
    """Check and keep the files inside the caller's transaction; the same file twice counts once. Raises BadInput."""
    already = Evidence.objects.filter(baton=baton, purpose=purpose)
    cleaned = clean_all(uploads, already=already.count())
    known = set(already.values_list("sha256", flat=True))
    now = clock.now()
    rows = [
        Evidence(
            baton=baton,
            purpose=purpose,
            path=store(file.content, "evidence"),
            given_name=file.given_name,
            content_type=file.content_type,
            size=len(file.content),
            sha256=file.sha256,
            by_id=by.officer_id,
            at=now,
        )
        for file in cleaned
        if file.sha256 not in known
    ]
    return Evidence.objects.bulk_create(rows)
