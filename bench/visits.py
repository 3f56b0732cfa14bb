"""What a large campaign costs: ``python -m bench.visits --firms 20000 --visits 200000``.

Invented firms, officers, visits, difficulties and their cases in a database of its own, written by COPY; then what people open: the
register and one firm, the campaign, its tables and the lists behind their numbers, and what the office makes of it: a weekly brief,
a ledger as a file. Prints a table and JSON.
"""

import argparse
import itertools
import json
import os
import random
import resource
import shutil
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

SEED = 20261128
DAYS = 180
OFFICERS, TEAMS, LINES = 120, 24, 8
ASKED = 40
WORDS = [
    "厂门口的路坑坑洼洼，大货车进不来",
    "用电容量不够，第二条生产线开不了",
    "招不到熟练工人",
    "贷款到期，续贷等了两个月",
    "货款被拖欠",
]
HANDLINGS = ("A", "A", "B", "C", "D", "")
CLOSINGS = ("solved", "solved", "partly", "planned", "explained")


def fill(visits: int) -> int:
    """A campaign over every firm of the register with ``visits`` visits; answers its id."""
    from django.utils import timezone

    from tongti.accounts.models import Officer
    from tongti.parties.models import Firm
    from tongti.shared import clock
    from tongti.units.models import Post, Unit
    from tongti.visits.models import Assignment, Campaign, Line, Team, Visit

    rng = random.Random(SEED)
    now, today = clock.now(), clock.today()
    firms = list(Firm.objects.order_by("pk").values_list("pk", flat=True))
    campaign = Campaign.objects.create(
        name="量一量", starts_on=today - timedelta(days=DAYS), ends_on=today + timedelta(days=90), made_at=now
    )
    unit = Unit.objects.order_by("pk").first()
    officers = Officer.objects.bulk_create(
        Officer(username=f"走访{n}", name=f"走访员{n}", password="!") for n in range(OFFICERS)
    )
    Post.objects.bulk_create(
        Post(officer=one, unit=unit, role="field_officer", since=date(2020, 1, 1)) for one in officers
    )
    lines = Line.objects.bulk_create(Line(campaign=campaign, place=n, name=f"第{n}条线") for n in range(1, LINES + 1))
    teams = Team.objects.bulk_create(
        Team(campaign=campaign, name=f"第{n}组", line=lines[n % LINES]) for n in range(TEAMS)
    )
    Assignment.objects.bulk_create(
        (
            Assignment(
                campaign=campaign, party_id=firm, officer=officers[n % OFFICERS], team=teams[n % TEAMS],
                visit_by=today + timedelta(days=rng.randrange(-30, 60)), wanted=2, since=campaign.starts_on,
            )
            for n, firm in enumerate(firms)
        ),
        batch_size=2000,
    )  # fmt: skip
    midnight = timezone.make_aware(datetime.combine(campaign.starts_on, datetime.min.time()))
    made = _visits(rng, visits, campaign.pk, firms, officers, teams, midnight)
    _copy(Visit, (Visit(**row) for row in made))
    _findings(rng, campaign, unit)
    return int(campaign.pk)


