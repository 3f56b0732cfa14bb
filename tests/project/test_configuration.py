"""Configuration: read from the environment, refused in a sentence when it is wrong."""

import json
import logging
import os
import stat
import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client

from tongti.project import checks, environment
from tongti.project.data_folder import Busy, Hold
from tongti.project.database_url import parse
from tongti.project.guarded import BrokenOff, Guarded
from tongti.project.logs import JsonLine, NoAddresses
from tongti.project.refusal import Refused
from tongti.project.secrets import load_or_create


def test_a_database_url_with_everything() -> None:
    entry = parse("postgresql://tong%40ti:p%2Fw@db.example:6543/%E5%90%8C%E9%A2%98?sslmode=require")
    assert (entry["USER"], entry["PASSWORD"], entry["HOST"], entry["PORT"], entry["NAME"]) == (
        "tong@ti",
        "p/w",
        "db.example",
        "6543",
        "同题",
    )
    assert entry["OPTIONS"]["sslmode"] == "require"


def test_a_socket_folder_is_the_host() -> None:
    entry = parse("postgresql://postgres@/tongti?host=/var/lib/tongti/pg")
    assert (entry["HOST"], entry["PORT"]) == ("/var/lib/tongti/pg", "")


@pytest.mark.parametrize(
    "url", ["mysql://u:geheim@h/d", "postgresql://u:geheim@h", "postgresql://u:geheim@h:port/d", "x"]
)
def test_a_bad_database_url_is_refused_without_showing_the_password(url: str) -> None:
    with pytest.raises(Refused) as refused:
        parse(url)
    assert "geheim" not in str(refused.value)


def test_a_number_must_be_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGTI_WEB_THREADS", "four")
    with pytest.raises(Refused, match="TONGTI_WEB_THREADS"):
        environment.number("TONGTI_WEB_THREADS", 4)


def test_a_secret_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("geheim\n", encoding="utf-8")
    monkeypatch.setenv("TONGTI_EMAIL_PASSWORD_FILE", str(tmp_path / "password"))
    assert environment.text("TONGTI_EMAIL_PASSWORD") == "geheim"
    monkeypatch.setenv("TONGTI_EMAIL_PASSWORD_FILE", str(tmp_path / "absent"))
    with pytest.raises(Refused, match="absent"):
        environment.text("TONGTI_EMAIL_PASSWORD")


def test_keys_are_drawn_once_and_private(tmp_path: Path) -> None:
    first = load_or_create(tmp_path)
    assert load_or_create(tmp_path) == first
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600
    assert len({first.django, first.field, first.index, first.trail, first.number}) == 5


