"""``tongti backup``: everything in one file, while the site runs."""

import argparse
from pathlib import Path

NAME = "backup"
HELP = "把数据库、密钥和上传的文件备份成一个文件（不用停机）"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to."""
    parser.add_argument("file", type=Path, metavar="文件", help="备份文件，例如 /backup/tongti-2026-11-23.tar")


def run(args: argparse.Namespace) -> None:
    """Write it."""
    from tongti.project import boot, dumps

    with boot.database("tongti backup"):
        size = dumps.write(args.file)
    print(f"已备份到 {args.file}（{size / 1024 / 1024:.1f} MB）。里面有密钥，请和数据库分开、保密存放。")
