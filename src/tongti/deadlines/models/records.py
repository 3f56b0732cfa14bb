"""计算记录: how a date came about, kept once for every row that has its date from the same count."""

from django.db import models


class Reckoning(models.Model):
    """One count, told in full: its inputs, both versions, each day counted and skipped, and what changed it later.

    The id is made from the content, so the cases of a day under one regime share one row, and a row is never changed or
    deleted. Dates of cases, call-backs and supervision point here; a baton carries its own, for it has four clocks.
    """

    personal = frozenset[str]()

    id = models.UUIDField(primary_key=True, editable=False)
    regime_version = models.CharField("规则版本", max_length=60, blank=True)
    calendar_version = models.CharField("日历版本", max_length=60)
    started_on = models.DateField("起算")
    due_on = models.DateField("期限")
    provisional = models.BooleanField("暂定", default=False)
    explanation = models.JSONField("计算记录")

    def __str__(self) -> str:
        return f"{self.started_on} 至 {self.due_on}"
