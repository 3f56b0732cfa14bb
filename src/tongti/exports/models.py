"""台账导出: a ledger asked for as a file, written by a job, kept for a few days for whoever asked."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Export(models.Model):
    """导出. ``asked`` narrows the ledger; ``people`` says that names and phones of contacts stand in it in full, and ``reason`` why.

    ``done`` counts lines written so far; ``path`` is a random name below MEDIA_ROOT while the file is there.
    """

    personal = frozenset({"path", "reason"})

    class State(models.TextChoices):
        WAITING = "waiting", "排队中"
        RUNNING = "running", "正在写"
        STOPPED = "stopped", "没有写成，系统会再试"
        DONE = "done", "已写好"
        EXPIRED = "expired", "已过期删除"

    class Form(models.TextChoices):
        XLSX = "xlsx", ".xlsx"
        CSV = "csv", ".csv"

    ledger = models.CharField("台账", max_length=10)
    form = models.CharField("格式", max_length=4, choices=Form, default=Form.XLSX)
    asked = models.JSONField("范围", default=dict)
    people = models.BooleanField("联系人写全", default=False)
    reason = models.CharField("事由", max_length=200, blank=True)
    state = models.CharField("状态", max_length=7, choices=State, default=State.WAITING)
    rows = models.PositiveIntegerField("总行数", default=0)
    done = models.PositiveIntegerField("已写", default=0)
    path = models.CharField(max_length=120, blank=True)
    size = models.PositiveBigIntegerField("字节", default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("什么时候要的")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(people=False) | ~Q(reason=""), name="export_of_people_says_why"),
            models.CheckConstraint(condition=~Q(state="done") | ~Q(path=""), name="export_done_has_file"),
        ]
        indexes = [models.Index(fields=["by", "-asked_at", "-id"], name="export_of_officer")]

    def __str__(self) -> str:
        return f"{self.ledger} {self.get_state_display()}"

    @property
    def share(self) -> float:
        """Percent of the lines that are written."""
        return min(100 * self.done / self.rows, 100.0) if self.rows else 100.0
