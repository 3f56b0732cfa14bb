"""``tongti createofficer``: the first account, made at the keyboard of the server."""

import argparse
import getpass
import os
import secrets
import sys

from tongti.project.refusal import Refused

NAME = "createofficer"
HELP = "新建一个工作人员账号（首次登录须改口令）"
VARIABLE = "TONGTI_PASSWORD"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Who."""
    parser.add_argument("username", metavar="登录名", help="登录用的名字，例如 lan.xiaoyu")
    parser.add_argument("--name", required=True, metavar="姓名", help="显示在页面和留痕里的姓名")
    parser.add_argument("--phone", default="", metavar="电话", help="办公电话")
    parser.add_argument(
        "--random-password",
        action="store_true",
        help=f"生成随机口令并显示一次；不加时从键盘输入，或取自变量 {VARIABLE}",
    )


def run(args: argparse.Namespace) -> None:
    """Make the account."""
    from tongti.project import boot

    password = _password(random=args.random_password)
    with boot.database("tongti createofficer"):
        from tongti.accounts.actions import create_officer
        from tongti.shared.actor import SYSTEM
        from tongti.shared.errors import DomainError

        try:
            create_officer(username=args.username, name=args.name, phone=args.phone, password=password, by=SYSTEM)
        except DomainError as error:
            raise Refused(error.sentence) from error
    print(f"已建立账号 {args.username}（{args.name}），首次登录须改口令。")
    if args.random_password:
        print(f"口令（只显示这一次）：{password}")


def _password(*, random: bool) -> str:
    if random:
        return secrets.token_urlsafe(12)
    if os.environ.get(VARIABLE):
        return os.environ[VARIABLE]
    if not sys.stdin.isatty():
        raise Refused(f"没有键盘可输入口令：请设变量 {VARIABLE}，或加 --random-password。")
    first = getpass.getpass("口令（至少 10 位，输入时不显示）：")
    if first != getpass.getpass("再输一遍："):
        raise Refused("两次输入的口令不一样，没有建立账号。")
    return first
