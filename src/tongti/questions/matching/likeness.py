"""One case: how the engine reads it, which other cases are like it, whether it belongs with them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from django.db import connection
from django.db.models import QuerySet
from numpy.typing import NDArray

import samequestion as engine
from samequestion import linkage
from tongti.cases.models import Case
from tongti.questions.matching.loaded import features_version, in_force, model, propose_at
from tongti.questions.models import CaseFeatures
from tongti.units.models import Region

COMPARED = 60
"""Cases that share most keys and are scored for one query."""
PER_KEY = 400
"""Rows that one key may contribute. A key of a burst is in thousands; beyond this it tells nothing more."""
Remembered = engine.Features
"""What the engine keeps of one message; the actions hand it on without looking inside."""


@dataclass(frozen=True)
class Searched:
    """A table that is searched by keys: its primary key and the column with features."""

    table: str
    pk: str
    features: str


CASES = Searched("questions_casefeatures", "case_id", "data")
QUESTIONS = Searched("questions_question", "id", "features")


@dataclass(frozen=True)
class Like:
    """Another case and how alike it is; ``reasons`` are rows of words and signed weight."""

    case_id: int
    probability: float
    weight: float
    reasons: list[dict[str, object]] = field(default_factory=list)
    shared_words: tuple[str, ...] = ()


def strength(weights: Sequence[float]) -> float:
    """How strongly a case belongs with others, from the log-odds of each pair: the engine's own rule for joining, so that
    what arrives one by one ends like what is grouped in one go. Guards against chains: one like member does not outweigh many
    unlike ones."""
    return linkage.strength(np.array(weights), model().settings)


def strong_enough(weights: Sequence[float]) -> bool:
    """Whether the link is strong enough for one question."""
    return len(weights) > 0 and strength(weights) > model().settings.join_at


def joins(likes: Sequence[Like]) -> bool:
    """`strong_enough` for likes."""
    return strong_enough([like.weight for like in likes])


def proposes(likes: Sequence[Like]) -> bool:
    """Whether the link is strong enough, and likely enough for the threshold that a dispatcher has set."""
    return joins(likes) and belonging(likes) >= propose_at()


def belonging(likes: Sequence[Like]) -> float:
    """Probability that a case belongs with these others."""
    return linkage.belonging(np.array([like.probability for like in likes]))


def worth_a_look(like: Like) -> bool:
    """Whether a single other case is near enough to go on with."""
    return like.weight > model().settings.plausible


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
    cases = list(cases)
    found = engine.features_of_all([message_of(case) for case in cases], model())
    keys = engine.candidate_keys_of_all(found, model())
    version = features_version()
    return [
        CaseFeatures(case_id=case.pk, keys=own, data=one.to_bytes(), version=version)
        for case, one, own in zip(cases, found, keys, strict=True)
    ]


def stored(data: bytes | memoryview) -> engine.Features | None:
    """Stored features, or None when an older engine wrote them and they must be made again."""
    try:
        return engine.Features.from_bytes(bytes(data))
    except engine.ModelMismatch:
        return None


def stored_of(case_ids: Iterable[int], *, version: str = "") -> dict[int, bytes]:
    """Features by case as they are stored; cases without usable ones (or, when given, without those of ``version``) are
    absent."""
    rows = CaseFeatures.objects.filter(pk__in=list(case_ids)).values_list("pk", "data")
    if version:
        rows = rows.filter(version=version)
    return dict(usable((pk, bytes(data)) for pk, data in rows))


def usable(rows: Iterable[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
    """Rows whose features this engine can read."""
    return [row for row in rows if engine.Features.is_current(row[1])]


def features_of(case_ids: Iterable[int], *, version: str = "") -> dict[int, Remembered]:
    """`stored_of`, unpacked."""
    return {
        pk: found for pk, data in stored_of(case_ids, version=version).items() if (found := stored(data)) is not None
    }


def similar(asked: Remembered, *, without: Sequence[int] = (), explain: int = 8) -> list[Like]:
    """The cases most like ``asked``, the likeliest first; the first ``explain`` with reasons."""
    rows = dict(usable(nearest(CASES, asked, without=without)))
    return sorted(against(asked, rows, explain=explain).values(), key=lambda like: (-like.weight, like.case_id))


def against(asked: Remembered, others: Mapping[int, bytes], *, explain: int = 0) -> dict[int, Like]:
    """``asked`` compared with each of ``others`` (features as they are stored), by case; the likeliest ``explain`` with
    reasons."""
    rows = list(others.values())
    scored = engine.scores(asked, rows, model())
    best = np.argsort(-scored.weights, kind="stable")[:explain].tolist()
    why = scored.why({at: engine.Features.from_bytes(rows[at]) for at in best})
    return {
        pk: like_of(pk, why.get(at, plain)) for at, (pk, plain) in enumerate(zip(others, scored.plain(), strict=True))
    }


def said_before(*, title: str, body: str, at: datetime, case_ids: Sequence[int]) -> Like | None:
    """Among these cases (of one asker) the one that tells of the same difficulty, likely enough to be proposed; else None.

    Cases that the engine has not read yet are read on the way.
    """
    asked = engine.features(engine.Message(id="", title=title, body=body, at=at), model())
    rows = stored_of(case_ids)
    missing = [pk for pk in case_ids if pk not in rows]
    if missing:
        rows |= {row.case_id: bytes(row.data) for row in prepare(with_places(Case.objects.filter(pk__in=missing)))}
    likes = sorted(against(asked, rows, explain=1).values(), key=lambda like: (-like.weight, like.case_id))
    return likes[0] if likes and proposes(likes[:1]) else None


def weights_between(rows: Sequence[bytes]) -> NDArray[np.float64]:
    """Log-odds of every two of these cases, given by their stored features."""
    return engine.weights_between(rows, model())


def explained(asked: Remembered, case_id: int) -> Like:
    """``asked`` compared with one other case, with reasons. The other's features must be stored."""
    return against(asked, stored_of([case_id]), explain=1)[case_id]


