"""What the addresses of the register need to be built: a firm that 水利局 looks after, with a contact."""

from typing import Any

from tests.parties.firms import MANAGER, code, entered
from tongti.parties import actions
from tongti.parties.models import Firm, FirmImport, FirmMerge

TABLE: list[tuple[str, str, int]] = [
    ("desk:firm", "黄志强", 200),
    ("desk:firm", "梁工", 200),
    ("desk:firm", "陆局长", 200),
    # the firm is not theirs, though they take part in cases of the district
    ("desk:firm", "陆斌", 404),
    ("desk:firm", "蒙海燕", 404),
    ("desk:firm", "覃红", 404),
    ("desk:firm_edit", "李小英", 404),
    ("desk:firm_edit", "何区长", 404),
    ("desk:firms_export", "韦晓梅", 405),
]


def a_firm(world: Any) -> dict[str, int]:
    """The firm of 水利局."""
    found = Firm.objects.filter(credit_code=code(9001)).first()
    if found is None:
        unit_id = world.units["水利局"].pk
        found = entered("策略表样例食品有限公司", credit_code=code(9001), unit_id=unit_id, people=(MANAGER,))
    return {"pk": found.pk}


SAMPLE: dict[str, Any] = dict.fromkeys(
    ("desk:firm", "desk:firm_edit", "desk:firm_contact", "desk:firm_reveal", "desk:firm_figures"), a_firm
)


def _other(world: Any) -> Firm:
    found = Firm.objects.filter(credit_code=code(9002)).first()
    return found or entered("策略表样例第二家", credit_code=code(9002))


def _pair(world: Any) -> dict[str, int]:
    return {"one": a_firm(world)["pk"], "other": _other(world).pk}


def _merge(world: Any) -> dict[str, int]:
    found = FirmMerge.objects.first()
    if found is None:
        kept, gone = entered("策略表样例并入的一家"), entered("策略表样例被并的一家")
        found = actions.merge(kept=kept, gone=gone, reason="策略表样例", by=world.viewer("韦晓梅"))
    return {"pk": found.pk}


def _import(world: Any) -> dict[str, int]:
    found = FirmImport.objects.first()
    if found is None:
        content = "名称,乡镇\n策略表样例名单里的一家,大塘村\n".encode()
        found = actions.upload_firms(name="名单.csv", content=content, by=world.viewer("韦晓梅"))
    return {"pk": found.pk}


SAMPLE |= {"desk:firm_pair": _pair, "desk:firm_merge_undo": _merge}
SAMPLE |= dict.fromkeys(
    (
        "desk:firm_import",
        "desk:firm_import_compare",
        "desk:firm_import_decide",
        "desk:firm_import_status",
        "desk:firm_import_errors",
    ),
    _import,
)
