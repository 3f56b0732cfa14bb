"""What a search costs among many cases: ``python -m bench.search --cases 1000000``.

Invented short cases in a database of its own, made inside PostgreSQL (minutes for a million): forty thousand words with frequencies
as in real texts, 停水 in every fifth case, some words only in old cases, two common ones that never meet. Then what people type,
through the whole page (Django's test client: middleware, query, template). Prints a table and JSON.
"""

import argparse
import json
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

ASKED = 40
WORDS = 40_000
PARTIES = 50_000
SIGNS = "停水电路灯噪音垃圾桥湖山河东西南北中新老大小红绿金银福禄寿喜春夏秋冬江海洋阳光明月星云风雨雪花草木林森石土田园村镇街巷里弄城市区县乡组队厂矿店铺商场学校医院公司银行"
ROADS = [f"{a}{b}路" for a in "幸福和平团结胜利光明友谊" for b in "安康宁泰昌盛"]

FILL = """
INSERT INTO cases_case (number, year, serial, key, source, source_id, channel, kind, urgency, title, body, address, party_id,
    party_kind, reply_wanted, hide_identity, state, closing, holder_id, units, reopened, received_at, registered_at, closed_at,
    place_id, search)
SELECT '2026-' || lpad(n::text, 7, '0') || '-0', 2026, n, gen_random_uuid(), '', '', 'phone', 'help', 'normal',
    road || words[1], road || array_to_string(words, '，'), '', 1 + n %% %(parties)s,
    'person', true, false, CASE WHEN n %% 10 < 8 THEN 'closed' ELSE 'handling' END, '', unit, ARRAY[unit], 0,
    now() - (%(cases)s - n) * interval '30 seconds', now() - (%(cases)s - n) * interval '30 seconds',
    CASE WHEN n %% 10 < 8 THEN now() END, (%(places)s::bigint[])[1 + n %% %(place_count)s],
    array_to_tsvector(words || string_to_array(road, NULL) || ARRAY[road])
FROM (
    SELECT n, (%(roads)s::text[])[1 + n %% %(road_count)s] AS road, (%(units)s::bigint[])[1 + (n * 7) %% %(unit_count)s] AS unit,
        ARRAY(SELECT DISTINCT w FROM unnest(
            ARRAY(SELECT (%(words)s::text[])[1 + floor(power(random(), 6) * %(word_count)s)::int] FROM generate_series(1, 14 + 0 * n))
            || CASE WHEN n %% 5 = 0 THEN ARRAY['停水'] ELSE '{}' END
            || CASE WHEN n %% 5 = 1 THEN ARRAY['噪音'] ELSE '{}' END
            || CASE WHEN n < %(cases)s / 4 THEN ARRAY['旧话'] ELSE '{}' END
            || CASE WHEN n %% 50000 = 7 THEN ARRAY['罕见'] ELSE '{}' END) AS w) AS words
    FROM generate_series(%(first)s, %(last)s) AS n
) AS made
"""
GIN = {
    "case_search": "CREATE INDEX case_search ON cases_case USING gin (search)",
    "case_units": "CREATE INDEX case_units ON cases_case USING gin (units)",
}
LOT = 100_000


def fill(cases: int, say: Callable[[str], None]) -> None:
    """The district, the askers, the cases, and what the job learns of them."""
    from django.db import connection

    from tongti.parties.models import Party
    from tongti.project.demo import district
    from tongti.search import actions
    from tongti.shared import crypto
    from tongti.units.models import Region, Unit

    district.build()
    rng = random.Random(20261128)
    words = sorted({"".join(rng.choice(SIGNS) for _ in range(rng.choice((2, 2, 2, 3)))) for _ in range(2 * WORDS)})
    rng.shuffle(words)
    words = [word for word in words if word not in ("停水", "噪音", "旧话", "罕见")][:WORDS]
    tails = [crypto.blind_index(f"{n:04d}", purpose="party.tail") for n in range(10_000)]
    Party.objects.bulk_create(
        (Party(pk=n, phone_index=rng.randbytes(16), tail_index=tails[n % 10_000]) for n in range(1, PARTIES + 1)),
        batch_size=5_000,
    )
    places = list(Region.objects.filter(level="village").values_list("pk", flat=True))
    units = list(Unit.objects.order_by("pk").values_list("pk", flat=True))
    values = {
        "cases": cases, "parties": PARTIES, "places": places, "place_count": len(places), "roads": ROADS,
        "road_count": len(ROADS), "units": units, "unit_count": len(units), "words": words, "word_count": len(words),
    }  # fmt: skip
    begin = time.perf_counter()
    with connection.cursor() as cursor:
        for name in GIN:
            cursor.execute(f"DROP INDEX {name}")
        for first in range(1, cases + 1, LOT):
            cursor.execute(FILL, {**values, "first": first, "last": min(first + LOT - 1, cases)})
            say(f"{time.perf_counter() - begin:6.0f} 秒  {min(first + LOT - 1, cases)} 件")
        cursor.execute("SET maintenance_work_mem = '256MB'")
        for sql in GIN.values():
            cursor.execute(sql)
        cursor.execute("VACUUM ANALYZE cases_case")
        cursor.execute("ANALYZE")
    say(f"{time.perf_counter() - begin:6.0f} 秒  索引")
    begin = time.perf_counter()
    actions.learn()
    say(f"{time.perf_counter() - begin:6.0f} 秒  学词")


