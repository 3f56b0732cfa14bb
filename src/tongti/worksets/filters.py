"""What lists are narrowed by, all at once: codes, ids and dates, never words. Pages, kept views and runs over “all of these” read
the same, so a view holds for a job what it holds on the screen."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Self

from django.db.models import Exists, OuterRef, Q, QuerySet

from tongti.cases import queries as cases
from tongti.cases.models import Case
from tongti.cases.queries import Filters
from tongti.deadlines.models import Reckoning, Regime
from tongti.questions import queries as questions
from tongti.questions.models import Membership, Question
from tongti.relay.models import Baton
from tongti.shared import clock
from tongti.shared.kept import kept
from tongti.shared.text import whole
from tongti.units.access import Viewer
from tongti.units.models import Region

DUE = {"overdue": "超期", "near": "两个工作日内到期", "later": "还早", "none": "没有期限"}
JOINED = {"with": "已并入同题", "without": "还没有并入"}
ASKERS = {"person": "个人", "enterprise": "企业", "organisation": "其他组织"}


@dataclass(frozen=True)
class Asked:
    """What both lists know; empty narrows nothing."""

    place: int | None = None
    category: int | None = None
    unit: int | None = None
    channel: str = ""
    asker: str = ""
    due: str = ""
    regime: str = ""
    since: date | None = None
    until: date | None = None

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Self:
        """From a form's clean data or from what was kept; anything unknown or misshapen narrows nothing."""
        return cls(**{one.name: _as(one.type, stored.get(one.name)) for one in fields(cls)})

    def stored(self) -> dict[str, Any]:
        """As JSON and as an address keep it: without what narrows nothing."""
        held = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in held.items() if value}

    @property
    def is_selective(self) -> bool:
        """Whether few rows among many may be meant: then they are found by their indexes and sorted, not met along the newest."""
        return bool(self.place or self.category or self.unit or self.regime or self.due)


@dataclass(frozen=True)
class CasesAsked(Asked):
    """诉求: ``question`` with or without one; ``mine`` is “today” or “1”."""

    state: str = ""
    kind: str = ""
    urgency: str = ""
    question: str = ""
    mine: str = ""
    reopened: str = ""

    @property
    def is_selective(self) -> bool:
        return super().is_selective or bool(self.question or self.asker or self.mine or self.reopened)


@dataclass(frozen=True)
class QuestionsAsked(Asked):
    """同题: the tab says the state."""

    tab: str = ""


def _as(kind: Any, value: Any) -> Any:
    if "int" in str(kind):
        return whole(str(value or ""))
    if "date" in str(kind):
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value or ""))
        except ValueError:
            return None
    return str(value or "")[:60]


# --- 诉求 ---------------------------------------------------------------------------------------------------------


def cases_asked(viewer: Viewer, asked: CasesAsked) -> QuerySet[Case]:
    """The cases that she may see and that satisfy all of it, in no order."""
    rows = cases.listed(
        viewer,
        Filters(
            state=asked.state,
            channel=asked.channel,
            kind=asked.kind,
            urgency=asked.urgency,
            category_id=asked.category,
            holder_id=asked.unit,
            party_kind=asked.asker,
            place_id=asked.place,
            since=asked.since,
            until=asked.until,
            mine=asked.mine == "1",
            mine_today=asked.mine == "today",
            reopened=bool(asked.reopened),
        ),
    )
    if asked.due:
        rows = rows.filter(_case_due(asked.due))
    if asked.question in JOINED:
        joined = Exists(Membership.objects.filter(case=OuterRef("pk"), state=Membership.State.ACTIVE))
        rows = rows.filter(joined) if asked.question == "with" else rows.filter(~joined)
    if asked.regime:
        counted = Reckoning.objects.filter(regime_version__startswith=f"{asked.regime}/")
        rows = rows.filter(reckoning__in=counted)
    return rows


def _case_due(due: str) -> Q:
    in_hand = Q(state=Case.State.HANDLING)
    return _due(in_hand, due)


def _due(in_hand: Q, due: str) -> Q:
    today, near = clock.today(), questions.near_until()
    return {
        "overdue": in_hand & Q(due_on__lt=today),
        "near": in_hand & Q(due_on__gte=today, due_on__lte=near),
        "later": in_hand & Q(due_on__gt=near),
        "none": in_hand & Q(due_on=None),
    }.get(due, Q())


# --- 同题 ---------------------------------------------------------------------------------------------------------


def questions_asked(viewer: Viewer, asked: QuestionsAsked) -> QuerySet[Question]:
    """The questions that she may see and that satisfy all of it, in no order."""
    return questions.of_tab(viewer, asked.tab or "all", questions_narrowed(asked))


def questions_narrowed(asked: QuestionsAsked) -> Q:
    """What a tab of the workbench is narrowed by; the empty condition when by nothing."""
    plain = {
        "category_id": asked.category,
        "last_received_at__date__gte": asked.since,
        "last_received_at__date__lte": asked.until,
    }
    wanted = Q(**{name: value for name, value in plain.items() if value})
    if asked.place:
        wanted &= Q(place__in=Region.objects.filter(path__contains=f"/{asked.place}/").values("pk"))
    if asked.unit:
        wanted &= Q(lead_id=asked.unit) | Q(units__contains=[asked.unit])
    if asked.due:
        wanted &= _due(Q(state__in=[Question.State.SET_UP, Question.State.HANDLING]), asked.due)
    if asked.regime:
        wanted &= Q(
            Exists(Baton.objects.filter(question=OuterRef("pk"), regime_version__startswith=f"{asked.regime}/"))
        )
    return wanted & _with_members(asked)


def _with_members(asked: QuestionsAsked) -> Q:
    """Questions that somebody of this kind asks, or that somebody asked by this door."""
    wanted = Q()
    if asked.asker == "enterprise":
        wanted &= Q(enterprise_count__gt=0)
    elif asked.asker:
        wanted &= _with_member(case__party_kind=asked.asker)
    if asked.channel:
        wanted &= _with_member(case__channel=asked.channel)
    return wanted


def _with_member(**case: str) -> Q:
    return Q(Exists(Membership.objects.filter(question=OuterRef("pk"), state=Membership.State.ACTIVE, **case)))


# --- what can be chosen -------------------------------------------------------------------------------------------


@kept
def regime_choices() -> tuple[tuple[str, str], ...]:
    """(code, name) of the regimes in use."""
    rows = Regime.objects.filter(in_use=True, valid_to=None).order_by("-priority", "code").values_list("code", "name")
    return tuple(dict(rows).items())
