"""The level lists (问题清单): pages of lines under filters, and the same lines with every column, for the screen, paper and files."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q, QuerySet

from tongti.cases.models import Case
from tongti.lifting import access
from tongti.lifting.models import OPEN, Level, Lift, LiftReply
from tongti.parties.access import within
from tongti.parties.models import Firm
from tongti.questions.models import Membership
from tongti.shared import clock
from tongti.shared.pages import Page, page_of
from tongti.units.access import May, Viewer

CHUNK = 200
NAMES_SHOWN = 20


@dataclass(frozen=True)
class Filters:
    """What narrows a list; empty narrows nothing. ``state`` is a state, ``open`` or ``late`` (past its wished date)."""

    level: str = ""
    state: str = ""
    text: str = ""
    unit_id: int | None = None
    since: date | None = None
    until: date | None = None
    signed_only: bool = False


@dataclass(frozen=True)
class LevelRow:
    """One line with all its columns. ``firm_names`` holds those that this viewer may see (at most 20); counts are for everybody."""

    pk: int
    number: str
    level: str
    level_name: str
    title: str
    question_id: int | None
    case_id: int | None
    matter_number: str
    category: str
    place: str
    statement: str
    cases: int
    askers: int
    firms: int
    firm_names: tuple[str, ...]
    tried: str
    basis: str
    asked: str
    asked_unit: str
    reply_by: date
    prepared_unit: str
    signed_by: str
    signed_on: datetime | None
    state: str
    state_name: str
    late: bool
    reply: str
    reply_paper: str
    replied_at: datetime | None
    told: int | None
    ended_for: str

    @property
    def result(self) -> str:
        """What came of it in one cell: the answer, and how far it went down."""
        down = f"（已告知 {self.told} 件）" if self.told is not None else ""
        return (self.reply or self.ended_for) + down


def lifts(viewer: Viewer, asked: Filters, cursor: str = "", *, size: int = 30) -> tuple[Page[Lift], list[LevelRow]]:
    """One page, newest first, with its rows. A constant number of queries."""
    page = page_of(_rows(viewer, asked), order=("-id",), cursor=cursor, size=size)
    return page, _dress(viewer, page.rows)


def level_rows(viewer: Viewer, asked: Filters) -> Iterator[LevelRow]:
    """Every line under these filters in the order of its number (unsigned ones last), for a file: chunks of 200, whatever the
    length of the list."""
    last = 0
    while True:
        chunk = list(_rows(viewer, asked).filter(pk__gt=last).order_by("pk")[:CHUNK])
        yield from _dress(viewer, chunk)
        if len(chunk) < CHUNK:
            return
        last = chunk[-1].pk


def level_row(viewer: Viewer, lift: Lift) -> LevelRow:
    """The columns of one line that she was let see."""
    return _dress(viewer, [lift])[0]


def to_sign(viewer: Viewer) -> QuerySet[Lift]:
    """What waits for her to sign off, to be counted."""
    if not viewer.can(May.SIGN_LIFT):
        return Lift.objects.none()
    waiting = Lift.objects.filter(access.signed_by(viewer), state=Lift.State.SUBMITTED)
    return waiting.exclude(authors__contains=[viewer.officer_id])


def waiting_for_reply(viewer: Viewer) -> QuerySet[Lift]:
    """Lifted, not answered, and past the day on which an answer was wished for; to be counted."""
    return Lift.objects.filter(access.visible(viewer), state=Lift.State.LIFTED, reply_by__lt=clock.today())


def _rows(viewer: Viewer, asked: Filters) -> QuerySet[Lift]:
    rows = Lift.objects.filter(access.visible(viewer)).select_related(
        "question__category",
        "question__place",
        "case__category",
        "case__place",
        "asked_unit",
        "prepared_unit",
        "signed_by",
    )
    rows = rows.defer("question__features", "question__keys", "question__search", "case__search", "case__body")
    if asked.level in Level.values:
        rows = rows.filter(level=asked.level)
    if asked.state in Lift.State.values:
        rows = rows.filter(state=asked.state)
    elif asked.state == "open":
        rows = rows.filter(state__in=OPEN)
    elif asked.state == "late":
        rows = rows.filter(state=Lift.State.LIFTED, reply_by__lt=clock.today())
    if asked.signed_only:
        rows = rows.filter(number__isnull=False)
    if asked.text:
        rows = rows.filter(Q(title__icontains=asked.text) | Q(number__iexact=asked.text))
    if asked.unit_id:
        rows = rows.filter(Q(asked_unit_id=asked.unit_id) | Q(prepared_unit_id=asked.unit_id))
    day = "signed_at__date" if asked.signed_only else "prepared_at__date"
    if asked.since:
        rows = rows.filter(**{f"{day}__gte": asked.since})
    if asked.until:
        rows = rows.filter(**{f"{day}__lte": asked.until})
    return rows


@dataclass
class _Beside:
    replies: dict[int, LiftReply] = field(default_factory=dict)
    names: dict[tuple[str, int], list[str]] = field(default_factory=dict)


def _dress(viewer: Viewer, rows: Sequence[Lift]) -> list[LevelRow]:
    if not rows:
        return []
    beside = _Beside(_replies(rows), _names(viewer, rows))
    today = clock.today()
    return [_row(lift, beside, today) for lift in rows]


def _row(lift: Lift, beside: _Beside, today: date) -> LevelRow:
    question, case = lift.question, lift.case
    matter = question or case
    assert matter is not None
    reply = beside.replies.get(lift.pk)
    key = ("q", lift.question_id or 0) if question else ("c", lift.case_id or 0)
    firm = 1 if case is not None and case.party_kind == "enterprise" else 0
    return LevelRow(
        pk=lift.pk,
        number=lift.number or "",
        level=lift.level,
        level_name=lift.get_level_display(),
        title=lift.title,
        question_id=lift.question_id,
        case_id=lift.case_id,
        matter_number=matter.number,
        category=matter.category.name if matter.category else "",
        place=matter.place.name if matter.place else "",
        statement=lift.statement,
        cases=question.case_count if question else 1,
        askers=question.asker_count if question else 1,
        firms=question.enterprise_count if question else firm,
        firm_names=tuple(beside.names.get(key, ())),
        tried=lift.tried,
        basis=lift.basis,
        asked=lift.asked,
        asked_unit=lift.asked_unit.name,
        reply_by=lift.reply_by,
        prepared_unit=lift.prepared_unit.name,
        signed_by=lift.signed_by.name if lift.signed_by else "",
        signed_on=lift.signed_at,
        state=lift.state,
        state_name=lift.get_state_display(),
        late=lift.state == Lift.State.LIFTED and lift.reply_by < today,
        reply=(reply.part.words if reply.part else reply.words) if reply else "",
        reply_paper=reply.paper if reply else "",
        replied_at=reply.at if reply else None,
        told=lift.told,
        ended_for=lift.ended_for,
    )


def _replies(rows: Sequence[Lift]) -> dict[int, LiftReply]:
    found = LiftReply.objects.filter(lift__in=[row.pk for row in rows]).select_related("part").order_by("pk")
    return {reply.lift_id: reply for reply in found}


def _names(viewer: Viewer, rows: Sequence[Lift]) -> dict[tuple[str, int], list[str]]:
    """Names of the firms behind each matter, as far as this viewer sees their files; never one that asked to be hidden."""
    if not viewer.can(May.SEE_FIRMS):
        return {}
    seen = Firm.objects.filter(within(viewer, May.SEE_FIRMS), merged_into=None)
    members = Membership.objects.filter(
        question__in={row.question_id for row in rows if row.question_id},
        state=Membership.State.ACTIVE,
        case__hide_identity=False,
        case__party__firm__in=seen,
    )
    # the database gives the first names of each; a matter of thousands of firms costs no more to read than one of twenty
    first = members.order_by().values("question_id").annotate(names=FirstNames("case__party__firm__name"))
    found = {("q", pk): list(names) for pk, names in first.values_list("question_id", "names")}
    alone = Case.objects.filter(
        pk__in={row.case_id for row in rows if row.case_id}, hide_identity=False, party__firm__in=seen
    )
    return found | {("c", pk): [name] for pk, name in alone.values_list("pk", "party__firm__name")}


class FirstNames(ArrayAgg):
    """The first ``NAMES_SHOWN`` different values of a group, in their order."""

    def __init__(self, expression: str, **extra: Any) -> None:
        super().__init__(expression, distinct=True, order_by=expression, **extra)

    def as_sql(self, *args: Any, **kwargs: Any) -> tuple[str, Any]:
        sql, params = super().as_sql(*args, **kwargs)
        return f"({sql})[1:{NAMES_SHOWN}]", params