def _visits(
    rng: random.Random, count: int, campaign: int, firms: list[int], officers: Any, teams: Any, midnight: datetime
) -> Iterable[dict[str, Any]]:
    for n in range(count):
        at = midnight + timedelta(days=rng.randrange(DAYS), hours=10)
        # a tenth of the firms were never seen
        firm = rng.randrange(len(firms) * 9 // 10)
        yield {
            "key": uuid.UUID(int=rng.getrandbits(128), version=4), "campaign_id": campaign, "party_id": firms[firm],
            "officer_id": officers[firm % OFFICERS].pk, "team_id": teams[firm % TEAMS].pk, "way": "visit",
            "state": "planned" if n % 50 == 0 else "done", "planned_on": at.date(), "part": "day",
            "visited_on": None if n % 50 == 0 else at.date(), "note": "见了厂长，生产正常。", "facts": "", "next_visit_on": None,
            "version": 1, "changed_at": at, "over_cap": n % 200 == 0, "overrule_reason": "", "cancel_reason": "", "made_at": at,
        }  # fmt: skip


def _findings(rng: random.Random, campaign: Any, unit: Any) -> None:
    """A difficulty on every fifth visit; three of four became a case, half of those are closed."""
    from tongti.shared import clock
    from tongti.units.models import Category
    from tongti.visits.models import Finding, Visit

    categories = list(Category.objects.filter(level=3).values_list("pk", flat=True)[:40])
    done = Visit.objects.filter(campaign=campaign, state="done").order_by("pk")
    heard = list(itertools.islice(done.values_list("pk", "party_id", "officer_id", "made_at").iterator(), 0, None, 5))
    raised = [row for n, row in enumerate(heard) if n % 4]
    first = _copy_cases(rng, raised, categories, unit)
    numbers = iter(range(first, first + len(raised)))
    now = clock.now()

    def rows() -> Iterable[dict[str, Any]]:
        for n, (visit, _, officer, at) in enumerate(heard):
            handling, case = HANDLINGS[n % len(HANDLINGS)], next(numbers) if n % 4 else None
            lifted = handling == "C"
            yield {
                "key": uuid.UUID(int=rng.getrandbits(128), version=4), "visit_id": visit, "title": f"难题{n}",
                "words": WORDS[n % len(WORDS)], "wished": "", "category_id": rng.choice(categories) if categories else None,
                "handling": handling, "promised_on": at.date() if handling == "A" else None, "matter": "请求协调" if lifted else "",
                "level": ("city", "region")[n % 2] if lifted else "", "paper": "清单" if lifted else "",
                "explanation": "解释过" if handling == "D" else "", "reaction": "理解" if handling == "D" else "",
                "shared": n % 3 == 0, "hide_identity": False, "case_id": case, "raised_by_id": officer if case else None,
                "raised_at": now if case else None, "noted_at": at,
            }  # fmt: skip

    _copy(Finding, (Finding(**row) for row in rows()))


def _copy_cases(rng: random.Random, raised: list[Any], categories: list[int], unit: Any) -> int:
    """Cases of the difficulties; answers the id of the first."""
    from django.db import connection

    from tongti.cases.models import Case
    from tongti.shared.rows import columns

    into = columns(Case, without=("search",))
    start = (Case.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY cases_case ({into.names}) FROM STDIN") as copy,  # type: ignore[attr-defined]
    ):
        for n, (_, party, officer, at) in enumerate(raised):
            closed = n % 2 == 0
            copy.write_row(
                into.values(
                    Case(
                        pk=start + n,
                        number=f"量-{n:07d}",
                        year=2000,
                        serial=n + 1,
                        key=uuid.UUID(int=rng.getrandbits(128), version=4),
                        channel="visit",
                        title=f"难题{n}",
                        body=WORDS[n % len(WORDS)],
                        category_id=rng.choice(categories) if categories else None,
                        party_id=party,
                        party_kind="enterprise",
                        state="closed" if closed else "handling",
                        closing=CLOSINGS[n % len(CLOSINGS)] if closed else "",
                        holder=unit,
                        units=[unit.pk],
                        received_at=at,
                        registered_at=at,
                        closed_at=at + timedelta(days=10) if closed else None,
                        registered_by_id=officer,
                    )
                )
            )
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence('cases_case', 'id'), %s)", [start + len(raised)])
        cursor.execute("ANALYZE")
    return start


def _copy(model: Any, rows: Iterable[Any]) -> None:
    from django.db import connection

    from tongti.shared.rows import columns

    into = columns(model, without=("id",))
    statement = f"COPY {into.table} ({into.names}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:  # type: ignore[attr-defined]
        for row in rows:
            copy.write_row(into.values(row))


def _asked(ask: Callable[[], Any]) -> dict[str, float]:
    """Milliseconds: the median and the 95th of a hundred, after one that warms up."""
    ask()
    took = []
    for _ in range(ASKED):
        begin = time.perf_counter()
        answer = ask()
        took.append((time.perf_counter() - begin) * 1000)
        assert answer.status_code == 200, answer
    return {"p50_ms": round(statistics.median(took), 1), "p95_ms": round(statistics.quantiles(took, n=20)[-1], 1)}


def _once(do: Callable[[], Any]) -> tuple[float, Any]:
    begin = time.perf_counter()
    made = do()
    return round(time.perf_counter() - begin, 2), made


