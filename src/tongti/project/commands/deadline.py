"""``tongti deadline``: the legal clock, without a database."""

import argparse

NAME = "deadline"
HELP = "按法定工作日推算期限，例如 tongti deadline 2026-09-30 5个工作日"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """When it starts, how long it lasts, where."""
    parser.add_argument("start", metavar="起算日", help="日期或时刻，例如 2026-09-30 或 2026-09-30T16:20")
    parser.add_argument("amount", metavar="期限", help="例如 5个工作日、24小时、15日")
    parser.add_argument("--region", default="", metavar="代码", help="行政区划代码，用它的地方节假日，例如 450000")
    parser.add_argument("--explain", action="store_true", help="逐日说明为什么算或不算，并写出依据")


def run(args: argparse.Namespace) -> None:
    """Print the day and the reason."""
    from tongti.project.refusal import Refused
    from worktime.cli import run_deadline
    from worktime.errors import WorktimeError

    try:
        print(run_deadline(args.start, args.amount, args.region, args.explain))
    except WorktimeError as error:
        raise Refused(str(error)) from error
