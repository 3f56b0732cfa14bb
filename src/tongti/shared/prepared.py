"""Statements that run on nearly every request, parsed and planned once per connection instead of every time.

For short look-ups and inserts PostgreSQL spends more time on reading and planning the statement than on running it. Django's cursors
put the values into the text, so each text is new to the server; the cursors here send the values beside it, and after the fifth
time (``prepare_threshold`` in the settings) the server keeps the plan.

Because values travel apart, their types do too: write ``%s::bigint`` where PostgreSQL could not tell from the place.
"""

from typing import Any

import psycopg
from django.db import connection
from django.db.backends.utils import CursorWrapper


def cursor() -> CursorWrapper:
    """A cursor of the current connection and transaction, counted and logged like ``connection.cursor()``. Use it in a ``with``."""
    connection.ensure_connection()
    # The stubs know Django's wrapper only, which is what comes back.
    own: Any = psycopg.Cursor(connection.connection)
    return connection.make_debug_cursor(own) if connection.queries_logged else connection.make_cursor(own)
