"""计数: numbers that leaders see, kept in the same transaction as the fact.

A fact appends a small delta row, so that busy days never queue for one counter row; a timed job folds deltas into daily rows,
and those that are about no one subject into monthly rows too. A figure is always ``folded + deltas``, so it is exact before and
after folding; whole months are read from the monthly rows, so that "this year" and "since the beginning" read a few hundred rows.
"""

from django.db import models


class Delta(models.Model):
    """Not yet folded. ``unit_id`` 0 stands for the whole district; ``day`` is the day the figure belongs to."""

    personal = frozenset[str]()

    measure = models.CharField(max_length=40)
    unit_id = models.BigIntegerField(default=0)
    subject_id = models.BigIntegerField(default=0)
    day = models.DateField()
    amount = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.day} {self.measure} {self.unit_id} {self.amount:+d}"


class Daily(models.Model):
    """One measure of one unit (0 = district) and one subject (question id, or 0) on one day.

    The figures of townships (measures ``town_…``) have the township's region in ``unit_id``: it is whose figure it is, and so
    they are folded into months like those of units.
    """

    personal = frozenset[str]()

    measure = models.CharField(max_length=40)
    unit_id = models.BigIntegerField(default=0)
    subject_id = models.BigIntegerField(default=0)
    day = models.DateField()
    amount = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["measure", "unit_id", "subject_id", "day"], name="figure_daily_once")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.measure} {self.unit_id} {self.amount}"


class Monthly(models.Model):
    """The sum of ``Daily`` over one calendar month, kept by the same statement, for measures without a subject."""

    personal = frozenset[str]()

    measure = models.CharField(max_length=40)
    unit_id = models.BigIntegerField(default=0)
    month = models.DateField()  # its first day
    amount = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["measure", "unit_id", "month"], name="figure_monthly_once")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.measure} {self.unit_id} {self.amount}"


class Check(models.Model):
    """计数核对: one comparison of every measure with the rows it stands for. ``drifts`` lists what did not agree."""

    personal = frozenset[str]()

    at = models.DateTimeField()
    measures = models.PositiveIntegerField("核对了几种计数")
    drifted = models.PositiveIntegerField("对不上的有几个")
    # [{measure, unit_id, subject_id, day, kept, counted}], the largest of each measure
    drifts = models.JSONField(default=list)
    corrected_at = models.DateTimeField(null=True)
    reason = models.CharField("为什么照重新点数的改", max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(corrected_at=None) | ~models.Q(reason=""), name="figure_correction_has_a_reason"
            )
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} 计数核对：{self.drifted} 个对不上"

    @property
    def stands(self) -> bool:
        """Something did not agree and nobody has put it right."""
        return self.drifted > 0 and self.corrected_at is None
