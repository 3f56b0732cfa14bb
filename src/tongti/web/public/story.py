"""The way of one case as its asker reads it: who holds it, until when, what was done, what comes next, what was answered."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from tongti.answers import queries as answers
from tongti.answers.queries import ReplyView
from tongti.cases.queries import CaseState
from tongti.deadlines import queries as deadlines
from tongti.deadlines import reckonings
from tongti.deadlines.explained import Told
from tongti.deadlines.queries import Bar
from tongti.questions import queries as questions
from tongti.relay import queries as relay
from tongti.relay.queries import Step
from tongti.verdicts import queries as verdicts
from tongti.web.public.asked import Asked, asked
from tongti.web.public.promise import Promise, promise
from tongti.web.wording import local_date

HOLDS = {
    CaseState.REGISTERED: "正在核实该由哪个单位办。",
    CaseState.HANDLING: "",
    CaseState.ANSWERED: "已经答复，等您评价。",
}


# The relay speaks of the asker; on her own page it speaks to her.
TO_HER = {
    "收到诉求": "收到您的诉求",
    "并入同题": "和别人的同样问题一起办",
    "统一答复": "答复您",
    "请诉求人评价": "请您评价",
    "等诉求人评价": "等您评价",
    "牵头单位合成一份答复，逐人送达": "几个单位一起写一份答复，单独发给您",
    "由本人说解决了没有": "解决了没有、满意不满意，由您说",
    "由本人说解决了没有；没有评价的，会有人回访": "解决了没有、满意不满意，由您说；没空评价的，会有人打电话问您",
}


@dataclass(frozen=True)
class Holder:
    """Who has it in hand now, and until when; ``why`` tells how that day was counted."""

    name: str
    helpers: Sequence[str] = ()
    due_on: date | None = None
    bar: Bar | None = None
    words: str = ""
    promise: Promise | None = None
    why: Told | None = None


@dataclass(frozen=True)
class Story:
    """Everything the case page and the receipt tell beside the asker's own words."""

    steps: Sequence[Step]
    holder: Holder | None
    question: Asked | None
    replies: Sequence[ReplyView] = ()
    verdicts: Sequence[Any] = ()
    judge_token: str = ""


def story_of(case: Any) -> Story:
    """The story of one case that its asker was let see."""
    question = questions.question_of_own_case(case.pk)
    replied = bool(case.answered_at or case.reopened)
    shown = asked(question) if question is not None else None
    return Story(
        steps=_told(case, relay.public_timeline(case=case)),
        holder=_holder(case, shown),
        question=shown,
        replies=answers.replies_for_case(case) if replied else (),
        verdicts=verdicts.verdicts_of(case) if replied else (),
        judge_token=verdicts.token_to_judge(case) if replied else "",
    )


def _holder(case: Any, question: Asked | None) -> Holder | None:
    if not case.is_open or case.holder is None:
        return None
    bar = None
    if case.due_on and case.dispatched_at and case.state == CaseState.HANDLING:
        bar = deadlines.cells(local_date(case.dispatched_at), case.due_on)
    helpers = question.helper_names if question and case.state == CaseState.HANDLING else ()
    promised = _promise(case) if case.state == CaseState.REGISTERED and case.due_on is None else None
    why = reckonings.told(case.reckoning_id) if case.state == CaseState.HANDLING else None
    return Holder(case.holder.name, helpers, case.due_on, bar, HOLDS[case.state], promised, why)


def _promise(case: Any) -> Promise:
    """What her receipt said, on the day it said so."""
    return promise(
        channel=case.channel,
        asker_kind=case.party_kind,
        kind=case.kind,
        urgency=case.urgency,
        on=case.received_at,
    )


def _told(case: Any, steps: Sequence[Step]) -> Sequence[Step]:
    """The way in words for herself; her own withdrawal is told as hers, not as a unit's closing."""
    told = [replace(s, title=TO_HER.get(s.title, s.title), words=TO_HER.get(s.words, s.words)) for s in steps]
    if case.state != CaseState.WITHDRAWN:
        return told
    return [Step("done", "undo-2", "您撤回了这件诉求", "", s.at) if s.icon == "circle-check" else s for s in told]
