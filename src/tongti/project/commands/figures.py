"""``tongti figures``: are the leader's numbers what their rows say?"""

import argparse

from tongti.project.refusal import Refused

NAME = "figures"
HELP = "计数：核对看板上的数字和明细是不是一致（tongti figures check），不一致的改正"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """``check`` looks, ``correct`` puts right."""
    verbs = parser.add_subparsers(dest="verb", required=True, title="subcommands", metavar="操作")
    verbs.add_parser("check", help="每种计数照明细重新点一遍，列出对不上的")
    correct = verbs.add_parser("correct", help="对不上的照重新点的改，留痕")
    correct.add_argument("--reason", required=True, help="为什么要改，写进留痕")


def run(args: argparse.Namespace) -> int:
    """0 when every figure agrees (or was put right), 1 when some do not."""
    from tongti.project import boot

    with boot.database(f"tongti figures {args.verb}"):
        from tongti.reports import actions
        from tongti.shared.errors import BadInput

        try:
            check = actions.correct_figures(reason=args.reason) if args.verb == "correct" else actions.check_figures()
        except BadInput as error:
            raise Refused(str(error)) from error
        print_drifts(check.drifts)
    print(f"核对了 {check.measures} 种计数：", end="")
    if not check.drifted:
        print("全部一致。")
        return 0
    print(f"{check.drifted} 个对不上" + ("，已照明细改正。" if check.corrected_at else "。"))
    return 0 if check.corrected_at else 1


def print_drifts(drifts: list[dict[str, object]], most: int = 20) -> None:
    """One line each, the first ``most``."""
    for drift in drifts[:most]:
        where = " ".join(f"{name}={drift[name]}" for name in ("unit_id", "subject_id", "day") if drift[name])
        print(f"{drift['measure']} {where}：计数 {drift['kept']}，明细 {drift['counted']}")
    if len(drifts) > most:
        print(f"……还有 {len(drifts) - most} 个，见“审计”页。")
