"""``tongti``: the command-line program."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version

from tongti.project import commands
from tongti.project.chinese_help import Parser, speak_chinese
from tongti.project.refusal import Refused

DESCRIPTION = """同题共答：把许多人反映的同一个难题并成一道题，接力办理，共同答复，由诉求人评价。

第一次使用：tongti up --demo，然后在浏览器打开显示的地址。"""
EPILOG = "每个命令的用法：tongti 命令 --help。环境变量和数据目录见 docs/operator.md。"
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0 for done, 1 for refused or failed, 2 for a wrong call."""
    _speak_utf8()
    parser = build_parser()
    arguments = list(sys.argv[1:] if argv is None else argv)
    args = parser.parse_args(arguments)
    if args.command is None:
        parser.print_help()
        return 0
    try:
        return args.command.run(args) or 0
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 1
    except BrokenPipeError:
        # The reader (`| head`) has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("\n已中断。", file=sys.stderr)
        return INTERRUPTED


def build_parser() -> argparse.ArgumentParser:
    """The whole command line with its help."""
    speak_chinese()
    parser = Parser(prog="tongti", description=DESCRIPTION, epilog=EPILOG)
    parser.add_argument("--version", action="version", version=f"同题 Tongti {version('tongti')}", help="显示版本号")
    parser.set_defaults(command=None)
    listing = parser.add_subparsers(title="subcommands", metavar="命令", parser_class=Parser)
    for command in commands.every():
        pass_through = getattr(command, "PASS_THROUGH", False)
        child = listing.add_parser(
            command.NAME,
            help=command.HELP,
            description=command.HELP,
            add_help=not pass_through,
            prefix_chars="\0" if pass_through else "-",
        )
        command.add_arguments(child)
        if pass_through:
            child.add_argument("rest", nargs=argparse.REMAINDER)
        child.set_defaults(command=command)
    return parser


def _speak_utf8() -> None:
    # Under LANG=C Python would end with an encoding error at the first Chinese word.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


if __name__ == "__main__":
    sys.exit(main())
