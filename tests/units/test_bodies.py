"""赵工 keeps the tree of units in order: nothing that holds work, or that others lean on, can be switched off."""

from typing import Any

import pytest

from tests.cast import Cast
from tongti.shared.errors import BadInput, NotAllowed, Raced
from tongti.trail.models import Event
from tongti.units import actions, queries
from tongti.units.actions import UnitDraft, holding
from tongti.units.errors import StillHolding, UnitNeeded
from tongti.units.models import Duty, Unit


def _draft(cast: Cast, **changes: Any) -> UnitDraft:
    typed = {"code": "jtj", "name": "云岭区交通运输局", "short_name": "交通局", "kind": "bureau", "phone": ""}
    return UnitDraft(region_id=cast.regions["云岭区"].pk, **(typed | changes))


def _verbs(unit: Unit) -> list[str]:
    return list(
        Event.objects.filter(object_kind="units.unit", object_id=unit.pk).order_by("seq").values_list("verb", flat=True)
    )


def test_a_new_bureau_hangs_under_the_district(cast: Cast) -> None:
    admin, government = cast.viewer("赵工"), cast.units["区政府"]
    unit = actions.add_unit(draft=_draft(cast), parent=government, by=admin)
    assert (unit.code, unit.path) == ("JTJ", f"{government.path}{unit.pk}/")
    assert _verbs(unit) == ["unit.added"]
    with pytest.raises(BadInput, match="已经有单位用了"):
        actions.add_unit(draft=_draft(cast, short_name="交通运输局"), parent=government, by=admin)
    with pytest.raises(BadInput, match="已经有单位叫"):
        actions.add_unit(draft=_draft(cast, code="X1"), parent=government, by=admin)
    with pytest.raises(NotAllowed):
        actions.add_unit(draft=_draft(cast, code="X2"), parent=None, by=cast.viewer("韦晓梅"))


def test_only_what_changed_is_written(cast: Cast) -> None:
    unit, admin = cast.units["供电局"], cast.viewer("赵工")
    same = UnitDraft(unit.code, unit.name, unit.short_name, unit.kind, unit.region_id, unit.phone)
    assert actions.change_unit(unit=unit, draft=same, by=admin) == []
    changed = UnitDraft(unit.code, unit.name, "供电公司", unit.kind, unit.region_id, "5550000")
    assert actions.change_unit(unit=unit, draft=changed, by=admin) == ["short_name", "phone"]
    assert _verbs(unit) == ["unit.changed"]
    with pytest.raises(BadInput, match="代码定了就不改"):
        actions.change_unit(unit=unit, draft=UnitDraft("NEW", "供电局", "供电局", unit.kind, unit.region_id), by=admin)


def test_a_branch_moves_with_everything_below_it(cast: Cast) -> None:
    admin = cast.viewer("赵工")
    office = actions.add_unit(
        draft=_draft(cast, kind="office", short_name="水资源科"), parent=cast.units["水利局"], by=admin
    )
    actions.move_unit(unit=cast.units["水利局"], parent=cast.units["住建局"], by=admin)
    office.refresh_from_db()
    water = Unit.objects.get(pk=cast.units["水利局"].pk)
    assert water.path == f"{cast.units['住建局'].path}{water.pk}/"
    assert office.path == f"{water.path}{office.pk}/"
    for wrong in (water, office):
        with pytest.raises(BadInput, match="不能是它自己或它的下级"):
            actions.move_unit(unit=water, parent=wrong, by=admin)
    assert _verbs(water) == ["unit.moved"]


def test_a_unit_that_holds_work_stays_on(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    unit, admin = cast.units["供电局"], cast.viewer("赵工")
    with monkeypatch.context() as patch:
        patch.setattr(holding, "_HELD", {"根接力棒": lambda pk: 3 if pk == unit.pk else 0, "件诉求": lambda pk: 0})
        with pytest.raises(StillHolding, match="供电局手里还有 3 根接力棒，不能停用"):
            actions.switch_off_unit(unit=unit, by=admin)
    actions.switch_off_unit(unit=unit, by=admin)
    assert not Unit.objects.get(pk=unit.pk).active
    with pytest.raises(Raced):
        actions.switch_off_unit(unit=unit, by=admin)
    actions.switch_on_unit(unit=unit, by=admin)
    assert _verbs(unit) == ["unit.switched_off", "unit.switched_on"]


def test_relay_and_cases_have_registered_what_they_hold() -> None:
    assert {"根接力棒", "件诉求"} <= set(holding._HELD)


def test_what_others_lean_on_stays_on(cast: Cast) -> None:
    admin = cast.viewer("赵工")
    with pytest.raises(UnitNeeded, match="兜底单位"):
        actions.switch_off_unit(unit=cast.units["热线办"], by=admin)
    with pytest.raises(UnitNeeded, match="还有 8 个在用的单位"):
        actions.switch_off_unit(unit=cast.units["区政府"], by=admin)
    with pytest.raises(UnitNeeded, match="职责清单里还有 1 个事项"):
        actions.switch_off_unit(unit=cast.units["水利局"], by=admin)
    Duty.objects.update(valid_to="2020-01-01")
    actions.switch_off_unit(unit=cast.units["水利局"], by=admin)


def test_exactly_one_fallback(cast: Cast) -> None:
    admin = cast.viewer("赵工")
    actions.make_fallback(unit=cast.units["督查室"], by=admin)
    assert list(Unit.objects.filter(is_fallback=True).values_list("short_name", flat=True)) == ["督查室"]
    actions.make_fallback(unit=cast.units["督查室"], by=admin)
    assert _verbs(cast.units["督查室"]) == ["unit.made_fallback"]


def test_the_tree_reads_parents_first_in_constant_queries(cast: Cast, django_assert_num_queries: Any) -> None:
    admin = cast.viewer("赵工")
    with django_assert_num_queries(1):
        lines = queries.unit_tree(admin)
    assert [(line.unit.short_name, line.depth) for line in lines[:2]] == [("区政府", 0), ("热线办", 1)]
    assert next(line.people for line in lines if line.unit.short_name == "水利局") >= 3
    assert [line.unit.short_name for line in queries.unit_tree(admin, "水利")] == ["水利局"]
