"""The engine proposes: a new case is put beside the question it resembles, or forms a candidate with others like it.

Everything here may run twice (a job is repeated when its worker dies) and at the same time on two workers.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import connection, transaction

from tongti.cases.models import Case, ImportBatch
from tongti.questions import matching
from tongti.questions.actions import binding
from tongti.questions.actions.counting import lock, take_numbers
from tongti.questions.actions.moving import Q_, M
from tongti.questions.models import CaseFeatures, Membership, Question, Vocabulary
from tongti.shared import clock, later
from tongti.shared.actor import SYSTEM, Actor
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer

PLACE_LOCK = 7_102_010
"""Only one worker at a time puts cases into questions: looking is parallel, placing is a few milliseconds."""
LOOKED_AT = 4
"""Questions whose members a new case is compared with."""
OTHER_WORDS = 0.34
"""Two questions are two matters of one case when at most this share of the words they have in common with it is the same."""
FIRST_MEMBERS = 20
"""Cases that one new case may pull into a new candidate."""
ALWAYS_REFRESHED = 12
"""Up to so many cases every proposal may change how a question is recognised; after that only when their number doubled."""
KEPT_VOCABULARIES = 3
PROFILED = 40
"""Members of a new candidate among which the central ones are looked for."""
GROUPED_WITH = 20_000
"""Newest open cases that an import is grouped with; older ones are met case by case."""


@dataclass(frozen=True)
class Placed:
    """Where a case was put: ``question_id`` (None: nowhere), whether the candidate is new, how likely."""

    question_id: int | None = None
    new: bool = False
    probability: float = 0.0


@dataclass(frozen=True)
class Grouped:
    """What grouping many cases came to."""

    cases: int
    new_questions: int
    proposals: int
    seconds: float
    largest: tuple[tuple[str, str, int], ...] = ()


NOWHERE = Placed()


# --- one case -----------------------------------------------------------------------------------------------------


def match_case(*, case_id: int) -> Placed:
    """Propose a question for one case. Does nothing for a case that is withdrawn, or that a question has or had already."""
    case = matching.with_places(Case.objects.filter(pk=case_id)).first()
    if case is None or case.state == Case.State.WITHDRAWN:
        return NOWHERE
    # Stored and committed first: of two like cases matched at the same moment, at least one then sees the other.
    row = store_features([case])[0]
    asked = matching.stored(row.data)
    if asked is None or _has_a_place(case.pk):
        _done(case.pk)
        return NOWHERE
    likes = matching.similar(asked, without=[case.pk])
    near = [like for like in likes if matching.worth_a_look(like)]
    return _place(case, asked, near)


@transaction.atomic
def store_features(cases: Sequence[Case]) -> list[CaseFeatures]:
    """Keep what the engine made of these cases; written again when words changed."""
    rows = matching.prepare(cases)
    return CaseFeatures.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["case"], update_fields=["keys", "data", "version"], batch_size=500
    )


def _done(case_id: int) -> None:
    CaseFeatures.objects.filter(pk=case_id).update(matched_at=clock.now())


def _has_a_place(case_id: int) -> bool:
    return Membership.objects.filter(case_id=case_id, state__in=[M.ACTIVE, M.PROPOSED]).exists()


@transaction.atomic
def _place(case: Case, asked: matching.Remembered, near: Sequence[matching.Like]) -> Placed:
    _done(case.pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PLACE_LOCK])
    if _has_a_place(case.pk):
        return NOWHERE
    belongs = _belongs([like.case_id for like in near])
    homes = _homes(case.pk, asked, near, belongs)
    locked = lock(home.question_id for home in homes)
    placed = [home for home in homes if _propose_home(locked[home.question_id], home, case)]
    if placed:
        return Placed(placed[0].question_id, probability=placed[0].chance)
    alone = [like for like in near if like.case_id not in belongs and matching.proposes([like])]
    return _new_candidate(case, alone) if alone else NOWHERE


def _propose_home(question: Question, home: "Home", case: Case) -> bool:
    if question.state not in matching.MATCHABLE:
        return False
    return _propose(question, {case.pk: _with_chance(home.nearest, home.chance)}, [case]) > 0


def _belongs(case_ids: Sequence[int]) -> dict[int, tuple[int, str]]:
    """Case → (question, the question's state), for cases that are in or proposed to one."""
    rows = Membership.objects.filter(case_id__in=case_ids, state__in=[M.ACTIVE, M.PROPOSED]).order_by("state")
    found: dict[int, tuple[int, str]] = {}
    for case_id, question_id, state in rows.values_list("case_id", "question_id", "question__state"):
        found.setdefault(case_id, (question_id, state))
    return found


@dataclass(frozen=True)
class Home:
    """A question that a case may belong to: how strongly it is linked, how likely, and the member most like it."""

    question_id: int
    link: float
    chance: float
    nearest: matching.Like


def _homes(
    case_id: int,
    asked: matching.Remembered,
    near: Sequence[matching.Like],
    belongs: dict[int, tuple[int, str]],
) -> list[Home]:
    """The question to which the case is linked most strongly, if any; and a second one when the case tells of another
    matter besides, which shows in that the two share other words with it."""
    known = {like.case_id: like for like in near}
    owners = [belongs[like.case_id][0] for like in near if belongs.get(like.case_id, (0, ""))[1] in matching.MATCHABLE]
    found = list(dict.fromkeys([*owners, *matching.questions_near(asked, LOOKED_AT)]))
    barred = {pk for _, pk in binding.barred_from(found, [case_id])}
    allowed = [pk for pk in found if pk not in barred][:LOOKED_AT]
    samples = matching.member_samples(allowed, matching.SAMPLE)
    fresh = {pk for own in samples.values() for pk in own} - known.keys()
    known |= matching.against(asked, matching.stored_of(fresh))
    homes = []
    for question_id, sample in samples.items():
        likes = [known[pk] for pk in sample if pk in known]
        if matching.proposes(likes):
            nearest = max(likes, key=_weight)
            homes.append(
                Home(
                    question_id, matching.strength([like.weight for like in likes]), matching.belonging(likes), nearest
                )
            )
    homes.sort(key=lambda home: (-home.link, home.question_id))
    told = [home if home.nearest.reasons else _explained(home, asked) for home in homes[:3]]
    others = [home for home in told[1:] if _another_matter(told[0], home)]
    return [*told[:1], *others[:1]]


def _explained(home: Home, asked: matching.Remembered) -> Home:
    return replace(home, nearest=matching.explained(asked, home.nearest.case_id))


def _another_matter(one: Home, other: Home) -> bool:
    mine, its = set(one.nearest.shared_words), set(other.nearest.shared_words)
    return len(mine & its) <= OTHER_WORDS * min(len(mine), len(its))


def _weight(like: matching.Like) -> float:
    return like.weight


def _with_chance(like: matching.Like, chance: float) -> matching.Like:
    return matching.Like(like.case_id, chance, like.weight, like.reasons, like.shared_words)


@transaction.atomic
def suggest(*, case: Case, question_id: int, by: Viewer) -> bool:
    """An officer who heard it says which question it belongs to: a proposal beside the engine's, for a dispatcher to decide.

    False where it cannot stand: the question takes no more, or the case has a place, or people decided otherwise before.
    """
    by.require(May.REGISTER)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PLACE_LOCK])
    question = lock([question_id]).get(question_id)
    if question is None or question.state not in matching.MATCHABLE or _has_a_place(case.pk):
        return False
    return _propose(question, {}, [case], how=Membership.How.OFFICER, by=by) > 0


