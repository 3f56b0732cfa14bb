"""Another deployment, played by the test: its own key pair, letters as it would sign them, receipts as it would give them."""

import base64
import json
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client

from tests.cast import Cast
from tongti.lifting import actions, keys, signatures, wire
from tongti.lifting.models import Peer
from tongti.shared import crypto

INBOX = "/link/v1/inbox/"
LIFTED = {
    "number": "TQ-2026-0009",
    "level": "city",
    "title": "园区变电站增容要市里立项",
    "statement": "41 家企业高峰时跳闸。",
    "tried": "错峰用电，租了两台发电车。",
    "basis": "《供电营业规则》",
    "asked": "把主变增容列入今年项目。",
    "asked_unit": "南岭市供电局",
    "reply_by": "2026-04-01",
    "cases": 23,
    "askers": 19,
    "firms": 11,
    "by_township": [["大塘镇", 20], ["临江镇", 3]],
    "category": "供电",
}


@dataclass
class Elsewhere:
    """One of them; ``serial`` counts its letters."""

    name: str = "白沙县"
    remote_id: str = "ab" * 16
    private: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    serial: int = 0

    @property
    def public(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    @property
    def card(self) -> str:
        return keys.Card(self.remote_id, self.public, "https://baisha.example.gov.cn", self.name).text

    def registered(self, cast: Cast, side: str, units: tuple[str, ...] = (), *, confirmed: bool = True) -> Peer:
        """赵工 registers it here and, when ``confirmed``, compared its fingerprint."""
        by = cast.viewer("赵工")
        actions.make_own_key(by=by)
        ids = [cast.units[name].pk for name in units]
        peer = actions.add_peer(card=self.card, name="", side=side, unit_ids=ids, by=by)
        return actions.confirm_peer(peer=peer, by=by) if confirmed else peer

    def letter(self, kind: str, about: uuid.UUID, data: dict[str, Any], /, **other: Any) -> bytes:
        """The next letter, unsigned."""
        self.serial += 1
        said = {
            "v": 1,
            "id": str(uuid.uuid4()),
            "from": self.remote_id,
            "to": crypto.installation_id(),
            "serial": self.serial,
            "made_at": "2026-03-06T09:00:00+08:00",
            "kind": kind,
            "about": str(about),
            "data": data,
        }
        return json.dumps(said | other, ensure_ascii=False).encode()

    def signed(self, body: bytes, *, created: int | None = None) -> dict[str, str]:
        """The headers of one try."""
        told = signatures.digest(body)
        signer = keys.key_id(self.remote_id, self.public)
        parts = signatures.request_parts(INBOX, told)
        at = int(time.time()) if created is None else created
        return {"Content-Digest": told, **signatures.sign(self.private, parts, key_id=signer, created=at)}

    def post(self, body: bytes, headers: dict[str, str] | None = None) -> tuple[int, dict[str, Any]]:
        """Send it to our door; (status, what was said)."""
        client = Client(enforce_csrf_checks=True)
        headers = self.signed(body) if headers is None else headers
        answer = client.post(INBOX, data=body, content_type="application/json", headers=headers)
        return answer.status_code, json.loads(answer.content)

    def tells(self, kind: str, about: uuid.UUID, data: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Write, sign and send."""
        return self.post(self.letter(kind, about, data))

    def receipts(self, monkeypatch: Any, *, taken: bool = True, reason: str = "") -> list[dict[str, Any]]:
        """From now on it signs for our letters, and ours are kept in the answered list as they arrive over there."""
        came: list[dict[str, Any]] = []

        def exchange(url: str, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
            letter = json.loads(body)
            came.append(letter)
            answer = json.dumps({"re": letter["id"], "taken": taken, "reason": reason}).encode()
            told = signatures.digest(answer)
            made = signatures.sign(
                self.private, signatures.answer_parts(200, told), key_id="ab.12345", created=int(time.time())
            )
            low = {name.lower(): value for name, value in made.items()}
            return 200, {**low, "content-digest": told}, answer

        monkeypatch.setattr(wire, "_exchange", exchange)
        return came


def send_all() -> int:
    """What is due to every peer, as a worker's jobs would send it; answers how many letters arrived."""
    return sum(actions.send_letters(peer_id=pk) for pk in actions.peers_with_letters())


def tampered(body: bytes) -> bytes:
    """The same letter with another number in it."""
    return body.replace(b'"askers": 19', b'"askers": 91')


def public_of(base64_key: str) -> bytes:
    """The raw key at the end of a SubjectPublicKeyInfo."""
    return base64.b64decode(base64_key)[-32:]
