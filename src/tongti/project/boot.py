"""Bringing Django and its database up for one command."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from tongti.project import environment, postgres
from tongti.project.data_folder import Busy, Hold
from tongti.project.database_url import parse
from tongti.project.refusal import Refused

OLDEST_POSTGRESQL = 150000
ANOTHER_STARTS_SECONDS = 60.0


def django() -> None:
    """Load the settings and all apps; needs no database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongti.project.settings")
    from django import setup

    setup()


@contextmanager
def database(purpose: str) -> Iterator[Callable[[], None]]:
    """Django ready and its database answering, for the length of the block.

    Answers what has to be done when the process must end inside the block: it stops the server that was started for us.

    Without DATABASE_URL that is the embedded one: the server of a running ``tongti up`` is shared, else one is started for us.
    """
    if environment.text(environment.DATABASE_URL):
        yield from _with_django()
        return
    hold = Hold(environment.data_dir(), purpose)
    try:
        hold.take()
    except Busy as busy:
        _wait_for_another(busy)
        yield from _with_django()
        return
    server = embedded_server()

    def leave() -> None:
        server.stop()
        hold.release()

    try:
        server.start()
        yield from _with_django(leave)
    finally:
        leave()


def embedded_server() -> postgres.Server:
    """The server over this installation's data folder."""
    return postgres.Server(environment.cluster(), log=environment.data_dir() / "logs" / "database.log")


def _with_django(leave: Callable[[], None] = lambda: None) -> Iterator[Callable[[], None]]:
    ensure_database()
    django()
    try:
        yield leave
    finally:
        close_connections()


def close_connections() -> None:
    """Let go of this process's connections, so that the database can stop without anybody being cut off."""
    from django.db import connections

    for connection in connections.all(initialized_only=True):
        connection.close()
        if hasattr(connection, "close_pool"):
            connection.close_pool()


def _wait_for_another(busy: Busy) -> None:
    deadline = time.monotonic() + ANOTHER_STARTS_SECONDS
    while time.monotonic() < deadline:
        try:
            psycopg.connect(postgres.url(environment.cluster(), "postgres"), connect_timeout=5).close()
        except psycopg.OperationalError:
            time.sleep(0.2)
            continue
        return
    raise busy


def ensure_database() -> str:
    """Make the database if it is missing; answers the server's version in words. Raises Refused with a sentence."""
    said = environment.text(environment.DATABASE_URL)
    entry = parse(said or postgres.url(environment.cluster()))
    try:
        connection = _connect(entry, entry["NAME"])
    except psycopg.OperationalError as error:
        if not _missing(error):
            raise Refused(
                f"连不上数据库 {_place(entry)}：{_reason(error)}。请检查 DATABASE_URL 和数据库服务。"
            ) from error
        _create(entry)
        connection = _connect(entry, entry["NAME"])
    with connection:
        version = connection.info.server_version
    if version < OLDEST_POSTGRESQL:
        raise Refused(f"数据库是 PostgreSQL {version // 10000}，需要 15 或更新的版本。")
    return f"PostgreSQL {version // 10000}.{version % 10000}"


def _connect(entry: dict[str, Any], name: str) -> psycopg.Connection:
    known = {"host": entry["HOST"], "port": entry["PORT"], "user": entry["USER"], "password": entry["PASSWORD"]}
    given = {key: value for key, value in known.items() if value}
    return psycopg.connect(make_conninfo(dbname=name, connect_timeout=10, **given, **entry["OPTIONS"]), autocommit=True)


def _missing(error: psycopg.OperationalError) -> bool:
    # A refused connection carries no SQLSTATE in psycopg: only the words tell a missing database from a wrong password.
    return "does not exist" in str(error) and "database" in str(error)


def _create(entry: dict[str, Any]) -> None:
    name = entry["NAME"]
    try:
        with _connect(entry, "postgres") as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(sql.Identifier(name))
            )
    except psycopg.errors.DuplicateDatabase:
        return
    except psycopg.Error as error:
        raise Refused(f"数据库 {name} 不存在，也没有权限建立它：请让数据库管理员先建好这个库。") from error


def _place(entry: dict[str, Any]) -> str:
    return f"{entry['HOST'] or '本机'}{':' if entry['PORT'] else ''}{entry['PORT']}/{entry['NAME']}"


def _reason(error: psycopg.OperationalError) -> str:
    return str(error).strip().splitlines()[-1].strip().rstrip(".")
