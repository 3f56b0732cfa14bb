"""佐证: a file that a unit lays beside what it says."""

from django.conf import settings
from django.db import models

from tongti.relay.models.batons import Baton
from tongti.shared.fields import EncryptedTextField


class Evidence(models.Model):
    """佐证: one photo or paper behind a promise or a strike-off; cleaned, under a random name outside the web root."""

    personal = frozenset({"given_name", "path"})

    class Purpose(models.TextChoices):
        PROMISE = "promise", "挂账的客观原因"
        STRIKE_OFF = "strike_off", "销号"

    baton = models.ForeignKey(Baton, models.PROTECT, related_name="evidence")
    purpose = models.CharField("用途", max_length=10, choices=Purpose)
    path = models.CharField(max_length=120, unique=True)
    given_name = EncryptedTextField("文件名")
    content_type = models.CharField(max_length=120)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "evidence"
        constraints = [models.UniqueConstraint(fields=["baton", "purpose", "sha256"], name="evidence_once_per_baton")]

    def __str__(self) -> str:
        return f"佐证 {self.pk}"
