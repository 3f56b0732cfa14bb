"""Writes on the category catalogue and the duty list."""

from dataclasses import dataclass, field
from datetime import date

from django.db import transaction

from tongti.shared.actor import Actor
from tongti.shared.errors import BadInput, Raced
from tongti.shared.text import tidy
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer
from tongti.units.models import Category, Duty, Unit

LEVELS = 3
DIGITS = 2
MOST_IN_ONE = 99


@transaction.atomic
def add_category(*, name: str, parent: Category | None, by: Actor, code: str = "") -> Category:
    """A category below ``parent`` (first level without one); the code continues the parent's. Raises BadInput."""
    _require(by)
    level = parent.level + 1 if parent else 1
    if level > LEVELS:
        raise BadInput("parent", "分类只有三级，第三级下面不能再分。")
    if parent is not None and not parent.active:
        raise BadInput("parent", f"“{parent.full_name}”已经停用，不能在它下面新增。")
    name = _checked_name(name, parent.pk if parent else None)
    if parent is not None:
        Category.objects.select_for_update(no_key=True).filter(pk=parent.pk).first()
    code = _checked_code(code, parent) if code else _next_code(parent)
    category = Category.objects.create(
        code=code, name=name, level=level, parent=parent, full_name=f"{parent.full_name}/{name}" if parent else name
    )
    trail.record("category.added", category, by=by, facts={"code": code}, first=True)
    return category


@transaction.atomic
def rename_category(*, category: Category, name: str, by: Actor) -> bool:
    """Another name; the full names of everything below follow. False when nothing changed. Raises BadInput."""
    _require(by)
    name = _checked_name(name, category.parent_id, own=category.pk)
    if name == category.name:
        return False
    category.name = name
    category.full_name = f"{category.parent.full_name}/{name}" if category.parent else name
    category.save(update_fields=["name", "full_name"])
    renamed: dict[int, Category] = {}
    for child in _below(category):
        parent = category if child.parent_id == category.pk else renamed[child.parent_id or 0]
        child.full_name = f"{parent.full_name}/{child.name}"
        child.save(update_fields=["full_name"])
        renamed[child.pk] = child
    trail.record("category.renamed", category, by=by, facts={"code": category.code})
    return True


@transaction.atomic
def switch_category(*, category: Category, active: bool, by: Actor) -> None:
    """Off takes everything below with it; old cases keep their category. Raises BadInput, Raced."""
    _require(by)
    if active and category.parent is not None and not category.parent.active:
        raise BadInput("active", f"上一级“{category.parent.full_name}”还停用着，请先启用它。")
    if not Category.objects.filter(pk=category.pk, active=not active).update(active=active):
        raise Raced
    category.active = active
    entries: list[tuple[str, Category]] = [("category.switched_on" if active else "category.switched_off", category)]
    if not active:
        below = [child for child in _below(category) if child.active]
        Category.objects.filter(pk__in=[child.pk for child in below]).update(active=False)
        entries += [("category.switched_off", child) for child in below]
    trail.record_many([(verb, one, {"code": one.code}) for verb, one in entries], by=by)


def _below(category: Category) -> list[Category]:
    """Children, then grandchildren."""
    children = list(Category.objects.filter(parent_id=category.pk))
    return children + list(Category.objects.filter(parent_id__in=[c.pk for c in children]))


def _checked_name(name: str, parent_id: int | None, own: int | None = None) -> str:
    name = tidy(name)
    if not name or len(name) > 60:
        raise BadInput("name", "请填写分类名称，最多 60 字。")
    if "/" in name:
        raise BadInput("name", "分类名称里不能有“/”，它用来隔开上下级。")
    if Category.objects.filter(parent_id=parent_id, name=name).exclude(pk=own or 0).exists():
        raise BadInput("name", f"同一级里已经有“{name}”。")
    return name


def _checked_code(code: str, parent: Category | None) -> str:
    code, above = tidy(code), parent.code if parent else ""
    if not (code.isascii() and code.isdigit() and code.startswith(above) and len(code) == len(above) + DIGITS):
        raise BadInput("code", f"分类代码是每级两位数字，这里应是 {above}01 到 {above}99。")
    if Category.objects.filter(code=code).exists():
        raise BadInput("code", f"代码 {code} 已经用过；代码不重复使用。")
    return code


def _next_code(parent: Category | None) -> str:
    # Codes are permanent: the next one comes after the highest ever given, switched off or not.
    above = parent.code if parent else ""
    newest = Category.objects.filter(parent=parent).order_by("-code").values_list("code", flat=True).first()
    place = int(newest[len(above) :]) + 1 if newest else 1
    if place > MOST_IN_ONE:
        raise BadInput("parent", "这一级已经有 99 项，放不下了。")
    return f"{above}{place:0{DIGITS}d}"


