"""走访台账, 难题台账, 登记簿: what was heard and whom the district knows."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from tongti.exports.ledgers.ledger import Asked, For, Ledger, day_of
from tongti.parties import queries as parties
from tongti.parties.models import Firm, FirmContact
from tongti.shared.privacy import without_numbers
from tongti.shared.text import mask_name, mask_phone, national_phone
from tongti.trail import actions as trail
from tongti.units.access import May, Scope
from tongti.visits import access as visit_access
from tongti.visits import counting
from tongti.visits.models import Finding, Visit

HIDDEN = "（企业要求隐名）"


# --- visits ---------------------------------------------------------------------------------------------------------


def _visits(whom: For, asked: Asked) -> QuerySet[Visit]:
    rows = Visit.objects.filter(visit_access.visible(whom.viewer), state=Visit.State.DONE)
    rows = rows.filter(asked.within("visited_on", campaign_id="campaign_id"))
    return rows.select_related("campaign", "officer", "team__line")


def _visit_lines(whom: For, visits: Sequence[Visit]) -> list[list[str]]:
    firms = _firms(visit.party_id for visit in visits)
    found: dict[int, list[int]] = {}
    for visit_id, case_id in Finding.objects.filter(visit__in=visits).values_list("visit_id", "case_id"):
        counts = found.setdefault(visit_id, [0, 0])
        counts[0] += 1
        counts[1] += case_id is not None
    return [
        [
            day_of(visit.visited_on),
            *firms.get(visit.party_id, ("", "")),
            visit.get_way_display(),
            visit.officer.name,
            visit.team.name if visit.team else "",
            visit.team.line.name if visit.team and visit.team.line else "",
            _words(whom, visit.note),
            _words(whom, visit.facts),
            *map(str, found.get(visit.pk, [0, 0])),
            day_of(visit.next_visit_on),
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
    rows = Finding.objects.filter(visit__in=visits).filter(
        asked.within("visit__visited_on", campaign_id="visit__campaign_id")
    )
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
        day_of(one.visit.visited_on),
        *((HIDDEN, "") if hidden else firms.get(one.visit.party_id, ("", ""))),
        _words(whom, one.title),
        _words(whom, one.words),
        _words(whom, one.wished),
        one.category.name if one.category else "",
        one.get_handling_display() if one.handling else "",
        str(dict(Finding.Level.choices).get(one.of_level, "")),
        day_of(one.promised_on),
        _words(whom, one.matter),
        one.paper,
        {True: "共性", False: "个性", None: ""}[one.shared],
        one.visit.officer.name,
        one.visit.team.name if one.visit.team else "",
        case.number if case else "",
        case.get_state_display() if case else "没有登记",
        case.get_closing_display() if case and case.closing else "",
        day_of(timezone.localdate(case.closed_at)) if case and case.closed_at else "",
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


LEDGERS = (
    Ledger(
        "visits",
        "走访台账",
        "每次走访一行：日期、企业、记录、发现几个难题。",
        (May.SEE_VISITS,),
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
        days="走访日期",
        by_campaign=True,
    ),
    Ledger(
        "findings",
        "难题台账",
        "每个难题一行：企业的原话、分类、办到哪一步。",
        (May.SEE_VISITS,),
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
        days="走访日期",
        by_campaign=True,
    ),
    Ledger(
        "firms",
        "登记簿",
        "每家企业一行：规模、行业、园区、服务单位、联系人。",
        (May.SEE_FIRMS,),
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
