"""Writes on service items. A change is a new version; the one before keeps its days and its matters."""

from datetime import timedelta
from typing import Any

from django.db import transaction

from tongti.shared import clock
from tongti.shared.errors import BadInput, Raced
from tongti.shared.text import words
from tongti.trail import actions as trail
from tongti.units.access import Viewer
from tongti.units.models import Unit
from tongti.window import access
from tongti.window.drafts import ItemDraft, PaperDraft, StepDraft, read_item
from tongti.window.errors import ItemSwitchedOff, SameAsBefore
from tongti.window.models import ItemPaper, ItemStep, ItemVersion, ServiceItem

NUMBERS = ("legal_days", "promised_days", "trips", "fee", "fee_basis", "source", "verified")


@transaction.atomic
def add_item(*, draft: ItemDraft, by: Viewer) -> ServiceItem:
    """A new item with its first version. Raises BadInput, NotAllowed."""
    access.require_item(by, None)
    draft = read_item(draft)
    unit = _unit(draft)
    if ServiceItem.objects.filter(code=draft.code).exists():
        raise BadInput("code", f"编码“{draft.code}”已经有了，要改它请打开那个事项发布新版。")
    item = ServiceItem.objects.create(
        code=draft.code, name=draft.name, unit=unit, terms=terms_of(draft.name), added_at=clock.now()
    )
    _publish(item, draft, version=1, by=by)
    trail.record("service_item.added", item, by=by, facts={"code": item.code, "unit": unit.pk}, first=True)
    return item


@transaction.atomic
def publish_version(*, item: ServiceItem, draft: ItemDraft, base: int | None = None, by: Viewer) -> ItemVersion:
    """发布新版: what is asked of people from ``valid_from`` on. Name and unit belong to the item and follow at once.

    ``base`` is the version that the writer had before her. Raises BadInput, ItemSwitchedOff, NotAllowed, SameAsBefore, Raced.
    """
    access.require_item(by, item)
    draft = read_item(draft)
    unit = _unit(draft)
    held = ServiceItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    if not held.active:
        raise ItemSwitchedOff(name=held.name)
    if draft.code != held.code:
        raise BadInput("code", "编码定了就不改。")
    newest = held.versions.get(valid_to=None)
    if base is not None and base != newest.version:
        raise Raced
    named = _follow(held, draft, unit)
    if not named and not changed_columns(newest, draft):
        raise SameAsBefore
    assert draft.valid_from is not None
    if draft.valid_from < newest.valid_from:
        raise BadInput("valid_from", f"生效日期不能早于现行版本的生效日期（{newest.valid_from:%Y-%m-%d}）。")
    newest.valid_to = draft.valid_from - timedelta(days=1)
    newest.save(update_fields=["valid_to"])
    made = _publish(held, draft, version=newest.version + 1, by=by)
    facts = {"version": made.version, "fields": [*named, *changed_columns(newest, draft)]}
    trail.record("service_item.published", held, by=by, facts=facts)
    item.refresh_from_db()
    return made


@transaction.atomic
def switch_item(*, item: ServiceItem, active: bool, by: Viewer) -> None:
    """停用 or 启用; matters and versions stay. Raises NotAllowed, Raced."""
    access.require_item(by, item)
    if not ServiceItem.objects.filter(pk=item.pk, active=not active).update(active=active):
        raise Raced
    verb = "service_item.switched_on" if active else "service_item.switched_off"
    trail.record(verb, item, by=by, facts={"code": item.code})
    item.refresh_from_db()


def terms_of(name: str) -> list[str]:
    """The words an item is found by."""
    return [word[:40] for word in words(name)]


def changed_columns(version: ItemVersion, draft: ItemDraft) -> list[str]:
    """What the draft says that the version does not."""
    found = [name for name in NUMBERS if getattr(version, name) != getattr(draft, name)]
    steps = [StepDraft(s.name, s.who, s.days) for s in version.steps.order_by("place")]
    papers = [PaperDraft(p.name, p.form, p.shared) for p in version.papers.order_by("place")]
    found += ["steps"] * (steps != list(draft.steps))
    return found + ["papers"] * (papers != list(draft.papers))


def _follow(item: ServiceItem, draft: ItemDraft, unit: Unit) -> list[str]:
    new: dict[str, Any] = {"name": draft.name, "unit_id": unit.pk}
    changed = [name for name, value in new.items() if getattr(item, name) != value]
    if changed:
        item.name, item.unit, item.terms = draft.name, unit, terms_of(draft.name)
        item.save(update_fields=["name", "unit", "terms"])
    return changed


def _publish(item: ServiceItem, draft: ItemDraft, *, version: int, by: Viewer) -> ItemVersion:
    assert draft.valid_from is not None
    made = ItemVersion.objects.create(
        item=item,
        version=version,
        **{name: getattr(draft, name) for name in NUMBERS},
        step_count=len(draft.steps),
        paper_count=len(draft.papers),
        valid_from=draft.valid_from,
        published_by_id=by.officer_id,
        published_at=clock.now(),
    )
    ItemStep.objects.bulk_create(
        ItemStep(version=made, place=at, name=step.name, who=step.who, days=step.days)
        for at, step in enumerate(draft.steps, start=1)
    )
    ItemPaper.objects.bulk_create(
        ItemPaper(version=made, place=at, name=paper.name, form=paper.form, shared=paper.shared)
        for at, paper in enumerate(draft.papers, start=1)
    )
    return made


def _unit(draft: ItemDraft) -> Unit:
    found = Unit.objects.filter(pk=draft.unit_id or 0, active=True).first()
    if found is None or found.kind == Unit.Kind.GOVERNMENT:
        raise BadInput("unit", "请选一个在用的实施单位：部门、乡镇或公共服务企业。")
    return found
