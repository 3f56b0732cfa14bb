"""What the house says no to when questions are made, joined and taken apart."""

from tongti.shared.errors import DomainError


class QuestionOver(DomainError):
    """Closed and dropped questions take no more cases."""

    code, status, words = "questions.over", 409, "“{number}”已经{state}，不能再并入诉求，请立新题或并到别的题。"


class AlreadyJoined(DomainError):
    """A case belongs to one question at a time."""

    code, status, words = "questions.already_joined", 409, "诉求 {number} 已经并在别的题里，请用“移动”。"


class NotAMember(DomainError):
    """The case is not in the question it should leave."""

    code, status, words = "questions.not_a_member", 409, "选中的诉求里有 {count} 件已经不在这道题里，请刷新后再看。"


class BatonOpen(DomainError):
    """A case that a unit handles by itself cannot join before its baton is recalled."""

    code, status, words = "questions.baton_open", 409, "诉求 {number} 已经单独派给单位在办，请先改派收回，再并入。"


class CaseWithdrawn(DomainError):
    """A withdrawn case stays out of questions."""

    code, status, words = "questions.case_withdrawn", 409, "诉求 {number} 已经撤回，不用并入。"


class NothingChosen(DomainError):
    """The step needs at least one case."""

    code, status, words = "questions.nothing_chosen", 422, "请先勾选诉求。"


class WrongState(DomainError):
    """The question is not at the stage that this step needs."""

    code, status, words = "questions.wrong_state", 409, "“{number}”现在是“{state}”，不能{step}。"


class MustRecall(DomainError):
    """Units still hold batons on the question."""

    code, status, words = "questions.must_recall", 409, "“{number}”正由单位在办，请先收回各单位的接力棒，再{step}。"


class CannotUndo(DomainError):
    """Something happened since, so going back would undo somebody else's step."""

    code, status, words = "questions.cannot_undo", 409, "不能撤销：{why}。"


class SameQuestion(DomainError):
    """A question cannot be merged into, or moved to, itself."""

    code, status, words = "questions.same_question", 422, "两边是同一道题，请选另一道题。"
