"""常用视图和批量办理: filters that are kept under a name, and one step done on many at once by a job."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from tongti.units.models import Unit


class Of(models.TextChoices):
    """Which list."""

    CASES = "cases", "诉求"
    QUESTIONS = "questions", "同题"


class SavedView(models.Model):
    """常用视图. ``asked`` holds codes, ids and dates only: what somebody typed is never kept in a view (docs/adr/0034).

    Shared with a ``unit`` it stands above the list of everybody with a post there; each sees in it what she may see.
    """

    personal = frozenset[str]()

    of = models.CharField("哪张列表", max_length=10, choices=Of)
    name = models.CharField("名称", max_length=20)
    asked = models.JSONField("条件", default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name="和哪个单位共用")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["by", "of", "name"], name="view_named_once")]
        indexes = [models.Index(fields=["unit", "of"], name="view_of_unit", condition=Q(unit__isnull=False))]

    def __str__(self) -> str:
        return self.name


class Bulk(models.Model):
    """批量办理: one step on many cases or questions. ``asked`` are the step's own choices (a category, a question); words that
    go out with a reminder are kept in ``words``.

    The rows are fixed when it is asked for. ``path`` is a random name below MEDIA_ROOT while the result is there.
    """

    personal = frozenset({"words", "path"})

    class State(models.TextChoices):
        WAITING = "waiting", "排队中"
        RUNNING = "running", "正在办"
        STOPPING = "stopping", "正在停"
        STOPPED = "stopped", "已停下"
        DONE = "done", "已办完"
        EXPIRED = "expired", "结果已过期删除"

    verb = models.CharField("哪一步", max_length=10)
    of = models.CharField("哪张列表", max_length=10, choices=Of)
    asked = models.JSONField("选项", default=dict)
    words = models.CharField("内容", max_length=1000, blank=True)
    state = models.CharField("状态", max_length=8, choices=State, default=State.WAITING)
    total = models.PositiveIntegerField("总数", default=0)
    done = models.PositiveIntegerField("办成", default=0)
    failed = models.PositiveIntegerField("没有办成", default=0)
    path = models.CharField(max_length=120, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("什么时候要的")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["by", "-asked_at", "-id"], name="bulk_of_officer"),
            models.Index(fields=["finished_at"], name="bulk_with_file", condition=~Q(path="")),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.get_state_display()}"

    @property
    def is_open(self) -> bool:
        """Whether the job still has to do with it."""
        return self.state in (self.State.WAITING, self.State.RUNNING, self.State.STOPPING)

    @property
    def share(self) -> float:
        """Percent of the rows that were looked at."""
        return 100 * (self.done + self.failed) / self.total if self.total else 100.0


class BulkRow(models.Model):
    """批量办理的一件: whether the step was done on it, and why not."""

    personal = frozenset[str]()

    class State(models.TextChoices):
        WAITING = "waiting", "还没有办"
        DONE = "done", "办成"
        FAILED = "failed", "没有办成"

    bulk = models.ForeignKey(Bulk, models.CASCADE, related_name="rows")
    target = models.BigIntegerField()
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    sentence = models.CharField("说明", max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bulk", "target"], name="bulk_row_once")]
        indexes = [models.Index(fields=["bulk", "state", "id"], name="bulk_rows_waiting")]

    def __str__(self) -> str:
        return f"{self.bulk_id} {self.target}"
