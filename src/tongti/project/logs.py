"""Log lines: one JSON object each, to standard error, with nothing that a person typed and nothing from the address's query."""

import json
import logging
import traceback
from datetime import UTC, datetime
from typing import Any

# What every LogRecord has; anything else was passed as ``extra=`` and is a fact of its own.
STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# Put into ``extra`` by Django and procrastinate; they hold request bodies, addresses and job arguments.
PERSONAL = frozenset({"request", "params", "sql", "job", "task", "result", "kwargs", "args", "worker", "server_time"})


class JsonLine(logging.Formatter):
    """``{"at": …, "level": …, "logger": …, "event": …}`` and the record's plain facts."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line; an exception gives its type and where it was raised, never its message."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        line |= {
            name: value
            for name, value in vars(record).items()
            if name not in STANDARD | PERSONAL and isinstance(value, str | int | float | bool | None)
        }
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = _error(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


def _error(error: BaseException) -> dict[str, Any]:
    # The message of a database or validation error can quote what a resident wrote; the frames cannot.
    frames = traceback.extract_tb(error.__traceback__)
    return {
        "type": f"{type(error).__module__}.{type(error).__qualname__}",
        "code": getattr(error, "code", None) if isinstance(getattr(error, "code", None), str) else None,
        "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-12:]],
        "cause": _error(error.__cause__) if error.__cause__ is not None else None,
    }


class NoAddresses(logging.Filter):
    """Django's request logger says "Not Found: /path"; a path can hold a one-time token, so the level of news is dropped.

    The access log has the same event with the route's pattern instead.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep only server errors, without their path."""
        if record.levelno < logging.ERROR:
            return False
        record.msg, record.args = "server error", ()
        return True


def configuration(level: str) -> dict[str, Any]:
    """For Django's LOGGING and for the web server's own loggers."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": "tongti.project.logs.JsonLine"}},
        "filters": {"no_addresses": {"()": "tongti.project.logs.NoAddresses"}},
        "handlers": {
            "lines": {"class": "logging.StreamHandler", "formatter": "line"},
            "requests": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["no_addresses"]},
        },
        "root": {"handlers": ["lines"], "level": "WARNING"},
        "loggers": {
            "tongti": {"level": level},
            "procrastinate": {"level": "WARNING"},
            "django.request": {"handlers": ["requests"], "level": "ERROR", "propagate": False},
            "django.security": {"level": "ERROR"},
            # Says so whenever a command ends in the middle of a statement.
            "psycopg.pool": {"level": "ERROR"},
            # Every statement with its parameters: never.
            "django.db.backends": {"level": "WARNING"},
            "_granian": {"handlers": ["lines"], "level": "WARNING", "propagate": False},
        },
    }
