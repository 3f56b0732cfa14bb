"""Numbers that people read over the phone, and the codes that go with them.

A case number is ``year-serial-check``; the check digit is Damm's (2004), which catches every single wrong digit and
every swap of neighbours. The query code is derived from the number with a key, so it can be printed again but not guessed.
"""

import hmac
import re

from stdnum import damm

from tongti.shared import crypto

# No 0/O, 1/I/L, 2/Z, 5/S, 8/B: an old man reads it aloud and a clerk types it right.
CODE_ALPHABET = "34679ACDEFGHJKMNPQRTUVWXY"
CODE_LENGTH = 8


def case_number(year: int, serial: int) -> str:
    """``case_number(2026, 123)`` → ``2026-000123-x``; the serial grows past six digits when the year is busy."""
    digits = f"{year:04d}{serial:06d}"
    return f"{digits[:4]}-{digits[4:]}-{damm.calc_check_digit(digits)}"


def read_case_number(typed: str) -> str | None:
    """The number in its normal form, whatever dashes, spaces or full-width digits were typed; None when its check fails."""
    digits = re.sub(r"\D", "", typed.translate(_TO_ASCII))
    if not 11 <= len(digits) <= 14 or not damm.is_valid(digits):
        return None
    return f"{digits[:4]}-{digits[4:-1]}-{digits[-1]}"


def query_code(number: str) -> str:
    """Eight letters for one case number: about 37 bits, beside which the form is rate-limited."""
    seed = int.from_bytes(crypto.number_mac(f"query:{number}"), "big")
    letters = []
    for _ in range(CODE_LENGTH):
        seed, at = divmod(seed, len(CODE_ALPHABET))
        letters.append(CODE_ALPHABET[at])
    return "".join(letters)


def query_code_matches(number: str, typed: str) -> bool:
    """Compared in constant time; case and blanks do not matter."""
    plain = re.sub(r"[\s-]", "", typed.translate(_TO_ASCII)).upper()
    return hmac.compare_digest(query_code(number).encode(), plain.encode())


_TO_ASCII = {0xFF01 + i: 0x21 + i for i in range(94)} | {0x3000: 0x20}
