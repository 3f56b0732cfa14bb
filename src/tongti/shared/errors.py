"""One family of errors: a name in code, a permanent code for machines, one sentence for people."""

from typing import ClassVar


class DomainError(Exception):
    """A rule of the house said no. The web shows ``sentence``, the API sends ``code``, jobs log ``code``.

    ``words`` may hold ``{name}`` slots that the keyword facts fill. ``status`` is the HTTP status that fits.
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 409
    words: ClassVar[str] = "这一步没有做成。"

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.sentence)

    @property
    def sentence(self) -> str:
        """The one Chinese sentence that a person reads."""
        return str(self.words).format(**self.facts)


class NotVisible(DomainError):
    """The thing is not there for this viewer; whether it exists at all is not told."""

    code, status, words = "not_visible", 404, "没有找到这一页。"


class NotAllowed(DomainError):
    """The viewer sees the thing but may not do this to it."""

    code, status, words = "not_allowed", 403, "您的岗位没有“{what}”的权限。"


class BadInput(DomainError):
    """What was typed cannot be accepted; ``field`` names the form field, ``sentence`` says how to mend it."""

    code, status, words = "bad_input", 422, "{sentence}"

    def __init__(self, field: str, sentence: str) -> None:
        self.field = field
        super().__init__(sentence=sentence)


class Raced(DomainError):
    """Compare-and-set lost: somebody else moved the thing first."""

    code, status, words = "raced", 409, "这件事刚刚已被别人处理，请刷新后再看。"
