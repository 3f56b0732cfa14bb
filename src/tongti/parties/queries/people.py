"""Reads on the people we serve: found by keyed indexes, masked unless a live grant says otherwise."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from tongti.parties.indexes import phone_index, tail_index
from tongti.parties.models import FirmContact, Party, Reveal
from tongti.shared import clock
from tongti.shared.text import mask_name, mask_phone, national_phone, normal_phone
from tongti.units.access import May, Scope, Viewer

PartyKind = Party.Kind

HIDDEN_NAME = "要求隐名"
NO_NAME = "未留姓名"


@dataclass(frozen=True)
class Face:
    """What this viewer may see of a party; ``until`` is when a live unmasking ends."""

    name: str
    phone: str
    masked: bool
    kind: str = "person"
    hidden: bool = False
    until: datetime | None = None
    email: str = ""


@dataclass(frozen=True)
class KnownCaller:
    """A party who called from this phone before; the name is plain, it fills the clerk's form."""

    party_id: int
    kind: str
    name: str
    credit_code: str


def known_callers(viewer: Viewer, phone: str, limit: int = 5) -> list[KnownCaller]:
    """Who called from this number before, newest first; nothing for viewers who do not take calls."""
    e164 = normal_phone(phone)
    if not e164 or viewer.scope(May.SEE_IDENTITY) < Scope.ALL or not viewer.can(May.REGISTER):
        return []
    rows = Party.objects.filter(phone_index=phone_index(e164)).order_by("-id")[:limit]
    return [KnownCaller(party_id=p.pk, kind=p.kind, name=p.name, credit_code=p.credit_code) for p in rows]


def party_ids_by_phone(viewer: Viewer, typed: str, limit: int = 200) -> list[int]:
    """Parties with this number, or whose number ends in these four digits; only for viewers who may see identities."""
    if viewer.scope(May.SEE_IDENTITY) < Scope.ALL:
        return []
    digits = "".join(c for c in typed if c.isdigit())
    if len(digits) == 4:
        rows = Party.objects.filter(tail_index=tail_index(digits))
    elif e164 := normal_phone(typed):
        rows = Party.objects.filter(phone_index=phone_index(e164))
    else:
        return []
    return list(rows.order_by("-id").values_list("id", flat=True)[:limit])


def faces(
    viewer: Viewer,
    party_ids: Iterable[int | None],
    *,
    hidden_case_parties: Collection[int] = (),
    phones: bool = True,
) -> dict[int, Face]:
    """One face per party, two queries whatever their number; with ``phones`` off none is opened, for lists that show none.

    Masked unless this viewer has a live Reveal. Parties in ``hidden_case_parties`` asked to stay unknown to handling units:
    whoever has no district-wide right to identities reads “要求隐名”, Reveal or not.
    """
    ids = {pk for pk in party_ids if pk}
    if not ids:
        return {}
    shown = ("id", "kind", "name", "phone", "email") if phones else ("id", "kind", "name")
    parties = list(Party.objects.filter(pk__in=ids).only(*shown))
    open_until = live_reveals(viewer, ids) if viewer.can(May.SEE_IDENTITY) else {}
    contacts = _first_contacts(parties) if phones else {}
    everywhere = viewer.scope(May.SEE_IDENTITY) == Scope.ALL
    return {
        p.pk: _face(
            p,
            (p.phone or contacts.get(p.pk, "")) if phones else "",
            p.email if phones else "",
            open_until.get(p.pk),
            hidden=p.pk in hidden_case_parties and not everywhere,
        )
        for p in parties
    }


def addresses_of(party_ids: Iterable[int | None]) -> dict[int, tuple[str, str]]:
    """party id → (email, phone in E.164), for the outbox, which delivers without showing anybody. A firm of the register is
    reached at its first contact."""
    ids = {pk for pk in party_ids if pk}
    rows = list(Party.objects.filter(pk__in=ids).only("kind", "email", "phone")) if ids else []
    contacts = _first_contacts(rows)
    return {p.pk: (p.email, p.phone or contacts.get(p.pk, "")) for p in rows}


def name_for_letter(party_id: int | None) -> tuple[str, str]:
    """(name, kind) for the salutation of an answer that goes to the asker herself."""
    party = Party.objects.filter(pk=party_id).only("name", "kind").first() if party_id else None
    return (party.name, party.kind) if party else ("", "person")


def _first_contacts(parties: Collection[Party]) -> dict[int, str]:
    """Phones of those that have none of their own but stand in the register; no query when there are none such."""
    ids = [p.pk for p in parties if not p.phone and p.kind != PartyKind.PERSON]
    if not ids:
        return {}
    rows = FirmContact.objects.filter(firm_id__in=ids, until=None).exclude(phone_index=b"").order_by("-id")
    return {row.firm_id: row.phone for row in rows.only("firm_id", "phone")}


def live_reveals(viewer: Viewer, ids: set[int]) -> dict[int, datetime]:
    """party id → until when this viewer sees it unmasked; whether she may still see it at all is for the caller to know."""
    # An officer has a handful of these at a time: naming a page of parties to the database costs more than leaving them out here.
    rows = Reveal.objects.filter(officer_id=viewer.officer_id, expires_at__gt=clock.now()).order_by("expires_at")
    return {party: until for party, until in rows.values_list("party_id", "expires_at") if party in ids}


def _face(party: Party, phone: str, email: str, until: datetime | None, *, hidden: bool) -> Face:
    if hidden:
        return Face(name=HIDDEN_NAME, phone="", masked=True, kind=party.kind, hidden=True)
    if until is not None:
        return Face(
            name=party.name or NO_NAME,
            phone=national_phone(phone),
            masked=False,
            kind=party.kind,
            until=until,
            email=email,
        )
    return Face(
        name=masked_name(party.name, party.kind) or NO_NAME, phone=mask_phone(phone), masked=True, kind=party.kind
    )


def masked_name(name: str, kind: str) -> str:
    """As whoever handles reads it: a person's surname, the first two characters of a firm; "" for none."""
    # Two characters of a firm tell the trade or place without naming it: firms fear being known as complainers too.
    return mask_name(name) if kind == PartyKind.PERSON else name[:2] + "***" * bool(name)


def reveal_reasons(viewer: Viewer, ids: Iterable[int]) -> dict[int, str]:
    """Why officers asked to see somebody, for whoever audits; nobody else is told."""
    if not viewer.can(May.AUDIT):
        return {}
    return dict(Reveal.objects.filter(pk__in=list(ids)).values_list("id", "reason"))
