"""延期、挂账、后期分流: what units asked for, what stands on the ledger, and what comes back; always for somebody."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from tongti.cases.diversions import DIVERSIONS
from tongti.deadlines import limits
from tongti.relay import access, rules
from tongti.relay.models import Baton, ClockStop, Evidence, Extension, LateDiversion, Promise, PromiseStep
from tongti.relay.models.asking import Ask
from tongti.relay.queries.batons import held
from tongti.shared import clock
from tongti.shared.counting import together
from tongti.shared.errors import DomainError, NotVisible
from tongti.shared.pages import Page, page_of
from tongti.units.access import May, Viewer

KINDS = {"extension": Extension, "promise": Promise, "diversion": LateDiversion}
WORDS = {"extension": "延期", "promise": "挂账", "diversion": "分流"}
TABS = (("ledger", "挂账中"), ("revisit", "待回访"), ("ended", "已兑现或到期"))
RULERS = (May.RULE, May.SUPERVISE, May.REVISIT, May.INSTRUCT)


def _batons() -> QuerySet[Baton]:
    return Baton.objects.select_related("unit", "officer", "question", "case")


def _requests(kind: str) -> QuerySet[Extension | Promise | LateDiversion]:
    rows = KINDS[kind].objects.select_related("asked_by", "decided_by")  # type: ignore[attr-defined]
    return rows.prefetch_related(Prefetch("baton", _batons()))  # type: ignore[no-any-return]


def requests_waiting(viewer: Viewer) -> dict[str, QuerySet[Any]]:
    """What waits for a decision, by kind, to be counted; nothing for those who do not decide."""
    if not viewer.can(May.RULE):
        return {}
    return {kind: model.objects.filter(state=Ask.ASKED) for kind, model in KINDS.items()}  # type: ignore[attr-defined]


def waiting_requests(viewer: Viewer) -> dict[str, int]:
    """How many of each kind wait for a decision; one statement."""
    rows = requests_waiting(viewer)
    return dict(zip(rows, together(list(rows.values())), strict=True))


def open_requests(
    viewer: Viewer, kind: str, cursor: str = "", *, size: int = 30
) -> Page[Extension | Promise | LateDiversion]:
    """待审批 of one kind, longest waiting first; for those who decide. Each carries ``held``, its baton with bar."""
    if not viewer.can(May.RULE):
        raise NotVisible
    page = page_of(_requests(kind).filter(state=Ask.ASKED), order=("asked_at", "id"), cursor=cursor, size=size)
    today = clock.today()
    for row in page.rows:
        row.held = held(row.baton, today=today)  # type: ignore[union-attr]
    return page


def request_for(viewer: Viewer, kind: str, pk: int) -> Extension | Promise | LateDiversion:
    """One request, for those who decide or the unit that asked. Raises NotVisible."""
    if kind not in KINDS:
        raise NotVisible
    found = _requests(kind).filter(pk=pk).first()
    if found is None or not (any(viewer.can(may) for may in RULERS) or access.seen(viewer, found.baton)):
        raise NotVisible
    found.held = held(found.baton, today=clock.today())  # type: ignore[union-attr]
    return found


def requests_of(baton: Baton) -> list[tuple[str, str, Extension | Promise | LateDiversion]]:
    """(word, kind, request) of everything that was asked for on a baton that the caller may see, newest first; three queries."""
    rows = [
        (WORDS[kind], kind, row)
        for kind, model in KINDS.items()
        for row in model.objects.filter(baton=baton).select_related("asked_by", "decided_by")  # type: ignore[attr-defined]
    ]
    return sorted(rows, key=lambda three: three[2].asked_at, reverse=True)


@dataclass(frozen=True)
class MayExtend:
    """Whether an extension can be asked for now; ``refusal`` says why not, ``words`` what the rule is."""

    refusal: str
    words: str
    reasons: tuple[tuple[str, str], ...]
    by_hours: bool


def may_extend(baton: Baton) -> MayExtend:
    """What the baton's regime says of putting it off, before anybody fills in a form."""
    regime = rules.regime_of_baton(baton)
    rule = regime.extension or rules.ONCE
    refusal = ""
    try:
        limits.check_extension(
            regime, due_on=baton.due_on, due_at=baton.due_at, asked_at=clock.now(), times=baton.extended
        )
    except DomainError as no:
        refusal = no.sentence
    if baton.paused_until:
        refusal = f"已经暂停计时到 {baton.paused_until:%Y-%m-%d}，接着计时以后再申请。"
    if baton.promised_until:
        refusal = f"已经挂账到 {baton.promised_until:%Y-%m-%d}，不用再延期。"
    return MayExtend(refusal, rule.words, tuple(rule.reason_choices), baton.due_at is not None)


def may_clock(viewer: Viewer, baton: Baton) -> bool:
    """Whether she may stop its clock and let it run again."""
    return access.may_clock(viewer, baton)


def pause_reasons(baton: Baton) -> list[tuple[str, str]]:
    """(code, word) of what its regime leaves out of the count; empty when it knows no such thing."""
    return list(limits.pause_reasons(baton.explanation))


