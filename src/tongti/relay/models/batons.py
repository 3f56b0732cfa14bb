"""Who has the duty, until when, and how it passed from hand to hand. 一棒接一棒."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from tongti.cases.models import Case
from tongti.deadlines.models import Reckoning
from tongti.questions.models import Question
from tongti.units.models import Duty, Unit

OPEN = ("offered", "accepted", "objected")


class Baton(models.Model):
    """接力棒: one unit's duty on a question or on a single case.

    The unit is its holder from the moment it is offered; ``officer`` is the person inside the unit once it is signed for.
    An objection leaves the baton with the unit until it is ruled on, so somebody holds the matter at every moment.
    Due dates are counted from dispatch and keep the versions and the explanation they were computed with.
    """

    personal = frozenset[str]()

    class Role(models.TextChoices):
        LEAD = "lead", "牵头"
        HELPER = "helper", "协办"
        TERRITORY = "territory", "属地"

    class State(models.TextChoices):
        OFFERED = "offered", "待签收"
        ACCEPTED = "accepted", "办理中"
        OBJECTED = "objected", "异议待裁"
        DONE = "done", "已交棒"
        RECALLED = "recalled", "已改派"

    question = models.ForeignKey(Question, models.PROTECT, null=True, related_name="batons")
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="batons")
    role = models.CharField("职责", max_length=10, choices=Role)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="batons")
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="batons")
    task = models.CharField("任务", max_length=300)
    state = models.CharField(max_length=10, choices=State, default=State.OFFERED)
    attempt = models.PositiveSmallIntegerField("第几次派单", default=1)
    designated = models.BooleanField("指定（不得再退）", default=False)
    round = models.PositiveSmallIntegerField("第几轮办理", default=1)

    duty = models.ForeignKey(Duty, models.PROTECT, null=True, verbose_name="派单依据")
    dispatch_reason = models.CharField("派单理由", max_length=200, blank=True)
    dispatched_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    started_on = models.DateField("起算日")
    due_on = models.DateField("期限")
    due_at = models.DateTimeField("到期时刻", null=True, help_text="按小时计的时限才有")
    sign_due_at = models.DateTimeField("签收期限", null=True)
    object_due_at = models.DateTimeField("异议期限", null=True)
    contact_due_at = models.DateTimeField("首次联系期限", null=True)
    regime_version = models.CharField(max_length=60, blank=True)
    calendar_version = models.CharField(max_length=60, blank=True)
    explanation = models.JSONField(default=dict)
    extended = models.PositiveSmallIntegerField("延期次数", default=0)
    promised_until = models.DateField("挂账到", null=True, help_text="挂账期间才有；到期自动回到在办")
    paused_until = models.DateField("暂停计时到", null=True, help_text="暂停期间才有；到这天自动接着计时")
    redos = models.PositiveSmallIntegerField("答复退回次数", default=0)

    offered_at = models.DateTimeField()
    first_contact_at = models.DateTimeField("首次联系", null=True, help_text="第一次试着联系诉求人，不管接没接通")
    accepted_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(question=None, case__isnull=False) | Q(question__isnull=False, case=None),
                name="baton_on_one_thing",
            ),
            models.UniqueConstraint(
                fields=["question"], condition=Q(role="lead", state__in=OPEN), name="one_open_lead_per_question"
            ),
            models.UniqueConstraint(
                fields=["case"], condition=Q(role="lead", state__in=OPEN), name="one_open_lead_per_case"
            ),
            models.UniqueConstraint(
                fields=["question", "unit"], condition=Q(state__in=OPEN), name="one_open_baton_per_unit_q"
            ),
            models.UniqueConstraint(
                fields=["case", "unit"], condition=Q(state__in=OPEN), name="one_open_baton_per_unit_c"
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted") | Q(officer__isnull=False, accepted_at__isnull=False),
                name="accepted_baton_has_officer",
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN, ended_at=None) | Q(state__in=("done", "recalled"), ended_at__isnull=False),
                name="ended_baton_has_time",
            ),
            models.CheckConstraint(
                condition=Q(promised_until=None) | Q(state="accepted", role="lead"),
                name="only_an_accepted_lead_is_promised",
            ),
            models.CheckConstraint(
                condition=Q(paused_until=None) | Q(state="accepted", promised_until=None),
                name="only_an_accepted_baton_is_paused",
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "due_on", "id"], name="baton_open_by_unit", condition=Q(state__in=OPEN)),
            models.Index(fields=["due_on", "id"], name="baton_open_by_due", condition=Q(state__in=OPEN)),
            models.Index(fields=["state", "-id"], name="baton_by_state"),
            models.Index(fields=["officer", "id"], name="baton_open_by_officer", condition=Q(state="accepted")),
            models.Index(
                fields=["promised_until", "id"], name="baton_promised", condition=Q(promised_until__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.get_role_display()} {self.get_state_display()}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


class Objection(models.Model):
    """异议: the unit says that it is not its duty, why, on which basis, and whose it is; the dispatcher rules.

    ``due_on`` (and ``due_at`` for a limit by hours) say by when, where the baton's regime lays that down.
    """

    personal = frozenset[str]()

    class Ruling(models.TextChoices):
        REASSIGNED = "reassigned", "采纳，另派"
        UPHELD = "upheld", "不采纳，维持原派"
        DESIGNATED = "designated", "指定承办，不得再退"

    baton = models.ForeignKey(Baton, models.PROTECT, related_name="objections")
    reason = models.CharField("理由", max_length=500)
    basis = models.CharField("依据", max_length=300)
    suggested = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name="建议单位")
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    due_on = models.DateField("裁定期限", null=True)
    due_at = models.DateTimeField("裁定时刻", null=True, help_text="按小时计的时限才有")
    reckoning = models.ForeignKey(Reckoning, models.PROTECT, null=True, db_index=False, related_name="+")
    ruling = models.CharField(max_length=10, choices=Ruling, blank=True)
    ruling_note = models.CharField("裁定说明", max_length=300, blank=True)
    ruled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ruled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["baton"], condition=Q(ruling=""), name="one_open_objection_per_baton")
        ]
        indexes = [
            models.Index(fields=["raised_at"], name="objection_open", condition=Q(ruling="")),
            models.Index(fields=["due_on"], name="objection_due", condition=Q(ruling="")),
        ]

    def __str__(self) -> str:
        return f"异议 {self.pk}"


class Progress(models.Model):
    """办理进展: what the unit did; ``public`` entries are shown to every asker of the question."""

    personal = frozenset({"words"})

    baton = models.ForeignKey(Baton, models.PROTECT, related_name="progress")
    words = models.CharField("做了什么", max_length=500)
    public = models.BooleanField("告诉诉求人", default=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "progress"
        indexes = [models.Index(fields=["baton", "-at"], name="progress_by_baton")]

    def __str__(self) -> str:
        return f"进展 {self.pk}"
