"""What the bench stands on: a browser-like client, timing, and the site as an installation runs it."""

import http.client
import http.cookies
import os
import re
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PORT = 8765
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
KEY = re.compile(r'name="key" value="([^"]+)"')
TOWN = re.compile(r'<select[^>]*name="town".*?</select>', re.DOTALL)
OPTION = re.compile(r'<option value="(\d+)"')
Result = dict[str, Any]


# --- a client ----------------------------------------------------------------------------------------------------------


class Failed(Exception):
    """The site answered what no bench should count as success."""


class Client:
    """One browser: keeps its connection and cookies. ``source`` is its own address, so limits see different people."""

    def __init__(self, source: str = "127.0.0.1") -> None:
        self.source = source
        self.cookies: dict[str, str] = {}
        self.connection: http.client.HTTPConnection | None = None
        self.token = ""

    def get(self, path: str, *, expect: int = 200) -> str:
        return self._ask("GET", path, None, expect)[0]

    def post(self, path: str, data: dict[str, str], *, expect: int = 302, htmx: bool = False) -> tuple[str, str]:
        """(page, where it redirects to)."""
        fields = {"csrfmiddlewaretoken": self.token, **data}
        return self._ask("POST", path, urllib.parse.urlencode(fields), expect, htmx=htmx)

    def fresh(self) -> None:
        """Another person at the same machine."""
        self.cookies, self.token = {}, ""

    def _ask(self, method: str, path: str, body: str | None, expect: int, htmx: bool = False) -> tuple[str, str]:
        answer, text = self._send(method, path, body, self._headers(path, body, htmx))
        for header in answer.headers.get_all("Set-Cookie") or []:
            for name, morsel in http.cookies.SimpleCookie(header).items():
                self.cookies[name] = morsel.value
        if found := TOKEN.search(text):
            self.token = found[1]
        if answer.status != expect:
            raise Failed(f"{method} {path}: {answer.status}, not {expect}\n{_plain(text)[:400]}")
        return text, answer.headers.get("Location", "")

    def _headers(self, path: str, body: str | None, htmx: bool) -> dict[str, str]:
        headers = {"Accept": "text/html", "Host": f"127.0.0.1:{PORT}"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if body is not None:
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "Referer": f"http://127.0.0.1:{PORT}{path}",
            }
        return headers | {"HX-Request": "true"} if htmx else headers

    def _send(
        self, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, str]:
        for last_try in (False, True):
            if self.connection is None:
                self.connection = http.client.HTTPConnection(
                    "127.0.0.1", PORT, timeout=60, source_address=(self.source, 0)
                )
            try:
                self.connection.request(method, path, body, headers)
                answer = self.connection.getresponse()
                return answer, answer.read().decode()
            except (http.client.HTTPException, ConnectionError):
                # the server may have closed an idle connection: a fresh one tells
                self.connection = None
                if last_try:
                    raise
        raise AssertionError("unreachable")


def _plain(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"<(script|style).*?</\1>", " ", text, flags=re.DOTALL)).split())


# --- figures -----------------------------------------------------------------------------------------------------------


def quantile(times: list[float], share: float) -> float:
    """By nearest rank, in milliseconds."""
    ordered = sorted(times)
    return round(1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)


def timed(work: Callable[[int], object], times: int, *, warm: int = 5) -> Result:
    """p50, p95 and worst of ``work(n)``, one after the other."""
    for n in range(warm):
        work(n)
    took = []
    for n in range(times):
        started = time.perf_counter()
        work(n)
        took.append(time.perf_counter() - started)
    return {"n": times, "p50_ms": quantile(took, 0.5), "p95_ms": quantile(took, 0.95), "max_ms": quantile(took, 1)}


# --- the site ----------------------------------------------------------------------------------------------------------


@contextmanager
def database(folder: Path) -> Iterator[int | None]:
    """DATABASE_URL when it is set (an empty database), else an embedded one in ``folder`` with the settings of production.

    Answers the process id of the embedded server.
    """
    from tongti.project import postgres

    if os.environ.get("DATABASE_URL"):
        yield None
        return
    server = postgres.Server(folder / "pg", log=folder / "database.log")
    server.start()
    os.environ["DATABASE_URL"] = postgres.url(server.cluster)
    try:
        yield server.process.pid if server.process else None
    finally:
        os.environ.pop("DATABASE_URL")
        server.stop()


@contextmanager
def site(database_pid: int | None) -> Iterator[dict[str, int]]:
    """The web server and the worker as an installation runs them; answers the process ids of everything that serves."""
    environment = {
        **os.environ,
        "TONGTI_DEMO": "1",
        "TONGTI_BASE_URL": f"http://127.0.0.1:{PORT}",
        "TONGTI_RATE_LIMIT_FACTOR": "100000",
    }
    log = (Path(os.environ["TONGTI_DATA"]) / "site.log").open("ab")
    command = [sys.executable, "-m", "tongti.project.cli"]
    children = {
        "web": subprocess.Popen([*command, "web", "--port", str(PORT)], env=environment, stdout=log, stderr=log),
        "worker": subprocess.Popen([*command, "worker"], env=environment, stdout=log, stderr=log),
    }
    try:
        _wait(children["web"])
        known = {name: child.pid for name, child in children.items()}
        yield known | {"postgres": database_pid} if database_pid else known
    finally:
        for child in children.values():
            child.terminate()
        for child in children.values():
            child.wait(30)
        log.close()


def _wait(web: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if web.poll() is not None:
            break
        try:
            Client().get("/healthz")
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"网页服务没有起来，日志：{os.environ['TONGTI_DATA']}/site.log")


def memory(pids: dict[str, int]) -> dict[str, float]:
    """MB: resident of each process of ours; of the database its proportional share, since its processes share one cache."""
    import psutil

    found: dict[str, float] = {}
    for name, pid in pids.items():
        parent = psutil.Process(pid)
        family = [parent, *parent.children(recursive=True)]
        if name == "postgres":
            found["postgres (PSS of all)"] = round(sum(one.memory_full_info().pss for one in family) / 2**20, 1)
            continue
        for at, process in enumerate(family):
            found[f"{name} {at}"] = round(process.memory_info().rss / 2**20, 1)
    return found


def cpu_seconds(pids: dict[str, int]) -> float:
    """Processor time that the serving processes have used so far; does not depend on what else the machine does."""
    import psutil

    total = 0.0
    for pid in pids.values():
        parent = psutil.Process(pid)
        for process in [parent, *parent.children(recursive=True)]:
            used = process.cpu_times()
            total += used.user + used.system
    return total
