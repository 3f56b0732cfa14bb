"""A question on its way: findings, the public title, dispatch, answer, end. The relay calls the verbs of its passage."""

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime

from django.db import transaction
from django.db.models import F

from tongti.cases import actions as case_actions
from tongti.cases.models import Case
from tongti.parties.models import Party
from tongti.questions.actions import holding
from tongti.questions.actions.counting import lock
from tongti.questions.actions.moving import Q_, M, change_state, checked_title
from tongti.questions.errors import WrongState
from tongti.questions.models import Membership, Question
from tongti.shared import clock, later, rows
from tongti.shared.actor import Actor
from tongti.shared.errors import BadInput, NotAllowed, Raced
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer
from tongti.units.models import Category, Region

FACTS_LIMIT, PROGRESS_LIMIT = 4000, 200
NAMES_CHECKED = 2000

_DATE = re.compile(r"\d{1,2}\s*月|\d{4}\s*[-/.年]\s*\d{1,2}|(?:今|明|后)[天日]|月底|年底|年内")
_LEVEL = re.compile(r"县|区|市|自治区|省|国家|厅|委|局|部|办|政府|指挥部|专班|乡|镇|街道")
_NUMBER = re.compile(r"1[3-9]\d[\d\s-]{8,}|\d{17}[\dXx]|0\d{2,3}-?\d{7,8}|\d{7,}")
_SOMEBODY = re.compile(
    r"[\u4e00-\u9fff](?:某某?|先生|女士|小姐|师傅|老师|同志|大爷|阿姨)(?![\u4e00-\u9fff]*(?:路|街|小区|学校))"
)


# --- words about the question -------------------------------------------------------------------------------------


@transaction.atomic
def rename(*, question: Question, title: str, by: Viewer) -> Question:
    """The desk's own title; the public one is changed by clearing it anew."""
    by.require(May.JOIN)
    Question.objects.filter(pk=question.pk).update(title=checked_title(title))
    return _told("question.renamed", question, by, fields=["title"])


@transaction.atomic
def classify(*, question: Question, category_id: int | None, place_id: int | None, by: Viewer) -> Question:
    """Category and place, on which the suggestion of units leans."""
    by.require(May.JOIN)
    if category_id and not Category.objects.filter(pk=category_id, active=True).exists():
        raise BadInput("category", "没有这个分类，请重新选择。")
    if place_id and not Region.objects.filter(pk=place_id, active=True).exists():
        raise BadInput("place", "没有这个地点，请重新选择。")
    Question.objects.filter(pk=question.pk).update(category_id=category_id, place_id=place_id)
    return _told("question.classified", question, by, fields=["category", "place"])


@transaction.atomic
def record_findings(
    *, question: Question, facts: str, root_cause: str, handling: str, handling_note: str, by: Viewer
) -> Question:
    """查明的情况, 症结 and the handling class: A needs a date, B steps with dates, C the matter and the level, D an explanation.

    Dispatchers, and the handlers of the units that take part. Raises BadInput, NotAllowed, WrongState.
    """
    _require_findings(question, by)
    facts, root_cause, handling_note = facts.strip(), root_cause.strip(), handling_note.strip()
    for field, text, label in (
        ("facts", facts, "查明的情况"),
        ("root_cause", root_cause, "症结"),
        ("handling_note", handling_note, "处置说明"),
    ):
        if len(text) > FACTS_LIMIT:
            raise BadInput(field, f"“{label}”写了 {len(text)} 字，最多 {FACTS_LIMIT} 字。")
    _check_handling(handling, handling_note)
    won = (
        Question.objects.filter(pk=question.pk)
        .exclude(state=Q_.DROPPED)
        .update(facts=facts, root_cause=root_cause, handling=handling, handling_note=handling_note)
    )
    if not won:
        raise WrongState(number=question.number, state=question.get_state_display(), step="登记查明的情况")
    return _told(
        "question.findings_recorded", question, by, fields=["facts", "root_cause", "handling", "handling_note"],
        handling=handling,
    )  # fmt: skip


def _require_findings(question: Question, by: Viewer) -> None:
    if by.can(May.JOIN):
        return
    by.require(May.HANDLE)
    if not by.unit_ids_for(May.HANDLE) & set(question.units):
        raise NotAllowed(what=May.HANDLE.value)


def _check_handling(handling: str, note: str) -> None:
    if handling and handling not in Question.Handling.values:
        raise BadInput("handling", "没有这个处置类别，请重新选择。")
    if handling == "A" and not _DATE.search(note):
        raise BadInput("handling_note", "选“立行立改”要写哪一天办完，例如“3 月 20 日前修复”。")
    if handling == "B" and (not _DATE.search(note) or len(note) < 10):
        raise BadInput("handling_note", "选“列入计划”要写分几步、每步哪一天完成。")
    if handling == "C" and (not _LEVEL.search(note) or len(note) < 10):
        raise BadInput("handling_note", "选“提级协调”要写清请哪一级协调、具体协调什么事。")
    if handling == "D" and len(note) < 10:
        raise BadInput("handling_note", "选“解释说明”要写怎样向诉求人解释、依据是什么。")


