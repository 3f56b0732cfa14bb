"""The register as its readers see it: lists, one entry, its contacts."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from tongti.accounts.models import Officer
from tongti.parties import names
from tongti.parties.access import may_keep, may_reveal, visible
from tongti.parties.indexes import name_index, phone_index
from tongti.parties.models import Firm, FirmContact, Party
from tongti.parties.queries.people import live_reveals
from tongti.parties.sectors import Section, sections, sector_words
from tongti.shared.errors import NotVisible
from tongti.shared.pages import Page, page_of
from tongti.shared.text import mask_name, mask_phone, national_phone, tidy
from tongti.trail import queries as trail
from tongti.trail.wording import words_of
from tongti.units.access import Viewer
from tongti.units.models import Region

FirmKind, FirmSize, FirmStatus = Firm.Kind, Firm.Size, Firm.Status
ORDER = ("name", "party_id")
LIST_FIELDS = (
    "party_id", "kind", "name", "credit_code", "size", "sector", "section", "status", "park", "place", "unit",
    "park__name", "place__name", "unit__short_name",
)  # fmt: skip
_CODE_PART = re.compile(r"[0-9A-Z]{6,18}")
CAP = 1000


@dataclass(frozen=True)
class FirmFilters:
    """What the register can be narrowed by; empty values narrow nothing. ``text`` is part of a name, or the beginning of a code."""

    text: str = ""
    kind: str = ""
    size: str = ""
    section: str = ""
    status: str = ""
    park_id: int | None = None
    place_id: int | None = None
    unit_id: int | None = None


def seen_firms(viewer: Viewer) -> QuerySet[Firm]:
    """The entries this officer may see, without those that were merged into another."""
    return Firm.objects.filter(visible(viewer), merged_into=None)


def firms(viewer: Viewer, filters: FirmFilters, cursor: str = "", size: int = 30) -> Page[Firm]:
    """A page of the register by name."""
    rows = _narrowed(viewer, filters).select_related("park", "place", "unit").only(*LIST_FIELDS)
    return page_of(rows, order=ORDER, cursor=cursor, size=size)


def named(viewer: Viewer, parts: Sequence[str]) -> QuerySet[Firm]:
    """The entries that she may see with every one of these parts in their name (or a code that begins so); in no order."""
    rows = seen_firms(viewer)
    for part in parts:
        rows = _with_text(rows, part)
    return rows


def whole_register(viewer: Viewer, filters: FirmFilters) -> Iterator[Firm]:
    """Every entry that the filters leave, by name, for a file."""
    rows = _narrowed(viewer, filters).select_related("park", "place", "unit").only(*LIST_FIELDS).order_by(*ORDER)
    return rows.iterator(chunk_size=500)


def count_firms(viewer: Viewer, filters: FirmFilters) -> int:
    """How many, exactly."""
    return _narrowed(viewer, filters).order_by().count()


def _narrowed(viewer: Viewer, filters: FirmFilters) -> QuerySet[Firm]:
    wanted = {
        "kind": filters.kind,
        "size": filters.size,
        "section": filters.section,
        "status": filters.status,
        "park_id": filters.park_id,
        "unit_id": filters.unit_id,
    }
    rows = seen_firms(viewer).filter(**{name: value for name, value in wanted.items() if value})
    if filters.place_id:
        below = Region.objects.filter(path__contains=f"/{filters.place_id}/")
        rows = rows.filter(place__in=below.values("pk"))
    return _with_text(rows, filters.text) if filters.text.strip() else rows


def _with_text(rows: QuerySet[Firm], text: str) -> QuerySet[Firm]:
    code = text.strip().upper().replace(" ", "")
    if _CODE_PART.fullmatch(code):
        return rows.filter(credit_code__startswith=code)
    wanted = names.grams(text)
    if not wanted:
        return rows.none()
    if len(wanted) == 1 and len(wanted[0]) == 1:
        return rows.filter(name__icontains=wanted[0])
    # A shop whose name is a person's is found by that whole name only: it is not readable here.
    hers = Firm.objects.filter(name_personal=True, party__name_index=name_index(tidy(text))).values_list(
        "pk", flat=True
    )
    ids = list(hers[:CAP])
    return rows.filter(Q(grams__contains=wanted) | Q(pk__in=ids)) if ids else rows.filter(grams__contains=wanted)


def firm_spoken_for(*, credit_code: str, phone: str) -> Firm | None:
    """The entry with this code of which ``phone`` (E.164) is a contact's today: whoever knows both may speak for it, and is told
    nothing of it. None tells no more than that the two do not go together."""
    if not credit_code or not phone:
        return None
    people = FirmContact.objects.filter(phone_index=phone_index(phone), until=None).values("firm_id")
    return Firm.objects.filter(credit_code=credit_code, merged_into=None, pk__in=people).first()


def firm_of_party(party_id: int | None) -> Firm | None:
    """The register's entry of a party, or what it was merged into; None for who stands in no register."""
    found = Firm.objects.filter(pk=party_id).first() if party_id else None
    while found is not None and found.merged_into_id is not None:
        found = Firm.objects.filter(pk=found.merged_into_id).first()
    return found


def firm_for(viewer: Viewer, pk: int) -> Firm:
    """One entry with its park, place and unit. One that was merged is seen by whoever sees what it was merged into (its
    ``merged_into`` says where to go). Raises NotVisible."""
    rows = Firm.objects.select_related("park", "place__parent", "unit")
    found = rows.filter(pk=pk).first()
    last = found
    while last is not None and last.merged_into_id is not None:
        last = rows.filter(pk=last.merged_into_id).first()
    if found is None or last is None or not Firm.objects.filter(visible(viewer), pk=last.pk).exists():
        raise NotVisible
    return found


