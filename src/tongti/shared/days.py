"""Where a day begins here."""

from datetime import date, datetime, time

from django.utils import timezone


def midnight(day: date) -> datetime:
    """The first moment of a day in Asia/Shanghai."""
    return timezone.make_aware(datetime.combine(day, time.min))
