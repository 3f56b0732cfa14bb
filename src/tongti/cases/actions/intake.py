"""听: a difficulty comes in and gets its number."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import IntegrityError, transaction
from django.db.models import CharField, Func, Value
from django.utils import timezone

from tongti.cases.actions import files, numbering
from tongti.cases.errors import NoHolder
from tongti.cases.models import Case
from tongti.figures import actions as figures
from tongti.figures.actions import Count
from tongti.parties import actions as parties
from tongti.shared import clock, durable, later, prepared
from tongti.shared.actor import Actor
from tongti.shared.errors import BadInput
from tongti.shared.text import ONLY_SIGNS, has_words, tidy, words
from tongti.shared.uploads import CleanUpload, Upload, clean_all
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer
from tongti.units.towns import TOWN_OF

BODY_LIMIT = 20_000
TITLE_LIMIT = 120
ADDRESS_LIMIT = 200


@dataclass(frozen=True)
class Intake:
    """What was typed or said at one of the doors; ``key`` is made once per form, so that sending it twice is one case.

    ``asker_party_id`` names an asker whom we have already (a firm of the register, when an officer visits it): then nothing
    is looked up by phone or name. Whether she may speak for it is for the caller to check.
    """

    key: uuid.UUID
    channel: str
    kind: str
    body: str
    title: str = ""
    place_id: int | None = None
    address: str = ""
    category_id: int | None = None
    urgency: str = Case.Urgency.NORMAL
    asker_party_id: int | None = None
    asker_kind: str = "person"
    asker_name: str = ""
    phone: str = ""
    email: str = ""
    credit_code: str = ""
    reply_wanted: bool = True
    hide_identity: bool = False
    received_at: datetime | None = None
    source: str = ""
    source_id: str = ""
    uploads: tuple[Upload | CleanUpload, ...] = ()
    outside_id: str = ""
    repeat_of_id: int | None = None


def register(*, intake: Intake, by: Actor) -> Case:
    """Enter one case and give it its number; the same ``key`` (or source row) gives the same case again.

    Raises BadInput, NotAllowed, NoHolder. Defers ``match_case``.
    """
    if isinstance(by, Viewer):
        by.require(May.REGISTER)
    intake = checked(intake)
    who = parties.contact(
        kind=intake.asker_kind,
        name=intake.asker_name,
        phone=intake.phone,
        email=intake.email,
        credit_code=intake.credit_code,
        outside_id=intake.outside_id,
    )
    cleaned = clean_all(intake.uploads)
    for last_try in (False, True):
        ground = _ground(intake)
        if ground.known_id is not None:
            # Whoever entered it may still be waiting for the disk, and her number is about to be told once more.
            durable.wait_for_disk()
            return Case.objects.get(pk=ground.known_id)
        try:
            return _enter(intake, ground, who, cleaned, by=by)
        except IntegrityError:
            # Somebody entered the same key, source row or caller at this very moment. The rollback gave the number back.
            if last_try:
                raise
    raise AssertionError("unreachable")


def checked(intake: Intake) -> Intake:
    """The same intake with tidy texts; raises BadInput naming the field. No database."""
    body, title, address = tidy(intake.body), tidy(intake.title).replace("\n", " "), tidy(intake.address)
    if not body:
        raise BadInput("body", "请写一写遇到了什么难题。")
    if not has_words(body):
        raise BadInput("body", ONLY_SIGNS)
    for field, text, limit, label in (
        ("body", body, BODY_LIMIT, "内容"),
        ("title", title, TITLE_LIMIT, "标题"),
        ("address", address, ADDRESS_LIMIT, "详细地址"),
    ):
        if len(text) > limit:
            raise BadInput(field, f"“{label}”写了 {len(text)} 字，最多 {limit} 字。")
    for field, value, choices in (
        ("channel", intake.channel, Case.Channel),
        ("kind", intake.kind, Case.Kind),
        ("urgency", intake.urgency, Case.Urgency),
    ):
        if value not in choices.values:
            raise BadInput(field, "没有这个选项，请重新选择。")
    if intake.received_at and intake.received_at > clock.now():
        raise BadInput("received_at", "收到时间不能晚于现在。")
    return replace(intake, body=body, title=title, address=address)


@dataclass(frozen=True)
class Ground:
    """What an intake stands on: the case it made already (if any), else a fresh id, the unit that will hold it, and the township
    it is about."""

    known_id: int | None
    case_id: int
    holder_id: int
    town_id: int | None


@transaction.atomic
def _enter(intake: Intake, ground: Ground, who: parties.Contact, cleaned: Sequence[CleanUpload], *, by: Actor) -> Case:
    party_id = intake.asker_party_id or (None if who.empty else parties.keep(who, by=by))
    case = new_case(intake, pk=ground.case_id, party_id=party_id, holder_id=ground.holder_id, now=clock.now(), by=by)
    trail.record("case.registered", case, by=by, facts=registered_facts(case), first=True)
    figures.add(registered_counts(case, ground.town_id))
    files.keep(case, cleaned, by=by)
    later.defer("match_case", case_id=case.pk)
    case.search = tokens_literal(f"{case.title}\n{case.body}")
    # Last, because whoever else enters a case waits from here to the commit.
    numbering.enter(case, year=clock.today().year)
    return case


def new_case(intake: Intake, *, pk: int, party_id: int | None, holder_id: int, now: datetime, by: Actor) -> Case:
    """An unsaved, unnumbered case without its search tokens."""
    return Case(
        pk=pk,
        key=intake.key,
        source=intake.source,
        source_id=intake.source_id,
        channel=intake.channel,
        kind=intake.kind,
        urgency=intake.urgency,
        title=intake.title,
        body=intake.body,
        place_id=intake.place_id,
        address=intake.address,
        category_id=intake.category_id,
        party_id=party_id,
        party_kind=intake.asker_kind,
        reply_wanted=intake.reply_wanted,
        hide_identity=intake.hide_identity,
        repeat_of_id=intake.repeat_of_id,
        holder_id=holder_id,
        units=[holder_id],
        received_at=intake.received_at or now,
        registered_at=now,
        registered_by_id=by.officer_id if isinstance(by, Viewer) else None,
    )


def tokens(text: str) -> Func:
    """The tsvector of our own tokens, made inside the INSERT or UPDATE: PostgreSQL's parser does not know Chinese words."""
    return Func(Value(words(text), output_field=ArrayField(CharField())), function="array_to_tsvector")


