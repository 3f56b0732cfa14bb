"""时限规则 as a file: JSON in the shape of ``data/regimes.json``. Importing one publishes the next version where it differs."""

from collections.abc import Sequence
from typing import Any

from tongti.deadlines.actions import ClockDraft, RegimeDraft, publish
from tongti.deadlines.errors import NothingChanged
from tongti.deadlines.models import Clock, ExtensionRule, Regime
from tongti.deadlines.queries import ExtensionView, NearRule, clock_columns, extension_columns, view_of
from tongti.shared.errors import BadInput
from tongti.shared.text import tidy
from tongti.units.access import ROLES, Viewer
from tongti.units.errors import FileRefused
from tongti.units.transfer import sheets

_LISTS = ("applies_channels", "applies_kinds", "applies_urgencies", "applies_parties", "applies_categories")
_LIST_WORDS = dict(zip(_LISTS, ("适用渠道", "适用类型", "适用紧急程度", "适用对象", "适用分类"), strict=True))


class Regimes:
    """The open versions, those in use and the samples."""

    title, file, extension = "时限规则", "regimes", "json"

    def read(self, content: bytes) -> list[tuple[int, Any]]:
        """Raises FileRefused."""
        found = sheets.read_json(content)
        rows = found.get("regimes") if isinstance(found, dict) else None
        if not isinstance(rows, list) or not rows:
            raise FileRefused(why="文件里没有 regimes 列表，请用导出的 .json 照着改。")
        return list(enumerate(rows, start=1))

    def write(self) -> tuple[bytes, int]:
        """All open versions."""
        rows = [
            _row(regime)
            for regime in Regime.objects.filter(valid_to=None)
            .select_related("extension_rule")
            .prefetch_related("clocks")
            .order_by("code")
        ]
        return sheets.write_json({"regimes": rows}), len(rows)

    def put(self, row: Any, *, by: Viewer) -> tuple[str, str, tuple[str, ...]]:
        """Publish the row when it says something new. Raises BadInput."""
        draft = draft_of(row)
        known = Regime.objects.filter(code=draft.code).exists()
        try:
            regime = publish(draft=draft, by=by)
        except NothingChanged:
            return draft.name, "same", ()
        return draft.name, "changed" if known else "new", (f"第 {regime.version} 版",) if known else ()


def _row(regime: Regime) -> dict[str, Any]:
    view = view_of(regime)
    return {
        "code": regime.code,
        "name": regime.name,
        "in_use": regime.in_use,
        "priority": regime.priority,
        "region": regime.region,
        "applies_channels": regime.applies_channels,
        "applies_kinds": regime.applies_kinds,
        "applies_urgencies": regime.applies_urgencies,
        "applies_parties": regime.applies_parties,
        "applies_categories": regime.applies_categories,
        "applies_joint": regime.applies_joint,
        "restarts": regime.restarts,
        "source": regime.source,
        "article": regime.article,
        "source_url": regime.source_url,
        "verified": regime.verified,
        "extension": extension_columns(view.extension) if view.extension else None,
        "clocks": [clock_columns(clock) for clock in view.clocks.values()],
    }


def draft_of(row: Any) -> RegimeDraft:
    """A row of a file as a draft. Raises BadInput for anything that is not what it should be."""
    if not isinstance(row, dict):
        raise BadInput("code", "这一项不是一条时限规则。")
    clocks = row.get("clocks")
    if not isinstance(clocks, list):
        raise BadInput("clocks", "缺少 clocks 列表。")
    lists = {name: _codes(row, name) for name in _LISTS}
    joint = row.get("applies_joint")
    if joint not in (None, True, False):
        raise BadInput("applies_joint", "applies_joint 只能是 true、false 或 null。")
    return RegimeDraft(
        code=_text(row, "code", 30, "代码"),
        name=_text(row, "name", 60, "名称"),
        source=_text(row, "source", 300, "依据"),
        clocks=tuple(_clock(clock) for clock in clocks),
        channels=lists["applies_channels"],
        kinds=lists["applies_kinds"],
        urgencies=lists["applies_urgencies"],
        parties=lists["applies_parties"],
        categories=lists["applies_categories"],
        joint=joint,
        priority=_number(row.get("priority", 0), "优先", -32768, 32767),
        verified=_flag(row, "verified", False),
        in_use=_flag(row, "in_use", True),
        restarts=_flag(row, "restarts", False),
        region=_text(row, "region", 12, "地区"),
        article=_text(row, "article", 100, "条款"),
        source_url=_address(row),
        extension=_extension(row.get("extension")),
    )