@dataclass(frozen=True)
class DutyDraft:
    """A row of the duty list as typed."""

    code: str
    matter: str
    lead: Unit | None
    basis: str
    category: Category | None = None
    helpers: tuple[Unit, ...] = field(default=())
    by_territory: bool = False
    keywords: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


@transaction.atomic
def add_duty(*, draft: DutyDraft, by: Viewer) -> Duty:
    """A new matter with its lead and helpers. Raises BadInput."""
    by.require(May.ADMINISTER)
    draft = checked_duty(draft)
    if Duty.objects.filter(code=draft.code).exists():
        raise BadInput("code", f"编号“{draft.code}”已经有了，请换一个。")
    duty = Duty.objects.create(code=draft.code, **_columns(draft))
    duty.helpers.set(draft.helpers)
    trail.record("duty.added", duty, by=by, facts=_facts(draft), first=True)
    return duty


@transaction.atomic
def change_duty(*, duty: Duty, draft: DutyDraft, by: Viewer) -> list[str]:
    """Change a matter; answers the fields that changed. Batons that run keep what they were given. Raises BadInput."""
    by.require(May.ADMINISTER)
    draft = checked_duty(draft)
    if draft.code != duty.code:
        raise BadInput("code", "编号定了就不改，派单记录靠它找到依据。")
    new = _columns(draft)
    fields = [name for name, value in new.items() if getattr(duty, name) != value]
    for name in fields:
        setattr(duty, name, new[name])
    if fields:
        duty.save(update_fields=fields)
    wanted = {unit.pk for unit in draft.helpers}
    if wanted != set(duty.helpers.values_list("pk", flat=True)):
        duty.helpers.set(draft.helpers)
        fields.append("helpers")
    if fields:
        trail.record("duty.changed", duty, by=by, facts={**_facts(draft), "fields": fields})
    return fields


def checked_duty(draft: DutyDraft) -> DutyDraft:
    """The draft tidied. Raises BadInput."""
    code, matter, basis = tidy(draft.code).upper(), tidy(draft.matter), tidy(draft.basis)
    keywords = " ".join(tidy(draft.keywords).replace("，", " ").replace("、", " ").replace(",", " ").split())
    for name, value, most, words in (
        ("code", code, 20, "请填写编号，例如 D012。"),
        ("matter", matter, 120, "请填写事项。"),
        ("basis", basis, 300, "请写明依据：法律法规、三定规定或文件的名称和条款。"),
    ):
        if not value:
            raise BadInput(name, words)
        if len(value) > most:
            raise BadInput(name, f"写了 {len(value)} 字，最多 {most} 字。")
    if len(keywords) > 300:
        raise BadInput("keywords", "关键词最多 300 字。")
    _check_units(draft)
    if draft.valid_from and draft.valid_to and draft.valid_to < draft.valid_from:
        raise BadInput("valid_to", "失效日期不能早于生效日期。")
    return DutyDraft(
        code=code,
        matter=matter,
        lead=draft.lead,
        basis=basis,
        category=draft.category,
        helpers=draft.helpers,
        by_territory=draft.by_territory,
        keywords=keywords,
        valid_from=draft.valid_from,
        valid_to=draft.valid_to,
    )


def _check_units(draft: DutyDraft) -> None:
    if draft.lead is None:
        raise BadInput("lead", "请选牵头单位。")
    for name, unit in (("lead", draft.lead), *(("helpers", unit) for unit in draft.helpers)):
        if not unit.active:
            raise BadInput(name, f"“{unit.short_name}”已经停用，请换一个单位。")
        if unit.kind in (Unit.Kind.GOVERNMENT, Unit.Kind.OFFICE):
            raise BadInput(name, f"“{unit.short_name}”不直接接棒，请选承办的部门、乡镇或企业。")
    if draft.lead.pk in {unit.pk for unit in draft.helpers}:
        raise BadInput("helpers", "牵头单位不用再写成协办单位。")


def _columns(draft: DutyDraft) -> dict[str, object]:
    return {
        "matter": draft.matter,
        "category_id": draft.category.pk if draft.category else None,
        "lead_id": draft.lead.pk if draft.lead else None,
        "by_territory": draft.by_territory,
        "keywords": draft.keywords,
        "basis": draft.basis,
        "valid_from": draft.valid_from,
        "valid_to": draft.valid_to,
    }


def _facts(draft: DutyDraft) -> dict[str, object]:
    return {
        "code": draft.code,
        "lead": draft.lead.pk if draft.lead else None,
        "helpers": sorted(u.pk for u in draft.helpers),
    }


def _require(by: Actor) -> None:
    if isinstance(by, Viewer):
        by.require(May.ADMINISTER)