def pause_source(baton: Baton) -> str:
    """On whose authority such time is left out; empty for a date computed before regimes said so."""
    return str(baton.explanation.get("regime", {}).get("pause_source", ""))


@dataclass(frozen=True)
class Shift:
    """What a step would do to a baton's date. ``told`` is the day that the askers know and keep, where it is later."""

    old: str
    new: str
    told: date | None = None


def if_stopped(viewer: Viewer, baton: Baton, *, reason: str, until_on: date) -> Shift:
    """What stopping the clock now would do, before it is done. Raises what ``relay.actions.stop_clock`` raises for it."""
    access.require_clock(viewer, baton)
    due = rules.stood_still(baton, reason=reason, at=clock.now(), until_on=until_on)
    return Shift(_moment(baton.due_on, baton.due_at), _moment(due.due_on, None if due.by_day else due.due_at))


def if_run_on(stop: ClockStop) -> Shift:
    """What letting it run again now would do."""
    baton = stop.baton
    due = rules.ran_on(stop, baton, at=clock.now())
    thing = baton.question or baton.case
    told = thing.due_on if thing and baton.role == Baton.Role.LEAD else None
    kept = told if told and told > due.due_on else None
    return Shift(_moment(baton.due_on, baton.due_at), _moment(due.due_on, None if due.by_day else due.due_at), kept)


def _moment(on: date, at: datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else on.isoformat()


def stops_of(baton: Baton) -> list[ClockStop]:
    """Every stop of its clock, newest first; the caller may see the baton."""
    return list(ClockStop.objects.filter(baton=baton).select_related("by", "ended_by").order_by("-pk"))


def latest_promise(baton: Baton) -> date:
    """The latest day that may be promised today."""
    return rules.promise_limit(rules.regime_of_baton(baton), clock.now())


def obstacles() -> list[tuple[str, str]]:
    """Classes of objective obstacles, for forms."""
    return list(Promise.Obstacle.choices)


def diversion_name(code: str) -> str:
    """The name of one of the six cases."""
    return DIVERSIONS[code].name if code in DIVERSIONS else code


# --- the ledger of promises ---------------------------------------------------------------------------------------


def _ledger(viewer: Viewer) -> QuerySet[Promise]:
    rows = Promise.objects.filter(state=Ask.APPROVED).select_related("decided_by", "revisited_by")
    if not any(viewer.can(may) for may in (*RULERS, *access.WORKS)):
        raise NotVisible
    if not any(viewer.can(may) for may in RULERS):
        rows = rows.filter(baton__in=Baton.objects.filter(access.own(viewer)))
    steps = Prefetch("steps", PromiseStep.objects.order_by("place"))
    return rows.prefetch_related(Prefetch("baton", _batons()), steps)


def promises(viewer: Viewer, cursor: str = "", *, tab: str = "ledger", size: int = 30) -> Page[Promise]:
    """挂账台账: on the ledger by day; ended and waiting for a revisit; all that ended. Units see their own."""
    rows = _ledger(viewer)
    if tab == "ledger":
        return page_of(rows.filter(ended_at=None), order=("promise_on", "id"), cursor=cursor, size=size)
    rows = rows.filter(ended_at__isnull=False)
    if tab == "revisit":
        return page_of(rows.filter(revisited_at=None), order=("ended_at", "id"), cursor=cursor, size=size)
    return page_of(rows, order=("-ended_at", "-id"), cursor=cursor, size=size)


def promise_for(viewer: Viewer, pk: int) -> Promise:
    """One promise of the ledger with its steps. Raises NotVisible."""
    found = _ledger(viewer).filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return found


def promises_due(viewer: Viewer) -> int:
    """Of her units: promises whose day is near (reminded) and that are still on the ledger."""
    mine = Baton.objects.filter(access.own(viewer), promised_until__isnull=False)
    return Promise.objects.filter(baton__in=mine, ended_at=None, reminded_at__isnull=False).count()


def promises_to_revisit(viewer: Viewer) -> int:
    """How many ended promises nobody has asked about yet; 0 for those who do not revisit."""
    if not viewer.can(May.REVISIT):
        return 0
    return Promise.objects.filter(state=Ask.APPROVED, ended_at__isnull=False, revisited_at=None).count()


@dataclass(frozen=True)
class Paper:
    """One piece of evidence for the file list."""

    pk: int
    name: str
    size: int
    content_type: str
    at: datetime


def evidence_of(baton: Baton, purpose: str = "") -> list[Paper]:
    """What the unit laid beside its words, oldest first; the caller may see the baton."""
    rows = Evidence.objects.filter(baton=baton).filter(Q(purpose=purpose) if purpose else Q()).order_by("at", "pk")
    return [Paper(row.pk, row.given_name, row.size, row.content_type, row.at) for row in rows]


def evidence_file(viewer: Viewer, pk: int) -> tuple[Paper, str]:
    """One piece of evidence and its path under MEDIA_ROOT. Raises NotVisible."""
    row = Evidence.objects.select_related("baton__unit").filter(pk=pk).first()
    if row is None or not (any(viewer.can(may) for may in RULERS) or access.seen(viewer, row.baton)):
        raise NotVisible
    return Paper(row.pk, row.given_name, row.size, row.content_type, row.at), row.path
