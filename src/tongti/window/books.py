"""办事事项 as a table: one row an item, its steps and papers a line each in one cell. Reading the same file twice changes nothing."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Prefetch

from tongti.shared.errors import BadInput
from tongti.units.access import Viewer
from tongti.units.errors import FileRefused
from tongti.units.models import Unit
from tongti.units.transfer import sheets
from tongti.units.transfer.sheets import Row
from tongti.window.actions.items import add_item, changed_columns, publish_version
from tongti.window.drafts import AT_ONCE, ItemDraft, PaperDraft, StepDraft, paper_line, papers_of, step_line, steps_of
from tongti.window.errors import SameAsBefore
from tongti.window.models import ItemVersion, ServiceItem

COLUMNS = ("事项编码", "事项名称", "实施单位")
OPTIONAL = (
    "法定时限", "承诺时限", "跑动次数", "收费", "收费依据", "环节", "材料", "出处", "已核对", "生效日期",
)  # fmt: skip
LABELS = {
    "name": "事项名称", "unit_id": "实施单位", "legal_days": "法定时限", "promised_days": "承诺时限", "trips": "跑动次数",
    "fee": "收费", "fee_basis": "收费依据", "steps": "环节", "papers": "材料", "source": "出处", "verified": "已核对",
}  # fmt: skip
UNSAID = "导入的事项清单（出处未写明，未核对）"


class ServiceItems:
    """The catalogue of service items. A column that the file lacks keeps what stands in the present version."""

    title, file, extension = "办事事项", "service-items", "xlsx"
    accept = ".xlsx,.csv"

    def read(self, content: bytes) -> list[tuple[int, Any]]:
        """An .xlsx or a .csv, whichever it is. Raises FileRefused."""
        read = sheets.read if content[:2] == b"PK" else sheets.read_csv
        rows = list(read(content, COLUMNS, OPTIONAL))
        if not rows:
            raise FileRefused(why="表里没有事项。")
        return [(number, row) for number, row in rows]

    def write(self) -> tuple[bytes, int]:
        """The newest version of every item."""
        newest = ItemVersion.objects.filter(valid_to=None).prefetch_related("steps", "papers")
        items = ServiceItem.objects.select_related("unit").prefetch_related(
            Prefetch("versions", newest, to_attr="newest")
        )
        lines = [_cells(item, item.newest[0]) for item in items.order_by("code")]
        return sheets.write(self.title, [*COLUMNS, *OPTIONAL], lines), len(lines)

    def put(self, row: Row, *, by: Viewer) -> tuple[str, str, tuple[str, ...]]:
        """Enter the item, or publish a version where the row says something new. Raises BadInput."""
        code = row["事项编码"].upper()
        item = ServiceItem.objects.select_related("unit").filter(code=code).first()
        newest = item.versions.get(valid_to=None) if item else None
        draft = _draft(row, newest)
        if item is None or newest is None:
            return add_item(draft=draft, by=by).name, "new", ()
        name, unit_id, fields = item.name, item.unit_id, changed_columns(newest, draft)
        try:
            publish_version(item=item, draft=draft, by=by)
        except SameAsBefore:
            return item.name, "same", ()
        fields += ["name"] * (item.name != name) + ["unit_id"] * (item.unit_id != unit_id)
        return item.name, "changed", tuple(LABELS[field] for field in fields)


def _cells(item: ServiceItem, version: ItemVersion) -> list[str]:
    steps = sorted(version.steps.all(), key=lambda step: step.place)
    papers = sorted(version.papers.all(), key=lambda paper: paper.place)
    return [
        item.code,
        item.name,
        item.unit.short_name,
        _said(version.legal_days),
        _said(version.promised_days),
        _said(version.trips),
        _said(version.fee),
        version.fee_basis,
        "\n".join(step_line(StepDraft(step.name, step.who, step.days)) for step in steps),
        "\n".join(paper_line(PaperDraft(paper.name, paper.form, paper.shared)) for paper in papers),
        version.source,
        "是" if version.verified else "否",
        version.valid_from.isoformat(),
    ]


def _said(value: object) -> str:
    return "" if value is None else str(value)


def _draft(row: Row, newest: ItemVersion | None) -> ItemDraft:
    """A row over what stands already. Raises BadInput."""
    return ItemDraft(
        code=row["事项编码"],
        name=row["事项名称"],
        unit_id=_unit(row["实施单位"]),
        legal_days=_number(row, "法定时限", newest.legal_days if newest else None, "legal_days"),
        promised_days=_number(row, "承诺时限", newest.promised_days if newest else None, "promised_days"),
        trips=_number(row, "跑动次数", newest.trips if newest else None, "trips"),
        fee=_fee(row, newest.fee if newest else None),
        fee_basis=row.get("收费依据", newest.fee_basis if newest else ""),
        steps=steps_of(row["环节"]) if "环节" in row else _steps(newest),
        papers=papers_of(row["材料"]) if "材料" in row else _papers(newest),
        source=row.get("出处", newest.source if newest else "") or UNSAID,
        verified=_yes(row, newest.verified if newest else False),
        valid_from=_day(row),
    )


def _steps(newest: ItemVersion | None) -> tuple[StepDraft, ...]:
    rows = newest.steps.order_by("place") if newest else []
    return tuple(StepDraft(step.name, step.who, step.days) for step in rows)


def _papers(newest: ItemVersion | None) -> tuple[PaperDraft, ...]:
    rows = newest.papers.order_by("place") if newest else []
    return tuple(PaperDraft(paper.name, paper.form, paper.shared) for paper in rows)


def _unit(name: str) -> int:
    found = (
        Unit.objects.filter(short_name=name, active=True).first() or Unit.objects.filter(name=name, active=True).first()
    )
    found = found or Unit.objects.filter(code=name.upper(), active=True).first()
    if found is None:
        raise BadInput("unit", f"没有“{name[:30]}”这个在用的单位，请写简称、全称或代码。")
    return found.pk


def _number(row: Row, heading: str, before: int | None, field: str) -> int | None:
    if heading not in row:
        return before
    text = row[heading]
    if not text:
        return None
    if any(word in text for word in AT_ONCE):
        return 0
    digits = re.fullmatch(r"(\d{1,4})\s*(?:个)?(?:工作日|次|天)?", text)
    if digits is None:
        raise BadInput(field, f"“{heading}”里的“{text[:20]}”看不懂，请写数字（工作日）。")
    return int(digits[1])


def _fee(row: Row, before: Decimal | None) -> Decimal | None:
    if "收费" not in row:
        return before
    text = row["收费"].removesuffix("元").strip()
    if not text:
        return None
    if text in ("不收费", "免费", "无"):
        return Decimal("0.00")
    try:
        return Decimal(text).quantize(Decimal("0.01"))
    except InvalidOperation:
        raise BadInput("fee", f"“收费”里的“{text[:20]}”不是金额，请写数字或“不收费”。") from None


def _yes(row: Row, before: bool) -> bool:
    text = row.get("已核对", "")
    if text not in ("", "是", "否"):
        raise BadInput("verified", "“已核对”请写“是”或“否”。")
    return before if not text else text == "是"


def _day(row: Row) -> date | None:
    text = row.get("生效日期", "")
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput("valid_from", "“生效日期”请写成 2026-03-20 这样的日期。") from None
