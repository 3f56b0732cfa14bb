"""人员: the people who sign in. What they may do hangs on their posts (units.Post), not on the account."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from tongti.shared.fields import EncryptedTextField


class OfficerManager(BaseUserManager["Officer"]):
    def get_by_natural_key(self, username: str | None) -> "Officer":
        return self.get(username=username)


class Officer(AbstractBaseUser):
    """One person on the staff. ``demo`` accounts are the one-click cast of the demo district."""

    personal = frozenset({"phone", "email"})

    username = models.CharField("登录名", max_length=60, unique=True)
    name = models.CharField("姓名", max_length=40)
    phone = EncryptedTextField("办公电话")
    email = EncryptedTextField("工作邮箱")
    is_active = models.BooleanField("在用", default=True)
    demo = models.BooleanField(default=False)
    must_change_password = models.BooleanField(default=False)
    failed_tries = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects: ClassVar[OfficerManager] = OfficerManager()

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Django's own permissions are not used; the policy is units.access."""
        return False
