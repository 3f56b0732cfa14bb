"""HTTP Message Signatures (RFC 9421) with Ed25519, and Content-Digest (RFC 9530): the one profile that two deployments speak.

A request signs its method, path, digest and type; an answer its status, digest and type. Created, key id, nonce and algorithm
are parameters of every signature. Anything else than exactly this profile is no signature of ours. Pure functions.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

LABEL = "tongti"
REQUEST = ("@method", "@path", "content-digest", "content-type")
ANSWER = ("@status", "content-digest", "content-type")
TYPE = "application/json"
_INPUT = re.compile(
    rf'{LABEL}=(?P<params>\((?P<names>(?:"[@a-z-]+"(?: |(?=\))))+)\);created=(?P<created>\d{{1,12}})'
    r';keyid="(?P<keyid>[0-9a-f.]{1,80})";nonce="(?P<nonce>[0-9a-f]{32})";alg="ed25519")'
)
_SIGNATURE = re.compile(rf"{LABEL}=:(?P<value>[A-Za-z0-9+/]{{86}}==):")


class NoSignature(Exception):
    """The headers hold no signature of this profile, or one that does not fit; which, is nobody's business but the log's."""


@dataclass(frozen=True)
class Claim:
    """What a signature says of itself, before it is checked."""

    key_id: str
    created: int
    nonce: str
    params: str
    value: bytes


def digest(body: bytes) -> str:
    """``Content-Digest`` of a body."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def base(parts: Sequence[tuple[str, str]], params: str) -> bytes:
    """The signature base (RFC 9421, 2.5): one line a component, the parameters last."""
    lines = [f'"{name}": {value}' for name, value in parts]
    return "\n".join([*lines, f'"@signature-params": {params}']).encode("ascii")


def sign(key: Ed25519PrivateKey, parts: Sequence[tuple[str, str]], *, key_id: str, created: int) -> dict[str, str]:
    """The two headers for these components."""
    names = " ".join(f'"{name}"' for name, _value in parts)
    params = f'({names});created={created};keyid="{key_id}";nonce="{secrets.token_hex(16)}";alg="ed25519"'
    value = base64.b64encode(key.sign(base(parts, params))).decode()
    return {"Signature-Input": f"{LABEL}={params}", "Signature": f"{LABEL}=:{value}:"}


def claim(headers: Mapping[str, str], names: Sequence[str]) -> Claim:
    """What these headers claim; header names in lower case. Raises NoSignature unless they are of our profile."""
    found = _INPUT.fullmatch(headers.get("signature-input", ""))
    value = _SIGNATURE.fullmatch(headers.get("signature", ""))
    if found is None or value is None or found["names"] != " ".join(f'"{name}"' for name in names):
        raise NoSignature("not of our profile")
    return Claim(
        key_id=found["keyid"],
        created=int(found["created"]),
        nonce=found["nonce"],
        params=found["params"],
        value=base64.b64decode(value["value"]),
    )


def check(public: bytes, claimed: Claim, parts: Sequence[tuple[str, str]], *, body: bytes, told: str) -> None:
    """Raises NoSignature unless this key signed these components and the body is the one they speak of (``told`` digest)."""
    if told != digest(body):
        raise NoSignature("another body")
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(claimed.value, base(parts, claimed.params))
    except (InvalidSignature, ValueError) as error:
        raise NoSignature("another key or other words") from error


def request_parts(path: str, body_digest: str) -> list[tuple[str, str]]:
    """The components of a request: always a POST of JSON."""
    return list(zip(REQUEST, ("POST", path, body_digest, TYPE), strict=True))


def answer_parts(status: int, body_digest: str) -> list[tuple[str, str]]:
    """The components of an answer."""
    return list(zip(ANSWER, (str(status), body_digest, TYPE), strict=True))


def fingerprint(public: bytes) -> str:
    """Forty digits in groups of five, to be read aloud on the telephone: 132 bits of SHA-256 of the key."""
    number = int.from_bytes(hashlib.sha256(public).digest(), "big") % 10**40
    digits = f"{number:040d}"
    return " ".join(digits[at : at + 5] for at in range(0, 40, 5))
