"""Every list and figure that people look at, at a size: ``make bench-scale CASES=1000000``, or ``python -m bench.scale_web --data F``.

Seeds the folder's database when it is empty (bench/seed.py; above ``LEAN_FROM`` cases a lean one), starts the real server on it, and
asks for each page over HTTP as one reader: once cold (the first time that a page is asked of this server; the database has just
started), three more times unmeasured, then measured. Prints one table with the bar of each page, and the same as JSON.
(``bench/scale.py`` is the engine's own.)
"""

import argparse
import json
import os
import platform
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.client import Client  # noqa: E402  (after the path is set)
from bench.seed import SEEDED, fill_folder  # noqa: E402
from bench.serving import Result, database, memory, quantile, site  # noqa: E402

LEAN_FROM = 3_000_000
BAR, LARGE_BAR, LARGE = 100, 200, 1_000_000
"""p95 in milliseconds up to a million cases, and beyond."""
WARM = 3
LOOP = 5_000_000
Look = Callable[[int], object]


@dataclass(frozen=True)
class Sight:
    """One thing to look at; ``look(n)`` asks for it the n-th time, other filters and rows in turn."""

    area: str
    name: str
    look: Look


def loop_seconds() -> float:
    """How fast this machine is just now: a fixed loop, in seconds."""
    started = time.perf_counter()
    total = 0
    for n in range(LOOP):
        total += n & 7
    return round(time.perf_counter() - started, 3)


# --- what is looked at -------------------------------------------------------------------------------------------------


@dataclass
class People:
    """Who looks, signed in."""

    clerk: Client
    dispatcher: Client
    handler: Client
    leader: Client
    supervisor: Client
    caller: Client
    public: Client


def people() -> People:
    """One reader of each kind."""
    from tongti.accounts.models import Officer
    from tongti.units.models import Post

    def holder(role: str) -> str:
        return str(Post.objects.filter(role=role).order_by("pk").values_list("officer__name", flat=True)[0])

    ids = dict(Officer.objects.values_list("name", "pk"))

    def signed_in(name: str) -> Client:
        client = Client()
        client.get("/desk/sign-in/")
        client.post("/desk/sign-in/demo/", {"officer": str(ids[name])})
        return client

    public = Client()
    public.get("/say/")
    named = ("李小英", "韦晓梅", "覃丽", "何区长", holder("supervisor"), holder("revisitor"))
    clerk, dispatcher, handler, leader, watcher, caller = map(signed_in, named)
    clerk.get("/desk/search/")
    return People(clerk, dispatcher, handler, leader, watcher, caller, public)


