from tongti.shared.errors import DomainError


class NoHolder(DomainError):
    """No fallback unit: nobody would hold a new case."""

    code, status, words = (
        "cases.no_holder",
        409,
        "还没有设置兜底单位，新诉求没有单位接收。请系统管理员先在“机构和人员”里指定。",
    )


class NotOpen(DomainError):
    """Closed and withdrawn cases take no further steps."""

    code, status, words = "cases.not_open", 409, "这件诉求{state}，不能再做这一步。"


class AlreadyDispatched(DomainError):
    """Answering on the spot and diverting are for cases that no unit has yet."""

    code, status, words = (
        "cases.already_dispatched",
        409,
        "这件诉求已经派给单位办理，不能再{what}；需要时请派单员处理。",
    )


class ImportBusy(DomainError):
    code, status, words = "cases.import_busy", 409, "这个文件正在导入，请等它完成。"
