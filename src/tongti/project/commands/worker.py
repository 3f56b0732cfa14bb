"""``tongti worker``: the background jobs alone."""

import argparse
import os

NAME = "worker"
NICENESS = 5
HELP = "只运行后台任务（匹配同题、发送答复、定时任务）"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Whether to stay."""
    parser.add_argument("--once", action="store_true", help="做完眼下等待的任务就退出")


def run(args: argparse.Namespace) -> None:
    """Work until a signal says stop, behind those who wait in front of a page: the processor is theirs first."""
    os.nice(NICENESS)
    from tongti.project import boot

    with boot.database("tongti worker") as leave:
        from tongti.jobs import worker

        worker.run(wait=not args.once, leave=leave)
