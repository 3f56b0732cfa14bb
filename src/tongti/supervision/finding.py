"""What the rules find now. Reads only: each rule looks at how things stand, never at what happened since the last look, so a
missed night, a second worker or a clock that jumped changes nothing about what is found."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from tongti.answers.models import Answer, Reply
from tongti.deadlines import queries as days
from tongti.figures import queries as figures
from tongti.relay.models import OPEN, Baton, Contact, Promise
from tongti.supervision.models import LADDER, Item, Rung
from tongti.supervision.rules import GROWING_DAYS, RuleView, in_force
from tongti.verdicts.models import Verdict

CHUNK = 500
READ = ("role", "unit_id", "question_id", "case_id", "due_on", "due_at", "round")
"""Columns of a baton that the rules ask for."""


@dataclass(frozen=True)
class Found:
    """One reason to supervise. ``key`` names the fact, so that it counts once."""

    key: str
    rule: str
    rung: str
    unit_id: int
    why: str
    question_id: int | None = None
    case_id: int | None = None
    baton_id: int | None = None


@dataclass(frozen=True)
class Moment:
    """When it is looked, and over how many days a question grows."""

    now: datetime
    growing_days: int

    @property
    def today(self) -> date:
        return timezone.localdate(self.now)


Finder = Callable[[RuleView, Moment], Iterator[Found]]


def everything(rules: dict[str, RuleView], now: datetime) -> Iterator[Found]:
    """What every rule in use finds, less what is under that pressure already."""
    moment = Moment(now, rules[GROWING_DAYS].threshold)
    pressed = _pressed()
    for code, finder in FINDERS.items():
        rule = rules[code]
        if rule.in_use:
            yield from (found for found in finder(rule, moment) if not _is_pressed(found, pressed))


def how_many(rule: RuleView, now: datetime, most: int) -> int:
    """How many facts a rule finds with these numbers, less what is under that pressure; counted up to ``most``."""
    moment, pressed = Moment(now, in_force()[GROWING_DAYS].threshold), _pressed()
    found = (one for one in FINDERS[rule.code](rule, moment) if not _is_pressed(one, pressed))
    return sum(1 for _ in islice(found, most))


Pressed = dict[tuple[int | None, int | None], tuple[int, str]]


def _pressed() -> Pressed:
    rows = Item.objects.exclude(state=Item.State.CLOSED).values_list("question_id", "case_id", "unit_id", "rung")
    return {(question, case): (unit, rung) for question, case, unit, rung in rows.iterator()}


def _is_pressed(found: Found, pressed: Pressed) -> bool:
    """What an open item presses this very unit for needs no proposal; another unit's lateness is shown all the same."""
    there = pressed.get((found.question_id, found.case_id))
    if there is None:
        return False
    unit_id, rung = there
    return unit_id == found.unit_id and LADDER.index(rung) >= LADDER.index(found.rung)


def _open(role: str = "") -> QuerySet[Baton]:
    # every open baton is read several times an hour, and its explanation is as long as all the rest ten times over
    rows = Baton.objects.filter(state__in=OPEN).only(*READ)
    return rows.filter(role=role) if role else rows


def _late(moment: Moment) -> Q:
    return Q(due_on__lt=moment.today) | Q(due_at__lt=moment.now)


def _of(baton: Baton, rule: RuleView, key: str, why: str) -> Found:
    return Found(
        key=f"{rule.code}:{key}",
        rule=rule.code,
        rung=rule.rung,
        unit_id=baton.unit_id,
        why=why,
        question_id=baton.question_id,
        case_id=baton.case_id,
        baton_id=baton.pk,
    )


def _days_over(baton: Baton, moment: Moment) -> int:
    """Working days past the due day; a limit by the hour that has passed counts as one."""
    over = -(days.days_left(baton.due_on, moment.today) or 0)
    return max(over, 1) if baton.due_at and baton.due_at < moment.now else over


def _day(day: date) -> str:
    return f"{day.month} 月 {day.day} 日"


# --- one function a rule ----------------------------------------------------------------------------------------------


def no_contact(rule: RuleView, moment: Moment) -> Iterator[Found]:
    """Due within so many working days, and nobody has tried to reach the asker."""
    last = days.next_working_days(rule.threshold + 1, since=moment.today)[-1]
    by_baton = Contact.objects.filter(baton=OuterRef("pk"))
    by_case = Contact.objects.filter(case=OuterRef("case_id"))
    rows = _open(Baton.Role.LEAD).filter(
        ~Exists(by_baton), ~Exists(by_case), due_on__gte=moment.today, due_on__lte=last
    )
    for baton in rows.iterator(CHUNK):
        left = days.days_left(baton.due_on, moment.today) or 0
        if left <= rule.threshold:
            yield _of(baton, rule, f"{baton.pk}:{baton.due_on}", rule.why(days=max(left, 0)))


def overdue(rule: RuleView, moment: Moment) -> Iterator[Found]:
    """The lead is past its day by so many working days."""
    for baton in _open(Baton.Role.LEAD).filter(_late(moment)).iterator(CHUNK):
        over = _days_over(baton, moment)
        if over >= rule.threshold:
            why = rule.why(days=over, due=_day(baton.due_on))
            yield _of(baton, rule, f"{baton.pk}:{baton.due_on}", why)


