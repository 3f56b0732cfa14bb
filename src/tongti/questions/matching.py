"""合: which cases concern the same difficulty. The only door to the engine (samequestion).

Candidates come from GIN indexes over key numbers (``int[] && int[]``), scores from the engine; what to do with them is for
the actions. Nothing here writes.
"""

import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

import samequestion as engine
from samequestion import linkage
from tongti.cases.access import visible as visible_cases
from tongti.cases.models import Case
from tongti.questions.access import visible
from tongti.questions.models import CaseFeatures, Membership, Question, Vocabulary
from tongti.units.access import Viewer
from tongti.units.models import Region

COMPARED = 60
"""Cases that share most keys and are scored for one query."""
FRESH = 60.0
"""Seconds for which a process trusts the word frequencies it has loaded."""
PROFILES = 6
"""Messages by which a question is recognised: its title and its most central members."""
SAMPLE = 24
"""Members of a question that a new case is compared with."""
ENOUGH_FOR_A_TITLE = 10
"""Characters of typed text that stand for a title."""
SHORTEST = 4
"""Characters from which typed text is worth a look-up."""

MATCHABLE = ("candidate", "set_up", "handling", "answered")
PUBLIC = ("set_up", "handling", "answered", "closed")


@dataclass(frozen=True)
class Like:
    """Another case and how alike it is; ``reasons`` are rows of words and signed weight."""

    case_id: int
    probability: float
    weight: float
    reasons: list[dict[str, object]] = field(default_factory=list)
    shared_words: tuple[str, ...] = ()


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
    reasons: list[dict[str, object]]
    shared_words: tuple[str, ...]


# --- the model of this process ------------------------------------------------------------------------------------


class _Loaded:
    """The engine's model with this district's word frequencies, shared by the threads of one process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.model: engine.Model | None = None
        self.version = ""
        self.looked_at = 0.0

    def get(self) -> engine.Model:
        if self.model is not None and time.monotonic() - self.looked_at < FRESH:
            return self.model
        with self.lock:
            newest = Vocabulary.objects.order_by("-made_at", "-pk").values_list("version", flat=True).first() or ""
            if self.model is None or newest != self.version:
                self.model, self.version = _model_of(newest), newest
            self.looked_at = time.monotonic()
            return self.model

    def forget(self) -> None:
        self.model, self.version, self.looked_at = None, "", 0.0


_loaded = _Loaded()


def _model_of(version: str) -> engine.Model:
    model = engine.load_default_model()
    row = Vocabulary.objects.filter(version=version).first() if version else None
    if row is None:
        return model
    try:
        counts = engine.counts_from_bytes(bytes(row.counts))
    except engine.ModelMismatch:
        return model
    return model.with_counts(counts) if len(counts) == 1 << model.settings.df_bits else model


def model() -> engine.Model:
    """The engine's model with the newest word frequencies, looked up at most once a minute per process."""
    return _loaded.get()


def forget_model() -> None:
    """Load afresh at the next use; after frequencies were counted again, and between tests."""
    _loaded.forget()


def settings_version() -> str:
    """What a stored suggestion says it was made with."""
    return f"{model().settings.version}/{model().name}"


def strength(likes: Sequence["Like"]) -> float:
    """How strongly a case belongs with these others: the engine's own rule for joining, so that what arrives one by one
    ends like what is grouped in one go. Guards against chains: one like member does not outweigh many unlike ones."""
    return linkage.strength(np.array([like.weight for like in likes]), model().settings)


def joins(likes: Sequence["Like"]) -> bool:
    """Whether it is strong enough to be proposed."""
    return bool(likes) and strength(likes) > model().settings.join_at


def belonging(likes: Sequence["Like"]) -> float:
    """Probability that a case belongs with these others."""
    return linkage.belonging(np.array([like.probability for like in likes]))


def worth_a_look(like: "Like") -> bool:
    """Whether a single other case is near enough to go on with."""
    return like.weight > model().settings.plausible


