"""发布的数: counted by the database, with the list frozen beside it; retracted and replaced, never changed.

The list goes from rows to frozen rows inside the database: one statement for a rate, whatever its size. A million rows never pass
through this process.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from tongti.formulas import access, frozen, versions
from tongti.formulas.errors import AlreadyRetracted, PublishedBefore, StillCounting
from tongti.formulas.models import Habit, Published, PublishedLine, Publishing, Retraction
from tongti.formulas.queries.rates import rows_counted
from tongti.formulas.versions import FormulaView
from tongti.shared import clock
from tongti.shared.actor import SYSTEM, Actor
from tongti.shared.errors import BadInput
from tongti.shared.later import defer
from tongti.shared.text import checked_words
from tongti.trail import actions as trail
from tongti.units.access import Viewer
from tongti.units.queries import viewer_of

AT_ONCE = 20_000
"""So many rows are counted while the officer waits; more by the job ``formulas.publish``."""
_STATES = Publishing.State


@transaction.atomic
def publish(*, codes: Sequence[str], since: date, until: date, by: Viewer) -> Publishing:
    """发布 rates of some days, for the district and every unit, each by the formula in force on the last day.

    Small ones are there at once; large ones are counted by a job. Raises NotAllowed, BadInput, StillCounting, PublishedBefore.
    """
    by.require(access.PUBLISHES)
    if until < since:
        raise BadInput("until", "结束的日子不能早于开始的日子。")
    if until > clock.today():
        raise BadInput("until", "还没有到的日子不能发布。")
    chosen = [code for code in versions.shipped() if code in codes]
    if not chosen:
        raise BadInput("codes", "请选发布哪些率。")
    return _begin(chosen, since, until, by=by)


def _begin(codes: Sequence[str], since: date, until: date, *, by: Actor) -> Publishing:
    with connection.cursor() as cursor:
        # two who publish the same days at once: the second waits, and then sees the first
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 32))", [f"publish:{since}:{until}"])
    if Publishing.objects.filter(since=since, until=until).exclude(state=_STATES.DONE).exists():
        raise StillCounting
    standing = _standing(codes, since, until)
    if standing:
        raise PublishedBefore(names="、".join(sorted(row.name for row in standing)))
    run = Publishing.objects.create(
        codes=list(codes),
        since=since,
        until=until,
        total=len(codes),
        asked_by_id=by.actor_id if isinstance(by, Viewer) else None,
        asked_at=clock.now(),
    )
    facts = {"codes": list(codes), "since": since.isoformat(), "until": until.isoformat()}
    trail.record("publishing.asked", run, by=by, facts=facts, first=True)
    if rows_counted(codes, since, until) <= AT_ONCE:
        for code in codes:
            _publish_one(run, code)
        _finish(run)
    else:
        defer("formulas.publish", publishing_id=run.pk)
    return run


def _standing(codes: Sequence[str], since: date, until: date) -> list[Published]:
    rows = Published.objects.filter(code__in=codes, since=since, until=until)
    return list(rows.exclude(Exists(Retraction.objects.filter(published=OuterRef("pk")))))


def run_publishing(*, publishing_id: int) -> None:
    """The job: one rate after the other, each in its own transaction; after a fall it goes on with what is missing."""
    run = Publishing.objects.get(pk=publishing_id)
    if run.state == _STATES.DONE:
        return
    Publishing.objects.filter(pk=run.pk).update(state=_STATES.RUNNING)
    for code in run.codes:
        with transaction.atomic():
            # a second worker waits here, and then finds this rate counted
            Publishing.objects.select_for_update().get(pk=run.pk)
            if not Published.objects.filter(run=run, code=code).exists():
                _publish_one(run, code)
                Publishing.objects.filter(pk=run.pk).update(done=Published.objects.filter(run=run).count())
    with transaction.atomic():
        _finish(run)


def _finish(run: Publishing) -> None:
    if (
        Publishing.objects.filter(pk=run.pk)
        .exclude(state=_STATES.DONE)
        .update(state=_STATES.DONE, done=len(run.codes), finished_at=clock.now())
    ):
        run.refresh_from_db()
        trail.record("publishing.done", run, by=SYSTEM)


def _publish_one(run: Publishing, code: str) -> Published:
    formula = versions.book().on(code, run.until)
    corrected = Published.objects.filter(code=code, since=run.since, until=run.until).order_by("-pk").first()
    with connection.cursor() as cursor:
        # The row is made last, when its size is known, because nothing about it may change; its number is taken first.
        cursor.execute("SELECT nextval(pg_get_serial_sequence('formulas_published', 'id'))")
        pk = int(cursor.fetchone()[0])
    size = frozen.freeze(pk, formula, run.since, run.until)
    published = Published.objects.create(
        pk=pk,
        run=run,
        code=code,
        version=formula.version,
        name=formula.name,
        formula=formula.kept(),
        since=run.since,
        until=run.until,
        rows=size,
        corrects=corrected,
        by_id=run.asked_by_id,
        at=clock.now(),
    )
    lines = _lines_of(pk, formula)
    PublishedLine.objects.bulk_create(lines)
    whole = lines[0]
    facts = {
        "code": code,
        "version": formula.version,
        "since": run.since.isoformat(),
        "until": run.until.isoformat(),
        "numerator": str(whole.numerator),
        "denominator": whole.denominator,
        "left_out": whole.left_denominator,
        "corrects": corrected.pk if corrected else None,
    }
    trail.record("published.made", published, by=_whoever(run), facts=facts, first=True)
    return published


def _whoever(run: Publishing) -> Actor:
    if run.asked_by is None:
        return SYSTEM
    return viewer_of(run.asked_by)


def _lines_of(pk: int, formula: FormulaView) -> list[PublishedLine]:
    """The numbers as the frozen list gives them: the district first, then each unit, in the order of the list."""
    whole = _line(pk, 0, 0)
    lines: dict[int, PublishedLine] = {}
    for unit, level, left_out, n in sorted(frozen.sums(pk)):
        if unit not in lines:
            lines[unit] = _line(pk, unit, whole.rows)
        for line in (whole, lines[unit]):
            _add(line, formula.weight(formula.base.codes[level]) * n, n, left_out=left_out)
    return [whole, *(line for unit, line in lines.items() if unit)]


def _line(pk: int, unit: int, first: int) -> PublishedLine:
    return PublishedLine(
        published_id=pk,
        unit_id=unit,
        numerator=Decimal(0),
        denominator=0,
        left_numerator=Decimal(0),
        left_denominator=0,
        first=first,
        rows=0,
    )


def _add(line: PublishedLine, weighed: Decimal, n: int, *, left_out: bool) -> None:
    line.numerator += weighed
    line.denominator += n
    line.rows += n
    if left_out:
        line.left_numerator += weighed
        line.left_denominator += n


@transaction.atomic
def retract(*, published: Published, reason: str, by: Viewer) -> Retraction:
    """撤回: it no longer stands; it stays readable with its list. The right one is published anew and says what it corrects.

    Raises NotAllowed, BadInput, AlreadyRetracted.
    """
    by.require(access.PUBLISHES)
    reason = checked_words(reason, "reason", "撤回的理由", 300)
    row, made = Retraction.objects.get_or_create(
        published=published, defaults={"reason": reason, "by_id": by.officer_id, "at": clock.now()}
    )
    if not made:
        raise AlreadyRetracted
    trail.record("published.retracted", published, by=by, facts={"retraction": row.pk})
    return row


@transaction.atomic
def set_habit(*, weekly: bool, monthly: bool, by: Viewer) -> Habit:
    """发布安排: whether numbers go out by themselves. Raises NotAllowed."""
    by.require(access.PUBLISHES)
    row = Habit.objects.create(weekly=weekly, monthly=monthly, made_by_id=by.officer_id, made_at=clock.now())
    trail.record("habit.set", row, by=by, facts={"weekly": weekly, "monthly": monthly}, first=True)
    return row


def publish_by_habit(*, today: date | None = None) -> list[Publishing]:
    """What the office's habit asks for today: last week on a Monday, last month on the first. Safe to run twice a day."""
    habit, today = Habit.objects.order_by("-pk").first(), today or clock.today()
    if habit is None:
        return []
    yesterday = today - timedelta(days=1)
    spans = []
    if habit.weekly and today.weekday() == 0:
        spans.append((today - timedelta(days=7), yesterday))
    if habit.monthly and today.day == 1:
        spans.append((yesterday.replace(day=1), yesterday))
    return [run for since, until in spans if (run := _by_habit(since, until))]


@transaction.atomic
def _by_habit(since: date, until: date) -> Publishing | None:
    done = {row.code for row in _standing(list(versions.shipped()), since, until)}
    missing = [code for code in versions.shipped() if code not in done]
    try:
        return _begin(missing, since, until, by=SYSTEM) if missing else None
    except StillCounting:
        return None
