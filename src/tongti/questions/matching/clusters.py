"""Many cases at once: which of them are one question, and how common each word is in this district."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import samequestion as engine
from tongti.cases.models import Case
from tongti.questions.matching import heavy
from tongti.questions.matching.likeness import CASES, QUESTIONS, Like, like_of, message_of, usable
from tongti.questions.matching.loaded import model
from tongti.questions.models import CaseFeatures, Membership

Pairs = Iterable[tuple[int, int]]


@dataclass(frozen=True)
class Cluster:
    """Cases that the engine takes for one question, the most central first, each with its probability and reasons."""

    case_ids: tuple[int, ...]
    title: str
    likes: dict[int, Like]


def clusters(
    cases: Sequence[Case],
    known: Mapping[int, engine.Features],
    *,
    must_link: Pairs = (),
    cannot_link: Pairs = (),
    fresh_words: bool = False,
    progress: Callable[[str, float], None] | None = None,
) -> list[Cluster]:
    """Group ``cases``, whose features are ``known``; single ones are left out. People's decisions hold; where they
    contradict each other, the joins do. ``fresh_words``: how common words are is learned from these cases themselves, each
    event counted once; otherwise the district's frequencies serve.
    """
    must = [(str(a), str(b)) for a, b in must_link]
    cannot = [(str(a), str(b)) for a, b in _consistent(must_link, cannot_link)]
    grouping = engine.group(
        [message_of(case) for case in cases],
        model=None if fresh_words else model(),
        must_link=must,
        cannot_link=cannot,
        progress=progress,
        remembered={str(pk): one for pk, one in known.items()},
    )
    shared = [group for group in grouping.groups if len(group.members) > 1]
    sure = [_sure(group) for group in shared]
    pairs = [(middle, other) for middle, *others in sure for other in others]
    results = engine.score_pairs([(known[a], known[b]) for a, b in pairs], model())
    likes = {other: like_of(other, result) for (_, other), result in zip(pairs, results, strict=True)}
    return [_cluster(group.title, one, likes) for group, one in zip(shared, sure, strict=True)]


def _sure(group: engine.Group) -> dict[int, float]:
    """Members with their probability, the most central first."""
    sure = dict(zip((int(member) for member in group.members), group.member_probability, strict=True))
    return dict(sorted(sure.items(), key=lambda item: (-item[1], item[0])))


def _cluster(title: str, sure: dict[int, float], found: dict[int, Like]) -> Cluster:
    middle, *others = sure
    # the most central one is explained by its nearest neighbour
    why = {pk: found[pk] for pk in others} | {middle: max((found[pk] for pk in others), key=lambda like: like.weight)}
    likes = {pk: Like(pk, sure[pk], like.weight, like.reasons, like.shared_words) for pk, like in why.items()}
    return Cluster(tuple(sure), title[:80], likes)


def _consistent(must: Pairs, cannot: Pairs) -> list[tuple[int, int]]:
    """The ``cannot`` pairs that no chain of ``must`` pairs contradicts."""
    parent: dict[int, int] = {}

    def root(x: int) -> int:
        while parent.setdefault(x, x) != x:
            parent[x] = x = parent[parent[x]]
        return x

    for a, b in must:
        parent[root(a)] = root(b)
    return [(a, b) for a, b in cannot if root(a) != root(b)]


@dataclass(frozen=True)
class Words:
    """How common words are in this district, and which keys are heavy, as they are stored."""

    counts: bytes
    documents: int
    case_keys: bytes
    question_keys: bytes


COUNTED_TOGETHER = 5000


def count_words() -> Words:
    """Word frequencies over all stored features, and the heavy keys of both tables.

    Of a question's cases only the first counts: that a hundred people name one estate does not make its name common. Read page
    by page in the order of cases, so that memory stays level however many there are.
    """
    counts = engine.empty_counts(engine.load_default_model().settings.df_bits)
    told: set[int] = set()
    for page in _pages():
        repeated = _repeated(page[0][0], page[-1][0], told)
        counts = engine.df_update(counts, [data for pk, data in usable(page) if pk not in repeated])
    return Words(
        engine.counts_to_bytes(counts),
        int(counts[0]),
        heavy.count(CASES.table).to_bytes(),
        heavy.count(QUESTIONS.table).to_bytes(),
    )


def _pages() -> Iterator[list[tuple[int, bytes]]]:
    """Features of all cases as they are stored, in the order of cases."""
    last = 0
    while True:
        rows = CaseFeatures.objects.filter(pk__gt=last).order_by("pk").values_list("pk", "data")[:COUNTED_TOGETHER]
        page = [(pk, bytes(data)) for pk, data in rows]
        if not page:
            return
        yield page
        last = page[-1][0]


def _repeated(first: int, last: int, told: set[int]) -> set[int]:
    """Cases from ``first`` to ``last`` whose question an earlier case has ``told`` already; the rest is told now."""
    rows = Membership.objects.filter(case_id__gte=first, case_id__lte=last, state__in=["active", "proposed"])
    repeated = set()
    for case_id, question_id in rows.order_by("case_id").values_list("case_id", "question_id"):
        if question_id in told:
            repeated.add(case_id)
        told.add(question_id)
    return repeated
