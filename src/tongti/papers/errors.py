from tongti.shared.errors import DomainError


class NotADraft(DomainError):
    """What was signed or voided is not written on any more."""

    code, status, words = "papers.not_a_draft", 409, "这份公文{state}，不能再改。要改请作废后另做一份。"


class NotFinished(DomainError):
    """A paper is signed when everything is written that only a person can write."""

    code, status, words = "papers.not_finished", 409, "还没有写“{what}”，写了才能签发。"


class NoCode(DomainError):
    """Without the office's code there is no number (机关代字〔年〕号)."""

    code, status, words = "papers.no_code", 409, "还没有填机关代字，签发时编不出文号。请先在“公文样式”里填写。"


class NotSigned(DomainError):
    """Only a number that was given can be voided; a draft is dropped."""

    code, status, words = "papers.not_signed", 409, "这份公文{state}，不能作废。"


class NothingToWriteAbout(DomainError):
    """What the paper would be about is not there yet (no extension was approved, no answer signed …)."""

    code, status, words = "papers.nothing_to_write_about", 409, "现在还做不了这份公文：{why}。"


class NumberInForce(DomainError):
    """The number that came with the matter stands on a paper that is in force: that one is voided first."""

    code, status, words = "papers.number_in_force", 409, "{number}已经签发过一份。要重发，请先把那一份作废。"


class NoChineseFont(DomainError):
    """A .pdf carries its fonts; without one it would show boxes."""

    code, status, words = (
        "papers.no_chinese_font",
        503,
        "服务器上没有中文字体，出不了 .pdf。请管理员装上字体，或者先下载 .docx。",
    )
