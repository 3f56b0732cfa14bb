"""The same-question panel and the matching of a new case, measured at a size: ``python -m bench.panel --cases 100000``.

Seeds a throwaway database (``DATABASE_URL`` when set, else an embedded PostgreSQL in a temporary folder) with invented cases
about invented places, sets up questions cleared for the public, then times, query included:

* ``public``  ``matching.public_matches`` for half-typed sentences (the panel while a resident types)
* ``desk``    ``matching.desk_matches`` (the clerk's panel: questions and single cases)
* ``match``   ``actions.match_case`` for a new case (features, candidates, score, place)
"""

import argparse
import json
import os
import random
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
if "TONGTI_DATA" not in os.environ:
    os.environ["TONGTI_DATA"] = tempfile.mkdtemp(prefix="tongti-bench-")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongti.project.settings")

ROADS = [
    "幸福",
    "和平",
    "人民",
    "建设",
    "金湖",
    "龙腾",
    "青山",
    "白沙",
    "朝阳",
    "民族",
    "望江",
    "长堤",
    "新竹",
    "古城",
    "星湖",
    "云景",
]
KINDS = ["路", "街", "大道", "巷", "小区", "花园", "新村", "家园", "广场", "学校", "医院", "市场", "工业园", "公园"]
NAMES = ["桂", "榕", "荷", "江", "岭", "湾", "坡", "塘", "洲", "浦", "峰", "溪", "岩", "坪", "屯", "垌"]
PROBLEMS = [
    ("晚上停水", "一到晚上就停水，自来水公司电话没人接，家里老人小孩没法做饭洗澡，希望尽快恢复供水。"),
    ("路灯不亮", "路灯坏了很久没有人修，晚上走路看不见，孩子放学不安全，希望安排维修。"),
    ("夜间施工噪音", "工地晚上十一点还在施工，打桩机噪音很大，整栋楼的人都睡不着，请管一管。"),
    ("垃圾没人清运", "垃圾堆了一个多星期没有人清运，又臭又招苍蝇，请环卫部门尽快处理。"),
    ("电梯经常坏", "电梯三天两头坏，上个月还困了人，物业不肯换，请帮忙协调。"),
    ("违规搭建", "有人在楼顶和过道违规搭建，占用消防通道，多次投诉没有结果。"),
    ("油烟扰民", "楼下烧烤店油烟直接排到住户窗口，味道很大不能开窗，请查处。"),
    ("公交不准点", "公交车等四十分钟都不来，上班经常迟到，希望增加班次。"),
    ("下水道堵塞", "下水道堵了，污水倒灌到一楼，下雨就淹，请疏通。"),
    ("学位不够", "片区学校学位不够，孩子要去很远的地方上学，请问怎么解决？"),
    ("拖欠工资", "工地拖欠我们十几个工人三个月工资，老板电话打不通，请帮我们讨薪。"),
    ("产权证办不下来", "交房三年了，房产证一直办不下来，开发商一直拖，请问什么时候能办。"),
    ("暖气不热", "交了费暖气还是不热，家里只有十几度，报修没有人来。"),
    ("停车位难", "小区停车位太少，晚上回来没有地方停，消防通道都被占了。"),
    ("补贴没到账", "去年申请的补贴到现在没有到账，问了几次都说在审核，请查一下。"),
    ("河水变黑", "河水变黑发臭，好像有工厂偷排污水，请环保部门去查。"),
]
LEADS = ["", "领导您好，", "反映一个问题：", "请问", "投诉：", "麻烦帮忙，"]
TAILS = ["", "谢谢。", "盼回复！", "已经反映过好几次了。", "邻居们都有意见。", "附近商户也受影响。"]


def places(rng: random.Random, count: int) -> list[str]:
    """Distinct invented names of roads, estates and schools."""
    found: dict[str, None] = {}
    while len(found) < count:
        middle = rng.choice(NAMES) + (rng.choice(NAMES) if rng.random() < 0.7 else "")
        found[f"{rng.choice(ROADS)}{middle}{rng.choice(KINDS)}"] = None
    return list(found)


