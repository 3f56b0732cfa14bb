"""What is typed about one line of a level's list, read and checked. Everything here may be read by another level of government."""

from dataclasses import dataclass
from datetime import date

from tongti.lifting.models import Level
from tongti.shared import clock, privacy
from tongti.shared.errors import BadInput
from tongti.shared.text import checked_words
from tongti.units.models import Region, Unit

LIMITS = {
    "title": ("事项", 80),
    "statement": ("情况说明", 1000),
    "tried": ("本级做过什么", 1000),
    "basis": ("法律或政策依据", 500),
    "asked": ("请求解决的具体事项", 300),
}
PLACES = {
    Level.COUNTY: (Region.Level.DISTRICT, Region.Level.TOWNSHIP, Region.Level.VILLAGE),
    Level.CITY: (Region.Level.CITY,),
    Level.REGION: (Region.Level.PROVINCE,),
}
"""Where the units of each level are seated in the tree of places."""
FARTHEST_DAYS = 366


@dataclass(frozen=True)
class LiftDraft:
    """One line as typed."""

    level: str
    title: str
    statement: str
    tried: str
    basis: str
    asked: str
    asked_unit_id: int | None
    reply_by: date | None


@dataclass(frozen=True)
class ReadLift:
    """The same, checked."""

    level: str
    words: dict[str, str]
    unit: Unit
    reply_by: date


def words_to_send(text: str, field: str, label: str, limit: int) -> str:
    """Tidy words that another level of government will read. Raises BadInput when they are missing, too long, or hold the number of
    a person, which the other side would refuse too."""
    words = checked_words(text, field, label, limit)
    if found := privacy.found_in(words):
        raise BadInput(field, f"“{label}”里有{found[0].kind}，会送出本单位，请删去。")
    return words


def read_draft(draft: LiftDraft) -> ReadLift:
    """Raises BadInput at the field that is missing, too long, holds a person's number, or does not fit the level."""
    if draft.level not in Level.values:
        raise BadInput("level", "请选列进哪一级的清单。")
    words = {}
    for name, (label, limit) in LIMITS.items():
        text = words_to_send(getattr(draft, name), name, label, limit)
        words[name] = " ".join(text.split()) if name in ("title", "asked") else text
    return ReadLift(draft.level, words, _unit(draft), _day(draft.reply_by))


def _unit(draft: LiftDraft) -> Unit:
    kinds = [Unit.Kind.GOVERNMENT, Unit.Kind.OFFICE]
    unit = Unit.objects.filter(pk=draft.asked_unit_id or 0, active=True).exclude(kind__in=kinds).first()
    if unit is None:
        raise BadInput("asked_unit", "请选由哪个单位答复；没有的，请系统管理员先在“机构”里添上。")
    places = PLACES[Level(draft.level)]
    if not Region.objects.filter(pk=unit.region_id, level__in=places).exists():
        raise BadInput("asked_unit", f"{unit.short_name}不是“{Level(draft.level).label}”这一级的单位。")
    return unit


def _day(day: date | None) -> date:
    if day is None:
        raise BadInput("reply_by", "请写希望哪一天前答复。")
    days = (day - clock.today()).days
    if days < 1:
        raise BadInput("reply_by", "希望答复的日子要在今天之后。")
    if days > FARTHEST_DAYS:
        raise BadInput("reply_by", "希望答复的日子太远了，请检查年份。")
    return day
