"""``postgresql://user:password@host:port/name?option=value`` as Django's DATABASES entry."""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tongti.project.refusal import Refused

SCHEMES = {"postgresql", "postgres"}


def parse(url: str) -> dict[str, Any]:
    """The connection part of a DATABASES entry; query parameters become libpq options (``sslmode``, ``host`` for a socket)."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Refused("DATABASE_URL 写得不对：应是 postgresql://用户:口令@主机:端口/库名。") from error
    if parts.scheme not in SCHEMES or not parts.path.lstrip("/"):
        # Never echoed: the address holds a password.
        raise Refused("DATABASE_URL 写得不对：应是 postgresql://用户:口令@主机:端口/库名（只支持 PostgreSQL）。")
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", unquote(parts.hostname or "")),
        "PORT": str(port or ""),
        "OPTIONS": {"application_name": "tongti", **options},
    }