def typed() -> dict[str, dict[str, str]]:
    """What is typed, by what it is an example of."""
    return {
        "常见的词（五分之一的件有）": {"q": "停水"},
        "常见的词，只看诉求": {"q": "停水", "kind": "cases"},
        "两个常见的词，从不同在一件": {"q": "停水 噪音"},
        "只在旧件里的常见词": {"q": "旧话"},
        "常见词加路名": {"q": f"{ROADS[3]} 停水"},
        "罕见的词": {"q": "罕见"},
        "编号": {"q": "2026-0000123-0"},
        "手机号后四位": {"q": "0042"},
        "地点加词": {"q": "{town} 停水"},
        "单位加词": {"q": "{unit} 停水"},
        "同音错字": {"q": "停谁"},
        "拼音首字母": {"q": "ts"},
        "哪里都没有的词": {"q": "氢氧化铝"},
    }


def measure() -> dict[str, Any]:
    """Pages by what is typed: p50 and p95 in milliseconds."""
    from django.conf import settings
    from django.test import Client

    from tongti.accounts.models import Officer
    from tongti.cases.models import Case
    from tongti.units.models import Post, Region, Unit

    settings.ALLOWED_HOSTS = ["testserver"]
    town = Region.objects.filter(level="township").order_by("pk").values_list("name", flat=True)[0]
    unit = Unit.objects.filter(kind="bureau").order_by("pk").first()
    assert unit is not None
    clients = {}
    for role, at in (("clerk", unit.pk), ("handler", unit.pk)):
        officer = Officer.objects.create(username=f"bench-{role}-{time.time_ns()}", name=role)
        Post.objects.create(officer=officer, unit_id=at, role=role, since=date(2020, 1, 1))
        clients[role] = Client()
        clients[role].force_login(officer)
    found: dict[str, Any] = {"cases": Case.objects.count()}
    for role, client in clients.items():
        for name, fields in typed().items():
            data = {key: value.format(town=town, unit=unit.short_name) for key, value in fields.items()}
            found[f"{role} {name}"] = _asked(client, data)
    whole = [one for value in found.values() if isinstance(value, dict) for one in value.pop("all")]
    found["一起"] = _spread(whole)
    return found


def _asked(client: Any, data: dict[str, str]) -> dict[str, Any]:
    times = []
    for turn in range(ASKED + 3):
        begin = time.perf_counter()
        answer = client.post("/desk/search/", data)
        took = 1000 * (time.perf_counter() - begin)
        assert answer.status_code in (200, 302), answer.status_code
        if turn >= 3:
            times.append(took)
    return {**_spread(times), "all": times}


def _spread(times: list[float]) -> dict[str, float]:
    return {"p50": round(statistics.median(times), 1), "p95": round(statistics.quantiles(times, n=20)[-1], 1)}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--data", type=Path, help="文件夹；空的就先造数据；不给就用临时的，量完删掉")
    parser.add_argument("--fill-only", action="store_true")
    args = parser.parse_args()
    folder = args.data or Path(tempfile.mkdtemp(prefix="tongti-search-"))
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["TONGTI_DATA"] = str(folder.resolve())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongti.project.settings")
    os.environ.setdefault("TONGTI_HOSTS", "testserver,127.0.0.1")
    os.environ.setdefault("TONGTI_LOG_LEVEL", "WARNING")
    from tongti.project import boot, static_files

    try:
        with boot.database("bench.search"):
            from django.core.management import call_command

            static_files.collect()
            call_command("migrate", interactive=False, verbosity=0)
            from tongti.cases.models import Case

            if not Case.objects.exists():
                fill(args.cases, lambda said: print(said, file=sys.stderr, flush=True))
            if not args.fill_only:
                found = measure()
                print("\n".join(f"{name:>34}  {value}" for name, value in found.items()))
                print(json.dumps(found, ensure_ascii=False))
    finally:
        if args.data is None:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