def tokens_literal(text: str) -> str:
    """The same tsvector in PostgreSQL's text form, for plain INSERTs and COPY."""
    return " ".join("'" + w.replace("\\", "\\\\").replace("'", "''") + "'" for w in words(text))


def registered_facts(case: Case) -> dict[str, Any]:
    """What the trail keeps of an intake: codes and ids."""
    facts = {
        "channel": case.channel,
        "kind": case.kind,
        "urgency": case.urgency,
        "holder": case.holder_id,
        "party": case.party_id,
        "category": case.category_id,
        "place": case.place_id,
        "source": case.source or None,
        "repeat_of": case.repeat_of_id,
        "hidden": case.hide_identity or None,
    }
    return {name: value for name, value in facts.items() if value is not None}


def registered_counts(case: Case, town_id: int | None) -> list[Count]:
    """The figures that one registration moves: received on the day it was received, open from today; of the district, the unit
    that holds it, and the township ``town_id`` it is about."""
    day, received = clock.today(), timezone.localtime(case.received_at).date()
    assert case.holder_id is not None
    counts = [Count("received", received), Count("open", day), Count("unit_open", day, unit_id=case.holder_id)]
    return counts + town_counts(town_id, day, received)


def town_counts(town_id: int | None, day: date, received: date | None = None, *, amount: int = 1) -> list[Count]:
    """One case more (or less) open in a township; ``received`` when it also counts as received there. None: of no township."""
    if town_id is None:
        return []
    counts = [Count("town_open", day, unit_id=town_id, amount=amount)]
    return counts + ([Count("town_received", received, unit_id=town_id, amount=amount)] if received else [])


def _ground(intake: Intake) -> Ground:
    """Look before the transaction: one query that also checks the ids that were chosen. Raises BadInput, NoHolder."""
    with prepared.cursor() as cursor:
        cursor.execute(
            "SELECT " + TOWN_OF.format(place="%(place)s::bigint") + ", "  # noqa: S608  (a text of our own)
            "coalesce((SELECT id FROM cases_case WHERE key = %(key)s), "
            "(SELECT id FROM cases_case WHERE source <> '' AND source = %(source)s AND source_id = %(source_id)s)), "
            "nextval(pg_get_serial_sequence('cases_case', 'id')), "
            "(SELECT id FROM units_unit WHERE is_fallback AND active LIMIT 1), "
            "%(category)s::bigint IS NULL OR EXISTS (SELECT 1 FROM units_category WHERE id = %(category)s AND active), "
            "%(place)s::bigint IS NULL OR EXISTS (SELECT 1 FROM units_region WHERE id = %(place)s AND active), "
            "%(repeat)s::bigint IS NULL OR EXISTS (SELECT 1 FROM cases_case WHERE id = %(repeat)s)",
            {
                "key": intake.key,
                "source": intake.source,
                "source_id": intake.source_id,
                "category": intake.category_id,
                "place": intake.place_id,
                "repeat": intake.repeat_of_id,
            },
        )
        town_id, known_id, case_id, holder_id, category_ok, place_ok, repeat_ok = cursor.fetchone()
    for field, fine, what in (
        ("category", category_ok, "分类"),
        ("place", place_ok, "地点"),
        ("repeat_of", repeat_ok, "诉求"),
    ):
        if not fine:
            raise BadInput(field, f"没有这个{what}，请重新选择。")
    if holder_id is None:
        raise NoHolder
    return Ground(known_id=known_id, case_id=case_id, holder_id=holder_id, town_id=town_id)
