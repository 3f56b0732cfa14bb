"""Whose request it is: the address that limits count by."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def address(request: HttpRequest) -> str:
    """The address that asks, an IPv6 one by its /64 (a home network is one asker).

    Behind ``settings.PROXIES`` of our own, each of which writes whom it heard at the end of ``X-Forwarded-For``, the entry that
    the outermost of them wrote. Whatever stands before it was claimed by the client and counts for nothing; without a proxy
    the header is not read at all.
    """
    told = request.META.get("REMOTE_ADDR", "")
    if settings.PROXIES:
        entries = request.headers.get("X-Forwarded-For", "").split(",")
        told = entries[-settings.PROXIES].strip() if len(entries) >= settings.PROXIES else ""
        told = told or request.META.get("REMOTE_ADDR", "")
    try:
        known = ipaddress.ip_address(told)
    except ValueError:
        return told
    return str(ipaddress.ip_network((known, 64), strict=False)) if known.version == 6 else told
