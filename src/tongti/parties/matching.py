"""Which entries of the register may be one firm, and which entry a row of a table speaks of: with reasons, in memory.

A snapshot of the register (names, codes, places, phones' blind indexes) is read once and asked many times: 20,000 entries take about
a second (docs/bench.md). Codes decide where there are any: two different bodies (标识码) are never one firm, whatever their names.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from math import ceil

from tongti.parties import names
from tongti.parties.codes import body_of, slip
from tongti.parties.models import Firm, FirmContact

NEAR = 0.75
"""So much of two names must be the same before they count as near (names.likeness)."""

SUSPICIOUS = 2.0
"""Two entries of this score are proposed to a person."""

# What each ground weighs. Measured on nothing yet: chosen so that one strong ground, or a near name at the same place, is enough.
BODY, PHONE, CORE, NEAR_NAME, PLACE, PARK, OTHER_BODY = 3.0, 2.0, 2.5, 2.0, 0.5, 0.5, -3.0


@dataclass(frozen=True)
class Known:
    """What is compared of one entry (or of a row that would become one). ``secret`` is the blind index of a name that is a
    person's: such a name has no ``core`` and is only ever equal or not."""

    pk: int
    name: str
    core: str
    code: str
    place_id: int | None = None
    park_id: int | None = None
    phones: frozenset[bytes] = frozenset()
    secret: bytes = b""

    @cached_property
    def plain(self) -> str:
        """The whole name, signs and width told alike."""
        return names.plain(self.name)

    @cached_property
    def grams(self) -> frozenset[str]:
        """The pairs of characters of the core."""
        return frozenset(names.grams(self.core))

    @cached_property
    def body(self) -> str:
        """The signs of the code that are the body's own."""
        return body_of(self.code)


@dataclass(frozen=True)
class Likeness:
    """How much two entries look like one firm, and why."""

    score: float
    reasons: tuple[str, ...]


def compare(one: Known, other: Known) -> Likeness:
    """Score and reasons; symmetric."""
    grounds: list[tuple[float, str]] = []
    if one.body and one.body == other.body:
        grounds.append((BODY, "信用代码里的主体标识码（第 9–17 位）相同"))
    elif one.body and other.body:
        grounds.append((OTHER_BODY, ""))
    if one.phones & other.phones:
        grounds.append((PHONE, "有联系人的电话相同"))
    near = names.dice(one.grams, other.grams)
    if one.core and one.core == other.core:
        grounds.append((CORE, "去掉地区和公司形式，名称相同"))
    elif near >= NEAR:
        grounds.append((NEAR_NAME * near, f"名称相近（{near:.0%} 相同）"))
    if grounds and one.place_id and one.place_id == other.place_id:
        grounds.append((PLACE, "在同一个村（社区）"))
    if grounds and one.park_id and one.park_id == other.park_id:
        grounds.append((PARK, "在同一个园区"))
    return Likeness(round(sum(weight for weight, _ in grounds), 2), tuple(words for _, words in grounds if words))


