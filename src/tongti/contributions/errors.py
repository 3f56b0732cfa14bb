"""What can go wrong with 贡献记录."""

from tongti.shared.errors import DomainError


class NotYetShown(DomainError):
    """The person herself sees it first, and has some days to look and to speak."""

    code, status, words = "contributions.not_yet", 403, "{month}的记录本人先看，{day}起负责人才能看。"