@transaction.atomic
def clear_for_public(*, question: Question, public_title: str, by: Viewer) -> Question:
    """Let strangers see the question under ``public_title``. Raises BadInput when the title tells who asked."""
    by.require(May.PUBLISH)
    title = checked_public_title(question, public_title)
    won = (
        Question.objects.filter(pk=question.pk)
        .exclude(state__in=[Q_.CANDIDATE, Q_.DROPPED])
        .update(public_title=title, cleared_at=clock.now(), cleared_by_id=by.officer_id)
    )
    if not won:
        raise WrongState(number=question.number, state=question.get_state_display(), step="对外公开")
    later.defer("refresh_question", question_id=question.pk)
    return _told("question.cleared_for_public", question, by, fields=["public_title"])


def checked_public_title(question: Question, public_title: str) -> str:
    """A public title without numbers that look like a telephone or an identity card and without any asker's name."""
    title = " ".join(public_title.split())
    if not title:
        raise BadInput("public_title", "请写对外题目。")
    if len(title) > 40:
        raise BadInput("public_title", f"对外题目写了 {len(title)} 字，最多 40 字，一眼能看完才好。")
    if _NUMBER.search(title):
        raise BadInput("public_title", "对外题目里有像电话或证件的号码，请去掉。")
    if _SOMEBODY.search(title):
        raise BadInput("public_title", "对外题目里像是提到了某个人，请改成只说事情和地点。")
    parties = Party.objects.filter(
        pk__in=Membership.objects.filter(question=question, state__in=[M.ACTIVE, M.PROPOSED]).values("case__party")
    )[:NAMES_CHECKED]
    if any(len(name) >= 2 and name in title for name in (party.name.strip() for party in parties)):
        raise BadInput("public_title", "对外题目里有诉求人的姓名或名称，请去掉。")
    return title


@transaction.atomic
def unclear(*, question: Question, by: Viewer) -> Question:
    """Take the question out of the public's sight; the title is kept for the next time."""
    by.require(May.PUBLISH)
    if not Question.objects.filter(pk=question.pk, cleared_at__isnull=False).update(cleared_at=None, cleared_by=None):
        raise Raced
    return _told("question.hidden_from_public", question, by)


@transaction.atomic
def note_progress(*, question: Question, words: str, at: datetime, by: Actor | None = None) -> None:
    """The one line of progress that askers and strangers read; the relay calls it with words meant for them."""
    words = " ".join(words.split())[:PROGRESS_LIMIT]
    Question.objects.filter(pk=question.pk).update(progress=words, progress_at=at)
    if by is not None:
        trail.record("question.progress_noted", question, by=by, facts={"fields": ["progress"]})


# --- the passage through the relay --------------------------------------------------------------------------------


@transaction.atomic
def start_handling(*, question: Question, lead_id: int, unit_ids: Collection[int], due_on: date, by: Actor) -> Question:
    """办理中: the lead holds every open member; each case keeps its own clock. Called by relay.dispatch after its checks.

    Raises WrongState unless the question waits for dispatch (or was answered and is opened again).
    """
    locked = lock([question.pk])[question.pk]
    if locked.state not in (Q_.SET_UP, Q_.ANSWERED, Q_.HANDLING):
        raise WrongState(number=locked.number, state=locked.get_state_display(), step="派单")
    units = sorted({*locked.units, *unit_ids, lead_id})
    columns = {"lead_id": lead_id, "units": units, "due_on": due_on, "answered_at": None}
    change_state(locked, Q_.HANDLING, **columns, dispatched_at=locked.dispatched_at or clock.now())
    holding.take_along(_active_cases(locked), locked, by=by, verb="case.dispatched")
    return _told("question.dispatched", question, by, lead=lead_id, units=units, due_on=due_on.isoformat())


@transaction.atomic
def stop_handling(*, question: Question, by: Actor) -> Question:
    """Back to 待派单: every baton was recalled, so the fallback unit holds the cases again; their clocks go on.

    Called by relay.call_back after it ended the batons. Raises WrongState, NoHolder.
    """
    _pass_on(question, (Q_.HANDLING,), Q_.SET_UP, "收回重派", lead=None)
    holding.return_to_desk(_active_cases(question), by=by)
    return _told("question.called_back", question, by)


@transaction.atomic
def set_units(
    *,
    question: Question,
    unit_ids: Collection[int],
    by: Actor,
    lead_id: int | None = None,
    due_on: date | None = None,
) -> Question:
    """More units take part, or the lead changes; who took part once keeps sight of it. Cases follow a new lead."""
    locked = lock([question.pk])[question.pk]
    units = sorted({*locked.units, *unit_ids, *([lead_id] if lead_id else [])})
    new_lead = lead_id is not None and lead_id != locked.lead_id
    Question.objects.filter(pk=question.pk).update(
        units=units, lead_id=lead_id or locked.lead_id, due_on=due_on or locked.due_on
    )
    locked.units, locked.lead_id, locked.due_on = units, lead_id or locked.lead_id, due_on or locked.due_on
    cases = _active_cases(locked)
    if new_lead:
        holding.take_along(cases, locked, by=by, verb="case.passed_on")
    case_actions.add_units(case_ids=[case.pk for case in cases], unit_ids=units)
    return _told("question.units_changed", question, by, lead=locked.lead_id, units=units)


