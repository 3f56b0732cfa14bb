"""The engine inside the product at a size: ``python -m bench.panel --cases 1000000 --data FOLDER``.

Seeds the folder's database when it is empty (invented cases with known matters, by COPY; questions set up and, half of them,
cleared for the public), then measures and prints one table and the same as JSON:

* ``public panel``  what a resident's half-typed sentence finds, asked of the running server by HTTP, query included
* ``desk panel``    the clerk's panel (questions and single cases with the words they share, filings), asked of the running server
* ``match job``     ``actions.match_case`` for a new case: features, candidates, scores, placing
* ``burst``         new messages about one event, through the queue and the worker: how they end, and what each fifth cost
* memory of every process

CPU times stand beside wall times: they do not depend on what else the machine does. A folder can be measured again.
"""

import argparse
import json
import multiprocessing
import os
import random
import statistics
import struct
import sys
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.client import Client  # noqa: E402  (after the path is set)
from bench.copying import Table  # noqa: E402
from bench.crowd import FIRST, SECOND, Crowd, Matter  # noqa: E402
from bench.serving import Result, cpu_seconds, database, memory, quantile, site  # noqa: E402

SEED = 7
CHUNK = 4000
SEEDED = "seeded"
"""File in the folder that says that its database is whole."""
SAMPLE = 20_000
SHARED = 3
"""A matter of so many people is a question; smaller ones wait as single cases."""
WAITS = ("questions_casefeatures", "questions_question", "questions_membership", "cases_case")
Rows = dict[str, list[tuple[Any, ...]]]


# --- seeding -----------------------------------------------------------------------------------------------------------


@cache
def crowd() -> Crowd:
    """The same crowd for seeding and for measuring."""
    from tongti.project.demo import district

    return Crowd([*district.read("open")["difficulty"], *district.read("past")["difficulty"]], SEED)


def seed(count: int, progress: Callable[[str], None]) -> None:
    """Fill an empty, migrated database with the demo's district and ``count`` cases."""
    from django.db import connection

    from tongti.project.boot import close_connections
    from tongti.project.demo import district
    from tongti.units.models import Region

    built = district.build()
    matters = crowd().matters(count)
    _count_sample(matters)
    started = time.monotonic()
    rebuilt = _without_indexes()
    ids = [region.pk for region in built.places.values()]
    where = list(Region.objects.filter(pk__in=ids).select_related("parent__parent").order_by("pk"))
    desk = built.units["区热线办"].pk
    lead = min(unit.pk for name, unit in built.units.items() if built.roles.get((name, "handler")))
    jobs = list(_jobs(matters, where, lead, desk))
    done = 0
    close_connections()  # nobody shares a connection across a fork
    with multiprocessing.get_context("fork").Pool(2) as pool:
        for rows in pool.imap(_rows, jobs):
            done += len(rows["cases_case"])
            _copy(rows)
            progress(f"{done} 件，{time.monotonic() - started:.0f} 秒")
    with connection.cursor() as cursor:
        _settle(cursor, rebuilt, progress)
    progress("统计词频")
    from tongti.questions import actions

    actions.count_words()
    progress(f"共 {time.monotonic() - started:.0f} 秒")


def _count_sample(matters: Sequence[Matter]) -> None:
    """Word frequencies of a part, as last night's count would have left them, so that keys are chosen as in life."""
    import samequestion as engine
    from tongti.questions.models import Vocabulary
    from tongti.shared import clock

    speaking, model, heard = crowd(), engine.load_default_model(), []
    for number in random.Random(SEED).sample(range(len(matters)), len(matters)):
        heard += [
            engine.Message(id="", title=title, body=body) for title, body in speaking.voices(matters[number], number)
        ]
        if len(heard) >= SAMPLE:
            break
    found = engine.features_of_all(heard, model)
    counts = engine.df_update(engine.empty_counts(model.settings.df_bits), found)
    Vocabulary.objects.create(
        version="sample", counts=engine.counts_to_bytes(counts), documents=len(found), made_at=clock.now()
    )


