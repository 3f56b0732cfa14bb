"""Links that open one case to whoever holds them: on the receipt's QR code, in notices. Short enough for a text message.

The token names the case by its row and proves with a keyed MAC that we made it; it holds nothing personal, and the page behind
it moves the case into the session at once, so that neither token nor number stays in the address bar.
"""

import base64
import hashlib
import hmac
import re

from django.conf import settings

from tongti.shared import crypto

_TOKEN = re.compile(r"([0-9a-z]{1,13})-([a-z2-7]{24})")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def tracking_token(case_id: int) -> str:
    """The token of one case: its row number, and 120 bits that only this installation can make."""
    return f"{_base36(case_id)}-{_mac(case_id)}"


def tracking_url(case_id: int) -> str:
    """The whole address, for a notice or a QR code."""
    return f"{settings.BASE_URL}/t/{tracking_token(case_id)}/"


def verdict_token(answer_id: int, case_id: int) -> str:
    """The one-time token by which one asker judges one answer: 130 bits that only this installation can make."""
    return base64.b32encode(crypto.number_mac(f"verdict:{answer_id}:{case_id}"))[:26].decode().lower()


def verdict_url(answer_id: int, case_id: int) -> str:
    """The whole address, for a notice."""
    return f"{settings.BASE_URL}/v/{verdict_token(answer_id, case_id)}/"


def token_hash(token: str) -> bytes:
    """What the database keeps of a one-time token."""
    return hashlib.sha256(token.strip().lower().encode()).digest()


def case_of(token: str) -> int | None:
    """The case that a token opens; None for one that we did not make."""
    parts = _TOKEN.fullmatch(token)
    if parts is None:
        return None
    case_id = int(parts[1], 36)
    return case_id if hmac.compare_digest(_mac(case_id), parts[2]) else None


def _mac(case_id: int) -> str:
    return base64.b32encode(crypto.number_mac(f"track:{case_id}")[:15]).decode().lower()


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, at = divmod(number, 36)
        digits = _DIGITS[at] + digits
    return digits or "0"
