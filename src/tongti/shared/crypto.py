"""Personal data at rest: AES-256-GCM, and a keyed blind index for exact look-up.

The index is an HMAC, so equal plaintexts can be found without being readable; it is truncated to 16 bytes.
Keys come from the installation's secrets file, never from the database (个人信息保护法 art. 51).
"""

import hashlib
import hmac
import os
from functools import cache

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

KEY_VERSION = b"\x01"
NONCE_BYTES = 12


@cache
def _cipher() -> AESGCM:
    return AESGCM(bytes.fromhex(settings.KEYS.field))


def encrypt(text: str, *, purpose: str) -> bytes:
    """Version byte + nonce + ciphertext. ``purpose`` (model.field) is bound in, so values cannot be swapped."""
    nonce = os.urandom(NONCE_BYTES)
    return KEY_VERSION + nonce + _cipher().encrypt(nonce, text.encode(), purpose.encode())


def decrypt(data: bytes, *, purpose: str) -> str:
    """The text; raises ``cryptography.exceptions.InvalidTag`` when bytes or purpose were changed."""
    nonce, body = data[1 : 1 + NONCE_BYTES], data[1 + NONCE_BYTES :]
    return _cipher().decrypt(nonce, body, purpose.encode()).decode()


def blind_index(text: str, *, purpose: str) -> bytes:
    """16 bytes that equal texts share within one purpose; empty text has no index (b"")."""
    if not text:
        return b""
    key = bytes.fromhex(settings.KEYS.index)
    return hmac.new(key, f"{purpose}\0{text}".encode(), hashlib.sha256).digest()[:16]


def trail_mac(payload: bytes) -> bytes:
    """HMAC-SHA256 that chains the trail: recomputing it needs the key beside the data, not only the database."""
    return hmac.new(bytes.fromhex(settings.KEYS.trail), payload, hashlib.sha256).digest()


def number_mac(payload: str) -> bytes:
    """HMAC-SHA256 behind query codes and one-time links."""
    return hmac.new(bytes.fromhex(settings.KEYS.number), payload.encode(), hashlib.sha256).digest()


def installation_id() -> str:
    """32 hex digits that name this installation to others; it follows from its secrets, so a copy of the database alone is nobody."""
    return hmac.new(bytes.fromhex(settings.KEYS.trail), b"link\0installation", hashlib.sha256).hexdigest()[:32]


def link_seed(serial: int) -> bytes:
    """32 bytes of which one generation of our link's private key is made. Whoever holds the key behind the trail could sign in our
    name anyway, so no further secret is kept."""
    return hmac.new(bytes.fromhex(settings.KEYS.trail), f"link\0key\0{serial}".encode(), hashlib.sha256).digest()


def notebook_key(officer_id: int) -> bytes:
    """32 bytes for one officer's offline notebook, derived from the key of personal columns (whoever holds that reads what the
    notebook is sent to become). Always the same for her, so that what her phone has sealed opens again after the next sign-in."""
    return hmac.new(bytes.fromhex(settings.KEYS.field), f"notebook\0{officer_id}".encode(), hashlib.sha256).digest()
