"""Why a target or an owner was not taken."""

from tongti.shared.errors import DomainError


class Unnamed(DomainError):
    """The slot has no name or no paper behind it yet."""

    code, status, words = "targets.unnamed", 409, "这一栏还没有名称和出处，先到调研服务里填上。"
