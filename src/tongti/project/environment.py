"""What the operator said in environment variables, read in one place (docs/operator.md lists them all)."""

import os
from datetime import time
from pathlib import Path

from tongti.project.refusal import Refused

DATABASE_URL = "DATABASE_URL"


def text(name: str, default: str = "") -> str:
    """The variable, or ``default`` when it is missing or empty; ``NAME_FILE`` names a file that holds it instead."""
    file = os.environ.get(f"{name}_FILE")
    if file:
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise Refused(f"变量 {name}_FILE 指向的文件 {file} 读不出来：{error.strerror}。") from error
    return os.environ.get(name) or default


def flag(name: str) -> bool:
    """Whether the variable is switched on (``1``)."""
    return text(name) == "1"


def number(name: str, default: int) -> int:
    """The variable as a whole number."""
    said = text(name)
    if not said:
        return default
    if not said.isdecimal():
        raise Refused(f"变量 {name} 应是一个整数，现在是“{said}”。")
    return int(said)


def hours(name: str, default: str) -> tuple[time, time]:
    """Two times of day, ``21:30-08:00``."""
    said = text(name, default)
    try:
        begin, end = (time.fromisoformat(part.strip()) for part in said.split("-"))
    except ValueError as error:
        raise Refused(f"变量 {name} 应写成 21:30-08:00 这样的一段时间，现在是“{said}”。") from error
    return begin, end


def words(name: str, default: str) -> list[str]:
    """The variable as a list: parts between commas."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def data_dir() -> Path:
    """Where this installation keeps everything that must survive: database, keys, files, logs."""
    return Path(text("TONGTI_DATA", "data")).resolve()


def cluster() -> Path:
    """The embedded database's own folder."""
    return data_dir() / "pg"
