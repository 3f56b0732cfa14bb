"""How people speak: one difficulty, many askers, each in her own words. Deterministic, from hand-written sentences."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone

Ago = Callable[[float], datetime]
OPENINGS = {
    "phone": ["", "", "", "来电反映：", "来电人讲，", "你好，", "喂，是热线吗，", "同志你好，", "我讲一下啊，"],
    "web": ["", "", "", "", "您好，", "领导好！", "尊敬的领导：", "反映一个问题。"],
    "window": ["", "来访反映：", ""],
    "visit": ["走访时反映：", "企业反映：", ""],
    "stuck": ["", "窗口反映：", ""],
}
CLOSINGS = ["", "", "", "谢谢。", "麻烦了", "等你们答复。", "辛苦了", "拜托拜托"]
STOPS = ["。", "。", "，", "，", "，", "！", "，真的，"]
# how hurried fingers and old ears write it
SLIPS = [("已经", "己经"), ("的时候", "得时候"), ("再", "在"), ("没有", "没得"), ("什么", "啥"), ("怎么", "咋"), ("讲", "说")]  # fmt: skip


@dataclass(frozen=True)
class Voice:
    """One asker's message and who she is."""

    at: datetime
    door: str
    title: str
    body: str
    name: str
    phone: str
    firm: bool
    place: str


class Names:
    """Invented people with telephone numbers of a range that is not in use."""

    def __init__(self, data: dict[str, Any], rng: random.Random) -> None:
        self._family, self._given, self._rng, self._count = data["family"], data["given"], rng, 0

    def person(self) -> tuple[str, str]:
        """(name, phone), each phone once."""
        self._count += 1
        name = self._rng.choice(self._family) + self._rng.choice(self._given)
        return name, f"154{(self._count * 7919 + 1234567) % 100_000_000:08d}"


def voices(
    d: dict[str, Any], names: Names, rng: random.Random, villages: Sequence[str], now: datetime, ago: Ago | None = None
) -> Iterator[Voice]:
    """Every asker of one difficulty, oldest first. ``ago`` says which moment lies so many days back."""
    back = ago or (lambda days: now - timedelta(days=days))
    doors = [door for door, n in d["doors"].items() for _ in range(n)]
    rng.shuffle(doors)
    say, more, ask = (_deck(d[part], rng) for part in ("say", "more", "ask"))
    firms = list(d.get("firm_names", []))
    moments = sorted(_moment(d, doors[i % len(doors)], rng, now, back) for i in range(d["askers"]))
    for i, at in enumerate(moments):
        door = doors[i % len(doors)]
        body = _sentence(door, next(say), next(more), next(ask), rng)
        title = rng.choice(d["heads"]) if door in ("web", "stuck") or rng.random() < 0.75 else ""
        name, phone = names.person()
        firm = bool(firms) and (len(firms) >= d["askers"] - i or rng.random() < 0.12)
        place = rng.choice(list(villages)) if villages else d["place"]
        yield Voice(at, door, title, body, firms.pop(0) if firm else name, phone, firm, place)


def _deck(cards: Sequence[str], rng: random.Random) -> Iterator[str]:
    """Each sentence comes up once before any comes again."""
    while True:
        yield from rng.sample(list(cards), len(cards))


def _sentence(door: str, say: str, more: str, ask: str, rng: random.Random) -> str:
    parts = [say, more, ask]
    if rng.random() < 0.2:
        parts = [more, say, ask]
    elif rng.random() < 0.15:
        parts = [ask, say, more]
    elif rng.random() < 0.18:
        parts = [say, more]
    text = ""
    for part in [p for p in parts if p]:
        text += (rng.choice(STOPS) if text else "") + part
    text = rng.choice(OPENINGS.get(door, [""])) + text
    text = _untidy(text, rng)
    end = rng.choice(CLOSINGS)
    return text + ("" if text.endswith(("。", "！", "？")) else rng.choice(["。", "。", "", "！"])) + end


def _untidy(text: str, rng: random.Random) -> str:
    if rng.random() < 0.25:
        wrong, right = rng.choice(SLIPS)
        text = text.replace(wrong, right, 1)
    if rng.random() < 0.12:
        text = text.replace("，", " ")
    if rng.random() < 0.06:
        text = text.replace("。", "")
    return text


def _moment(d: dict[str, Any], door: str, rng: random.Random, now: datetime, ago: Ago) -> datetime:
    """A plausible moment in the stretch; people say more as a difficulty lasts."""
    first, last = (d["weeks"] * 7 + 6, d["weeks"] * 7 + 1) if "weeks" in d else (d["from"], d["until"])
    days = last + (first - last) * (1 - rng.random() ** 0.7)
    return hour(ago(days), door, rng, now)


def hour(moment: datetime, door: str, rng: random.Random, now: datetime) -> datetime:
    """The same day at an hour at which that door is used; never later than now."""
    early, late = {"web": (6.7, 23.2), "phone": (7.6, 21.5)}.get(door, (8.7, 17.4))
    at = early + (late - early) * rng.random()
    day = timezone.localtime(moment).date()
    said = timezone.make_aware(datetime.combine(day, time(int(at), int(at % 1 * 60), rng.randrange(60))))
    return min(said, now - timedelta(minutes=4 + 50 * rng.random()))
