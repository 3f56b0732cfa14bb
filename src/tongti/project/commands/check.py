"""``tongti check``: is this installation fit to run?"""

import argparse

from tongti.project.refusal import Refused

NAME = "check"
MOST_UNFOLDED = 100_000
HELP = "检查配置、数据库、表结构、计数和留痕"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Whether to read the whole trail."""
    parser.add_argument("--no-trail", action="store_true", help="不核对留痕（数据很多时省时间）")


def run(args: argparse.Namespace) -> None:
    """Stop at the first thing that must be mended; print a line for each that is well."""
    from tongti.project import boot

    with boot.database("tongti check"):
        print("数据库：可以连接")
        check_configuration()
        print("配置：没有错误")
        _check_tables()
        print("表结构：与当前版本一致")
        _check_figures()
        if not args.no_trail:
            _check_trail()


def check_configuration() -> None:
    """Django's system checks and ours; warnings are printed, errors refuse."""
    from django.core import checks

    found = [message for message in checks.run_checks() if not message.is_silenced()]
    for message in found:
        if not message.is_serious():
            print(f"注意：{message.msg}{message.hint or ''}（{message.id}）")
    serious = [f"{message.msg}{message.hint or ''}（{message.id}）" for message in found if message.is_serious()]
    if serious:
        raise Refused("\n".join(serious))


def _check_tables() -> None:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        raise Refused(f"数据库还缺 {len(waiting)} 个迁移：请运行 tongti migrate。")


def _check_figures() -> None:
    """What the last night's check found; ``tongti figures check`` counts again."""
    from tongti.figures.models import Check, Delta

    waiting = Delta.objects.count()
    if waiting > MOST_UNFOLDED:
        print(f"注意：有 {waiting} 条计数还没有折叠，看板会慢；请看后台任务（tongti worker）是不是在跑。")
    last = Check.objects.order_by("-id").first()
    if last is None:
        print("计数：还没有核对过（每天 02:50 核对）")
        return
    if last.stands:
        raise Refused(
            f"计数：{last.drifted} 个和明细对不上（{last.at:%Y-%m-%d} 核对）。请运行 tongti figures check 看是哪些。"
        )
    print(f"计数：{last.measures} 种一致（{last.at:%Y-%m-%d} 核对）")


def _check_trail() -> None:
    from tongti.trail.queries import verify

    proof = verify()
    if not proof.holds:
        raise Refused("\n".join([f"留痕：发现 {len(proof.faults)} 处问题。", *proof.faults]))
    print(f"留痕：{proof.events} 条记录完整")
