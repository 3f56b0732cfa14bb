"""联系: every try to reach an asker, what came of them all, and the immediate report of an emergency."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from tongti.cases.models import Case
from tongti.relay.models.batons import Baton


class Contact(models.Model):
    """联系: one try to reach one asker (W1 rule 6)."""

    personal = frozenset({"words"})

    class Result(models.TextChoices):
        REACHED = "reached", "联系上了"
        NO_ANSWER = "no_answer", "没人接"
        WRONG = "wrong", "号码不对"
        REFUSED = "refused", "对方不愿意谈"

    case = models.ForeignKey(Case, models.PROTECT, related_name="contacts")
    baton = models.ForeignKey(Baton, models.PROTECT, null=True)
    way = models.CharField("方式", max_length=20)
    result = models.CharField("结果", max_length=10, choices=Result)
    words = models.CharField("记录", max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["case", "at"], name="contact_by_case")]

    def __str__(self) -> str:
        return f"联系 {self.pk}"


class Reach(models.Model):
    """联系情况 of one case in its present round: not yet, reached, or not reachable after so many tries at different times.

    “联系不上” is a state of its own (W1 rule 6): the case is neither handled nor excluded by it, and it is counted apart.
    ``tries`` counts those that lay far enough apart; every try, counted or not, is a Contact.
    """

    personal = frozenset[str]()

    class State(models.TextChoices):
        TRYING = "trying", "还没联系上"
        REACHED = "reached", "联系上了"
        UNREACHABLE = "unreachable", "联系不上"

    case = models.OneToOneField(Case, models.PROTECT, related_name="reach")
    state = models.CharField(max_length=11, choices=State, default=State.TRYING)
    round = models.PositiveSmallIntegerField("第几轮办理", default=1)
    tries = models.PositiveSmallIntegerField("不同时间的次数", default=0)
    unit_id = models.BigIntegerField("哪个单位在联系")
    first_at = models.DateTimeField("第一次")
    counted_at = models.DateTimeField("最近一次算数的", null=True)
    reached_at = models.DateTimeField("联系上的时间", null=True)

    class Meta:
        indexes = [
            models.Index(fields=["-counted_at", "-id"], name="reach_unreachable", condition=Q(state="unreachable"))
        ]

    def __str__(self) -> str:
        return f"联系情况 {self.pk}"


class UrgentReport(models.Model):
    """即时报告: an emergency was reported at once; to whom, when, how (信访工作条例 25; W1 rule 13)."""

    personal = frozenset({"words"})

    class Way(models.TextChoices):
        PHONE = "phone", "电话"
        IN_PERSON = "in_person", "当面"
        MESSAGE = "message", "短信或政务微信"
        PAPER = "paper", "书面"

    case = models.ForeignKey(Case, models.PROTECT, related_name="urgent_reports")
    to = models.CharField("向谁报告", max_length=60, help_text="单位和职务，例如“区应急局值班室”")
    way = models.CharField("方式", max_length=10, choices=Way)
    words = models.CharField("报告内容和回复", max_length=500, blank=True)
    reported_at = models.DateTimeField("报告时间")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField("记录时间")

    class Meta:
        indexes = [models.Index(fields=["case", "reported_at"], name="urgent_report_by_case")]

    def __str__(self) -> str:
        return f"即时报告 {self.pk}"
