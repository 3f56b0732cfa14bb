"""What a paper says of a case or question, without saying who asked; and how its subject is found again."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from tongti.cases import queries as cases
from tongti.cases.models import Case
from tongti.papers.blocks import day_words
from tongti.papers.kinds.kind import About, Subject
from tongti.parties import queries as parties
from tongti.questions import queries as questions
from tongti.questions.models import Membership, Question
from tongti.relay import queries as relay
from tongti.relay.models import Baton
from tongti.relay.plans import about
from tongti.shared.errors import NotVisible
from tongti.shared.privacy import without_numbers
from tongti.supervision import queries as supervision
from tongti.units import queries as units
from tongti.units.access import Viewer
from tongti.visits import queries as visits


def subject_for(viewer: Viewer, kind_of: str, pk: int) -> Subject:
    """The subject behind what a paper stores, as far as she may see it. Raises NotVisible."""
    finders = {
        About.CAMPAIGN.value: visits.campaign_for,
        About.CASE.value: cases.case_for,
        About.BATON.value: relay.baton_for,
        About.ITEM.value: supervision.item_for,
        About.QUESTION.value: questions.question_for,
    }
    if kind_of == About.DISTRICT:
        return None
    if kind_of not in finders:
        raise NotVisible
    found: Subject = finders[kind_of](viewer, pk)  # type: ignore[operator]  # each answers with its own model
    return found


@dataclass(frozen=True)
class Matter:
    """A question, or a single case, as a paper names it."""

    number: str
    title: str
    source: str
    askers: str
    received: str
    category: str


def matter_of(question: Question | None, case: Case | None) -> Matter:
    """In words that leave the house: askers are a number, a single one is masked. One of the two is given."""
    if question is not None:
        firms = f"（其中企业{question.enterprise_count}家）" if question.enterprise_count else ""
        return Matter(
            question.number,
            question.title,
            "、".join(f"{one.words}{one.count}件" for one in questions.channel_mix(question)),
            f"{question.asker_count}人（家）{firms}",
            day_of(question.first_received_at),
            question.category.name if question.category else "",
        )
    assert case is not None
    return Matter(
        case.number,
        without_numbers(case.title) or untitled(case),
        str(case.get_channel_display()),
        asker_of(case),
        day_of(case.received_at),
        case.category.name if case.category else "",
    )


def untitled(case: Case) -> str:
    """What a case without a title is about, without the asker's own words (个人信息保护法; domain sheet 8.4)."""
    where = f"{case.place.name}" if case.place else ""
    return f"{where}{case.category.name if case.category else ''}诉求"


def asker_of(case: Case) -> str:
    """The asker as handling units read her: masked, and not at all when she asked for that (domain sheet W1.14)."""
    if case.hide_identity:
        return parties.HIDDEN_NAME
    return parties.masked_name(*parties.name_for_letter(case.party_id)) or parties.NO_NAME


def question_of(case: Case) -> Question | None:
    """The question that the case belongs to."""
    rows = Membership.objects.filter(case=case, state=Membership.State.ACTIVE).select_related("question__category")
    found = rows.first()
    return found.question if found else None


def batons_of(question_id: int | None, case_id: int | None) -> list[Baton]:
    """Those of the newest round, lead first, without those that were given to somebody else."""
    rows = Baton.objects.filter(about(question_id, case_id)).exclude(state=Baton.State.RECALLED)
    found = list(rows.select_related("unit", "duty", "officer").order_by("pk"))
    newest = max((row.round for row in found), default=1)
    now = [row for row in found if row.round == newest]
    return sorted(now, key=lambda row: row.role != Baton.Role.LEAD)


def batons_for(case: Case) -> list[Baton]:
    """Of the case itself, or of its question."""
    own = batons_of(None, case.pk)
    question = None if own else question_of(case)
    return batons_of(question.pk, None) if question else own


def lead_among(batons: list[Baton]) -> Baton | None:
    """The lead; None before the first dispatch."""
    return next((row for row in batons if row.role == Baton.Role.LEAD), None)


def hotline_phone() -> str:
    """The office's own number that askers and units call; "" when it has none."""
    unit = units.fallback_unit()
    return unit.phone if unit else ""


def day_of(at: datetime | None) -> str:
    """2026年3月6日, of a moment."""
    return day_words(timezone.localdate(at)) if at else ""


def day(on: date | None) -> str:
    """The same of a day."""
    return day_words(on) if on else ""
