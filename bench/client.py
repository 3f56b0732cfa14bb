"""A browser as far as the server can tell, cheap enough not to be what is measured.

Standard HTTP libraries spend about as much processor on a request as our server does on a small page, on the same two cores. This one
writes the request into a kept-alive socket and reads the answer's length; it keeps cookies and the form token, and nothing else.
"""

import os
import re
import socket
import urllib.parse

PORT = int(os.environ.get("TONGTI_BENCH_PORT", "8765"))
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
KEY = re.compile(r'name="key" value="([^"]+)"')
TOWN = re.compile(r'<select[^>]*name="town".*?</select>', re.DOTALL)
OPTION = re.compile(r'<option value="(\d+)"')


class Failed(Exception):
    """The site answered what no bench should count as success."""


class Client:
    """One browser: keeps its connection and cookies. ``source`` is its own address, so limits see different people."""

    def __init__(self, source: str = "127.0.0.1") -> None:
        self.source = source
        self.cookies: dict[str, str] = {}
        self.token = ""
        self._socket: socket.socket | None = None

    def get(self, path: str, *, expect: int = 200) -> str:
        """The page."""
        return self._ask("GET", path, None, expect)[0]

    def post(self, path: str, data: dict[str, str], *, expect: int = 302, htmx: bool = False) -> tuple[str, str]:
        """(page, where it redirects to)."""
        fields = {"csrfmiddlewaretoken": self.token, **data}
        return self._ask("POST", path, urllib.parse.urlencode(fields).encode(), expect, htmx=htmx)

    def fresh(self) -> None:
        """Another person at the same machine."""
        self.cookies, self.token = {}, ""

    def close(self) -> None:
        """Hang up; the next request calls again."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _ask(self, method: str, path: str, body: bytes | None, expect: int, htmx: bool = False) -> tuple[str, str]:
        status, headers, content = self._send(self._request(method, path, body, htmx))
        text = content.decode()
        for cookie in headers.get("set-cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        if found := TOKEN.search(text):
            self.token = found[1]
        if status != expect:
            raise Failed(f"{method} {path}: {status}, not {expect}\n{_plain(text)[:400]}")
        return text, headers.get("location", [""])[0]

    def _request(self, method: str, path: str, body: bytes | None, htmx: bool) -> bytes:
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{PORT}", "Accept: text/html"]
        if self.cookies:
            lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        if body is not None:
            lines += [
                "Content-Type: application/x-www-form-urlencoded",
                f"Content-Length: {len(body)}",
                f"Referer: http://127.0.0.1:{PORT}{path}",
            ]
        if htmx:
            lines.append("HX-Request: true")
        return "\r\n".join([*lines, "", ""]).encode() + (body or b"")

    def _send(self, request: bytes) -> tuple[int, dict[str, list[str]], bytes]:
        for last_try in (False, True):
            if self._socket is None:
                self._socket = socket.create_connection(
                    ("127.0.0.1", PORT), timeout=60, source_address=(self.source, 0)
                )
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                self._socket.sendall(request)
                return _answer(self._socket)
            except ConnectionError:
                # the server may have closed an idle connection: a fresh one tells
                self.close()
                if last_try:
                    raise
        raise AssertionError("unreachable")


def _answer(line: socket.socket) -> tuple[int, dict[str, list[str]], bytes]:
    data = b""
    while (end := data.find(b"\r\n\r\n")) < 0:
        data += _more(line)
    first, *rest = data[:end].decode("latin-1").split("\r\n")
    headers: dict[str, list[str]] = {}
    for header in rest:
        name, _, value = header.partition(":")
        headers.setdefault(name.lower(), []).append(value.strip())
    body = data[end + 4 :]
    if "content-length" not in headers:
        raise Failed(f"an answer without a length: {first}")
    length = int(headers["content-length"][0])
    while len(body) < length:
        body += _more(line)
    return int(first.split(" ", 2)[1]), headers, body


def _more(line: socket.socket) -> bytes:
    data = line.recv(1 << 18)
    if not data:
        raise ConnectionResetError
    return data


def _plain(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"<(script|style).*?</\1>", " ", text, flags=re.DOTALL)).split())
