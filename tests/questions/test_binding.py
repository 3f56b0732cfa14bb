"""People's decisions bind for ever: whatever is decided, moved, merged, split and undone, the engine never proposes against it."""

import random

import pytest

from tests.cast import Cast
from tests.conftest import RunJobs
from tests.questions.conftest import Register
from tongti.cases.models import Case
from tongti.questions import actions
from tongti.questions.actions import binding
from tongti.questions.models import Membership, Question, Rearrangement
from tongti.shared.errors import DomainError

LIKE = "江东路翠园小区半夜停水，自来水公司没人接电话，请恢复供水。"


@pytest.fixture
def alike(register_case: Register) -> list[Case]:
    """Eight people with nearly the same words: the engine would always put them together."""
    return [register_case("翠园小区停水", f"{LIKE}我住{n}栋。", phone=f"1390000000{n}") for n in range(8)]


def rows(state: str) -> set[tuple[int, int]]:
    return set(Membership.objects.filter(state=state).values_list("case_id", "question_id"))


def ask_again(cases: list[Case]) -> None:
    """In every way there is."""
    for case in cases:
        actions.match_case(case_id=case.pk)
    actions.group_all()


def test_a_refusal_holds_after_the_question_was_merged_into_another(cast: Cast, alike: list[Case]) -> None:
    wei = cast.viewer("韦晓梅")
    x, a, b = alike[:3]
    one = actions.make(title="甲", case_ids=[a.pk, x.pk], by=wei)
    other = actions.make(title="乙", case_ids=[b.pk], by=wei)
    actions.remove(case_ids=[x.pk], question=one, reason="不是一回事", by=wei)
    actions.merge(question=one, into=other, reason="同一件事", by=wei)
    ask_again([x])
    assert not Membership.objects.filter(case=x, question=other).exists()


def test_a_refusal_holds_when_the_other_case_was_moved_away(cast: Cast, alike: list[Case]) -> None:
    wei = cast.viewer("韦晓梅")
    x, a, b = alike[:3]
    one = actions.make(title="甲", case_ids=[a.pk, x.pk], by=wei)
    other = actions.make(title="乙", case_ids=[b.pk], by=wei)
    actions.remove(case_ids=[x.pk], question=one, reason="不是一回事", by=wei)
    actions.move(case_ids=[a.pk], to_question=other, reason="归到这里", by=wei)
    ask_again([x])
    assert not Membership.objects.filter(case=x, question=other).exists()
    assert binding.apart([x.pk, a.pk]) == {(x.pk, a.pk)}


def test_two_that_were_taken_out_together_are_not_parted_from_each_other(cast: Cast, alike: list[Case]) -> None:
    wei = cast.viewer("韦晓梅")
    a, x, y = alike[:3]
    question = actions.make(title="甲", case_ids=[a.pk, x.pk, y.pk], by=wei)
    actions.remove(case_ids=[x.pk, y.pk], question=question, reason="这两件是另一回事", by=wei)
    assert binding.apart([a.pk, x.pk, y.pk]) == {(a.pk, x.pk), (a.pk, y.pk)}
    for case in (x, y):
        actions.match_case(case_id=case.pk)
    assert set(Membership.objects.filter(state="proposed").values_list("case_id", flat=True)) >= {x.pk, y.pk}


def test_undoing_the_decision_ends_it(cast: Cast, alike: list[Case]) -> None:
    wei = cast.viewer("韦晓梅")
    a, x = alike[:2]
    question = actions.make(title="甲", case_ids=[a.pk, x.pk], by=wei)
    step = actions.remove(case_ids=[x.pk], question=question, reason="点错了", by=wei)
    assert binding.apart([a.pk, x.pk])
    actions.undo(rearrangement=step, by=wei)
    assert not binding.apart([a.pk, x.pk])
    must, cannot = binding.links({a.pk, x.pk})
    assert (must, cannot) == ([(a.pk, x.pk)], [])


def test_joining_after_all_ends_a_refusal(cast: Cast, alike: list[Case], run_jobs: RunJobs) -> None:
    wei = cast.viewer("韦晓梅")
    a, x = alike[:2]
    question = actions.make(title="甲", case_ids=[a.pk], by=wei)
    run_jobs()
    proposal = Membership.objects.get(case=x, state="proposed")
    actions.decide(membership_ids=[proposal.pk], confirm=False, by=wei)
    assert binding.apart([a.pk, x.pk]) == {(a.pk, x.pk)}
    actions.join(case_ids=[x.pk], question=question, by=wei)
    assert not binding.apart([a.pk, x.pk])