Job = tuple[list[tuple[int, Matter, int, int]], list[Any], int, int]


def _jobs(matters: Sequence[Matter], where: list[Any], lead: int, desk: int) -> Iterator[Job]:
    """Parts of the work: (number, matter, first case id, question id or 0), places, lead unit, hotline."""
    part: list[tuple[int, Matter, int, int]] = []
    case, question, size = 1, 1, 0
    for number, matter in enumerate(matters):
        shared = matter.size >= SHARED
        part.append((number, matter, case, question if shared else 0))
        case, question, size = case + matter.size, question + shared, size + matter.size
        if size >= CHUNK or number == len(matters) - 1:
            yield part, where, lead, desk
            part, size = [], 0


def _rows(job: Job) -> Rows:
    """Runs in a child: everything of some matters as rows for COPY."""
    from tongti.cases.models import Case
    from tongti.questions import matching
    from tongti.questions.models import CaseFeatures, Membership, Question

    part, where, lead, desk = job
    tables = {model._meta.db_table: Table(model) for model in (Case, CaseFeatures, Membership, Question)}
    told = [
        (number, question_id, _told(number, matter, first, where, desk)) for number, matter, first, question_id in part
    ]
    rows = iter(matching.prepare(case for _, _, cases in told for case in cases))
    for number, question_id, cases in told:
        own = [next(rows) for _ in cases]
        for case, row in zip(cases, own, strict=True):
            row.matched_at = case.received_at
            tables["cases_case"].add(case)
            tables["questions_casefeatures"].add(row)
        if question_id:
            _question(tables, question_id, cases, own, lead, random.Random(number))
    return {name: table.rows for name, table in tables.items()}


def _told(number: int, matter: Matter, first: int, where: list[Any], desk: int) -> list[Any]:
    """Unsaved cases of everybody who speaks of one matter."""
    from tongti.cases.models import Case
    from tongti.shared import clock
    from tongti.shared.numbers import case_number

    rng, now = random.Random(number), clock.now()
    begun, place = now - timedelta(days=rng.randrange(1, 700)), rng.choice(where)
    cases = []
    for pk, (title, body) in enumerate(crowd().voices(matter, number), start=first):
        at = min(now, begun + timedelta(minutes=rng.randrange(1, 20_000)))
        cases.append(
            Case(
                pk=pk, number=case_number(2025, pk), year=2025, serial=pk, channel="web", title=title[:120], body=body,
                key=uuid.UUID(int=rng.getrandbits(128), version=4), place=place, holder_id=desk, units=[desk],
                received_at=at, registered_at=at,
            )
        )  # fmt: skip
    return cases


def _question(
    tables: dict[str, Table], pk: int, cases: list[Any], rows: list[Any], lead: int, rng: random.Random
) -> None:
    from tongti.questions.models import Membership, Question

    keys: set[int] = set()
    packed = b""
    for row in rows[:5]:
        keys.update(row.keys)
        packed += struct.pack("<I", len(row.data)) + bytes(row.data)
    title, first = cases[0].title[:80], min(case.received_at for case in cases)
    public = rng.random() < 0.5
    tables["questions_question"].add(
        Question(
            pk=pk, number=f"TT-2025-{pk:04d}", title=title, public_title=title if public else "", state=rng.choice(("handling", "answered", "closed", "closed")),
            cleared_at=first if public else None, lead_id=lead, units=[lead], case_count=len(cases), asker_count=len(cases), created_at=first, set_up_at=first,
            first_received_at=first, last_received_at=max(case.received_at for case in cases), due_on=first.date(), keys=sorted(keys), features=packed,
        )
    )  # fmt: skip
    for case in cases:
        tables["questions_membership"].add(
            Membership(pk=case.pk, case=case, question_id=pk, state="active", how="manual", proposed_at=first, decided_at=first)
        )  # fmt: skip


