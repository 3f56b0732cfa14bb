"""Writes on the tree of units: add, change, move, switch off."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Concat, Substr

from tongti.shared import clock
from tongti.shared.actor import Actor
from tongti.shared.errors import BadInput, Raced
from tongti.shared.text import tidy
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer
from tongti.units.actions.holding import held_by
from tongti.units.errors import StillHolding, UnitNeeded
from tongti.units.models import Duty, Region, Unit


@dataclass(frozen=True)
class UnitDraft:
    """A unit as typed."""

    code: str
    name: str
    short_name: str
    kind: str
    region_id: int | None
    phone: str = ""


@transaction.atomic
def add_unit(*, draft: UnitDraft, parent: Unit | None, by: Viewer) -> Unit:
    """A new unit under ``parent``. Raises BadInput."""
    by.require(May.ADMINISTER)
    draft = checked(draft)
    if Unit.objects.filter(code=draft.code).exists():
        raise BadInput("code", f"代码“{draft.code}”已经有单位用了，请换一个。")
    return make_unit(draft=draft, parent=parent, by=by)


def make_unit(*, draft: UnitDraft, parent: Unit | None, by: Actor) -> Unit:
    """Write a checked draft; for the screen and for imports."""
    if parent is not None and not parent.active:
        raise BadInput("parent", f"上级单位“{parent.short_name}”已经停用。")
    unit = Unit.objects.create(
        code=draft.code,
        name=draft.name,
        short_name=draft.short_name,
        kind=draft.kind,
        region_id=draft.region_id or 0,
        parent=parent,
        phone=draft.phone,
    )
    unit.path = f"{parent.path if parent else '/'}{unit.pk}/"
    unit.save(update_fields=["path"])
    trail.record("unit.added", unit, by=by, facts={"code": unit.code, "parent": unit.parent_id}, first=True)
    return unit


def checked(draft: UnitDraft, *, own: int | None = None) -> UnitDraft:
    """The draft tidied. Raises BadInput for what cannot stand; ``own`` is the unit's own id when it exists already."""
    draft = UnitDraft(
        code=tidy(draft.code).upper(),
        name=tidy(draft.name),
        short_name=tidy(draft.short_name) or tidy(draft.name)[:30],
        kind=draft.kind,
        region_id=draft.region_id,
        phone=tidy(draft.phone),
    )
    if not draft.code:
        raise BadInput("code", "请填写单位代码，例如 SLJ。")
    if not draft.name:
        raise BadInput("name", "请填写单位全称。")
    for field, value, most in (
        ("code", draft.code, 30),
        ("name", draft.name, 80),
        ("short_name", draft.short_name, 30),
    ):
        if len(value) > most:
            raise BadInput(field, f"写了 {len(value)} 字，最多 {most} 字。")
    if len(draft.phone) > 30:
        raise BadInput("phone", "对外电话最多 30 字。")
    if draft.kind not in Unit.Kind.values:
        raise BadInput("kind", f"没有“{draft.kind}”这种单位类别，可以是：{'、'.join(map(str, Unit.Kind.labels))}。")
    if draft.region_id is None or not Region.objects.filter(pk=draft.region_id).exists():
        raise BadInput("region", "请选单位所在的地区。")
    namesake = Unit.objects.filter(short_name=draft.short_name, active=True).exclude(pk=own or 0).exists()
    if namesake:
        raise BadInput("short_name", f"已经有单位叫“{draft.short_name}”，请写得能分清。")
    return draft


@transaction.atomic
def change_unit(*, unit: Unit, draft: UnitDraft, by: Actor) -> list[str]:
    """Change what was typed differently; answers the field names. The code is permanent. Raises BadInput."""
    _require(by)
    draft = checked(draft, own=unit.pk)
    if draft.code != unit.code:
        raise BadInput("code", "单位代码定了就不改，其他系统靠它认单位。")
    fields = [n for n in ("name", "short_name", "kind", "region_id", "phone") if getattr(unit, n) != getattr(draft, n)]
    if not fields:
        return []
    for name in fields:
        setattr(unit, name, getattr(draft, name))
    unit.save(update_fields=fields)
    trail.record("unit.changed", unit, by=by, facts={"fields": fields})
    return fields


