"""Writes on 贡献记录: the monthly rows by a job, what a person says about them, how long she looks first."""

from datetime import date

from django.db import connection, transaction
from django.db.models import Count

from tongti.contributions.kinds import KINDS, in_month
from tongti.contributions.models import Contribution, FirstLook, Remark
from tongti.contributions.queries import MONTHS, months
from tongti.shared import clock, privacy
from tongti.shared.errors import BadInput, Raced
from tongti.shared.text import checked_words
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer

COUNT_LOCK = 7_102_033
MOST_REMARKS = 20


def count_months() -> int:
    """The night's count: this month and the one before; the first time, the year. Safe to run twice. Answers how many months."""
    wanted = months()[: 2 if Contribution.objects.exists() else MONTHS]
    for month in wanted:
        count_month(month=month)
    return len(wanted)


@transaction.atomic
def count_month(*, month: date) -> int:
    """Make the rows of one month anew from the facts; readers see the old ones until it is done. Answers how many rows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [COUNT_LOCK])
    rows = [
        Contribution(officer_id=who, unit_id=unit or 0, month=month, kind=code, amount=n)
        for code, kind in KINDS.items()
        for who, unit, n in in_month(kind, month).order_by().values_list("who", "of_unit").annotate(n=Count("pk"))
    ]
    Contribution.objects.filter(month=month).delete()
    Contribution.objects.bulk_create(rows, batch_size=5000)
    return len(rows)


@transaction.atomic
def remark(*, unit_id: int, month: date, kind: str, words: str, by: Viewer) -> Remark:
    """本人说明 on one's own month, or one line of it. Raises BadInput."""
    if kind and kind not in KINDS:
        raise BadInput("kind", "请选说的是哪一项。")
    if month > clock.today():
        raise BadInput("words", "这个月还没有到。")
    own = Contribution.objects.filter(officer=by.officer_id, unit_id=unit_id, month=month).exists()
    if unit_id not in by.unit_ids and not own:
        raise BadInput("words", "只能说明自己的记录。")
    words = checked_words(words, "words", "说明", 300)
    if privacy.found_in(words):
        raise BadInput("words", "说明里有手机号、身份证号或银行卡号，请去掉。")
    standing = Remark.objects.filter(officer=by.officer_id, month=month, taken_back_at=None)
    if standing.count() >= MOST_REMARKS:
        raise BadInput("words", f"一个月最多写 {MOST_REMARKS} 条，可以先收回几条。")
    row = Remark.objects.create(
        officer_id=by.officer_id, unit_id=unit_id, month=month, kind=kind, words=words, at=clock.now()
    )
    trail.record("remark.made", row, by=by, facts={"month": month.isoformat(), "kind": kind}, first=True)
    return row


@transaction.atomic
def take_back_remark(*, remark_id: int, by: Viewer) -> None:
    """收回: one's own remark no longer stands beside the numbers. Raises Raced when it is gone, or is not hers."""
    mine = Remark.objects.filter(pk=remark_id, officer=by.officer_id, taken_back_at=None)
    if not mine.update(taken_back_at=clock.now()):
        raise Raced
    trail.record("remark.taken_back", Remark.objects.get(pk=remark_id), by=by)


@transaction.atomic
def set_first_look(*, days: int, by: Viewer) -> FirstLook:
    """本人先看几天. Raises NotAllowed, BadInput."""
    by.require(May.ADMINISTER)
    if not 1 <= days <= 60:
        raise BadInput("days", "请填 1 到 60 天：本人总要有时间看。")
    row = FirstLook.objects.create(days=days, made_by_id=by.officer_id, made_at=clock.now())
    trail.record("firstlook.set", row, by=by, facts={"days": days}, first=True)
    return row
