"""来信: who signed it, is it fresh, is it for us, was it here before; then it is taken in or refused, and the answer is signed.

Whoever cannot prove to be a peer learns one code and nothing else. What a peer's letter says is taken for input like any form's.
"""

import json
import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from tongti.lifting import keys, signatures
from tongti.lifting.actions.taking import take
from tongti.lifting.errors import BadLetter
from tongti.lifting.limits import MOST_BODY
from tongti.lifting.models import Incoming, Kind, OwnKey, Peer
from tongti.lifting.signatures import Claim
from tongti.shared import clock, crypto, ratelimit
from tongti.shared.errors import DomainError

log = logging.getLogger(__name__)

FRESH_SECONDS = 300
PER_MINUTE = 120


@dataclass(frozen=True)
class Answer:
    """What goes back: a status, JSON, and the headers of its signature ({} when it is for nobody in particular)."""

    status: int
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True)
class Letter:
    """A letter that a peer signed, its envelope read."""

    peer: Peer
    message_id: uuid.UUID
    serial: int
    kind: str
    key: uuid.UUID
    data: dict[str, Any]
    created: int


class Turned(Exception):
    """It is not answered with a receipt: ``code`` says why, to help whoever looks for the fault over there."""

    def __init__(self, status: int, code: str) -> None:
        self.status, self.code = status, code
        super().__init__(code)


def receive(*, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """One letter as it came over the wire; header names in lower case. Answers what goes back. Never raises for bad input."""
    try:
        peer, claimed = _signed_by(path, headers, body)
        letter = _opened(peer, claimed, body)
        taken, reason = _once(letter)
    except Turned as turned:
        log.warning("letter turned away", extra={"code": turned.code})
        return Answer(turned.status, _json({"code": turned.code}), {})
    said = {"v": 1, "re": str(letter.message_id), "from": crypto.installation_id(), "taken": taken, "reason": reason}
    return _sealed(200, _json(said))


def _signed_by(path: str, headers: Mapping[str, str], body: bytes) -> tuple[Peer, Claim]:
    if not keys.may_listen():
        raise Turned(403, "closed")
    if len(body) > MOST_BODY:
        raise Turned(413, "too_long")
    try:
        claimed = signatures.claim(headers, signatures.REQUEST)
    except signatures.NoSignature:
        raise Turned(401, "unsigned") from None
    installation = claimed.key_id.partition(".")[0]
    peer = Peer.objects.filter(remote_id=installation, state=Peer.State.ACTIVE).first()
    if peer is None or claimed.key_id != keys.key_id(peer.remote_id, bytes(peer.public)):
        raise Turned(401, "unknown_key")
    told = headers.get("content-digest", "")
    if headers.get("content-type", "") != signatures.TYPE:
        raise Turned(401, "bad_signature")
    try:
        signatures.check(bytes(peer.public), claimed, signatures.request_parts(path, told), body=body, told=told)
    except (signatures.NoSignature, UnicodeEncodeError):
        raise Turned(401, "bad_signature") from None
    if abs(clock.now().timestamp() - claimed.created) > FRESH_SECONDS:
        raise Turned(401, "stale")
    try:
        ratelimit.hit("link", peer.remote_id, PER_MINUTE, 60)
    except ratelimit.TooOften:
        raise Turned(429, "too_often") from None
    return peer, claimed


def _opened(peer: Peer, claimed: Claim, body: bytes) -> Letter:
    """The envelope. What cannot be read even so far has no message id to sign for."""
    try:
        said = json.loads(body)
        # half of a character (a lone surrogate) can be written in JSON and kept nowhere
        json.dumps(said, ensure_ascii=False).encode()
        if said["v"] != 1 or not _is_one(said):
            raise Turned(400, "unreadable")
        letter = Letter(
            peer=peer,
            message_id=uuid.UUID(said["id"]),
            serial=said["serial"],
            kind=said["kind"],
            key=uuid.UUID(said["about"]),
            data=said["data"],
            created=claimed.created,
        )
        datetime.fromisoformat(said["made_at"])
        sender, to = said["from"], said["to"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Turned(400, "unreadable") from None
    if sender != peer.remote_id or to != crypto.installation_id():
        raise Turned(409, "wrong_recipient")
    return letter


def _is_one(said: dict[str, Any]) -> bool:
    """Whether what JSON gave is of the kinds that a letter is made of."""
    serial, kind = said["serial"], said["kind"]
    if not isinstance(serial, int) or isinstance(serial, bool) or not 0 < serial < 2**62:
        return False
    return isinstance(said["data"], dict) and isinstance(kind, str) and kind in Kind.values


@transaction.atomic
def _once(letter: Letter) -> tuple[bool, str]:
    """Whether it is taken, and why not. The same letter signed anew gets the same answer and does nothing again.

    Letters of one peer come one after the other. That lock is not the peer's row: a step of ours locks a line before it writes a
    letter under that row, and here the letter comes before the line.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 11))", [f"link.in:{letter.peer.pk}"])
    peer = Peer.objects.get(pk=letter.peer.pk)
    if peer.state != Peer.State.ACTIVE:
        raise Turned(401, "unknown_key")
    known = Incoming.objects.filter(peer=peer, message_id=letter.message_id).first()
    if known is not None:
        if letter.created <= known.created:
            raise Turned(409, "replayed")
        Incoming.objects.filter(pk=known.pk).update(created=letter.created)
        return known.taken, known.reason
    if letter.serial <= peer.got:
        raise Turned(409, "sequence")
    taken, reason = _try(letter)
    Incoming.objects.create(
        peer=peer,
        message_id=letter.message_id,
        serial=letter.serial,
        kind=letter.kind,
        created=letter.created,
        taken=taken,
        reason=reason,
        at=clock.now(),
    )
    Peer.objects.filter(pk=peer.pk).update(got=letter.serial, heard_at=clock.now())
    return taken, reason


def _try(letter: Letter) -> tuple[bool, str]:
    try:
        with transaction.atomic():
            take(peer=letter.peer, kind=letter.kind, key=letter.key, data=letter.data)
    except (DomainError, BadLetter) as refused:
        return False, str(refused)[:300]
    return True, ""


def _sealed(status: int, body: bytes) -> Answer:
    own = OwnKey.objects.filter(retired_at=None).first()
    if own is None:
        return Answer(503, _json({"code": "no_key"}), {})
    told = signatures.digest(body)
    signer = keys.key_id(crypto.installation_id(), bytes(own.public))
    signed = signatures.sign(
        keys.private_key(own.serial),
        signatures.answer_parts(status, told),
        key_id=signer,
        created=int(clock.now().timestamp()),
    )
    return Answer(status, body, {"Content-Digest": told, **signed})


def _json(said: dict[str, Any]) -> bytes:
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
