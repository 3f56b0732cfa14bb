"""The site under load at a size: ``make bench-web CASES=100000``, or ``python -m bench.web --cases 100000``.

Fills a throwaway database (bench/seed.py), starts the real web server and worker on it, and measures with HTTP clients on the
same machine, which take their share of its cores. Prints one table, then the same as JSON (also written to ``--json``).

Measured: public form submissions (form → check → send, by 8 clients), cases created per second, whole lifecycles per second
(by the actions, in as many processes as the server has), pages, the same-question panels, import, memory of each process.
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
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.serving import (  # noqa: E402  (after the path is set)
    KEY,
    OPTION,
    TOWN,
    Client,
    Failed,
    Result,
    cpu_seconds,
    database,
    memory,
    quantile,
    site,
    timed,
)

# --- the public form ---------------------------------------------------------------------------------------------------


def submissions(clients: int, seconds: float, texts: list[tuple[str, str]]) -> Result:
    """Whole way of a person without script: form, next, check, send, receipt's address."""
    paths: list[float] = []
    sends: list[float] = []
    lock = threading.Lock()
    ends = time.perf_counter() + seconds
    started = time.perf_counter()
    failures: list[str] = []

    def person(number: int) -> None:
        client, rng = Client(f"127.0.0.{10 + number}"), random.Random(number)
        while time.perf_counter() < ends and not failures:
            client.fresh()
            begun = time.perf_counter()
            try:
                key = _until_check(client, rng, texts)
                at_send = time.perf_counter()
                client.post("/say/check/", {"key": key, "send": "1"})
            except (Failed, OSError) as error:
                failures.append(str(error))
                return
            done = time.perf_counter()
            with lock:
                paths.append(done - begun)
                sends.append(done - at_send)

    _together(person, clients)
    if failures:
        raise SystemExit(failures[0])
    took = time.perf_counter() - started
    return {
        "clients": clients, "submissions": len(paths), "per_second": round(len(paths) / took, 1), "requests_per_second": round(4 * len(paths) / took, 1),
        "whole_p50_ms": quantile(paths, 0.5), "whole_p99_ms": quantile(paths, 0.99),
        "send_p50_ms": quantile(sends, 0.5), "send_p99_ms": quantile(sends, 0.99),
    }  # fmt: skip


def creations(clients: int, each: int, texts: list[tuple[str, str]]) -> Result:
    """Only the request that makes the case: every client has filled in its forms before the clock starts."""
    ready: list[list[tuple[Client, str]]] = [[] for _ in range(clients)]

    def fill(number: int) -> None:
        rng = random.Random(1000 + number)
        for _ in range(each):
            client = Client(f"127.0.0.{30 + number}")
            ready[number].append((client, _until_check(client, rng, texts)))
            assert client.connection is not None
            client.connection.close()
            client.connection = None

    _together(fill, clients)
    took: list[float] = []
    lock = threading.Lock()

    def send(number: int) -> None:
        shared = Client(f"127.0.0.{30 + number}")
        for client, key in ready[number]:
            shared.cookies, shared.token = client.cookies, client.token
            begun = time.perf_counter()
            shared.post("/say/check/", {"key": key, "send": "1"})
            with lock:
                took.append(time.perf_counter() - begun)

    started = time.perf_counter()
    _together(send, clients)
    seconds = time.perf_counter() - started
    return {"clients": clients, "cases": len(took), "per_second": round(len(took) / seconds, 1), "p50_ms": quantile(took, 0.5), "p99_ms": quantile(took, 0.99)}  # fmt: skip


def matched(seconds: float) -> float:
    """New cases that the worker puts beside their question per second, with nothing else to do but that."""
    started, before = time.perf_counter(), _queue()
    time.sleep(seconds)
    return round((before - _queue()) / (time.perf_counter() - started), 1)


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


def _until_check(client: Client, rng: random.Random, texts: list[tuple[str, str]]) -> str:
    page = client.get("/say/")
    towns = OPTION.findall(TOWN.search(page)[0])  # type: ignore[index]
    key = KEY.search(page)[1]  # type: ignore[index]
    words = rng.choice(texts)[1] + rng.choice("甲乙丙丁戊己庚辛") + str(rng.randrange(10**6))
    data = {
        "key": key, "who": "person", "words": words, "town": rng.choice([t for t in towns if t != "0"]), "village": "", "address": "",
        "name": "测试", "phone": f"154{rng.randrange(10**8):08d}", "email": "", "next": "1",
    }  # fmt: skip
    client.post("/say/", data)
    return KEY.search(client.get("/say/check/"))[1]  # type: ignore[index]


