"""办不成事登记: what somebody came for, at which step it stopped, and why in the end."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from tongti.cases.models import Case
from tongti.window.models.items import ItemPaper, ItemStep, ItemVersion, ServiceItem


class Cause(models.Model):
    """卡点原因: why it did not get done, as a person found. Data: shipped as samples, changed on a screen.

    ``reformable``: cases of one such cause are a class that a change of the item could end; what lies with the applicant or
    outside the window is not.
    """

    personal = frozenset[str]()

    code = models.CharField("代码", max_length=20, unique=True)
    name = models.CharField("原因", max_length=60)
    explanation = models.CharField("什么情形", max_length=200, blank=True)
    reformable = models.BooleanField("可以成为改革线索", default=True)
    source = models.CharField("出处", max_length=200)
    verified = models.BooleanField("已核对", default=False)
    active = models.BooleanField("在用", default=True)

    def __str__(self) -> str:
        return self.name


class WindowMatter(models.Model):
    """窗口登记: the window's register of one case at the door 办不成事 (domain sheet 3.1).

    ``version`` is the version of the item under which it was refused, and stays. What was asked at which step is a row of
    that version where it is one of them, else the asker's words.
    """

    personal = frozenset({"item_words", "office", "step_words", "paper_words", "cause_note"})

    class ToldOnce(models.TextChoices):
        YES = "yes", "有"
        NO = "no", "没有"

    class PickedBy(models.TextChoices):
        ASKER = "asker", "诉求人选的"
        OFFICER = "officer", "工作人员判断的"

    case = models.OneToOneField(Case, models.PROTECT, related_name="window_matter")
    item = models.ForeignKey(ServiceItem, models.PROTECT, null=True, related_name="matters", verbose_name="办什么事项")
    version = models.ForeignKey(ItemVersion, models.PROTECT, null=True, related_name="matters")
    picked_by = models.CharField("事项谁定的", max_length=8, choices=PickedBy, blank=True)
    item_words = models.CharField("要办的事", max_length=120)
    office = models.CharField("找过的部门或窗口", max_length=80, blank=True)
    step = models.ForeignKey(ItemStep, models.PROTECT, null=True, related_name="+")
    step_words = models.CharField("卡在哪一步", max_length=60, blank=True)
    paper = models.ForeignKey(ItemPaper, models.PROTECT, null=True, related_name="+")
    paper_words = models.CharField("要补的材料", max_length=120, blank=True)
    trips = models.PositiveSmallIntegerField("去过几次", null=True)
    first_tried_on = models.DateField("第一次去是哪天", null=True)
    told_once = models.CharField("一次性告知", max_length=3, choices=ToldOnce, blank=True)
    cause = models.ForeignKey(Cause, models.PROTECT, null=True, related_name="matters", verbose_name="卡点原因")
    cause_note = models.CharField("怎么认定的", max_length=300, blank=True)
    cause_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    cause_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=1)
    entered_at = models.DateTimeField("登记时间")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(item=None, version=None) | Q(item__isnull=False), name="matter_version_of_an_item"
            ),
            models.CheckConstraint(
                condition=Q(cause=None) | Q(cause_by__isnull=False, cause_at__isnull=False), name="cause_has_finder"
            ),
        ]
        indexes = [
            models.Index(fields=["-entered_at", "-id"], name="matter_newest"),
            models.Index(fields=["item", "cause"], name="matter_by_cause"),
        ]

    def __str__(self) -> str:
        return f"窗口登记 {self.pk}"
