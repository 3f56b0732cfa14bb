"""放假通知: entered as a draft, looked at, and put in force in the one step that also moves what is open."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction

from tongti.deadlines.actions.recounting import begin
from tongti.deadlines.errors import NoticeTaken
from tongti.deadlines.models import CalendarNotice, Recount
from tongti.deadlines.queries import calendar_with, forget_calendar, notice_value
from tongti.shared import clock
from tongti.shared.errors import BadInput, Raced
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer
from worktime import Calendar, Evidence, Source, WorktimeError, calendar_for, notice_from_rows

State = CalendarNotice.State
FIRST_YEAR, LAST_YEAR = 2013, 2079


@dataclass(frozen=True)
class NoticeDraft:
    """A notice as typed or read from a file; ``rows`` have the columns 日期, 至, 安排, 名称."""

    region: str
    year: int
    title: str
    rows: tuple[Mapping[str, str], ...]
    number: str = ""
    issued_on: date | None = None
    source_url: str = ""
    verified: bool = False


@transaction.atomic
def draft_notice(*, draft: NoticeDraft, by: Viewer) -> CalendarNotice:
    """Enter a notice as a draft: every day is checked, nothing moves yet. Raises NotAllowed, BadInput."""
    by.require(May.ADMINISTER)
    if not draft.title.strip():
        raise BadInput("title", "请填写通知的标题。")
    if not FIRST_YEAR <= draft.year <= LAST_YEAR:
        raise BadInput("year", f"年份要在 {FIRST_YEAR} 和 {LAST_YEAR} 之间。")
    row = CalendarNotice(
        region=_region(draft.region),
        year=draft.year,
        title=draft.title.strip(),
        number=draft.number.strip(),
        issued_on=draft.issued_on,
        source_url=draft.source_url,
        verified=draft.verified,
        days=_days(draft),
        entered_by_id=by.officer_id,
        entered_at=clock.now(),
    )
    row.save(force_insert=True)
    facts = {"year": row.year, "region": row.region, "days": len(row.days)}
    trail.record("calendar_notice.drafted", row, by=by, facts=facts, first=True)
    return row


def _region(code: str) -> str:
    try:
        return calendar_for(code).region
    except WorktimeError as error:
        raise BadInput("region", str(error)) from error


def _days(draft: NoticeDraft) -> list[dict[str, str]]:
    source = Source(draft.title.strip(), draft.number.strip(), draft.issued_on, draft.source_url, Evidence.SINGLE)
    try:
        notice = notice_from_rows(draft.rows, region=_region(draft.region), year=draft.year, source=source)
    except WorktimeError as error:
        raise BadInput("rows", str(error)) from error
    days = [rule.to_dict() for rule in notice.days]
    return [{name: day[name] for name in ("on", "state", "name", "half")} for day in days]


@transaction.atomic
def drop_notice(*, notice: CalendarNotice, by: Viewer) -> None:
    """Throw a draft away; it never had an effect. Raises NotAllowed, Raced."""
    by.require(May.ADMINISTER)
    _turn(notice, State.DRAFT, State.WITHDRAWN)
    trail.record("calendar_notice.dropped", notice, by=by, facts={"year": notice.year})


@transaction.atomic
def enforce_notice(*, notice: CalendarNotice, by: Viewer) -> Recount:
    """Put a draft in force: the calendar gets its next version, and every open deadline that it touches is counted anew.

    Where many are open the recount answered still runs: a job goes on with it. A date told to an asker never comes forward
    (domain sheet W0.1); it is listed as kept. Raises NotAllowed, NoticeTaken, StillCounting, Raced.
    """
    by.require(May.ADMINISTER)
    target = calendar_with(more=[notice_value(notice)])
    try:
        with transaction.atomic():
            _turn(notice, State.DRAFT, State.IN_FORCE)
    except IntegrityError as error:
        raise NoticeTaken(title=notice.title) from error
    return _recounted(notice, target, f"录入《{notice.title}》", "calendar_notice.entered", by)


@transaction.atomic
def withdraw_notice(*, notice: CalendarNotice, by: Viewer) -> Recount:
    """Take a notice out again (entered by mistake, or cancelled); what is open is counted anew.

    Raises NotAllowed, StillCounting, Raced.
    """
    by.require(May.ADMINISTER)
    target = calendar_with(without=notice.pk)
    _turn(notice, State.IN_FORCE, State.WITHDRAWN)
    return _recounted(notice, target, f"撤下《{notice.title}》", "calendar_notice.withdrawn", by)


def _turn(notice: CalendarNotice, before: str, after: str) -> None:
    if not CalendarNotice.objects.filter(pk=notice.pk, state=before).update(state=after):
        raise Raced
    notice.state = after


def _recounted(notice: CalendarNotice, target: Calendar, reason: str, verb: str, by: Viewer) -> Recount:
    row = begin(target=target, reason=reason, notice=notice, by=by)
    forget_calendar()  # this transaction already counts by it
    transaction.on_commit(forget_calendar)
    # what moved is told by the recount, on its own chain, when it is done
    facts = {"year": notice.year, "region": notice.region, "recount": row.pk, "calendar": row.after_version}
    trail.record(verb, notice, by=by, facts=facts)
    return row


def rows_of(lines: Iterable[tuple[str, str, str, str]]) -> tuple[Mapping[str, str], ...]:
    """(日期, 至, 安排, 名称) as the rows a draft holds; lines without anything are left out."""
    names = ("日期", "至", "安排", "名称")
    return tuple(dict(zip(names, line, strict=True)) for line in lines if any(part.strip() for part in line))
