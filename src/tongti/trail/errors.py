from tongti.shared.errors import DomainError


class TrailBroken(DomainError):
    """The trail does not verify."""

    code, status, words = "trail.broken", 500, "留痕校验没有通过：{what}。"
