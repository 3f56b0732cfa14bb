"""What a holiday notice costs when thousands of deadlines are open: ``python -m bench.recount --batons 5000``.

Questions of a helper and a lead, dispatched by the actions, in a database of its own; then the two things an administrator
does: look at the first page of what would move, and put the notice in force, whose later lots a job does. Prints a table and the same as JSON.
"""

import argparse
import json
import os
import resource
import shutil
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

# Not a real notice: what one of the year 2027 could say.
DAYS = (("2027-02-05", "2027-02-11", "放假", "春节"), ("2027-02-20", "", "上班", "春节调休"))


def fill(count: int) -> None:
    """``count`` open batons on questions of two cases each, a lead and a helper, all dispatched on 3 February 2027."""
    import uuid

    from tongti.cases import actions as cases
    from tongti.questions import actions as questions
    from tongti.relay import actions as relay
    from tongti.shared.actor import SYSTEM
    from tongti.units.models import Category, Unit
    from tongti.units.queries import viewer_of

    boss = viewer_of(_officer("dispatcher"))
    bodies = list(Unit.objects.filter(active=True, kind="bureau").order_by("pk")[:2])
    category = Category.objects.filter(parent__isnull=False).order_by("pk")[0]
    for n in range(count // 2):
        made = [
            cases.register(
                intake=cases.Intake(
                    key=uuid.uuid4(), channel="phone", kind="help", body=f"第{n}条街停水{i}", phone=f"139{n:06d}{i:02d}"
                ),
                by=SYSTEM,
            )
            for i in range(2)
        ]
        question = questions.make(
            title=f"第{n}条街停水", category_id=category.pk, case_ids=[case.pk for case in made], by=boss
        )
        relay.dispatch(
            question=question,
            lead_id=bodies[0].pk,
            helpers=[(bodies[1].pk, "查管网")],
            lead_task="查明原因",
            reason="测速",
            by=boss,
        )


def _officer(role: str) -> Any:
    from tongti.units.models import Post

    return Post.objects.filter(role=role).select_related("officer").order_by("pk")[0].officer


def measure() -> dict[str, Any]:
    """Seconds and statements of the preview's first page, of what the administrator waits for, and of all lots."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tongti.deadlines import actions, previews
    from tongti.relay.models import Baton
    from tongti.units.queries import viewer_of

    admin = viewer_of(_officer("admin"))
    rows = actions.rows_of(DAYS)
    draft = actions.NoticeDraft(region="000000", year=2027, title="测速用的通知", rows=rows)
    notice = actions.draft_notice(draft=draft, by=admin)
    begin = time.perf_counter()
    page = previews.preview(admin, previews.calendar_after(notice))
    looked = time.perf_counter() - begin
    with CaptureQueriesContext(connection) as seen:
        begin, used = time.perf_counter(), time.process_time()
        first = actions.enforce_notice(notice=notice, by=admin)
        pressed = time.perf_counter() - begin
        done = actions.continue_recount(recount_id=first.pk)
        took, used = time.perf_counter() - begin, time.process_time() - used
    return {
        "batons": Baton.objects.count(),
        "preview_s": round(looked, 2),
        "preview_rows": len(page.rows),
        "first_lot_s": round(pressed, 2),
        "action_s": round(took, 2),
        "processor_s": round(used, 2),
        "looked_at": done.looked_at,
        "moved": done.moved,
        "settled": done.settled,
        "kept": done.kept,
        "statements": len(seen.captured_queries),
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--batons", type=int, default=5000)
    parser.add_argument(
        "--data", type=Path, help="文件夹；空的就先造数据，量过一次就不能再量；不给就用临时的，量完删掉"
    )
    parser.add_argument("--fill-only", action="store_true")
    args = parser.parse_args()
    folder = args.data or Path(tempfile.mkdtemp(prefix="tongti-recount-"))
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["TONGTI_DATA"] = str(folder.resolve())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongti.project.settings")
    os.environ.setdefault("TONGTI_LOG_LEVEL", "WARNING")
    from tongti.project import boot

    try:
        with boot.database("bench.recount"):
            import time_machine
            from django.core.management import call_command

            from tongti.project.demo import district
            from tongti.relay.models import Baton
            from worktime import SHANGHAI

            call_command("migrate", interactive=False, verbosity=0)
            with time_machine.travel(datetime(2027, 2, 3, 9, tzinfo=SHANGHAI), tick=False):
                if not Baton.objects.exists():
                    district.build()
                    fill(args.batons)
                if not args.fill_only:
                    found = measure()
                    print("\n".join(f"{name:>14}  {value}" for name, value in found.items()))
                    print(json.dumps(found))
    finally:
        if args.data is None:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
