"""The live panels: what a half-typed sentence resembles. For the public, cleared questions; for the desk, cases too."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

import samequestion as engine
from tongti.cases.access import visible as visible_cases
from tongti.cases.models import Case
from tongti.questions.access import visible
from tongti.questions.matching.likeness import CASES, QUESTIONS, nearest, usable
from tongti.questions.matching.loaded import model
from tongti.questions.matching.profiles import OPEN, unpack
from tongti.questions.models import Membership, Question
from tongti.units.access import Viewer
from tongti.units.models import Unit

ENOUGH_FOR_A_TITLE = 10
"""Characters of typed text that stand for a title."""
SHORTEST = 4
"""Characters from which typed text is worth a look-up."""
QUESTIONS_COMPARED = 12
"""Questions that share most keys and are scored. On the labelled messages, of the first 20, 40 and 80 characters, the right one is
shown as often with 12 as with 20 (43.0, 66.5 and 78.5 of 100), and a wrong one first no more often."""
CASES_COMPARED = 24
LIKELY_WHILE_TYPING = 0.175
"""A half-typed sentence says less than a whole message, and a person looks at the panel anyway.

At 0.15, of the first 20, 40, 80 characters of labelled messages, 85, 70 and 82 of 100 find their question among 120,
and 2 of 100 are shown another one."""

PUBLIC = ("set_up", "handling", "answered", "closed")


@dataclass(frozen=True)
class PublicMatch:
    """A question cleared for the public that resembles what is being typed. No member's words, place or name."""

    question_id: int
    number: str
    title: str
    asker_count: int
    state: str
    state_words: str
    lead_name: str
    helper_names: tuple[str, ...]
    progress: str
    progress_at: object
    due_on: object
    shared_words: tuple[str, ...]
    probability: float
    started_on: date | None = None


@dataclass(frozen=True)
class DeskMatch:
    """A question or a single case that resembles what a clerk types; ``kind`` is ``question`` or ``case``."""

    kind: str
    pk: int
    number: str
    title: str
    state: str
    state_words: str
    asker_count: int
    lead_name: str
    probability: float
    shared_words: tuple[str, ...]


@dataclass(frozen=True)
class Alike:
    """A question or case that is likely enough; ``at`` is the place, among what was compared, of what explains it."""

    pk: int
    chance: float
    at: int


@dataclass(frozen=True)
class Look:
    """What one look found, the likeliest first, and what it was compared with."""

    questions: list[Alike]
    cases: list[Alike]
    compared: list[bytes]
    scores: engine.Scores

    def shared_words(self, one: Alike) -> tuple[str, ...]:
        """The words that both sides say. Reasons with weights are for proposals, which somebody decides; nobody reads them
        while typing, and they cost as much as the comparing."""
        return engine.shared_words(
            self.scores.query, engine.Features.from_bytes(self.compared[one.at]), self.scores.model
        )


# --- the public's panel -------------------------------------------------------------------------------------------


def public_matches(typed_text: str, limit: int = 3, *, title: str = "", place: str = "") -> list[PublicMatch]:
    """At most ``limit`` questions, cleared for the public, that resemble the typed text; the likeliest first.

    Shared words are words of the public title only, so nothing that another person wrote can shine through.
    """
    asked = _asked(typed_text, title, place)
    if asked is None:
        return []
    states = ", ".join(f"'{state}'" for state in PUBLIC)
    where = f"AND cleared_at IS NOT NULL AND public_title <> '' AND state IN ({states})"
    chosen = {one.pk: one.chance for one in _look(asked, where).questions[: limit * 2]}
    rows = Question.objects.filter(pk__in=chosen).select_related("lead").defer("keys", "features", "search")
    found = sorted(rows, key=lambda question: (-chosen[question.pk], question.pk))[:limit]
    names = _unit_names({unit for question in found for unit in question.units})
    return [_public_match(question, chosen[question.pk], asked, names) for question in found]


def _asked(typed_text: str, title: str, place: str) -> engine.Features | None:
    typed_text = typed_text.strip()
    if len(typed_text) < SHORTEST:
        return None
    message = engine.Message(id="", title=title or _headline(typed_text), body=typed_text, place=place)
    return engine.features(message, model())


def _public_match(question: Question, chance: float, asked: engine.Features, names: dict[int, str]) -> PublicMatch:
    own = engine.features(engine.Message(id="", title=question.public_title), model())
    lead = question.lead.short_name if question.lead else ""
    helpers = tuple(names[unit] for unit in question.units if unit in names and unit != question.lead_id)
    return PublicMatch(
        question_id=question.pk,
        number=question.number,
        title=question.public_title,
        asker_count=question.asker_count,
        state=question.state,
        state_words=question.get_state_display(),
        lead_name=lead,
        helper_names=helpers,
        progress=question.progress,
        progress_at=question.progress_at,
        due_on=question.due_on,
        shared_words=engine.shared_words(own, asked, model()),
        probability=chance,
        started_on=timezone.localdate(question.dispatched_at) if question.dispatched_at else None,
    )


def _unit_names(ids: set[int]) -> dict[int, str]:
    return dict(Unit.objects.filter(pk__in=ids).values_list("pk", "short_name")) if ids else {}


