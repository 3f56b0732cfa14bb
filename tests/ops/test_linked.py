"""Two deployments, each with its own database, keys and web process, over real HTTP: what is lifted on one is a question on the other, its
answer comes back as a part, and the askers read it; the other side is down in between; copies and changed letters are refused."""

import base64
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from tests.ops.test_up import _free_port
from tongti.project import environment, postgres

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
DRIVER = "from tongti.project import boot; boot.django(); from tests.ops import linked; linked.main()"


class Deployment:
    """A driver process and a web process over one database of the test cluster and one data folder."""

    def __init__(self, folder: Path, name: str, database: str) -> None:
        self.folder, self.name, self.database = folder, name, database
        self.port = _free_port()
        self.web: subprocess.Popen[str] | None = None
        self.driver = subprocess.Popen(
            [sys.executable, "-c", DRIVER],
            cwd=ROOT,
            env=self.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        known = {name: value for name, value in os.environ.items() if not name.startswith(("TONGTI_", "DJANGO_"))}
        return {
            **known,
            "TONGTI_DATA": str(self.folder),
            "TONGTI_DISTRICT": self.name,
            "TONGTI_BASE_URL": self.url,
            "TONGTI_DEMO": "1",
            "TONGTI_WEB_PROCESSES": "1",
            "DATABASE_URL": postgres.url(environment.cluster(), self.database),
            "PYTHONUNBUFFERED": "1",
        }

    def start(self) -> None:
        self.web = subprocess.Popen(
            [sys.executable, "-m", "tongti.project.cli", "web", "--port", str(self.port)],
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def wait(self) -> None:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise AssertionError(f"{self.name} did not answer")

    def stop(self) -> None:
        if self.web is not None:
            self.web.terminate()
            self.web.wait(timeout=20)
            self.web = None

    def heard(self) -> Any:
        assert self.driver.stdout is not None
        line = self.driver.stdout.readline()
        assert line, f"{self.name} ended"
        return json.loads(line)

    def do(self, step: str, *arguments: Any) -> Any:
        assert self.driver.stdin is not None
        self.driver.stdin.write(json.dumps([step, arguments]) + "\n")
        self.driver.stdin.flush()
        return self.heard()

    def end(self) -> None:
        self.stop()
        self.driver.stdin.close()  # type: ignore[union-attr]
        self.driver.wait(timeout=20)
        self.driver.stdout.close()  # type: ignore[union-attr]

    def post(self, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """A letter from somebody on the way."""
        request = urllib.request.Request(f"{self.url}/link/v1/inbox/", data=body, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, json.loads(refused.read())


@pytest.fixture
def two(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[Deployment, Deployment]]:
    """云岭区 and 南岭市, empty copies of the migrated test database."""
    with django_db_blocker.unblock():
        template = connection.settings_dict["NAME"]
        connection.close()
    names = [f"{template}_below", f"{template}_above"]
    with psycopg.connect(postgres.url(environment.cluster(), "postgres"), autocommit=True) as cluster:
        for name in names:
            cluster.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            cluster.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    with tempfile.TemporaryDirectory(prefix="tongti-linked-") as folder:
        both = [
            Deployment(Path(folder) / n, district, n) for n, district in zip(names, ("云岭区", "南岭市"), strict=True)
        ]
        try:
            for one in both:
                one.start()
            for one in both:
                assert one.heard() == "ready"
                one.wait()
            yield both[0], both[1]
        finally:
            for one in both:
                one.end()
            with psycopg.connect(postgres.url(environment.cluster(), "postgres"), autocommit=True) as cluster:
                for name in names:
                    cluster.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def test_a_question_goes_up_and_its_answer_comes_down(two: tuple[Deployment, Deployment]) -> None:
    below, above = two
    cards = below.do("card"), above.do("card")
    assert cards[0].split("|")[1] != cards[1].split("|")[1]
    below.do("link", cards[1], "above", ["市水利局"])
    above.do("link", cards[0], "below", [])

    # the city's server is down when it is lifted: the letter waits, and arrives once when it is back
    above.stop()
    number = below.do("lift")
    assert number.startswith("TQ-")
    assert below.do("send") == 0
    kind, state, attempts, failure = below.do("letters")[0]
    assert (kind, state, attempts) == ("lifted", "waiting", 1)
    assert failure.startswith("连不上对方")
    assert above.do("arrivals") == []
    above.start()
    above.wait()
    assert below.do("send") == 1
    assert below.do("send") == 0
    assert [row[:2] for row in below.do("letters")] == [["lifted", "acknowledged"]]
    title, sender, question, askers, holder, _state = above.do("arrivals")[0]
    assert (title, sender, question, askers, holder) == (
        "幸福路片区输水主管换新要市里统一排期",
        "云岭区",
        "set_up",
        3,
        "热线办",
    )
    assert len(above.do("arrivals")) == 1

    # the very bytes again, and the same with one number changed: both refused, nothing happens
    told, headers = below.do("last_sent")
    body = base64.b64decode(told)
    assert above.post(body, headers) == (409, {"code": "replayed"})
    assert above.post(body.replace(b'"askers":3', b'"askers":9'), headers) == (401, {"code": "bad_signature"})
    assert below.post(body, headers) == (401, {"code": "unknown_key"})
    assert [row[3] for row in above.do("arrivals")] == [3]

    # the city works on it; below sees how it goes
    above.do("works_on_it")
    assert above.do("follow") == 1
    assert above.do("send") == 1
    assert below.do("line")[:3] == ["lifted", "已派单", "云岭区水利局"]

    # the city's joint answer is a part of the district's, and every asker reads it
    above.do("answers_it")
    above.do("follow")
    assert above.do("send") == 1
    state, _upper, _units, part, _told = below.do("line")
    assert state == "answered"
    assert part.startswith("城北水厂主管四月换新，夜间停水。")
    replies = below.do("answers_askers")
    assert len(replies) == 3
    assert all("城北水厂主管四月换新，夜间停水。" in reply for reply in replies)

    # and the city learns that it reached them
    assert below.do("follow") == 1
    assert below.do("line")[0] == "closed"
    assert below.do("send") == 1
    assert above.do("arrivals")[0][5] == "closed"
    assert {row[1] for row in (*below.do("letters"), *above.do("letters"))} == {"acknowledged"}
