"""Many messages become questions: planted ones are found, people's decisions hold, order does not matter."""

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samequestion import ConflictingConstraints, Index, Message, Settings, agreement, fit, group
from samequestion.grouping import Grouping, cluster
from samequestion.linkage import agglomerate, strength
from tests.samequestion.cast import burst, neighbours, parking, plant

WORLD = [*plant(), *neighbours(), *burst("松涛府", 12), *parking("金桂园", 9)]
RULES = Settings()


def parts(grouping: Grouping) -> set[frozenset[str]]:
    return {frozenset(g.members) for g in grouping.groups}


def test_planted_questions_are_found() -> None:
    found = parts(group(WORLD))
    assert frozenset(m.id for m in plant()) in found
    assert frozenset(m.id for m in burst("松涛府", 12)) in found
    assert frozenset(m.id for m in parking("金桂园", 9)) in found
    assert all(frozenset([m.id]) in found for m in neighbours())


@given(st.randoms(use_true_random=False))
@settings(max_examples=5, deadline=None)
def test_groups_do_not_depend_on_arrival_order(rng: random.Random) -> None:
    assert parts(group(rng.sample(WORLD, len(WORLD)))) == parts(group(WORLD))


def test_grouping_twice_changes_nothing() -> None:
    first, second = group(WORLD), group(WORLD)
    assert first.groups == second.groups


def test_nothing_and_one_are_fine() -> None:
    assert group([]).groups == ()
    (only,) = group(plant()[:1]).groups
    assert only.members == ("p0",)
    assert only.askers == 1


@given(st.lists(st.tuples(st.integers(0, 28), st.integers(0, 28)), max_size=4),
       st.lists(st.tuples(st.integers(0, 28), st.integers(0, 28)), max_size=4))  # fmt: skip
@settings(max_examples=15, deadline=None)
def test_peoples_decisions_always_hold(must: list[tuple[int, int]], cannot: list[tuple[int, int]]) -> None:
    ids = [m.id for m in WORLD]
    joins, bars = [(ids[a], ids[b]) for a, b in must], [(ids[a], ids[b]) for a, b in cannot]
    try:
        found = group(WORLD, MODEL, must_link=joins, cannot_link=bars).group_of
    except ConflictingConstraints:
        return
    assert all(found[a] == found[b] for a, b in joins)
    assert all(found[a] != found[b] for a, b in bars)


MODEL = fit(WORLD)


def test_contradictory_decisions_are_refused() -> None:
    with pytest.raises(ConflictingConstraints):
        group(WORLD, MODEL, must_link=[("p0", "p1"), ("p1", "p2")], cannot_link=[("p0", "p2")])


def test_copies_by_one_person_count_as_one_asker() -> None:
    copies = [replace(plant()[0], id=f"c{k}") for k in range(5)]
    grouped = next(g for g in group([*copies, *plant()[1:], *neighbours()]).groups if "c0" in g.members)
    assert len(grouped.members) == 8
    assert grouped.askers == 4


def test_mass_mailed_identical_texts_are_one_question_with_many_askers() -> None:
    mailed = [replace(plant()[0], id=f"m{k:02d}", asker=f"person{k}") for k in range(40)]
    first = group([*mailed, *neighbours()]).groups[0]
    assert (len(first.members), first.askers) == (40, 40)


def crowd(count: int) -> list[Message]:
    """Many unrelated messages, each about a place of its own."""
    problems = (
        "路灯不亮",
        "垃圾没人清运",
        "公交班次太少",
        "电梯经常故障",
        "物业乱收费",
        "井盖破损",
        "广场舞音响吵",
        "学区怎么划分",
    )
    letters = "东西南北春夏秋冬松竹梅兰金银玉石山水云月"
    return [
        Message(f"crowd{k:04d}", f"{letters[k % 20]}{letters[k // 20 % 20]}{letters[k // 7 % 20]}里{problems[k % 8]}",
                f"{letters[k % 20]}{letters[k // 20 % 20]}{letters[k // 7 % 20]}里最近{problems[k % 8]}，请派人处理。")
        for k in range(count)
    ]  # fmt: skip


