"""Our own key pair and name card. The private half is stored as the other secrets are: it follows from the installation's keys
beside the data and a serial number, so the database holds the serial and the public half only, and rotating is the next serial."""

import base64
import binascii
import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

from tongti.lifting import signatures
from tongti.shared import crypto
from tongti.shared.errors import BadInput

_CARD = re.compile(
    r"tongti-link:1\|(?P<id>[0-9a-f]{32})\|(?P<key>[A-Za-z0-9+/]{43}=)\|(?P<url>https?://[^|\s]{1,500})\|(?P<name>[^|\n]{2,60})"
)
MOST_URL = 200
LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class Card:
    """名片: what one deployment gives the other to be registered: who it is, its public key, where it listens, its name."""

    remote_id: str
    public: bytes
    url: str
    name: str

    @property
    def text(self) -> str:
        """One line to copy."""
        key = base64.b64encode(self.public).decode()
        return f"tongti-link:1|{self.remote_id}|{key}|{self.url}|{self.name}"

    @property
    def fingerprint(self) -> str:
        """To be compared by telephone."""
        return signatures.fingerprint(self.public)


def private_key(serial: int) -> Ed25519PrivateKey:
    """Our private key of this serial."""
    return Ed25519PrivateKey.from_private_bytes(crypto.link_seed(serial))


def public_key(serial: int) -> bytes:
    """Its public half, 32 bytes."""
    return private_key(serial).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def key_id(installation: str, public: bytes) -> str:
    """Who signs with which key: installation and the beginning of the key's fingerprint."""
    return f"{installation}.{signatures.fingerprint(public)[:5]}"


def own_card(serial: int) -> Card:
    """Our own name card."""
    return Card(crypto.installation_id(), public_key(serial), settings.BASE_URL, settings.DISTRICT_NAME)


def read_card(text: str) -> Card:
    """A card as it was pasted. Raises BadInput at ``card``."""
    found = _CARD.fullmatch(text.strip())
    if found is None:
        raise BadInput("card", "这不是完整的名片：请对方管理员在“上下级链路”页整行复制，以 tongti-link:1 开头。")
    try:
        public = base64.b64decode(found["key"], validate=True)
    except binascii.Error as error:
        raise BadInput("card", "名片里的公钥不完整，请重新复制。") from error
    card = Card(found["id"], public, found["url"].rstrip("/"), found["name"].strip())
    if card.remote_id == crypto.installation_id():
        raise BadInput("card", "这是本站自己的名片，请粘贴对方的。")
    check_url(card.url)
    return card


def check_url(url: str) -> None:
    """https everywhere; plain http only to this very machine, and only in demo or debug mode. Raises BadInput at ``card``."""
    if len(url) > MOST_URL:
        raise BadInput("card", f"名片里的网址太长，最多 {MOST_URL} 个字。")
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
        # what cannot be looked up raises as well: a label of more than 63 signs, an address in numbers that is none
        ipaddress.ip_address(host) if ":" in host else host.encode("idna")
    except ValueError:
        host = ""
    if not host or "@" in parts.netloc or parts.path or parts.query or parts.fragment:
        raise BadInput("card", "名片里的网址不对：应是网站的完整地址，不带路径。")
    if parts.scheme == "https":
        return
    if not (host in LOOPBACK and plain_allowed()):
        raise BadInput("card", "对方的网址要以 https:// 开头。")


def plain_allowed() -> bool:
    """Whether http to this machine may be spoken: for trying out, never in service."""
    return bool(settings.DEMO or settings.DEBUG)


def may_listen() -> bool:
    """Whether letters are taken in at all: they cross the network as our own address says, so it has to be https."""
    return settings.BASE_URL.startswith("https://") or plain_allowed()
