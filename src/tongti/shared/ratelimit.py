"""How often one address or one phone may do one thing. Kept in the database, so that all processes count together.

The rule is a leaky bucket in its "virtual time" form (GCRA): one row holds the moment at which the bucket would be empty again;
a try moves it on by ``per_seconds / limit``. One statement decides and counts, refused tries write nothing, and nobody waits for
a window to turn over. Who it was is kept as a keyed hash only. The table (``ratelimit``, made by a migration of the
accounts) is UNLOGGED: after a power cut everybody starts afresh, which is what one would want.
"""

from dataclasses import dataclass

from django.conf import settings
from django.db import connection

from tongti.shared import crypto, prepared
from tongti.shared.errors import DomainError

_TRY = (
    "INSERT INTO ratelimit AS r (bucket, empty_at) VALUES (%s, clock_timestamp() + %s * interval '1 second') "
    "ON CONFLICT (bucket) DO UPDATE SET empty_at = greatest(r.empty_at, clock_timestamp()) + %s * interval '1 second' "
    "WHERE greatest(r.empty_at, clock_timestamp()) <= clock_timestamp() + %s * interval '1 second' RETURNING 1"
)
_WAIT = "SELECT extract(epoch FROM empty_at - clock_timestamp()) FROM ratelimit WHERE bucket = %s"
_SWEEP = "DELETE FROM ratelimit WHERE empty_at < clock_timestamp()"


class TooOften(DomainError):
    """The bucket is full; the sentence says after how many minutes there is room again."""

    code, status, words = "too_often", 429, "操作太频繁了，请过 {wait}再试。写的内容不用删，到时再按一次就行。"


@dataclass(frozen=True)
class Try:
    """One try of ``who`` at ``name``: at most ``limit`` at once, and ``limit`` per ``per_seconds`` in the long run."""

    name: str
    who: str | bytes
    limit: int
    per_seconds: int

    @property
    def bucket(self) -> bytes:
        """Who and what, as a keyed hash."""
        return _bucket(self.name, self.who)

    @property
    def step(self) -> float:
        """Seconds by which one try fills the bucket."""
        return self.per_seconds / (self.limit * settings.RATE_LIMIT_FACTOR)

    @property
    def room(self) -> float:
        """Seconds by which it may be full before one more try."""
        return self.per_seconds - self.step


def hit(name: str, who: str | bytes, limit: int, per_seconds: int) -> None:
    """Count one try; see ``hit_all``."""
    hit_all(Try(name, who, limit, per_seconds))


def hit_all(*tries: Try) -> None:
    """Count several tries (of nobody: none) with one statement, each in its own bucket.

    Call it before the action and outside its transaction, so that a try which failed is counted too. Raises TooOften for the
    first whose bucket is full; the others have been counted.
    """
    counted = [one for one in tries if one.who]
    if not counted:
        return
    steps = ", ".join(f"t{n} AS ({_TRY})" for n in range(len(counted)))
    passed = ", ".join(f"EXISTS (SELECT FROM t{n})" for n in range(len(counted)))
    with prepared.cursor() as cursor:
        cursor.execute(
            f"WITH {steps} SELECT {passed}",
            [value for one in counted for value in (one.bucket, one.step, one.step, one.room)],
        )
        refused = [one for one, fine in zip(counted, cursor.fetchone(), strict=True) if not fine]
        if not refused:
            return
        cursor.execute(_WAIT, [refused[0].bucket])
        row = cursor.fetchone()
    raise TooOften(wait=_words(float(row[0]) - refused[0].room if row else refused[0].step))


def forgive(name: str, who: str | bytes) -> None:
    """Forget the tries: a right number and code proves that the wrong ones before were slips."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM ratelimit WHERE bucket = %s", [_bucket(name, who)])


def forget_all() -> None:
    """Everybody starts afresh: after a mistaken setting, and between tests with real transactions."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM ratelimit")


def sweep() -> int:
    """Throw away buckets that are empty again; answers how many. Run by a timed job."""
    with connection.cursor() as cursor:
        cursor.execute(_SWEEP)
        return int(cursor.rowcount)


def _bucket(name: str, who: str | bytes) -> bytes:
    text = who.hex() if isinstance(who, bytes) else who
    return crypto.blind_index(text or "-", purpose=f"ratelimit.{name}")


def _words(seconds: float) -> str:
    return f"{max(1, round(seconds))} 秒" if seconds < 60 else f"{round(seconds / 60)} 分钟"
