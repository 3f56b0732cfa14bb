from tongti.shared.errors import DomainError


class NoReason(DomainError):
    """An unmasking without a reason."""

    code, status, words = "parties.no_reason", 422, "请写明查看身份的事由（至少 4 个字），事由会留痕。"


class IdentityHidden(DomainError):
    """The asker wants the handling units not to know her."""

    code, status, words = (
        "parties.identity_hidden",
        403,
        "诉求人要求对办理单位隐名，承办单位不能查看身份；需要联系时请经热线转接。",
    )
