"""``tongti up``: database, web pages and background jobs in one process tree."""

import argparse
import os
import socket
import sys
import time
import urllib.error
import urllib.request
from importlib.metadata import version
from pathlib import Path

from tongti.project import boot, environment
from tongti.project.commands.check import check_configuration
from tongti.project.data_folder import Hold
from tongti.project.postgres import Server
from tongti.project.refusal import Refused
from tongti.project.steps import Steps
from tongti.project.supervisor import Child, Children, Stop, stop_on_signal

NAME = "up"
HELP = "启动整个站点：数据库、网页服务和后台任务；Ctrl-C 全部停止"
READY_SECONDS = 60.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Address and demo mode."""
    parser.add_argument(
        "--host", default="127.0.0.1", metavar="地址", help="监听地址，默认 127.0.0.1（只有本机能访问）"
    )
    parser.add_argument("--port", type=int, default=8000, metavar="端口", help="监听端口，默认 8000")
    parser.add_argument(
        "--demo", action="store_true", help="演示模式：空库时载入演示区县，可一键登录各种角色；只能用在本机"
    )


def run(args: argparse.Namespace) -> int:
    """Start all, watch all, stop all."""
    _refuse_demo_elsewhere(args)
    children = Children()
    server: Server | None = None
    try:
        with stop_on_signal(), Hold(environment.data_dir(), f"tongti up --port {args.port}"):
            _refuse_taken_port(args.host, args.port)
            _tell_settings(args)
            try:
                steps = Steps()
                print(f"同题 Tongti {version('tongti')}，数据目录 {environment.data_dir()}", flush=True)
                server = _start_database(steps)
                _prepare(steps, demo=args.demo)
                _start_children(steps, children, args)
                print(f"共用 {steps.seconds:.1f} 秒。请在浏览器打开 {_url(args)} （按 Ctrl-C 停止）", flush=True)
                raise Refused(children.watch(server))
            finally:
                _stop(children, server)
    except Stop:
        _say("已全部停止。")
    return 0


def _refuse_demo_elsewhere(args: argparse.Namespace) -> None:
    from tongti.project.checks import is_loopback

    if (args.demo or environment.flag("TONGTI_DEMO")) and not is_loopback(args.host):
        raise Refused(f"演示模式任何人都能一键登录，只能用在本机：请去掉 --demo，或不要监听 {args.host}。")


def _refuse_taken_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As the web server does: a port in TIME_WAIT after a restart is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise Refused(f"没有权限使用端口 {port}：请用 1024 以上的端口，例如 --port 8000。") from None
        except (OSError, OverflowError) as error:
            raise Refused(
                f"不能监听 {host}:{port}（已被占用或不是本机地址）：请换一个端口，例如 --port {_next(port)}。"
            ) from error


def _next(port: int) -> int:
    return port + 1 if 0 < port < 65535 else 8000


def _tell_settings(args: argparse.Namespace) -> None:
    """What the children and our own Django must know; an operator's own variables win."""
    if args.demo:
        os.environ["TONGTI_DEMO"] = "1"
    os.environ.setdefault("TONGTI_BASE_URL", _url(args))


def _url(args: argparse.Namespace) -> str:
    host = "127.0.0.1" if args.host in {"0.0.0.0", "::"} else args.host  # noqa: S104  (compared, not bound)
    return f"http://[{host}]:{args.port}" if ":" in host else f"http://{host}:{args.port}"


def _start_database(steps: Steps) -> Server | None:
    if environment.text(environment.DATABASE_URL):
        with steps.step("连接数据库") as step:
            step.say(boot.ensure_database())
        return None
    server = boot.embedded_server()
    with steps.step("启动数据库") as step:
        server.start()
        step.say(f"{boot.ensure_database()}，{server.cluster}")
    return server


def _prepare(steps: Steps, *, demo: bool) -> None:
    with steps.step("检查配置"):
        boot.django()
        check_configuration()
    from django.core.management import call_command

    from tongti.project import demo_district, static_files

    try:
        with steps.step("更新表结构"):
            call_command("migrate", interactive=False, verbosity=0)
        with steps.step("整理静态文件") as step:
            step.say("已更新" if static_files.collect() else "没有变化")
        if demo:
            with steps.step("演示区县") as step:
                step.say(demo_district.load(step.say) if demo_district.wanted() else "数据库里已有数据，保留不动")
        with steps.step("默认目录") as step:
            step.say(_defaults())
    finally:
        boot.close_connections()


def _defaults() -> str:
    """Categories and causes where there are none, regimes whose code is new: a second start enters nothing."""
    from tongti.deadlines.actions import load_samples
    from tongti.shared.actor import SYSTEM
    from tongti.units.actions import load_defaults
    from tongti.window.actions import load_causes

    loaded = {
        "项分类": load_defaults(by=SYSTEM),
        "条时限规则": load_samples(by=SYSTEM),
        "种卡点原因": load_causes(by=SYSTEM),
    }
    return f"载入 {'、'.join(f'{n} {what}' for what, n in loaded.items())}" if any(loaded.values()) else "没有变化"


def _start_children(steps: Steps, children: Children, args: argparse.Namespace) -> None:
    logs = environment.data_dir() / "logs"
    with steps.step("启动网页服务和后台任务"):
        # The worker must not look for a data folder to hold: we hold it, and the database is already up.
        known = {environment.DATABASE_URL: _database_url()}
        web = ["web", "--host", args.host, "--port", str(args.port)]
        children.add(Child("网页服务", web, environment=known, log=logs / "web.log"))
        children.add(Child("后台任务", ["worker"], environment=known, log=logs / "worker.log"))
        _wait_until_served(children, _url(args), logs)


def _database_url() -> str:
    from tongti.project import postgres

    return environment.text(environment.DATABASE_URL) or postgres.url(environment.cluster())


def _wait_until_served(children: Children, url: str, logs: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        gone = children.dead()
        if gone is not None:
            raise Refused(f"{gone.name}没有启动（代码 {gone.process.returncode}），日志：{gone.log}")
        try:
            # Our own site on our own machine, whatever proxy the environment names.
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(f"{url}/healthz", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise Refused(f"网页服务在 {READY_SECONDS:.0f} 秒内没有应答，日志：{logs / 'web.log'}")


def _stop(children: Children, server: Server | None) -> None:
    _say("\n正在停止……")
    there = server is None or server.alive
    for child in children.stop(wait=there):
        if there:
            _say(f"{child.name}没有按时停下，已强制结束；没做完的任务下次启动接着做。日志：{child.log}")
    if server is not None:
        server.stop(slow=lambda: _say("数据库正在把数据写到磁盘，请稍候……"))


def _say(words: str) -> None:
    try:
        print(words, flush=True)
    except OSError:
        # The terminal is gone; stopping matters more than saying so.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
