"""A run over many is asked for, stopped, and its result taken."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet

from tongti.questions import queries as questions
from tongti.questions.access import visible
from tongti.questions.models import Question
from tongti.shared import clock, later
from tongti.shared.errors import BadInput, NotAllowed, NotVisible
from tongti.shared.privacy import found_in
from tongti.shared.text import checked_words
from tongti.trail import actions as trail
from tongti.units.access import Viewer
from tongti.worksets.errors import NothingChosen, NotRunning, TooManyRows
from tongti.worksets.filters import CasesAsked, QuestionsAsked, cases_asked, questions_asked
from tongti.worksets.models import Bulk, BulkRow, Of
from tongti.worksets.verbs import VERBS, Verb, checked_category

MOST = 5_000
State = Bulk.State
Asked = CasesAsked | QuestionsAsked


@transaction.atomic
def ask_bulk(
    *,
    of: str,
    verb: str,
    ids: Sequence[int] = (),
    everything: Asked | None = None,
    category: int | None = None,
    question: str = "",
    words: str = "",
    by: Viewer,
) -> Bulk:
    """Have one step done on the chosen rows, or on ``everything`` that satisfies a filter, by a job; the rows are fixed now.

    Rows that she may not see are left out. Defers ``run_bulk``.
    Raises BadInput, NotAllowed, NothingChosen, TooManyRows, NotVisible (the question).
    """
    step = VERBS.get((of, verb))
    if step is None:
        raise BadInput("verb", "请选要办哪一步。")
    if not step.allowed(by):
        raise NotAllowed(what=step.may[0].value)
    asked, words = _choices(step, category, question, words, by)
    targets = _targets(of, ids, everything, by)
    bulk = Bulk.objects.create(
        verb=verb, of=of, asked=asked, words=words, total=len(targets), by_id=by.officer_id, asked_at=clock.now()
    )
    BulkRow.objects.bulk_create((BulkRow(bulk=bulk, target=pk) for pk in targets), batch_size=1000)
    facts = {"verb": verb, "of": of, "rows": len(targets), **asked}
    trail.record("bulk.asked", bulk, by=by, facts=facts, first=True)
    later.defer("run_bulk", bulk_id=bulk.pk)
    return bulk


def _choices(step: Verb, category: int | None, question: str, words: str, by: Viewer) -> tuple[dict[str, int], str]:
    if step.needs == "category":
        return {"category": checked_category(category)}, ""
    if step.needs == "question":
        if not question.strip():
            raise BadInput("question", "请写题号，例如 TT-2026-0001。")
        try:
            return {"question": questions.question_for(by, question).pk}, ""
        except NotVisible as unknown:
            raise BadInput("question", "没有找到这道题，请核对题号。") from unknown
    if step.needs == "words":
        words = checked_words(words, "words", "提醒的话", 300)
        if found := found_in(words):
            raise BadInput("words", f"提醒的话里有{found[0].kind}，请删去。")
        return {}, words
    return {}, ""


def _targets(of: str, ids: Sequence[int], everything: Asked | None, by: Viewer) -> list[int]:
    rows = rows_asked(of, everything, by)
    if everything is None:
        rows = rows.filter(pk__in=list(ids)[: MOST + 1])
    found = list(rows.order_by("-pk").values_list("pk", flat=True)[: MOST + 1])
    if not found:
        raise NothingChosen
    if len(found) > MOST or len(ids) > MOST:
        raise TooManyRows(count=f"超过 {MOST} ", most=MOST)
    return found


def rows_asked(of: str, asked: Asked | None, by: Viewer) -> QuerySet:  # type: ignore[type-arg]  # of either list
    """The rows of a list that she may see and that satisfy the filters; all that she may see without them."""
    if of == Of.CASES:
        return cases_asked(by, asked if isinstance(asked, CasesAsked) else CasesAsked())
    if isinstance(asked, QuestionsAsked):
        return questions_asked(by, asked)
    return Question.objects.filter(visible(by))


@transaction.atomic
def stop_bulk(*, bulk: Bulk, by: Viewer) -> None:
    """停下: rows that are done stay done, the rest is left as it is. Raises NotVisible, NotRunning."""
    if bulk.by_id != by.officer_id:
        raise NotVisible
    open_ones = (State.WAITING, State.RUNNING)
    if not Bulk.objects.filter(pk=bulk.pk, state__in=open_ones).update(state=State.STOPPING):
        bulk.refresh_from_db(fields=["state"])
        raise NotRunning(state=bulk.get_state_display())
    trail.record("bulk.stopped", bulk, by=by)
    # the job that runs may have died: this one writes the result all the same
    later.defer("run_bulk", bulk_id=bulk.pk)


@transaction.atomic
def note_taken(*, bulk: Bulk, by: Viewer) -> None:
    """The result leaves the house; only to whoever asked for it. Raises NotVisible, NotRunning."""
    if bulk.by_id != by.officer_id:
        raise NotVisible
    if not bulk.path:
        raise NotRunning(state=bulk.get_state_display())
    trail.record("bulk.taken", bulk, by=by, facts={"rows": bulk.total})