def _copy(rows: Rows) -> None:
    from django.apps import apps
    from django.db import connection, transaction

    tables = {model._meta.db_table: Table(model) for model in apps.get_models() if model._meta.db_table in rows}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("SET LOCAL synchronous_commit = off")
        for name, table in tables.items():
            table.rows = rows[name]
            table.flush(cursor)


def _without_indexes() -> list[str]:
    """Drop the indexes that only searching needs; answers the statements that make them again (in one go is faster)."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) AND indexdef LIKE '%%USING gin%%'",
            [list(WAITS)],
        )
        found = cursor.fetchall()
        for name, _ in found:
            cursor.execute(f'DROP INDEX "{name}"')
    return [definition for _, definition in found]


def _settle(cursor: Any, indexes: Iterable[str], progress: Callable[[str], None]) -> None:
    for name in ("cases_case", "questions_question", "questions_membership"):
        cursor.execute(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))")
    cursor.execute("INSERT INTO cases_numberseries (year, last) SELECT 2025, max(serial) FROM cases_case")
    cursor.execute("INSERT INTO questions_questionseries (year, last) SELECT 2025, max(id) FROM questions_question")
    cursor.execute("SET maintenance_work_mem = '1GB'")
    for definition in indexes:
        progress(definition.split(" ON ")[0])
        cursor.execute(definition)
    progress("VACUUM ANALYZE")
    for name in WAITS:
        cursor.execute(f"VACUUM ANALYZE {name}")


# --- measuring ---------------------------------------------------------------------------------------------------------


def sentences(count: int, cases: int) -> list[tuple[str, str, str]]:
    """(title, body, half-typed words): six of ten about a matter that is known, by somebody who has not spoken yet."""
    speaking, rng = crowd(), random.Random(11)
    known = speaking.matters(cases)
    strange = Crowd(speaking.demo, SEED + 1)
    unknown = strange.matters(max(1000, count * 3))
    found = []
    for _ in range(count):
        # the next voice of a known matter: what comes after the ones who spoke already
        by, pool = (speaking, known) if rng.random() < 0.6 else (strange, unknown)
        number = rng.randrange(len(pool))
        told = Matter(pool[number].topic, pool[number].name, 1)
        title, body = next(by.voices(told, number + 10_000_000))
        found.append((title, body, body[: rng.randint(14, 60)]))
    return found


def panels(times: int, cases: int, pids: dict[str, int]) -> Result:
    """Both panels over HTTP."""
    from tongti.accounts.models import Officer

    told = sentences(times + 20, cases)
    public, clerk = Client(), Client("127.0.0.2")
    public.get("/say/")
    clerk.get("/desk/sign-in/")
    clerk.post("/desk/sign-in/demo/", {"officer": str(Officer.objects.get(name="李小英").pk)})
    clerk.get("/desk/register/")
    asked = {
        "public panel": (public, "/say/same/", "_same"),
        "desk panel": (clerk, "/desk/register/same/", "_same"),
    }
    found: Result = {}
    for name, (client, path, _) in asked.items():
        took, hits = [], 0
        for n, (_, _, words) in enumerate(told):
            if n == 20:
                spent = sum(cpu_seconds(pids).values())
            begun = time.perf_counter()
            page, _ = client.post(path, {"words": words}, expect=200, htmx=True)
            if n >= 20:
                took.append(time.perf_counter() - begun)
                hits += "没有找到" not in page and len(page) > 600
        cpu = (sum(cpu_seconds(pids).values()) - spent) / len(took) * 1000
        found[name] = {**_figures(took), "cpu_ms": round(cpu, 1), "found_share": round(hits / len(took), 2)}
        print(f"  {name}: {found[name]}", file=sys.stderr, flush=True)
    return found


def _figures(took: list[float]) -> Result:
    return {"n": len(took), **{f"p{int(q * 100)}_ms": quantile(took, q) for q in (0.5, 0.95, 0.99)}}


def jobs(times: int, cases: int) -> Result:
    """The job of a new case, in this process: what the worker does."""
    told = sentences(times + 5, cases)
    new = [_register(title, body, n) for n, (title, body, _) in enumerate(told)]
    return {"match job": _matched(new[5:], warm=new[:5])}


def burst(size: int, database_pid: int | None) -> Result:
    """So many messages about one event that nobody has heard of before: registered, then matched by the worker from its queue.

    ``by_fifth`` says what one case took in every fifth of them, in the order in which they were done: wall time (the worker has
    two threads) and processor time of the worker and of the database.
    """
    from tongti.project.boot import close_connections

    speaking, name = (
        crowd(),
        random.choice(FIRST) + random.choice(SECOND) + random.choice(SECOND),
    )  # another one every time
    voices = speaking.voices(Matter(len(speaking.demo) + 4, f"新{name}", size), random.randrange(10**9))
    begun = time.monotonic()
    new = [_register(title, body, 100_000 + n) for n, (title, body) in enumerate(voices)]
    arrived = time.monotonic() - begun
    close_connections()
    with site(database_pid) as pids:
        watched = {"worker": pids["worker"]} | ({"database": database_pid} if database_pid else {})
        fifths = _fifths(new, watched)
        _drain()
        worker = memory({"worker": pids["worker"]})["worker 0"]
    return {
        "burst": {"messages": size, **_whereabouts(new), "registered_s": round(arrived, 1), "matched_s": round(sum(one["seconds"] for one in fifths), 1),
                  "worker_mb": worker, "by_fifth": fifths}
    }  # fmt: skip


def _fifths(new: Sequence[int], watched: dict[str, int]) -> list[Result]:
    """What matching cost in each fifth of the cases, while the worker goes through them."""
    from tongti.questions.models import CaseFeatures

    found: list[Result] = []
    done, at, used = 0, time.monotonic(), cpu_seconds(watched)
    for part in range(1, 6):
        while (now_done := CaseFeatures.objects.filter(pk__in=new, matched_at__isnull=False).count()) < len(
            new
        ) * part // 5:
            time.sleep(0.1)
        now, spent, count = time.monotonic(), cpu_seconds(watched), max(1, now_done - done)
        cpu = {f"{name}_cpu_ms": round((spent[name] - used[name]) / count * 1000, 1) for name in spent}
        found.append({"cases": count, "seconds": round(now - at, 1), "ms": round((now - at) / count * 1000, 1), **cpu})
        done, at, used = now_done, now, spent
    return found


def _whereabouts(new: Sequence[int]) -> Result:
    """In how many questions the cases ended, the largest, and how many stand alone."""
    from collections import Counter

    from tongti.questions.models import Membership

    rows = Membership.objects.filter(case_id__in=new, state__in=["proposed", "active"])
    homes = dict(rows.values_list("case_id", "question_id"))
    sizes = Counter(homes.values())
    return {"questions": len(sizes), "in_the_largest": max(sizes.values(), default=0), "alone": len(new) - len(homes)}


def _register(title: str, body: str, n: int) -> int:
    from tongti.cases.actions import Intake, register
    from tongti.shared.actor import SYSTEM

    intake = Intake(key=uuid.uuid4(), channel="web", kind="help", title=title[:120], body=body, phone=f"154{n:08d}")
    return int(register(intake=intake, by=SYSTEM).pk)


def _matched(new: Sequence[int], warm: Sequence[int] = ()) -> Result:
    from django.db import connection

    from tongti.questions import actions

    for pk in warm:
        actions.match_case(case_id=pk)
    took, cpu, placed = [], [], 0
    backend = _backend_cpu(connection)
    for pk in new:
        begun, spent = time.perf_counter(), time.process_time()
        placed += actions.match_case(case_id=pk).question_id is not None
        took.append(time.perf_counter() - begun)
        cpu.append(time.process_time() - spent)
    database_cpu = (_backend_cpu(connection) - backend) / max(1, len(new)) * 1000
    return {
        **_figures(took), "cpu_ms": round(statistics.fmean(cpu) * 1000, 1), "database_cpu_ms": round(database_cpu, 1),
        "placed_share": round(placed / max(1, len(new)), 2),
    }  # fmt: skip


def _backend_cpu(connection: Any) -> float:
    """Processor seconds of the database process that serves this connection; 0 when it runs elsewhere."""
    import psutil

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    try:
        used = psutil.Process(pid).cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(used.user + used.system)


def measure(times: int, burst_size: int, database_pid: int | None) -> Result:
    """Everything; new cases stay in the folder."""
    from tongti.cases.models import Case
    from tongti.project.boot import close_connections
    from tongti.questions import matching
    from tongti.questions.models import Question

    seeded = Case.objects.filter(year=2025).count()
    found: Result = {
        "cases": Case.objects.count(), "questions": Question.objects.count(), "settings": matching.settings_version(),
        "load": [round(x, 1) for x in os.getloadavg()],
    }  # fmt: skip
    close_connections()
    with site(database_pid) as pids:
        _drain()
        found |= panels(times, seeded, {"web": pids["web"]} | ({"postgres": database_pid} if database_pid else {}))
        found["memory_mb"] = memory(pids)
    for one in (lambda: jobs(times, seeded), lambda: burst(burst_size, database_pid)):
        _forget_jobs()
        found |= one()
        print(f"  {list(found)[-1]}: {list(found.values())[-1]}", file=sys.stderr, flush=True)
    return found


def _forget_jobs() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name IN ('match_case', 'refresh_question')")


def _drain() -> None:
    """Wait until the worker has nothing left of an earlier measurement."""
    from django.db import connection

    for _ in range(120):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')")
            if cursor.fetchone()[0] == 0:
                return
        time.sleep(1)


def table(found: Result) -> str:
    """The figures for reading."""
    lines = [f"{found['cases']:,} 件，{found['questions']:,} 道题，引擎 {found['settings']}，负载 {found['load']}"]
    for name in ("public panel", "desk panel", "match job", "burst"):
        row = {key: value for key, value in found[name].items() if key != "by_fifth"}
        lines.append(f"{name:14} " + "  ".join(f"{key} {value}" for key, value in row.items()))
    lines += ["  " + "  ".join(f"{key} {value}" for key, value in one.items()) for one in found["burst"]["by_fifth"]]
    lines += [f"{name:28} {value} MB" for name, value in found["memory_mb"].items()]
    return "\n".join(lines)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--data", type=Path, required=True, help="文件夹；空的就先灌库")
    parser.add_argument("--times", type=int, default=300)
    parser.add_argument("--burst", type=int, default=2000)
    parser.add_argument("--seed-only", action="store_true")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    args.data.mkdir(parents=True, exist_ok=True)
    os.environ["TONGTI_DATA"] = str(args.data.resolve())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongti.project.settings")
    os.environ.setdefault("TONGTI_LOG_LEVEL", "WARNING")
    from tongti.project import boot, static_files

    if not (args.data / SEEDED).exists():
        _seed_folder(args.data, args.cases)
    if args.seed_only:
        return
    with database(args.data) as pid, boot.database("bench.panel"):
        static_files.collect()
        found = measure(args.times, args.burst, pid)
        print(table(found))
        print(json.dumps(found, ensure_ascii=False))
        if args.json:
            args.json.write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")


def _seed_folder(folder: Path, cases: int) -> None:
    from tongti.project import boot

    with database(folder, filling=True), boot.database("bench.panel"):
        from django.core.management import call_command

        from tongti.accounts.models import Officer

        call_command("migrate", interactive=False, verbosity=0)
        if Officer.objects.exists():
            raise SystemExit("库只灌了一半，或者不是空的：请换一个文件夹。")
        seed(cases, lambda said: print(said, file=sys.stderr, flush=True))
    (folder / SEEDED).write_text(f"{cases}\n", encoding="ascii")


if __name__ == "__main__":
    main()
