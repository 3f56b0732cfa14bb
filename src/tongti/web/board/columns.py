"""The due chart: ten working days and what is overdue."""

from collections.abc import Iterable
from urllib.parse import urlencode

from django.urls import reverse

from tongti.reports.queries import DueDay
from tongti.shared import clock
from tongti.web.charts import Column

WEEKDAYS = "一二三四五六日"


def of(days: Iterable[DueDay], unit_id: int = 0) -> list[Column]:
    """One column a day; each opens its list."""
    return [_column(day, unit_id) for day in days]


def _column(day: DueDay, unit_id: int) -> Column:
    asked = {"on": day.day.isoformat()} if day.day else {}
    if unit_id:
        asked["unit"] = str(unit_id)
    url = reverse("board:due") + (f"?{urlencode(asked)}" if asked else "")
    if day.day is None:
        return Column(label="超期", under="未结", overdue=day.count, url=url)
    under = "今天" if day.day == clock.today() else f"周{WEEKDAYS[day.day.weekday()]}"
    if day.near:
        return Column(label=str(day.day.day), under=under, near=day.count, url=url)
    return Column(label=str(day.day.day), under=under, normal=day.count, url=url)
