"""Supervision as keepers of deadlines: days that were counted from the pace of a paper. A unit has the paper in hand, so its
day only ever moves later; a day that a supervisor set has no record and stays."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Model, QuerySet

from tongti.deadlines.models import Clock
from tongti.deadlines.reckoned import Facts, ReckonedRows
from tongti.shared.actor import Actor
from tongti.supervision.models import Item, Recheck
from tongti.trail import actions as trail


def _items() -> QuerySet[Item]:
    return Item.objects.filter(state=Item.State.OPEN).select_related("unit")


def _rechecks() -> QuerySet[Recheck]:
    return Recheck.objects.filter(decision="").select_related("item__unit")


def _name(item: Item) -> str:
    return f"{item.number or item.get_rung_display()} · {item.unit.short_name}"


def _record_items(touched: Sequence[tuple[Item, Facts]], by: Actor) -> None:
    entries: list[tuple[str, Model, dict[str, Any] | None]] = [("item.recounted", row, facts) for row, facts in touched]
    trail.record_many(entries, by=by)


def _record_rechecks(touched: Sequence[tuple[Recheck, Facts]], by: Actor) -> None:
    entries: list[tuple[str, Model, dict[str, Any] | None]] = [
        ("item.recheck_recounted", row.item, facts | {"recheck": row.pk}) for row, facts in touched
    ]
    trail.record_many(entries, by=by)


ITEMS = ReckonedRows(
    kind="item",
    word="督办件",
    clock=Clock.Code.PROGRESS.value,
    told=True,
    open=_items,
    label=_name,
    record=_record_items,
)
RECHECKS = ReckonedRows(
    kind="recheck",
    word="复核",
    clock=Clock.Code.RECHECK.value,
    told=True,
    open=_rechecks,
    label=lambda row: _name(row.item),
    record=_record_rechecks,
)
