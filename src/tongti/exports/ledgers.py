"""The ledgers: which columns, which lines, for whom. Lines come in chunks by id, so memory does not grow with the ledger."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from tongti.parties import queries as parties
from tongti.parties.models import Firm, FirmContact
from tongti.shared.privacy import without_numbers
from tongti.shared.sheets import Columns
from tongti.shared.text import mask_name, mask_phone, national_phone
from tongti.trail import actions as trail
from tongti.units.access import May, Scope, Viewer
from tongti.visits import access as visit_access
from tongti.visits import counting
from tongti.visits.models import Finding, Visit

CHUNK = 500
HIDDEN = "（企业要求隐名）"
M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Asked:
    """What narrows a ledger: a campaign, days (both counted). Empty narrows nothing; the register has no days."""

    campaign_id: int | None = None
    since: date | None = None
    until: date | None = None

    @classmethod
    def read(cls, stored: dict[str, Any]) -> "Asked":
        """Of what an Export keeps."""
        days = {name: date.fromisoformat(stored[name]) for name in ("since", "until") if stored.get(name)}
        return cls(campaign_id=stored.get("campaign_id"), **days)

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        days = {name: value.isoformat() for name in ("since", "until") if (value := getattr(self, name))}
        return days | ({"campaign_id": self.campaign_id} if self.campaign_id else {})


@dataclass(frozen=True)
class For:
    """For whom a ledger is written, and whether contacts stand in it in full."""

    viewer: Viewer
    people: bool = False


Lines = Iterator[list[str]]


@dataclass(frozen=True)
class Ledger:
    """One ledger. ``reads`` is the permission that shows its lines on a page; ``has_people`` that it names contacts."""

    code: str
    name: str
    reads: May
    columns: Columns
    rows: Callable[[For, Asked], QuerySet[Any]]
    lines: Callable[[For, Sequence[Any]], list[list[str]]]
    has_people: bool = False

    def write(self, whom: For, asked: Asked) -> Lines:
        """Every line, by id."""
        for chunk in _chunks(self.rows(whom, asked)):
            yield from self.lines(whom, chunk)


def _chunks(rows: QuerySet[M]) -> Iterator[Sequence[M]]:
    last = 0
    while chunk := list(rows.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        yield chunk
        last = chunk[-1].pk


def _day(value: Any) -> str:
    return value.isoformat() if value else ""


# --- visits ---------------------------------------------------------------------------------------------------------


def _visits(whom: For, asked: Asked) -> QuerySet[Visit]:
    rows = Visit.objects.filter(visit_access.visible(whom.viewer), state=Visit.State.DONE)
    rows = rows.filter(_within(asked, "campaign_id", "visited_on"))
    return rows.select_related("campaign", "officer", "team__line")


def _within(asked: Asked, campaign: str, day: str) -> Q:
    wanted = {campaign: asked.campaign_id, f"{day}__gte": asked.since, f"{day}__lte": asked.until}
    return Q(**{name: value for name, value in wanted.items() if value})


def _visit_lines(whom: For, visits: Sequence[Visit]) -> list[list[str]]:
    firms = _firms(visit.party_id for visit in visits)
    found: dict[int, list[int]] = {}
    for visit_id, case_id in Finding.objects.filter(visit__in=visits).values_list("visit_id", "case_id"):
        counts = found.setdefault(visit_id, [0, 0])
        counts[0] += 1
        counts[1] += case_id is not None
    return [
        [
            _day(visit.visited_on),
            *firms.get(visit.party_id, ("", "")),
            visit.get_way_display(),
            visit.officer.name,
            visit.team.name if visit.team else "",
            visit.team.line.name if visit.team and visit.team.line else "",
            _words(whom, visit.note),
            _words(whom, visit.facts),
            *map(str, found.get(visit.pk, [0, 0])),
            _day(visit.next_visit_on),
            "是" if visit.over_cap else "",
            visit.campaign.name,
        ]
        for visit in visits
    ]


def _firms(party_ids: Any) -> dict[int, tuple[str, str]]:
    """Party → (name as the register shows it, code)."""
    rows = Firm.objects.filter(pk__in=set(party_ids)).values_list("pk", "name", "credit_code")
    return {pk: (name, code) for pk, name, code in rows}


def _words(whom: For, text: str) -> str:
    """Words that somebody wrote on a visit: numbers that point at a person are starred unless people were asked for."""
    return text if whom.people else without_numbers(text)


# --- findings -------------------------------------------------------------------------------------------------------


def _findings(whom: For, asked: Asked) -> QuerySet[Finding]:
    visits = Visit.objects.filter(visit_access.visible(whom.viewer), state=Visit.State.DONE)
    rows = Finding.objects.filter(visit__in=visits).filter(_within(asked, "visit__campaign_id", "visit__visited_on"))
    rows = rows.annotate(
        of_level=counting.level(),
        is_solved=counting.flag(counting.finding_condition("solved")),
    )
    rows = rows.select_related("visit__officer", "visit__team", "category", "case", "question")
    return rows.defer("case__search", "case__body", "question__features", "question__keys", "question__search")


def _finding_lines(whom: For, findings: Sequence[Any]) -> list[list[str]]:
    firms = _firms(one.visit.party_id for one in findings)
    return [_finding_line(whom, one, firms) for one in findings]


def _finding_line(whom: For, one: Any, firms: dict[int, tuple[str, str]]) -> list[str]:
    # never to whom it is hidden from on the case's own page (domain sheet W1.14)
    hidden = one.hide_identity and whom.viewer.scope(May.SEE_IDENTITY) < Scope.ALL
    case = one.case
    return [
        _day(one.visit.visited_on),
        *((HIDDEN, "") if hidden else firms.get(one.visit.party_id, ("", ""))),
        _words(whom, one.title),
        _words(whom, one.words),
        _words(whom, one.wished),
        one.category.name if one.category else "",
        one.get_handling_display() if one.handling else "",
        str(dict(Finding.Level.choices).get(one.of_level, "")),
        _day(one.promised_on),
        _words(whom, one.matter),
        one.paper,
        {True: "共性", False: "个性", None: ""}[one.shared],
        one.visit.officer.name,
        one.visit.team.name if one.visit.team else "",
        case.number if case else "",
        case.get_state_display() if case else "没有登记",
        case.get_closing_display() if case and case.closing else "",
        _day(timezone.localdate(case.closed_at)) if case and case.closed_at else "",
        "是" if one.is_solved else "",
    ]


# --- the register -----------------------------------------------------------------------------------------------------


def _register(whom: For, _asked: Asked) -> QuerySet[Firm]:
    return parties.seen_firms(whom.viewer).select_related("party", "park", "place", "unit")


def _register_lines(whom: For, firms: Sequence[Firm]) -> list[list[str]]:
    people: dict[int, list[str]] = {}
    for contact in FirmContact.objects.filter(firm__in=firms, until=None).order_by("pk"):
        people.setdefault(contact.firm_id, []).append(_contact(whom, contact))
    if whom.people:
        # reading is an event too (domain sheet W0.5): on the chain of each firm whose people leave the house
        trail.record_many([("party.exported", firm.party, None) for firm in firms if firm.pk in people], by=whom.viewer)
    return [
        [
            firm.name,
            firm.get_kind_display(),
            firm.credit_code,
            firm.get_size_display() if firm.size else "",
            parties.sector_of(firm),
            firm.park.name if firm.park else "",
            firm.place.name if firm.place else "",
            firm.unit.short_name if firm.unit else "",
            firm.get_status_display(),
            "；".join(people.get(firm.pk, [])),
        ]
        for firm in firms
    ]


def _contact(whom: For, contact: FirmContact) -> str:
    name = contact.name if whom.people else mask_name(contact.name)
    phone = national_phone(contact.phone) if whom.people else mask_phone(contact.phone)
    return " ".join(part for part in (name, contact.post, phone) if part)


LEDGERS: dict[str, Ledger] = {
    ledger.code: ledger
    for ledger in (
        Ledger(
            "visits",
            "走访台账",
            May.SEE_VISITS,
            (
                ("走访日期", 12),
                ("企业", 30),
                ("统一社会信用代码", 22),
                ("形式", 10),
                ("走访员", 10),
                ("工作组", 14),
                ("服务线", 14),
                ("走访记录", 40),
                ("听到的情况", 40),
                ("难题", 6),
                ("登记", 6),
                ("下次走访", 12),
                ("超过每月次数", 8),
                ("活动", 20),
            ),
            _visits,
            _visit_lines,
        ),
        Ledger(
            "findings",
            "难题台账",
            May.SEE_VISITS,
            (
                ("走访日期", 12),
                ("企业", 30),
                ("统一社会信用代码", 22),
                ("简称", 24),
                ("企业的原话", 40),
                ("希望怎么解决", 24),
                ("分类", 14),
                ("处置类别", 12),
                ("解决层级", 14),
                ("办结日期（A 类）", 12),
                ("提请协调事项", 30),
                ("清单或报告文号", 18),
                ("共性", 6),
                ("走访员", 10),
                ("工作组", 14),
                ("诉求编号", 16),
                ("状态", 10),
                ("办结方式", 12),
                ("办结时间", 12),
                ("解决", 6),
            ),
            _findings,
            _finding_lines,
        ),
        Ledger(
            "firms",
            "登记簿",
            May.SEE_FIRMS,
            (
                ("名称", 34),
                ("类别", 12),
                ("统一社会信用代码", 22),
                ("规模", 14),
                ("行业", 30),
                ("园区", 20),
                ("乡镇、村（社区）", 18),
                ("服务单位", 14),
                ("状态", 14),
                ("联系人", 40),
            ),
            _register,
            _register_lines,
            has_people=True,
        ),
    )
}
