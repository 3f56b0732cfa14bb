"""The way to another deployment over TLS: a certificate that nobody vouches for, a redirect, a long answer and a stranger's answer are
no receipt."""

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.lifting.elsewhere import Elsewhere
from tongti.lifting import signatures, wire

BODY = b'{"id":"1"}'
Server = tuple[str, Path, list[Callable[[BaseHTTPRequestHandler], None]]]


def _certificate(folder: Path) -> tuple[Path, Path]:
    """Self-signed, for localhost, good for an hour."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "cert.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate, private


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """(address, its certificate, what it answers with: the last one put in the list)."""
    certificate, private = _certificate(tmp_path)
    answers: list[Callable[[BaseHTTPRequestHandler], None]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            answers[-1](self)

        def log_message(self, *_: object) -> None:
            pass

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, private)
    with HTTPServer(("127.0.0.1", 0), Handler) as one:
        one.handle_error = lambda *_: None  # type: ignore[method-assign]
        one.socket = context.wrap_socket(one.socket, server_side=True)
        thread = threading.Thread(target=one.serve_forever, daemon=True)
        thread.start()
        yield f"https://localhost:{one.server_port}", certificate, answers
        one.shutdown()
        thread.join()


@pytest.fixture
def trusting(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The same, with its certificate among those that this machine trusts."""
    context = ssl.create_default_context(cafile=str(server[1]))
    monkeypatch.setattr(ssl, "create_default_context", lambda: context)
    return server


def said(there: Elsewhere, **facts: object) -> Callable[[BaseHTTPRequestHandler], None]:
    """A receipt that ``there`` signs."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        body = json.dumps({"re": "1", "taken": True, "reason": ""} | facts).encode()
        told = signatures.digest(body)
        parts = signatures.answer_parts(200, told)
        made = signatures.sign(there.private, parts, key_id="ab.12345", created=1)
        handler.send_response(200)
        for name, value in {**made, "Content-Digest": told, "Content-Length": str(len(body))}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def plain(status: int, body: bytes, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    """An answer that nobody signed."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def send(url: str, there: Elsewhere) -> wire.Answered:
    return wire.post(url, BODY, serial=1, public=there.public, message_id="1")


def test_a_certificate_that_nobody_vouches_for_is_no_way(server: Server) -> None:
    url, _, answers = server
    there = Elsewhere()
    answers.append(said(there))
    with pytest.raises(wire.NotReached, match="SSLCertVerificationError"):
        send(url, there)


def test_a_signed_receipt_over_tls_counts(trusting: Server) -> None:
    url, _, answers = trusting
    there = Elsewhere()
    answers.append(said(there))
    assert send(url, there) == wire.Answered(taken=True, reason="")
    answers.append(said(there, taken=False, reason="收不下"))
    assert send(url, there) == wire.Answered(taken=False, reason="收不下")


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (plain(302, b"", Location="https://elsewhere.example/"), "HTTP 302"),
        (plain(200, b"x" * (wire.MOST_ANSWER + 1)), "太长"),
        (plain(200, b"<html>"), "HTTP 200"),
        (plain(401, b'{"code": "stale"}'), "时钟"),
        (plain(401, b'{"code": "unknown_key"}'), "名片"),
        (said(Elsewhere()), "HTTP 200"),
    ],
    ids=["redirect", "long", "page", "stale", "unknown", "stranger"],
)
def test_anything_else_is_not_a_receipt(trusting: Server, answer: Callable[..., None], why: str) -> None:
    url, _, answers = trusting
    answers.append(answer)
    with pytest.raises(wire.NotReached, match=why):
        send(url, Elsewhere())


def test_a_receipt_for_another_letter_is_none(trusting: Server) -> None:
    url, _, answers = trusting
    there = Elsewhere()
    answers.append(said(there, re="2"))
    with pytest.raises(wire.NotReached, match="对不上"):
        send(url, there)


@pytest.mark.parametrize("url", ["https://localhost:99999", "https://[::1", "https://", "https://a" + "a" * 64])
def test_an_address_that_cannot_be_is_not_reached_instead_of_breaking(url: str) -> None:
    with pytest.raises(wire.NotReached, match=r"网址不对|连不上对方"):
        send(url, Elsewhere())


def test_an_address_in_numbers_keeps_its_port(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, int]] = []

    def nobody(address: tuple[str, int], *_: object, **__: object) -> socket.socket:
        asked.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", nobody)
    for url in ("https://[::1]", "https://[2001:db8::1]:8443", "http://127.0.0.1"):
        with pytest.raises(wire.NotReached, match="ConnectionRefusedError"):
            send(url, Elsewhere())
    assert asked == [("::1", 443), ("2001:db8::1", 8443), ("127.0.0.1", 80)]


def test_whoever_answers_drop_by_drop_is_cut_off(trusting: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte comes in time, the whole never does."""
    url, _, answers = trusting
    monkeypatch.setattr(wire, "OVERALL", 0.5)
    over = threading.Event()

    def drops(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        while not over.wait(0.1):
            try:
                handler.wfile.write(b"x")
            except OSError:
                return

    answers.append(drops)
    began = time.monotonic()
    with pytest.raises(wire.NotReached, match="太慢"):
        send(url, Elsewhere())
    over.set()
    assert time.monotonic() - began < 5


def test_a_receipt_that_is_nested_without_end_is_none(trusting: Server) -> None:
    url, _, answers = trusting
    answers.append(plain(200, b"[" * 16_000))
    with pytest.raises(wire.NotReached, match="HTTP 200"):
        send(url, Elsewhere())


def test_what_a_receipt_says_can_be_kept(trusting: Server) -> None:
    url, _, answers = trusting
    there = Elsewhere()
    answers.append(said(there, taken=False, reason="收不下\x00\ud800" + "长" * 400))
    assert send(url, there) == wire.Answered(taken=False, reason=("收不下?" + "长" * 400)[:300])
