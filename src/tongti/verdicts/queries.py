"""Reads on verdicts: the three rates with their numbers, the lists behind them, and whom to call."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from tongti.answers import handled
from tongti.answers.handled import worked_on_by
from tongti.answers.models import Reply
from tongti.cases.access import visible as visible_cases
from tongti.cases.models import Case
from tongti.figures import queries as figures
from tongti.relay import access as relay_access
from tongti.relay.models import Baton
from tongti.shared import clock, links
from tongti.shared.errors import NotVisible
from tongti.shared.pages import Page, page_of
from tongti.units.access import May, Scope, Viewer
from tongti.verdicts.models import CallBack, CallTry, Invitation, Reopening, StrikeOff, Verdict

SOLVED = Verdict.Solved.choices
SATISFIED = Verdict.Satisfied.choices
RESULTS = [("reached", "联系上了"), ("no_answer", "没人接"), ("wrong", "号码不对"), ("refused", "不愿意评价")]
SMALL = 5  # a denominator below this is marked (domain sheet W2)


@dataclass(frozen=True)
class Rate:
    """A share that never goes without its two numbers. ``percent`` is None when nobody answered (“无评价”)."""

    name: str
    numerator: int
    denominator: int

    @property
    def percent(self) -> float | None:
        return round(100 * self.numerator / self.denominator, 1) if self.denominator else None

    @property
    def small(self) -> bool:
        return 0 < self.denominator < SMALL


@dataclass(frozen=True)
class Rates:
    """响应率, 解决率, 满意率 of one unit (or the district) over some days, and how many were asked."""

    responded: Rate
    solved: Rate
    satisfied: Rate
    asked: int
    given: int


LISTS = {
    "responded": ("响应率", Q(contacted=True)),
    "solved": ("解决率", Q(solved=Verdict.Solved.YES)),
    "satisfied": ("满意率", ~Q(satisfied=Verdict.Satisfied.NOT)),
}
_MEASURES = [
    "contacted_yes", "contacted_all", "solved_yes", "solved_all", "satisfied_yes", "satisfied_all", "verdict_asked", "verdict_given",
]  # fmt: skip


def rates(*, since: date, until: date, unit_id: int = 0) -> Rates:
    """The three rates from counters: the same cost at ten verdicts and at ten million. Public figures: no viewer."""
    n = figures.totals(_MEASURES, since=since, until=until, unit_id=unit_id)
    return Rates(
        responded=Rate("响应率", n["contacted_yes"], n["contacted_all"]),
        solved=Rate("解决率", n["solved_yes"], n["solved_all"]),
        satisfied=Rate("满意率", n["satisfied_yes"], n["satisfied_all"]),
        asked=n["verdict_asked"],
        given=n["verdict_given"],
    )


def behind(
    viewer: Viewer, rate: str, *, since: date, until: date, unit_id: int = 0, met: bool | None = None, cursor: str = ""
) -> Page[Verdict]:
    """The verdicts that a rate counts: all of them, those that met it, or those that did not."""
    viewer.require(May.BOARD)
    rows = (
        _seen_by(viewer)
        .filter(at__gte=_start(since), at__lt=_end(until))
        .select_related("case__place", "reply__answer__lead")
    )
    if unit_id:
        rows = rows.filter(unit_id=unit_id)
    if met is not None:
        condition = LISTS[rate][1]
        rows = rows.filter(condition if met else ~condition)
    return page_of(rows, order=["-at", "-id"], cursor=cursor)


def _seen_by(viewer: Viewer) -> QuerySet[Verdict]:
    scope = viewer.scope(May.BOARD)
    if scope == Scope.ALL:
        return Verdict.objects.all()
    return Verdict.objects.filter(unit_id__in=viewer.unit_ids_for(May.BOARD))


def call_list(viewer: Viewer, *, cursor: str = "") -> Page[CallBack]:
    """Whom to call today: due call-backs that nobody has judged, oldest first, none of the viewer's own units' work."""
    viewer.require(May.REVISIT)
    rows = (
        CallBack.objects.filter(state=CallBack.State.WAITING, due_on__lte=clock.today())
        .exclude(worked_on_by(viewer.unit_ids))
        .select_related("case__party", "case__place", "reply__answer__lead", "reply__answer__question")
    )
    return page_of(rows, order=["due_on", "id"], cursor=cursor)


def calls_waiting(viewer: Viewer) -> QuerySet[CallBack]:
    """Call-backs that are due, to be counted, at most 999."""
    if not viewer.can(May.REVISIT):
        return CallBack.objects.none()
    rows = CallBack.objects.filter(state=CallBack.State.WAITING, due_on__lte=clock.today())
    return rows.exclude(worked_on_by(viewer.unit_ids))[:999]


def handling_units(reply: Reply) -> set[int]:
    """Every unit that worked on what this reply answers: none of them may revisit it."""
    return handled.units_that_worked([reply.case_id]).get(reply.case_id, set())


def call_back_for(viewer: Viewer, pk: int) -> CallBack:
    """Raises NotVisible."""
    viewer.require(May.REVISIT)
    found = (
        CallBack.objects.filter(pk=pk)
        .exclude(worked_on_by(viewer.unit_ids))
        .select_related("case__party", "case__place", "reply__answer__lead", "reply__answer__question")
        .first()
    )
    if found is None:
        raise NotVisible
    return found


WEIGHERS = (May.REVISIT, May.SUPERVISE)


def _to_weigh(viewer: Viewer) -> QuerySet[Verdict]:
    """Bad ratings, none of the viewer's own units' work. Raises NotVisible for those who do not weigh."""
    if not any(viewer.can(may) for may in WEIGHERS):
        raise NotVisible
    rows = Verdict.objects.filter(satisfied=Verdict.Satisfied.NOT).exclude(worked_on_by(viewer.unit_ids))
    return rows.select_related("case__place", "case__category", "reply__answer__lead", "weighed_by")


def bad_ratings(viewer: Viewer, cursor: str = "", *, weighed: bool = False, size: int = 30) -> Page[Verdict]:
    """不满意的评价: those that nobody has weighed, oldest first; or the weighed ones, newest first."""
    rows = _to_weigh(viewer).filter(reasonable__isnull=not weighed)
    return page_of(rows, order=("-at", "-id") if weighed else ("at", "id"), cursor=cursor, size=size)


def bad_rating_for(viewer: Viewer, pk: int) -> Verdict:
    """One bad rating. Raises NotVisible."""
    found = _to_weigh(viewer).filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return found


def bad_ratings_waiting(viewer: Viewer) -> int:
    """How many wait to be weighed, at most 999."""
    if not any(viewer.can(may) for may in WEIGHERS):
        return 0
    return len(_to_weigh(viewer).filter(reasonable=None).values_list("pk", flat=True)[:999])


def invitation(token: str) -> Invitation:
    """The invitation behind a link, used or not; raises NotVisible."""
    found = (
        Invitation.objects.filter(token_hash=links.token_hash(token))
        .select_related("reply__case", "reply__answer__lead")
        .first()
    )
    if found is None:
        raise NotVisible
    return found


def token_to_judge(case: Case) -> str:
    """The token with which the asker, let in by number and code, may judge her newest reply; "" when there is none to judge."""
    invitation = (
        Invitation.objects.filter(reply__case=case, used_at=None, expires_at__gt=clock.now())
        .select_related("reply")
        .order_by("-made_at")
        .first()
    )
    return links.verdict_token(invitation.reply.answer_id, case.pk) if invitation else ""


def verdict_on(reply: Reply) -> Verdict | None:
    """What the asker said of one reply, if she did."""
    return Verdict.objects.filter(reply=reply).first()


def verdicts_on(viewer: Viewer, case: Case) -> list[Verdict]:
    """What the asker of this case said of each reply, newest first; none for whoever may not see the case."""
    rows = Verdict.objects.filter(case__in=_seen_cases(viewer, [case.pk])).select_related("by")
    return list(rows.order_by("-at", "-id"))


def reopenings_of(viewer: Viewer, case_ids: Collection[int], limit: int = 20) -> list[Reopening]:
    """Why these cases came back, newest first: what the unit that works on them again has to know."""
    rows = Reopening.objects.filter(case__in=_seen_cases(viewer, case_ids)).select_related("case")
    return list(rows.defer("case__body", "case__search").order_by("-at", "-id")[:limit])


def _seen_cases(viewer: Viewer, case_ids: Collection[int]) -> QuerySet[Case]:
    return Case.objects.filter(visible_cases(viewer), pk__in=case_ids)


def said_of_question(question_id: int) -> list[Rate]:
    """What the askers of one question say, each by her newest verdict: for its public page. Empty while nobody has spoken."""
    every = Verdict.objects.filter(reply__answer__question_id=question_id)
    newest = every.order_by("case_id", "-at", "-id").distinct("case_id").values("pk")
    n = Verdict.objects.filter(pk__in=newest).aggregate(
        all=Count("id"), **{code: Count("id", filter=met) for code, (_name, met) in LISTS.items()}
    )
    return [Rate(name, n[code], n["all"]) for code, (name, _met) in LISTS.items()] if n["all"] else []


@dataclass(frozen=True)
class SaidOf:
    """What the askers of one answer said: how many judged it, and how many do not accept it."""

    judged: int
    against: int


def said_of_answers(answer_ids: Collection[int]) -> dict[int, SaidOf]:
    """By answer, for whoever was let see the answers: verdicts, and those that say not solved. One query."""
    rows = Verdict.objects.filter(reply__answer__in=answer_ids).order_by().values_list("reply__answer")
    counted = rows.annotate(n=Count("pk"), no=Count("pk", filter=Q(solved=Verdict.Solved.NO)))
    return {answer: SaidOf(n, no) for answer, n, no in counted}


@dataclass(frozen=True)
class Try:
    """One dialled call in words."""

    at: datetime
    words: str


def tries_of(call_back: CallBack) -> list[Try]:
    """The calls dialled so far, oldest first."""
    words = dict(RESULTS)
    return [
        Try(at=c.at, words=words.get(c.result, c.result))
        for c in CallTry.objects.filter(call_back=call_back).order_by("at")
    ]


def verdicts_of(case: Case) -> list[Verdict]:
    """All verdicts of one case, newest first; the caller has been let see the case."""
    return list(Verdict.objects.filter(case=case).order_by("-at")[:20])


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _end(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.max))


# --- 销号 -------------------------------------------------------------------------------------------------------

STRIKE_OFF_TABS: dict[str, tuple[str, ...]] = {
    "waiting": (StrikeOff.State.APPLIED.value, StrikeOff.State.REVIEWED.value),
    "struck": (StrikeOff.State.STRUCK.value,),
    "other": (StrikeOff.State.RETURNED.value, StrikeOff.State.UNDONE.value),
}


def _strike_offs(viewer: Viewer) -> QuerySet[StrikeOff]:
    """All of the district for those who review or sign; a unit reads its own."""
    rows = StrikeOff.objects.select_related("question", "case", "baton__unit", "applied_by", "reviewed_by", "signed_by")
    if viewer.can(May.SUPERVISE) or viewer.can(May.INSTRUCT):
        return rows
    return rows.filter(baton__in=Baton.objects.filter(relay_access.own(viewer)))


def strike_offs(viewer: Viewer, cursor: str = "", *, tab: str = "waiting", size: int = 30) -> Page[StrikeOff]:
    """销号 by where it stands; what waits longest first, else newest first."""
    rows = _strike_offs(viewer).filter(state__in=STRIKE_OFF_TABS[tab])
    order = ("applied_at", "id") if tab == "waiting" else ("-id",)
    return page_of(rows, order=order, cursor=cursor, size=size)


def strike_off_for(viewer: Viewer, pk: int) -> StrikeOff:
    """One of them; raises NotVisible."""
    found = _strike_offs(viewer).filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return found


def strike_offs_waiting(viewer: Viewer) -> int:
    """How many wait for this officer: to be reviewed, or to be signed."""
    states = [StrikeOff.State.APPLIED] if viewer.can(May.SUPERVISE) else []
    states += [StrikeOff.State.REVIEWED] if viewer.can(May.INSTRUCT) else []
    return StrikeOff.objects.filter(state__in=states).count() if states else 0