def helper_late(rule: RuleView, moment: Moment) -> Iterator[Found]:
    """A helper or territory unit keeps the lead waiting; it is the helper's lateness, so the helper is proposed."""
    for baton in _open().exclude(role=Baton.Role.LEAD).filter(_late(moment)).iterator(CHUNK):
        over = _days_over(baton, moment)
        if over >= rule.threshold:
            why = rule.why(days=over, role=baton.get_role_display())
            yield _of(baton, rule, f"{baton.pk}:{baton.due_on}", why)


def redo(rule: RuleView, moment: Moment) -> Iterator[Found]:
    """The answer went back for redoing so many times."""
    rows = Answer.objects.exclude(state=Answer.State.SIGNED).filter(redo_count__gte=rule.threshold)
    for answer in rows.iterator(CHUNK):
        yield Found(
            key=f"redo:{answer.pk}",
            rule=rule.code,
            rung=rule.rung,
            unit_id=answer.lead_id,
            why=rule.why(n=answer.redo_count),
            question_id=answer.question_id,
            case_id=answer.case_id,
        )


def unsatisfied(rule: RuleView, moment: Moment) -> Iterator[Found]:
    """So many askers of one answer are not satisfied and were found reasonable; a newer reply to an asker settles hers."""
    newer = Reply.objects.filter(case=OuterRef("case"), pk__gt=OuterRef("reply"))
    rows = Verdict.objects.filter(satisfied=Verdict.Satisfied.NOT, reasonable=True).exclude(Exists(newer))
    rows = rows.order_by().values("reply__answer", "reply__answer__question", "reply__answer__case", "unit_id")
    for row in rows.annotate(n=Count("pk")).filter(n__gte=rule.threshold).iterator(CHUNK):
        yield Found(
            key=f"{rule.code}:{row['reply__answer']}",
            rule=rule.code,
            rung=rule.rung,
            unit_id=row["unit_id"],
            why=rule.why(n=row["n"]),
            question_id=row["reply__answer__question"],
            case_id=row["reply__answer__case"],
        )


def repeats(rule: RuleView, moment: Moment) -> Iterator[Found]:
    """The same matter came back so many times: sent back by askers, or said again by the same asker."""
    again = Q(round__gt=rule.threshold) | Q(case__reopened__gte=rule.threshold) | Q(said_again__gte=rule.threshold)
    rows = _open(Baton.Role.LEAD).annotate(said_again=Count("case__repeats"), reopened=F("case__reopened"))
    for baton in rows.filter(again).iterator(CHUNK):
        n = max(baton.round - 1, baton.reopened or 0, baton.said_again)
        yield _of(baton, rule, f"{baton.pk}:{n // rule.threshold}", rule.why(n=n))


def promise(rule: RuleView, moment: Moment) -> Iterator[Found]:
    """A promise came back on its day, and the matter is still open: so many days after it."""
    rows = Promise.objects.filter(returned_at__isnull=False, baton__state__in=OPEN, promise_on__lt=moment.today)
    for row in rows.select_related("baton").defer("baton__explanation").iterator(CHUNK):
        over = (moment.today - row.promise_on).days
        if over >= rule.threshold:
            yield _of(row.baton, rule, str(row.pk), rule.why(due=_day(row.promise_on), n=over))


def growing(rule: RuleView, moment: Moment) -> Iterator[Found]:
    """So many new askers within a few days. The fact is how many times that number have asked by now, not the week in which
    it is looked at: what was decided on Friday is not put again on Monday, only when as many more have come."""
    since = moment.today - timedelta(days=moment.growing_days - 1)
    rows = _open(Baton.Role.LEAD).filter(question__asker_count__gte=rule.threshold)
    leads = list(rows.annotate(askers=F("question__asker_count")))
    for start in range(0, len(leads), CHUNK):
        batch = leads[start : start + CHUNK]
        ids = [baton.question_id for baton in batch if baton.question_id]
        moved: dict[int, int] = {}
        for (subject, _on), n in figures.by_subject_and_day(
            "question_askers", ids, since=since, until=moment.today
        ).items():
            moved[subject] = moved.get(subject, 0) + n
        for baton in batch:
            n = moved.get(baton.question_id or 0, 0)
            if n >= rule.threshold:
                yield _of(
                    baton,
                    rule,
                    f"{baton.question_id}:{baton.askers // rule.threshold}",
                    rule.why(n=n, days=moment.growing_days),
                )


def no_feedback(rule: RuleView, moment: Moment) -> Iterator[Found]:
    """An open item is past its day without an answer: the next rung."""
    for item in Item.objects.filter(state=Item.State.OPEN, due_on__lt=moment.today).iterator(CHUNK):
        over = (moment.today - item.due_on).days if item.due_on else 0
        if over < rule.threshold or item.rung == LADDER[-1] or item.due_on is None:
            continue
        rung = LADDER[LADDER.index(item.rung) + 1]
        yield Found(
            key=f"no_feedback:{item.pk}:{item.rung}:{item.due_on}",
            rule=rule.code,
            rung=rung,
            unit_id=item.unit_id,
            why=rule.why(number=item.number or Rung(item.rung).label, due=_day(item.due_on), n=over),
            question_id=item.question_id,
            case_id=item.case_id,
            baton_id=item.baton_id,
        )


FINDERS: dict[str, Finder] = {
    "no_contact": no_contact,
    "overdue": overdue,
    "overdue_long": overdue,
    "redo": redo,
    "unsatisfied": unsatisfied,
    "repeats": repeats,
    "helper_late": helper_late,
    "promise": promise,
    "growing": growing,
    "no_feedback": no_feedback,
}
