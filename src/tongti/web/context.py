"""What every template may count on: the site's names, the reader's look, today, and the rail."""

from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from tongti.deadlines.queries import day_kind
from tongti.shared import clock
from tongti.web import nav, shortcuts, staying
from tongti.web.appearance import Look
from tongti.web.wording import weekday


def site(request: HttpRequest) -> dict[str, Any]:
    """Lazy where it costs a query, so a page without a rail pays nothing for it."""
    day = clock.today()
    return {
        "site_name": getattr(settings, "SITE_NAME", "同题共答"),
        "district_name": getattr(settings, "DISTRICT_NAME", "云岭区"),
        "owner_name": getattr(settings, "OWNER_NAME", "云岭区人民政府"),
        "site_ids": getattr(settings, "SITE_IDS", ""),
        "demo": getattr(settings, "DEMO", False),
        "look": getattr(request, "look", Look()),
        "today": day,
        "weekday": weekday(day),
        "day_kind": SimpleLazyObject(partial(day_kind, day)),
        "staying": SimpleLazyObject(partial(staying.of, request)),
        "general_keys": shortcuts.GENERAL,
        "seats": getattr(getattr(request, "viewer", None), "seats", ()),
        "nav_groups": SimpleLazyObject(partial(nav.for_request, request)),
    }
