"""Residents and clerks at the site, in a process of their own: ``python -m bench.people``, started by bench.web.

Reads what to do as one line of JSON, gets ready (signs in, fills forms), says ``ready``, waits for a line, works, and prints what it
took as JSON: how many, how long each, and its own processor time, which on the same machine is taken from the server.
"""

import json
import random
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.client import KEY, OPTION, TOWN, Client, Failed

Job = dict[str, Any]
Work = Callable[[int], list[tuple[float, ...]]]
"""What one client does: the seconds of each thing it did (of its parts, where there are several)."""


def whole_form(job: Job) -> Work:
    """The whole way of a person without script — form, next, check, send — again and again: (whole, send)."""
    ends = time.perf_counter() + job["seconds"]

    def person(number: int) -> list[tuple[float, ...]]:
        client, rng = Client(f"127.0.0.{10 + number}"), random.Random(f"{job['seed']}-{number}")
        took = []
        while time.perf_counter() < ends:
            client.fresh()
            begun = time.perf_counter()
            key = _until_check(client, rng, job["texts"])
            at_send = time.perf_counter()
            client.post("/say/check/", {"key": key, "send": "1"})
            took.append((time.perf_counter() - begun, time.perf_counter() - at_send))
        return took

    return person


def last_step(job: Job) -> Work:
    """Only the request that makes the case: every form is filled in before the clock starts."""
    ready: list[list[tuple[dict[str, str], str, str]]] = [[] for _ in range(job["clients"])]

    def fill(number: int) -> None:
        rng = random.Random(f"{job['seed']}-{number}")
        client = Client(f"127.0.0.{30 + number}")
        for _ in range(job["each"]):
            client.fresh()
            key = _until_check(client, rng, job["texts"])
            ready[number].append((client.cookies, client.token, key))

    _together(fill, job["clients"])

    def person(number: int) -> list[tuple[float, ...]]:
        client = Client(f"127.0.0.{30 + number}")
        took = []
        for client.cookies, client.token, key in ready[number]:
            begun = time.perf_counter()
            client.post("/say/check/", {"key": key, "send": "1"})
            took.append((time.perf_counter() - begun,))
        return took

    return person


def at_the_desk(job: Job) -> Work:
    """Clerks who enter calls one after the other: the request that makes the case."""
    clerks = [Client(f"127.0.0.{50 + number}") for number in range(job["clients"])]
    for clerk in clerks:
        clerk.get("/desk/sign-in/")
        clerk.post("/desk/sign-in/demo/", {"officer": str(job["clerk"])})
        clerk.get("/desk/register/")

    def person(number: int) -> list[tuple[float, ...]]:
        clerk, rng = clerks[number], random.Random(f"{job['seed']}-{number}")
        took = []
        for _ in range(job["each"]):
            data = {
                "key": _uuid(rng), "channel": "phone", "kind": "help", "urgency": "normal", "who": "person", "words": _words(rng, job["texts"]),
                "name": "测试", "phone": _phone(rng), "do": "",
            }  # fmt: skip
            begun = time.perf_counter()
            clerk.post("/desk/register/", data)
            took.append((time.perf_counter() - begun,))
        return took

    return person


def _until_check(client: Client, rng: random.Random, texts: list[str]) -> str:
    page = client.get("/say/")
    towns = OPTION.findall(TOWN.search(page)[0])  # type: ignore[index]
    key = KEY.search(page)[1]  # type: ignore[index]
    data = {
        "key": key, "who": "person", "words": _words(rng, texts), "town": rng.choice([t for t in towns if t != "0"]), "village": "", "address": "",
        "name": "测试", "phone": _phone(rng), "email": "", "next": "1",
    }  # fmt: skip
    client.post("/say/", data)
    return KEY.search(client.get("/say/check/"))[1]  # type: ignore[index]


def _words(rng: random.Random, texts: list[str]) -> str:
    return f"{rng.choice(texts)}{rng.choice('甲乙丙丁戊己庚辛')}{rng.randrange(10**6)}"


def _phone(rng: random.Random) -> str:
    return f"154{rng.randrange(10**8):08d}"


def _uuid(rng: random.Random) -> str:
    import uuid

    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def _together(work: Callable[[int], None], clients: int) -> None:
    failures: list[str] = []

    def run(number: int) -> None:
        try:
            work(number)
        except (Failed, OSError) as error:
            failures.append(f"{type(error).__name__}: {error}")

    threads = [threading.Thread(target=run, args=(n,)) for n in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise SystemExit(failures[0])


def main() -> None:
    """One job."""
    job: Job = json.loads(sys.stdin.readline())
    prepare = {"form": whole_form, "send": last_step, "desk": at_the_desk}[job["what"]]
    # a form that runs for so many seconds counts them from the word, not from now
    work = None if job["what"] == "form" else prepare(job)
    print("ready", flush=True)
    sys.stdin.readline()
    work = work or prepare(job)
    took: list[list[tuple[float, ...]]] = [[] for _ in range(job["clients"])]
    started, used = time.perf_counter(), time.process_time()

    def run(number: int) -> None:
        took[number] = work(number)

    _together(run, job["clients"])
    seconds, cpu = time.perf_counter() - started, time.process_time() - used
    print(json.dumps({"seconds": seconds, "cpu": cpu, "took": [one for own in took for one in own]}))


if __name__ == "__main__":
    main()