def messages(rng: random.Random, count: int) -> Iterator[tuple[int, str, str]]:
    """(question, title, body): sizes of questions follow a long tail, most cases stand alone."""
    where = places(rng, max(40, count // 12))
    for _ in range(count):
        place = (
            where[min(int(rng.paretovariate(0.9)) - 1, len(where) - 1)] if rng.random() < 0.15 else rng.choice(where)
        )
        at = rng.randrange(len(PROBLEMS))
        title, body = PROBLEMS[at]
        sentences = body.rstrip("。").split("，")
        rng.shuffle(sentences)
        text = f"{rng.choice(LEADS)}{place}{title}，{'，'.join(sentences[: rng.randint(2, 4)])}。{rng.choice(TAILS)}"
        yield hash((place, at)), f"{place}{title}", text


def seed(count: int) -> None:
    """Write the cases and their features."""
    from datetime import timedelta

    from django.db import transaction

    from tests.cast import make_cast
    from tongti.cases.actions.numbering import give_numbers
    from tongti.cases.models import Case
    from tongti.questions.actions import proposing
    from tongti.shared import clock

    cast, rng, now = make_cast(), random.Random(7), clock.now()
    holder = cast.units["热线办"].pk
    towns = [region for region in cast.regions.values() if region.level == "township"]
    batch: list[Case] = []
    started = time.perf_counter()
    for n, (group, title, body) in enumerate(messages(rng, count)):
        received = now - timedelta(minutes=rng.randrange(500_000))
        case = Case(
            key=uuid.UUID(int=rng.getrandbits(128)), channel="web", kind="help", title=title[:120], body=body,
            place=towns[group % len(towns)], holder_id=holder, units=[holder], received_at=received, registered_at=now,
        )  # fmt: skip
        batch.append(case)
        if len(batch) == 5000 or n == count - 1:
            with transaction.atomic():
                give_numbers(batch, year=clock.today().year)
                Case.objects.bulk_create(batch)
                proposing.store_features(batch)
            batch = []
            print(f"\r{n + 1} cases {time.perf_counter() - started:.0f} s", end="", file=sys.stderr)
    print(file=sys.stderr)


def seed_questions() -> None:
    """One public question for every group of three or more; what the generator calls one question has one title."""
    from django.contrib.postgres.aggregates import ArrayAgg

    from tongti.cases.models import Case
    from tongti.questions import actions, matching
    from tongti.questions.actions.counting import take_numbers
    from tongti.questions.models import Membership, Question
    from tongti.shared import clock
    from tongti.units.models import Unit

    now, started = clock.now(), time.perf_counter()
    lead = Unit.objects.get(short_name="水利局")
    actions.count_words()
    matching.forget_model()
    groups = Case.objects.values_list("title").annotate(ids=ArrayAgg("pk", ordering="pk")).order_by("title")
    shared = [(title, ids) for title, ids in groups if len(ids) > 2]
    questions = Question.objects.bulk_create(
        Question(
            number=number, title=title[:80], public_title=title[:80], cleared_at=now, state="handling", lead=lead,
            units=[lead.pk], case_count=len(ids), asker_count=len(ids), created_at=now, first_received_at=now,
            last_received_at=now, due_on=clock.today(),
        )
        for number, (title, ids) in zip(take_numbers(len(shared)), shared, strict=True)
    )  # fmt: skip
    Membership.objects.bulk_create(
        (
            Membership(case_id=pk, question=question, state="active", how="manual", proposed_at=now)
            for question, (_, ids) in zip(questions, shared, strict=True)
            for pk in ids
        ),
        batch_size=5000,
    )
    for at, question in enumerate(questions):
        question.keys, question.features = matching.profile(question)
        if at % 500 == 499:
            print(f"\r{at + 1} questions {time.perf_counter() - started:.0f} s", end="", file=sys.stderr)
    Question.objects.bulk_update(questions, ["keys", "features"], batch_size=500)
    print(f"\nset up {len(questions)} questions in {time.perf_counter() - started:.0f} s", file=sys.stderr)


def timed(work: Callable[[int], object], times: int) -> dict[str, float]:
    """Milliseconds of ``work(n)``: median, 95th and 99th percentile, worst; ``cpu`` is this process's own share of one,
    which a busy machine does not blur."""
    taken, spent = [], time.process_time()
    for n in range(times):
        begun = time.perf_counter()
        work(n)
        taken.append((time.perf_counter() - begun) * 1000)
    cpu = round((time.process_time() - spent) * 1000 / times, 1)
    taken.sort()
    at = {
        name: round(taken[min(int(share * times), times - 1)], 1)
        for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
    }
    return {**at, "max": round(taken[-1], 1), "cpu": cpu}


def measure(times: int) -> dict[str, object]:
    """The three figures, with how often something was found."""
    from django.db import connection

    from tongti.accounts.models import Officer
    from tongti.cases.actions import Intake, register
    from tongti.cases.models import Case
    from tongti.questions import actions, matching
    from tongti.questions.models import Question
    from tongti.units.queries import viewer_of

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    rng = random.Random(11)
    viewer = viewer_of(Officer.objects.get(username="韦晓梅"))
    titles = list(Question.objects.order_by("?").values_list("title", flat=True)[:500])
    bodies = dict(PROBLEMS)
    typed = []
    for _ in range(times):
        # six of ten sentences are about something that was reported before, in other words; all are cut off somewhere
        title = rng.choice(titles) if rng.random() < 0.6 else f"{rng.choice(places(rng, 1))}{rng.choice(PROBLEMS)[0]}"
        sentences = bodies[next(problem for problem in bodies if title.endswith(problem))].rstrip("。").split("，")
        rng.shuffle(sentences)
        typed.append(f"{rng.choice(LEADS)}{title}，{'，'.join(sentences[:2])}"[: rng.randint(14, 60)])
    found = {"public": 0, "desk": 0, "match": 0}

    def public(n: int) -> None:
        found["public"] += bool(matching.public_matches(typed[n]))

    def desk(n: int) -> None:
        found["desk"] += bool(matching.desk_matches(viewer, typed[n]))

    new = [
        register(intake=Intake(key=uuid.uuid4(), channel="web", kind="help", title=t[:20], body=t), by=viewer)
        for t in typed
    ]

    def match(n: int) -> None:
        found["match"] += actions.match_case(case_id=new[n].pk).question_id is not None

    public(0)
    desk(0)
    begun = time.perf_counter()
    figures: dict[str, object] = {
        "cases": Case.objects.count(),
        "questions": Question.objects.count(),
        "public_ms": timed(public, times),
        "desk_ms": timed(desk, times),
        "match_ms": timed(match, times),
        "found_share": {name: round(count / (times + (name != "match")), 2) for name, count in found.items()},
        "settings": matching.settings_version(),
        "memory_mb": _memory(),
    }
    print(f"measured in {time.perf_counter() - begun:.0f} s", file=sys.stderr)
    return figures


def _memory() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) // 1024
    return 0


def main() -> None:
    """Seed when the database is empty, measure, print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=300)
    args = parser.parse_args()
    import django

    server = None
    if "DATABASE_URL" not in os.environ:
        from tongti.project import environment, postgres

        server = postgres.Server(environment.cluster(), log=Path(os.environ["TONGTI_DATA"]) / "database.log")
        server.start()
    try:
        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        from tongti.cases.models import Case
        from tongti.questions.models import Question

        if not Case.objects.exists():
            seed(args.cases)
        if not Question.objects.exists():
            seed_questions()
        print(json.dumps(measure(args.times), ensure_ascii=False, indent=1))
    finally:
        if server is not None:
            server.stop()


if __name__ == "__main__":
    main()
