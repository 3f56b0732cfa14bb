from tongti.shared.errors import DomainError


class UnknownSlot(DomainError):
    code, status, words = "units.unknown_slot", 422, "模板里的“{slot}”不认识，可用的有：{slots}。"


class StillHolding(DomainError):
    code, status, words = "units.still_holding", 409, "{unit}手里还有 {count} 根接力棒，不能停用。"


class RolesClash(DomainError):
    """办理、回访、管理 are kept apart (design §5)."""

    code, status, words = "units.roles_clash", 422, "“{one}”和“{other}”要由不同的人担任，不能给同一个人。"
