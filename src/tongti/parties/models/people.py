"""对象: whom we serve. Name and contacts are encrypted; blind indexes find a known caller by her phone."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from tongti.shared.fields import EncryptedTextField


class Party(models.Model):
    """A person, enterprise or organisation that raised something.

    ``phone_index``/``tail_index``/``name_index`` are keyed hashes (16 bytes) of the E.164 phone, its last four digits and
    the name; b"" when there is none. ``outside_index`` is the keyed hash of the asker's id at an outside source (an imported
    table that names askers by account), so that one account stays one asker.
    """

    personal = frozenset({"name", "phone", "email"})

    class Kind(models.TextChoices):
        PERSON = "person", "居民"
        ENTERPRISE = "enterprise", "企业、个体户"
        ORGANISATION = "organisation", "其他组织"

    kind = models.CharField("类别", max_length=12, choices=Kind, default=Kind.PERSON)
    name = EncryptedTextField("姓名（名称）")
    phone = EncryptedTextField("手机号")
    email = EncryptedTextField("邮箱")
    phone_index = models.BinaryField(max_length=16, default=b"")
    tail_index = models.BinaryField(max_length=16, default=b"")
    name_index = models.BinaryField(max_length=16, default=b"")
    outside_index = models.BinaryField(max_length=16, default=b"")
    credit_code = models.CharField("统一社会信用代码", max_length=18, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            # Two clerks who take the same caller at the same moment must end with one party.
            models.UniqueConstraint(
                fields=["phone_index", "name_index"],
                condition=~Q(phone_index=b""),
                name="party_once_per_phone_and_name",
            ),
            models.UniqueConstraint(
                fields=["outside_index"], condition=~Q(outside_index=b""), name="party_once_per_outside_id"
            ),
        ]
        indexes = [
            models.Index(fields=["tail_index"], name="party_by_tail", condition=~Q(tail_index=b"")),
            models.Index(fields=["credit_code"], name="party_by_code", condition=~Q(credit_code="")),
        ]

    def __str__(self) -> str:
        return f"对象 {self.pk}"


class Reveal(models.Model):
    """调阅: one officer may see one party unmasked until ``expires_at``, for the reason she gave."""

    personal = frozenset[str]()

    party = models.ForeignKey(Party, models.PROTECT)
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    reason = models.CharField("事由", max_length=200)
    granted_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["officer", "party", "-expires_at"], name="reveal_current")]

    def __str__(self) -> str:
        return f"调阅 {self.pk}"
