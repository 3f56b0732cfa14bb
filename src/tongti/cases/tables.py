"""Reading other people's tables: .xlsx, .xls, .ods, .csv; which column means what; what a cell means. No database."""

import csv
import hashlib
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone
from python_calamine import CalamineError, CalamineWorkbook

from tongti.cases.errors import WrongFile
from tongti.shared.text import normal_phone, tidy

MOST_ROWS = 200_000
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

_DATE = re.compile(
    r"^\s*(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
    r"(?:[\sT]*(\d{1,2})\s*[:：时]\s*(?:(\d{1,2})\s*分?)?(?:\s*[:：]?\s*(\d{1,2}))?(?:\.\d+)?\s*秒?)?\s*$"
)
# A2020… of a message board, u_3391 of an app: the account of somebody, the same on every row that she wrote
_ACCOUNT = re.compile(r"^(?=.*\d{3})[A-Za-z]{0,12}[_-]?\d{3,}[A-Za-z0-9]*$")
_EXCEL_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001  (a wall-clock day count, made aware below)


@dataclass(frozen=True)
class Table:
    """A header and the rows under it; ``rows[0]`` stands in line ``first_row`` of the sheet."""

    headers: tuple[str, ...]
    rows: Sequence[Sequence[Any]]
    first_row: int = 2

    def signature(self) -> str:
        """Eight hex digits of the header: tables of one system look alike, those of another differ."""
        return hashlib.sha256("\x1f".join(self.headers).encode()).hexdigest()[:8]


@dataclass(frozen=True)
class Row:
    """One row in our words; ``problem`` says why it cannot be entered."""

    number: int
    values: Mapping[str, Any]
    source_id: str = ""
    problem: str = ""


def read(path: Path, name: str) -> Table:
    """The first sheet that has a header and rows. Raises WrongFile with what to do."""
    suffix = Path(name).suffix.lower()
    if suffix in (".csv", ".txt", ".tsv"):
        grid: list[list[Any]] = _read_csv(path.read_bytes())
    elif suffix in (".xlsx", ".xlsm", ".xls", ".ods", ".xlsb"):
        grid = _read_workbook(path)
    else:
        raise WrongFile(why="只能导入 .xlsx、.xls、.ods 或 .csv 文件。")
    return _table(grid)


def guess(headers: Sequence[str]) -> dict[str, int]:
    """Field → column, by the names in FIELDS: equal names first, then names that are part of the header."""
    plain = [re.sub(r"[\s（）()【】\[\]*：:、/]", "", header) for header in headers]
    chosen: dict[str, int] = {}
    for name, names in FIELDS.items():
        for wanted in names:
            if wanted in plain and plain.index(wanted) not in chosen.values():
                chosen[name] = plain.index(wanted)
                break
    for name, names in FIELDS.items():
        if name in chosen:
            continue
        for wanted in sorted(names, key=len, reverse=True):
            at = next(
                (i for i, h in enumerate(plain) if len(wanted) >= 2 and wanted in h and i not in chosen.values()), None
            )
            if at is not None:
                chosen[name] = at
                break
    return chosen


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
    row["phone"], fault = _phone(said.get("phone", ""))
    return Row(number, row, source_id=source_id, problem=problem or fault)


def is_account(name: str) -> bool:
    """Whether a name is the account of an outside system: the same account is the same asker."""
    return bool(_ACCOUNT.match(name))


def moment(value: Any) -> datetime | None:
    """A cell as an aware moment in local time; None when it is empty. Raises ValueError."""
    if isinstance(value, datetime):
        found = value.replace(tzinfo=None)
    elif isinstance(value, date):
        found = datetime(value.year, value.month, value.day)  # noqa: DTZ001
    elif isinstance(value, (int, float)) and 20_000 < value < 80_000:
        found = _EXCEL_ZERO + timedelta(days=float(value))
    else:
        text = as_text(value).strip()
        if not text:
            return None
        parts = _DATE.match(text)
        if not parts:
            raise ValueError(text)
        year, month, day, hour, minute, second = (int(part) if part else 0 for part in parts.groups())
        found = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001
    if not 1990 <= found.year <= 2100:
        raise ValueError("year")
    return timezone.make_aware(found.replace(microsecond=0))


def _phone(text: str) -> tuple[str, str]:
    """(phone, problem): “无”, “保密”, “0” and masked numbers are no phone; a wrong number is somebody's, so it is a problem."""
    digits = re.sub(r"\D", "", text)
    in_words = re.search(r"[^\W\d]", text) is not None and len(digits) < 7
    if "*" in text or in_words or not digits.strip("0"):
        return "", ""
    phone = normal_phone(re.split(r"[,，;；/、]", text)[0])
    return phone, "" if phone else "电话号码不对，请检查。"


def as_text(value: Any) -> str:
    """A cell as text: whole numbers without “.0”, moments as people write them."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return str(value)


def _fingerprint(said: Mapping[str, str]) -> str:
    # a row without a number of its own is known again by what it says
    whole = "\x1f".join(f"{name}={said[name].strip()}" for name in sorted(said) if name != "source_id")
    return "h" + hashlib.sha256(whole.encode()).hexdigest()[:40]


def _read_workbook(path: Path) -> list[list[Any]]:
    try:
        book = CalamineWorkbook.from_path(str(path))
        for name in book.sheet_names:
            grid = book.get_sheet_by_name(name).to_python(skip_empty_area=True)
            if len(grid) > 1:
                return grid
    except (CalamineError, OSError, ValueError) as error:
        raise WrongFile(why="这个表格打不开：可能没有传完整，或者有密码。请另存一份再传。") from error
    raise WrongFile(why="表格里没有数据：第一行应是列名，下面是内容。")


def _read_csv(content: bytes) -> list[list[Any]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise WrongFile(why="看不懂这个文件的文字编码，请用表格软件另存为 .xlsx 再传。")
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    csv.field_size_limit(1_000_000)
    try:
        return [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]
    except csv.Error as error:
        raise WrongFile(why="这个 .csv 文件的格式不对，请用表格软件另存为 .xlsx 再传。") from error


def _table(grid: list[list[Any]]) -> Table:
    # a heading line above the header (“2026 年 3 月来电登记表”) has one filled cell
    start = next((i for i, row in enumerate(grid[:10]) if sum(bool(as_text(c).strip()) for c in row) >= 2), None)
    if start is None:
        raise WrongFile(why="没有找到列名：第一行应是列名，至少两列。")
    headers = tuple(as_text(c).strip() or f"第 {i} 列" for i, c in enumerate(grid[start], start=1))
    rows = grid[start + 1 :]
    if not rows:
        raise WrongFile(why="只有列名，没有内容。")
    if len(rows) > MOST_ROWS:
        raise WrongFile(why=f"有 {len(rows)} 行，一次最多 {MOST_ROWS} 行，请分几个文件导入。")
    return Table(headers, rows, first_row=start + 2)
