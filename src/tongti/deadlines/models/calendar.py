"""What the district adds to the calendar that ships."""

from django.db import models


class SpecialDay(models.Model):
    """A day that the shipped calendar does not know: a local holiday, a make-up working day, a notice that came late."""

    personal = frozenset[str]()

    class State(models.TextChoices):
        WORK = "work", "上班"
        OFF = "off", "放假"
        HALF = "half", "半天"

    day = models.DateField("日期", unique=True)
    state = models.CharField("状态", max_length=4, choices=State)
    name = models.CharField("名称", max_length=40)
    source = models.CharField("依据", max_length=200)

    def __str__(self) -> str:
        return f"{self.day} {self.name}"
