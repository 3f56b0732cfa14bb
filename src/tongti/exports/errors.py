from tongti.shared.errors import DomainError


class NotReady(DomainError):
    """The file is not written yet, or was thrown away again."""

    code, status, words = "exports.not_ready", 409, "这份文件{state}，现在拿不到。"
