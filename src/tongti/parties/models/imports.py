"""导入登记簿: a table of firms, compared row by row with the register before anything is written."""

from django.conf import settings
from django.db import models

from tongti.parties.models.firms import Firm


class FirmImport(models.Model):
    """登记簿导入: one file, its columns, how far it got. Running the same file again enters nothing twice."""

    personal = frozenset({"path"})

    class State(models.TextChoices):
        UPLOADED = "uploaded", "待核对列"
        COMPARING = "comparing", "比对中"
        COMPARED = "compared", "待核对"
        RUNNING = "running", "导入中"
        DONE = "done", "已完成"

    name = models.CharField("文件名", max_length=120)
    path = models.CharField(max_length=200)
    mapping = models.JSONField("列对应", default=dict)
    state = models.CharField("状态", max_length=10, choices=State, default=State.UPLOADED)
    rows = models.PositiveIntegerField("总行数", default=0)
    compared = models.PositiveIntegerField("已比对", default=0)
    done = models.PositiveIntegerField("已处理", default=0)
    entered = models.PositiveIntegerField("新登记", default=0)
    changed = models.PositiveIntegerField("更新", default=0)
    same = models.PositiveIntegerField("没有变化", default=0)
    failed = models.PositiveIntegerField("没有导入", default=0)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["-created_at", "-id"], name="firm_import_newest")]

    def __str__(self) -> str:
        return f"{self.name}：{self.get_state_display()}"

    @property
    def share(self) -> float:
        """Percent of the rows that were worked off; while they are compared, of those that were."""
        at = self.compared if self.state == self.State.COMPARING else self.done
        return 100 * at / self.rows if self.rows else 100.0


class FirmImportRow(models.Model):
    """导入行: what a row of the table would be, with the reasons; a doubtful one waits for a person's ``decision``.

    ``words`` say what is wrong, or what would change. The row itself stays in the file.
    """

    personal = frozenset[str]()

    class Outcome(models.TextChoices):
        NEW = "new", "新登记"
        MATCHED = "matched", "已有，会更新"
        SAME = "same", "已有，没有变化"
        DOUBTFUL = "doubtful", "拿不准"
        WRONG = "wrong", "有错"

    class Decision(models.TextChoices):
        SAME = "same", "就是这一家"
        NEW = "new", "是另一家，新登记"
        SKIP = "skip", "先不导入"

    batch = models.ForeignKey(FirmImport, models.CASCADE, related_name="lines")
    row = models.PositiveIntegerField("第几行")
    outcome = models.CharField("会怎样", max_length=8, choices=Outcome)
    firm = models.ForeignKey(Firm, models.PROTECT, null=True, related_name="+", verbose_name="像哪一家")
    reasons = models.JSONField("理由", default=list)
    words = models.CharField("说明", max_length=300, blank=True)
    decision = models.CharField("决定", max_length=4, choices=Decision, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "row"], name="firm_import_row_once")]
        indexes = [models.Index(fields=["batch", "outcome", "row"], name="firm_import_rows")]

    def __str__(self) -> str:
        return f"第 {self.row} 行：{self.get_outcome_display()}"
