"""走访照片: checked by content and redrawn without EXIF, each one sending of its own, so that a weak signal loses one and not all."""

import uuid

from django.db import IntegrityError, transaction

from tongti.shared import clock
from tongti.shared.errors import BadInput, NotVisible
from tongti.shared.uploads import Upload, check_and_clean, store
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer
from tongti.visits import access
from tongti.visits.models import Visit, VisitPhoto

MOST_PHOTOS = 9


def add_photo(*, visit: Visit, key: uuid.UUID, upload: Upload, by: Viewer) -> VisitPhoto:
    """Keep one photo of a visit; the same ``key``, or the same picture, is kept once. Raises NotVisible, BadInput."""
    by.require(May.VISIT)
    if not Visit.objects.filter(access.writable(by), pk=visit.pk).exists():
        raise NotVisible
    if known := _known(visit, key):
        return known
    clean = check_and_clean(upload.name, upload.content)
    if not clean.content_type.startswith("image/"):
        raise BadInput("photos", "这里只能放照片（JPG、PNG）。")
    if twin := VisitPhoto.objects.filter(visit=visit, sha256=clean.sha256).first():
        return twin
    try:
        return _keep(visit, key, clean.content, clean.given_name, clean.content_type, clean.sha256, by=by)
    except IntegrityError:
        # The same sending, at this very moment, on another connection.
        return VisitPhoto.objects.get(visit=visit, sha256=clean.sha256)


def _known(visit: Visit, key: uuid.UUID) -> VisitPhoto | None:
    found = VisitPhoto.objects.filter(key=key).first()
    if found is not None and found.visit_id != visit.pk:
        raise NotVisible
    return found


@transaction.atomic
def _keep(
    visit: Visit, key: uuid.UUID, content: bytes, name: str, content_type: str, sha256: str, *, by: Viewer
) -> VisitPhoto:
    Visit.objects.select_for_update().only("pk").get(pk=visit.pk)
    if VisitPhoto.objects.filter(visit=visit).count() >= MOST_PHOTOS:
        raise BadInput("photos", f"一次走访最多 {MOST_PHOTOS} 张照片。")
    photo = VisitPhoto.objects.create(
        key=key,
        visit=visit,
        path=store(content, "visits"),
        given_name=name,
        content_type=content_type,
        size=len(content),
        sha256=sha256,
        by_id=by.officer_id,
        at=clock.now(),
    )
    trail.record("visit.photo_added", visit, by=by, facts={"photo": photo.pk})
    return photo
