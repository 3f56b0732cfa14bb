"""登记对象: firms, projects, parks, shops, farms by part of their name, by credit code, by place and by the unit that serves them."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from tongti.parties.models import Firm
from tongti.parties.queries.firms import named, seen_firms
from tongti.search.asking import Asked
from tongti.search.kinds.kind import Hit, Kind
from tongti.units.access import May, Viewer

SHOWN = ("name", "kind", "credit_code", "status", "place__name", "unit__short_name")


def _rows(viewer: Viewer, asked: Asked) -> QuerySet[Any] | None:
    if ids := asked.about("firm"):
        rows = seen_firms(viewer).filter(pk__in=ids)
    elif asked.chunks or asked.is_narrowed:
        rows = named(viewer, asked.chunks)
    else:
        return None
    if asked.places:
        rows = rows.filter(place_id__in=asked.places)
    if asked.unit_id:
        rows = rows.filter(unit_id=asked.unit_id)
    return rows.select_related("place", "unit").only(*SHOWN)


def _hits(viewer: Viewer, rows: Sequence[Firm], asked: Asked) -> list[Hit]:
    return [
        Hit(
            pk=firm.pk,
            title=firm.name,
            field="名称" if asked.chunks or asked.about("firm") else "",
            marks=tuple(chunk.lower() for chunk in asked.chunks),
            facts=tuple(
                filter(
                    None,
                    [
                        firm.get_kind_display(),
                        firm.place.name if firm.place else "",
                        firm.unit.short_name if firm.unit else "",
                    ],
                )
            ),
        )
        for firm in rows
    ]


FIRMS = Kind("firms", "企业和登记对象", May.SEE_FIRMS, ("name", "party_id"), _rows, _hits)
