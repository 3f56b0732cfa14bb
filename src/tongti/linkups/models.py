"""供需对接: what firms, farms and institutes need and offer, which need and offer may fit, and what came of bringing them together."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from tongti.parties.models import Firm, FirmContact
from tongti.units.models import Region, Unit


class Listing(models.Model):
    """供需信息: one need or one offer of a firm, in its own words.

    ``keys`` find candidates (GIN) and ``data`` compares them, as the engine made them under ``engine_version``; ``terms`` are
    the words of title and text by which a list is searched. ``place`` is the firm's unless another was given.
    ``expired`` is set by the nightly job once ``valid_until`` (the last good day) has passed.
    One that the firm wrote on the portal (``stated_key``, made by its form) waits until an officer who keeps the firm's file
    confirms it; until then nothing is paired with it.
    """

    personal = frozenset({"words", "data"})

    class Kind(models.TextChoices):
        NEED = "need", "需求"
        OFFER = "offer", "供给"

    class About(models.TextChoices):
        PRODUCT = "product", "产品、原料"
        LABOUR = "labour", "用工、人才"
        TECHNOLOGY = "technology", "技术、服务"
        SITE = "site", "土地、厂房、设备"
        FINANCE = "finance", "资金"
        LOGISTICS = "logistics", "物流、仓储"
        OTHER = "other", "其他"

    class State(models.TextChoices):
        STATED = "stated", "企业自填，待确认"
        OPEN = "open", "有效"
        REFUSED = "refused", "没有采用"
        WITHDRAWN = "withdrawn", "已撤回"
        MET = "met", "已满足"

    firm = models.ForeignKey(Firm, models.PROTECT, related_name="listings", verbose_name="哪一家")
    kind = models.CharField("需求还是供给", max_length=5, choices=Kind)
    about = models.CharField("关于什么", max_length=10, choices=About)
    title = models.CharField("标题", max_length=80)
    words = models.TextField("原话")
    place = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="地点")
    valid_until = models.DateField("有效到", null=True, blank=True)
    expired = models.BooleanField("已到期", default=False)
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    state_reason = models.CharField("说明", max_length=200, blank=True)
    terms = ArrayField(models.CharField(max_length=40), default=list)
    keys = ArrayField(models.IntegerField(), default=list)
    data = models.BinaryField()
    engine_version = models.CharField(max_length=40)
    version = models.PositiveIntegerField(default=1)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField("登记时间")
    changed_at = models.DateTimeField("最近修改")
    stated_key = models.UUIDField(null=True, unique=True, editable=False)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField("确认时间", null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["stated", "refused"]) | Q(stated_key__isnull=False),
                name="only_firms_state_listings",
            ),
            models.CheckConstraint(
                condition=Q(stated_key=None)
                | Q(state="stated", decided_by=None)
                | (~Q(state="stated") & Q(decided_by__isnull=False)),
                name="stated_listing_is_confirmed",
            ),
        ]
        indexes = [
            GinIndex(fields=["keys"], name="listing_keys", fastupdate=False),
            GinIndex(fields=["terms"], name="listing_terms"),
            models.Index(fields=["state", "-entered_at", "-id"], name="listing_newest"),
            models.Index(fields=["kind", "state", "-entered_at", "-id"], name="listing_by_kind"),
            models.Index(fields=["about", "state", "-entered_at", "-id"], name="listing_by_about"),
            models.Index(fields=["firm", "-id"], name="listing_of_firm"),
            models.Index(fields=["valid_until"], name="listing_running_out", condition=Q(state="open", expired=False)),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class Pair(models.Model):
    """供需配对: a need and an offer that may fit, with the engine's signed reasons.

    One that was set aside is remembered for ever and never proposed again.
    """

    personal = frozenset[str]()

    class State(models.TextChoices):
        WAITING = "waiting", "待看"
        ASIDE = "aside", "不合适"
        INTRODUCED = "introduced", "已引荐"

    need = models.ForeignKey(Listing, models.PROTECT, related_name="offers_found")
    offer = models.ForeignKey(Listing, models.PROTECT, related_name="needs_found")
    score = models.FloatField("有多合适")
    reasons = models.JSONField("理由", default=list)
    shared_words = models.JSONField("都提到的", default=list)
    settings_version = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    aside_for = models.CharField("为什么不合适", max_length=200, blank=True)
    found_at = models.DateTimeField("什么时候发现")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["need", "offer"], name="pair_once"),
            models.CheckConstraint(condition=~Q(need=F("offer")), name="pair_of_two"),
            models.CheckConstraint(
                condition=~Q(state="aside") | (~Q(aside_for="") & Q(decided_by__isnull=False)),
                name="pair_set_aside_has_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["-score", "-id"], name="pair_likeliest", condition=Q(state="waiting")),
            models.Index(fields=["need", "-score", "-id"], name="pair_of_need"),
            models.Index(fields=["offer", "-score", "-id"], name="pair_of_offer"),
        ]

    def __str__(self) -> str:
        return f"配对 {self.need_id}、{self.offer_id}"


class Introduction(models.Model):
    """引荐: an officer brings the two sides of a pair together.

    Each side's consent is asked and written down (who was told whom her name and number would go to, for what); only then
    are the contacts passed on (个人信息保护法 article 23: a separate consent). The contacts are persons of the register.
    """

    personal = frozenset({"note", "need_said", "offer_said"})

    class How(models.TextChoices):
        PHONE = "phone", "电话"
        VISIT = "visit", "上门"
        MEETING = "meeting", "对接会"
        MESSAGE = "message", "消息"

    class State(models.TextChoices):
        ASKING = "asking", "征求双方同意"
        TALKING = "talking", "在谈"
        AGREED = "agreed", "谈成了"
        NO_DEAL = "no_deal", "没有谈成"

    pair = models.ForeignKey(Pair, models.PROTECT, related_name="introductions")
    state = models.CharField(max_length=8, choices=State, default=State.ASKING)
    how = models.CharField("怎么引荐", max_length=8, choices=How)
    note = models.CharField("说明", max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    need_contact = models.ForeignKey(FirmContact, models.PROTECT, null=True, related_name="+")
    offer_contact = models.ForeignKey(FirmContact, models.PROTECT, null=True, related_name="+")
    need_agreed_at = models.DateTimeField("需求方同意", null=True)
    offer_agreed_at = models.DateTimeField("供给方同意", null=True)
    need_said = models.CharField(max_length=200, blank=True)
    offer_said = models.CharField(max_length=200, blank=True)
    passed_on_at = models.DateTimeField("互告联系人", null=True)
    passed_on_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    value = models.DecimalField("金额（万元）", max_digits=12, decimal_places=2, null=True, blank=True)
    follow_up_on = models.DateField("下次跟进", null=True, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pair"], condition=Q(state__in=["asking", "talking"]), name="one_open_introduction_per_pair"
            ),
            models.CheckConstraint(
                condition=Q(passed_on_at=None)
                | Q(need_agreed_at__isnull=False, offer_agreed_at__isnull=False, passed_on_by__isnull=False),
                name="contacts_pass_after_both_agreed",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["talking", "agreed"]) | Q(passed_on_at__isnull=False),
                name="talking_after_contacts_passed",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["agreed", "no_deal"], ended_at__isnull=False, follow_up_on=None)
                | Q(state__in=["asking", "talking"], ended_at=None),
                name="ended_introduction_has_when",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-at", "-id"], name="introduction_by_state"),
            models.Index(fields=["-at", "-id"], name="introduction_newest"),
            models.Index(
                fields=["follow_up_on", "id"], name="introduction_due", condition=Q(state__in=["asking", "talking"])
            ),
        ]

    def __str__(self) -> str:
        return f"引荐 {self.pk}"


class IntroductionStep(models.Model):
    """引荐进展: what was heard of an introduction and when; nothing is overwritten."""

    personal = frozenset({"words"})

    introduction = models.ForeignKey(Introduction, models.PROTECT, related_name="steps")
    state = models.CharField("到了哪一步", max_length=8, choices=Introduction.State)
    words = models.CharField("说明", max_length=300, blank=True)
    value = models.DecimalField("金额（万元）", max_digits=12, decimal_places=2, null=True)
    follow_up_on = models.DateField("下次跟进", null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["introduction", "-id"], name="introduction_steps")]

    def __str__(self) -> str:
        return f"引荐进展 {self.pk}"
