"""A view is kept, shared with a unit, and given up."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from tongti.shared import clock
from tongti.shared.errors import BadInput, NotAllowed, NotVisible
from tongti.shared.privacy import found_in
from tongti.shared.text import checked_words
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer
from tongti.units.models import Unit
from tongti.worksets.access import may_share_with
from tongti.worksets.errors import NameTaken, TooManyViews
from tongti.worksets.filters import CasesAsked, QuestionsAsked
from tongti.worksets.models import Of, SavedView

NAME, MOST = 20, 20


@transaction.atomic
def save_view(*, of: str, name: str, asked: Mapping[str, Any], by: Viewer) -> SavedView:
    """Keep the filters of a list under a name. Codes, ids and dates are kept, nothing that was typed.

    Raises BadInput, NameTaken, TooManyViews, NotAllowed.
    """
    by.require(May.SEE)
    if of not in Of.values:
        raise BadInput("of", "没有这张列表。")
    name = checked_words(name, "name", "视图名称", NAME).replace("\n", " ")
    if found := found_in(name):
        raise BadInput("name", f"名称里有{found[0].kind}，别人会看到，请换个名字。")
    kept = (CasesAsked if of == Of.CASES else QuestionsAsked).read(asked).stored()
    if not kept:
        raise BadInput("name", "还没有筛选条件，没有什么可存的。")
    if SavedView.objects.filter(by_id=by.officer_id, of=of).count() >= MOST:
        raise TooManyViews(most=MOST)
    try:
        with transaction.atomic():
            view = SavedView.objects.create(of=of, name=name, asked=kept, by_id=by.officer_id, made_at=clock.now())
    except IntegrityError as taken:
        raise NameTaken(name=name) from taken
    trail.record("saved_view.kept", view, by=by, facts={"of": of, "asked": kept}, first=True)
    return view


@transaction.atomic
def share_view(*, view: SavedView, unit_id: int | None, by: Viewer) -> SavedView:
    """和一个单位共用, or with nobody again (None). Only her own, with a unit whose work she looks over.

    Raises NotVisible, NotAllowed, BadInput.
    """
    _own(view, by)
    if unit_id is not None:
        unit = Unit.objects.filter(pk=unit_id, active=True).first()
        if unit is None:
            raise BadInput("unit", "没有这个单位，请重新选择。")
        if not may_share_with(by, unit.pk, unit.path):
            raise NotAllowed(what=May.BOARD.value)
    before = view.unit_id
    if before != unit_id and SavedView.objects.filter(pk=view.pk, unit=before).update(unit=unit_id):
        trail.record("saved_view.shared", view, by=by, facts={"from": before, "to": unit_id})
    view.refresh_from_db()
    return view


@transaction.atomic
def remove_view(*, view: SavedView, by: Viewer) -> None:
    """Give it up; the rows in it are not touched. Raises NotVisible."""
    _own(view, by)
    trail.record("saved_view.removed", view, by=by)
    SavedView.objects.filter(pk=view.pk).delete()


def _own(view: SavedView, by: Viewer) -> None:
    if view.by_id != by.officer_id:
        raise NotVisible
