"""走访: one visit at one firm, what was brought home from it, and every sending that arrived."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from tongti.parties.models import Party
from tongti.shared.fields import EncryptedTextField
from tongti.visits.models.campaigns import Campaign, Part, Team


class Visit(models.Model):
    """走访. ``key`` may be made on a phone without signal; ``version`` counts changes, so that a late sender is told.

    ``over_cap`` marks one that happened although the firm's month was full: what has happened is kept and shown, not refused.
    """

    personal = frozenset({"note", "facts"})

    class State(models.TextChoices):
        PLANNED = "planned", "已约"
        DONE = "done", "已走访"
        CANCELLED = "cancelled", "已取消"

    class Way(models.TextChoices):
        VISIT = "visit", "上门走访"
        MEETING = "meeting", "座谈"
        CALL = "call", "电话"
        FORM = "form", "问卷"

    key = models.UUIDField(unique=True, default=uuid.uuid4)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="visits")
    party = models.ForeignKey(Party, models.PROTECT, related_name="visits", verbose_name="企业")
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="visits", verbose_name="走访员")
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="visits")
    way = models.CharField("形式", max_length=8, choices=Way, default=Way.VISIT)
    state = models.CharField("状态", max_length=9, choices=State, default=State.PLANNED)
    planned_on = models.DateField("约定日期")
    part = models.CharField("时段", max_length=3, choices=Part, default=Part.DAY)
    visited_on = models.DateField("走访日期", null=True)
    note = models.TextField("走访记录", blank=True)
    facts = models.TextField("听到的情况", blank=True)
    next_visit_on = models.DateField("下次走访", null=True)
    version = models.PositiveIntegerField(default=1)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField()
    over_cap = models.BooleanField("超过每月次数", default=False)
    overruled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    overrule_reason = models.CharField("加访理由", max_length=200, blank=True)
    cancel_reason = models.CharField("取消原因", max_length=200, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="done") | Q(visited_on__isnull=False), name="visit_done_has_its_day"
            ),
            models.CheckConstraint(
                condition=Q(overruled_by=None, overrule_reason="")
                | (Q(overruled_by__isnull=False) & ~Q(overrule_reason="")),
                name="visit_overruled_with_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["officer", "state", "planned_on", "id"], name="visit_of_officer"),
            models.Index(fields=["party", "planned_on"], name="visit_by_party"),
            models.Index(fields=["campaign", "-planned_on", "-id"], name="visit_by_campaign"),
            models.Index(fields=["-planned_on", "-id"], name="visit_newest"),
        ]

    def __str__(self) -> str:
        return f"走访 {self.pk}"


class Companion(models.Model):
    """同行: an officer of another (or the same) team whose visit was merged into this one."""

    personal = frozenset[str]()

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="companions")
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+")
    joined_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["visit", "officer"], name="companion_once")]
        indexes = [models.Index(fields=["officer", "visit"], name="companion_of_officer")]

    def __str__(self) -> str:
        return f"{self.visit_id} {self.officer_id}"


class VisitFigure(models.Model):
    """走访数据: one figure that the firm named, for a period in its own words (“2026 年 1 季度”)."""

    personal = frozenset[str]()

    class Kind(models.TextChoices):
        OUTPUT = "output", "产值（万元）"
        REVENUE = "revenue", "营业收入（万元）"
        INVESTMENT = "investment", "投资（万元）"
        STAFF = "staff", "用工（人）"
        ORDERS = "orders", "在手订单（万元）"
        POWER = "power", "用电（万千瓦时）"
        ARREARS = "arrears", "被拖欠账款（万元）"

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="figures")
    kind = models.CharField("项目", max_length=12, choices=Kind)
    period = models.CharField("时期", max_length=20)
    value = models.DecimalField("数值", max_digits=14, decimal_places=2)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["visit", "kind", "period"], name="visit_figure_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.value}"


class VisitPhoto(models.Model):
    """走访照片: redrawn without EXIF, under a random name outside the web root. ``key`` is made by the phone."""

    personal = frozenset({"given_name", "path"})

    key = models.UUIDField(unique=True)
    visit = models.ForeignKey(Visit, models.PROTECT, related_name="photos")
    path = models.CharField(max_length=120, unique=True)
    given_name = EncryptedTextField("文件名")
    content_type = models.CharField(max_length=60)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["visit", "sha256"], name="visit_photo_once")]

    def __str__(self) -> str:
        return f"照片 {self.pk}"


class Delivery(models.Model):
    """送达: one sending of a visit that arrived. Its ``key`` was made by the sender, so the same sending is never taken twice."""

    personal = frozenset[str]()

    key = models.UUIDField(unique=True)
    visit = models.ForeignKey(Visit, models.CASCADE, related_name="deliveries")
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "deliveries"

    def __str__(self) -> str:
        return f"送达 {self.pk}"