# --- one case -----------------------------------------------------------------------------------------------------


def message_of(case: Case) -> engine.Message:
    """The case as the engine reads it. ``case.place`` with two parents should be selected beforehand."""
    return engine.Message(
        id=str(case.pk),
        title=case.title,
        body=case.body,
        at=case.received_at,
        asker=str(case.party_id or ""),
        place=_township(case.place),
    )


def _township(place: Region | None) -> str:
    """The township's name: one asker ticks the village, another only the township, and both mean the same place."""
    while place is not None and place.level in (Region.Level.VILLAGE, Region.Level.GRID):
        place = place.parent
    return place.name if place is not None and place.level == Region.Level.TOWNSHIP else ""


def with_places(cases: QuerySet[Case]) -> QuerySet[Case]:
    """The columns that ``message_of`` needs, in one query."""
    return cases.select_related("place__parent__parent").only(
        "pk", "title", "body", "received_at", "party_id", "place", "state", "number",
        "place__name", "place__level", "place__parent", "place__parent__name", "place__parent__level",
        "place__parent__parent", "place__parent__parent__name", "place__parent__parent__level",
    )  # fmt: skip


def prepare(cases: Iterable[Case]) -> list[CaseFeatures]:
    """Unsaved feature rows of these cases."""
    used = model()
    version = settings_version()
    rows = []
    for case in cases:
        found = engine.features(message_of(case), used)
        keys = engine.candidate_keys(found, used)
        rows.append(CaseFeatures(case_id=case.pk, keys=keys, data=found.to_bytes(), version=version))
    return rows


def stored(data: bytes | memoryview) -> engine.Features | None:
    """Stored features, or None when an older engine wrote them and they must be made again."""
    try:
        return engine.Features.from_bytes(bytes(data))
    except engine.ModelMismatch:
        return None


def features_of(case_ids: Iterable[int]) -> dict[int, engine.Features]:
    """Stored features by case; cases without usable ones are absent."""
    rows = CaseFeatures.objects.filter(pk__in=list(case_ids)).values_list("pk", "data")
    return {pk: found for pk, data in rows if (found := stored(data)) is not None}


def similar(asked: engine.Features, *, without: Sequence[int] = (), explain: int = 8) -> list[Like]:
    """The cases most like ``asked``, the likeliest first."""
    used = model()
    rows = _nearest("questions_casefeatures", "case_id", engine.query_keys(asked, used), without)
    found = [(pk, other) for pk, data in rows if (other := stored(data)) is not None]
    results = engine.score(asked, [other for _, other in found], used, explain=explain)
    likes = [_like(pk, result) for (pk, _), result in zip(found, results, strict=True)]
    return sorted(likes, key=lambda like: (-like.weight, like.case_id))


def against(
    asked: engine.Features, others: dict[int, engine.Features], *, explain: int | None = None
) -> dict[int, Like]:
    """``asked`` compared with each of ``others``, by case."""
    results = engine.score(asked, list(others.values()), model(), explain=explain)
    return {pk: _like(pk, result) for pk, result in zip(others, results, strict=True)}


def _like(case_id: int, result: engine.Comparison) -> Like:
    return Like(case_id, result.probability, result.weight, reason_rows(result), result.shared_words)


def reason_rows(result: engine.Comparison) -> list[dict[str, object]]:
    """Reasons as they are stored and shown."""
    return [{"words": reason.text, "weight": round(reason.weight, 2)} for reason in result.reasons]


