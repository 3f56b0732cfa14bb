"""单位承接: a unit was merged or renamed; everything open passes to its successor in one logged, resumable action."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from tongti.units.models import Unit


class Succession(models.Model):
    """单位承接: what ``old`` held goes to ``new``; deadlines and officers stay. A job works through it and may be resumed.

    ``found`` is what the preview counted when it was decided; ``moved`` and ``joined`` (both units held a baton on one
    matter, so the two became one) say how far it got.
    """

    personal = frozenset[str]()

    class State(models.TextChoices):
        RUNNING = "running", "正在移交"
        DONE = "done", "已完成"

    old = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="原单位")
    new = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="承接单位")
    basis = models.CharField("依据", max_length=300, help_text="机构改革文件的名称、文号")
    state = models.CharField(max_length=8, choices=State, default=State.RUNNING)
    found = models.PositiveIntegerField("要移交", default=0)
    moved = models.PositiveIntegerField("已移交", default=0)
    joined = models.PositiveIntegerField("合成一根", default=0)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["old"], condition=Q(state="running"), name="one_running_succession"),
            models.CheckConstraint(condition=~Q(old=models.F("new")), name="succession_between_two"),
        ]

    def __str__(self) -> str:
        return f"单位承接 {self.pk}"