def test_a_burst_larger_than_a_neighbourhood_ends_in_one_question() -> None:
    """160 messages about one event, more than any posting list or neighbourhood of these settings holds."""
    base = fit([*burst("松涛府", 3), *crowd(1200)])
    small = base.with_settings(replace(base.settings, dense_limit=40))
    found = group([*burst("松涛府", 160), *crowd(1200)], small)
    assert len(found.groups[0].members) >= 155


def test_decisions_hold_inside_a_burst_too() -> None:
    small = MODEL.with_settings(replace(MODEL.settings, dense_limit=10))
    ids = [m.id for m in burst("松涛府", 80)]
    found = group(burst("松涛府", 80), small, must_link=[(ids[1], ids[70])], cannot_link=[(ids[2], ids[3])]).group_of
    assert found[ids[1]] == found[ids[70]]
    assert found[ids[2]] != found[ids[3]]


def test_why_explains_any_pair() -> None:
    found = group(WORLD, MODEL)
    assert found.why("p0", "p1").reasons
    assert found.settings_version == MODEL.settings.version


# --- linkage, against an obvious slow twin -------------------------------------------------------------------------


def slow(weights: np.ndarray, rules: Settings) -> list[set[int]]:
    """All cross pairs looked at afresh before every merge."""
    clusters = [{k} for k in range(len(weights))]
    while len(clusters) > 1:
        ranked = [
            (strength(weights[np.ix_(sorted(a), sorted(b))].ravel(), rules), -i, -j)
            for i, a in enumerate(clusters) for j, b in enumerate(clusters) if i < j
        ]  # fmt: skip
        best, i, j = max(ranked)
        if best <= rules.join_at:
            break
        clusters[-i] |= clusters.pop(-j)
    return clusters


