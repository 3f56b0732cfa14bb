"""The firms that an officer looks after, and the card she carries of each."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from tongti.parties.models import Firm, FirmContact
from tongti.parties.queries import UNITS, Measure, newest_figures, period_of
from tongti.parties.queries.figures import plain_number
from tongti.shared.errors import NotVisible
from tongti.shared.text import mask_name, mask_phone, national_phone
from tongti.units.access import Viewer
from tongti.units.models import Region
from tongti.visits import access
from tongti.visits.guard import offered_words
from tongti.visits.models import Assignment, OfferedTime, Revisit, Visit

MOST_FIRMS = 300
SHOWN_VISITS, SHOWN_CASES = 3, 8


@dataclass(frozen=True)
class FirmLine:
    """A firm in her list: how far its coverage is."""

    party_id: int
    name: str
    campaign_id: int
    visit_by: date | None
    wanted: int
    done: int
    last_on: date | None

    @property
    def behind(self) -> int:
        """Visits still to be made."""
        return max(self.wanted - self.done, 0)


@dataclass(frozen=True)
class PastCase:
    """A difficulty of this firm that the district knows."""

    case_id: int
    number: str
    title: str
    state: str
    state_words: str
    received_on: date
    revisit: Revisit | None = None
    again: bool = False


@dataclass(frozen=True)
class Contact:
    """A person at the firm; masked on pages, open in the notebook for firms that are about to be visited."""

    name: str
    phone: str
    post: str


@dataclass(frozen=True)
class FirmCard:
    """What somebody who goes there should know."""

    party_id: int
    name: str
    kind_words: str
    credit_code: str
    place: str
    contacts: Sequence[Contact]
    offered: str
    visits: Sequence[Visit]
    cases: Sequence[PastCase]
    figures: Sequence[str]


def firm_names(party_ids: Iterable[int | None]) -> dict[int, str]:
    """Names by id as the register shows them (masked where it is a person's, docs/adr/0023), one query."""
    ids = {pk for pk in party_ids if pk}
    return dict(Firm.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}


def firm_name(party_id: int) -> str:
    """One name as the register shows it."""
    return firm_names([party_id]).get(party_id, "")


def my_firms(viewer: Viewer) -> list[FirmLine]:
    """Her firms in running and past campaigns, those that are behind and due first; at most MOST_FIRMS. Three queries."""
    rows = list(
        Assignment.objects.filter(officer_id=viewer.officer_id, ended_on=None, party__firm__merged_into=None).order_by(
            "visit_by", "id"
        )[:MOST_FIRMS]
    )
    names = firm_names(row.party_id for row in rows)
    done = _done_visits({row.party_id for row in rows})
    lines = []
    for row in rows:
        days = done.get((row.campaign_id, row.party_id), [])
        lines.append(
            FirmLine(
                party_id=row.party_id,
                name=names.get(row.party_id, ""),
                campaign_id=row.campaign_id,
                visit_by=row.visit_by,
                wanted=row.wanted,
                done=len(days),
                last_on=max(days, default=None),
            )
        )
    return sorted(lines, key=lambda one: (not one.behind, one.visit_by or date.max))


def _done_visits(party_ids: set[int]) -> dict[tuple[int, int], list[date]]:
    found: dict[tuple[int, int], list[date]] = {}
    rows = Visit.objects.filter(party_id__in=party_ids, state=Visit.State.DONE)
    for campaign_id, party_id, day in rows.values_list("campaign_id", "party_id", "visited_on"):
        if day is not None:
            found.setdefault((campaign_id, party_id), []).append(day)
    return found


def card(viewer: Viewer, party_id: int) -> FirmCard:
    """The card of one firm that she looks after. Raises NotVisible."""
    access.require_firm(viewer, party_id)
    found = cards(viewer, [party_id])
    if party_id not in found:
        raise NotVisible
    return found[party_id]


def cards(viewer: Viewer, party_ids: Iterable[int], *, open_for: Collection[int] = ()) -> dict[int, FirmCard]:
    """Cards by firm, seven queries whatever their number; the caller has asked who may see them.

    Contacts are masked but for the firms of ``open_for``, of which the caller has put on the trail that they are shown.
    """
    ids = sorted(set(party_ids))
    firms = {row.pk: row for row in Firm.objects.filter(pk__in=ids).select_related("party", "place__parent")}
    people = _contacts(ids, open_for)
    offered: dict[int, list[OfferedTime]] = {}
    for time in OfferedTime.objects.filter(party_id__in=ids).order_by("weekday", "part"):
        offered.setdefault(time.party_id, []).append(time)
    visits: dict[int, list[Visit]] = {}
    for visit in _newest_visits(ids):
        visits.setdefault(visit.party_id, []).append(visit)
    cases, figures = _past_cases(viewer, ids), _figures(ids)
    return {
        pk: FirmCard(
            party_id=pk,
            name=firm.party.name if firm.name_personal and pk in open_for else firm.name,
            kind_words=firm.get_kind_display(),
            credit_code=firm.credit_code,
            place=_place(firm),
            contacts=people.get(pk, []),
            offered=offered_words(offered.get(pk, [])),
            visits=visits.get(pk, []),
            cases=cases.get(pk, []),
            figures=figures.get(pk, []),
        )
        for pk, firm in firms.items()
    }


def _place(firm: Firm) -> str:
    if firm.place is None:
        return ""
    town = f"{firm.place.parent.name} " if firm.place.parent and firm.place.level == Region.Level.VILLAGE else ""
    # where a person runs her shop may be where she lives
    return town + firm.place.name + ("" if firm.name_personal else f" {firm.address}".rstrip())


def _contacts(party_ids: Sequence[int], open_for: Collection[int]) -> dict[int, list[Contact]]:
    found: dict[int, list[Contact]] = {}
    for row in FirmContact.objects.filter(firm_id__in=party_ids, until=None).order_by("id"):
        found.setdefault(row.firm_id, []).append(_contact(row.name, row.phone, row.post, row.firm_id in open_for))
    return found


def _contact(name: str, phone: str, post: str, opened: bool) -> Contact:
    if opened:
        return Contact(name, national_phone(phone), post)
    return Contact(mask_name(name), mask_phone(phone), post)


def _figures(party_ids: Sequence[int]) -> dict[int, list[str]]:
    """The newest value of each measure, in words."""
    found: dict[int, list[str]] = {}
    for (firm_id, _), row in newest_figures(party_ids, Measure.values).items():
        words = f"{row.get_measure_display()} {plain_number(row.value)} {UNITS[row.measure]}（{period_of(row).words}）"
        found.setdefault(firm_id, []).append(words)
    return found


def _newest_visits(party_ids: Sequence[int]) -> Sequence[Visit]:
    return list(
        Visit.objects.raw(
            "SELECT v.* FROM unnest(%s::bigint[]) AS p(id) CROSS JOIN LATERAL (SELECT * FROM visits_visit "
            "WHERE party_id = p.id AND state = 'done' ORDER BY planned_on DESC, id DESC LIMIT %s) AS v",
            [list(party_ids), SHOWN_VISITS],
        )
    )


def _past_cases(viewer: Viewer, party_ids: Sequence[int]) -> dict[int, list[PastCase]]:
    rows = access.firm_cases(viewer, party_ids).only(
        "number", "title", "body", "state", "party_id", "received_at", "repeat_of_id"
    )
    found = list(rows.order_by("-received_at", "-pk")[: SHOWN_CASES * len(party_ids)])
    planned = {r.case_id: r for r in Revisit.objects.filter(case_id__in=[c.pk for c in found]).order_by("pk")}
    cases: dict[int, list[PastCase]] = {}
    for case in found:
        cases.setdefault(case.party_id or 0, []).append(
            PastCase(
                case_id=case.pk,
                number=case.number,
                title=case.headline,
                state=case.state,
                state_words=case.get_state_display(),
                received_on=timezone.localdate(case.received_at),
                revisit=planned.get(case.pk),
                again=case.repeat_of_id is not None,
            )
        )
    return {pk: own[:SHOWN_CASES] for pk, own in cases.items()}


def offered_times(viewer: Viewer, party_id: int) -> set[tuple[int, str]]:
    """The firm's convenient times as (weekday, part). Raises NotVisible."""
    access.require_firm(viewer, party_id)
    return set(OfferedTime.objects.filter(party_id=party_id).values_list("weekday", "part"))