def like_of(case_id: int, result: engine.Comparison) -> Like:
    """The engine's answer about one other case."""
    return Like(case_id, result.probability, result.weight, reason_rows(result), result.shared_words)


def reason_rows(result: engine.Comparison) -> list[dict[str, object]]:
    """Reasons as they are stored and shown."""
    return [{"words": reason.text, "weight": round(reason.weight, 2)} for reason in result.reasons]


def nearest(
    searched: Searched, asked: Remembered, *, without: Sequence[int] = (), where: str = "", limit: int = COMPARED
) -> list[tuple[int, bytes]]:
    """(key, features) of the ``limit`` rows that share most keys. ``where`` narrows and is a literal of this package."""
    now = in_force()
    heavy = now.case_keys if searched is CASES else now.question_keys
    keys = engine.query_keys(asked, now.model, rows=heavy.expected)
    if not keys:
        return []
    pk, table = searched.pk, searched.table
    with connection.cursor() as cursor:
        # The names are literals of this file; every value is a parameter. One index look-up per key; what a key finds is
        # bounded, so that one event that thousands report does not make the next report of it slower.
        cursor.execute(
            f"WITH best AS (SELECT hit.pk FROM unnest(%(keys)s::int[]) AS q(k) CROSS JOIN LATERAL ("  # noqa: S608
            f"SELECT {pk} AS pk FROM {table} WHERE keys @> ARRAY[q.k] {where} LIMIT %(per_key)s) AS hit "
            "WHERE NOT hit.pk = ANY(%(without)s::bigint[]) "
            "GROUP BY hit.pk ORDER BY count(*) DESC, hit.pk DESC LIMIT %(limit)s) "
            f"SELECT t.{pk}, t.{searched.features} FROM best JOIN {table} AS t ON t.{pk} = best.pk ORDER BY t.{pk}",
            {"keys": keys, "without": list(without), "limit": limit, "per_key": PER_KEY},
        )
        return [(int(pk), bytes(data)) for pk, data in cursor.fetchall()]
