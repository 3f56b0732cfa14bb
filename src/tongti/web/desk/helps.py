"""手册 inside the product: the list of guides, one's own first, and each guide."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tongti.web import guide
from tongti.web.desk.doors import DeskRequest, desk


@require_safe
@desk()
def listing(request: DeskRequest) -> HttpResponse:
    """Every guide with its sections."""
    own = guide.first_for(request.viewer.role_codes)
    ordered = sorted(guide.GUIDES, key=lambda one: one is not own)
    return render(
        request, "desk/help/list.html", {"rows": [(one, guide.sections(one.slug)) for one in ordered], "own": own}
    )


@require_safe
@desk()
def page(request: DeskRequest, slug: str) -> HttpResponse:
    """One guide."""
    found = guide.find(slug)
    if found is None:
        raise Http404
    context = {"guide": found, "text": guide.page(slug), "sections": guide.sections(slug)}
    return render(request, "desk/help/guide.html", context)
