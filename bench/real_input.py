"""The real messages (../shared/data) through import, grouping and evaluation: ``python -m bench.real_input``.

Imports ``messages.xlsx`` by the same actions as ``tongti import``, groups it as the worker does after an import, and prints
import seconds, grouping seconds, the twenty largest questions, and the figures on the labelled half (samequestion.evaluate).
The database is a throwaway one unless DATABASE_URL names another (empty) one.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
DATA = ROOT.parent / "shared" / "data"


def measure(data: Path) -> dict[str, Any]:
    """Import, group, evaluate in the database at hand, which must be empty."""
    from samequestion import evaluate
    from tongti.cases import actions as cases
    from tongti.project.demo import district
    from tongti.questions import actions as questions
    from tongti.questions.models import Membership
    from tongti.shared.actor import SYSTEM

    district.build()
    file = data / "messages.xlsx"
    started = time.perf_counter()
    batch = cases.upload_import(name=file.name, content=file.read_bytes(), by=SYSTEM)
    cases.start_import(
        batch=batch, mapping=batch.mapping, source="messages", channel="import", by=SYSTEM, in_background=False
    )
    done = cases.run_import(batch_id=batch.pk)
    imported = time.perf_counter() - started
    started = time.perf_counter()
    grouped = questions.match_batch(batch_id=batch.pk)
    took = time.perf_counter() - started
    rows = Membership.objects.filter(state__in=["proposed", "active"]).values_list(
        "case__source_id", "question__number"
    )
    return {
        "rows": done.rows,
        "entered": done.entered,
        "failed": done.failed,
        "import_seconds": round(imported, 1),
        "import_rows_per_second": round(done.rows / imported),
        "grouping_seconds": round(took, 1),
        "questions": grouped.new_questions,
        "messages_in_questions": grouped.proposals,
        "largest": [{"number": number, "title": title, "askers": size} for number, title, size in grouped.largest],
        "labelled_half": evaluate(data / "labels.csv", dict(rows)),
    }


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description="真实留言：导入、并题、对照标注")
    parser.add_argument("--data", type=Path, default=DATA, help="messages.xlsx 和 labels.csv 所在的文件夹")
    args = parser.parse_args()
    missing = [name for name in ("messages.xlsx", "labels.csv") if not (args.data / name).is_file()]
    if missing:
        print(f"没有 {args.data} 里的 {'、'.join(missing)}：真实留言不随项目发布，放好后再运行。", file=sys.stderr)
        return 2
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongti.project.settings")
    os.environ.setdefault("TONGTI_LOG_LEVEL", "WARNING")
    with tempfile.TemporaryDirectory(prefix="tongti-real-") as folder:
        os.environ["TONGTI_DATA"] = folder
        from tongti.project import boot

        with boot.database("bench.real_input"):
            from django.core.management import call_command

            call_command("migrate", interactive=False, verbosity=0)
            found = measure(args.data)
    print(
        f"导入 {found['entered']} 条，{found['import_seconds']} 秒；并题 {found['grouping_seconds']} 秒，{found['questions']} 道题"
    )
    for at, one in enumerate(found["largest"], start=1):
        print(f"{at:3}. {one['askers']:4} 件  {one['number']}  {one['title']}")
    print(json.dumps(found, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
