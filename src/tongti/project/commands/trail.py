"""``tongti trail verify``: has anybody touched the record?"""

import argparse
import sys

NAME = "trail"
HELP = "留痕：核对操作记录有没有被改动过（tongti trail verify）"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The only verb is ``verify``."""
    verbs = parser.add_subparsers(dest="verb", required=True, title="subcommands", metavar="操作")
    verbs.add_parser("verify", help="逐条重算校验码，指出第一处被改、被删或被截断的地方")


def run(args: argparse.Namespace) -> int:
    """0 when the trail holds, 1 when it does not."""
    from tongti.project import boot

    with boot.database("tongti trail verify"):
        from tongti.trail.queries import verify

        proof = verify(lambda events: print(f"已核对 {events} 条……", file=sys.stderr))
    for fault in proof.faults:
        print(fault)
    print(f"共核对 {proof.events} 条记录、{proof.objects} 个对象、{proof.seals} 次封存：", end="")
    print("完整，没有改动。" if proof.holds else f"发现 {len(proof.faults)} 处问题。")
    return 0 if proof.holds else 1
