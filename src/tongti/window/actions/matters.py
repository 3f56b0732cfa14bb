"""Writes on the window's register: what was said at the door, which item it was, why it did not get done."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from tongti.cases import actions as cases
from tongti.cases.actions import Intake
from tongti.cases.models import Case
from tongti.shared import clock, later
from tongti.shared.actor import Actor
from tongti.shared.errors import BadInput, Raced
from tongti.shared.text import checked_words
from tongti.trail import actions as trail
from tongti.units.access import Viewer
from tongti.window import access
from tongti.window.actions.reforms import take_back_grounds
from tongti.window.models import Cause, ItemPaper, ItemStep, ServiceItem, WindowMatter
from tongti.window.queries.items import item_named, version_on

MOST_TRIPS = 99
TEXTS = {
    "item_words": ("要办的事", 120),
    "office": ("找过的部门或窗口", 80),
    "step_words": ("卡在哪一步", 60),
    "paper_words": ("要补的材料", 120),
}
COLUMNS = (
    "item_id",
    "version_id",
    "picked_by",
    "item_words",
    "office",
    "step_id",
    "step_words",
    "paper_id",
    "paper_words",
    "trips",
    "first_tried_on",
    "told_once",
)


@dataclass(frozen=True)
class MatterDraft:
    """The window's register of one case. Without ``item_id`` the item is the one whose very name ``item_words`` are, if any."""

    item_words: str
    item_id: int | None = None
    office: str = ""
    step_words: str = ""
    paper_words: str = ""
    trips: int | None = None
    first_tried_on: date | None = None
    told_once: str = ""


@transaction.atomic
def register(*, intake: Intake, matter: MatterDraft, answer: str = "", by: Actor) -> Case:
    """登记办不成事: the case and its row of the register, in one step; with ``answer`` it is answered at once as well.

    Sent twice it is the same case. Raises BadInput, NotAllowed, NoHolder.
    """
    draft = checked(matter)
    if answer:
        assert isinstance(by, Viewer)
        case = cases.register_and_answer(intake=intake, words=answer, by=by)
    else:
        case = cases.register(intake=intake, by=by)
    if not WindowMatter.objects.filter(case=case).exists():
        _enter(case, draft, by=by)
    return case


@transaction.atomic
def record_matter(*, case: Case, matter: MatterDraft, by: Viewer) -> WindowMatter:
    """补登 a case that came without (an import, a call taken elsewhere). Raises BadInput, NotAllowed, Raced."""
    access.require(access.may_fill(by, case), "填写窗口登记")
    if case.channel != Case.Channel.STUCK:
        raise BadInput("item_words", "只有“办不成事”渠道的诉求要填窗口登记。")
    draft = checked(matter)
    Case.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=case.pk)
    if WindowMatter.objects.filter(case=case).exists():
        raise Raced
    return _enter(case, draft, by=by)


@transaction.atomic
def change_matter(*, matter: WindowMatter, draft: MatterDraft, revision: int, by: Viewer) -> list[str]:
    """更正 what the register says; the asker's words on the case stay. Answers what changed. Raises BadInput, NotAllowed, Raced.

    The version of the item stays the one it was refused under, unless the item itself was another.
    """
    access.require(access.may_fill(by, matter.case), "填写窗口登记")
    draft = checked(draft)
    held = WindowMatter.objects.select_for_update(of=("self",)).select_related("case").get(pk=matter.pk)
    if held.revision != revision:
        raise Raced
    new = _columns(held.case, draft, by, held)
    changed = [name for name in COLUMNS if getattr(held, name) != new[name]]
    if changed:
        WindowMatter.objects.filter(pk=held.pk).update(revision=revision + 1, **{name: new[name] for name in changed})
        trail.record("window_matter.changed", held, by=by, facts={"fields": changed, "item": new["item_id"]})
        if "item_id" in changed and held.cause_id:
            take_back_grounds(matter=held)
            later.defer("propose_reforms")
    matter.refresh_from_db()
    return changed