def _new_candidate(case: Case, alone: Sequence[matching.Like]) -> Placed:
    states = (Case.State.REGISTERED, Case.State.HANDLING, Case.State.ANSWERED)
    partners = matching.with_places(Case.objects.filter(pk__in=[like.case_id for like in alone], state__in=states))
    likeliest = {like.case_id: rank for rank, like in enumerate(alone)}
    cases = {one.pk: one for one in binding.compatible([case, *sorted(partners, key=lambda p: likeliest[p.pk])])}
    chosen = _close_knit([like for like in alone if like.case_id in cases])
    if not chosen:
        return NOWHERE
    likes = {like.case_id: like for like in chosen}
    likes[case.pk] = _with_chance(chosen[0], matching.belonging(chosen))
    members = [case, *(cases[like.case_id] for like in chosen)]
    form_candidates([(matching.title_for(members), members, likes)])
    question_id = Membership.objects.filter(case_id=case.pk, state=M.PROPOSED).values_list("question_id", flat=True)[0]
    return Placed(question_id, new=True, probability=likes[case.pk].probability)


def _close_knit(likes: Sequence[matching.Like]) -> list[matching.Like]:
    """Of the cases that resemble the new one, those that resemble each other too."""
    rows = matching.stored_of(like.case_id for like in likes[:FIRST_MEMBERS])
    likes = [like for like in likes if like.case_id in rows]
    between = matching.weights_between([rows[like.case_id] for like in likes])
    chosen: list[int] = []
    for at, like in enumerate(likes):
        if not chosen or matching.strong_enough([like.weight, *between[at, chosen]]):
            chosen.append(at)
    return [likes[at] for at in chosen]


# --- writing proposals --------------------------------------------------------------------------------------------