# --- the desk's panel ---------------------------------------------------------------------------------------------


def desk_matches(
    viewer: Viewer, typed_text: str, limit: int = 5, *, title: str = "", place: str = ""
) -> list[DeskMatch]:
    """Questions first, then single cases, that resemble what a clerk types and that she may see."""
    asked = _asked(typed_text, title, place)
    if asked is None:
        return []
    look = _look(asked, OPEN, cases=True)
    questions = _seen_questions(viewer, look.questions[: limit * 2])[:limit]
    room = limit - len(questions)
    cases = _seen_cases(viewer, look.cases[: limit * 3])[:room] if room else []
    return [_desk_question(question, alike, look.shared_words(alike)) for alike, question in questions] + [
        _desk_case(case, alike, look.shared_words(alike)) for alike, case in cases
    ]


QUESTION_SHOWN = ("number", "title", "state", "asker_count", "lead__short_name")
CASE_SHOWN = ("number", "title", "body", "state", "holder__short_name")
"""What the panel shows of one: it is asked at every pause in typing, and whole rows take half of what they cost there."""


def _seen_questions(viewer: Viewer, alike: Sequence[Alike]) -> list[tuple[Alike, Question]]:
    rows = Question.objects.filter(visible(viewer), pk__in=[one.pk for one in alike])
    seen = {row.pk: row for row in rows.select_related("lead").only(*QUESTION_SHOWN)}
    return [(one, seen[one.pk]) for one in alike if one.pk in seen]


def _seen_cases(viewer: Viewer, alike: Sequence[Alike]) -> list[tuple[Alike, Case]]:
    """Those that stand alone: a case that joined is found through its question."""
    ids = [one.pk for one in alike]
    joined = Membership.objects.filter(case_id__in=ids, state="active").values("case_id")
    rows = Case.objects.filter(visible_cases(viewer), pk__in=ids).exclude(pk__in=joined).exclude(state="withdrawn")
    seen = {row.pk: row for row in rows.select_related("holder").only(*CASE_SHOWN)}
    return [(one, seen[one.pk]) for one in alike if one.pk in seen]


def _desk_question(question: Question, alike: Alike, words: tuple[str, ...]) -> DeskMatch:
    return DeskMatch(
        kind="question",
        pk=question.pk,
        number=question.number,
        title=question.title,
        state=question.state,
        state_words=question.get_state_display(),
        asker_count=question.asker_count,
        lead_name=question.lead.short_name if question.lead else "",
        probability=alike.chance,
        shared_words=words,
    )


def _desk_case(case: Case, alike: Alike, words: tuple[str, ...]) -> DeskMatch:
    return DeskMatch(
        kind="case",
        pk=case.pk,
        number=case.number,
        title=case.headline,
        state=case.state,
        state_words=case.get_state_display(),
        asker_count=1,
        lead_name=case.holder.short_name if case.holder else "",
        probability=alike.chance,
        shared_words=words,
    )


# --- what both ask ------------------------------------------------------------------------------------------------


def _headline(text: str) -> str:
    """The first clauses stand for a title: people lead with what hurts, and the engine weighs titles most. On the labelled
    messages this finds half as many again of the right questions as an empty title does."""
    for mark in "。！？!?\n；;":
        text = text.split(mark, 1)[0]
    clauses = text.replace(",", "，").split("，")
    taken = clauses[0]
    for clause in clauses[1:]:
        if len(taken) >= ENOUGH_FOR_A_TITLE:
            break
        taken += clause
    return taken[:40]


def _look(asked: engine.Features, where: str, *, cases: bool = False) -> Look:
    """Questions, and single cases when asked for, that share keys and are likely enough. All are scored in one go, since
    making ready to compare costs more than comparing."""
    near = nearest(QUESTIONS, asked, where=where, limit=QUESTIONS_COMPARED)
    profiles = [(pk, one) for pk, data in near for one in unpack(data)]
    alone = usable(nearest(CASES, asked, limit=CASES_COMPARED)) if cases else []
    compared = [data for _, data in (*profiles, *alone)]
    scores = engine.scores(asked, compared, model())
    chances = scores.chances.tolist()
    questions = _questions([pk for pk, _ in profiles], chances)
    found = [Alike(pk, chances[at], at) for at, (pk, _) in enumerate(alone, start=len(profiles))]
    return Look(_likely(questions), _likely(found), compared, scores)


def _questions(owners: Sequence[int], chances: Sequence[float]) -> list[Alike]:
    """A question is as likely as the mean of its two likeliest profiles, so that one odd member alone does not pull; it is
    explained by the likeliest."""
    places: dict[int, list[int]] = {}
    for at, pk in enumerate(owners):
        places.setdefault(pk, []).append(at)
    found = []
    for pk, own in places.items():
        best = sorted(own, key=lambda at: -chances[at])[:2]
        found.append(Alike(pk, sum(chances[at] for at in best) / len(best), best[0]))
    return found


def _likely(found: Sequence[Alike]) -> list[Alike]:
    return sorted((one for one in found if one.chance >= LIKELY_WHILE_TYPING), key=lambda one: (-one.chance, one.pk))
