"""诉求: by number, by phone or its tail, by words of title and body, by place and unit."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet

from tongti.cases import queries as cases
from tongti.cases.models import Case
from tongti.cases.queries import Tokens
from tongti.parties import queries as parties
from tongti.search.asking import Asked
from tongti.search.kinds.kind import Hit, Kind, field_with
from tongti.units.access import May, Viewer

SHOWN = (
    "number", "title", "body", "channel", "state", "due_on", "received_at", "party_id", "party_kind",
    "hide_identity", "place__name", "holder__short_name",
)  # fmt: skip


def _rows(viewer: Viewer, asked: Asked) -> QuerySet[Any] | None:
    wanted = _condition(viewer, asked)
    if wanted is None:
        return None
    return cases.seen_by(viewer).filter(wanted).select_related("place", "holder").only(*SHOWN)


def _condition(viewer: Viewer, asked: Asked) -> Q | None:
    if asked.number or asked.phone:
        ids = parties.party_ids_by_phone(viewer, asked.phone) if asked.phone else []
        by_phone = Q(party_id__in=ids) if ids else Q(pk__in=[])
        return Q(number=asked.number) | by_phone if asked.number else by_phone
    if not (asked.words or asked.is_narrowed):
        return None
    wanted = Q(search=Tokens(asked.words)) if asked.words else Q()
    if asked.places:
        wanted &= Q(place_id__in=asked.places)
    if asked.unit_id:
        wanted &= Q(holder_id=asked.unit_id) | Q(units__contains=[asked.unit_id])
    return wanted


def _hits(viewer: Viewer, rows: Sequence[Case], asked: Asked) -> list[Hit]:
    faces = cases.faces_of(viewer, rows, phones=False)
    return [_hit(case, asked, faces.get(case.pk)) for case in rows]


def _hit(case: Case, asked: Asked, face: Any) -> Hit:
    field, words = field_with([("标题", case.title), ("原话", case.body)], asked.words)
    if asked.number or asked.phone:
        field = "编号" if case.number == asked.number else "电话"
    facts = [case.number, case.place.name if case.place else "", case.holder.short_name if case.holder else ""]
    return Hit(
        pk=case.pk,
        title=case.headline,
        field=field,
        excerpt="" if field == "标题" or not case.title else words,
        marks=asked.words,
        facts=(*filter(None, facts), *([face.name] if face else [])),
        state=case.state,
        word=case.get_state_display(),
    )


CASES = Kind("cases", "诉求", May.SEE, ("-received_at", "-id"), _rows, _hits)
