"""Writes on the people we serve: know them again, and unmask them for a reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q

from tongti.parties.codes import checked_code
from tongti.parties.errors import NoReason
from tongti.parties.indexes import name_index, outside_index, phone_index, tail_index
from tongti.parties.models import Party, Reveal
from tongti.shared import clock, prepared, rows
from tongti.shared.actor import Actor
from tongti.shared.errors import BadInput, NotVisible
from tongti.shared.text import normal_phone, tidy
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer

REVEAL = timedelta(minutes=15)
NAME_LIMIT = 60


@dataclass(frozen=True)
class Contact:
    """Who somebody says she is, in normal form: phone as E.164, indexes beside."""

    kind: str
    name: str
    phone: str
    email: str
    credit_code: str
    phone_index: bytes
    tail_index: bytes
    name_index: bytes
    outside_index: bytes

    @property
    def empty(self) -> bool:
        """Nothing to know anybody by: the case stays without an asker (匿名)."""
        return not (self.name or self.phone or self.email or self.credit_code or self.outside_index)

    def party(self) -> Party:
        """A new, unsaved party of this contact."""
        return Party(**{name: getattr(self, name) for name in self.__dataclass_fields__})


def contact(
    *, kind: str, name: str = "", phone: str = "", email: str = "", credit_code: str = "", outside_id: str = ""
) -> Contact:
    """Read typed contact data; no database. Raises BadInput naming the field."""
    name, email = tidy(name), email.strip()
    if kind not in Party.Kind.values:
        raise BadInput("asker_kind", "请选择是居民、企业还是其他组织。")
    if len(name) > NAME_LIMIT:
        raise BadInput("asker_name", f"姓名（名称）写了 {len(name)} 字，最多 {NAME_LIMIT} 字。")
    e164 = normal_phone(phone) if phone.strip() else ""
    if phone.strip() and not e164:
        raise BadInput("phone", "这个电话号码不对，请检查：手机号是 11 位，座机请带区号。")
    _check_email(email)
    credit_code = checked_code(credit_code)
    return Contact(
        kind=kind,
        name=name,
        phone=e164,
        email=email,
        credit_code=credit_code,
        phone_index=phone_index(e164),
        tail_index=tail_index(e164),
        name_index=name_index(name),
        outside_index=outside_index(outside_id),
    )


def find_or_create(
    *,
    kind: str,
    name: str = "",
    phone: str = "",
    email: str = "",
    credit_code: str = "",
    outside_id: str = "",
    by: Actor,
) -> Party:
    """The party with this phone and name, or a new one.

    A caller who gives no name is the newest party of that phone; a name given later is added to a nameless party. Without a
    phone (and without an outside id) nobody is known again: two people may share a name. Call inside a transaction: two
    workers at once end in one IntegrityError, and trying again finds the party. Raises BadInput.
    """
    who = contact(kind=kind, name=name, phone=phone, email=email, credit_code=credit_code, outside_id=outside_id)
    return Party.objects.get(pk=keep(who, by=by))


def keep(who: Contact, *, by: Actor) -> int:
    """``find_or_create`` for a contact that was read already: the party's id, with one statement when nothing is new about her."""
    found = _find_or_make(who)
    if found.may_learn_from(who):
        _add_what_is_new(Party.objects.get(pk=found.pk), who, by=by)
    return found.pk


@dataclass(frozen=True)
class _Found:
    """The row of a contact: just made, or known before with what it holds already."""

    pk: int
    made: bool
    named: bool
    coded: bool

    def may_learn_from(self, who: Contact) -> bool:
        """Whether the contact may hold what the row does not. An e-mail address has to be read to know."""
        return not self.made and bool(
            (who.name and not self.named) or who.email or (who.credit_code and not self.coded)
        )


def _find_or_make(who: Contact) -> _Found:
    """One statement that looks and, when nobody is found, inserts."""
    into = rows.columns(Party, without=("id",))
    known, parameters = _known_by(who)
    with prepared.cursor() as cursor:
        # Conditions and columns are words of this file and of our models; every value is a parameter.
        cursor.execute(
            f"WITH known AS (SELECT id, name_index <> '' AS named, credit_code <> '' AS coded FROM parties_party WHERE {known} LIMIT 1), "  # noqa: S608
            f"made AS (INSERT INTO parties_party ({into.names}) SELECT {into.blanks} WHERE NOT EXISTS (SELECT FROM known) RETURNING id) "
            "SELECT id, false, named, coded FROM known UNION ALL SELECT id, true, true, true FROM made",
            [*parameters, *into.values(who.party())],
        )
        return _Found(*cursor.fetchone())


def _known_by(who: Contact) -> tuple[str, list[bytes]]:
    """(condition and order, parameters) that find the party of a contact."""
    if who.outside_index:
        return "outside_index = %s", [who.outside_index]
    if not who.phone_index:
        return "false", []
    if not who.name:
        return "phone_index = %s ORDER BY id DESC", [who.phone_index]
    # Her own row before that of somebody at her phone who never gave a name.
    named = "phone_index = %s AND name_index IN (%s, '') ORDER BY name_index = '', id DESC"
    return named, [who.phone_index, who.name_index]


