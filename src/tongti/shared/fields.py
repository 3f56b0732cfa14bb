"""A text column that is ciphertext in the database."""

from typing import Any

from django.core.checks import CheckMessage
from django.db import models

from tongti.shared import crypto


class EncryptedTextField(models.BinaryField):  # type: ignore[type-arg]  # generic in the stubs only
    """Reads and writes ``str``; stores AES-GCM bytes bound to ``model.field``. Cannot be filtered or ordered."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", "")
        kwargs.setdefault("blank", True)
        kwargs["editable"] = kwargs.get("editable", True)
        super().__init__(*args, **kwargs)

    def _check_str_default_value(self) -> list[CheckMessage]:
        # Django's check is for columns whose Python value is bytes; here it is str, and so is its default.
        return []

    @property
    def purpose(self) -> str:
        return f"{self.model._meta.label_lower}.{self.column}"

    def get_default(self) -> str:
        return ""

    def from_db_value(self, value: bytes | memoryview | None, expression: object, connection: object) -> str:
        return crypto.decrypt(bytes(value), purpose=self.purpose) if value else ""

    def to_python(self, value: Any) -> str:
        return "" if value is None else str(value)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        sealed = crypto.encrypt(str(value), purpose=self.purpose) if value else b""
        return super().get_db_prep_value(sealed, connection, prepared)

    def value_to_string(self, obj: models.Model) -> str:
        raise TypeError("个人信息不能序列化导出")
