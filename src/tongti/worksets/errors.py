from tongti.shared.errors import DomainError


class TooManyRows(DomainError):
    """More than one run may take."""

    code, status, words = "worksets.too_many", 422, "这里有 {count} 件，一次最多办 {most} 件。请先筛选，再分几次办。"


class NothingChosen(DomainError):
    """A run over nothing."""

    code, status, words = "worksets.nothing_chosen", 422, "还没有选中。请勾选要办的，或者选“这个条件下的全部”。"


class NotRunning(DomainError):
    """Stopping or taking something that is not in that state."""

    code, status, words = "worksets.not_running", 409, "这一批{state}，不能这样做。"


class TooManyViews(DomainError):
    """One officer's own views of one list are full."""

    code, status, words = "worksets.too_many_views", 409, "常用视图已有 {most} 个，请先删去不用的。"


class NameTaken(DomainError):
    """She has a view of that name already."""

    code, status, words = "worksets.name_taken", 409, "已经有一个叫“{name}”的视图，请换个名字。"
