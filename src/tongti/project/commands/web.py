"""``tongti web``: the web server alone, for installations that start each part by itself."""

import argparse

from tongti.project import environment

NAME = "web"
HELP = "只启动网页服务（数据库和后台任务另行启动时用）"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Address and size."""
    parser.add_argument("--host", default="127.0.0.1", metavar="地址", help="监听地址，默认 127.0.0.1")
    parser.add_argument("--port", type=int, default=8000, metavar="端口", help="监听端口，默认 8000")


def run(args: argparse.Namespace) -> None:
    """Serve until a signal says stop."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    from tongti.project.logs import configuration

    Server(
        "tongti.project.served:application",
        address=args.host,
        port=args.port,
        interface=Interfaces.WSGI,
        workers=environment.number("TONGTI_WEB_PROCESSES", 2),
        blocking_threads=environment.number("TONGTI_WEB_THREADS", 4),
        websockets=False,
        log_level=LogLevels.warning,
        log_dictconfig=configuration("INFO"),
        # A crashed process is replaced; the pages stay up on the other one meanwhile.
        respawn_failed_workers=True,
        workers_kill_timeout=10,
    ).serve()
