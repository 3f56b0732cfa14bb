"""A paper leaves the house as a file."""

from django.db import transaction

from tongti.papers.access import visible
from tongti.papers.models import Paper
from tongti.shared.errors import NotVisible
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer


@transaction.atomic
def note_taken(*, paper: Paper, form: str, by: Viewer) -> None:
    """Somebody took it as ``form`` (docx, xlsx): written on the trail before the file is made. Raises NotAllowed, NotVisible."""
    by.require(May.EXPORT)
    if not Paper.objects.filter(visible(by), pk=paper.pk).exists():
        raise NotVisible
    trail.record("paper.taken", paper, by=by, facts={"form": form, "state": paper.state})
