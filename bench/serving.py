"""What the bench stands on: timing, load, and the site as an installation runs it, with what each of its processes uses."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.client import PORT, Client

ROOT = Path(__file__).resolve().parents[1]
Result = dict[str, Any]


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


FILLING = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_wal_size": "8GB",
    "maintenance_work_mem": "2GB",
    # what a table gets in the transaction that emptied it, and an index that is built, go to the table's own files only
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


# --- the site ----------------------------------------------------------------------------------------------------------


@contextmanager
def database(folder: Path, *, filling: bool = False) -> Iterator[int | None]:
    """DATABASE_URL when it is set (an empty database), else an embedded one in ``folder`` with the settings of production.

    Answers the process id of the embedded server. ``filling``: whoever fills it starts again after a power cut, so nothing waits
    for the disk.
    """
    from tongti.project import postgres

    if os.environ.get("DATABASE_URL"):
        yield None
        return
    settings = postgres.settings_for_machine() | (FILLING if filling else {})
    server = postgres.Server(folder / "pg", log=folder / "database.log", settings=settings)
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
        yield known | {"database": database_pid} if database_pid else known
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
        if name == "database":
            found["database (PSS of all)"] = round(sum(one.memory_full_info().pss for one in family) / 2**20, 1)
            continue
        for at, process in enumerate(family):
            found[f"{name} {at}"] = round(process.memory_info().rss / 2**20, 1)
    return found


def cpu_seconds(pids: dict[str, int]) -> dict[str, float]:
    """Processor time used so far by web, worker and database (all processes of each, ended ones too); other load does not count."""
    import psutil

    total: dict[str, float] = {}
    for name, pid in pids.items():
        parent = psutil.Process(pid)
        ended = parent.cpu_times()
        total[name] = ended.children_user + ended.children_system
        for process in [parent, *parent.children(recursive=True)]:
            used = process.cpu_times()
            total[name] += used.user + used.system
    return total


# --- load --------------------------------------------------------------------------------------------------------------


def load(what: str, pids: dict[str, int], **job: Any) -> Result:
    """People at the site, in a process of their own (bench/people.py): how many a second, how long each waited, and the
    processor milliseconds that one of them cost each part of the site, and the client."""
    child = subprocess.Popen(
        [sys.executable, "-m", "bench.people"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(json.dumps({"what": what, **job}) + "\n")
    child.stdin.flush()
    if child.stdout.readline().strip() != "ready":
        raise SystemExit(f"{what}：客户端没有准备好")
    before = cpu_seconds(pids)
    child.stdin.write("go\n")
    child.stdin.flush()
    said = child.communicate()[0].strip()
    if child.returncode or not said:
        raise SystemExit(f"{what}：客户端失败")
    done = json.loads(said)
    used = {name: seconds - before[name] for name, seconds in cpu_seconds(pids).items()} | {"client": done["cpu"]}
    count = len(done["took"])
    found: Result = {
        "clients": job["clients"],
        "cases": count,
        "per_second": round(count / done["seconds"], 1),
        "p50_ms": quantile([one[0] for one in done["took"]], 0.5),
        "p99_ms": quantile([one[0] for one in done["took"]], 0.99),
        "cpu_ms_each": {name: round(1000 * seconds / count, 2) for name, seconds in used.items()},
    }
    if len(done["took"][0]) > 1:
        found |= {
            "send_p50_ms": quantile([one[1] for one in done["took"]], 0.5),
            "send_p99_ms": quantile([one[1] for one in done["took"]], 0.99),
        }
    return found
