"""Sessions in the database, each kept by one statement.

Django's own store looks whether a fresh key is taken before it writes it, and wraps its one statement in a transaction of its
own: three more round trips whenever something is kept. A key of 32 random letters is not taken; if it ever were, the primary
key says so and ``create`` tries another.
"""

from django.contrib.sessions.backends.base import VALID_KEY_CHARS, CreateError, UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import IntegrityError
from django.utils.crypto import get_random_string


class SessionStore(DatabaseStore):
    """SESSION_ENGINE."""

    def save(self, must_create: bool = False) -> None:
        """Keep it. Raises CreateError when the new key is taken, UpdateError when the session was deleted meanwhile."""
        if self.session_key is None:
            self.create()
            return
        row = self.create_model_instance(self._get_session(no_load=must_create))
        if must_create:
            try:
                row.save(force_insert=True)
            except IntegrityError as error:
                raise CreateError from error
        elif not self.model.objects.filter(pk=row.pk).update(
            session_data=row.session_data, expire_date=row.expire_date
        ):
            raise UpdateError

    def _get_new_session_key(self) -> str:
        return get_random_string(32, VALID_KEY_CHARS)
