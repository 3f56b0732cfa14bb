"""Call-backs as keepers of deadlines: the day from which an asker is rung up. Nobody was told it, so it follows the calendar."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from tongti.cases.models import Case
from tongti.deadlines.models import Clock
from tongti.deadlines.reckoned import Facts, ReckonedRows
from tongti.shared.actor import Actor
from tongti.trail import actions as trail
from tongti.verdicts.models import CallBack


def _waiting() -> QuerySet[CallBack]:
    return CallBack.objects.filter(state=CallBack.State.WAITING).select_related("case", "reply__answer__lead")


def _label(row: CallBack) -> str:
    return f"{row.case.number} · {row.reply.answer.lead.short_name} · 回访"


def _record(touched: Sequence[tuple[CallBack, Facts]], by: Actor) -> None:
    # two replies of one case can wait at the same time; its trail tells the step once
    cases: dict[int, tuple[Case, dict[str, Any]]] = {row.case_id: (row.case, facts) for row, facts in touched}
    trail.record_many([("case.call_back_recounted", case, facts) for case, facts in cases.values()], by=by)


CALL_BACKS = ReckonedRows(
    kind="call_back",
    word="回访",
    clock=Clock.Code.REVISIT.value,
    told=False,
    open=_waiting,
    label=_label,
    record=_record,
)