def _propose(
    question: Question,
    likes: dict[int, matching.Like],
    cases: Sequence[Case],
    *,
    how: str = Membership.How.ENGINE,
    by: Actor = SYSTEM,
) -> int:
    """Add proposals to a locked question, as far as people's decisions allow; answers how many."""
    barred = binding.barred_from([question.pk], [case.pk for case in cases])
    fresh = [case for case in cases if (case.pk, question.pk) not in barred]
    if not fresh:
        return 0
    Membership.objects.bulk_create(
        [_proposal(question.pk, case.pk, likes.get(case.pk), how) for case in fresh], batch_size=500
    )
    _count_proposals(question, fresh)
    trail.record("question.proposed", question, by=by, facts={"proposed": [case.pk for case in fresh]})
    size = question.case_count + question.proposed_count
    if size <= ALWAYS_REFRESHED or size.bit_length() != (size - len(fresh)).bit_length():
        later.defer("refresh_question", question_id=question.pk)
    return len(fresh)


def _count_proposals(question: Question, fresh: Sequence[Case]) -> None:
    """One more proposal costs the same in a question of ten and of ten thousand: nothing is counted afresh."""
    question.proposed_count += len(fresh)
    if not question.case_count:
        # while a question has no members its proposals' dates stand in
        received = [case.received_at for case in fresh]
        question.first_received_at = min([*received, question.first_received_at or received[0]])
        question.last_received_at = max([*received, question.last_received_at or received[0]])
    question.save(update_fields=["proposed_count", "first_received_at", "last_received_at"])


def _proposal(
    question_id: int, case_id: int, like: matching.Like | None, how: str = Membership.How.ENGINE
) -> Membership:
    return Membership(
        case_id=case_id,
        question_id=question_id,
        state=M.PROPOSED,
        how=how,
        probability=round(like.probability, 4) if like else None,
        reasons=like.reasons if like else [],
        settings_version=matching.settings_version()[:40],
        proposed_at=clock.now(),
    )


Candidate = tuple[str, Sequence[Case], dict[int, matching.Like]]


def form_candidates(
    candidates: Sequence[Candidate], known: Mapping[int, matching.Remembered] | None = None
) -> list[Question]:
    """Candidate questions with their proposals, many with a constant number of queries. Caller holds the place lock.

    ``known`` are the cases' features, when they are at hand.
    """
    now = clock.now()
    questions = Question.objects.bulk_create(
        Question(
            number=number,
            title=title,
            state=Q_.CANDIDATE,
            created_at=now,
            proposed_count=len(cases),
            first_received_at=min(case.received_at for case in cases),
            last_received_at=max(case.received_at for case in cases),
        )
        for number, (title, cases, _) in zip(take_numbers(len(candidates)), candidates, strict=True)
    )
    Membership.objects.bulk_create(
        (
            _proposal(question.pk, case.pk, likes.get(case.pk))
            for question, (_, cases, likes) in zip(questions, candidates, strict=True)
            for case in cases
        ),
        batch_size=500,
    )
    trail.record_many(
        [
            ("question.proposed", question, {"proposed": [case.pk for case in cases], "state": Q_.CANDIDATE.value})
            for question, (_, cases, _) in zip(questions, candidates, strict=True)
        ],
        by=SYSTEM,
        first=True,
    )
    own = [case.pk for _, cases, _ in candidates for case in cases]
    found = matching.features_of(own) if known is None else known
    members = [{case.pk: found[case.pk] for case in cases[:PROFILED] if case.pk in found} for _, cases, _ in candidates]
    _profile(questions, members)
    return questions


def refresh_question(*, question_id: int) -> None:
    """Bring up to date how a question is found: keys and profiles from its titles and most central members."""
    question = Question.objects.filter(pk=question_id).first()
    if question is not None:
        _profile([question], [None])


def _profile(questions: Sequence[Question], members: Sequence[Mapping[int, matching.Remembered] | None]) -> None:
    for question, known in zip(questions, members, strict=True):
        question.keys, question.features = matching.profile(question, known)
    # Titles are searched with the same tokens as cases.
    from tongti.cases.actions.intake import tokens

    for question in questions:
        question.search = tokens(f"{question.title} {question.public_title}")
    Question.objects.bulk_update(questions, ["keys", "features", "search"], batch_size=200)


# --- many cases ---------------------------------------------------------------------------------------------------


