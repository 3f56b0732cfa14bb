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


class AlreadyRegistered(DomainError):
    """Another entry has this 统一社会信用代码."""

    code, status, words = (
        "parties.already_registered",
        409,
        "这个统一社会信用代码已经登记过：{name}。一个代码只登记一次。",
    )


class FirmMerged(DomainError):
    """The entry was merged into another one."""

    code, status, words = "parties.firm_merged", 409, "这条登记已经并入另一条，请到那一条去改。"


class MergeRefused(DomainError):
    """Two entries that cannot be one."""

    code, status, words = "parties.merge_refused", 409, "{why}"


class FirmImportBusy(DomainError):
    """The import is past the step that was asked for."""

    code, status, words = "parties.firm_import_busy", 409, "这张表已经开始导入（或者已经删掉）了，请刷新后再看。"
