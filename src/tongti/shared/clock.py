"""The only place that asks what time it is, so tests can move it."""

from datetime import date, datetime

from django.utils import timezone


def now() -> datetime:
    """This moment, aware."""
    return timezone.now()


def today() -> date:
    """Today in Asia/Shanghai (settings.TIME_ZONE)."""
    return timezone.localdate()
