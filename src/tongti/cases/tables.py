"""The tables that become cases: what their columns are called, and what a row says. No database."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tongti.shared import tables
from tongti.shared.tables import Table, as_text, moment, phone_cell, read
from tongti.shared.text import tidy

__all__ = [
    "FIELDS",
    "LABELS",
    "REQUIRED_ONE_OF",
    "Row",
    "Table",
    "as_text",
    "guess",
    "is_account",
    "moment",
    "read",
    "row_of",
]

# What the columns of a case may be called in the tables that arrive; the first name is what a screen calls it.
FIELDS: dict[str, tuple[str, ...]] = {
    "source_id": ("编号", "留言编号", "工单编号", "工单号", "受理编号", "诉求编号", "来电编号", "信件编号", "流水号"),
    "title": ("标题", "留言主题", "主题", "工单标题", "诉求标题", "来信标题", "事项名称"),
    "body": (
        "内容",
        "留言详情",
        "诉求内容",
        "工单内容",
        "反映内容",
        "来电内容",
        "详情",
        "问题描述",
        "具体内容",
        "描述",
    ),
    "received_at": (
        "时间",
        "留言时间",
        "来电时间",
        "受理时间",
        "登记时间",
        "诉求时间",
        "反映时间",
        "来信时间",
        "创建时间",
        "日期",
    ),
    "name": ("姓名", "留言用户", "用户", "诉求人", "联系人", "来电人", "反映人", "来信人", "诉求人姓名", "名称"),
    "phone": ("电话", "联系电话", "手机", "手机号", "来电号码", "联系方式", "手机号码", "电话号码"),
    "place": ("地点", "乡镇", "乡镇街道", "街道", "所属区域", "区域", "事发区域", "村社区", "属地"),
    "address": ("详细地址", "地址", "事发地点", "事发地址", "具体地址", "问题地址"),
    "category": ("分类", "类别", "诉求类别", "问题类别", "三级分类", "二级分类", "一级分类", "一级标签"),
    "kind": ("类型", "诉求类型", "工单类型", "信件类型"),
    "channel": ("渠道", "来源", "诉求来源", "来电渠道"),
    "urgency": ("紧急程度", "缓急"),
}
LABELS: dict[str, str] = {name: names[0] for name, names in FIELDS.items()} | {
    "name": "姓名（名称）",
    "received_at": "收到时间",
}
REQUIRED_ONE_OF = ("body", "title")

# A2020… of a message board, u_3391 of an app: the account of somebody, the same on every row that she wrote
_ACCOUNT = re.compile(r"^(?=.*\d{3})[A-Za-z]{0,12}[_-]?\d{3,}[A-Za-z0-9]*$")


@dataclass(frozen=True)
class Row:
    """One row in our words; ``problem`` says why it cannot be entered."""

    number: int
    values: Mapping[str, Any]
    source_id: str = ""
    problem: str = ""


def guess(headers: Sequence[str]) -> dict[str, int]:
    """Field → column, by the names in FIELDS."""
    return tables.guess(headers, FIELDS)


def row_of(number: int, cells: Sequence[Any], mapping: Mapping[str, int]) -> Row:
    """Read one row; what cannot be used is told in ``problem``. Empty rows say so too."""
    values: dict[str, Any] = {
        name: cells[at] if 0 <= at < len(cells) else "" for name, at in mapping.items() if name in FIELDS
    }
    said = {name: as_text(value) for name, value in values.items()}
    if not any(said.values()):
        return Row(number, {}, problem="空行。")
    title, body = tidy(said.get("title", "")).replace("\n", " "), tidy(said.get("body", ""))
    if len(title) > 120:
        title, body = title[:119] + "…", f"{title}\n{body}".strip()
    row: dict[str, Any] = {
        "title": title,
        "body": body or title,
        "name": tidy(said.get("name", ""))[:60],
        "address": tidy(said.get("address", ""))[:200],
        **{name: said.get(name, "").strip() for name in ("place", "category", "kind", "channel", "urgency")},
    }
    source_id = said.get("source_id", "").strip()[:80] or _fingerprint(said)
    problem = ""
    if not row["body"]:
        problem = "没有内容，也没有标题。"
    elif len(row["body"]) > 20_000:
        problem = f"内容有 {len(row['body'])} 字，最多 20000 字。"
    try:
        row["received_at"] = moment(values.get("received_at", ""))
    except ValueError:
        problem = problem or f"看不懂时间“{said['received_at'][:30]}”，请写成 2026-03-20 09:30。"
    row["phone"], fault = phone_cell(said.get("phone", ""))
    return Row(number, row, source_id=source_id, problem=problem or fault)


def is_account(name: str) -> bool:
    """Whether a name is the account of an outside system: the same account is the same asker."""
    return bool(_ACCOUNT.match(name))


def _fingerprint(said: Mapping[str, str]) -> str:
    # a row without a number of its own is known again by what it says
    whole = "\x1f".join(f"{name}={said[name].strip()}" for name in sorted(said) if name != "source_id")
    return "h" + hashlib.sha256(whole.encode()).hexdigest()[:40]
