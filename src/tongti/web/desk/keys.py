"""快捷键: the sheet as a page, for reading beforehand and for browsers without script; there the keys are switched off and on."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tongti.web import shortcuts
from tongti.web.desk.doors import DeskRequest, desk


@require_safe
@desk()
def page(request: DeskRequest) -> HttpResponse:
    """Every key, by kind of work."""
    return render(request, "desk/keys.html", {"sheets": shortcuts.SHEETS})
