"""登记簿: enter a firm, change its entry, keep its contacts."""

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction

from tongti.parties.access import may_keep, may_reveal
from tongti.parties.actions.people import grant
from tongti.parties.drafts import ContactDraft, FirmDraft, ReadContact, read_contact, read_draft
from tongti.parties.errors import AlreadyRegistered, FirmMerged
from tongti.parties.indexes import name_index
from tongti.parties.models import Firm, FirmContact, Party, Reveal
from tongti.shared import clock, later
from tongti.shared.actor import Actor
from tongti.shared.errors import BadInput, NotAllowed, Raced
from tongti.trail import actions as trail
from tongti.units.access import May, Scope, Viewer
from tongti.units.models import Region, Transfer, Unit

MOST_CONTACTS = 20
# What the party of a firm is called in the rooms that know only parties.
PARTY_KIND = {
    Firm.Kind.PARK: Party.Kind.ORGANISATION,
    Firm.Kind.INSTITUTE: Party.Kind.ORGANISATION,
}


@transaction.atomic
def enter_firm(*, draft: FirmDraft, contacts: tuple[ContactDraft, ...] = (), by: Actor) -> Firm:
    """A new entry, with its party. Raises BadInput, AlreadyRegistered, NotAllowed (also for a unit out of her reach).

    Defers ``find_lookalikes``.
    """
    columns = _placed(read_draft(draft), by=by)
    read = [read_contact(one) for one in contacts if not one.empty]
    _code_is_free(columns["credit_code"])
    firm = new_firm(columns)
    firm.party.save(force_insert=True)
    firm.party_id = firm.party.pk
    _insert(firm)
    trail.record("firm.entered", firm, by=by, facts={"kind": firm.kind, "unit": firm.unit_id}, first=True)
    for one in read:
        _add_contact(firm, one, by=by)
    later.defer("find_lookalikes", firm_ids=[firm.pk])
    return firm


@transaction.atomic
def enter_many(*, rows: Sequence[tuple[FirmDraft, Sequence[ContactDraft]]], by: Actor) -> list[Firm]:
    """Many new entries with a constant number of statements, in the order of ``rows``, by whoever keeps the whole register.

    Places, parks and units are ids that the caller looked up. Raises BadInput, NotAllowed, Raced (one of the codes is taken).
    """
    if isinstance(by, Viewer) and by.scope(May.KEEP_FIRMS) < Scope.ALL:
        raise NotAllowed(what=May.KEEP_FIRMS.value)
    firms = [new_firm(read_draft(draft)) for draft, _ in rows]
    Party.objects.bulk_create([firm.party for firm in firms])
    for firm in firms:
        firm.party_id = firm.party.pk
    try:
        with transaction.atomic():
            Firm.objects.bulk_create(firms)
    except IntegrityError as error:
        raise Raced from error
    people = [
        (firm, read_contact(one))
        for firm, (_, contacts) in zip(firms, rows, strict=True)
        for one in contacts
        if not one.empty
    ]
    FirmContact.objects.bulk_create([_contact_row(firm, read) for firm, read in people])
    events = [("firm.entered", firm, {"kind": firm.kind, "unit": firm.unit_id}) for firm in firms]
    trail.record_many([(verb, firm, facts) for verb, firm, facts in events], by=by, first=True)
    return firms


def new_firm(columns: dict[str, Any]) -> Firm:
    """An unsaved entry with its unsaved party."""
    now = clock.now()
    values = {name: value for name, value in columns.items() if name != "true_name"}
    true_name = columns["true_name"]
    party = Party(
        kind=PARTY_KIND.get(columns["kind"], Party.Kind.ENTERPRISE),
        name=true_name,
        name_index=name_index(true_name),
        credit_code=columns["credit_code"],
    )
    return Firm(party=party, entered_at=now, changed_at=now, **values)


@transaction.atomic
def change_firm(*, firm: Firm, draft: FirmDraft, version: int, by: Viewer, compare: bool = True) -> list[str]:
    """Write what differs; answers the changed fields. Raises BadInput, AlreadyRegistered, FirmMerged, NotAllowed, Raced.

    Defers ``find_lookalikes``; ``compare=False`` leaves that to the caller (an import compares once, at its end).
    """
    require_keep(firm, by=by)
    columns = _placed(read_draft(draft), by=by, before=firm.unit_id)
    _code_is_free(columns["credit_code"], besides=firm.pk)
    party = Party.objects.get(pk=firm.pk)
    true_name = columns.pop("true_name")
    changed = sorted(name for name, value in columns.items() if getattr(firm, name) != value)
    renamed = party.name != true_name
    if not changed and not renamed:
        return []
    values: dict[str, Any] = {name: columns[name] for name in changed}
    won = Firm.objects.filter(pk=firm.pk, version=version, merged_into=None).update(
        version=version + 1, changed_at=clock.now(), **values
    )
    if not won:
        raise Raced
    party.name, party.name_index, party.credit_code = true_name, name_index(true_name), columns["credit_code"]
    party.kind = PARTY_KIND.get(columns["kind"], Party.Kind.ENTERPRISE)
    party.save(update_fields=["name", "name_index", "credit_code", "kind"])
    told = [name for name in changed if name not in ("core", "grams", "section")] or ["name"]
    trail.record("firm.changed", firm, by=by, facts={"fields": told})
    if compare:
        later.defer("find_lookalikes", firm_ids=[firm.pk])
    firm.refresh_from_db()
    return told