def match_batch(*, batch_id: int) -> Grouped:
    """After an import: group its cases with the newest open ones, in one go."""
    batch = ImportBatch.objects.filter(pk=batch_id).first()
    if batch is None:
        return Grouped(0, 0, 0, 0.0)
    open_states = (Case.State.REGISTERED, Case.State.HANDLING, Case.State.ANSWERED)
    newest = Case.objects.filter(state__in=open_states).order_by("-received_at", "-pk").values_list("pk", flat=True)
    ids = set(Case.objects.filter(source=batch.source).exclude(state=Case.State.WITHDRAWN).values_list("pk", flat=True))
    return _group(ids | set(newest[:GROUPED_WITH]), None)


def group_all(progress: Callable[[str, float], None] | None = None) -> Grouped:
    """Group every case of the database that is not withdrawn. People's decisions bind; existing questions stay."""
    everything = Case.objects.exclude(state=Case.State.WITHDRAWN).values_list("pk", flat=True)
    return _group(set(everything), progress)


def _group(ids: set[int], progress: Callable[[str, float], None] | None) -> Grouped:
    started = time.monotonic()
    cases = list(matching.with_places(Case.objects.filter(pk__in=ids)).order_by("pk"))
    known = _features(cases, progress)
    # most of what the district has: how common words are is learned from these cases, not from an older count of fewer
    fresh_words = 2 * len(cases) >= CaseFeatures.objects.count()
    must, cannot = binding.links(ids)
    found = matching.clusters(
        cases, known, must_link=must, cannot_link=cannot, fresh_words=fresh_words, progress=progress
    )
    new, proposals = _write(found, {case.pk: case for case in cases}, known)
    CaseFeatures.objects.filter(pk__in=ids, matched_at=None).update(matched_at=clock.now())
    if fresh_words:
        count_words()
    largest = Question.objects.exclude(state=Q_.DROPPED).order_by("-proposed_count", "-case_count")[:20]
    return Grouped(
        cases=len(cases),
        new_questions=len(new),
        proposals=proposals,
        seconds=time.monotonic() - started,
        largest=tuple((q.number, q.title, q.proposed_count + q.case_count) for q in largest),
    )


def _features(cases: Sequence[Case], progress: Callable[[str, float], None] | None) -> dict[int, matching.Remembered]:
    """What the engine remembers of these cases: what is stored, and the rest made and stored, each once."""
    version = matching.features_version()
    known = matching.features_of([case.pk for case in cases], version=version)
    missing = [case for case in cases if case.pk not in known]
    for at in range(0, len(missing), 1000):
        for row in store_features(missing[at : at + 1000]):
            if (one := matching.stored(row.data)) is not None:
                known[row.case_id] = one
        if progress:
            progress("提取特征", min(1.0, (at + 1000) / len(missing)))
    return known


@transaction.atomic
def _write(
    found: Iterable[matching.Cluster], cases: dict[int, Case], known: Mapping[int, matching.Remembered]
) -> tuple[list[Question], int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PLACE_LOCK])
    belongs = _belongs(list(cases))
    candidates: list[Candidate] = []
    proposals = 0
    for cluster in found:
        sure = [pk for pk in cluster.case_ids if cluster.likes[pk].probability >= matching.propose_at()]
        free = [cases[pk] for pk in sure if pk not in belongs]
        homes = [belongs[pk] for pk in cluster.case_ids if pk in belongs]
        open_homes = [pk for pk, state in homes if state in matching.MATCHABLE]
        if open_homes and free:
            home = max(sorted(set(open_homes)), key=open_homes.count)
            proposals += _propose(lock([home])[home], cluster.likes, free)
        elif len(fresh := binding.compatible(_joinable(free))) > 1:
            candidates.append((cluster.title, fresh, cluster.likes))
            proposals += len(fresh)
    return (form_candidates(candidates, known) if candidates else []), proposals


def _joinable(cases: Sequence[Case]) -> list[Case]:
    return [case for case in cases if case.state not in (Case.State.CLOSED, Case.State.WITHDRAWN)]


# --- word frequencies ---------------------------------------------------------------------------------------------


def count_words() -> Vocabulary | None:
    """Count the words of this district's own cases again; the processes take it up within a minute."""
    words = matching.count_words()
    newest = Vocabulary.objects.order_by("-made_at", "-pk").first()
    if not words.documents or (newest and bytes(newest.counts) == words.counts):
        return newest
    with transaction.atomic():
        row = Vocabulary.objects.create(
            version=f"{words.documents}-{clock.now():%Y%m%d%H%M%S%f}",
            counts=words.counts,
            documents=words.documents,
            case_keys=words.case_keys,
            question_keys=words.question_keys,
            made_at=clock.now(),
        )
        kept = Vocabulary.objects.order_by("-made_at", "-pk").values_list("pk", flat=True)[:KEPT_VOCABULARIES]
        Vocabulary.objects.exclude(pk__in=list(kept)).delete()
    matching.forget_model()
    return row
