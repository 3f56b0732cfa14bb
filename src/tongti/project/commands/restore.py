"""``tongti restore``: a backup into an empty data folder."""

import argparse
from pathlib import Path

NAME = "restore"
HELP = "从备份文件恢复到一个空的数据目录"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where from."""
    parser.add_argument("file", type=Path, metavar="文件", help="tongti backup 做的备份文件")


def run(args: argparse.Namespace) -> None:
    """Keys and files first, for Django would draw new keys otherwise; then the database, brought up to this version."""
    from tongti.project import boot, dumps, environment

    dump = dumps.unpack(args.file)
    with boot.database("tongti restore"):
        dumps.load(dump)
        from django.core.management import call_command

        call_command("migrate", interactive=False, verbosity=0)
    print(f"已恢复到 {environment.data_dir()}。请运行 tongti check 核对。")
