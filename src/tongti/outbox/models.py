"""发件箱: words on their way to somebody. Written in the transaction of the fact, sent by a job, never sent twice."""

from django.conf import settings
from django.db import models

from tongti.shared.fields import EncryptedTextField


class Message(models.Model):
    """One message to one person by one channel. ``dedupe_key`` makes a repeated action send it once."""

    personal = frozenset({"to", "body"})

    class State(models.TextChoices):
        WAITING = "waiting", "待发"
        SENT = "sent", "已发"
        FAILED = "failed", "发送失败"

    channel = models.CharField("方式", max_length=12)
    to = EncryptedTextField("收件人")
    subject = models.CharField("标题", max_length=120)
    body = EncryptedTextField("内容")
    about_kind = models.CharField(max_length=40)
    about_id = models.BigIntegerField()
    dedupe_key = models.CharField(max_length=120, unique=True)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=200, blank=True)
    urgent = models.BooleanField("紧急", default=False, help_text="夜间也发")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["next_try_at"], name="outbox_waiting", condition=models.Q(state="waiting")),
            models.Index(fields=["about_kind", "about_id"], name="outbox_about"),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()} {self.subject}"


class Notice(models.Model):
    """站内消息: something an officer should know, in the system itself; by mail as well where she gave a work address.

    ``key`` names the fact and the officer, so that it is told once. The words hold numbers, units and days, never an asker's.
    """

    personal = frozenset[str]()

    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="notices")
    subject = models.CharField("标题", max_length=120)
    words = models.CharField("内容", max_length=300, blank=True)
    about_kind = models.CharField(max_length=40)
    about_id = models.BigIntegerField()
    key = models.CharField(max_length=120, unique=True)
    urgent = models.BooleanField("紧急", default=False)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["officer", "-at", "-id"], name="notice_by_officer"),
            models.Index(fields=["officer"], name="notice_unread", condition=models.Q(read_at=None)),
        ]

    def __str__(self) -> str:
        return f"消息 {self.pk}"