def _nearest(table: str, pk: str, keys: list[int], without: Sequence[int], where: str = "") -> list[tuple[int, bytes]]:
    """Rows of ``table`` that share keys, those that share most first."""
    if not keys:
        return []
    data = "data" if table == "questions_casefeatures" else "features"
    with connection.cursor() as cursor:
        # The names are literals of this file; every value is a parameter. One index look-up per key and no LIMIT inside:
        # with one, the planner reads the table from its start and stops at the oldest rows instead of asking the index.
        cursor.execute(
            f"WITH best AS (SELECT hit.pk FROM unnest(%(keys)s::int[]) AS q(k) CROSS JOIN LATERAL ("  # noqa: S608
            f"SELECT {pk} AS pk FROM {table} WHERE keys @> ARRAY[q.k] {where}) AS hit "
            "WHERE NOT hit.pk = ANY(%(without)s::bigint[]) "
            "GROUP BY hit.pk ORDER BY count(*) DESC, hit.pk DESC LIMIT %(compared)s) "
            f"SELECT t.{pk}, t.{data} FROM best JOIN {table} AS t ON t.{pk} = best.pk ORDER BY t.{pk}",
            {"keys": keys, "without": list(without), "compared": COMPARED},
        )
        return [(int(pk), bytes(data)) for pk, data in cursor.fetchall()]


# --- questions ----------------------------------------------------------------------------------------------------


def profile(question: Question) -> tuple[list[int], bytes]:
    """(keys, packed features) by which a question is found and recognised: its titles and its most central members."""
    used = model()
    titles = [title for title in dict.fromkeys([question.public_title, question.title]) if title]
    made = [engine.features(engine.Message(id="", title=title), used) for title in titles]
    made += list(central(features_of(member_sample(question.pk)), PROFILES - len(made)).values())
    keys = sorted({key for one in made for key in engine.candidate_keys(one, used)})
    return keys, pack(made)


