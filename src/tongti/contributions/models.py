"""贡献记录: who carried what, month by month, from facts that are there already. No score, no total, no ranking of persons."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class Contribution(models.Model):
    """How many of one kind (contributions.kinds) one officer carried for one unit in one month; ``month`` is its first day."""

    personal = frozenset[str]()

    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="contributions")
    unit_id = models.BigIntegerField()
    month = models.DateField()
    kind = models.CharField(max_length=12)
    amount = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["officer", "unit_id", "month", "kind"], name="contribution_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="contribution_of_something"),
        ]
        indexes = [models.Index(fields=["month", "unit_id"], name="contribution_of_month")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.officer_id} {self.kind} {self.amount}"


class Remark(models.Model):
    """本人说明: what the person says about a month or one line of it. It stands beside the numbers wherever they are shown."""

    personal = frozenset({"words"})

    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="contribution_remarks")
    unit_id = models.BigIntegerField()
    month = models.DateField()
    kind = models.CharField("说的是哪一项", max_length=12, blank=True)
    words = models.CharField("说明", max_length=300)
    at = models.DateTimeField()
    taken_back_at = models.DateTimeField("收回", null=True)

    class Meta:
        indexes = [models.Index(fields=["officer", "month"], name="remark_of_month")]
        constraints = [
            models.CheckConstraint(
                condition=Q(taken_back_at=None) | Q(taken_back_at__gte=F("at")), name="remark_taken_back_later"
            )
        ]

    def __str__(self) -> str:
        return f"本人说明 {self.pk}"


class FirstLook(models.Model):
    """本人先看几天: how many days after a month ends its record is the person's alone; the newest row rules."""

    personal = frozenset[str]()

    days = models.PositiveSmallIntegerField("几天")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"本人先看 {self.days} 天"
