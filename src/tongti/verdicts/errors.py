from tongti.shared.errors import DomainError


class LinkSpent(DomainError):
    """The one-time link was used already."""

    code, status, words = "verdicts.link_spent", 409, "这次评价已经收到了，谢谢您。想再说点什么，请到“查进度”里补充。"


class LinkExpired(DomainError):
    """The one-time link is too old."""

    code, status, words = (
        "verdicts.link_expired",
        410,
        "评价链接已过期。请到“查进度”里用编号和查询码评价，或等我们打电话回访。",
    )


class OwnWork(DomainError):
    """Handle ≠ verify (design §5): the unit that did the work may not revisit it."""

    code, status, words = "verdicts.own_work", 403, "这件事是贵单位办的，回访要由别的单位来做。"


class AlreadyJudged(DomainError):
    """The asker has spoken on this reply."""

    code, status, words = "verdicts.already_judged", 409, "诉求人已经评价过了，不用再回访。"


class AlreadyWeighed(DomainError):
    """Somebody weighed this rating a moment ago."""

    code, status, words = "verdicts.already_weighed", 409, "这次评价已经核实过了。"


class NothingToWeigh(DomainError):
    """Only a bad rating is weighed."""

    code, status, words = "verdicts.nothing_to_weigh", 409, "只有不满意的评价要核实合理不合理。"


class TooSoon(DomainError):
    """Tries that reach nobody must lie apart (W1 rule 6)."""

    code, status, words = "verdicts.too_soon", 409, "刚刚打过没有联系上，请隔 {hours} 小时再打。"


class NotAnsweredYet(DomainError):
    """Only an answered or closed case can come back."""

    code, status, words = "verdicts.not_answered_yet", 409, "这件事还在办，有新情况请用“补充情况”。"


class NotClosedYet(DomainError):
    """What is still open cannot leave the ledger."""

    code, status, words = "verdicts.not_closed_yet", 409, "还有诉求没办结，或者又在办理，不能申请销号。"


class NobodySpoke(DomainError):
    """销号 needs an asker's answer; silence is not one."""

    code, status, words = "verdicts.nobody_spoke", 409, "还没有一位诉求人评价过，不能销号；请先回访。"


class AlreadyApplied(DomainError):
    code, status, words = "verdicts.already_applied", 409, "已经申请过销号了，请等审核。"


class NothingToJudge(DomainError):
    """Nobody has answered yet, so there is nothing to ask the firm about."""

    code, status, words = "verdicts.nothing_to_judge", 409, "这件还没有答复，等答复以后再问企业四问。"
