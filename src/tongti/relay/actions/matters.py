"""The matter behind a baton: a question with its members, or a case that stands alone. What both need done alike."""

from collections.abc import Iterable, Sequence
from typing import Any

from tongti.cases import actions as cases
from tongti.cases.models import Case
from tongti.figures import actions as figures
from tongti.figures.actions import Count
from tongti.questions import actions as questions
from tongti.questions.models import Question
from tongti.relay.models import Baton
from tongti.relay.plans import Clocks, Matter, case_ids_of, clocks_for, matter_of, regime_of
from tongti.shared import clock
from tongti.shared.actor import Actor
from tongti.shared.errors import BadInput
from tongti.trail import actions as trail
from tongti.units.models import Unit

__all__ = [
    "Clocks",
    "Matter",
    "case_ids_of",
    "checked_words",
    "clocks_for",
    "count_ended",
    "count_offered",
    "locked",
    "locked_matter_of",
    "matter_of",
    "record",
    "regime_of",
    "settle_units",
    "unit_for_baton",
]

TASK_LIMIT = 300


def locked(matter: Matter) -> Matter:
    """The same matter with its row locked and fresh."""
    return _locked(matter.key["question_id"], matter.key["case_id"])


def locked_matter_of(baton: Baton) -> Matter:
    """The matter of a baton, locked. Locks go from the matter to the baton, never back."""
    return _locked(baton.question_id, baton.case_id)


def _locked(question_id: int | None, case_id: int | None) -> Matter:
    if question_id is not None:
        return Matter(Question.objects.select_for_update(of=("self",), no_key=True).get(pk=question_id), None)
    assert case_id is not None
    return Matter(None, Case.objects.select_for_update(of=("self",), no_key=True).get(pk=case_id))


# --- units and tasks --------------------------------------------------------------------------------------------


def unit_for_baton(unit_id: int | None, field: str) -> Unit:
    """An active unit that can be given a baton. Raises BadInput."""
    found = (
        Unit.objects.filter(pk=unit_id or 0, active=True)
        .exclude(kind__in=[Unit.Kind.GOVERNMENT, Unit.Kind.OFFICE])
        .first()
    )
    if found is None:
        raise BadInput(field, "请选一个在用的承办单位。")
    return found


def checked_words(text: str, field: str, label: str, limit: int) -> str:
    """Tidy text that must be there. Raises BadInput."""
    text = text.strip()
    if not text:
        raise BadInput(field, f"请填写“{label}”。")
    if len(text) > limit:
        raise BadInput(field, f"“{label}”写了 {len(text)} 字，最多 {limit} 字。")
    return text


# --- figures, trail, and where the cases are --------------------------------------------------------------------


def count_offered(batons: Iterable[Baton]) -> None:
    """Batons that came into hands: stock, and what is due on which day."""
    figures.add(c for baton in batons for c in _stock(baton, +1))


def count_ended(batons: Iterable[Baton]) -> None:
    """Batons that left hands."""
    figures.add(c for baton in batons for c in _stock(baton, -1))


def _stock(baton: Baton, sign: int) -> list[Count]:
    today = clock.today()
    return [
        Count(measure, day, unit_id=unit, amount=sign)
        for measure, day in (("batons_open", today), ("batons_due", baton.due_on))
        for unit in (0, baton.unit_id)
    ]


def record(
    verb: str, batons: Sequence[Baton], matter: Matter, *, by: Actor, facts: dict[str, Any], first: bool = False
) -> None:
    """The same step on the chains of its batons and of the matter (``baton.accepted`` → ``question.baton_accepted``)."""
    name = verb.removeprefix("baton.")
    trail.record_many([(verb, baton, _facts_of(baton, facts)) for baton in batons], by=by, first=first)
    about = {**facts, "batons": [b.pk for b in batons], "units": [b.unit_id for b in batons]}
    trail.record(f"{matter.word}.baton_{name}", matter.obj, by=by, facts=about)


def _facts_of(baton: Baton, facts: dict[str, Any]) -> dict[str, Any]:
    return {"unit": baton.unit_id, "role": baton.role, **facts}


def settle_units(matter: Matter, *, by: Actor, lead_id: int | None = None) -> None:
    """Tell the question (or the case) which units take part now; with ``lead_id`` everything passes to that unit."""
    unit_ids = set(matter.open_batons().values_list("unit_id", flat=True)) | ({lead_id} if lead_id else set())
    if matter.question:
        questions.set_units(question=matter.question, unit_ids=sorted(unit_ids), lead_id=lead_id, by=by)
        return
    assert matter.case is not None
    if lead_id:
        # an empty mapping leaves the case its own due day: the clock never restarts because somebody was reassigned
        cases.pass_to(
            case_ids=[matter.case.pk], holder_id=lead_id, unit_ids=unit_ids, due_on={}, by=by, verb="case.passed_on"
        )
    else:
        cases.add_units(case_ids=[matter.case.pk], unit_ids=unit_ids)