def test_processes_that_start_together_get_the_same_keys(tmp_path: Path) -> None:
    ask = "import sys; from pathlib import Path; from tongti.project.secrets import load_or_create as l; print(l(Path(sys.argv[1])))"
    racers = [
        subprocess.Popen([sys.executable, "-c", ask, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(6)
    ]
    assert len({racer.communicate()[0] for racer in racers}) == 1


def test_a_data_folder_has_one_holder(tmp_path: Path) -> None:
    with Hold(tmp_path, "tongti up"), pytest.raises(Busy) as busy:
        Hold(tmp_path, "tongti up").take()
    assert f"进程 {os.getpid()}" in str(busy.value)
    with Hold(tmp_path, "tongti up"):
        pass


@pytest.mark.parametrize(("host", "ours"), [("127.0.0.1", True), ("localhost", True), ("[::1]", True), ("::1", True)])
@pytest.mark.parametrize(("away", "theirs"), [("0.0.0.0", False), ("10.0.0.1", False), ("tongti.example", False)])
def test_what_is_this_machine(host: str, ours: bool, away: str, theirs: bool) -> None:
    assert checks.is_loopback(host) is ours
    assert checks.is_loopback(away) is theirs


def _ids(found: list[Any]) -> list[str]:
    return [message.id for message in found]


def test_demo_mode_is_refused_on_a_public_address(settings: Any) -> None:
    settings.DEMO, settings.BASE_URL = True, "https://tongti.example.gov.cn"
    settings.ALLOWED_HOSTS = ["tongti.example.gov.cn"]
    assert _ids(checks.demo_stays_at_home(None)) == ["tongti.E001"]
    settings.DEMO = False
    assert checks.demo_stays_at_home(None) == []


@pytest.mark.parametrize("url", ["tongti.example", "ftp://x", "https://x/path", ""])
def test_a_base_address_must_be_whole(settings: Any, url: str) -> None:
    settings.BASE_URL = url
    assert _ids(checks.base_url_is_usable(None)) == ["tongti.E002"]


def test_the_site_must_answer_to_its_own_name(settings: Any) -> None:
    settings.BASE_URL, settings.ALLOWED_HOSTS = "https://tongti.example", ["127.0.0.1"]
    assert _ids(checks.base_url_is_usable(None)) == ["tongti.E003"]


def test_plain_http_on_a_network_is_warned_about(settings: Any) -> None:
    settings.BASE_URL = "http://tongti.example"
    assert _ids(checks.open_network_needs_https(None)) == ["tongti.W001"]


def test_every_host_is_no_host(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    assert _ids(checks.wildcard_hosts(None)) == ["tongti.E004"]


def test_a_log_line_is_json_and_tells_nothing_personal() -> None:
    try:
        try:
            int("13800138000 王大妈")
        except ValueError as cause:
            raise RuntimeError("她的原话") from cause
    except RuntimeError:
        record = logging.LogRecord("tongti.cases", logging.ERROR, __file__, 1, "case failed", (), sys.exc_info())
    record.case_id = 7
    record.request = "POST /report/ 13800138000"
    text = JsonLine().format(record)
    line = json.loads(text)
    assert (line["event"], line["case_id"], line["error"]["type"]) == ("case failed", 7, "builtins.RuntimeError")
    assert line["error"]["cause"]["type"] == "builtins.ValueError"
    assert "13800138000" not in text
    assert "她的原话" not in text


def test_what_escapes_the_application_is_logged_without_its_text(caplog: pytest.LogCaptureFixture) -> None:
    def broken(_environ: Any, _start_response: Any) -> list[bytes]:
        raise ValueError("13800138000 王大妈")

    started: list[str] = []
    with caplog.at_level(logging.ERROR, logger="tongti.web"):
        answer = Guarded(broken)({}, lambda status, _headers, _error=None: started.append(status))
    (record,) = caplog.records
    assert started == ["500 Internal Server Error"]
    assert "不是您的错" in b"".join(answer).decode()
    assert json.loads(JsonLine().format(record))["error"]["type"] == "builtins.ValueError"
    assert "13800138000" not in JsonLine().format(record)


def test_an_export_that_breaks_off_tells_the_server_nothing(caplog: pytest.LogCaptureFixture) -> None:
    class Export:
        streaming = True
        closed = False

        def __iter__(self) -> Iterator[bytes]:
            yield b"first row"
            raise ValueError("13800138000 王大妈")

        def close(self) -> None:
            self.closed = True

    export = Export()
    answer = Guarded(lambda _environ, _start: export)({}, lambda *_: None)  # type: ignore[arg-type, return-value]
    with caplog.at_level(logging.ERROR, logger="tongti.web"), pytest.raises(BrokenOff) as broken:
        list(answer)
    answer.close()  # type: ignore[attr-defined]
    assert export.closed
    assert "13800138000" not in "".join(traceback.format_exception(broken.value))
    assert "13800138000" not in JsonLine().format(caplog.records[0])


def test_a_missing_page_is_not_logged_with_its_path() -> None:
    quiet = NoAddresses()
    record = logging.LogRecord("django.request", logging.WARNING, "", 1, "Not Found: %s", ("/t/secret",), None)
    assert quiet.filter(record) is False
    record = logging.LogRecord(
        "django.request", logging.ERROR, "", 1, "Internal Server Error: %s", ("/t/secret",), None
    )
    assert quiet.filter(record) is True
    assert "secret" not in record.getMessage()


def test_health_says_ok(client: Client, db: None) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_health_says_when_the_database_is_gone(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone:
        def cursor(self) -> None:
            raise DatabaseError("connection refused by 10.1.2.3")

    monkeypatch.setattr("tongti.project.health.connection", Gone())
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"status": "database"})
