"""Sessions in the database, each kept by one statement.

Django's own store looks whether a fresh key is taken before it writes it, and wraps its one statement in a transaction of its
own: three more round trips whenever something is kept. A key of 32 random letters is not taken; if it ever were, the primary
key says so and ``create`` tries another. Reading and writing are plain statements, because every page of the desk starts with one.

Keeping does not wait for the disk (shared.durable): after a power cut somebody may have to sign in or type again, and a form that was
sent is recognised by its key. Ending a session does wait, so nobody who signed out is signed in again.
"""

from datetime import datetime
from typing import Any

from django.contrib.sessions.backends.base import VALID_KEY_CHARS, CreateError, UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import IntegrityError, connection
from django.utils.crypto import get_random_string

from tongti.shared import clock, durable, prepared

_INSERT = "INSERT INTO django_session (session_data, expire_date, session_key) SELECT %s, %s, %s"
_UPDATE = "UPDATE django_session SET session_data = %s, expire_date = %s WHERE session_key = %s"


class SessionStore(DatabaseStore):
    """SESSION_ENGINE."""

    def load(self) -> dict[str, Any]:
        """What was kept; nothing of a session that has ended."""
        with prepared.cursor() as cursor:
            cursor.execute(
                "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s",
                [self.session_key, clock.now()],
            )
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
            return {}
        return dict(self.decode(row[0]))

    def save(self, must_create: bool = False) -> None:
        """Keep it. Raises CreateError when the new key is taken, UpdateError when the session was deleted meanwhile."""
        if self.session_key is None:
            self.create()
            return
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]  # the stubs leave it out
        values: list[Any] = [self.encode(data), self.get_expiry_date(), self.session_key]
        statement = _INSERT if must_create else _UPDATE
        if not connection.in_atomic_block:
            # Inside somebody's transaction it would be her facts, too, that are not waited for.
            statement += f"{' WHERE' if must_create else ' AND'} {durable.RELEASE_EARLY} = 'off'"
        with prepared.cursor() as cursor:
            try:
                cursor.execute(statement, values)
            except IntegrityError as error:
                raise CreateError from error
            if not cursor.rowcount:
                raise UpdateError

    def ends_at(self) -> datetime:
        """When it ends unless something is kept in it meanwhile. (Django's own answer counts from now on.) A session that has
        ended, ended now."""
        with prepared.cursor() as cursor:
            cursor.execute("SELECT expire_date FROM django_session WHERE session_key = %s", [self.session_key])
            row = cursor.fetchone()
        return row[0] if row else clock.now()

    def _get_new_session_key(self) -> str:
        return get_random_string(32, VALID_KEY_CHARS)
