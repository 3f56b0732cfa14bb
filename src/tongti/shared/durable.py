"""Told only when it is on disk, without making others wait for the disk.

An ordinary commit keeps its locks until the disk has answered. Where everybody needs the same lock — the row that counts the case
numbers — that makes one queue of all commits: as many numbers a second as the disk can be waited for one after the other, about a
hundred on a common one. So such a transaction gives its locks back as soon as its commit stands in the write-ahead log
(``RELEASE_EARLY``), and only then waits for the disk together with all others that wait at that moment (``wait_for_disk``).

Nothing is weaker for it. The log is written in order: a number that was taken later is never on disk while an earlier one is not, so
numbers stay free of gaps after a power cut; and nobody is told a number before ``wait_for_disk`` came back.
"""

from django.db import connection, transaction

RELEASE_EARLY = "set_config('synchronous_commit', 'off', true)"
"""SQL expression; evaluated anywhere in a transaction it holds until that transaction ends, and no longer."""


def wait_for_disk_after_commit() -> None:
    """Call it in every transaction that used RELEASE_EARLY: the outermost ``atomic`` block then ends only when its commit is
    on disk (and at the replicas, where the operator asks for that)."""
    transaction.on_commit(wait_for_disk)


def wait_for_disk() -> None:
    """Everything that was committed before this call is on disk when it returns."""
    with connection.cursor() as cursor:
        # An ordinary commit of next to nothing. The log is flushed up to it, hence up to everything before it.
        cursor.execute("SELECT pg_logical_emit_message(true, 'tongti', '')")
