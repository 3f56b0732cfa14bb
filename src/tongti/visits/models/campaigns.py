"""调研服务: a campaign, its lines and goals, who commands and who goes where, and when a firm likes to be visited."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from tongti.parties.models import Party

LINES = 8
"""“八大”: eight lines, whose names no public text gives (domain sheet 1.3), so they are the district's to fill in."""
GOALS: dict[str, int] = {"up": 3, "remove": 2, "cut": 3}
"""三升、两去、三消减: how many slots each group has. Their names are not published either."""
CAP = 2
"""Visits per firm and month until a campaign says otherwise (domain sheet W4, a default and no rule of law)."""


class Part(models.TextChoices):
    """Which part of a day."""

    AM = "am", "上午"
    PM = "pm", "下午"
    DAY = "day", "全天"


class Campaign(models.Model):
    """调研服务活动. ``monthly_cap`` is the most visits that one firm gets in a calendar month, all teams together."""

    personal = frozenset[str]()

    name = models.CharField("名称", max_length=60)
    command_name = models.CharField("指挥机构名称", max_length=60, blank=True)
    starts_on = models.DateField("开始")
    ends_on = models.DateField("结束")
    monthly_cap = models.PositiveSmallIntegerField("每家企业每月最多走访次数", default=CAP)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=models.F("starts_on")), name="campaign_ends_after_start"),
            models.CheckConstraint(condition=Q(monthly_cap__gte=1, monthly_cap__lte=31), name="campaign_cap_sensible"),
        ]
        indexes = [models.Index(fields=["-starts_on", "-id"], name="campaign_newest")]

    def __str__(self) -> str:
        return self.name


class Line(models.Model):
    """服务线: one of at most eight lines of a campaign, under the name that the district gave it."""

    personal = frozenset[str]()

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="lines")
    place = models.PositiveSmallIntegerField("序号")
    name = models.CharField("名称", max_length=30)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "place"], name="line_once_per_place"),
            models.CheckConstraint(condition=Q(place__gte=1, place__lte=LINES), name="line_of_eight"),
            models.CheckConstraint(condition=~Q(name=""), name="line_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Goal(models.Model):
    """目标栏: one slot of the goal template (升 ×3, 去 ×2, 消减 ×3). Blank until the district fills it.

    A name stands only with the paper it comes from: the database refuses one without ``source``, so that no page can show an
    invented name.
    """

    personal = frozenset[str]()

    class Group(models.TextChoices):
        UP = "up", "升"
        REMOVE = "remove", "去"
        CUT = "cut", "消减"

    class Direction(models.TextChoices):
        HIGHER = "higher", "越高越好"
        LOWER = "lower", "越低越好"

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="goals")
    group = models.CharField("类", max_length=6, choices=Group)
    place = models.PositiveSmallIntegerField("序号")
    name = models.CharField("名称", max_length=40, blank=True)
    direction = models.CharField("方向", max_length=6, choices=Direction, blank=True)
    unit = models.CharField("单位", max_length=20, blank=True)
    baseline = models.DecimalField("基数", max_digits=16, decimal_places=2, null=True, blank=True)
    target = models.DecimalField("目标值", max_digits=16, decimal_places=2, null=True, blank=True)
    period = models.CharField("期限", max_length=30, blank=True)
    source = models.CharField("出处", max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "group", "place"], name="goal_once_per_slot"),
            models.CheckConstraint(condition=Q(name="") | ~Q(source=""), name="goal_name_has_source"),
            models.CheckConstraint(
                condition=Q(group="up", place__lte=GOALS["up"])
                | Q(group="remove", place__lte=GOALS["remove"])
                | Q(group="cut", place__lte=GOALS["cut"]),
                name="goal_slot_of_template",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_group_display()} {self.place}"


class Team(models.Model):
    """工作组: the command (指挥部), its office (专班) or a working group; who leads it and which line it serves."""

    personal = frozenset[str]()

    class Kind(models.TextChoices):
        COMMAND = "command", "指挥部"
        OFFICE = "office", "工作专班"
        GROUP = "group", "工作组"

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="teams")
    kind = models.CharField("类别", max_length=8, choices=Kind, default=Kind.GROUP)
    name = models.CharField("名称", max_length=40)
    line = models.ForeignKey(Line, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="服务线")
    leader = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="组长"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "name"], name="team_once_per_name")]

    def __str__(self) -> str:
        return self.name


class TeamMember(models.Model):
    """组员."""

    personal = frozenset[str]()

    team = models.ForeignKey(Team, models.CASCADE, related_name="members")
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "officer"], name="team_member_once")]

    def __str__(self) -> str:
        return f"{self.team_id} {self.officer_id}"


class Assignment(models.Model):
    """包联: one officer looks after one firm in a campaign; by when it is to be visited, and how many times.

    It is the coverage plan too: who has not been seen ``wanted`` times by ``visit_by`` is behind.
    """

    personal = frozenset[str]()

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="assignments")
    party = models.ForeignKey(Party, models.PROTECT, related_name="assignments")
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="assignments")
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="assignments")
    visit_by = models.DateField("走访期限", null=True)
    wanted = models.PositiveSmallIntegerField("计划次数", default=1)
    since = models.DateField("包联起")
    ended_on = models.DateField("包联止", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "party", "officer"], condition=Q(ended_on=None), name="assignment_once"
            ),
            models.CheckConstraint(condition=Q(wanted__gte=1, wanted__lte=50), name="assignment_wants_visits"),
        ]
        indexes = [
            models.Index(fields=["officer", "party"], name="assignment_of_officer", condition=Q(ended_on=None)),
            models.Index(fields=["campaign", "visit_by", "id"], name="assignment_by_date", condition=Q(ended_on=None)),
        ]

    def __str__(self) -> str:
        return f"包联 {self.pk}"


class OfferedTime(models.Model):
    """可约时间: a weekday (1 Monday … 7 Sunday) and part of the day on which the firm said that visitors are convenient."""

    personal = frozenset[str]()

    party = models.ForeignKey(Party, models.CASCADE, related_name="offered_times")
    weekday = models.PositiveSmallIntegerField("星期")
    part = models.CharField("时段", max_length=3, choices=Part, default=Part.DAY)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["party", "weekday", "part"], name="offered_time_once"),
            models.CheckConstraint(condition=Q(weekday__gte=1, weekday__lte=7), name="offered_time_weekday"),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.part}"
