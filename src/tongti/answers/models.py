"""共答: each unit's part, the joint answer that the lead signs, and the reply that each asker reads."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from tongti.cases.models import Case
from tongti.questions.models import Question
from tongti.relay.models import Baton
from tongti.units.models import Unit


class Part(models.Model):
    """分答: what one unit answers for; saved as a draft until the baton is handed back."""

    personal = frozenset({"words"})

    baton = models.OneToOneField(Baton, models.PROTECT, related_name="part")
    words = models.TextField("分答")
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    saved_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"分答 {self.pk}"


class Answer(models.Model):
    """共答 to a question, or the answer to a single case. One is open at a time; signed ones are never changed.

    ``search`` are the words of a signed one, written as it is signed: drafts are not found by their words.
    """

    personal = frozenset({"opening", "found", "done", "would_need", "next_steps"})

    class State(models.TextChoices):
        DRAFT = "draft", "起草中"
        SUBMITTED = "submitted", "待签发"
        SIGNED = "signed", "已签发"

    question = models.ForeignKey(Question, models.PROTECT, null=True, related_name="answers")
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="answers")
    lead = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    opening = models.TextField("问的是什么", blank=True)
    found = models.TextField("查明的情况", blank=True)
    done = models.TextField("办理结果", blank=True)
    basis = models.TextField("依据", blank=True)
    would_need = models.TextField("要怎样才能办", blank=True, help_text="不予办理时写：缺什么，补上什么就能办")
    next_steps = models.TextField("下一步和期限", blank=True)
    remedy = models.TextField("不服怎么办", blank=True)
    contact = models.CharField("联系人和电话", max_length=120, blank=True)
    closing = models.CharField("办结方式", max_length=12, choices=Case.Closing, blank=True)
    redo_count = models.PositiveSmallIntegerField("退回次数", default=0)
    redo_reason = models.CharField("退回理由", max_length=300, blank=True)
    missing_reason = models.CharField("不等分答的理由", max_length=200, blank=True)
    override_reason = models.CharField("提示照发理由", max_length=200, blank=True)
    composed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    search = SearchVectorField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(question=None, case__isnull=False) | Q(question__isnull=False, case=None),
                name="answer_to_one_thing",
            ),
            models.UniqueConstraint(
                fields=["question"], condition=~Q(state="signed"), name="one_open_answer_per_question"
            ),
            models.UniqueConstraint(fields=["case"], condition=~Q(state="signed"), name="one_open_answer_per_case"),
            models.CheckConstraint(
                condition=~Q(state="signed") | Q(signed_at__isnull=False, signed_by__isnull=False),
                name="signed_answer_has_signer",
            ),
        ]
        indexes = [
            GinIndex(fields=["search"], name="answer_search"),
            # few among many: what was refused and signed
            models.Index(
                fields=["-signed_at", "-id"], name="answer_refusals", condition=Q(state="signed", closing="refused")
            ),
        ]

    def __str__(self) -> str:
        return f"共答 {self.pk}"


class CaseWords(models.Model):
    """只对这一件说的话: sentences of the answer that concern one asker only."""

    personal = frozenset({"words"})

    answer = models.ForeignKey(Answer, models.CASCADE, related_name="case_words")
    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    words = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["answer", "case"], name="case_words_once")]

    def __str__(self) -> str:
        return f"单独说明 {self.pk}"


class Reply(models.Model):
    """答复: what one asker reads. The text is frozen when the answer is signed; the salutation is added when shown."""

    personal = frozenset({"body"})

    answer = models.ForeignKey(Answer, models.PROTECT, related_name="replies")
    case = models.ForeignKey(Case, models.PROTECT, related_name="replies")
    body = models.TextField("答复")
    made_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "replies"
        constraints = [models.UniqueConstraint(fields=["answer", "case"], name="reply_once")]
        indexes = [models.Index(fields=["case", "-made_at"], name="reply_by_case")]

    def __str__(self) -> str:
        return f"答复 {self.pk}"
