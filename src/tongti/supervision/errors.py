"""What the house says no to in supervision."""

from tongti.shared.errors import DomainError


class OwnUnit(DomainError):
    """Whoever supervises holds no post at the supervised unit (handle ≠ verify, design §5)."""

    code, status, words = "supervision.own_unit", 409, "您在{unit}任职，不能督办本单位，请由别的督办员办理。"


class NothingChanged(DomainError):
    """A new version of a rule that says the same as the old one."""

    code, status, words = "supervision.nothing_changed", 422, "和现在的规则完全一样，没有另出一版。"


class AlreadyUnderSupervision(DomainError):
    """One open item per matter: more pressure is a further step on it, not a second item."""

    code, status, words = (
        "supervision.already_open",
        409,
        "这件事已经在督办（{item}），一事一督，请在那一件上走下一步。",
    )


class StepTaken(DomainError):
    """Each rung once per item, and never downwards."""

    code, status, words = "supervision.step_taken", 409, "“{rung}”已经做过，下一步是“{next}”或更高一级。"


class LadderEnds(DomainError):
    """约谈 is the last rung."""

    code, status, words = "supervision.ladder_ends", 409, "督办阶梯已经走完，请审结，或者另行报告。"


class SkipNeedsReason(DomainError):
    """Going up more than one rung at once is an exception that says why."""

    code, status, words = "supervision.skip_needs_reason", 422, "从“{at}”越过“{skipped}”直接“{rung}”，请写明越级理由。"


class TooMany(DomainError):
    """Guard against over-supervision (基层减负): past the month's number a reason is asked."""

    code, status, words = (
        "supervision.too_many",
        422,
        "{unit}本月已经有 {count} 件督办，达到每月 {cap} 件的上限；确需再发，请写明理由。",
    )


class NotOpen(DomainError):
    """It has ended, or is not at this point."""

    code, status, words = "supervision.not_open", 409, "这件督办现在是“{state}”，不能{what}。"


class NotSupervised(DomainError):
    """Only a baton in hand can be supervised."""

    code, status, words = "supervision.baton_ended", 409, "{unit}的这根接力棒已经交了或收回了，不用再督办。"


class RecheckOver(DomainError):
    """政府督查条例 art. 20: thirty days from the conclusion."""

    code, status, words = "supervision.recheck_over", 409, "申请复核的期限（{until}）已过。"


class RecheckAsked(DomainError):
    """One recheck per conclusion."""

    code, status, words = "item.recheck_asked", 409, "已经申请过复核。"


class SameSupervisor(DomainError):
    """政府督查条例 art. 20: who took part in the conclusion stands back."""

    code, status, words = "supervision.same_supervisor", 409, "审结结论是您作出的，复核要由别的督办员办理。"


class ProposalDecided(DomainError):
    """Somebody else decided it, or it no longer holds."""

    code, status, words = "supervision.proposal_decided", 409, "这条督办建议现在是“{state}”，不用再定。"


class OwnerCannotClose(DomainError):
    """An instruction is closed by the leader's side, not by whoever carries it out."""

    code, status, words = "supervision.owner_cannot_close", 409, "批示由领导或督办员办结，落实单位只能反馈。"


class NobodyHolds(DomainError):
    """An instruction needs an owner."""

    code, status, words = "supervision.nobody_holds", 409, "这件事现在没有单位拿着，请选落实单位。"
