from tongti.shared.errors import DomainError


class UnknownSlot(DomainError):
    code, status, words = "units.unknown_slot", 422, "模板里的“{slot}”不认识，可用的有：{slots}。"


class StillHolding(DomainError):
    code, status, words = "units.still_holding", 409, "{unit}手里还有 {what}，不能停用。请先改派给别的单位。"


class UnitNeeded(DomainError):
    """Other things lean on this unit; ``why`` says which and what to do first."""

    code, status, words = "units.needed", 409, "{unit}{why}"


class RolesClash(DomainError):
    """办理、回访、管理 are kept apart (design §5)."""

    code, status, words = "units.roles_clash", 422, "“{one}”和“{other}”要由不同的人担任，不能给同一个人。"


class LastAdmin(DomainError):
    """Without an administrator nobody could ever make one again."""

    code, status, words = "units.last_admin", 409, "这是最后一位系统管理员，请先安排另一位，再做这一步。"


class FileRefused(DomainError):
    """A file for import that cannot be read, or whose rows are not all right."""

    code, status, words = "units.file_refused", 422, "{why}"