@transaction.atomic
def add_contact(*, firm: Firm, contact: ContactDraft, by: Viewer) -> FirmContact:
    """One more person to speak with. Raises BadInput, FirmMerged, NotAllowed."""
    require_keep(firm, by=by)
    read = read_contact(contact)
    current = FirmContact.objects.filter(firm=firm, until=None)
    if read.phone_index and current.filter(phone_index=read.phone_index).exists():
        raise BadInput("contact_phone", "这个电话已经在联系人里了。")
    if current.count() >= MOST_CONTACTS:
        raise BadInput("contact_name", f"一家最多登记 {MOST_CONTACTS} 位联系人，请先移出不再联系的。")
    return _add_contact(firm, read, by=by)


def _add_contact(firm: Firm, read: ReadContact, *, by: Actor) -> FirmContact:
    row = _contact_row(firm, read)
    row.save(force_insert=True)
    trail.record("firm.contact_added", firm, by=by, facts={"contact": row.pk})
    return row


def _contact_row(firm: Firm, read: ReadContact) -> FirmContact:
    return FirmContact(
        firm=firm, name=read.name, phone=read.phone, phone_index=read.phone_index, post=read.post, since=clock.now()
    )


@transaction.atomic
def end_contact(*, firm: Firm, contact_id: int, by: Viewer) -> None:
    """Nobody is to ring this person any more; the row stays. Raises FirmMerged, NotAllowed, Raced."""
    require_keep(firm, by=by)
    if not FirmContact.objects.filter(pk=contact_id, firm=firm, until=None).update(until=clock.now()):
        raise Raced
    trail.record("firm.contact_ended", firm, by=by, facts={"contact": contact_id})


@transaction.atomic
def reveal_contacts(*, firm: Firm, reason: str, by: Viewer) -> Reveal:
    """Show this officer the contacts of a firm (and a name or address that is a person's) for a quarter of an hour.

    Raises NoReason, NotAllowed.
    """
    if not may_reveal(by, firm):
        raise NotAllowed(what=May.KEEP_FIRMS.value)
    return grant(party_id=firm.pk, reason=reason, by=by)


@transaction.atomic
def note_export(*, rows: int, by: Viewer) -> Transfer:
    """The register is about to leave the house as a file: who took how many lines. Raises NotAllowed."""
    by.require(May.SEE_FIRMS)
    by.require(May.EXPORT)
    taken = Transfer.objects.create(kind="firms", came_in=False, rows=rows, at=clock.now())
    trail.record("catalogue.exported", taken, by=by, facts={"kind": "firms", "rows": rows}, first=True)
    return taken


def require_keep(firm: Firm, *, by: Actor) -> None:
    """Raises FirmMerged, NotAllowed."""
    if firm.merged_into_id is not None:
        raise FirmMerged
    if isinstance(by, Viewer) and not may_keep(by, firm):
        raise NotAllowed(what=May.KEEP_FIRMS.value)


def _placed(columns: dict[str, Any], *, by: Actor, before: int | None = None) -> dict[str, Any]:
    """The columns with the ids looked up: places and parks that exist, a unit that she may enter firms for."""
    if columns["place_id"] and not Region.objects.filter(pk=columns["place_id"], active=True).exists():
        raise BadInput("place", "没有这个乡镇、村（社区），请重新选择。")
    parks = Firm.objects.filter(pk=columns["park_id"], kind=Firm.Kind.PARK, merged_into=None)
    if columns["park_id"] and not parks.exists():
        raise BadInput("park", "登记簿里没有这个园区，请重新选择，或先登记园区。")
    if isinstance(by, Viewer):
        columns["unit_id"] = _unit_within_reach(columns["unit_id"], before, by=by)
    elif columns["unit_id"] and not Unit.objects.filter(pk=columns["unit_id"], active=True).exists():
        raise BadInput("unit", "没有这个单位，请重新选择。")
    return columns


def _unit_within_reach(unit_id: int | None, before: int | None, *, by: Viewer) -> int | None:
    by.require(May.KEEP_FIRMS)
    if unit_id == before and before is not None:
        return unit_id
    own = by.actor_unit_id if by.scope(May.KEEP_FIRMS) < Scope.ALL else None
    if unit_id is None:
        # whoever enters for one unit enters for her own
        return own
    unit = Unit.objects.filter(pk=unit_id, active=True).first()
    if unit is None:
        raise BadInput("unit", "没有这个单位，请重新选择。")
    if not by.can_at(May.KEEP_FIRMS, unit.pk, unit.path):
        raise BadInput("unit", "您只能登记由本单位（和下级单位）服务的对象；要换服务单位，请统筹员来改。")
    return unit_id


def _code_is_free(code: str, *, besides: int | None = None) -> None:
    if not code:
        return
    known = Firm.objects.filter(credit_code=code, merged_into=None).exclude(pk=besides).first()
    if known is not None:
        raise AlreadyRegistered(name=known.name)


def _insert(firm: Firm) -> None:
    try:
        with transaction.atomic():
            firm.save(force_insert=True)
    except IntegrityError as error:
        # entered by somebody else at this very moment
        raise Raced from error
