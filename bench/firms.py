"""What the register of firms costs when it is full: ``python -m bench.firms --firms 20000``.

Invented firms entered by the actions, in a database of its own; then what people do: pages of the list under its filters, one
firm's page, a whole list of firms imported a second time, everything compared with everything. Prints a table and JSON.
"""

import argparse
import io
import json
import os
import random
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

SEED = 20260601
FIRST = "云龙振恒百绿金宏兴永佳天源鼎德三新石清南驰启丰晨惠民安快平渡路凤小桥智环阳屋临老"
SECOND = "腾兴通顺源穗大旺固美成丰盛利联圩桥泉药远明茂光家心居达安口仓岭草头农境光顶江友"
GOODS = [
    "食品",
    "五金制品",
    "塑料包装",
    "机械设备",
    "纺织",
    "木业",
    "建材",
    "电子",
    "饲料",
    "物流",
    "餐饮",
    "商贸",
    "农业",
    "陶瓷",
    "印刷",
]
FORMS = ["有限公司", "有限责任公司", "厂", "店", "专业合作社"]
CHUNK = 1000


def _code(number: int) -> str:
    from stdnum.cn import uscc

    body = f"91450199M{number:08d}"
    return f"{body}{uscc.calc_check_digit(body)}"


def _names(count: int) -> list[str]:
    rng = random.Random(SEED)
    return [
        f"云岭区{rng.choice(FIRST)}{rng.choice(SECOND)}{rng.choice(FIRST)}{rng.choice(GOODS)}{rng.choice(FORMS)}"
        for _ in range(count)
    ]


def fill(count: int) -> None:
    """``count`` firms with a contact each, nine of ten with a code, over all places, units and divisions."""
    from tongti.parties import actions
    from tongti.parties.actions import ContactDraft, FirmDraft
    from tongti.shared.actor import SYSTEM
    from tongti.units.models import Region, Unit

    rng = random.Random(SEED)
    places = list(Region.objects.filter(level="village").values_list("pk", flat=True))
    units = list(Unit.objects.values_list("pk", flat=True))
    rows = [
        (
            FirmDraft(
                name=name,
                credit_code=_code(n) if n % 10 else "",
                size=rng.choice(["", "industry", "trade", "near", "small"]),
                sector=f"{rng.randrange(1, 98):02d}",
                place_id=rng.choice(places),
                unit_id=rng.choice(units),
            ),
            (ContactDraft(name="韦某", phone=f"154{n:08d}", post="经理"),),
        )
        for n, name in enumerate(_names(count))
    ]
    for start in range(0, count, CHUNK):
        actions.enter_many(rows=rows[start : start + CHUNK], by=SYSTEM)


def _workbook(count: int) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["名称", "统一社会信用代码", "联系人", "联系电话"])
        for n, name in enumerate(_names(count)):
            sheet.write_row(n + 1, 0, [name, _code(n) if n % 10 else "", "韦某", f"154{n:08d}"])
    return out.getvalue()


def _typical(ask: Callable[[], Any], times: int = 15) -> float:
    """Milliseconds, the median of some runs after one that warms up."""
    ask()
    took = []
    for _ in range(times):
        begin = time.perf_counter()
        ask()
        took.append((time.perf_counter() - begin) * 1000)
    return round(statistics.median(took), 1)


def measure(count: int) -> dict[str, Any]:
    """Milliseconds of what is looked at, seconds of what is done once."""
    from django.test import Client

    from tongti.accounts.models import Officer
    from tongti.parties import actions, queries
    from tongti.parties.models import Firm
    from tongti.parties.queries import FirmFilters
    from tongti.units.models import Post, Region
    from tongti.units.queries import viewer_of

    keeper = Officer.objects.get(pk=Post.objects.filter(role="dispatcher").values("officer")[:1])
    viewer = viewer_of(keeper)
    client = Client()
    client.force_login(keeper)
    town = Region.objects.filter(level="township").earliest("pk").pk
    some = Firm.objects.order_by("name")[count // 2]
    found: dict[str, Any] = {"firms": Firm.objects.count()}
    for name, query in {
        "list_ms": "",
        "by_name_ms": "?q=机械设备",
        "by_rare_name_ms": f"?q={some.name[3:8]}",
        "by_code_ms": f"?q={some.credit_code or _code(1)}",
        "by_town_ms": f"?town={town}",
        "by_section_and_size_ms": "?section=C&size=industry",
    }.items():
        found[name] = _typical(lambda query=query: client.get(f"/desk/firms/{query}"))  # type: ignore[misc]
    far = queries.firms(viewer, FirmFilters(), size=count // 2).next_cursor
    found["page_in_the_middle_ms"] = _typical(lambda: client.get("/desk/firms/", {"after": far}))
    found["firm_ms"] = _typical(lambda: client.get(f"/desk/firms/{some.pk}/"))
    begin = time.perf_counter()
    found["pairs"] = actions.find_lookalikes()
    found["all_with_all_s"] = round(time.perf_counter() - begin, 2)
    begin = time.perf_counter()
    actions.find_lookalikes(firm_ids=[some.pk])
    found["one_with_all_s"] = round(time.perf_counter() - begin, 2)
    batch = actions.upload_firms(name="名单.xlsx", content=_workbook(count), by=viewer)
    begin = time.perf_counter()
    actions.compare_firms(batch=batch, mapping=batch.mapping, by=viewer)
    found["ask_to_compare_s"] = round(time.perf_counter() - begin, 2)
    actions.run_firm_comparison(batch_id=batch.pk)
    found["compare_a_table_s"] = round(time.perf_counter() - begin, 2)
    found["would_be"] = queries.firm_import_counts(batch)
    found["memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return found


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--firms", type=int, default=20_000)
    parser.add_argument("--data", type=Path, help="文件夹；空的就先造数据；不给就用临时的，量完删掉")
    parser.add_argument("--fill-only", action="store_true")
    args = parser.parse_args()
    folder = args.data or Path(tempfile.mkdtemp(prefix="tongti-firms-"))
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["TONGTI_DATA"] = str(folder.resolve())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongti.project.settings")
    os.environ.setdefault("TONGTI_HOSTS", "testserver,127.0.0.1")
    os.environ.setdefault("TONGTI_LOG_LEVEL", "WARNING")
    from tongti.project import boot, static_files

    try:
        with boot.database("bench.firms"):
            from django.core.management import call_command

            from tongti.parties.models import Firm
            from tongti.project.demo import district

            static_files.collect()
            call_command("migrate", interactive=False, verbosity=0)
            if not Firm.objects.exists():
                district.build()
                begin = time.perf_counter()
                fill(args.firms)
                print(f"{args.firms} 家登记用了 {time.perf_counter() - begin:.1f} 秒")
            if not args.fill_only:
                found = measure(args.firms)
                print("\n".join(f"{name:>24}  {value}" for name, value in found.items()))
                print(json.dumps(found, ensure_ascii=False))
    finally:
        if args.data is None:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
