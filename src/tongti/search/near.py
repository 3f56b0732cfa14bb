"""What was probably meant: names behind pinyin or initials, and names that sound or look like what was typed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from django.db.models import Q

from tongti.search.asking import Asked, with_words
from tongti.search.models import Term
from tongti.search.sounds import SHORTEST_SLIP, folded, is_han, is_pinyin, one_slip, slips, sounds, spans

MOST = 5
"""Readings that are tried, the likeliest first."""
LOOKED_AT = 300
NAMES = (Term.Kind.PLACE, Term.Kind.UNIT, Term.Kind.NAME, Term.Kind.WORD)
WHOLE = (Term.Kind.QUESTION, Term.Kind.FIRM)


@dataclass(frozen=True)
class Reading:
    """Another reading of what was typed: ``wrong`` is taken for ``right``."""

    asked: Asked
    wrong: str
    right: str


def readings(asked: Asked) -> Iterator[Reading]:
    """Other readings, the likeliest first: pinyin first, then slips. Each costs a query or two to find; none is sure to be found."""
    if any(is_pinyin(chunk.lower()) for chunk in asked.chunks):
        yield from _by_pinyin(asked)
    elif any(len(chunk) > 1 for chunk in asked.chunks):
        yield from _by_slip(asked)


# --- xfl, xingfulu ------------------------------------------------------------------------------------------------


def _by_pinyin(asked: Asked) -> Iterator[Reading]:
    """The first chunk in pinyin; a further one is read likewise when the first has been."""
    typed = next(chunk for chunk in asked.chunks if is_pinyin(chunk.lower()))
    plain = typed.lower().replace("'", "")
    if whole := _whole_names(plain):
        yield Reading(replace(asked, chunks=(), words=(), abouts=whole), typed, "")
    for text in _named(plain):
        meant = with_words(asked, tuple(text if chunk == typed else chunk for chunk in asked.chunks))
        again = next(_by_pinyin(meant), None) if any(is_pinyin(chunk.lower()) for chunk in meant.chunks) else None
        yield Reading(again.asked if again else meant, typed, f"{text}”“{again.right}" if again else text)


def _named(plain: str) -> list[str]:
    """Names with these initials or this sound, the whole before the begun, the frequent first."""
    rows = Term.objects.filter(kind__in=NAMES)
    found = [*rows.filter(Q(initials=plain) | Q(sounds=plain)).order_by("-weight", "text")[:LOOKED_AT]]
    if not found and len(plain) > 2:
        found = [
            *rows.filter(Q(initials__startswith=plain) | Q(sounds__startswith=plain)).order_by("-weight", "text")[
                :LOOKED_AT
            ]
        ]
    order = sorted(found, key=lambda term: (term.kind == Term.Kind.WORD and len(plain) > 2, -term.weight, term.text))
    return list(dict.fromkeys(term.text for term in order))[:MOST]


def _whole_names(plain: str) -> tuple[tuple[str, tuple[int, ...]], ...]:
    if len(plain) < 3:
        return ()
    found: dict[str, list[int]] = {}
    rows = Term.objects.filter(Q(initials__startswith=plain) | Q(sounds__startswith=plain), kind__in=WHOLE)
    for kind, about in rows.order_by("text").values_list("kind", "about")[:LOOKED_AT]:
        found.setdefault(kind, []).append(about)
    return tuple((kind, tuple(ids)) for kind, ids in found.items())


# --- 幸福陆 → 幸福路 ------------------------------------------------------------------------------------------------


def _by_slip(asked: Asked) -> Iterator[Reading]:
    """Stretches of what was typed that sound like a name or are one sign off it; the long, equal-sounding, frequent first."""
    stretches = {span: chunk for chunk in asked.chunks for span in spans(chunk) if is_han(span)}
    if not stretches:
        return
    by_sound: dict[str, list[str]] = {}
    for span in stretches:
        by_sound.setdefault(folded(span), []).append(span)
    keys = sorted({key for span in stretches for key in slips(span)})
    rows = Term.objects.filter(Q(folded__in=list(by_sound)) | Q(near__overlap=keys), kind__in=NAMES)
    ranked: list[tuple[tuple[object, ...], str, str]] = []
    for term in rows.order_by("-weight", "text")[:LOOKED_AT]:
        ranked += _pairs(term, stretches, by_sound)
    seen: set[str] = set()
    for _, span, right in sorted(ranked):
        chunk = stretches[span]
        mended = chunk.replace(span, right)
        if mended in seen:
            continue
        seen.add(mended)
        chunks = tuple(mended if one == chunk else one for one in asked.chunks)
        yield Reading(with_words(asked, chunks), span, right)
        if len(seen) == MOST:
            return


def _pairs(
    term: Term, stretches: Iterable[str], by_sound: dict[str, list[str]]
) -> Iterator[tuple[tuple[object, ...], str, str]]:
    """(rank, what was typed, what was meant) for one name: the same sound before a like one before a slip of the key."""
    for span in by_sound.get(term.folded, ()):
        if span != term.text and len(span) == len(term.text):
            same = sounds(span) == term.sounds
            yield (0 if same else 1, -len(span), -term.weight, term.text), span, term.text
    for span in stretches:
        if len(span) >= SHORTEST_SLIP and len(term.text) >= SHORTEST_SLIP and one_slip(span, term.text):
            yield (2, -len(span), -term.weight, term.text), span, term.text
