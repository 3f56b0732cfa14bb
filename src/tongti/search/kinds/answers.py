"""答复: signed joint answers and answers to single cases, by the words that every asker of them read."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet

from tongti.answers.access import visible
from tongti.answers.actions import SEARCHED
from tongti.answers.models import Answer
from tongti.answers.queries import field_labels
from tongti.cases.queries import Tokens
from tongti.search.asking import Asked
from tongti.search.kinds.kind import Hit, Kind, field_with
from tongti.units.access import May, Viewer

SHOWN = (
    *SEARCHED, "state", "signed_at", "lead__short_name", "question__title", "question__number", "case__number", "case__title",
)  # fmt: skip


def _rows(viewer: Viewer, asked: Asked) -> QuerySet[Any] | None:
    if not asked.words:
        return None
    wanted = Q(search=Tokens(asked.words), state=Answer.State.SIGNED)
    if asked.places:
        wanted &= Q(question__place_id__in=asked.places) | Q(case__place_id__in=asked.places)
    if asked.unit_id:
        wanted &= Q(lead_id=asked.unit_id)
    rows = Answer.objects.filter(visible(viewer), wanted)
    return rows.select_related("lead", "question", "case").only(*SHOWN)


def _hits(viewer: Viewer, rows: Sequence[Answer], asked: Asked) -> list[Hit]:
    return [_hit(answer, asked) for answer in rows]


def _hit(answer: Answer, asked: Asked) -> Hit:
    labels = field_labels()
    field, words = field_with([(labels[name], getattr(answer, name)) for name in SEARCHED], asked.words)
    about = answer.question or answer.case
    title = answer.question.title if answer.question else answer.case.title if answer.case else ""
    return Hit(
        pk=answer.pk,
        title=title or (about.number if about else ""),
        field=field,
        excerpt=words,
        marks=asked.words,
        facts=(about.number if about else "", answer.lead.short_name),
        state=answer.state,
        word=answer.get_state_display(),
    )


ANSWERS = Kind("answers", "答复", May.SEE, ("-id",), _rows, _hits)