@given(st.integers(0, 9), st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_fast_linkage_agrees_with_the_slow_twin(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    matrix = rng.normal(-1.5, 2.5, (n, n))
    matrix = (matrix + matrix.T) / 2
    labels = agglomerate(matrix, RULES)
    found = {frozenset(np.nonzero(labels == k)[0].tolist()) for k in set(labels.tolist())}
    assert found == {frozenset(c) for c in slow(matrix, RULES)}


def test_a_bridge_does_not_chain_two_questions() -> None:
    """Two clear questions of five; one message of each happens to resemble the other. They stay two."""
    matrix = np.full((10, 10), -6.0)
    matrix[:5, :5] = matrix[5:, 5:] = 3.0
    matrix[0, 5] = matrix[5, 0] = 4.0
    assert len(set(agglomerate(matrix, RULES).tolist())) == 2


def test_planted_blocks_are_recovered_from_noisy_weights() -> None:
    rng = np.random.default_rng(7)
    truth = np.repeat(np.arange(8), 6)
    matrix = np.where(truth[:, None] == truth[None, :], 2.0, -4.5) + rng.normal(0, 1.0, (48, 48))
    matrix = (matrix + matrix.T) / 2
    labels = agglomerate(matrix, RULES)
    assert (
        agreement({str(k): str(t) for k, t in enumerate(truth)}, {str(k): str(v) for k, v in enumerate(labels)})[
            "b3_f1"
        ]
        > 0.97
    )


def test_cluster_needs_no_pairs_at_all() -> None:
    none = np.empty(0, dtype=np.int64)
    labels, sure = cluster(3, none, none, np.empty(0), lambda a, b: np.empty(0), RULES)
    assert labels.tolist() == [0, 1, 2]
    assert sure.tolist() == [1.0, 1.0, 1.0]


# --- one at a time -------------------------------------------------------------------------------------------------


def test_one_at_a_time_agrees_with_all_at_once() -> None:
    index = Index(MODEL)
    for message in WORLD:
        index.add(message)
    batch = group(WORLD, MODEL).group_of
    assert agreement(batch, {m.id: index.group_of(m.id) for m in WORLD})["b3_f1"] >= 0.97


def test_a_new_message_is_proposed_its_group_with_reasons() -> None:
    index = Index(MODEL)
    for message in [*plant()[:3], *neighbours()]:
        index.add(message)
    proposal = index.propose(plant()[3])
    assert proposal.group == "p0"
    assert proposal.probability > 0.5
    assert proposal.comparison is not None
    assert proposal.comparison.reasons
    assert len(index) == 7
    assert index.propose(replace(plant()[3], title="", body="")).group is None


def test_adding_again_changes_nothing() -> None:
    index = Index(MODEL)
    for message in [*plant(), *plant()]:
        index.add(message)
    assert index.groups == {"p0": ("p0", "p1", "p2", "p3")}


def test_the_index_remembers_what_people_decided() -> None:
    index = Index(MODEL)
    for message in [*plant()[:3], *neighbours()]:
        index.add(message)
    index.split("p0", "p2")
    assert index.group_of("p2") == "p2"
    assert index.join("o0", "p2") == "o0"
    assert set(index.groups["o0"]) == {"p2", "o0"}


def test_a_burst_ends_in_one_question_and_each_key_keeps_a_bounded_number() -> None:
    small = MODEL.with_settings(replace(MODEL.settings, query_rows=20))
    index = Index(small)
    for message in burst("松涛府", 120):
        index.add(message)
    assert max(map(len, index.groups.values())) >= 115
    assert max(map(len, index._by_key.values())) < 40


def test_a_message_with_two_problems_is_proposed_to_both_questions() -> None:
    index = Index(MODEL)
    for message in [*plant(), *burst("松涛府", 6)]:
        index.add(message)
    mill, water = plant()[0], burst("松涛府", 6)[0]
    both = Message("both", f"{mill.title}，{water.title}", f"{mill.body}另外，{water.body}")
    assert {p.group for p in index.proposals(both)} == {"p0", water.id}
    assert [p.group for p in index.proposals(both, limit=1)] == [index.propose(both).group]
    assert all(p.comparison is not None and p.comparison.reasons for p in index.proposals(both))
    assert len(index) == 10


def test_what_fits_nowhere_is_proposed_nowhere() -> None:
    index = Index(MODEL)
    assert index.proposals(plant()[0]) == ()
    for message in plant():
        index.add(message)
    assert index.proposals(neighbours()[2]) == ()


TRADITIONAL = Message("t", "青竹苑小區攪拌站噪音擾民", "青竹苑南門外新建了一座混凝土攪拌站，機器轟鳴，根本睡不著。")
ODDLY_TYPED = [
    TRADITIONAL,
    Message("w", "青竹苑小区　攪拌站　噪音扰民！！！！", "青竹苑　南门外　的混凝土搅拌站，机器轰鸣，根本睡不着？？？"),
    Message("e", "青竹苑小区搅拌站噪音扰民😡😡😡", "青竹苑南门外新建了一座混凝土搅拌站🏭，机器轰鸣，根本睡不着😭"),
    Message("d", "青.竹.苑小区搅*拌*站噪音扰民", "青竹苑南门外新建了一座混凝土搅拌站，机器轰鸣，根本睡不着。"),
    Message(
        "l", "青竹苑小区搅拌站噪音扰民", "青竹苑南门外的混凝土搅拌站机器轰鸣，业主根本睡不着，投诉多次没有人管。" * 200
    ),
    Message("n", "", "青竹苑小区南门外新建了一座混凝土搅拌站，每天晚上机器轰鸣，噪音扰民，根本睡不着。"),
]


@pytest.mark.parametrize("message", ODDLY_TYPED, ids=lambda m: m.id)
def test_however_it_is_typed_it_finds_its_question(message: Message) -> None:
    """Traditional characters, wide blanks, emoji, dots against filters, 7,000 characters, no title."""
    index = Index(MODEL)
    for one in [*plant(), *neighbours()]:
        index.add(one)
    assert index.propose(message).group == "p0"


@pytest.mark.parametrize("text", ["", "！！！？？……", "😡😡😡", "qzy jbz zy", "嗯嗯"])
def test_what_says_nothing_is_never_joined(text: str) -> None:
    index = Index(MODEL)
    for one in [*plant(), *neighbours(), Message("mute", text, text)]:
        index.add(one)
    assert index.group_of("mute") == "mute"
