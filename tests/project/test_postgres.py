"""The embedded server in awkward places."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from tongti.project import postgres
from tongti.project.postgres import CARELESS, Server
from tongti.project.refusal import Refused

pytestmark = pytest.mark.slow


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that only its owner may list. Not below pytest's own: the next session closes that one to other users."""
    with tempfile.TemporaryDirectory(prefix="tongti-place-") as folder:
        yield Path(folder)


@pytest.fixture
def server(place: Path) -> Iterator[Server]:
    """A server in a private folder with a path that no socket could have."""
    folder = place / "数据" / ("long-" * 20)
    folder.mkdir(parents=True)
    one = Server(folder / "pg", log=folder / "logs" / "database.log", settings=CARELESS)
    yield one
    one.stop()


def test_it_starts_in_a_private_folder_with_a_long_path(server: Server) -> None:
    server.start()
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        row = connection.execute("SELECT current_setting('listen_addresses'), length('同题'), lower('ÀB')").fetchone()
    assert row == ("", 2, "àb")
    assert postgres.socket_folder(server.cluster) != server.cluster
    assert server.cluster.stat().st_mode & 0o077 == 0
    # Passing through is enough for the server's user: nobody is let list the folders above.
    assert server.cluster.parent.parent.parent.stat().st_mode & 0o044 == 0


def test_a_server_that_outlived_its_run_is_ended_first(server: Server) -> None:
    server.start()
    first = server.process
    assert first is not None
    again = Server(server.cluster, log=server.log, settings=CARELESS)
    again.start()
    first.wait(10)
    assert again.alive
    again.stop()


def test_a_slow_end_is_told_once_and_forced_at_last(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.start()
    process = server.process
    assert process is not None
    for name in ("SLOW_SECONDS", "STOP_SECONDS", "KILL_SECONDS"):
        monkeypatch.setattr(postgres, name, 0.2)
    told: list[str] = []
    # One that does not answer, as when it waits for its disk.
    os.kill(process.pid, signal.SIGSTOP)
    server.stop(slow=lambda: told.append("slow"))
    assert told == ["slow"]
    assert process.returncode == -signal.SIGKILL


def test_half_a_cluster_from_an_interrupted_start_is_made_anew(server: Server) -> None:
    server.cluster.mkdir(parents=True)
    (server.cluster / "base").mkdir()
    (server.cluster / "postgresql.conf").write_text("half", encoding="ascii")
    server.start()
    assert server.alive


def test_another_versions_cluster_is_refused_in_words(server: Server) -> None:
    server.start()
    server.stop()
    (server.cluster / "PG_VERSION").write_text("16\n", encoding="ascii")
    with pytest.raises(Refused, match="PostgreSQL 16 的数据"):
        server.start()


def test_what_keeps_it_from_starting_is_told(server: Server) -> None:
    server.settings["shared_buffers"] = "lots"
    with pytest.raises(Refused, match="shared_buffers"):
        server.start()


def test_it_dies_with_a_killed_parent(place: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from tongti.project.postgres import CARELESS, Server; "
        "f = Path(sys.argv[1]); s = Server(f / 'pg', log=f / 'log', settings=CARELESS); s.start(); "
        "print(s.process.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", program, str(place)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    child.wait(20)
    assert not (place / "pg" / "postmaster.pid").exists()
