"""Service items of 云岭区, samples written by us and marked unverified, and one reform that was carried through."""

from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from tongti.project.demo.district import District, read
from tongti.project.demo.stories import DISPATCHER, World
from tongti.project.demo.voices import Voice
from tongti.shared.actor import SYSTEM
from tongti.window import actions
from tongti.window.actions import ItemDraft, MatterDraft, papers_of, steps_of
from tongti.window.models import Cause, ReformCandidate, ServiceItem, WindowMatter

SINCE = date(2025, 1, 1)
SOURCE = "演示样例：由我们编写，没有和公布的办事指南核对"


def load(d: District) -> None:
    """The catalogue and the causes, before anybody asks."""
    actions.load_causes(by=SYSTEM)
    keeper = d.viewer(d.roles["区热线办", "admin"])
    for row in read("window")["item"]:
        actions.add_item(draft=_draft(d, row), by=keeper)


def _draft(d: District, row: dict[str, Any], **more: Any) -> ItemDraft:
    said: dict[str, Any] = {
        "code": row["code"],
        "name": row["name"],
        "unit_id": d.units[row["unit"]].pk,
        "source": SOURCE,
        "legal_days": row.get("legal"),
        "promised_days": row.get("promised"),
        "trips": row.get("trips"),
        "fee": Decimal(row["fee"]) if row.get("fee") else None,
        "steps": steps_of("\n".join(row["steps"])),
        "papers": papers_of("\n".join(row["papers"])),
        "valid_from": SINCE,
    }
    return ItemDraft(**said | more)


def prepare(world: World) -> None:
    """The reform, on the stage: three shops came, a person accepted, the unit changed the item, everybody was told."""
    reform = read("window")["reform"]
    for n, name in enumerate(reform["people"]):
        at = world.days.at(f"{reform['days'][n]} 10:{10 + 7 * n}")
        world.stage.at(at, partial(_come, world, reform, name, reform["say"][n], at))
    steps = ((30, _find), (29, _accept), (22, _change), (22, _finish), (21, _tell))
    for minute, (day, step) in enumerate(steps):
        world.stage.at(world.days.at(f"{day} 11:{10 + minute}"), partial(step, world, reform))


def _come(world: World, reform: dict[str, Any], name: str, words: str, at: datetime) -> None:
    voice = Voice(
        at, "stuck", "", words + "。", name, f"1540000{7000 + len(name) * 13 + at.minute:04d}", True, "菜市社区"
    )
    actions.register(
        intake=world.intake(voice, category="030501"),
        matter=MatterDraft(
            item_words=_item(reform).name,
            office="政务中心税务、市监窗口",
            step_words="清税",
            paper_words="清税证明",
            trips=3,
        ),
        by=world.who_takes("stuck"),
    )


def _find(world: World, reform: dict[str, Any]) -> None:
    cause = Cause.objects.get(code=reform["cause"])
    by = world.d.viewer(DISPATCHER)
    rows = WindowMatter.objects.filter(item=_item(reform), cause=None, step_words="清税").select_related("case")
    for row in rows.order_by("pk"):
        actions.find_cause(matter=row, cause_id=cause.pk, note=reform["note"], by=by)


def _accept(world: World, reform: dict[str, Any]) -> None:
    unit = world.d.units["区市监局"]
    actions.accept(
        candidate=_candidate(reform), unit_id=unit.pk, change=reform["change"], by=world.d.viewer(DISPATCHER)
    )


def _change(world: World, reform: dict[str, Any]) -> None:
    row = next(row for row in read("window")["item"] if row["code"] == reform["item"])
    after = row | reform["after"]
    by = world.d.at("区市监局", "unit_leader")
    actions.publish_version(item=_item(reform), draft=_draft(world.d, after, valid_from=None), by=by)


def _finish(world: World, reform: dict[str, Any]) -> None:
    by = world.d.at("区市监局", "unit_leader")
    actions.finish(candidate=_candidate(reform), outcome=reform["outcome"], by=by)


def _tell(world: World, reform: dict[str, Any]) -> None:
    actions.tell_askers(candidate=_candidate(reform), by=world.d.at("区市监局", "unit_leader"))


def _item(reform: dict[str, Any]) -> ServiceItem:
    return ServiceItem.objects.select_related("unit").get(code=reform["item"])


def _candidate(reform: dict[str, Any]) -> ReformCandidate:
    rows = ReformCandidate.objects.select_related("item", "unit", "before")
    return rows.get(item__code=reform["item"], cause__code=reform["cause"])
