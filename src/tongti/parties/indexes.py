"""Blind indexes: keyed hashes by which a phone, a name or an outside id is found without being readable."""

from tongti.shared import crypto


def phone_index(e164: str) -> bytes:
    """Blind index of a whole phone number."""
    return crypto.blind_index(e164, purpose="party.phone")


def tail_index(e164: str) -> bytes:
    """Blind index of the last four digits, by which a person remembers a number."""
    return crypto.blind_index(e164[-4:], purpose="party.tail") if e164 else b""


def name_index(name: str) -> bytes:
    """Blind index of a name."""
    return crypto.blind_index(name, purpose="party.name")


def outside_index(outside_id: str) -> bytes:
    """Blind index of an asker's id at an outside source (``source:id``)."""
    return crypto.blind_index(outside_id, purpose="party.outside")
