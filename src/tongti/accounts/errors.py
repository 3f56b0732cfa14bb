from tongti.shared.errors import DomainError


class UsernameTaken(DomainError):
    """Two officers cannot share a sign-in name."""

    code, status, words = "accounts.username_taken", 422, "登录名“{username}”已经有人用了，请换一个。"


class WeakPassword(DomainError):
    """The password does not meet the rules."""

    code, status, words = "accounts.weak_password", 422, "{why}"


class SignInRefused(DomainError):
    """Wrong name or password: which of the two is not told."""

    code, status, words = "accounts.sign_in_refused", 422, "登录名或密码不对。连续 5 次不对会锁定 15 分钟。"


class Locked(DomainError):
    """Too many wrong tries."""

    code, status, words = "accounts.locked", 429, "密码多次不对，账号已锁定，请 {minutes} 分钟后再试。"
