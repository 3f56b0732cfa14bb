"""A paper leaves the house as a file."""

from django.db import transaction

from tongti.papers.access import may_take, visible
from tongti.papers.models import Paper
from tongti.shared.errors import NotAllowed, NotVisible
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer


@transaction.atomic
def note_taken(*, paper: Paper, form: str, named: bool = False, by: Viewer) -> None:
    """Somebody took it as ``form`` (docx, pdf, xlsx), with the asker's full name or masked: written on the trail before the file is
    made. Raises NotAllowed, NotVisible."""
    if not may_take(by, paper):
        raise NotAllowed(what=May.EXPORT.value)
    if not Paper.objects.filter(visible(by), pk=paper.pk).exists():
        raise NotVisible
    facts = {"form": form, "state": paper.state} | ({"named": True} if named else {})
    trail.record("paper.taken", paper, by=by, facts=facts)