def measure(campaign_id: int) -> dict[str, Any]:
    """Milliseconds of what is opened, seconds of what is made."""
    from django.test import Client

    from tongti.accounts.models import Officer
    from tongti.exports import actions as exports
    from tongti.exports.ledgers import Asked
    from tongti.papers import actions as papers
    from tongti.papers import queries as made_papers
    from tongti.shared import clock
    from tongti.units.models import Post
    from tongti.units.queries import viewer_of
    from tongti.visits import actions
    from tongti.visits.models import Campaign, Finding, Visit

    office = Officer.objects.get(pk=Post.objects.filter(role="coordinator").values("officer")[:1])
    by, client, campaign = viewer_of(office), Client(), Campaign.objects.get(pk=campaign_id)
    client.force_login(office)
    firm = Visit.objects.filter(campaign=campaign, state="done").order_by("-pk").values_list("party_id", flat=True)[0]
    found: dict[str, Any] = {
        "visits": Visit.objects.count(),
        "findings": Finding.objects.count(),
        "cases": Finding.objects.filter(case__isnull=False).count(),
    }
    found["count_s"], _ = _once(actions.count_large)
    here = f"/desk/campaigns/{campaign_id}/"
    team = campaign.teams.order_by("pk").values_list("pk", flat=True)[3]
    for name, url in {
        "register": "/desk/firms/",
        "firm": f"/desk/firms/{firm}/",
        "campaign": here,
        "tables": f"{here}progress/",
        "visits_list": f"/desk/visits/?campaign={campaign_id}&state=done",
        "visits_of_a_team": f"/desk/visits/?campaign={campaign_id}&state=done&by=team&key={team}",
        "firms_behind": f"{here}firms/?show=behind",
        "firms_unseen": f"{here}firms/?show=unseen",
        "findings_all": f"{here}findings/",
        "findings_solved": f"{here}findings/?show=solved",
        "findings_of_a_class": f"{here}findings/?by=class&key=C",
        "findings_of_a_level": f"{here}findings/?by=level&key=region",
    }.items():
        found[name] = _asked(lambda url=url: client.get(url))  # type: ignore[misc]
    today = clock.today()
    days = {"since": today - timedelta(days=6), "until": today}
    found["brief_s"], paper = _once(lambda: papers.make_paper(kind="weekly", subject=campaign, by=by, **days))
    found["brief_docx_s"], _ = _once(lambda: made_papers.as_docx(paper))
    found["brief_xlsx_s"], _ = _once(lambda: made_papers.as_xlsx(paper))
    found["county_list_s"], listed = _once(
        lambda: papers.make_paper(kind="levels", subject=campaign, scope="county", by=by, **days)
    )
    found["county_list_docx_s"], _ = _once(lambda: made_papers.as_docx(listed))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    export = exports.ask_for_export(ledger="visits", form="xlsx", asked=Asked(), by=by)
    found["ledger_s"], _ = _once(lambda: exports.write_export(export_id=export.pk))
    export.refresh_from_db()
    found |= {"ledger_rows": export.rows, "ledger_mb": round(export.size / 1e6, 1)}
    found["memory_before_mb"], found["memory_mb"] = before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return found


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--firms", type=int, default=20_000)
    parser.add_argument("--visits", type=int, default=200_000)
    parser.add_argument("--data", type=Path, help="文件夹；空的就先造数据；不给就用临时的，量完删掉")
    parser.add_argument("--fill-only", action="store_true")
    args = parser.parse_args()
    folder = args.data or Path(tempfile.mkdtemp(prefix="tongti-visits-"))
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["TONGTI_DATA"] = str(folder.resolve())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongti.project.settings")
    os.environ.setdefault("TONGTI_HOSTS", "testserver,127.0.0.1")
    os.environ.setdefault("TONGTI_LOG_LEVEL", "WARNING")
    from tongti.project import boot, static_files

    try:
        with boot.database("bench.visits"):
            from django.core.management import call_command

            static_files.collect()
            call_command("migrate", interactive=False, verbosity=0)
            from bench import firms
            from tongti.project.demo import district
            from tongti.visits.models import Campaign

            if not Campaign.objects.exists():
                district.build()
                took, _ = _once(lambda: firms.fill(args.firms))
                print(f"{args.firms} 家登记用了 {took} 秒")
                took, _ = _once(lambda: fill(args.visits))
                print(f"{args.visits} 次走访用了 {took} 秒")
            if not args.fill_only:
                found = measure(Campaign.objects.earliest("pk").pk)
                print("\n".join(f"{name:>24}  {value}" for name, value in found.items()))
                print(json.dumps(found, ensure_ascii=False))
    finally:
        if args.data is None:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
