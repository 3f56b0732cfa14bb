"""The way of one case as its asker reads it: who holds it, until when, what was done, what comes next, what was answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tongti.cases.queries import CaseState
from tongti.deadlines import queries as deadlines
from tongti.deadlines.queries import Bar
from tongti.questions import queries as questions
from tongti.relay import queries as relay
from tongti.relay.queries import Step
from tongti.web.public.asked import Asked, asked
from tongti.web.wording import local_date

HOLDS = {
    CaseState.REGISTERED: "正在核实该由哪个单位办。",
    CaseState.HANDLING: "",
    CaseState.ANSWERED: "已经答复，等您评价。",
}


@dataclass(frozen=True)
class Holder:
    """Who has it in hand now, and until when."""

    name: str
    helpers: Sequence[str] = ()
    due_on: date | None = None
    bar: Bar | None = None
    words: str = ""


@dataclass(frozen=True)
class Story:
    """Everything the case page and the receipt tell beside the asker's own words."""

    steps: Sequence[Step]
    holder: Holder | None
    question: Asked | None
    replies: Sequence[Any] = ()


def story_of(case: Any) -> Story:
    """The story of one case that its asker was let see."""
    question = questions.question_of_own_case(case.pk)
    shown = asked(question) if question is not None else None
    return Story(
        steps=_told(case, relay.public_timeline(case=case)),
        holder=_holder(case, shown),
        question=shown,
    )


def _holder(case: Any, question: Asked | None) -> Holder | None:
    if not case.is_open or case.holder is None:
        return None
    bar = None
    if case.due_on and case.dispatched_at and case.state == CaseState.HANDLING:
        bar = deadlines.cells(local_date(case.dispatched_at), case.due_on)
    helpers = question.helper_names if question and case.state == CaseState.HANDLING else ()
    return Holder(case.holder.name, helpers, case.due_on, bar, HOLDS[case.state])


def _told(case: Any, steps: Sequence[Step]) -> Sequence[Step]:
    """Her own withdrawal is told as hers, not as a unit's closing."""
    if case.state != CaseState.WITHDRAWN:
        return steps
    return [Step("done", "undo-2", "您撤回了这件诉求", "", s.at) if s.icon == "circle-check" else s for s in steps]
