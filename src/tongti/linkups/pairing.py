"""Which needs and offers may fit: candidates by the engine's keys, a score by signed reasons in plain Chinese.

The engine was trained to say whether two complaints are one question. A need and an offer that fit are *not* one question
(“要冷藏车” and “有冷藏车”), so its verdict is not used here; its reading of a text is: which words and names two texts share
and how rare each is in this district. The points below are our own, chosen so that one rare word of the same kind is proposed
and common words alone are not; nobody has measured them yet, and no page calls them a probability.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

from django.db import connection

from tongti.linkups.models import Listing
from tongti.questions import matching
from tongti.units.models import Region

COMPARED = 60
"""Candidates that share most keys and are scored for one listing."""
PER_KEY = 400
"""Rows that one key may contribute: a key in more of them tells nothing."""
LIKELY = 1.2
"""A pair of this score is shown; words must carry WORDS of it, for a place and a kind fit anybody."""
WORDS = 0.6
MOST = 4.0
TOLD = 4

# how much, not of what: 三百吨
_AMOUNT = re.compile(r"[\d零〇一二两三四五六七八九十百千万亿几多]+[吨斤亩台只件个名人元月天年]?")

SAME_ABOUT, OTHER_ABOUT = 0.8, -0.8
SAME_VILLAGE, SAME_TOWNSHIP = 0.7, 0.5
EXPIRED = -3.0


@dataclass(frozen=True)
class Fit:
    """How well a need and an offer fit; ``reasons`` are rows of words and signed weight, adding up to ``score``."""

    score: float
    reasons: list[dict[str, object]]
    shared_words: list[str]
    likely: bool


@cache
def says_little() -> frozenset[str]:
    """Words that nearly every need and every offer holds."""
    text = resources.files("tongti.linkups").joinpath("data/words.json").read_text(encoding="utf-8")
    return frozenset(json.loads(text)["says_little"])


def candidates(listing: Listing) -> list[int]:
    """Open listings of the other kind, of other firms, that share most of the telling keys. One look-up per key."""
    asked = matching.stored(listing.data)
    keys = matching.keys_to_ask(asked) if asked is not None else []
    if not keys:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT hit.id FROM unnest(%(keys)s::int[]) AS q(k) CROSS JOIN LATERAL ("
            "SELECT id FROM linkups_listing WHERE keys @> ARRAY[q.k] AND kind = %(kind)s AND state = 'open' "
            "AND firm_id <> %(firm)s LIMIT %(per_key)s) AS hit "
            "GROUP BY hit.id ORDER BY count(*) DESC, hit.id DESC LIMIT %(limit)s",
            {
                "keys": keys,
                "kind": Listing.Kind.OFFER if listing.kind == Listing.Kind.NEED else Listing.Kind.NEED,
                "firm": listing.firm_id,
                "per_key": PER_KEY,
                "limit": COMPARED,
            },
        )
        return [int(pk) for (pk,) in cursor.fetchall()]


def fit(need: Listing, offer: Listing, *, today: date) -> Fit | None:
    """The two compared; None when one of them was read by an older engine. ``place`` with its parent should be at hand."""
    one, other = matching.stored(need.data), matching.stored(offer.data)
    if one is None or other is None:
        return None
    told = [(word, rarity) for word, rarity in matching.telling_words(one, other) if _tells(word)]
    # squared: two half-common words are not as good as one rare one
    words = min(MOST, sum(1.5 * rarity**2 for _, rarity in told))
    found = [(f"都提到：{'、'.join(word for word, _ in told[:TOLD])}", words)] if told else []
    found += [*_about(need, offer), *_place(need.place, offer.place), *_expired((need, offer), today)]
    reasons: list[dict[str, object]] = [{"words": text, "weight": round(weight, 2)} for text, weight in found]
    score = round(sum(weight for _, weight in found), 2)
    expired = any(weight == EXPIRED for _, weight in found)
    # an expired one is kept if it was likely while it lasted: the list shows it last, with the reason
    lasting = score - (EXPIRED if expired else 0)
    return Fit(score, reasons, [word for word, _ in told], words >= WORDS and lasting >= LIKELY)


def _tells(word: str) -> bool:
    return word not in says_little() and not _AMOUNT.fullmatch(word)


def _about(need: Listing, offer: Listing) -> Iterable[tuple[str, float]]:
    if Listing.About.OTHER in (need.about, offer.about):
        return
    if need.about == offer.about:
        yield f"同一类：{need.get_about_display()}", SAME_ABOUT
    else:
        yield f"类别不同：{need.get_about_display()} / {offer.get_about_display()}", OTHER_ABOUT


def _place(one: Region | None, other: Region | None) -> Iterable[tuple[str, float]]:
    if one is None or other is None:
        return
    if one.pk == other.pk and one.level == Region.Level.VILLAGE:
        yield f"同一村（社区）：{one.name}", SAME_VILLAGE
    elif (town := _town(one)) is not None and (theirs := _town(other)) is not None and town.pk == theirs.pk:
        yield f"同一乡镇（街道）：{town.name}", SAME_TOWNSHIP


def _town(place: Region) -> Region | None:
    if place.level == Region.Level.TOWNSHIP:
        return place
    return place.parent if place.level == Region.Level.VILLAGE else None


def _expired(both: Sequence[Listing], today: date) -> Iterable[tuple[str, float]]:
    over = [one for one in both if one.valid_until is not None and one.valid_until < today]
    if over:
        said = "、".join(f"{one.get_kind_display()}到 {one.valid_until:%Y-%m-%d}" for one in over)
        yield f"已到期：{said}", EXPIRED
