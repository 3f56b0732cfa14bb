"""``tongti demo``: fill an empty database with the demo district."""

import argparse

from tongti.project.refusal import Refused

NAME = "demo"
HELP = "在空数据库里载入演示区县（tongti up --demo 会自动做）"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """None."""


def run(args: argparse.Namespace) -> None:
    """Load it, or say why not."""
    from tongti.project import boot, demo_district

    with boot.database("tongti demo"):
        if not demo_district.wanted():
            raise Refused("数据库里已经有数据，不载入演示区县。要重新开始，请换一个数据目录（TONGTI_DATA）。")
        print(demo_district.load(lambda words: print(f"  {words}", flush=True)))
