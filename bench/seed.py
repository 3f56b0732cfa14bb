"""Fill a database with a believable district of any size, by COPY: ``python -m bench.seed --cases 1000000 --data FOLDER``.

For benches only. The district (places, bodies, people, duties, regimes) is the demo's. Cases follow a year of life: most of them
share their difficulty with others (sizes have a long tail), the rest stand alone; where each stands today follows from its age.
Rows agree with each other as the actions would leave them: counts, counters, holders, batons, answers, replies, verdicts,
call-backs, encrypted columns with their blind indexes, search vectors, the engine's features, and a trail whose chains verify.

``--lean`` is for many millions on a small disk: short messages, and of the trail only what figures are counted from.
"""

import argparse
import gc
import json
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.copying import bare, send  # noqa: E402  (after the path is set)
from bench.crowd import FIRST, PROPER, SECOND  # noqa: E402
from bench.seed_life import Life  # noqa: E402
from bench.seed_texts import Plan, Pool, names, plans  # noqa: E402

CHUNK = 4000
SHANGHAI = timezone(timedelta(hours=8))
SEEDED = "seeded"
"""File in the folder that says that its database is whole."""
Progress = Callable[[str], None]


def seed(cases: int, progress: Progress, *, rng_seed: int = 12345, lean: bool = False) -> dict[str, int]:
    """Fill an empty, migrated database. Answers the rows of each table."""
    from django.db import connection
    from django.utils import timezone as django_timezone

    from tongti.figures import actions as figures
    from tongti.formulas import actions as formulas
    from tongti.project.demo import district
    from tongti.questions import actions as questions
    from tongti.search import actions as searching

    rng = random.Random(rng_seed)
    built = district.build()
    difficulties = [
        one for name in ("open", "past") for one in district.read(name)["difficulty"] if one["key"] in PROPER
    ]
    life = Life(built, difficulties, rng, django_timezone.now().astimezone(SHANGHAI), lean)
    pool = Pool(built, difficulties, rng, lean)
    _fill(life, pool, plans(rng, cases, len(difficulties), names(rng, lean)), progress)
    figures.rebuild_months()
    progress("统计词频")
    questions.count_words()
    progress("学词")
    searching.learn()
    progress("逐时的计数")
    formulas.tally(whole=True)
    figures.compact()
    progress("ANALYZE")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return {name: table.count for name, table in life.tables.items()}


def _fill(life: Life, pool: Pool, todo: list[Plan], progress: Progress) -> None:
    """Rows are made in this thread while another sends the part before to the database."""
    from django.db import connection, transaction

    started = time.monotonic()
    made = 0
    tables = life.tables.values()
    with (
        transaction.atomic(),
        connection.cursor() as cursor,
        ThreadPoolExecutor(1) as sender,
        bare(cursor, [table.table for table in tables], progress),
    ):
        # millions of small objects and no circles among them: the collector would only walk through them again and again
        gc.disable()
        sending: Future[None] | None = None
        for part in _parts(todo):
            pool.read(part)
            for plan in part:
                life.live(plan, pool)
            made += sum(plan.size for plan in part)
            if sending is not None:
                sending.result()
            sending = sender.submit(send, cursor, [table.take() for table in tables])
            progress(f"{made} 件，{time.monotonic() - started:.0f} 秒")
        if sending is not None:
            sending.result()
        gc.enable()
        life.settle(cursor)


def _parts(todo: list[Plan]) -> Iterator[list[Plan]]:
    part: list[Plan] = []
    size = 0
    for plan in todo:
        part.append(plan)
        size += plan.size
        if size >= CHUNK:
            yield part
            part, size = [], 0
    if part:
        yield part


def samples(cases: int = 200) -> Iterator[tuple[str, str]]:
    """(title, body) of invented messages, for typing into forms and searches."""
    rng = random.Random(99)
    from tongti.project.demo import district
    from tongti.project.demo.voices import Names, voices

    people = Names(district.read("district")["names"], rng)
    data = [one for one in district.read("open")["difficulty"] if one["key"] in PROPER]
    now = datetime.now().astimezone()
    while True:
        one = rng.choice(data)
        told = {
            **{k: one[k] for k in ("say", "more", "ask", "heads", "doors", "place")},
            "askers": 1,
            "from": 1,
            "until": 0,
        }
        for voice in voices(told, people, rng, [], now):
            name = rng.choice(FIRST) + rng.choice(SECOND) + rng.choice(SECOND)
            yield voice.title, voice.body.replace(PROPER[one["key"]], name + PROPER[one["key"]])
            cases -= 1
            if not cases:
                return


def fill_folder(folder: Path, cases: int, *, lean: bool = False, rng_seed: int = 12345) -> dict[str, Any]:
    """An empty folder's own database, or the empty one at ``DATABASE_URL``, filled; answers seconds and rows.

    Nothing waits for the disk meanwhile: whoever fills it starts again after a power cut.
    """
    from bench.serving import database
    from tongti.project import boot

    with database(folder, filling=True), boot.database("bench.seed"):
        from django.core.management import call_command

        from tongti.accounts.models import Officer

        call_command("migrate", interactive=False, verbosity=0)
        if Officer.objects.exists():
            raise SystemExit("数据库不是空的：测速数据只能放进空库。")
        started = time.monotonic()
        rows = seed(cases, lambda said: print(said, file=sys.stderr, flush=True), rng_seed=rng_seed, lean=lean)
        took = round(time.monotonic() - started, 1)
    (folder / SEEDED).write_text(f"{cases}\n", encoding="ascii")
    return {"cases": cases, "lean": lean, "seconds": took, "cpu_s": round(time.process_time(), 1), "rows": rows}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--data", type=Path, required=True, help="数据目录（空的），库留在里面")
    parser.add_argument("--lean", action="store_true", help="短文字、少留痕：几百万件也放得下")
    parser.add_argument("--seed", type=int, default=12345)
    args = parser.parse_args()
    args.data.mkdir(parents=True, exist_ok=True)
    os.environ["TONGTI_DATA"] = str(args.data.resolve())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongti.project.settings")
    os.environ.setdefault("TONGTI_LOG_LEVEL", "WARNING")
    print(
        json.dumps(fill_folder(args.data.resolve(), args.cases, lean=args.lean, rng_seed=args.seed), ensure_ascii=False)
    )


if __name__ == "__main__":
    main()