def _clock(row: Any) -> ClockDraft:
    if not isinstance(row, dict):
        raise BadInput("clocks", "clocks 里有一项不是时限。")
    return ClockDraft(
        code=_chosen(row.get("code"), Clock.Code.values, "时限"),
        amount=_number(row.get("amount"), "数量", 1, 32767),
        unit=_chosen(row.get("unit"), Clock.Unit.values, "单位"),
        starts=_chosen(row.get("starts", Clock.Start.DISPATCHED.value), Clock.Start.values, "起算"),
        stops=_chosen(row.get("stops", ""), ["", *Clock.Stop.values], "停止"),
        count_start=_flag(row, "count_start", False),
        roll_over=_flag(row, "roll_over", True),
        pauses=_chosen_all(row.get("pauses", []), Clock.Pause.values, "暂停情形"),
        pause_source=_text(row, "pause_source", 300, "暂停的依据"),
        pause_verified=_flag(row, "pause_verified", False),
        near=NearRule(
            _number(row.get("near_percent", NearRule.percent), "临期百分比", 0, 100),
            _number(row.get("near_amount", NearRule.amount), "临期数量", 0, 32767),
            _chosen(row.get("near_unit", NearRule.unit), Clock.Unit.values, "临期单位"),
        ),
        warns=_chosen_all(row.get("warns", list(ClockDraft.warns)), list(ROLES), "提醒谁"),
        source=_text(row, "source", 200, "时限的依据"),
        source_url=_address(row),
        verified=_flag(row, "verified", False),
    )


def _extension(row: Any) -> ExtensionView | None:
    if row is None:
        return None
    if not isinstance(row, dict):
        raise BadInput("extension", "extension 不是延期规则。")
    amount = row.get("amount")
    return ExtensionView(
        amount=None if amount is None else _number(amount, "每次最多", 1, 32767),
        unit=_chosen(row.get("unit", "wd"), Clock.Unit.values, "单位"),
        times=_number(row.get("times", 1), "最多几次", 1, 99),
        before_amount=_number(row.get("before_amount", 0), "提前多久", 0, 32767),
        before_unit=_chosen(row.get("before_unit", "wd"), Clock.Unit.values, "单位"),
        reasons=_chosen_all(row.get("reasons", []), ExtensionRule.Reason.values, "理由类别"),
        source=_text(row, "source", 200, "延期的依据"),
        source_url=_address(row),
        verified=_flag(row, "verified", False),
    )


def _chosen(value: Any, allowed: Sequence[str], word: str) -> str:
    if not isinstance(value, str) or value not in allowed:
        raise BadInput("clocks", f"没有“{str(value)[:30]}”这种{word}，可以是：{'、'.join(filter(None, allowed))}。")
    return value


def _chosen_all(values: Any, allowed: Sequence[str], word: str) -> tuple[str, ...]:
    if not isinstance(values, list):
        raise BadInput("clocks", f"“{word}”要写成列表。")
    return tuple(_chosen(value, allowed, word) for value in values)


def _address(row: dict[str, Any]) -> str:
    text = _text(row, "source_url", 300, "网址")
    if text and not text.startswith(("https://", "http://")):
        raise BadInput("source_url", "“网址”要以 https:// 或 http:// 开头。")
    return text


def _text(row: dict[str, Any], name: str, most: int, word: str) -> str:
    value = row.get(name, "")
    if not isinstance(value, str) or len(tidy(value)) > most:
        raise BadInput(name, f"“{word}”要是不超过 {most} 字的文字。")
    return tidy(value)


def _codes(row: dict[str, Any], name: str) -> tuple[str, ...]:
    value = row.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, str) and 0 < len(one) <= 20 for one in value):
        raise BadInput(name, f"“{_LIST_WORDS[name]}”要是代码的列表。")
    return tuple(value)


def _number(value: Any, word: str, least: int, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise BadInput("clocks", f"“{word}”要是 {least} 到 {most} 的整数。")
    return value


def _flag(row: dict[str, Any], name: str, otherwise: bool) -> bool:
    value = row.get(name, otherwise)
    if not isinstance(value, bool):
        raise BadInput(name, f"{name} 只能是 true 或 false。")
    return value
