"""上下级链路: our own keys, another deployment above or below, and which units are reached through it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from tongti.lifting import signatures
from tongti.units.models import Unit


class OwnKey(models.Model):
    """本站密钥: one generation of our key pair. The private half follows from the installation's secrets and ``serial``."""

    personal = frozenset[str]()

    serial = models.PositiveIntegerField(unique=True)
    public = models.BinaryField("公钥")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(models.Value(1), condition=Q(retired_at=None), name="one_own_key_in_use"),
        ]

    def __str__(self) -> str:
        return f"本站密钥第 {self.serial} 代"

    @property
    def fingerprint(self) -> str:
        """To be compared by telephone."""
        return signatures.fingerprint(bytes(self.public))


class Peer(models.Model):
    """链路: another deployment. Nothing is sent to it or taken from it before a person compared its key's fingerprint.

    ``sent`` and ``got`` are the last serial numbers of letters in each direction; an own letter is numbered under this row's
    lock, so none is missing and none comes twice.
    """

    personal = frozenset[str]()

    class Side(models.TextChoices):
        ABOVE = "above", "上级"
        BELOW = "below", "下级"

    class State(models.TextChoices):
        NEW = "new", "待核对指纹"
        ACTIVE = "active", "已接通"
        REVOKED = "revoked", "已断开"

    name = models.CharField("名称", max_length=60)
    side = models.CharField("在哪一边", max_length=5, choices=Side)
    remote_id = models.CharField("对方编号", max_length=32, unique=True)
    base_url = models.CharField("网址", max_length=200)
    public = models.BinaryField("公钥")
    units = models.ManyToManyField(Unit, through="PeerUnit", related_name="+", verbose_name="经它送达的单位")
    state = models.CharField(max_length=8, choices=State, default=State.NEW)
    sent = models.PositiveBigIntegerField(default=0)
    got = models.PositiveBigIntegerField(default=0)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    heard_at = models.DateTimeField("最近来信", null=True)
    reached_at = models.DateTimeField("最近送达", null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="active") | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="active_peer_was_confirmed",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def fingerprint(self) -> str:
        """To be compared by telephone."""
        return signatures.fingerprint(bytes(self.public))


class PeerUnit(models.Model):
    """经链路送达的单位: a unit that works in the other deployment; what it is asked goes there, and nowhere else."""

    personal = frozenset[str]()

    peer = models.ForeignKey(Peer, models.CASCADE, related_name="reached")
    unit = models.OneToOneField(Unit, models.PROTECT, related_name="+", verbose_name="单位")

    def __str__(self) -> str:
        return f"{self.unit} → {self.peer}"
