"""What a phone carries along: today's list, the firms' cards, the lists to choose from. Plain values, made for JSON."""

from collections.abc import Collection
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects

from tongti.shared import clock
from tongti.units.access import Viewer
from tongti.visits.merging import shown
from tongti.visits.models import Finding
from tongti.visits.queries.campaigns import running
from tongti.visits.queries.firms import FirmCard, cards, my_firms
from tongti.visits.queries.several import VisitLine, due_revisits, my_days


def pack(viewer: Viewer, *, open_for: Collection[int] = ()) -> dict[str, Any]:
    """Her visits of the fortnight, her firms and revisits, in some twenty queries whatever their number.

    ``open_for`` are the firms whose contacts she takes along (actions.take_along).
    """
    days = my_days(viewer)
    firms = my_firms(viewer)
    lines = [*days.late, *days.today, *days.ahead, *days.done]
    noted = [line.visit for line in lines]
    prefetch_related_objects(
        noted, "figures", Prefetch("findings", Finding.objects.select_related("case").order_by("id"))
    )
    wanted = [line.visit.party_id for line in lines] + [one.party_id for one in firms]
    carried = cards(viewer, wanted, open_for=open_for)
    return {
        "made_at": clock.now().isoformat(),
        "today": clock.today().isoformat(),
        "campaigns": [{"id": one.pk, "name": one.name} for one in running(viewer)],
        "visits": [_visit(line) for line in lines],
        "firms": [
            {
                "id": one.party_id,
                "campaign": one.campaign_id,
                "visit_by": one.visit_by.isoformat() if one.visit_by else "",
                "behind": one.behind,
            }
            for one in firms
        ],
        "cards": {str(pk): _card(one) for pk, one in carried.items()},
        "revisits": [
            {
                "id": one.revisit.pk,
                "firm": one.firm,
                "title": one.revisit.case.headline,
                "day": one.revisit.planned_on.isoformat(),
            }
            for one in due_revisits(viewer)
        ],
    }


def _visit(line: VisitLine) -> dict[str, Any]:
    visit = line.visit
    return {
        "key": str(visit.key),
        "id": visit.pk,
        "firm": visit.party_id,
        "campaign": visit.campaign_id,
        "state": visit.state,
        "day": visit.planned_on.isoformat(),
        "part": visit.get_part_display(),
        "version": visit.version,
        "fields": shown(visit),
        "findings": [
            {"key": str(one.key), "title": one.headline, "case": one.case.number if one.case else ""}
            for one in visit.findings.all()
        ],
    }


def _card(card: FirmCard) -> dict[str, Any]:
    plain = {name: getattr(card, name) for name in ("name", "kind_words", "credit_code", "place", "offered")}
    return plain | {
        "visits": [{"day": _day(one.visited_on), "note": one.note[:200]} for one in card.visits],
        "cases": [
            {"number": one.number, "title": one.title, "state": one.state_words, "day": _day(one.received_on)}
            for one in card.cases
        ],
        "contacts": [{"name": one.name, "phone": one.phone, "post": one.post} for one in card.contacts],
        "figures": list(card.figures),
    }


def _day(value: Any) -> str:
    return value.isoformat() if value else ""
