"""One-time links: derived from the reply with a key, so a notice can be written again; stored only as a hash."""

import base64
import hashlib

from tongti.shared import crypto


def token_for(reply_id: int) -> str:
    """26 letters and digits (130 bits of HMAC-SHA256), safe in a URL and in an SMS."""
    return base64.b32encode(crypto.number_mac(f"verdict:{reply_id}"))[:26].decode().lower()


def hash_of(token: str) -> bytes:
    """What the database keeps of a token."""
    return hashlib.sha256(token.strip().lower().encode()).digest()
