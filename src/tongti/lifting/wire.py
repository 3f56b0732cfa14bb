"""The way to another deployment: one signed POST, one signed answer. No redirects, no more than a small answer, twenty seconds."""

import contextlib
import http.client
import json
import queue
import socket
import ssl
import threading
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tongti.lifting import keys, signatures
from tongti.shared import clock, crypto
from tongti.shared.text import tidy

PATH = "/link/v1/inbox/"
SECONDS = 10.0
"""For each step: to connect, to be heard, to be answered."""
OVERALL = 20.0
"""For all of them together, however the other side spreads its answer."""
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
    # its words are kept and shown: no half characters, no control characters
    reason = tidy(str(said.get("reason", "")).encode(errors="replace").decode())
    return Answered(said["taken"], reason[:300])


Exchanged = tuple[int, dict[str, str], bytes]


def _exchange(url: str, body: bytes, headers: dict[str, str]) -> Exchanged:
    """The exchange in a thread of its own: no clock of a socket ends a name that is looked up for minutes or an answer that comes
    byte by byte. A thread that is not waited for any more ends when its socket is closed under it."""
    made = _connection(url)
    outcome: queue.SimpleQueue[Exchanged | Exception] = queue.SimpleQueue()

    def talk() -> None:
        try:
            outcome.put(_talk(made, body, headers))
        except Exception as error:  # noqa: BLE001  # raised again below, in the caller's thread
            outcome.put(error)
        finally:
            made.close()

    threading.Thread(target=talk, name="link", daemon=True).start()
    try:
        found = outcome.get(timeout=OVERALL)
    except queue.Empty:
        _hang_up(made)
        raise NotReached(f"对方太慢，{OVERALL:g} 秒没有答完") from None
    if isinstance(found, NotReached):
        raise found
    if isinstance(found, OSError | ValueError | http.client.HTTPException):
        raise NotReached(f"连不上对方（{type(found).__name__}）") from found
    if isinstance(found, Exception):
        raise found
    return found


def _connection(url: str) -> http.client.HTTPConnection:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise NotReached("对方的网址不对") from error
    if not host:
        raise NotReached("对方的网址不对")
    # the port is always said: without it the last group of an IPv6 address would be taken for one
    if parts.scheme == "https":
        return http.client.HTTPSConnection(host, port or 443, timeout=SECONDS, context=ssl.create_default_context())
    return http.client.HTTPConnection(host, port or 80, timeout=SECONDS)


def _talk(made: http.client.HTTPConnection, body: bytes, headers: dict[str, str]) -> Exchanged:
    made.request("POST", PATH, body=body, headers=headers)
    answer = made.getresponse()
    content = answer.read(MOST_ANSWER + 1)
    if len(content) > MOST_ANSWER:
        raise NotReached("对方的回答太长，不像是回执")
    return answer.status, {name.lower(): value for name, value in answer.headers.items()}, content


def _hang_up(made: http.client.HTTPConnection) -> None:
    """End what the other thread still waits for."""
    with contextlib.suppress(OSError, AttributeError):
        made.sock.shutdown(socket.SHUT_RDWR)


def _read(answer: bytes) -> dict[str, Any]:
    try:
        said = json.loads(answer)
    except (ValueError, RecursionError):
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