def survivor_of(firm: Firm) -> Firm:
    """The entry that this one lives on in; itself when it was never merged."""
    while firm.merged_into is not None:
        firm = firm.merged_into
    return firm


@dataclass(frozen=True)
class ContactFace:
    """One contact as this viewer may see it now."""

    pk: int
    name: str
    phone: str
    post: str


@dataclass(frozen=True)
class FirmCard:
    """What is known of a firm, as this viewer may see it now; ``until`` is when a live unmasking ends."""

    firm: Firm
    name: str
    address: str
    sector: str
    place: str
    contacts: tuple[ContactFace, ...]
    until: datetime | None
    may_keep: bool
    may_reveal: bool


def firm_card(viewer: Viewer, firm: Firm) -> FirmCard:
    """The card of an entry that she was let see; contacts masked unless she gave a reason. Three or four queries."""
    reveals = may_reveal(viewer, firm)
    until = live_reveals(viewer, {firm.pk}).get(firm.pk) if reveals else None
    hidden = firm.name_personal and until is None
    name = firm.name
    if firm.name_personal and until is not None:
        name = Party.objects.only("name").get(pk=firm.pk).name
    rows = FirmContact.objects.filter(firm=firm, until=None).order_by("id")
    return FirmCard(
        firm=firm,
        name=name,
        # where a person runs her shop may be where she lives
        address="（查看联系人后显示）" if hidden and firm.address else firm.address,
        sector=sector_words(firm.sector, firm.section),
        place=_place_words(firm.place),
        contacts=tuple(_contact(row, shown=until is not None) for row in rows),
        until=until,
        may_keep=may_keep(viewer, firm),
        may_reveal=reveals,
    )


def cards(viewer: Viewer, firm_ids: list[int]) -> dict[int, FirmCard]:
    """Masked cards of several entries that she may see, by id, with contacts; two queries. For lists of firms to visit."""
    rows = seen_firms(viewer).filter(pk__in=firm_ids).select_related("park", "place__parent", "unit")
    found = {firm.pk: firm for firm in rows}
    contacts: dict[int, list[ContactFace]] = {}
    for row in FirmContact.objects.filter(firm_id__in=found, until=None).order_by("id"):
        contacts.setdefault(row.firm_id, []).append(_contact(row, shown=False))
    return {
        pk: FirmCard(
            firm=firm,
            name=firm.name,
            address="" if firm.name_personal else firm.address,
            sector=sector_words(firm.sector, firm.section),
            place=_place_words(firm.place),
            contacts=tuple(contacts.get(pk, ())),
            until=None,
            may_keep=False,
            may_reveal=False,
        )
        for pk, firm in found.items()
    }


def _contact(row: FirmContact, *, shown: bool) -> ContactFace:
    return ContactFace(
        pk=row.pk,
        name=row.name if shown else mask_name(row.name),
        phone=national_phone(row.phone) if shown else mask_phone(row.phone),
        post=row.post,
    )


def _place_words(place: Region | None) -> str:
    """A village after the name of its township."""
    if place is None:
        return ""
    above = place.parent if place.level == Region.Level.VILLAGE else None
    return f"{above.name} {place.name}" if above else place.name


def true_name(firm: Firm) -> str:
    """The whole name, for the form of whoever keeps the entry."""
    return Party.objects.only("name").get(pk=firm.pk).name if firm.name_personal else firm.name


def parks() -> list[tuple[int, str]]:
    """Every park of the register by name, for a choice."""
    rows = Firm.objects.filter(kind=FirmKind.PARK, merged_into=None).order_by("name")
    return list(rows.values_list("pk", "name")[:CAP])


def tenants(viewer: Viewer, park: Firm, size: int = 10) -> Page[Firm]:
    """Who stands in a park, the first by name; nothing for what is no park, and no query either."""
    if park.kind != FirmKind.PARK:
        return Page((), "", size)
    return firms(viewer, FirmFilters(park_id=park.pk), size=size)


def sector_of(firm: Firm) -> str:
    """The sector of an entry in words."""
    return sector_words(firm.sector, firm.section)


def sector_sections() -> tuple[Section, ...]:
    """The twenty sections of GB/T 4754 with their divisions."""
    return sections()


def party_ids_of(firm: Firm) -> list[int]:
    """The parties whose cases are this firm's: its own, those of entries that live on in it (a case may come in under an old
    one while it is merged), and callers who gave one of their codes. Capped; the firm's own comes first."""
    ids, codes = [firm.pk], {firm.credit_code}
    newest = [firm.pk]
    while newest:
        merged = Firm.objects.filter(merged_into__in=newest).order_by("pk").values_list("pk", "credit_code")
        newest = [pk for pk, _ in merged]
        ids += newest
        codes |= {code for _, code in merged}
    if codes := codes - {""}:
        callers = Party.objects.filter(credit_code__in=codes).exclude(pk__in=ids).order_by("id")
        ids += callers.values_list("pk", flat=True)[:CAP]
    return ids


@dataclass(frozen=True)
class FirmStep:
    """One event of an entry's trail in words."""

    words: str
    who: str
    at: datetime


def firm_history(firm: Firm, limit: int = 50) -> list[FirmStep]:
    """What was done to an entry that she was let see, and who looked at its contacts, newest first; three queries."""
    events = sorted(
        [*trail.of(firm, limit), *trail.of(Party(pk=firm.pk), limit)],
        key=lambda event: (event.at, event.pk),
        reverse=True,
    )[:limit]
    ids = {event.actor_id for event in events if event.actor_kind == "officer"}
    officers = dict(Officer.objects.filter(pk__in=[pk for pk in ids if pk]).values_list("pk", "name"))
    return [FirmStep(words_of(event.verb), officers.get(event.actor_id or 0, "系统"), event.at) for event in events]
