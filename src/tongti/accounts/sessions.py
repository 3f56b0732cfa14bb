"""Sessions in the database, each kept by one statement.

Django's own store looks whether a fresh key is taken before it writes it, and wraps its one statement in a transaction of its
own: three more round trips whenever something is kept. A key of 32 random letters is not taken; if it ever were, the primary
key says so and ``create`` tries another. Reading and writing are plain statements, because every page of the desk starts with one.

Of an officer a session lasts as long as she is not idle for longer than the district allows (docs/adr/0036); what a resident's
browser keeps, and the session of a phone with the officer's notebook, last their fixed time.

Keeping does not wait for the disk (shared.durable): after a power cut somebody may have to sign in or type again, and a form that was
sent is recognised by its key. Ending a session does wait, so nobody who signed out is signed in again.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import VALID_KEY_CHARS, CreateError, UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import IntegrityError, connection
from django.utils.crypto import get_random_string

from tongti.shared import clock, durable, prepared

_INSERT = "INSERT INTO django_session (session_data, expire_date, session_key) SELECT %s, %s, %s"
_SEEN = "UPDATE django_session SET expire_date = %s WHERE session_key = %s"
_UPDATE = "UPDATE django_session SET session_data = %s, expire_date = %s WHERE session_key = %s"


# A phone that carries the notebook works for hours without signal, a screen on the wall has nobody before it: their sessions have
# the fixed time (docs/adr/0024, 0036).
NOTEBOOK, SCREEN = "notebook", "screen"
OFTEN = timedelta(minutes=1)


class SessionStore(DatabaseStore):
    """SESSION_ENGINE."""

    _ends: datetime | None = None

    def load(self) -> dict[str, Any]:
        """What was kept; nothing of a session that has ended."""
        with prepared.cursor() as cursor:
            cursor.execute(
                "SELECT session_data, expire_date FROM django_session WHERE session_key = %s AND expire_date > %s",
                [self.session_key, clock.now()],
            )
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
            return {}
        self._ends = row[1]
        return dict(self.decode(row[0]))

    def save(self, must_create: bool = False) -> None:
        """Keep it. Raises CreateError when the new key is taken, UpdateError when the session was deleted meanwhile."""
        if self.session_key is None:
            self.create()
            return
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]  # the stubs leave it out
        values: list[Any] = [self.encode(data), self.get_expiry_date(), self.session_key]
        statement = _INSERT + _early(" WHERE") if must_create else _UPDATE + _early(" AND")
        with prepared.cursor() as cursor:
            try:
                cursor.execute(statement, values)
            except IntegrityError as error:
                raise CreateError from error
            if not cursor.rowcount:
                raise UpdateError
        self._ends = values[1]

    def get_expiry_date(self, **given: Any) -> datetime:
        """When it ends if it is kept now: of an officer after the longest idle time (W11), otherwise after the fixed time."""
        if SESSION_KEY in self and NOTEBOOK not in self and SCREEN not in self:
            return clock.now() + timedelta(seconds=settings.SESSION_IDLE)
        ends: datetime = super().get_expiry_date(**given)
        return ends

    def seen(self) -> bool:
        """Whoever it belongs to is there: it lasts its whole time anew. Answers whether that was kept.

        Kept at most once a minute, because every page comes here; only the date is written, so that nothing is lost that another
        page of hers keeps meanwhile. A phone with the notebook and a screen on the wall have their fixed time.
        """
        if NOTEBOOK in self or SCREEN in self:
            return False
        ends = self.get_expiry_date()
        if self._ends is None or ends - self._ends < OFTEN:
            return False
        with prepared.cursor() as cursor:
            cursor.execute(_SEEN + _early(" AND"), [ends, self.session_key])
        self._ends = ends
        return True

    def left(self) -> int:
        """Whole seconds until it ends, as far as this request knows."""
        return max(0, int((self._ends - clock.now()).total_seconds())) if self._ends else 0

    def ends_at(self) -> datetime:
        """When it ends unless something is kept in it meanwhile. (Django's own answer counts from now on.) A session that has
        ended, ended now."""
        with prepared.cursor() as cursor:
            cursor.execute("SELECT expire_date FROM django_session WHERE session_key = %s", [self.session_key])
            row = cursor.fetchone()
        return row[0] if row else clock.now()

    def _get_new_session_key(self) -> str:
        return get_random_string(32, VALID_KEY_CHARS)


def _early(joint: str) -> str:
    """What lets a statement end before the disk has it; inside somebody's transaction it would be her facts, too."""
    return "" if connection.in_atomic_block else f"{joint} {durable.RELEASE_EARLY} = 'off'"