@transaction.atomic
def move_unit(*, unit: Unit, parent: Unit | None, by: Actor) -> None:
    """Hang the unit, and all below it, under another one. Raises BadInput, Raced."""
    _require(by)
    # Paths are rewritten as text: two moves at once in one tree would tear it, so they go one after the other.
    list(Unit.objects.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    fresh = Unit.objects.filter(pk=unit.pk).first()
    above = Unit.objects.filter(pk=parent.pk, active=True).first() if parent else None
    if fresh is None or (parent is not None and above is None):
        raise Raced
    if above is not None and above.path.startswith(fresh.path):
        raise BadInput("parent", "上级单位不能是它自己或它的下级。")
    if fresh.parent_id == (above.pk if above else None):
        return
    old, new = fresh.path, f"{above.path if above else '/'}{fresh.pk}/"
    Unit.objects.filter(path__startswith=old).update(path=Concat(Value(new), Substr(F("path"), len(old) + 1)))
    Unit.objects.filter(pk=fresh.pk).update(parent=above)
    trail.record("unit.moved", unit, by=by, facts={"from": fresh.parent_id, "to": above.pk if above else None})
    unit.refresh_from_db(fields=["parent", "path"])


@transaction.atomic
def make_fallback(*, unit: Unit, by: Viewer) -> None:
    """兜底单位: from now on this one holds what nobody else holds. Raises UnitNeeded."""
    by.require(May.ADMINISTER)
    if not unit.active:
        raise UnitNeeded(unit=unit.short_name, why="已经停用，不能做兜底单位。")
    before = Unit.objects.select_for_update(no_key=True).filter(is_fallback=True).first()
    if before is not None and before.pk == unit.pk:
        return
    Unit.objects.filter(is_fallback=True).update(is_fallback=False)
    Unit.objects.filter(pk=unit.pk).update(is_fallback=True)
    unit.refresh_from_db(fields=["is_fallback"])
    trail.record("unit.made_fallback", unit, by=by, facts={"before": before.pk if before else None})


@transaction.atomic
def switch_off_unit(*, unit: Unit, by: Viewer) -> None:
    """The unit takes no more work; its past stays. Raises StillHolding, UnitNeeded, Raced."""
    by.require(May.ADMINISTER)
    # A dispatch that is giving it a baton right now holds this row; we wait for it, then count what it gave.
    Unit.objects.select_for_update().filter(pk=unit.pk).first()
    _refuse_needed(unit)
    if what := held_by(unit.pk):
        raise StillHolding(unit=unit.short_name, what=what)
    if not Unit.objects.filter(pk=unit.pk, active=True).update(active=False):
        raise Raced
    unit.active = False
    trail.record("unit.switched_off", unit, by=by)


@transaction.atomic
def switch_on_unit(*, unit: Unit, by: Viewer) -> None:
    """Take the unit into use again. Raises UnitNeeded, Raced."""
    by.require(May.ADMINISTER)
    if unit.parent is not None and not unit.parent.active:
        raise UnitNeeded(unit=unit.short_name, why=f"的上级“{unit.parent.short_name}”还停用着，请先启用上级。")
    if not Unit.objects.filter(pk=unit.pk, active=False).update(active=True):
        raise Raced
    unit.active = True
    trail.record("unit.switched_on", unit, by=by)


def _refuse_needed(unit: Unit) -> None:
    name = unit.short_name
    if unit.is_fallback:
        raise UnitNeeded(unit=name, why="是兜底单位，请先把兜底单位换成别的。")
    below = Unit.objects.filter(parent_id=unit.pk, active=True).count()
    if below:
        raise UnitNeeded(unit=name, why=f"下面还有 {below} 个在用的单位，请先移走或停用它们。")
    in_force = Q(valid_to=None) | Q(valid_to__gte=clock.today())
    duties = Duty.objects.filter(in_force).filter(Q(lead_id=unit.pk) | Q(helpers=unit.pk)).distinct().count()
    if duties:
        raise UnitNeeded(unit=name, why=f"在职责清单里还有 {duties} 个事项，请先改由别的单位负责。")


def _require(by: Actor) -> None:
    # SYSTEM loads what ships; officers need the permission.
    if isinstance(by, Viewer):
        by.require(May.ADMINISTER)
