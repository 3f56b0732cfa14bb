"""The matter behind a baton: a question with its members, or a case that stands alone. What both need done alike."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from tongti.cases import actions as cases
from tongti.cases.models import Case
from tongti.deadlines.limits import Due
from tongti.deadlines.reckonings import KeptDay, keep, kept
from tongti.figures import actions as figures
from tongti.figures.actions import Count
from tongti.questions import actions as questions
from tongti.questions.models import Question
from tongti.relay.models import Baton, ClockStop, Extension, LateDiversion, Objection, Promise
from tongti.relay.models.asking import Ask
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
    "clocks_for",
    "close_objection",
    "count_ended",
    "count_offered",
    "count_promised",
    "drop_requests",
    "lock_all",
    "locked",
    "locked_matter_of",
    "matter_of",
    "moot_objections",
    "move_due",
    "record",
    "record_each",
    "regime_of",
    "settle_units",
    "unit_for_baton",
]

TASK_LIMIT = 300


def locked(matter: Matter) -> Matter:
    """The same matter with its row locked and fresh."""
    return _locked(matter.key["question_id"], matter.key["case_id"])


def lock_all(batons: Iterable[Baton]) -> None:
    """Lock the matters of many batons in one order, so that two such steps queue instead of deadlocking."""
    rows = list(batons)
    questions_, cases_ = {b.question_id for b in rows if b.question_id}, {b.case_id for b in rows if b.case_id}
    list(
        Question.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=questions_)
        .order_by("pk")
        .only("pk")
    )
    list(Case.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=cases_).order_by("pk").only("pk"))


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


# --- figures, trail, and where the cases are --------------------------------------------------------------------


def count_offered(batons: Iterable[Baton]) -> None:
    """Batons that came into hands: stock, and what is due on which day."""
    figures.add(c for baton in batons for c in _stock(baton, +1))


def count_ended(batons: Iterable[Baton]) -> None:
    """Batons that left hands."""
    figures.add(c for baton in batons for c in _stock(baton, -1))


def count_promised(baton: Baton, sign: int) -> None:
    """挂账 in and out: what stands on its own ledger is a figure of its own."""
    figures.add(Count("promises_open", clock.today(), unit_id=unit, amount=sign) for unit in (0, baton.unit_id))


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


def record_each(verb: str, batons: Sequence[Baton], *, by: Actor, facts: dict[str, Any]) -> None:
    """The same step on batons of several matters, on their chains and on those of their matters; a few statements in all."""
    name = verb.removeprefix("baton.")
    trail.record_many([(verb, baton, _facts_of(baton, facts)) for baton in batons], by=by)
    by_matter: dict[tuple[int | None, int | None], list[Baton]] = {}
    for baton in batons:
        by_matter.setdefault((baton.question_id, baton.case_id), []).append(baton)
    entries: list[tuple[str, Any, dict[str, Any] | None]] = []
    for (question_id, case_id), own in by_matter.items():
        obj, word = (Question(pk=question_id), "question") if question_id else (Case(pk=case_id), "case")
        about = {**facts, "batons": [b.pk for b in own], "units": [b.unit_id for b in own]}
        entries.append((f"{word}.baton_{name}", obj, about))
    trail.record_many(entries, by=by)


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


# --- dates and requests -----------------------------------------------------------------------------------------


@transaction.atomic
def move_due(
    baton: Baton, matter: Matter, *, due: Due, why: dict[str, Any], verbs: tuple[str, str], by: Actor
) -> list[Case]:
    """The baton's limit moves to a day that was approved; a lead takes the matter's own dates along.

    ``verbs`` are what the trails of a question and of its cases say, ``why`` their facts. Answers the cases whose askers
    must be told: those in hand. Called with the matter locked, before anything is told.
    """
    count_ended([baton])
    columns = {
        "due_on": due.due_on,
        "due_at": None if due.by_day else due.due_at,
        "calendar_version": due.calendar_version,
        "explanation": due.explanation,
    }
    Baton.objects.filter(pk=baton.pk).update(**columns)
    baton.refresh_from_db()
    count_offered([baton])
    if baton.role != Baton.Role.LEAD:
        return []
    if matter.question:
        questions.extend(question=matter.question, due_on=due.due_on, by=by, verb=verbs[0])
    return cases.extend(case_ids=case_ids_of(matter), due_on=kept(due), by=by, verb=verbs[1], facts=why)


def kept_day(lead: Baton) -> KeptDay:
    """A lead's last day with the record of it, for the cases that have their date from it."""
    return keep([(lead.due_on, lead.explanation)])[0]


def kept_day_of(question: Question) -> KeptDay | None:
    """The last day of a question, with the record of the lead that it has it from."""
    if question.due_on is None:
        return None
    leads = Baton.objects.filter(question=question, role=Baton.Role.LEAD, due_on=question.due_on)
    lead = leads.order_by("-pk").first()
    return kept_day(lead) if lead else KeptDay(question.due_on)


def close_objection(baton: Baton, note: str, matter: Matter, *, by: Actor) -> None:
    """An objection on a baton that was taken away has got what it asked for; that it needs no ruling is an event."""
    officer = by.actor_id if by.kind == "officer" else None
    _drop(
        Objection.objects.filter(baton=baton, ruling=""),
        "baton.objection_dropped",
        matter,
        by,
        ruling=Objection.Ruling.REASSIGNED,
        ruling_note=note,
        ruled_by_id=officer,
        ruled_at=clock.now(),
    )


def moot_objections(batons: Sequence[Baton], matter: Matter, *, by: Actor) -> None:
    """The matter is over before anybody ruled: nothing is left to rule on."""
    _drop(
        Objection.objects.filter(baton__in=batons, ruling=""),
        "baton.objection_dropped",
        matter,
        by,
        ruling=Objection.Ruling.UPHELD,
        ruling_note="事情已了，不再裁定",
        ruled_at=clock.now(),
    )


def drop_requests(batons: Sequence[Baton], matter: Matter, *, by: Actor) -> None:
    """What was asked for on batons that have ended is moot, and what was granted for a time ends with its baton.

    A request that nobody decided is marked as ended with its baton, never approved. Each has an event of its own
    (``baton.extension_dropped`` …), so that its story does not just stop.
    """
    now = clock.now()
    for verb, model in (
        ("baton.extension_dropped", Extension),
        ("baton.promise_dropped", Promise),
        ("baton.diversion_dropped", LateDiversion),
    ):
        _drop(model.objects.filter(baton__in=batons, state=Ask.ASKED), verb, matter, by, state=Ask.DROPPED)
    on_ledger = Promise.objects.filter(baton__in=batons, state=Ask.APPROVED, ended_at=None)
    for promise in on_ledger.select_related("baton"):
        count_promised(promise.baton, -1)
    _drop(on_ledger, "baton.promise_ended", matter, by, ended_at=now)
    stops = ClockStop.objects.filter(baton__in=batons, ended_at=None)
    _drop(stops, "baton.stop_ended", matter, by, ended_at=now)


def _drop(rows: QuerySet[Any], verb: str, matter: Matter, by: Actor, **columns: Any) -> None:
    """Close these rows of ended batons of one matter and tell each on the trails of its baton and of the matter."""
    found = list(rows.select_related("baton").order_by("pk"))
    if not found:
        return
    type(found[0]).objects.filter(pk__in=[row.pk for row in found]).update(**columns)
    word = verb.removeprefix("baton.").partition("_")[0]
    for row in found:
        record(verb, [row.baton], matter, by=by, facts={word: row.pk})
