"""The steps that can be done on many at once: each calls the single action, which asks for the permission and the state anew."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tongti.cases import actions as cases
from tongti.cases import queries as case_queries
from tongti.cases.models import Case
from tongti.questions import actions as questions
from tongti.questions import queries as question_queries
from tongti.questions.access import visible
from tongti.questions.models import Question
from tongti.relay.models import OPEN, Baton
from tongti.relay.plans import about
from tongti.shared.errors import BadInput, DomainError
from tongti.shared.privacy import without_numbers
from tongti.supervision import actions as supervision
from tongti.supervision.actions import Pressure
from tongti.units.access import May, Viewer
from tongti.units.models import Category
from tongti.worksets.access import may_any
from tongti.worksets.models import Bulk, Of


class NotInHand(DomainError):
    """A reminder needs a unit to be reminded."""

    code, status, words = "worksets.not_in_hand", 409, "现在没有单位在办，不用提醒。"


@dataclass(frozen=True)
class Verb:
    """One step. ``needs`` names what is chosen once for all rows: a category, a question, words, or nothing.

    ``do`` raises DomainError where a row does not allow it. ``is_read``: nothing changes, the result is a list.
    """

    code: str
    of: str
    name: str
    may: tuple[May, ...]
    needs: str
    do: Callable[[Any, Bulk, Viewer], None]

    def allowed(self, viewer: Viewer) -> bool:
        """Whether she holds a permission that some row may allow it by."""
        return may_any(viewer, *self.may)


def find(of: str, viewer: Viewer, pk: int) -> Any:
    """One row as its own room shows it to her. Raises NotVisible."""
    return case_queries.case_for(viewer, pk) if of == Of.CASES else question_queries.question_for(viewer, pk)


def checked_category(pk: int | None) -> int:
    """A category in use. Raises BadInput."""
    if not pk or not Category.objects.filter(pk=pk, active=True).exists():
        raise BadInput("category", "请选一个分类。")
    return pk


# --- the steps ----------------------------------------------------------------------------------------------------


def _file_case(case: Case, bulk: Bulk, by: Viewer) -> None:
    cases.correct(case=case, category_id=bulk.asked["category"], by=by)


def _file_question(question: Question, bulk: Bulk, by: Viewer) -> None:
    questions.classify(question=question, category_id=bulk.asked["category"], place_id=question.place_id, by=by)


def _join(case: Case, bulk: Bulk, by: Viewer) -> None:
    question = question_queries.question_for(by, int(bulk.asked["question"]))
    questions.join(case_ids=[case.pk], question=question, by=by)


def _remind_case(case: Case, bulk: Bulk, by: Viewer) -> None:
    _remind(None, case.pk, bulk, by)


def _remind_question(question: Question, bulk: Bulk, by: Viewer) -> None:
    _remind(question.pk, None, bulk, by)


def _remind(question_id: int | None, case_id: int | None, bulk: Bulk, by: Viewer) -> None:
    rows = Baton.objects.filter(about(question_id, case_id), role=Baton.Role.LEAD, state__in=OPEN)
    lead = rows.select_related("unit").first()
    if lead is None:
        raise NotInHand
    pressure = Pressure(rung="remind", words=bulk.words)
    supervision.open_item(baton=lead, pressure=pressure, why=bulk.words[:300], by=by)


def _list(_row: Any, _bulk: Bulk, by: Viewer) -> None:
    by.require(May.EXPORT)


FILERS = (May.REGISTER, May.JOIN)
_ALL = (
    Verb("category", Of.CASES, "改分类", FILERS, "category", _file_case),
    Verb("join", Of.CASES, "并入一道题", (May.JOIN,), "question", _join),
    Verb("remind", Of.CASES, "提醒承办单位", (May.SUPERVISE,), "words", _remind_case),
    Verb("list", Of.CASES, "导出清单", (May.EXPORT,), "", _list),
    Verb("category", Of.QUESTIONS, "改分类", (May.JOIN,), "category", _file_question),
    Verb("remind", Of.QUESTIONS, "提醒牵头单位", (May.SUPERVISE,), "words", _remind_question),
    Verb("list", Of.QUESTIONS, "导出清单", (May.EXPORT,), "", _list),
)
VERBS: dict[tuple[str, str], Verb] = {(verb.of, verb.code): verb for verb in _ALL}


# --- what the result says of a row --------------------------------------------------------------------------------

HEADS = (("编号", 18), ("标题", 40), ("地点", 14), ("分类", 14), ("谁在办", 16), ("状态", 10), ("期限", 12))


def lines(of: str, viewer: Viewer, ids: Sequence[int]) -> dict[int, list[str]]:
    """Cells of these rows as she may see them now; numbers of people are starred. One query."""
    if of == Of.CASES:
        seen: Any = case_queries.seen_by(viewer).select_related("place", "category", "holder")
        seen = seen.only(*case_queries.LIST_FIELDS)
    else:
        seen = Question.objects.filter(visible(viewer)).select_related("place", "category", "lead")
        seen = seen.defer(*question_queries.HEAVY)
    return {row.pk: _cells(row) for row in seen.filter(pk__in=ids)}


def _cells(row: Any) -> list[str]:
    unit = row.holder if isinstance(row, Case) else row.lead
    title = row.headline if isinstance(row, Case) else row.title
    return [
        row.number,
        without_numbers(title),
        row.place.name if row.place else "",
        row.category.name if row.category else "",
        unit.short_name if unit else "",
        row.get_state_display(),
        row.due_on.isoformat() if row.due_on else "",
    ]