def known() -> dict[str, Any]:
    """Rows to ask for, from all over the database."""
    from tongti.cases.models import Case
    from tongti.parties.models import Party
    from tongti.questions.models import Question
    from tongti.shared.numbers import query_code
    from tongti.units.models import Unit

    def spread(model: Any, count: int = 60) -> list[int]:
        top = model.objects.order_by("-pk").values_list("pk", flat=True)[0]
        wanted = [1 + (top - 1) * n // count for n in range(1, count)]
        return list(model.objects.filter(pk__in=wanted).values_list("pk", flat=True))

    cases = list(Case.objects.filter(pk__in=spread(Case)).values_list("pk", "number"))
    title = Question.objects.order_by("-pk").values_list("title", flat=True)[0]
    return {
        "cases": cases,
        "codes": [(number, query_code(number)) for _, number in cases],
        "questions": spread(Question),
        "largest": Question.objects.order_by("-case_count").values_list("pk", flat=True)[0],
        "units": list(Unit.objects.filter(kind="bureau").values_list("pk", flat=True)),
        "phones": [one.phone.removeprefix("+86") for one in Party.objects.filter(pk__in=spread(Party))],
        "place": title[:3],
    }


def through(client: Client, path: str, deep: int = 40) -> Look:
    """Page after page, as far as the ``deep``-th, then from the first again."""
    state = {"next": path}

    def look(n: int) -> None:
        page = client.get(state["next"])
        more = re.search(r'href="(\?[^"]*after=[^"]+)"', page)
        state["next"] = path.partition("?")[0] + more[1].replace("&amp;", "&") if more and n % deep else path

    return look


def cycle(client: Client, *paths: str) -> Look:
    """These addresses in turn."""
    return lambda n: client.get(paths[n % len(paths)])


def sights(who: People, rows: dict[str, Any]) -> Iterator[Sight]:
    """Everything that is measured."""
    yield from _leader(who, rows)
    yield from _desk(who, rows)
    yield from _watched(who)
    yield from _searches(who, rows)
    yield from _public(rows)


def _leader(who: People, rows: dict[str, Any]) -> Iterator[Sight]:
    leader, units = who.leader, rows["units"]
    yield Sight("看板", "领导看板，本月", cycle(leader, "/board/"))
    yield Sight("看板", "领导看板，今年", cycle(leader, "/board/?period=year"))
    yield Sight("看板", "领导看板，本周、本季", cycle(leader, "/board/?period=week", "/board/?period=quarter"))
    yield Sight("看板", "一个单位", lambda n: leader.get(f"/board/units/{units[n % len(units)]}/"))
    yield Sight("看板", "一个单位答复的", lambda n: leader.get(f"/board/units/{units[n % len(units)]}/answered/"))
    yield Sight("看板", "到期的棒", cycle(leader, "/board/due/", "/board/due/?which=near", "/board/due/?which=all"))
    yield Sight("看板", "到期的棒，往后翻页", through(leader, "/board/due/?which=all"))
    yield Sight(
        "看板", "一个率", cycle(leader, "/board/rates/solved/", "/board/rates/satisfied/", "/board/rates/responded/")
    )
    yield Sight("看板", "数字点开的诉求", cycle(leader, "/board/cases/"))


def _desk(who: People, rows: dict[str, Any]) -> Iterator[Sight]:
    clerk, dispatcher, handler = who.clerk, who.dispatcher, who.handler
    cases, questions = rows["cases"], rows["questions"]
    yield Sight("工作台", "我的待办（派单员）", cycle(dispatcher, "/desk/"))
    yield Sight("工作台", "收件，第一页", cycle(clerk, "/desk/inbox/"))
    yield Sight("工作台", "收件，往后翻页", through(clerk, "/desk/inbox/"))
    filters = ("state=handling", "state=closed", "overdue=1", "channel=phone&state=registered", "kind=help", "reopened=1", "channel=window&state=closed", "channel=below", "kind=report", "urgency=critical")  # fmt: skip
    for one in filters:
        yield Sight("工作台", f"收件，{one}", cycle(clerk, f"/desk/inbox/?{one}"))
    yield Sight("工作台", "收件，一个单位的", cycle(handler, "/desk/inbox/"))
    yield Sight("工作台", "收件，一个单位的，往后翻页", through(handler, "/desk/inbox/"))
    yield Sight("工作台", "一件诉求", lambda n: clerk.get(f"/desk/cases/{cases[n % len(cases)][0]}/"))
    for tab in ("", "?order=due", "?order=age", "?tab=handling", "?tab=candidate", "?tab=closed"):
        yield Sight("工作台", f"同题列表 {tab}".strip(), cycle(dispatcher, f"/desk/questions/{tab}"))
    yield Sight("工作台", "同题列表，往后翻页", through(dispatcher, "/desk/questions/"))
    yield Sight("工作台", "一道题", lambda n: dispatcher.get(f"/desk/questions/{questions[n % len(questions)]}/"))
    yield Sight("工作台", "最大的一道题", cycle(dispatcher, f"/desk/questions/{rows['largest']}/"))
    yield Sight("工作台", "本单位的棒", cycle(handler, "/desk/relay/"))
    yield Sight("工作台", "待回访", cycle(who.caller, "/desk/call-backs/"))


def _watched(who: People) -> Iterator[Sight]:
    watcher = who.supervisor
    for name, path in (("督办", "/desk/supervision/"), ("时限墙", "/desk/wall/"), ("台账", "/desk/ledger/"), ("没派出去的", "/desk/undispatched/"),
                       ("联系不上的", "/desk/unreachable/"), ("挂账台账", "/desk/promises/"), ("销号", "/desk/strike-offs/")):  # fmt: skip
        yield Sight("督办", name, cycle(watcher, path))
    yield Sight("督办", "台账，往后翻页", through(watcher, "/desk/ledger/"))


def _searches(who: People, rows: dict[str, Any]) -> Iterator[Sight]:
    clerk = who.clerk
    phones, cases = rows["phones"], rows["cases"]

    def asked(name: str, say: Callable[[int], str], expect: int = 200) -> Sight:
        return Sight("搜索", name, lambda n: clerk.post("/desk/search/", {"q": say(n)}, expect=expect))

    common, rare = ("停水", "噪音", "垃圾", "工资"), (rows["place"], f"{rows['place']} 停水")
    yield asked("常见的词", lambda n: common[n % len(common)])
    yield asked("少见的词", lambda n: rare[n % len(rare)])
    yield asked("编号", lambda n: cases[n % len(cases)][1], 302)
    yield asked("电话", lambda n: phones[n % len(phones)])
    yield asked("手机号后四位", lambda n: phones[n % len(phones)][-4:])


def _public(rows: dict[str, Any]) -> Iterator[Sight]:
    public, codes = Client(), rows["codes"]
    yield Sight("公众", "首页", cycle(public, "/"))
    yield Sight("公众", "大家在问", cycle(public, "/q/"))
    yield Sight("公众", "公开的数字", cycle(public, "/open/"))
    track = Client("127.0.0.2")

    def follow(n: int) -> None:
        number, code = codes[n % len(codes)]
        track.fresh()
        track.get("/track/")
        track.post("/track/", {"number": number, "code": code})
        track.get("/case/")

    yield Sight("公众", "查进度（三个请求）", follow)


# --- measuring ---------------------------------------------------------------------------------------------------------


def seen(sight: Sight, times: int, bar: int) -> Result:
    """Cold, p50, p95 and the worst of one page, against its bar."""
    begun = time.perf_counter()
    sight.look(0)
    cold = time.perf_counter() - begun
    for n in range(1, WARM + 1):
        sight.look(n)
    took = []
    for n in range(times):
        begun = time.perf_counter()
        sight.look(n)
        took.append(time.perf_counter() - begun)
    p95 = quantile(took, 0.95)
    return {
        "area": sight.area, "page": sight.name, "n": times, "cold_ms": round(1000 * cold, 1), "p50_ms": quantile(took, 0.5), "p95_ms": p95,
        "max_ms": quantile(took, 1), "bar_ms": bar, "holds": p95 <= bar,
    }  # fmt: skip


def nightly() -> Result:
    """The nightly recount of every figure: how long it takes, and what it finds."""
    from tongti.reports import actions

    actions.check_figures()
    begun = time.perf_counter()
    check = actions.check_figures()
    return {"measures": check.measures, "drifted": check.drifted, "seconds": round(time.perf_counter() - begun, 1)}


def sizes(cases: int) -> Result:
    """Bytes of the database, of each case, and of the largest tables."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        whole = int(cursor.fetchone()[0])
        cursor.execute(
            "SELECT relname, pg_total_relation_size(oid) FROM pg_class WHERE relkind = 'r' ORDER BY 2 DESC LIMIT 8"
        )
        largest = dict(cursor.fetchall())
    return {"bytes": whole, "bytes_a_case": whole // cases, "largest": largest}


def measure(times: int, only: str, database_pid: int | None) -> Result:
    """Start the site and look at everything."""
    from tongti.cases.models import Case
    from tongti.figures import actions as figures
    from tongti.formulas import actions as formulas
    from tongti.project.boot import close_connections
    from tongti.questions.models import Question
    from tongti.shared import clock

    figures.compact()
    formulas.tally(whole=True)
    cases = Case.objects.count()
    found: Result = {
        "date": clock.today().isoformat(), "cases": cases, "questions": Question.objects.count(), "cores": os.cpu_count(),
        "python": platform.python_version(), "machine": platform.machine(), "load_before": round(os.getloadavg()[0], 2), "loop_s": loop_seconds(),
    }  # fmt: skip
    rows, bar = known(), BAR if cases <= LARGE * 1.01 else LARGE_BAR
    close_connections()
    with site(database_pid) as pids:
        found["pages"] = []
        for sight in sights(people(), rows):
            if only in sight.area + sight.name:
                found["pages"].append(seen(sight, times, bar))
                print(line(found["pages"][-1]), file=sys.stderr, flush=True)
        found["memory_mb"] = memory(pids)
    if not only:
        found["nightly"] = nightly()
    found["size"] = sizes(cases)
    return found


def line(one: Result) -> str:
    """One page for reading."""
    mark = "" if one["holds"] else "  ← 超过"
    return (
        f"{one['area']:<4} {one['page']:<28} 冷 {one['cold_ms']:>7}  p50 {one['p50_ms']:>7}  p95 {one['p95_ms']:>7}  "
        f"最慢 {one['max_ms']:>7}  要求 {one['bar_ms']}{mark}"
    )


def table(found: Result) -> str:
    """Everything for reading."""
    size = found["size"]
    lines = [
        f"{found['cases']:,} 件，{found['questions']:,} 道题，{found['cores']} 核，{found['date']}，循环 {found['loop_s']} 秒，单位毫秒",
        *(line(one) for one in found["pages"]),
        f"数据库 {size['bytes'] / 2**30:.1f} GB，每件 {size['bytes_a_case']} 字节",
        "内存（MB）：" + "，".join(f"{name} {mb}" for name, mb in found["memory_mb"].items()),
    ]
    if "nightly" in found:
        lines.append("夜里核对：{measures} 种，{drifted} 处对不上，{seconds} 秒".format(**found["nightly"]))
    over = [f"{one['area']} {one['page']}" for one in found["pages"] if not one["holds"]]
    lines.append("全部在要求以内" if not over else f"{len(over)} 页超过要求：" + "，".join(over))
    return "\n".join(lines)


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    folder = kept or Path(tempfile.mkdtemp(prefix="tongti-scale-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield folder.resolve()
    finally:
        if kept is None:
            shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="一百万件、五百万件时，看板和每个列表要多久")
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--data", type=Path, help="数据目录；空的就先灌库，灌好的直接量；不给就用临时的，量完删掉")
    parser.add_argument("--lean", action="store_true", help=f"精简的库；{LEAN_FROM:,} 件以上总是")
    parser.add_argument("--times", type=int, default=40, help="每个页面看多少次")
    parser.add_argument("--only", default="", help="只量名字里有这几个字的页面")
    parser.add_argument("--json", type=Path, help="结果另存到这个文件")
    args = parser.parse_args()
    with _folder(args.data) as folder:
        os.environ["TONGTI_DATA"] = str(folder)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongti.project.settings")
        os.environ.setdefault("TONGTI_LOG_LEVEL", "WARNING")
        filled: Result = {}
        if not (folder / SEEDED).exists():
            filled = fill_folder(folder, args.cases, lean=args.lean or args.cases >= LEAN_FROM)
        found = _measured(folder, args) | ({"seeding": filled} if filled else {})
    print(table(found))
    print(json.dumps(found, ensure_ascii=False))
    if args.json:
        args.json.parent.mkdir(parents=True, exist_ok=True)
        args.json.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _measured(folder: Path, args: argparse.Namespace) -> Result:
    from tongti.project import boot, static_files

    with database(folder) as database_pid, boot.database("bench.scale_web"):
        from django.core.management import call_command

        call_command("migrate", interactive=False, verbosity=0)  # a folder may be older than the code
        static_files.collect()
        return measure(args.times, args.only, database_pid)


if __name__ == "__main__":
    main()
