"""What is said of a service item, read and checked before anything is written. No database."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from tongti.shared import clock
from tongti.shared.errors import BadInput
from tongti.shared.text import checked_words, tidy
from tongti.window.models import ItemPaper

MOST_LINES = 40
MOST_DAYS, MOST_TRIPS = 2000, 99
MOST_FEE = Decimal("99999999.99")
LATEST = timedelta(days=3 * 366)
AT_ONCE = ("当场", "即办", "即时")
SHARED = ("共享", "免交", "免于提交")
# Words of other guides for our four forms.
FORMS: dict[str, str] = {
    "原件": ItemPaper.Form.ORIGINAL,
    "复印": ItemPaper.Form.COPY,
    "核验": ItemPaper.Form.SHOWN,
    "查验": ItemPaper.Form.SHOWN,
    "电子": ItemPaper.Form.ELECTRONIC,
}
_BAR = re.compile(r"[|｜\t]")
_NUMBERED = re.compile(r"^\s*(?:\d{1,2}|[一二三四五六七八九十]{1,3})\s*[.．、）)]\s*")


@dataclass(frozen=True)
class StepDraft:
    """One step; ``days`` are working days, 0 at once, None not said."""

    name: str
    who: str = ""
    days: int | None = None


@dataclass(frozen=True)
class PaperDraft:
    """One paper; ``shared`` when the window can fetch it itself."""

    name: str
    form: str = ItemPaper.Form.ORIGINAL
    shared: bool = False


@dataclass(frozen=True)
class ItemDraft:
    """A version of an item as typed. Days are working days; None means that the guide does not say."""

    code: str
    name: str
    unit_id: int | None
    source: str
    legal_days: int | None = None
    promised_days: int | None = None
    trips: int | None = None
    fee: Decimal | None = None
    fee_basis: str = ""
    steps: tuple[StepDraft, ...] = ()
    papers: tuple[PaperDraft, ...] = ()
    verified: bool = False
    valid_from: date | None = None


def read_item(draft: ItemDraft) -> ItemDraft:
    """The draft in normal form, valid from today when no day is given. Raises BadInput."""
    if draft.unit_id is None:
        raise BadInput("unit", "请选实施单位。")
    _check_numbers(draft)
    fee_basis = checked_words(draft.fee_basis, "fee_basis", "收费依据", 300, optional=True)
    if draft.fee and not fee_basis:
        raise BadInput("fee_basis", "要收费的，请写明收费依据；清单以外不得收费（优化营商环境条例第二十五条）。")
    today = clock.today()
    if draft.valid_from and abs(draft.valid_from - today) > 10 * LATEST:
        raise BadInput("valid_from", "生效日期不对，请检查年份。")
    return ItemDraft(
        code=_code(draft.code),
        name=checked_words(draft.name, "name", "事项名称", 120).replace("\n", " "),
        unit_id=draft.unit_id,
        source=checked_words(draft.source, "source", "出处", 300),
        legal_days=draft.legal_days,
        promised_days=draft.promised_days,
        trips=draft.trips,
        fee=draft.fee,
        fee_basis=fee_basis,
        steps=tuple(_step(step) for step in draft.steps),
        papers=tuple(_paper(paper) for paper in draft.papers),
        verified=draft.verified,
        valid_from=draft.valid_from or today,
    )


def _code(typed: str) -> str:
    code = tidy(typed).upper()
    if not code or len(code) > 40 or not re.fullmatch(r"[0-9A-Z\-_.]+", code):
        raise BadInput("code", "请填写事项编码：字母、数字和短横，最多 40 个。")
    return code


def _check_numbers(draft: ItemDraft) -> None:
    for name, label, value, most in (
        ("legal_days", "法定办结时限", draft.legal_days, MOST_DAYS),
        ("promised_days", "承诺办结时限", draft.promised_days, MOST_DAYS),
        ("trips", "到现场次数", draft.trips, MOST_TRIPS),
    ):
        if value is not None and not 0 <= value <= most:
            raise BadInput(name, f"“{label}”要是 0 到 {most} 的整数。")
    if draft.legal_days is not None and (draft.promised_days or 0) > draft.legal_days:
        raise BadInput("promised_days", f"承诺时限不能比法定时限（{draft.legal_days} 个工作日）长。")
    if draft.fee is not None and not (draft.fee.is_finite() and 0 <= draft.fee <= MOST_FEE):
        raise BadInput("fee", "“收费”要是不小于 0 的金额。")


def _step(step: StepDraft) -> StepDraft:
    name = checked_words(step.name, "steps", "环节", 60)
    who = checked_words(step.who, "steps", "环节由谁办", 60, optional=True)
    if step.days is not None and not 0 <= step.days <= MOST_DAYS:
        raise BadInput("steps", f"环节“{name}”的天数要是 0 到 {MOST_DAYS} 的整数。")
    return StepDraft(name, who, step.days)


def _paper(paper: PaperDraft) -> PaperDraft:
    if paper.form not in ItemPaper.Form.values:
        raise BadInput("papers", f"材料“{paper.name[:20]}”的形式不对。")
    return PaperDraft(checked_words(paper.name, "papers", "材料", 120), paper.form, paper.shared)


# --- lines of a text box or a cell --------------------------------------------------------------------------------------


def lines_of(text: str, field: str) -> list[str]:
    """One entry a line (or between “；”), numbering taken off. Raises BadInput when there are too many."""
    parts = [_NUMBERED.sub("", part).strip() for part in re.split(r"[\n;；]", text)]
    found = [part for part in parts if part]
    if len(found) > MOST_LINES:
        raise BadInput(field, f"写了 {len(found)} 行，最多 {MOST_LINES} 行。")
    return found


def steps_of(text: str) -> tuple[StepDraft, ...]:
    """“受理|政务服务中心窗口|1”: what, who, in how many working days; the last two may be left out. Raises BadInput."""
    found = []
    for line in lines_of(text, "steps"):
        name, who, days = _cells(line)
        found.append(StepDraft(name, who, _days(days, name)))
    return tuple(found)


def papers_of(text: str) -> tuple[PaperDraft, ...]:
    """“身份证明|原件核验|可共享”: what, in which form, whether it is fetched by sharing. Raises BadInput."""
    found = []
    for line in lines_of(text, "papers"):
        name, form, sharing = _cells(line)
        found.append(PaperDraft(name, _form(form, name), any(word in sharing for word in SHARED)))
    return tuple(found)


def _cells(line: str) -> tuple[str, str, str]:
    parts = [part.strip() for part in _BAR.split(line)]
    return (*parts, "", "")[:3]  # type: ignore[return-value]


def _days(text: str, name: str) -> int | None:
    if not text:
        return None
    if any(word in text for word in AT_ONCE):
        return 0
    digits = re.fullmatch(r"(\d{1,4})\s*(?:个)?(?:工作日|天|日)?", text)
    if digits is None:
        raise BadInput("steps", f"环节“{name[:20]}”的天数“{text[:20]}”看不懂，请写数字或“当场”。")
    return int(digits[1])


def _form(text: str, name: str) -> str:
    if not text:
        return ItemPaper.Form.ORIGINAL
    # “原件核验” is shown, not handed in: the later word says more
    for word in ("核验", "查验", "复印", "电子", "原件"):
        if word in text:
            return FORMS[word]
    raise BadInput("papers", f"材料“{name[:20]}”的形式“{text[:20]}”不对，请写原件、复印件、原件核验或电子件。")


def step_line(step: StepDraft) -> str:
    """The same back as a line."""
    days = "" if step.days is None else str(step.days)
    return f"{step.name}|{step.who}|{days}".rstrip("|")


def paper_line(paper: PaperDraft) -> str:
    """The same back as a line."""
    label = str(ItemPaper.Form(paper.form).label)
    return "|".join((paper.name, label, "可共享" if paper.shared else "")).rstrip("|")
