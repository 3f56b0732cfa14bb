"""进度数: how far a large campaign is, counted by a job so that its page costs the same at a hundred visits and at a million."""

from django.db import models

from tongti.visits.models.campaigns import Campaign


class Tally(models.Model):
    """进度数: one line of one table of a campaign. All lines of a campaign are counted together, ``at`` one moment.

    ``dimension`` names the table (visits.counting.DIMENSIONS, or "all" for the sums), ``key`` the line: an id, a class, a level;
    "0" or "" where there is none.
    """

    personal = frozenset[str]()

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="tallies")
    dimension = models.CharField(max_length=8)
    key = models.CharField(max_length=20, blank=True)
    firms = models.PositiveIntegerField("应走访", default=0)
    seen = models.PositiveIntegerField("走访过", default=0)
    behind = models.PositiveIntegerField("过期没走访够", default=0)
    visits = models.PositiveIntegerField("走访次数", default=0)
    found = models.PositiveIntegerField("发现难题", default=0)
    raised = models.PositiveIntegerField("已登记", default=0)
    closed = models.PositiveIntegerField("已办结", default=0)
    solved = models.PositiveIntegerField("已解决", default=0)
    at = models.DateTimeField("数于")

    class Meta:
        verbose_name_plural = "tallies"
        constraints = [models.UniqueConstraint(fields=["campaign", "dimension", "key"], name="tally_once_per_line")]

    def __str__(self) -> str:
        return f"{self.dimension} {self.key}"
