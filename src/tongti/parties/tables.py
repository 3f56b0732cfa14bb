"""The tables that come into the register: what their columns are called, and what a row says. No database beyond the names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tongti.parties.drafts import ContactDraft, FirmDraft, read_contact, read_draft
from tongti.parties.indexes import phone_index
from tongti.parties.models import Firm
from tongti.shared import tables
from tongti.shared.errors import BadInput
from tongti.shared.tables import as_text, phone_cell
from tongti.shared.text import tidy
from tongti.units.models import Region, Unit

MOST_ROWS = 20_000
# What the columns may be called in the tables that arrive; the first name is what a screen calls it.
FIELDS: dict[str, tuple[str, ...]] = {
    "name": (
        "名称",
        "企业名称",
        "单位名称",
        "项目名称",
        "园区名称",
        "商户名称",
        "公司名称",
        "市场主体名称",
        "机构名称",
    ),
    "credit_code": ("统一社会信用代码", "信用代码", "社会信用代码", "组织机构代码", "纳税人识别号"),
    "kind": ("类别", "主体类别", "类型", "对象类别"),
    "size": ("规模", "企业规模", "规模类别", "规上限上"),
    "sector": ("行业", "行业代码", "所属行业", "行业类别", "国民经济行业"),
    "park": ("园区", "所在园区", "所属园区"),
    "place": ("村社区", "乡镇", "乡镇街道", "所属乡镇", "所在乡镇", "属地", "街道"),
    "address": ("地址", "经营地址", "详细地址", "注册地址", "住所"),
    "status": ("状态", "经营状态", "登记状态"),
    "unit": ("服务单位", "责任单位", "包联单位", "联系单位", "主管部门"),
    "contact_name": ("联系人", "联系人姓名", "负责人", "法定代表人", "法人代表", "法人"),
    "contact_post": ("职务", "联系人职务"),
    "contact_phone": ("联系电话", "电话", "手机", "手机号", "手机号码", "联系方式"),
}
LABELS: dict[str, str] = {name: names[0] for name, names in FIELDS.items()} | {
    "place": "乡镇、村（社区）",
    "contact_name": "联系人姓名",
}
# Words of other systems for what we call so.
WORDS: dict[str, dict[str, str]] = {
    "kind": {"公司": "enterprise", "个体": "shop", "个体户": "shop", "个体工商户": "shop", "商户": "shop",
             "合作社": "farm", "家庭农场": "farm", "农场": "farm", "院所": "institute", "学校": "institute"},
    "size": {"规上": "industry", "限上": "trade", "临规": "near", "小型": "small", "微型": "small",
             "规模以上": "industry", "限额以上": "trade"},
    "status": {"在营": "running", "存续": "running", "在业": "running", "开业": "running", "在建": "building",
               "筹建": "building", "停产": "stopped", "停业": "stopped", "注销": "closed", "吊销": "closed", "迁出": "closed"},
}  # fmt: skip


@dataclass(frozen=True)
class Names:
    """Words of a table → our ids and codes."""

    places: Mapping[str, int]
    parks: Mapping[str, int]
    units: Mapping[str, int]
    kinds: Mapping[str, str]
    sizes: Mapping[str, str]
    statuses: Mapping[str, str]

    @classmethod
    def load(cls) -> "Names":
        """Places, parks and units in use; four queries."""
        places: dict[str, int] = {}
        regions = Region.objects.filter(active=True).select_related("parent")
        for region in regions.order_by("-level"):
            places.setdefault(region.name, region.pk)
            if region.parent is not None:
                places[f"{region.parent.name}{region.name}"] = region.pk
        units: dict[str, int] = {}
        for pk, name, short in Unit.objects.filter(active=True).values_list("pk", "name", "short_name"):
            units |= {name: pk, short: pk}
        return cls(
            places=places,
            parks=dict(Firm.objects.filter(kind=Firm.Kind.PARK, merged_into=None).values_list("name", "pk")),
            units=units,
            kinds=_words(Firm.Kind, "kind"),
            sizes=_words(Firm.Size, "size"),
            statuses=_words(Firm.Status, "status"),
        )


def _words(choices: Any, field: str) -> dict[str, str]:
    return {str(label): str(value) for value, label in choices.choices} | WORDS[field]


@dataclass(frozen=True)
class Row:
    """One row in our words. ``given`` are the fields that the table fills; ``problem`` says why it cannot be entered."""

    number: int
    draft: FirmDraft
    contact: ContactDraft
    given: frozenset[str] = frozenset()
    phone_index: bytes = b""
    problem: str = ""
    typed_code: str = ""


def guess(headers: Sequence[str]) -> dict[str, int]:
    """Field → column, by the names in FIELDS."""
    return tables.guess(headers, FIELDS)


def row_of(number: int, cells: Sequence[Any], mapping: Mapping[str, int], names: Names) -> Row:
    """Read one row; what cannot be used is told in ``problem``."""
    said = {
        name: tidy(as_text(cells[at])).replace("\n", " ") if 0 <= at < len(cells) else ""
        for name, at in mapping.items()
        if name in FIELDS
    }
    typed = said.get("credit_code", "").replace(" ", "").upper()
    empty = Row(number, FirmDraft(name=said.get("name", "")), ContactDraft(), problem="空行。", typed_code=typed)
    if not any(said.values()):
        return empty
    try:
        return _read(number, said, names)
    except BadInput as wrong:
        return replace(empty, problem=wrong.sentence)


def _read(number: int, said: Mapping[str, str], names: Names) -> Row:
    phone, fault = phone_cell(said.get("contact_phone", ""))
    if fault:
        raise BadInput("contact_phone", fault)
    contact = ContactDraft(name=said.get("contact_name", ""), phone=phone, post=said.get("contact_post", ""))
    draft = FirmDraft(
        name=said.get("name", ""),
        kind=_one_of(said.get("kind", ""), names.kinds, "类别") or Firm.Kind.ENTERPRISE,
        credit_code=said.get("credit_code", ""),
        size=_one_of(said.get("size", ""), names.sizes, "规模"),
        sector=said.get("sector", ""),
        park_id=_id_of(said.get("park", ""), names.parks, "登记簿里没有园区“{}”，请先登记园区。"),
        place_id=_id_of(said.get("place", ""), names.places, "没有“{}”这个乡镇、村（社区）。"),
        address=said.get("address", ""),
        status=_one_of(said.get("status", ""), names.statuses, "状态") or Firm.Status.RUNNING,
        unit_id=_id_of(said.get("unit", ""), names.units, "没有“{}”这个单位。"),
    )
    if draft.kind == Firm.Kind.SHOP and draft.name and draft.name == contact.name:
        # no sign over the door: the name of the shop is the name of who runs it, which is nobody's to read
        draft = replace(draft, name_personal=True)
    columns = read_draft(draft)
    if not contact.name and (phone or contact.post):
        # a phone without a name is the firm's own
        contact = replace(contact, name=contact.post or "总机")
    if not contact.empty:
        read_contact(contact)
    given = frozenset(name for name, text in said.items() if text)
    # the code as it will be stored: what is typed has blanks and small letters
    draft = replace(draft, credit_code=columns["credit_code"])
    return Row(number, draft, contact, given, phone_index(phone))


def _one_of(text: str, words: Mapping[str, str], label: str) -> str:
    if not text:
        return ""
    if text in words:
        return words[text]
    found = {value for word, value in words.items() if word.startswith(text) or text.startswith(word)}
    if len(found) == 1:
        return found.pop()
    raise BadInput("kind", f"“{label}”里没有“{text[:20]}”。")


def _id_of(text: str, ids: Mapping[str, int], sentence: str) -> int | None:
    if not text:
        return None
    found = ids.get(text) or ids.get(text.replace(" ", ""))
    if found is None:
        raise BadInput("place", sentence.format(text[:30]))
    return found
