from tongti.shared.errors import DomainError


class ListingClosed(DomainError):
    """The need or offer was withdrawn or met meanwhile."""

    code, status, words = "linkups.listing_closed", 409, "这条{kind}已经{state}了，请刷新后再看。"


class PairDecided(DomainError):
    """Somebody set the pair aside or introduced the two already."""

    code, status, words = "linkups.pair_decided", 409, "这一对刚刚已经有人处理（{state}），请刷新后再看。"


class NotBothAgreed(DomainError):
    """Contacts are passed on only after both sides said yes."""

    code, status, words = (
        "linkups.not_both_agreed",
        409,
        "双方都同意了才能互告联系人（个人信息保护法第二十三条）；{side}还没有同意的记录。",
    )


class IntroductionOver(DomainError):
    """The introduction has ended."""

    code, status, words = "linkups.introduction_over", 409, "这次引荐已经结束（{state}），请刷新后再看。"


class NotYetPassedOn(DomainError):
    """An agreement before the two were brought together."""

    code, status, words = (
        "linkups.not_yet_passed_on",
        409,
        "还没有互告联系人，不能记谈的结果；谈不成的可以直接记“没有谈成”。",
    )


class NotWaiting(DomainError):
    """Somebody has confirmed it or set it aside."""

    code, status, words = "linkups.not_waiting", 409, "这一条刚刚已经有人确认过了，请刷新后再看。"


class TooManyWaiting(DomainError):
    """The firm's own that nobody has looked at yet."""

    code, status, words = "linkups.too_many_waiting", 409, "贵企业已有 {most} 条在等确认，确认以后再填新的。"
