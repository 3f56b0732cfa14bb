"""这个期限怎么算出来的: one baton's clocks, each with every day counted and skipped; made to be printed."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tongti.deadlines import explained
from tongti.relay import queries as relay
from tongti.units.access import May
from tongti.web.desk.doors import DeskRequest, desk


@require_safe
@desk(May.RECEIVE, May.HANDLE, May.SIGN, May.DISPATCH, May.SUPERVISE)
def baton(request: DeskRequest, pk: int) -> HttpResponse:
    """The dates of a baton and what became of them."""
    row = relay.baton_for(request.viewer, pk)
    context = {"baton": row, "clocks": explained.clocks_of(row.explanation), "thing": row.question or row.case}
    return render(request, "desk/relay/deadline.html", context)