def _together(work: Callable[[int], None], clients: int) -> None:
    threads = [threading.Thread(target=work, args=(n,)) for n in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


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


def by_actions(what: str, processes: int, times: int) -> Result:
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
    started = time.perf_counter()
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    took = [seconds for child in children for seconds in json.loads(child.communicate()[0].splitlines()[-1])]
    seconds = time.perf_counter() - started
    return {"processes": processes, "n": len(took), "per_second": round(len(took) / seconds, 1), "p50_ms": quantile(took, 0.5), "p99_ms": quantile(took, 0.99)}  # fmt: skip


def part(what: str, number: int, times: int) -> None:
    """A child of ``by_actions``: get ready, wait for the word, work, tell how long each took."""
    from tongti.project import boot

    with boot.database("bench.web"):
        work = {"register": _registering, "lifecycle": _living}[what](number)
        work(-1)
        print("ready", flush=True)
        sys.stdin.readline()
        took = []
        for n in range(times):
            begun = time.perf_counter()
            work(n)
            took.append(time.perf_counter() - begun)
        print(json.dumps(took))


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
        texts = list(samples(500))
        processes = int(os.environ.get("TONGTI_WEB_PROCESSES", "2"))
        found: dict[str, Any] = {
            "date": clock.today().isoformat(), "cases": Case.objects.count(), "cores": os.cpu_count(), "python": platform.python_version(),
            "machine": platform.machine(), "load_before": round(os.getloadavg()[0], 2),
        }  # fmt: skip
        with site(database_pid) as pids:
            found["memory at start, MB"] = memory(pids)
            say("页面")
            found["pages"] = pages(args.times, texts)
            say("公众表单")
            submissions(2, 3, texts)
            used = cpu_seconds(pids)
            found["public form"] = submissions(args.clients, args.seconds, texts)
            found["public form"]["server_cpu_ms_each"] = round(
                1000 * (cpu_seconds(pids) - used) / found["public form"]["submissions"], 1
            )
            each = max(20, int(args.seconds * 4))
            found["create by HTTP"] = creations(args.clients, each, texts)
            found["matched per second"] = matched(10)
            with paused(pids["worker"]):
                found["create by HTTP, worker paused"] = creations(args.clients, each, texts)
            say("动作")
            found["memory after load, MB"] = memory(pids)
        # the worker matches what the forms brought in while they come; what follows is measured without it
        found["create by action"] = by_actions("register", processes, args.times * 5)
        found["lifecycle by actions"] = by_actions("lifecycle", processes, args.times)
        say("导入")
        found["import"] = imports(min(5000, max(500, args.cases // 10)), texts)
        return found


def table(found: dict[str, Any]) -> str:
    """One table for people."""
    lines = [f"\n{found['cases']} 件，{found['cores']} 核，{found['date']}（客户端在同一台机器上）", ""]
    form, made = found["public form"], found["create by HTTP"]
    lines += [
        f"{'公众表单，整个过程':<26} {form['per_second']:>8} 件/秒   p50 {form['whole_p50_ms']} ms   p99 {form['whole_p99_ms']} ms   （{form['clients']} 个客户端，每件 4 个请求）",
        f"{'　其中提交':<26} {'':>8}        p50 {form['send_p50_ms']} ms   p99 {form['send_p99_ms']} ms",
        f"{'登记（HTTP，只算提交）':<24} {made['per_second']:>8} 件/秒   p50 {made['p50_ms']} ms   p99 {made['p99_ms']} ms",
    ]
    alone = found["create by HTTP, worker paused"]
    lines += [
        f"{'　同上，后台并题暂停时':<22} {alone['per_second']:>8} 件/秒   p50 {alone['p50_ms']} ms   p99 {alone['p99_ms']} ms",
        f"{'后台并题':<28} {found['matched per second']:>8} 件/秒",
    ]
    for name, words in (("create by action", "登记（动作）"), ("lifecycle by actions", "全过程（动作）")):
        one = found[name]
        lines.append(
            f"{words:<26} {one['per_second']:>8} 件/秒   p50 {one['p50_ms']} ms   p99 {one['p99_ms']} ms   （{one['processes']} 个进程）"
        )
    lines += [f"{'导入':<28} {found['import']['rows_per_second']:>8} 行/秒", ""]
    lines += [
        f"{name:<32} p50 {one['p50_ms']:>8} ms   p95 {one['p95_ms']:>8} ms   最慢 {one['max_ms']:>8} ms"
        for name, one in found["pages"].items()
    ]
    lines += ["", "内存（MB）：" + "，".join(f"{name} {mb}" for name, mb in found["memory after load, MB"].items())]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