@dataclass
class Register:
    """A snapshot of the live entries, found by code, body, core name, near name, phone."""

    entries: dict[int, Known] = field(default_factory=dict)
    by_code: dict[str, int] = field(default_factory=dict)
    _by_body: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    _by_core: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    _by_plain: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    _by_secret: dict[bytes, set[int]] = field(default_factory=lambda: defaultdict(set))
    _by_phone: dict[bytes, set[int]] = field(default_factory=lambda: defaultdict(set))
    _by_gram: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def read(cls) -> "Register":
        """The whole register; three queries."""
        phones: dict[int, set[bytes]] = defaultdict(set)
        current = FirmContact.objects.filter(until=None, firm__merged_into=None).exclude(phone_index=b"")
        for firm_id, index in current.values_list("firm_id", "phone_index"):
            phones[firm_id].add(bytes(index))
        snapshot = cls()
        rows = Firm.objects.filter(merged_into=None).order_by("pk")
        secrets = dict(rows.filter(name_personal=True).values_list("pk", "party__name_index"))
        for pk, name, core, code, place_id, park_id in rows.values_list(
            "pk", "name", "core", "credit_code", "place_id", "park_id"
        ):
            told = frozenset(phones.get(pk, ()))
            snapshot.add(Known(pk, name, core, code, place_id, park_id, told, bytes(secrets.get(pk, b""))))
        return snapshot

    def add(self, known: Known) -> None:
        """One more entry."""
        self.entries[known.pk] = known
        if known.code:
            self.by_code[known.code] = known.pk
            self._by_body[known.body].add(known.pk)
        if known.core:
            self._by_core[known.core].add(known.pk)
            self._by_plain[known.plain].add(known.pk)
            for gram in known.grams:
                self._by_gram[gram].add(known.pk)
        if known.secret:
            self._by_secret[known.secret].add(known.pk)
        for phone in known.phones:
            self._by_phone[phone].add(known.pk)

    def named(self, known: Known) -> list[Known]:
        """Entries of exactly this name."""
        same = self._by_secret.get(known.secret, ()) if known.secret else self._by_plain.get(known.plain, ())
        return [self.entries[pk] for pk in sorted(same)]

    def slipped(self, code: str) -> Known | None:
        """The entry whose code is this wrong one with a single slip of the hand."""
        found = next((pk for known, pk in self.by_code.items() if slip(code, known)), None)
        return self.entries[found] if found is not None else None

    def near(self, known: Known) -> list[tuple[Known, Likeness]]:
        """Other entries that may be the same firm, the likeliest first; those under SUSPICIOUS are left out."""
        found = [
            (self.entries[pk], compare(known, self.entries[pk])) for pk in self._candidates(known) if pk != known.pk
        ]
        likely = [(other, why) for other, why in found if why.score >= SUSPICIOUS]
        return sorted(likely, key=lambda pair: (-pair[1].score, pair[0].pk))

    def _candidates(self, known: Known) -> set[int]:
        found: set[int] = set()
        if known.code:
            found |= self._by_body.get(known.body, set())
        for phone in known.phones:
            found |= self._by_phone.get(phone, set())
        if known.core:
            found |= self._by_core.get(known.core, set())
            for gram in self._telling(known):
                found |= self._by_gram.get(gram, set())
        return found

    def _telling(self, known: Known) -> list[str]:
        """The rarest pairs of a name. A name that is NEAR shares at least NEAR / (2 − NEAR) of the pairs, so it must hold one
        of those that are left when so many of the commonest are put aside."""
        grams = sorted(known.grams, key=lambda gram: (len(self._by_gram.get(gram, ())), gram))
        return grams[: len(grams) - ceil(len(grams) * NEAR / (2 - NEAR) - 1e-9) + 1]


def pairs(register: Register, firm_ids: Iterable[int] | None = None) -> Iterator[tuple[int, int, Likeness]]:
    """(smaller id, larger id, likeness) of all suspicious pairs, or of those with one of ``firm_ids``; each pair once."""
    told: set[tuple[int, int]] = set()
    for pk in sorted(register.entries if firm_ids is None else firm_ids):
        known = register.entries.get(pk)
        for other, why in register.near(known) if known else ():
            pair = (min(pk, other.pk), max(pk, other.pk))
            if pair not in told:
                told.add(pair)
                yield *pair, why


@dataclass(frozen=True)
class Match:
    """What a row speaks of: ``new``, ``same`` firm for sure (``firm_id``), or ``doubtful`` (``firm_id`` is the likeliest)."""

    outcome: str
    firm_id: int | None = None
    reasons: tuple[str, ...] = ()


def match(row: Known, register: Register) -> Match:
    """Which entry a row of a table is: by code, else by name and place, else doubtful or new."""
    if row.code and row.code in register.by_code:
        return _same_code(row, register.entries[register.by_code[row.code]])
    named = [known for known in register.named(row) if not (row.code and known.code)]
    at_place = [known for known in named if row.place_id and known.place_id == row.place_id]
    if len(at_place) == 1:
        return Match("same", at_place[0].pk, ("名称和地点都相同",))
    if named:
        return Match("doubtful", named[0].pk, ("名称相同，地点不同或者没有写",))
    near = register.near(row)
    if near:
        other, why = near[0]
        return Match("doubtful", other.pk, why.reasons)
    return Match("new")


def _same_code(row: Known, entry: Known) -> Match:
    if names.dice(row.grams, entry.grams) < 0.3 and row.plain != entry.plain:
        return Match("doubtful", entry.pk, ("信用代码相同，名称完全不同",))
    return Match("same", entry.pk, ("信用代码相同",))
