"""``tongti group``: find the same questions in a spreadsheet of messages, without a database; or, without ``--input``, among
all cases of the database."""

import argparse
import json
import sys
import time
from pathlib import Path

from tongti.project.refusal import Refused

NAME = "group"
HELP = "把表格（.xlsx、.csv）里的留言并成同题，不需要数据库；不写 --input 时核对库里的全部诉求"
COLUMNS = ("id", "title", "body", "time", "asker", "place")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which file, where to, and which column is what."""
    parser.add_argument("--input", type=Path, metavar="文件", help="留言表，.xlsx 或 .csv；不写时用库里的全部诉求")
    parser.add_argument("--output", type=Path, metavar="文件", help="结果：id,group,title,probability")
    parser.add_argument(
        "--map",
        nargs="+",
        default=[],
        metavar="列=表头",
        help=f"哪一列是什么（{'、'.join(COLUMNS)}），例如 id=留言编号 title=留言主题；不写时按表头猜",
    )
    parser.add_argument(
        "--evaluate", type=Path, metavar="文件", help="对照标注文件（id,question_id）给出质量指标（JSON）"
    )


def run(args: argparse.Namespace) -> None:
    """Group, write, and measure when asked. Progress goes to standard error, results to standard output."""
    if args.input is None:
        _database(args)
        return
    if args.output is None:
        raise Refused("请用 --output 写明结果放在哪个文件。")
    from samequestion import EngineError, agreement, group_file, processors, read_labels

    mapping = _mapping(args.map)
    started = time.monotonic()
    progress = _Progress()
    try:
        labels = read_labels(args.evaluate) if args.evaluate else {}
        grouping = group_file(
            args.input, args.output, mapping=mapping or None, progress=progress.show, processes=processors()
        )
    except EngineError as error:
        raise Refused(str(error)) from error
    except OSError as error:
        raise Refused(f"文件 {error.filename} 不能读写，请看看磁盘和权限。") from error
    finally:
        progress.end()
    shared = sum(len(one.members) > 1 for one in grouping.groups)
    members = {member: one.id for one in grouping.groups for member in one.members}
    print(
        f"{len(members)} 条留言，并成 {len(grouping.groups)} 道题，其中 {shared} 道不止一条；"
        f"用时 {time.monotonic() - started:.1f} 秒，结果在 {args.output}",
        file=sys.stderr,
    )
    if args.evaluate:
        print(json.dumps(agreement(labels, members), ensure_ascii=False, indent=2))


def _database(args: argparse.Namespace) -> None:
    """Every case of the database: proposals and candidate questions for the dispatchers, nothing joined by itself."""
    if args.output or args.map or args.evaluate:
        raise Refused("--output、--map、--evaluate 只和 --input 一起用。")
    from tongti.project import boot

    progress = _Progress()
    with boot.database("tongti group"):
        from tongti.questions.actions import group_all

        try:
            done = group_all(progress=progress.show)
        finally:
            progress.end()
    for number, title, size in done.largest:
        print(f"{size:5d}  {number}  {title}")
    print(
        f"{done.cases} 件诉求，新发现 {done.new_questions} 道待立题，{done.proposals} 件待核对；用时 {done.seconds:.1f} 秒",
        file=sys.stderr,
    )


def _mapping(pairs: list[str]) -> dict[str, str]:
    wrong = [pair for pair in pairs if pair.partition("=")[0] not in COLUMNS or not pair.partition("=")[2]]
    if wrong:
        raise Refused(f"--map 里的“{wrong[0]}”不对：应写成 列=表头，列是 {'、'.join(COLUMNS)} 之一。")
    return dict(pair.split("=", 1) for pair in pairs)


_WIDTH = 30
"""Characters of the progress bar."""


class _Progress:
    """One moving bar on a terminal, one line per step elsewhere."""

    def __init__(self) -> None:
        self._step = ""
        self._live = sys.stderr.isatty()

    def show(self, step: str, share: float) -> None:
        if self._live:
            done = round(share * _WIDTH)
            bar = "█" * done + "░" * (_WIDTH - done)
            print(f"\r\033[K{step}　{bar} {share:4.0%}", end="", file=sys.stderr, flush=True)
        elif step != self._step:
            print(f"{step}……", file=sys.stderr, flush=True)
        self._step = step

    def end(self) -> None:
        if self._live and self._step:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
