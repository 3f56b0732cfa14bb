"""同题: by number, by words of the title, by place and by unit that takes part."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet

from tongti.cases.queries import Tokens
from tongti.questions.access import visible
from tongti.questions.models import Question
from tongti.search.asking import Asked
from tongti.search.kinds.kind import Hit, Kind
from tongti.units.access import May, Viewer

SHOWN = ("number", "title", "state", "asker_count", "place__name", "lead__short_name")


def _rows(viewer: Viewer, asked: Asked) -> QuerySet[Any] | None:
    wanted = _condition(asked)
    if wanted is None:
        return None
    return Question.objects.filter(visible(viewer), wanted).select_related("place", "lead").only(*SHOWN)


def _condition(asked: Asked) -> Q | None:
    if asked.question:
        return Q(number__startswith=asked.question)
    if ids := asked.about("question"):
        return Q(pk__in=ids)
    if not (asked.words or asked.is_narrowed):
        return None
    wanted = Q(search=Tokens(asked.words)) if asked.words else Q()
    if asked.places:
        wanted &= Q(place_id__in=asked.places)
    if asked.unit_id:
        wanted &= Q(lead_id=asked.unit_id) | Q(units__contains=[asked.unit_id])
    return wanted


def _hits(viewer: Viewer, rows: Sequence[Question], asked: Asked) -> list[Hit]:
    return [
        Hit(
            pk=one.pk,
            title=one.title,
            field="题号" if asked.question else "题目" if asked.words or asked.about("question") else "",
            marks=asked.words,
            facts=tuple(
                filter(
                    None,
                    [
                        one.number,
                        f"{one.asker_count} 人" if one.asker_count else "",
                        one.place.name if one.place else "",
                        one.lead.short_name if one.lead else "",
                    ],
                )
            ),
            state=one.state,
            word=one.get_state_display(),
        )
        for one in rows
    ]


QUESTIONS = Kind("questions", "同题", May.SEE, ("-asker_count", "-id"), _rows, _hits)
