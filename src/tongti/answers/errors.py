"""What the house says no to while an answer is made."""

from tongti.shared.errors import DomainError


class AlreadySubmitted(DomainError):
    """A part that was handed in belongs to the lead now."""

    code, status, words = "answers.already_submitted", 409, "本单位的分答已经交了，要改请联系牵头单位。"


class NotDraft(DomainError):
    """Only a draft can be changed."""

    code, status, words = "answers.not_draft", 409, "这份答复{state}，不能再改。"


class NotSubmitted(DomainError):
    """Only what was handed up can be signed or sent back."""

    code, status, words = "answers.not_submitted", 409, "这份答复还没有送签，不能{what}。"


class PartsMissing(DomainError):
    """The lead may go on without a part, but says why."""

    code, status, words = "answers.parts_missing", 422, "{units}的分答还没交；不等了要写明理由。"


class PrivacyFound(DomainError):
    """A hard stop: no reason overrides it (W1 rule 9)."""

    code, status, words = "answers.privacy_found", 422, "{where}里有{kind}，会让别人看到，请删去后再送。"


class NotContacted(DomainError):
    """What came in at the window 办不成事 is not answered before somebody has spoken to the asker (W5; no reason overrides it)."""

    code, status, words = "answers.not_contacted", 409, "还没有联系过诉求人（{numbers}），不能答复；请先联系并记下来。"


class RefusalIncomplete(DomainError):
    """否定答复: what a refusal of the window has to say (W5; no reason overrides it)."""

    code, status, words = "answers.refusal_incomplete", 422, "{sentence}"


class NeedsReason(DomainError):
    """Warnings may be overridden with a reason."""

    code, status, words = "answers.needs_reason", 422, "还有 {count} 处提示没有改；要照发，请写明理由。"


class NotAMember(DomainError):
    """Own sentences are for cases that the answer goes to."""

    code, status, words = "answers.not_a_member", 409, "诉求 {number} 不在这份答复的范围里。"