class Oracle:
    """What people said, remembered pair by pair in the plainest way, beside the product's own rows."""

    def __init__(self) -> None:
        self.apart: set[frozenset[int]] = set()

    def members(self, question_id: int) -> set[int]:
        return set(Membership.objects.filter(question_id=question_id, state="active").values_list("case_id", flat=True))

    def sent_away(self, gone: set[int], question_id: int) -> None:
        self.apart |= {frozenset((x, y)) for x in gone for y in self.members(question_id) - gone}

    def joined(self, question_id: int) -> None:
        """People put them together: their newest word."""
        own = self.members(question_id)
        self.apart -= {frozenset((x, y)) for x in own for y in own if x != y}


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_people_decide_the_engine_never_proposes_against_it(cast: Cast, alike: list[Case], seed: int) -> None:
    wei, rng, oracle = cast.viewer("韦晓梅"), random.Random(seed), Oracle()
    refused: set[tuple[int, int]] = set()
    for _ in range(12):
        before = rows("proposed")
        ask_again(alike) if rng.random() < 0.4 else actions.match_case(case_id=rng.choice(alike).pk)
        for case_id, question_id in rows("proposed") - before:
            assert (case_id, question_id) not in refused
            for member in oracle.members(question_id):
                assert frozenset((case_id, member)) not in oracle.apart, (case_id, member, question_id)
        try:
            refused |= _somebody_acts(rng, oracle, alike, wei)
        except DomainError:
            continue


def _somebody_acts(rng: random.Random, oracle: Oracle, cases: list[Case], by: object) -> set[tuple[int, int]]:
    """One random decision of a person, told to the oracle too; answers refused (case, question) pairs."""
    open_ones = list(Question.objects.exclude(state__in=["dropped", "closed"]).order_by("pk"))
    proposed = list(Membership.objects.filter(state="proposed").order_by("pk"))
    active = list(Membership.objects.filter(state="active").order_by("pk"))
    act = rng.choice(["confirm", "refuse", "make", "remove", "move", "merge", "refuse", "confirm"])
    if act in ("confirm", "refuse") and proposed:
        row = rng.choice(proposed)
        if act == "confirm":
            actions.decide(membership_ids=[row.pk], confirm=True, by=by)  # type: ignore[arg-type]
            oracle.joined(row.question_id)
            return set()
        oracle.sent_away({row.case_id}, row.question_id)
        actions.decide(membership_ids=[row.pk], confirm=False, by=by)  # type: ignore[arg-type]
        return {(row.case_id, row.question_id)}
    if act == "make":
        free = [c.pk for c in cases if c.pk not in {row.case_id for row in active}]
        if free:
            chosen = rng.sample(free, min(2, len(free)))
            oracle.joined(actions.make(title="人工", case_ids=chosen, by=by).pk)  # type: ignore[arg-type]
    elif act == "remove" and active:
        row = rng.choice(active)
        oracle.sent_away({row.case_id}, row.question_id)
        actions.remove(case_ids=[row.case_id], question=row.question, reason="不是", by=by)  # type: ignore[arg-type]
        return {(row.case_id, row.question_id)}
    elif act == "move" and active and len(open_ones) > 1:
        row, target = rng.choice(active), rng.choice(open_ones)
        if target.pk != row.question_id:
            gone = frozenset(oracle.apart)
            oracle.sent_away({row.case_id}, row.question_id)
            try:
                actions.move(case_ids=[row.case_id], to_question=target, reason="归这里", by=by)  # type: ignore[arg-type]
            except DomainError:
                oracle.apart = set(gone)
                raise
            oracle.joined(target.pk)
    elif act == "merge" and len(open_ones) > 1:
        one, other = rng.sample(open_ones, 2)
        actions.merge(question=one, into=other, reason="同一件", by=by)  # type: ignore[arg-type]
        oracle.joined(other.pk)
    return set()


def test_every_step_of_the_walk_can_be_told_apart(cast: Cast, alike: list[Case]) -> None:
    """The walk above would prove nothing if nobody ever refused anything."""
    wei, rng, oracle = cast.viewer("韦晓梅"), random.Random(1), Oracle()
    refused: set[tuple[int, int]] = set()
    for case in alike:
        actions.match_case(case_id=case.pk)
    for _ in range(12):
        try:
            refused |= _somebody_acts(rng, oracle, alike, wei)
        except DomainError:
            continue
    assert refused
    assert Rearrangement.objects.exists()
