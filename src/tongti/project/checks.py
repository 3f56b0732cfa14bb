"""Bad configuration is found at start, with an id and a hint, not by the first resident."""

from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register

LOOPBACK_NAMES = {"localhost"}


def is_loopback(host: str) -> bool:
    """Whether nobody but this machine can reach that host name or address."""
    name = host.strip().removeprefix("[").removesuffix("]").lower()
    if name in LOOPBACK_NAMES:
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


@register(Tags.security)
def demo_stays_at_home(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E001: demo mode lets anybody sign in as anybody."""
    hosts = [*settings.ALLOWED_HOSTS, urlsplit(settings.BASE_URL).hostname or ""]
    away = [host for host in hosts if not is_loopback(host)]
    if not settings.DEMO or not away:
        return []
    return [
        Error(
            f"演示模式只能用在本机地址，现在的地址里有：{'、'.join(away)}。",
            hint="去掉 --demo（或 TONGTI_DEMO），或把 TONGTI_BASE_URL、TONGTI_HOSTS 改回 127.0.0.1。",
            id="tongti.E001",
        )
    ]


@register(Tags.security)
def base_url_is_usable(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E002/E003: links in notices are built from the base address, and the site must accept its own name."""
    parts = urlsplit(settings.BASE_URL)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query:
        return [
            Error(
                f"TONGTI_BASE_URL 应是网站的完整地址，不带路径，现在是“{settings.BASE_URL}”。",
                hint="例如 TONGTI_BASE_URL=https://tongti.example.gov.cn",
                id="tongti.E002",
            )
        ]
    accepted = {host.strip("[]").lower() for host in settings.ALLOWED_HOSTS}
    if parts.hostname.lower() not in accepted and "*" not in accepted:
        return [
            Error(
                f"网站不接受自己的地址 {parts.hostname}。",
                hint=f"把它加进 TONGTI_HOSTS，例如 TONGTI_HOSTS={parts.hostname},127.0.0.1",
                id="tongti.E003",
            )
        ]
    return []


@register(Tags.security)
def open_network_needs_https(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """W001: phone numbers and passwords must not cross a network in the clear."""
    parts = urlsplit(settings.BASE_URL)
    if parts.scheme == "https" or is_loopback(parts.hostname or ""):
        return []
    return [
        checks.Warning(
            "网站地址不是 https，群众的电话和人员的口令会在网络上明文传送。",
            hint="在前面放一个带证书的反向代理，并设 TONGTI_BASE_URL=https://… 和 TONGTI_BEHIND_PROXY=1。",
            id="tongti.W001",
        )
    ]


@register(Tags.security)
def wildcard_hosts(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E004: with ``*`` a forged Host header would end up in links."""
    if "*" not in settings.ALLOWED_HOSTS:
        return []
    return [Error("TONGTI_HOSTS 不能是 *。", hint="逐个写出网站的域名。", id="tongti.E004")]


@register(Tags.files)
def keys_are_private(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """W002: whoever reads the keys reads every phone number."""
    path = settings.DATA_DIR / "secrets.json"
    if not path.exists() or path.stat().st_mode & 0o077 == 0:
        return []
    return [checks.Warning(f"别的用户能读密钥文件 {path}。", hint=f"chmod 600 {path}", id="tongti.W002")]
