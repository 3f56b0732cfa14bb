"""站内消息: telling officers, in the system and by work mail."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import QuerySet

from tongti.accounts.models import Officer
from tongti.outbox.actions import Draft, send_many
from tongti.outbox.models import Notice
from tongti.shared import clock
from tongti.shared.pages import Page, page_of
from tongti.units.access import Viewer

# Told once per key. A row from the future was told by a clock that ran ahead: it is told again at its right time.
_TELL = (
    "INSERT INTO outbox_notice (officer_id, subject, words, about_kind, about_id, key, urgent, at) "
    "SELECT * FROM unnest(%s::bigint[], %s::varchar[], %s::varchar[], %s::varchar[], %s::bigint[], %s::varchar[], "
    "%s::boolean[], %s::timestamptz[]) "
    "ON CONFLICT (key) DO UPDATE SET at = EXCLUDED.at, read_at = NULL, subject = EXCLUDED.subject, words = EXCLUDED.words "
    "WHERE outbox_notice.at > EXCLUDED.at RETURNING id, officer_id, key"
)


@dataclass(frozen=True)
class Word:
    """What to tell one officer about an object; ``key`` names the fact (the officer is added to it)."""

    officer_id: int
    about: models.Model
    key: str
    subject: str
    words: str = ""
    urgent: bool = False


@transaction.atomic
def tell(words: Iterable[Word]) -> int:
    """Tell each officer once per fact, and by mail where she has a work address; answers how many were new.

    Two workers that find the same fact at once write one row: the second waits for the first's commit and then finds it there.
    """
    # in one order everywhere, so that two workers with the same batch queue instead of deadlocking
    rows = sorted({_key(word): word for word in words}.items())
    if not rows:
        return 0
    now = clock.now()
    columns = [
        (w.officer_id, w.subject[:120], w.words[:300], w.about._meta.label_lower, w.about.pk, key, w.urgent, now)
        for key, w in rows
    ]
    with connection.cursor() as cursor:
        cursor.execute(_TELL, [list(column) for column in zip(*columns, strict=True)])
        told = cursor.fetchall()
    by_key = dict(rows)
    _mail([(pk, officer_id, by_key[key]) for pk, officer_id, key in told])
    return len(told)


def _key(word: Word) -> str:
    return f"{word.key}:{word.officer_id}"[:120]


def _mail(told: Sequence[tuple[int, int, Word]]) -> None:
    addresses = {
        officer.pk: officer.email
        for officer in Officer.objects.filter(pk__in={officer_id for _, officer_id, _ in told}, is_active=True)
        if officer.email
    }
    at = int(clock.now().timestamp())
    send_many(
        Draft(
            subject=word.subject[:120],
            body=f"{word.subject}\n{word.words}\n\n请登录查看：{settings.BASE_URL}/desk/notices/",
            about=word.about,
            dedupe_key=f"notice:{pk}:{at}",
            email=addresses[officer_id],
            urgent=word.urgent,
        )
        for pk, officer_id, word in told
        if officer_id in addresses
    )


def mine(viewer: Viewer, cursor: str = "", *, unread: bool = False, size: int = 30) -> Page[Notice]:
    """Her own notices, newest first."""
    rows = Notice.objects.filter(officer_id=viewer.officer_id)
    return page_of(rows.filter(read_at=None) if unread else rows, order=("-at", "-id"), cursor=cursor, size=size)


def unread_rows(viewer: Viewer, limit: int = 100) -> QuerySet[Notice]:
    """What she has not read, to be counted; nobody counts past ``limit``."""
    return Notice.objects.filter(officer_id=viewer.officer_id, read_at=None)[:limit]


def unread(viewer: Viewer) -> int:
    """How many she has not read."""
    return unread_rows(viewer).count()


def mark_read(*, by: Viewer, notice_id: int | None = None) -> int:
    """One of her own notices, or all of them; answers how many were unread. Safe to repeat."""
    rows = Notice.objects.filter(officer_id=by.officer_id, read_at=None)
    return rows.filter(pk=notice_id).update(read_at=clock.now()) if notice_id else rows.update(read_at=clock.now())


def one(viewer: Viewer, pk: int) -> Notice | None:
    """One of her own notices."""
    return Notice.objects.filter(officer_id=viewer.officer_id, pk=pk).first()
