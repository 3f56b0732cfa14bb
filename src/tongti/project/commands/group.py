"""``tongti group``: find the same questions in a spreadsheet of messages, without a database."""

import argparse
from pathlib import Path

from tongti.project.refusal import Refused

NAME = "group"
HELP = "把表格（.xlsx、.csv）里的留言并成同题，不需要数据库"
COLUMNS = ("id", "title", "body", "time", "asker")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which file, where to, and which column is what."""
    parser.add_argument("--input", type=Path, required=True, metavar="文件", help="留言表，.xlsx 或 .csv")
    parser.add_argument("--output", type=Path, required=True, metavar="文件", help="结果：id,group,title,probability")
    parser.add_argument(
        "--map",
        nargs="+",
        default=[],
        metavar="列=表头",
        help=f"哪一列是什么（{'、'.join(COLUMNS)}），例如 id=留言编号 title=留言主题；不写时按表头猜",
    )
    parser.add_argument("--evaluate", type=Path, metavar="文件", help="有标注时，对照标注文件给出质量指标（JSON）")


def run(args: argparse.Namespace) -> None:
    """Group, write, and measure when asked."""
    from samequestion import SameQuestionError, group_file

    mapping = _mapping(args.map)
    try:
        print(group_file(args.input, args.output, mapping=mapping, labels=args.evaluate))
    except SameQuestionError as error:
        raise Refused(str(error)) from error


def _mapping(pairs: list[str]) -> dict[str, str]:
    mapping = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
    wrong = [pair for pair in pairs if "=" not in pair or pair.split("=", 1)[0] not in COLUMNS]
    if wrong:
        raise Refused(f"--map 里的“{wrong[0]}”不对：应写成 列=表头，列是 {'、'.join(COLUMNS)} 之一。")
    return mapping
