"""The site under load at a size: ``make bench-web CASES=100000``, or ``python -m bench.web --cases 100000``.

Fills a throwaway database (bench/seed.py), starts the real web server and worker on it, and measures with HTTP clients on the
same machine, which take their share of its cores. Prints one table, then the same as JSON (also written to ``--json``).

Measured: public form submissions (form → check → send, by 8 clients), cases created per second (the public form's last request, the
desk's, the action alone), whole lifecycles per second (by the actions, in as many processes as the server has), pages, the
same-question panels, import, memory of each process. Beside every rate stand the processor milliseconds that one case cost each part:
they explain the rate and, unlike it, hardly change with what else the machine does.
"""

import argparse
import json
import os
import platform
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.client import Client  # noqa: E402  (after the path is set)
from bench.serving import (  # noqa: E402
    Result,
    cpu_seconds,
    database,
    load,
    memory,
    quantile,
    site,
    timed,
)

# --- matching in the background ---------------------------------------------------------------------------------------


def matched(pids: dict[str, int], seconds: float) -> Result:
    """New cases that the worker puts beside their question, with nothing else to do but that; the queue is full beforehand."""
    started, before, used = time.perf_counter(), _queue(), cpu_seconds(pids)
    while (left := _queue()) and time.perf_counter() - started < seconds:
        time.sleep(0.2)
    count = max(1, before - left)
    spent = {name: total - used[name] for name, total in cpu_seconds(pids).items()}
    return {
        "cases": before - left,
        "per_second": round((before - left) / (time.perf_counter() - started), 1),
        "cpu_ms_each": {name: round(1000 * spent[name] / count, 2) for name in spent if name != "web"},
    }


def _queue() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'match_case'")
        return int(cursor.fetchone()[0])


@contextmanager
def paused(pid: int) -> Iterator[None]:
    """The worker stands still, so that what the web server alone can take in shows."""
    import psutil

    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    for process in family:
        process.suspend()
    try:
        yield
    finally:
        for process in family:
            process.resume()


# --- pages -------------------------------------------------------------------------------------------------------------