@transaction.atomic
def find_cause(*, matter: WindowMatter, cause_id: int | None, note: str = "", by: Viewer) -> WindowMatter:
    """认定卡点原因, or take it back. Cases of one cause and one item may become a reform candidate; that is looked at afterwards.

    Raises BadInput, NotAllowed.
    """
    access.require(access.may_fill(by, matter.case), "认定卡点原因")
    note = checked_words(note, "cause_note", "怎么认定的", 300, optional=True)
    cause = Cause.objects.filter(pk=cause_id, active=True).first() if cause_id else None
    if cause_id and cause is None:
        raise BadInput("cause", "没有这个原因，请重新选。")
    held = WindowMatter.objects.select_for_update(of=("self",)).only("cause_id").get(pk=matter.pk)
    before = held.cause_id
    WindowMatter.objects.filter(pk=matter.pk).update(
        cause=cause,
        cause_note=note if cause else "",
        cause_by_id=by.officer_id if cause else None,
        cause_at=clock.now() if cause else None,
    )
    trail.record("window_matter.cause_found", matter, by=by, facts={"cause": cause.code if cause else None})
    if before != cause_id and before is not None:
        take_back_grounds(matter=matter)
    if cause is not None and cause.reformable:
        later.defer("propose_reforms")
    matter.refresh_from_db()
    return matter


def checked(draft: MatterDraft) -> MatterDraft:
    """The same with tidy texts. Raises BadInput naming the field. No database."""
    texts = {
        name: checked_words(getattr(draft, name), name, label, limit, optional=name != "item_words").replace("\n", " ")
        for name, (label, limit) in TEXTS.items()
    }
    if draft.trips is not None and not 1 <= draft.trips <= MOST_TRIPS:
        raise BadInput("trips", f"“去过几次”要是 1 到 {MOST_TRIPS} 的整数。")
    if draft.first_tried_on is not None and draft.first_tried_on > clock.today():
        raise BadInput("first_tried_on", "第一次去的日子不能在今天以后。")
    if draft.first_tried_on is not None and draft.first_tried_on.year < 1990:
        raise BadInput("first_tried_on", "“第一次去是哪天”请检查年份。")
    if draft.told_once and draft.told_once not in WindowMatter.ToldOnce.values:
        raise BadInput("told_once", "没有这个选项，请重新选。")
    return replace(
        draft,
        item_words=texts["item_words"],
        office=texts["office"],
        step_words=texts["step_words"],
        paper_words=texts["paper_words"],
    )


def _enter(case: Case, draft: MatterDraft, *, by: Actor) -> WindowMatter:
    matter = WindowMatter.objects.create(case=case, entered_at=clock.now(), **_columns(case, draft, by, None))
    facts = {"case": case.pk, "item": matter.item_id, "version": matter.version_id, "trips": matter.trips}
    trail.record("window_matter.recorded", matter, by=by, facts=facts, first=True)
    return matter


def _columns(case: Case, draft: MatterDraft, by: Actor, before: WindowMatter | None) -> dict[str, Any]:
    item = _item(draft)
    same = before is not None and item is not None and before.item_id == item.pk
    version_id = before.version_id if before is not None and same else _version_id(item, case, draft)
    picked = WindowMatter.PickedBy.OFFICER if isinstance(by, Viewer) else WindowMatter.PickedBy.ASKER
    return {
        "item_id": item.pk if item else None,
        "version_id": version_id,
        "picked_by": "" if item is None else before.picked_by if before is not None and same else picked.value,
        "item_words": draft.item_words,
        "office": draft.office,
        "step_id": _row_id(ItemStep, version_id, draft.step_words),
        "step_words": draft.step_words,
        "paper_id": _row_id(ItemPaper, version_id, draft.paper_words),
        "paper_words": draft.paper_words,
        "trips": draft.trips,
        "first_tried_on": draft.first_tried_on,
        "told_once": draft.told_once,
    }


def _item(draft: MatterDraft) -> ServiceItem | None:
    if draft.item_id is not None:
        found = ServiceItem.objects.filter(pk=draft.item_id).first()
        if found is None:
            raise BadInput("item", "没有这个事项，请重新选。")
        return found
    return item_named(draft.item_words)


def _version_id(item: ServiceItem | None, case: Case, draft: MatterDraft) -> int | None:
    """The version in force when she first came, or when the case was received."""
    if item is None:
        return None
    version = version_on(item, draft.first_tried_on or timezone.localdate(case.received_at))
    return version.pk if version else None


def _row_id(model: type[ItemStep] | type[ItemPaper], version_id: int | None, name: str) -> int | None:
    if not version_id or not name:
        return None
    return model.objects.filter(version_id=version_id, name=name).values_list("pk", flat=True).first()