def member_sample(question_id: int, limit: int = 40) -> list[int]:
    """Some members (or, before anybody decided, proposed members) of a question: first ones and last ones."""
    rows = Membership.objects.filter(question_id=question_id, state__in=["active", "proposed"])
    first = list(rows.order_by("state", "pk").values_list("case_id", flat=True)[: limit // 2])
    last = list(rows.order_by("state", "-pk").values_list("case_id", flat=True)[: limit // 2])
    return list(dict.fromkeys(first + last))


def central(found: dict[int, engine.Features], limit: int) -> dict[int, engine.Features]:
    """The ``limit`` cases whose keys most of the others share, the most central first. No pair is scored: this runs after
    every join."""
    used = model()
    keys = {pk: engine.candidate_keys(one, used) for pk, one in found.items()}
    usage = Counter(key for own in keys.values() for key in own)
    worth = {pk: sum(usage[key] for key in own) / (len(own) + 1) for pk, own in keys.items()}
    order = sorted(found, key=lambda pk: (-worth[pk], pk))
    return {pk: found[pk] for pk in order[:limit]}


def pack(many: Sequence[engine.Features]) -> bytes:
    """Several features in one column."""
    return b"".join(struct.pack("<I", len(data)) + data for data in (one.to_bytes() for one in many))


def unpack(data: bytes | memoryview) -> list[engine.Features]:
    """Inverse of ``pack``; what an older engine wrote is left out."""
    found, at, data = [], 0, bytes(data)
    while at < len(data):
        (size,) = struct.unpack_from("<I", data, at)
        if (one := stored(data[at + 4 : at + 4 + size])) is not None:
            found.append(one)
        at += 4 + size
    return found


def public_matches(typed_text: str, limit: int = 3, *, title: str = "", place: str = "") -> list[PublicMatch]:
    """At most ``limit`` questions, cleared for the public, that resemble the typed text; the likeliest first.

    Shared words are words of the public title only, so nothing that another person wrote can shine through.
    """
    typed_text = typed_text.strip()
    if len(typed_text) < SHORTEST:
        return []
    asked = engine.features(
        engine.Message(id="", title=title or _headline(typed_text), body=typed_text, place=place), model()
    )
    states = ", ".join(f"'{state}'" for state in PUBLIC)
    where = f"AND cleared_at IS NOT NULL AND public_title <> '' AND state IN ({states})"
    best = _score_questions(asked, where)[: limit * 2]
    chosen = {pk: chance for pk, chance in best if chance >= typing_threshold()}
    rows = Question.objects.filter(pk__in=chosen).select_related("lead").defer("keys", "features", "search")
    found = sorted(rows, key=lambda question: (-chosen[question.pk], question.pk))[:limit]
    names = _unit_names({unit for question in found for unit in question.units})
    return [_public_match(question, chosen[question.pk], asked, names) for question in found]


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
    from tongti.units.models import Unit

    return dict(Unit.objects.filter(pk__in=ids).values_list("pk", "short_name")) if ids else {}


def typing_threshold() -> float:
    """A half-typed sentence says less than a whole message, and a person looks at the panel anyway.

    At 0.15, of the first 20, 40, 80 characters of labelled messages, 85, 70 and 82 of 100 find their question among 120,
    and 2 of 100 are shown another one.
    """
    return model().settings.propose_at / 4


def desk_matches(
    viewer: Viewer, typed_text: str, limit: int = 5, *, title: str = "", place: str = ""
) -> list[DeskMatch]:
    """Questions first, then single cases, that resemble what a clerk types and that she may see."""
    typed_text = typed_text.strip()
    if len(typed_text) < SHORTEST:
        return []
    asked = engine.features(
        engine.Message(id="", title=title or _headline(typed_text), body=typed_text, place=place), model()
    )
    states = ", ".join(f"'{state}'" for state in MATCHABLE)
    chances = {
        pk: c for pk, c in _score_questions(asked, f"AND state IN ({states})")[: limit * 2] if c >= typing_threshold()
    }
    rows = Question.objects.filter(visible(viewer), pk__in=chances).select_related("lead").defer("keys", "search")
    questions = [_desk_question(question, chances[question.pk], asked) for question in rows]
    likes = {like.case_id: like for like in similar(asked)[: limit * 3] if like.probability >= typing_threshold()}
    joined = Membership.objects.filter(case_id__in=likes, state="active").values("case_id")
    alone = Case.objects.filter(visible_cases(viewer), pk__in=likes).exclude(pk__in=joined).exclude(state="withdrawn")
    cases = [_desk_case(case, likes[case.pk]) for case in alone.select_related("holder").defer("search")]
    questions.sort(key=lambda match: -match.probability)
    cases.sort(key=lambda match: -match.probability)
    return (questions + cases)[:limit]


def _desk_question(question: Question, chance: float, asked: engine.Features) -> DeskMatch:
    profiles = unpack(question.features)
    results = engine.score(asked, profiles, model())
    best = max(range(len(results)), key=lambda k: results[k].weight, default=None)
    return DeskMatch(
        kind="question",
        pk=question.pk,
        number=question.number,
        title=question.title,
        state=question.state,
        state_words=question.get_state_display(),
        asker_count=question.asker_count,
        lead_name=question.lead.short_name if question.lead else "",
        probability=chance,
        reasons=[] if best is None else reason_rows(results[best]),
        shared_words=() if best is None else results[best].shared_words,
    )


def _desk_case(case: Case, like: Like) -> DeskMatch:
    return DeskMatch(
        kind="case",
        pk=case.pk,
        number=case.number,
        title=case.headline,
        state=case.state,
        state_words=case.get_state_display(),
        asker_count=1,
        lead_name=case.holder.short_name if case.holder else "",
        probability=like.probability,
        reasons=like.reasons,
        shared_words=like.shared_words,
    )


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


def _score_questions(asked: engine.Features, where: str) -> list[tuple[int, float]]:
    """(question, probability) for the questions that share keys, the likeliest first; a question is as likely as the
    mean of its two likeliest profiles, so that one odd member alone does not pull."""
    rows = _nearest("questions_question", "id", engine.query_keys(asked, model()), (), where)
    owners, profiles = [], []
    for pk, data in rows:
        for one in unpack(data):
            owners.append(pk)
            profiles.append(one)
    results = engine.score(asked, profiles, model(), explain=0)
    chances: dict[int, list[float]] = {}
    for pk, result in zip(owners, results, strict=True):
        chances.setdefault(pk, []).append(result.probability)
    means = {pk: sum(sorted(own, reverse=True)[:2]) / len(own[:2]) for pk, own in chances.items()}
    return sorted(means.items(), key=lambda item: (-item[1], item[0]))


# --- for the review page ------------------------------------------------------------------------------------------


def shared_words_of(one: Case, other: Case) -> tuple[str, ...]:
    """Words that both cases use, the most telling first."""
    used = model()
    return engine.shared_words(engine.features(message_of(one), used), engine.features(message_of(other), used), used)


def title_words_of(case: Case, title: str) -> tuple[str, ...]:
    """Words that a case shares with a question's title, for a question whose cases this viewer may not read."""
    used = model()
    own = engine.features(engine.Message(id="", title=title), used)
    return engine.shared_words(own, engine.features(message_of(case), used), used)


def marked(text: str, words: Sequence[str]) -> list[tuple[str, bool]]:
    """The text cut into pieces, each with whether it is a shared word."""
    return engine.mark(text, list(words))


def title_for(cases: Sequence[Case]) -> str:
    """A short name from the members' own titles, at most 80 characters."""
    return engine.propose_title([message_of(case) for case in cases])[:80]


# --- many at once -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cluster:
    """Cases that the engine takes for one question, the most central first, each with its probability and reasons."""

    case_ids: tuple[int, ...]
    title: str
    likes: dict[int, Like]


def clusters(
    cases: Sequence[Case],
    *,
    must_link: Iterable[tuple[int, int]] = (),
    cannot_link: Iterable[tuple[int, int]] = (),
    progress: Callable[[str, float], None] | None = None,
) -> list[Cluster]:
    """Group ``cases``; single ones are left out. People's decisions hold; where they contradict, the joins do."""
    messages = [message_of(case) for case in cases]
    must = [(str(a), str(b)) for a, b in must_link]
    cannot = [(str(a), str(b)) for a, b in _consistent(must_link, cannot_link)]
    grouping = engine.group(messages, model=model(), must_link=must, cannot_link=cannot, progress=progress)
    found = features_of(case.pk for case in cases)
    return [_cluster(group, found) for group in grouping.groups if len(group.members) > 1]


def _cluster(group: engine.Group, found: dict[int, engine.Features]) -> Cluster:
    sure = dict(zip((int(member) for member in group.members), group.member_probability, strict=True))
    order = sorted(sure, key=lambda pk: (-sure[pk], pk))
    middle, others = order[0], {pk: found[pk] for pk in order[1:] if pk in found}
    likes = against(found[middle], others) if middle in found else {}
    kept = {pk: Like(pk, sure[pk], like.weight, like.reasons, like.shared_words) for pk, like in likes.items()}
    if likes:
        # the most central one is explained by its nearest neighbour
        nearest = max(likes.values(), key=lambda like: like.weight)
        kept[middle] = Like(middle, sure[middle], nearest.weight, nearest.reasons, nearest.shared_words)
    return Cluster(tuple(order), group.title[:80], kept)


def _consistent(must: Iterable[tuple[int, int]], cannot: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The ``cannot`` pairs that no chain of ``must`` pairs contradicts."""
    parent: dict[int, int] = {}

    def root(x: int) -> int:
        while parent.setdefault(x, x) != x:
            parent[x] = x = parent[parent[x]]
        return x

    for a, b in must:
        parent[root(a)] = root(b)
    return [(a, b) for a, b in cannot if root(a) != root(b)]


def count_words() -> tuple[bytes, int]:
    """Word frequencies over all stored features: (bytes, number of cases)."""
    bits = engine.load_default_model().settings.df_bits
    counts = engine.empty_counts(bits)
    chunk: list[engine.Features] = []
    for data in CaseFeatures.objects.values_list("data", flat=True).iterator(chunk_size=5000):
        if (one := stored(data)) is not None:
            chunk.append(one)
        if len(chunk) >= 5000:
            counts, chunk = engine.df_update(counts, chunk), []
    counts = engine.df_update(counts, chunk)
    return engine.counts_to_bytes(counts), int(counts[0])
