"""``tongti import FILE``: enter a table of messages or work orders."""

import argparse
import time
from pathlib import Path

from tongti.project.refusal import Refused

NAME = "import"
HELP = "导入留言或工单表（.xlsx、.csv）；同一来源的同一行只登记一次"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The table, its columns, its door."""
    parser.add_argument("file", metavar="文件", type=Path)
    parser.add_argument(
        "--map", metavar="栏=列名", action="append", default=[], help="指定列的对应，例如 --map 内容=留言详情（可多次）"
    )
    parser.add_argument("--channel", metavar="渠道", default="import", help="渠道代码：import、phone、web、superior 等")
    parser.add_argument(
        "--source", metavar="代号", default="", help="来源代号；同一来源每次用同一个，重复导入不会重复登记"
    )
    parser.add_argument("--preview", action="store_true", help="只看列的对应和前 10 行，不导入")


def run(args: argparse.Namespace) -> int:
    """0 when every row was entered or known, 1 when some were refused."""
    from tongti.project import boot

    if not args.file.is_file():
        raise Refused(f"没有这个文件：{args.file}")
    with boot.database("tongti import"):
        return _import(args)


def _import(args: argparse.Namespace) -> int:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from tongti.cases import actions, queries
    from tongti.shared.actor import SYSTEM
    from tongti.shared.errors import DomainError

    started = time.monotonic()
    try:
        batch = actions.upload_import(
            name=args.file.name, content=args.file.read_bytes(), channel=args.channel, by=SYSTEM
        )
        shown = queries.preview(batch)
        mapping = _mapping(args.map, shown.headers, shown.mapping, dict(queries.field_names()))
        _print_columns(shown.headers, mapping, dict(queries.field_names()))
        if args.preview:
            for row in queries.preview(batch, mapping).rows:
                print(f"  第 {row.number} 行：{row.problem or '可以导入'}")
            actions.drop_import(batch=batch, by=SYSTEM)
            return 0
        actions.start_import(
            batch=batch,
            mapping=mapping,
            source=args.source or batch.source,
            channel=args.channel,
            by=SYSTEM,
            in_background=False,
        )
        columns = (TextColumn("导入"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns) as progress:
            task = progress.add_task("import", total=batch.rows)
            done = actions.run_import(batch_id=batch.pk, progress=lambda b: progress.update(task, completed=b.done))
    except DomainError as refused:
        raise Refused(refused.sentence) from refused
    seconds = time.monotonic() - started
    print(
        f"共 {done.rows} 行：新登记 {done.entered}，原来已有 {done.known}，没有导入 {done.failed}；"
        f"用时 {seconds:.1f} 秒（每秒 {done.rows / max(seconds, 0.001):.0f} 行）。"
    )
    for error in queries.row_errors(done, limit=20):
        print(f"  {error}")
    return 1 if done.failed else 0


def _mapping(wanted: list[str], headers: object, guessed: dict[str, int], labels: dict[str, str]) -> dict[str, int]:
    mapping = dict(guessed)
    names = {label: field for field, label in labels.items()} | {field: field for field in labels}
    columns = list(headers)  # type: ignore[call-overload]
    for pair in wanted:
        field, _, column = pair.partition("=")
        if field not in names or column not in columns:
            raise Refused(
                f"--map {pair} 不对：栏可以是 {'、'.join(labels.values())}；列名可以是 {'、'.join(columns)}。"
            )
        mapping = {name: at for name, at in mapping.items() if at != columns.index(column)}
        mapping[names[field]] = columns.index(column)
    return mapping


def _print_columns(headers: object, mapping: dict[str, int], labels: dict[str, str]) -> None:
    columns = list(headers)  # type: ignore[call-overload]
    print("列的对应：" + "，".join(f"{labels[field]} ← {columns[at]}" for field, at in mapping.items()))
    unused = [name for at, name in enumerate(columns) if at not in mapping.values()]
    if unused:
        print("没有用到的列：" + "、".join(unused))