def pages(times: int, texts: list[tuple[str, str]]) -> dict[str, Result]:
    """What people look at all day; one reader, each page ``times`` times, other pages and filters in turn."""
    from tongti.accounts.models import Officer

    ids = dict(Officer.objects.values_list("name", "pk"))
    known = _known()

    def signed_in(name: str) -> Client:
        client = Client()
        client.get("/desk/sign-in/")
        client.post("/desk/sign-in/demo/", {"officer": str(ids[name])})
        return client

    clerk, dispatcher, handler, leader = (signed_in(n) for n in ("李小英", "韦晓梅", "覃丽", "何区长"))
    public = Client()
    public.get("/say/")
    clerk.get("/desk/register/")
    words = ["停水", "路灯不亮", "工资", "噪音", "垃圾 臭", "加装电梯", "补贴 到账", "班车"]

    def cycle(*paths: str) -> Callable[[int], str]:
        return lambda n: paths[n % len(paths)]

    def through(client: Client, path: str) -> Callable[[int], object]:
        """The first page, then the next ones, then the first again."""
        state = {"next": path}

        def look(n: int) -> None:
            page = client.get(state["next"])
            more = re.search(r'href="(\?[^"]*after=[^"]+)"', page)
            state["next"] = path.partition("?")[0] + more[1].replace("&amp;", "&") if more and n % 5 else path

        return look

    questions = cycle(
        "/desk/questions/",
        "/desk/questions/?order=due",
        "/desk/questions/?order=age",
        "/desk/questions/?tab=handling",
        "/desk/questions/?tab=candidate",
    )
    inbox = cycle(
        "/desk/inbox/",
        "/desk/inbox/?state=handling",
        "/desk/inbox/?overdue=1",
        "/desk/inbox/?channel=phone&state=registered",
        "/desk/inbox/?kind=help",
    )
    rng = random.Random(5)
    track = Client()
    numbers = known["cases"]

    def follow(n: int) -> None:
        _pk, number, code = numbers[n % len(numbers)]
        track.fresh()
        track.get("/track/")
        track.post("/track/", {"number": number, "code": code})
        track.get("/case/")

    opened = Client("127.0.0.60")
    opened.get("/track/")
    opened.post("/track/", {"number": numbers[0][1], "code": numbers[0][2]})

    def typed() -> str:
        text = rng.choice(texts)[1]
        return text[: max(10, len(text) * 2 // 3)]

    measured: dict[str, Callable[[int], object]] = {
        "question list": lambda n: dispatcher.get(questions(n)),
        "question list, next pages": through(dispatcher, "/desk/questions/"),
        "question page": lambda n: dispatcher.get(f"/desk/questions/{known['questions'][n % len(known['questions'])]}/"),
        "question page, the largest": lambda n: dispatcher.get(f"/desk/questions/{known['largest']}/"),
        "case list": lambda n: clerk.get(inbox(n)),
        "case list, next pages": through(clerk, "/desk/inbox/"),
        "case list of one unit": lambda n: handler.get("/desk/inbox/"),
        "case page": lambda n: clerk.get(f"/desk/cases/{numbers[n % len(numbers)][0]}/"),
        "search by words": lambda n: clerk.post("/desk/search/", {"q": words[n % len(words)]}, expect=200),
        "search by telephone": lambda n: clerk.post("/desk/search/", {"q": known["phones"][n % len(known["phones"])]}, expect=200),
        "my work (dispatcher)": lambda n: dispatcher.get("/desk/"),
        "batons of one unit": lambda n: handler.get("/desk/relay/"),
        "leader page": lambda n: leader.get(cycle("/board/", "/board/?period=week", "/board/?period=quarter", "/board/?period=year")(n)),
        "tracking page": lambda n: opened.get("/case/"),
        "tracking: number, code, page": follow,
        "public list of questions": lambda n: public.get("/q/"),
        "same-question panel, public": lambda n: public.post("/say/same/", {"words": typed()}, expect=200, htmx=True),
        "same-question panel, desk": lambda n: clerk.post("/desk/register/same/", {"words": typed()}, expect=200, htmx=True),
    }  # fmt: skip
    found = {}
    for name, look in measured.items():
        found[name] = timed(look, times)
        print(f"  {name}: p50 {found[name]['p50_ms']} ms, p95 {found[name]['p95_ms']} ms", file=sys.stderr, flush=True)
    return found


def _known() -> dict[str, Any]:
    """Numbers and ids to ask for, from all over the database."""
    from tongti.cases.models import Case
    from tongti.parties.models import Party
    from tongti.questions.models import Question
    from tongti.shared.numbers import query_code

    top = Case.objects.order_by("-pk").values_list("pk", flat=True)[0]
    wanted = [1 + (top - 1) * n // 120 for n in range(1, 120)]
    cases = [
        (pk, number, query_code(number))
        for pk, number in Case.objects.filter(pk__in=wanted).values_list("pk", "number")
    ]
    parties = Party.objects.order_by("-pk")[:40]
    return {
        "cases": cases,
        "questions": list(
            Question.objects.exclude(state="dropped").order_by("-pk").values_list("pk", flat=True)[:400:8]
        ),
        "largest": Question.objects.order_by("-case_count").values_list("pk", flat=True)[0],
        "phones": [party.phone.removeprefix("+86") for party in parties],
    }


# --- by the actions ----------------------------------------------------------------------------------------------------


def by_actions(what: str, processes: int, times: int, database_pid: int | None) -> Result:
    """``what`` in so many processes at once; the clock runs from when all are ready."""
    command = [sys.executable, "-m", "bench.web", "--part", what, "--times", str(times)]
    children = [
        subprocess.Popen(
            [*command, "--number", str(n)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        for n in range(processes)
    ]
    for child in children:
        assert child.stdout is not None
        if child.stdout.readline().strip() != "ready":
            raise SystemExit(f"{what}：子进程没有起来")
    server = {"database": database_pid} if database_pid else {}
    started, used = time.perf_counter(), cpu_seconds(server)
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    said = [json.loads(child.communicate()[0].splitlines()[-1]) for child in children]
    seconds = time.perf_counter() - started
    spent = {name: total - used[name] for name, total in cpu_seconds(server).items()}
    spent["process"] = sum(one["cpu"] for one in said)
    took = [one for own in said for one in own["took"]]
    return {
        "processes": processes,
        "cases": len(took),
        "per_second": round(len(took) / seconds, 1),
        "p50_ms": quantile(took, 0.5),
        "p99_ms": quantile(took, 0.99),
        "statements_each": said[0]["statements"],
        "cpu_ms_each": {name: round(1000 * total / len(took), 2) for name, total in spent.items()},
    }


def part(what: str, number: int, times: int) -> None:
    """A child of ``by_actions``: get ready, wait for the word, work, tell how long each took."""
    from tongti.project import boot

    with boot.database("bench.web"):
        work = {"register": _registering, "lifecycle": _living}[what](number)
        statements = _statements(work)
        print("ready", flush=True)
        sys.stdin.readline()
        took, used = [], time.process_time()
        for n in range(times):
            begun = time.perf_counter()
            work(n)
            took.append(time.perf_counter() - begun)
        print(json.dumps({"took": took, "cpu": time.process_time() - used, "statements": statements}))


def _statements(work: Callable[[int], Any]) -> int:
    """How many ways to the database one takes, BEGIN and COMMIT among them; the first one warms up."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    work(-2)
    with CaptureQueriesContext(connection) as seen:
        work(-1)
    return len(seen)


def _registering(number: int) -> Callable[[int], Any]:
    """One case by the action that every door calls."""
    import uuid

    from bench.seed import samples
    from tongti.cases import actions as cases
    from tongti.shared.actor import Asker
    from tongti.units.models import Region

    texts = list(samples(100))
    place = Region.objects.filter(level="village").first()
    rng = random.Random(number)

    def work(n: int) -> Any:
        title, body = texts[n % len(texts)]
        intake = cases.Intake(
            key=uuid.uuid4(), channel="web", kind="help", title=title, body=f"{body}{rng.randrange(10**6)}", place_id=place.pk if place else None,
            asker_name="测试", phone=f"154{rng.randrange(10**8):08d}",
        )  # fmt: skip
        return cases.register(intake=intake, by=Asker(None))

    return work


def _living(number: int) -> Callable[[int], Any]:
    """register → set up → dispatch (lead, helper) → sign for → part → compose → sign → invite → verdict."""
    from tongti.accounts.models import Officer
    from tongti.answers import actions as answers
    from tongti.questions import actions as questions
    from tongti.relay import actions as relay
    from tongti.shared import links
    from tongti.units.models import Duty, Unit
    from tongti.units.queries import viewer_of
    from tongti.verdicts import actions as verdicts

    register = _registering(number)
    people = {name: viewer_of(Officer.objects.get(name=name)) for name in ("韦晓梅", "黄志强", "陆局长", "覃丽")}
    lead, helper = Unit.objects.get(short_name="区水利局"), Unit.objects.get(short_name="区住建局")
    duty = Duty.objects.get(code="D001")

    def work(n: int) -> None:
        case = register(n)
        desk, worker, leader, other = people["韦晓梅"], people["黄志强"], people["陆局长"], people["覃丽"]
        question = questions.make(title=f"测速 {number}-{n}", case_ids=[case.pk], by=desk)
        batons = relay.dispatch(
            question=question,
            lead_id=lead.pk,
            lead_task="查明原因",
            helpers=[(helper.pk, "核查")],
            duty_id=duty.pk,
            by=desk,
        )
        relay.accept(baton=batons[0], by=worker)
        relay.accept(baton=batons[1], by=other)
        answers.submit_part(baton=batons[1], words="已到现场核查，二次供水泵房运行正常。", by=other)
        question.refresh_from_db()
        answer = answers.compose(question=question, by=worker)
        answers.save_draft(
            answer=answer,
            by=worker,
            found="主管接口渗漏。",
            done="已更换接口并恢复供水，现场复测压力正常。",
            closing="solved",
        )
        answers.submit(answer=answer, by=worker, override_reason="测速")
        signed = answers.sign(answer=answer, by=leader)
        verdicts.invite(answer_id=signed.pk)
        verdicts.give(token=links.verdict_token(signed.pk, case.pk), contacted=True, solved="yes", satisfied="very")

    return work


def imports(rows: int, texts: list[tuple[str, str]]) -> Result:
    """A table of so many messages through the same actions as the page and the command."""
    import csv
    import io

    from tongti.cases import actions as cases
    from tongti.shared.actor import SYSTEM

    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(["编号", "姓名", "电话", "标题", "内容", "时间"])
    for n in range(rows):
        title, body = texts[n % len(texts)]
        writer.writerow([f"B{n}", "测试", f"154{n % 10**8:08d}", title, f"{body}（{n}）", "2026-03-01 09:00"])
    started = time.perf_counter()
    batch = cases.upload_import(name="bench.csv", content=sheet.getvalue().encode("utf-8-sig"), by=SYSTEM)
    cases.start_import(
        batch=batch,
        mapping=batch.mapping,
        source=f"bench{time.time():.0f}",
        channel="import",
        by=SYSTEM,
        in_background=False,
    )
    done = cases.run_import(batch_id=batch.pk)
    seconds = time.perf_counter() - started
    return {
        "rows": done.entered,
        "failed": done.failed,
        "seconds": round(seconds, 1),
        "rows_per_second": round(done.rows / seconds),
    }


# --- all of it ---------------------------------------------------------------------------------------------------------


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="网站性能：在一个填满的库上量真实网页")
    parser.add_argument("--cases", type=int, default=100_000, help="库里先有多少件诉求")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=20, help="公众表单量多少秒")
    parser.add_argument("--times", type=int, default=100, help="每个页面看多少次")
    parser.add_argument("--json", type=Path, default=None, help="结果另存到这个文件")
    parser.add_argument("--data", type=Path, default=None, help="数据目录；给了就留着，下次不用再灌库")
    parser.add_argument("--part", choices=["register", "lifecycle"], help=argparse.SUPPRESS)
    parser.add_argument("--number", type=int, default=0, help=argparse.SUPPRESS)
    args = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongti.project.settings")
    os.environ.setdefault("TONGTI_LOG_LEVEL", "WARNING")
    if args.part:
        part(args.part, args.number, args.times)
        return
    with _folder(args.data) as folder:
        os.environ["TONGTI_DATA"] = str(folder)
        with database(folder) as database_pid:
            found = measure(args, database_pid)
    print(table(found))
    print(json.dumps(found, ensure_ascii=False))
    if args.json:
        args.json.parent.mkdir(parents=True, exist_ok=True)
        args.json.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="tongti-bench-") as name:
        yield Path(name)


def measure(args: argparse.Namespace, database_pid: int | None) -> dict[str, Any]:
    """Seed, start, measure."""
    from tongti.project import boot, static_files

    def say(words: str) -> None:
        print(words, file=sys.stderr, flush=True)

    with boot.database("bench.web"):
        from django.core.management import call_command
        from django.db import connection

        from bench.seed import samples, seed
        from tongti.accounts.models import Officer
        from tongti.cases.models import Case
        from tongti.figures import actions as figures
        from tongti.shared import clock

        call_command("migrate", interactive=False, verbosity=0)
        static_files.collect()
        if not Officer.objects.exists():
            begun = time.monotonic()
            seed(args.cases, say)
            say(f"灌库 {time.monotonic() - begun:.0f} 秒")
        with connection.cursor() as cursor:
            # what an earlier run on kept data left for the worker would be measured with this one
            cursor.execute("DELETE FROM procrastinate_jobs")
        # … and what it left unfolded; the worker does that every minute
        figures.compact()
        texts = list(samples(500))
        processes = int(os.environ.get("TONGTI_WEB_PROCESSES", "2"))
        found: dict[str, Any] = {
            "date": clock.today().isoformat(), "cases": Case.objects.count(), "cores": os.cpu_count(), "python": platform.python_version(),
            "machine": platform.machine(), "load_before": round(os.getloadavg()[0], 2),
        }  # fmt: skip
        crowd = {"clients": args.clients, "texts": [body for _, body in texts]}
        each = max(20, int(args.seconds * 4))
        with site(database_pid) as pids:
            found["memory at start, MB"] = memory(pids)
            say("页面")
            found["pages"] = pages(args.times, texts)
            say("公众表单")
            load("form", pids, **crowd | {"clients": 2}, seconds=3, seed="warm")
            found["public form"] = load("form", pids, **crowd, seconds=args.seconds, seed=1)
            found["create by HTTP"] = load("send", pids, **crowd, each=each, seed=2)
            with paused(pids["worker"]):
                found["create by HTTP, worker paused"] = load("send", pids, **crowd, each=each, seed=3)
                say("坐席登记")
                clerk = Officer.objects.get(name="李小英").pk
                found["create at the desk, worker paused"] = load("desk", pids, **crowd, each=each, clerk=clerk, seed=4)
            found["matching"] = matched(pids, 30)
            found["memory after load, MB"] = memory(pids)
        say("动作")
        # the worker matches what the forms brought in while they come; what follows is measured without it
        found["create by action"] = by_actions("register", processes, args.times * 5, database_pid)
        found["lifecycle by actions"] = by_actions("lifecycle", processes, args.times, database_pid)
        say("导入")
        found["import"] = imports(min(5000, max(500, args.cases // 10)), texts)
        return found


RATES = {
    "public form": "公众表单，整个过程（四个请求）",
    "create by HTTP": "登记，公众表单的提交那一下",
    "create by HTTP, worker paused": "　同上，后台并题暂停时",
    "create at the desk, worker paused": "登记，坐席的登记页",
    "matching": "后台并题",
    "create by action": "登记，按动作",
    "lifecycle by actions": "全过程，按动作",
}
PARTS = {"web": "网页", "process": "本进程", "database": "数据库", "worker": "后台", "client": "客户端"}


def table(found: dict[str, Any]) -> str:
    """One table for people."""
    lines = [
        f"\n{found['cases']} 件，{found['cores']} 核，{found['date']}，开始前负载 {found['load_before']}（客户端在同一台机器上）",
        "",
    ]
    lines += [_rate(words, found[name]) for name, words in RATES.items()]
    lines += [f"{'导入':<28} {found['import']['rows_per_second']:>8} 行/秒", ""]
    lines += [
        f"{name:<32} p50 {one['p50_ms']:>8} ms   p95 {one['p95_ms']:>8} ms   最慢 {one['max_ms']:>8} ms"
        for name, one in found["pages"].items()
    ]
    lines += ["", "内存（MB）：" + "，".join(f"{name} {mb}" for name, mb in found["memory after load, MB"].items())]
    return "\n".join(lines)


def _rate(words: str, one: Result) -> str:
    waited = f"p50 {one['p50_ms']} ms   p99 {one['p99_ms']} ms" if "p50_ms" in one else ""
    cost = "，".join(f"{word} {one['cpu_ms_each'][part]}" for part, word in PARTS.items() if part in one["cpu_ms_each"])
    statements = f"，{one['statements_each']} 条语句" if "statements_each" in one else ""
    return f"{words:<22} {one['per_second']:>8} 件/秒   {waited}   每件处理器毫秒：{cost}{statements}"


if __name__ == "__main__":
    main()
