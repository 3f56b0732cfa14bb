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