def keep_many(contacts: Sequence[Contact]) -> list[int | None]:
    """The party id of each contact (None for an empty one), in three queries whatever their number; for imports.

    Equal contacts of the same table become one party. Known parties are not changed.
    """
    by_outside = {c.outside_index for c in contacts if c.outside_index}
    by_phone = {c.phone_index for c in contacts if c.phone_index and not c.outside_index}
    known = _Known()
    rows = Party.objects.filter(Q(outside_index__in=by_outside) | Q(phone_index__in=by_phone)).order_by("id")
    for known_pk, outside, phone, name in rows.values_list("id", "outside_index", "phone_index", "name_index"):
        known.add(known_pk, bytes(outside), bytes(phone), bytes(name))
    fresh: list[tuple[int, Party]] = []
    firsts: dict[tuple[bytes, bytes, bytes], int] = {}
    same_as: dict[int, int] = {}
    found: list[int | None] = []
    for at, who in enumerate(contacts):
        pk = None if who.empty else known.find(who)
        found.append(pk)
        if pk is not None or who.empty:
            continue
        key = (
            who.outside_index,
            b"" if who.outside_index else who.phone_index,
            b"" if who.outside_index else who.name_index,
        )
        if (who.outside_index or who.phone_index) and key in firsts:
            same_as[at] = firsts[key]
            continue
        firsts[key] = at
        fresh.append((at, who.party()))
    Party.objects.bulk_create([party for _, party in fresh])
    for at, party in fresh:
        found[at] = party.pk
    for at, first in same_as.items():
        found[at] = found[first]
    return found


class _Known:
    """Parties found for a table, by what makes them known."""

    def __init__(self) -> None:
        self.outside: dict[bytes, int] = {}
        self.phone: dict[bytes, int] = {}
        self.both: dict[tuple[bytes, bytes], int] = {}

    def add(self, pk: int, outside: bytes, phone: bytes, name: bytes) -> None:
        if outside:
            self.outside[outside] = pk
        if phone:
            self.phone[phone] = pk
            self.both[phone, name] = pk

    def find(self, who: Contact) -> int | None:
        if who.outside_index:
            return self.outside.get(who.outside_index)
        if not who.phone_index:
            return None
        if not who.name:
            return self.phone.get(who.phone_index)
        return self.both.get((who.phone_index, who.name_index)) or self.both.get((who.phone_index, b""))


@transaction.atomic
def reveal(*, party_id: int, reason: str, by: Viewer) -> Reveal:
    """Show this officer one party unmasked for a quarter of an hour. Raises NoReason, NotAllowed, NotVisible.

    The reason stays with the grant; the trail holds who, whom and when. Whether she may see the case that the party asks in
    is for the caller to check (cases.actions.reveal_asker).
    """
    by.require(May.SEE_IDENTITY)
    return grant(party_id=party_id, reason=reason, by=by)


def grant(*, party_id: int, reason: str, by: Viewer) -> Reveal:
    """Write down that she was let see this party, for whoever checked that she may. Raises NoReason, NotVisible."""
    reason = tidy(reason)
    if len(reason) < 4:
        raise NoReason
    party = Party.objects.only("id").filter(pk=party_id).first()
    if party is None:
        raise NotVisible
    now = clock.now()
    granted = Reveal.objects.create(
        party=party, officer_id=by.officer_id, reason=reason[:200], granted_at=now, expires_at=now + REVEAL
    )
    trail.record("party.revealed", party, by=by, facts={"reveal": granted.pk, "minutes": REVEAL.seconds // 60})
    return granted


def note_recognised(*, party_ids: list[int], by: Viewer) -> None:
    """A clerk typed a phone number and was shown whose it is: reading is an event too (domain sheet W0.5)."""
    if party_ids:
        trail.record_many([("party.recognised", Party(pk=pk), None) for pk in party_ids], by=by)


def _add_what_is_new(party: Party, who: Contact, *, by: Actor) -> None:
    changed = []
    if who.name and not party.name_index:
        party.name, party.name_index = who.name, who.name_index
        changed += ["name", "name_index"]
    if who.email and party.email != who.email:
        party.email = who.email
        changed.append("email")
    if who.credit_code and not party.credit_code:
        party.credit_code, party.kind = who.credit_code, who.kind
        changed += ["credit_code", "kind"]
    if changed:
        party.save(update_fields=changed)
        trail.record("party.completed", party, by=by, facts={"fields": changed})


def _check_email(email: str) -> None:
    if not email:
        return
    try:
        validate_email(email)
    except ValidationError as error:
        raise BadInput("email", "邮箱地址不对，请检查，例如 name@example.cn。") from error
