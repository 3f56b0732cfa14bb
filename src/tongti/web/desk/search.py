"""搜索: what a clerk types stays out of addresses and logs, so the search is a POST, its next pages too."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from tongti.cases import queries as cases
from tongti.units.access import May
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.inbox import lines


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
@desk(May.SEE)
def page(request: DeskRequest) -> HttpResponse:
    """A number that is found opens its case at once."""
    if request.method == "GET":
        return render(
            request,
            "desk/cases/search.html",
            {"q": "", "found": None, "phones": cases.may_search_phones(request.viewer)},
        )
    typed = request.POST.get("q", "").strip()
    found = cases.search(request.viewer, typed, cursor=request.POST.get("after", ""))
    if found.how.startswith("编号 ") and len(found.page.rows) == 1:
        return redirect("desk:case", pk=found.page.rows[0].pk)
    context = {
        "q": typed,
        "found": found,
        "page": found.page,
        "rows": lines(request.viewer, found.page.rows),
        "phones": cases.may_search_phones(request.viewer),
    }
    return render(request, "desk/cases/search.html", context)
