"""The way to another deployment: one signed POST, one signed answer. No redirects, no more than a small answer, ten seconds."""

import http.client
import json
import ssl
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tongti.lifting import keys, signatures
from tongti.shared import clock, crypto

PATH = "/link/v1/inbox/"
SECONDS = 10.0
MOST_ANSWER = 16 * 1024


class NotReached(Exception):
    """No answer that counts: the other side is down, does not know our key, or something between is not it."""


@dataclass(frozen=True)
class Answered:
    """What the other side said to one letter, signed by its key."""

    taken: bool
    reason: str


def post(url: str, body: bytes, *, serial: int, public: bytes, message_id: str) -> Answered:
    """Send one letter and check the answer's signature with the other side's key. Raises NotReached with why."""
    digest = signatures.digest(body)
    signer = keys.key_id(crypto.installation_id(), keys.public_key(serial))
    headers = {"Content-Type": signatures.TYPE, "Content-Digest": digest, "Connection": "close"}
    headers |= signatures.sign(
        keys.private_key(serial),
        signatures.request_parts(PATH, digest),
        key_id=signer,
        created=int(clock.now().timestamp()),
    )
    status, answer_headers, answer = _exchange(url, body, headers)
    said = _read(answer)
    try:
        claimed = signatures.claim(answer_headers, signatures.ANSWER)
        told = answer_headers.get("content-digest", "")
        signatures.check(public, claimed, signatures.answer_parts(status, told), body=answer, told=told)
    except signatures.NoSignature as error:
        raise NotReached(_why(status, said)) from error
    if said.get("re") != message_id or not isinstance(said.get("taken"), bool):
        raise NotReached("对方的回执对不上这封信")
    return Answered(said["taken"], str(said.get("reason", ""))[:300])


def _exchange(url: str, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
    parts = urlsplit(url)
    assert parts.hostname is not None
    made = (
        http.client.HTTPSConnection(parts.hostname, parts.port, timeout=SECONDS, context=ssl.create_default_context())
        if parts.scheme == "https"
        else http.client.HTTPConnection(parts.hostname, parts.port, timeout=SECONDS)
    )
    try:
        made.request("POST", PATH, body=body, headers=headers)
        answer = made.getresponse()
        content = answer.read(MOST_ANSWER + 1)
    except (OSError, http.client.HTTPException) as error:
        raise NotReached(f"连不上对方（{type(error).__name__}）") from error
    finally:
        made.close()
    if len(content) > MOST_ANSWER:
        raise NotReached("对方的回答太长，不像是回执")
    return answer.status, {name.lower(): value for name, value in answer.headers.items()}, content


def _read(answer: bytes) -> dict[str, Any]:
    try:
        said = json.loads(answer)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


_WHY = {
    "unknown_key": "对方不认识本站现在的公钥：请把本站名片再发给对方管理员",
    "stale": "两边的时钟相差太多（超过五分钟）",
    "replayed": "对方说这封信的同一次发送已经收过",
    "sequence": "信的序号已经用过：可能有一边恢复过备份，请两边管理员在链路页重新核对指纹",
    "too_often": "对方说发得太快",
    "closed": "对方没有开通链路（它的网址不是 https）",
}


def _why(status: int, said: dict[str, Any]) -> str:
    """An unsigned answer decides nothing; what it says only helps whoever looks for the fault."""
    return _WHY.get(str(said.get("code", "")), f"对方没有给出签过名的回执（HTTP {status}）")