@transaction.atomic
def extend(*, question: Question, due_on: date, by: Actor, verb: str = "question.extended") -> Question:
    """The date of a question in hand moves to ``due_on``, told to its askers in the same transaction; never shortened.

    Called by the relay after an extension or a promise was approved.
    """
    extend_each(days={question.pk: due_on}, by=by, verb=verb)
    question.refresh_from_db()
    return question


@transaction.atomic
def extend_each(*, days: Mapping[int, date], by: Actor, verb: str) -> None:
    """``extend`` for many questions, each to its own day, with a few statements in all."""
    moved = [q for q in lock(days).values() if q.due_on is None or q.due_on < days[q.pk]]
    for question in moved:
        question.due_on = days[question.pk]
    rows.update(moved, ["due_on"])
    trail.record_many([(verb, q, {"due_on": days[q.pk].isoformat()}) for q in moved], by=by)


@transaction.atomic
def inherit(*, question: Question, old_id: int, new_id: int, by: Actor) -> Question:
    """The unit ``old_id`` became ``new_id``: it leads and takes part in its stead; who took part once keeps sight of it."""
    locked = lock([question.pk])[question.pk]
    units = sorted({*locked.units, new_id}) if old_id in locked.units else locked.units
    lead_id = new_id if locked.lead_id == old_id else locked.lead_id
    if (units, lead_id) == (locked.units, locked.lead_id):
        return locked
    Question.objects.filter(pk=locked.pk).update(units=units, lead_id=lead_id)
    case_actions.hold(case_ids=[case.pk for case in _active_cases(locked)], old_id=old_id, new_id=new_id, by=by)
    return _told("question.inherited", question, by, old=old_id, new=new_id)


@transaction.atomic
def mark_answered(*, question: Question, by: Actor) -> Question:
    """待评价: the joint answer is on its way; the cases are marked by the answer itself. Raises WrongState."""
    _pass_on(question, (Q_.HANDLING,), Q_.ANSWERED, "答复", answered_at=clock.now())
    return _told("question.answered", question, by)


@transaction.atomic
def mark_closed(*, question: Question, by: Actor) -> Question:
    """已办结: every asker has judged, or the time to do so is over. Closing is not solving. Raises WrongState."""
    _pass_on(question, (Q_.ANSWERED,), Q_.CLOSED, "办结", closed_at=clock.now())
    return _told("question.closed", question, by)


@transaction.atomic
def mark_diverted(*, question: Question, by: Actor) -> Question:
    """已办结 without an answer: every open member was told its way (分流). Called by the relay. Raises WrongState."""
    _pass_on(question, (Q_.HANDLING,), Q_.CLOSED, "分流", closed_at=clock.now())
    return _told("question.diverted", question, by)


@transaction.atomic
def mark_withdrawn(*, question: Question, by: Actor) -> Question:
    """已办结 without an answer: nobody asks any more. Called by the relay, which ended the batons. Raises WrongState."""
    _pass_on(question, (Q_.SET_UP, Q_.HANDLING), Q_.CLOSED, "结束", closed_at=clock.now())
    return _told("question.withdrawn", question, by)


@transaction.atomic
def reopen_for(*, case: Case, by: Actor, due_on: date | None = None) -> Question | None:
    """The question of a case that came back is in hand again, until ``due_on``; None when the case is in no question or it is in hand."""
    where = Membership.objects.filter(case=case, state=M.ACTIVE).values_list("question_id", flat=True).first()
    if where is None:
        return None
    locked = lock([where])[where]
    if locked.state not in (Q_.ANSWERED, Q_.CLOSED):
        return None
    change_state(locked, Q_.HANDLING, answered_at=None, closed_at=None, due_on=due_on or locked.due_on)
    return _told("question.reopened", locked, by, case=case.pk)


def _pass_on(question: Question, states: tuple[str, ...], to: str, step: str, **columns: datetime | None) -> None:
    locked = lock([question.pk])[question.pk]
    if locked.state not in states:
        raise WrongState(number=locked.number, state=locked.get_state_display(), step=step)
    change_state(locked, to, **columns)


def _active_cases(question: Question) -> list[Case]:
    members = Membership.objects.filter(question=question, state=M.ACTIVE)
    return list(Case.objects.filter(pk__in=members.values("case_id")).defer("body", "search").order_by(F("pk")))


def _told(verb: str, question: Question, by: Actor, *, fields: list[str] | None = None, **facts: object) -> Question:
    trail.record(verb, question, by=by, facts={**({"fields": fields} if fields else {}), **facts})
    if fields and {"title", "public_title"} & set(fields):
        later.defer("refresh_question", question_id=question.pk)
    question.refresh_from_db()
    return question
