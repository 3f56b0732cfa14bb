"""Needs and offers of 云岭区's firms, entered in bulk, their pairs found by the engine, and two introductions."""

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

from tongti.linkups import actions
from tongti.linkups.actions import ListingDraft
from tongti.linkups.models import Listing, Pair
from tongti.parties.models import Firm
from tongti.project.demo.district import District, read
from tongti.project.demo.firms import KEEPER
from tongti.shared import clock
from tongti.shared.actor import Asker

STATED = uuid.UUID("0d2f3b54-7a8e-4b7c-9a53-1c7f1f1f8c41")


def load(d: District, firms: list[Firm]) -> None:
    """What they need and offer, said to the command office; one introduction came to a deal, one goes on."""
    data, by_name = read("linkups"), {firm.name: firm for firm in firms}
    by = d.viewer(KEEPER)
    rows = [(by_name[row[0]], _draft(kind, row)) for kind in ("need", "offer") for row in data[kind]]
    made = actions.enter_many(rows=rows, by=by)
    actions.find_pairs(listing_ids=[row.pk for row in made])
    for told in data["introduced"]:
        _introduce(d, told)
    for name, kind, *row in data["stated"]:
        actions.state_listing(
            firm=by_name[name], key=uuid.uuid5(STATED, name), draft=_draft(kind, [name, *row]), by=Asker(None)
        )


def _draft(kind: str, row: list[Any]) -> ListingDraft:
    _name, about, days, words = row
    until = clock.today() + timedelta(days=days) if days else None
    return ListingDraft(kind=kind, about=about, words=words, valid_until=until)


def _introduce(d: District, told: dict[str, Any]) -> None:
    by = d.viewer(KEEPER)
    pair = Pair.objects.select_related("need", "offer").get(
        need__firm__name=told["need"], offer__firm__name=told["offer"]
    )
    row = actions.introduce(
        pair=pair,
        how=told["how"],
        note=told["note"],
        need_contact_id=_contact(pair.need),
        offer_contact_id=_contact(pair.offer),
        by=by,
    )
    for side in ("need", "offer"):
        row = actions.agree(introduction=row, side=side, said=told[f"{side}_said"], by=by)
    row = actions.pass_on(introduction=row, by=by)
    if "value" in told:
        actions.note_step(introduction=row, state="agreed", words=told["words"], value=Decimal(told["value"]), by=by)
    else:
        day = clock.today() + timedelta(days=told["follow_up"])
        actions.note_step(introduction=row, state="talking", words=told["words"], follow_up_on=day, by=by)


def _contact(listing: Listing) -> int | None:
    return listing.firm.contacts.order_by("pk").values_list("pk", flat=True).first()
