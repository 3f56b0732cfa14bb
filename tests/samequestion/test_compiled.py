"""The inner loops as machine code say the same as the plain ones, and both the same as obvious slow twins."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samequestion import Message, Settings, compiled, features, fit, group, load_default_model, plain
from samequestion.batch import Batch
from samequestion.blocking import candidate_pairs
from samequestion.features import features as made
from samequestion.grouping import batch_table
from samequestion.kernels import RARE, TitleGrams
from samequestion.layout import Layout
from samequestion.neighbourhoods import areas, cut
from samequestion.ragged import Ragged
from samequestion.similarity import COLUMNS, Table, evidence, pair_features
from tests.samequestion.cast import burst, others, parking, plant

WORLD = [*plant(), *others(), *burst("松涛府", 12), *parking("金桂园", 9), Message("empty"), Message("t", "停水")]
MODEL = fit(WORLD)
FEATURES = [features(m, MODEL) for m in WORLD]

rows = st.lists(st.lists(st.integers(0, 30), max_size=12, unique=True).map(sorted), min_size=1, max_size=6)


def ragged(lists: list[list[int]]) -> Ragged:
    return Ragged.of([np.array(one, dtype=np.uint32) for one in lists], np.uint32)


def every_pair(a: Ragged, b: Ragged) -> tuple[np.ndarray, np.ndarray]:
    left, right = np.meshgrid(np.arange(len(a)), np.arange(len(b)))
    return left.ravel(), right.ravel()


# --- pairs ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kernels", [plain, compiled], ids=["plain", "compiled"])
@given(rows, rows)
@settings(max_examples=40, deadline=None)
def test_shared_ids_are_those_of_plain_sets(kernels, one, other) -> None:  # type: ignore[no-untyped-def]
    a, b = ragged(one), ragged(other)
    left, right = every_pair(a, b)
    pair, i, j = kernels.hits(a, b, left, right)
    wanted = [(k, x) for k in range(len(left)) for x in sorted({*one[left[k]]} & {*other[right[k]]})]
    assert list(zip(pair.tolist(), a.values[i].tolist(), strict=True)) == wanted
    assert np.array_equal(a.values[i], b.values[j])
    assert np.array_equal(a.rows[i], left[pair])
    assert np.array_equal(b.rows[j], right[pair])


@pytest.mark.parametrize("kernels", [plain, compiled], ids=["plain", "compiled"])
@given(rows, st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_overlap_counts_and_weighs_what_two_messages_share(kernels, lists, seed) -> None:  # type: ignore[no-untyped-def]
    a = ragged(lists)
    worth = np.random.default_rng(seed).random(31).astype(np.float32)
    left, right = every_pair(a, a)
    count, total = kernels.overlap(a, worth[a.values], left, right)
    shared = [{*lists[x]} & {*lists[y]} for x, y in zip(left, right, strict=True)]
    assert count.tolist() == [len(s) for s in shared]
    assert total == pytest.approx([sum(float(worth[x]) ** 2 for x in s) for s in shared], rel=1e-5)


numbers = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 20), st.integers(0, 9)), max_size=40, unique_by=lambda t: t[:2]
)


@pytest.mark.parametrize("kernels", [plain, compiled], ids=["plain", "compiled"])
@given(numbers)
@settings(max_examples=40, deadline=None)
def test_largest_values_are_found(kernels, found) -> None:  # type: ignore[no-untyped-def]
    found = sorted(found, key=lambda t: t[0])
    pair, worth = (np.array([t[k] for t in found], dtype=kind) for k, kind in ((0, np.int64), (2, np.float32)))
    top = kernels.largest(pair, worth, 5, 3)
    for k in range(5):
        own = [w for p, _, w in found if p == k]
        assert top[:, k].tolist() == [*sorted(own, reverse=True)[:3], 0, 0, 0][:3]


@pytest.mark.parametrize("kernels", [plain, compiled], ids=["plain", "compiled"])
@given(rows, st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_words_in_common_are_told_apart_by_where_they_stand(kernels, lists, seed) -> None:  # type: ignore[no-untyped-def]
    random, a = np.random.default_rng(seed), ragged(lists)
    rarity, generic = random.random(31).astype(np.float32), random.integers(0, 2, 31).astype(np.uint8)
    in_title = random.integers(0, 2, len(a.values)).astype(np.uint8)
    left, right = every_pair(a, a)
    found = kernels.common(a, rarity[a.values], in_title | generic[a.values] << 1, left, right)
    title = [dict(zip(row, in_title[a.slice_of(k)].tolist(), strict=True)) for k, row in enumerate(lists)]
    for k, (x, y) in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
        shared = sorted({*lists[x]} & {*lists[y]})
        for case in range(8):
            own = [float(rarity[w]) for w in shared if title[x][w] + 2 * title[y][w] + 4 * generic[w] == case]
            assert found.squares[case, k] == pytest.approx(sum(r**2 for r in own), rel=1e-5)
            assert found.fourths[case, k] == pytest.approx(sum(r**4 for r in own), rel=1e-5)
            assert found.most[case, k] == pytest.approx(max(own, default=0))
        ranked = sorted((float(rarity[w]) for w in shared), reverse=True)
        assert found.top[:, k].tolist() == pytest.approx([*ranked[:3], 0, 0, 0][:3])
        assert found.rare[k] == sum(r > RARE for r in ranked)


@pytest.mark.parametrize("kernels", [plain, compiled], ids=["plain", "compiled"])
@pytest.mark.parametrize("turned", [False, True])
@given(rows, rows, st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_what_a_title_says_is_found_in_the_other_text(kernels, turned, titles, texts, seed) -> None:  # type: ignore[no-untyped-def]
    """Whichever of the two comes in runs (`turned`), as slow sums over every stretch of the title say."""
    random, title, text = np.random.default_rng(seed), ragged(titles), ragged(texts)
    rarity = random.random(len(title.values)).astype(np.float32)
    specific = random.integers(0, 2, len(title.values)) > 0
    place = np.concatenate([np.empty(0, np.int64), *(random.permutation(14)[: len(row)] for row in titles)])
    in_order = np.lexsort((place, title.rows)) - np.repeat(title.starts[:-1], title.sizes)
    grams = TitleGrams(title, rarity, specific, place, in_order)
    other, one = every_pair(title, text)[::-1] if turned else every_pair(text, title)
    found = kernels.found_in(grams, text, one, other)
    for k, (x, y) in enumerate(zip(one.tolist(), other.tolist(), strict=True)):
        at = [i for i in range(title.starts[x], title.starts[x + 1]) if title.values[i] in {*texts[y]}]
        weigh = {i: float(rarity[i]) ** 2 for i in at}
        assert found[0, k] == pytest.approx(sum(weigh.values()), rel=1e-5)
        assert found[1, k] == pytest.approx(sum(weigh[i] for i in at if rarity[i] > RARE), rel=1e-5)
        assert found[2, k] == pytest.approx(sum(weigh[i] for i in at if specific[i]), rel=1e-5)
        assert found[3, k] == max((rarity[i] for i in at), default=0)
        for row, own in ((4, at), (5, [i for i in at if specific[i]])):
            here = {int(place[i]): weigh[i] for i in own}
            stretches = [sum(here[p] for p in range(low, high)) for low in here for high in range(low + 1, 15)
                         if all(p in here for p in range(low, high))]  # fmt: skip
            assert found[row, k] == pytest.approx(max(stretches, default=0), rel=1e-5)


def test_meanings_are_compared_alike_by_both() -> None:
    random = np.random.default_rng(3)
    vectors = random.normal(size=(40, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    words = np.full((6, 10), -1, dtype=np.int32)
    for k, size in enumerate((0, 1, 4, 9, 10, 10)):
        words[k, :size] = random.choice(40, size, replace=False)
    worth = np.where(words >= 0, random.random(words.shape), 0).astype(np.float32)
    left, right = (a.ravel() for a in np.meshgrid(np.arange(6), np.arange(6)))
    for one, other in zip(
        plain.alike(vectors, words, worth, left, right), compiled.alike(vectors, words, worth, left, right), strict=True
    ):
        assert one == pytest.approx(other, abs=1e-5)


def test_every_column_is_the_same_from_both_and_from_either_side() -> None:
    left, right = np.triu_indices(len(FEATURES), 1)
    slow = pair_features(Table(FEATURES, MODEL, plain), left, right)
    fast = pair_features(Table(FEATURES, MODEL, compiled), left, right)
    back = pair_features(Table(FEATURES, MODEL, compiled), right, left)
    for column, (name, _) in enumerate(COLUMNS):
        assert fast[:, column] == pytest.approx(slow[:, column], abs=1e-5), name
        assert back[:, column] == pytest.approx(slow[:, column], abs=1e-5), name


def test_trees_are_walked_as_they_are_written() -> None:
    """Against the obvious walk: strike out leaves node by node, take the lowest that is left."""
    trees = load_default_model().trees
    left, right = np.triu_indices(4, 1)
    x = evidence(Table(FEATURES[:4], MODEL), left, right).astype(np.float64)
    nodes = list(zip(trees.feature.tolist(), trees.threshold.tolist(), trees.keep.tolist(), strict=True))
    ends = [*trees.start[1:].tolist(), len(trees.feature)]
    for kernels in (plain, compiled):
        found = trees.score_columns(x.astype(np.float32), kernels)
        for k in range(len(left)):
            total = trees.bias
            for tree, (low, high) in enumerate(zip(trees.start.tolist(), ends, strict=True)):
                mask = 0xFFFF
                for feature, threshold, keep in nodes[low:high]:
                    if x[feature, k] > threshold:
                        mask &= keep
                total += trees.leaf_value[tree, (mask & -mask).bit_length() - 1]
            assert found[k] == pytest.approx(total, abs=1e-9)


# --- candidates ----------------------------------------------------------------------------------------------------


def obvious_candidates(table: Table, count: int) -> set[tuple[int, int]]:
    """Every pair's shared keys summed in a dictionary; only for batches without over-full keys."""
    worth: list[dict[tuple[int, int], float]] = [{} for _ in range(len(table))]
    words, names, pairs, none = table.words, table.names, table.grams, np.zeros(len(table.grams.ids.values), np.uint8)
    for kind, (source, flags) in enumerate(((words, words.flags), (names, names.flags), (pairs, none))):
        for at, row in enumerate(source.ids.rows):
            boost = 1.5 if flags[at] & 1 else 1.0
            worth[row][kind, int(source.ids.values[at])] = float(source.rarity[at]) ** 2 * boost
    chosen = set()
    for a in range(len(table)):
        scores = {
            b: sum(w * worth[b][key] for key, w in worth[a].items() if key in worth[b])
            for b in range(len(table))
            if b != a
        }
        ranked = sorted((b for b in scores if scores[b] > 0), key=lambda b: (-int(scores[b] * 1000), b))
        chosen |= {(min(a, b), max(a, b)) for b in ranked[:count]}
    return chosen


def test_candidates_are_those_that_share_most() -> None:
    table = batch_table(FEATURES, MODEL)
    for count in (2, 5, 30):
        left, right = candidate_pairs(table.layout, MODEL.with_settings(Settings(neighbours=count)))
        assert {*zip(left.tolist(), right.tolist(), strict=True)} == obvious_candidates(table, count)


def test_several_threads_find_what_one_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "_LEAST", 7)
    many = [made(m, MODEL) for m in burst("松涛府", 150)]
    layout = Layout.of(many, MODEL)
    for a, b in zip(candidate_pairs(layout, MODEL), candidate_pairs(layout, MODEL, workers=2), strict=True):
        assert np.array_equal(a, b)
    assert group(WORLD, workers=1).groups == group(WORLD, workers=2).groups


def test_a_batch_laid_out_in_parts_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Layout.of(FEATURES, MODEL)
    monkeypatch.setattr("samequestion.layout._TOGETHER", 7)
    parts = Layout.of(FEATURES, MODEL, workers=2)
    for name in ("chars", "pairs", "triples"):
        one, other = getattr(whole, name), getattr(parts, name)
        assert np.array_equal(one.ids.values, other.ids.values)
        assert np.array_equal(one.ids.starts, other.ids.starts)
        assert np.array_equal(one.place, other.place)
    for name in ("in_order", "specific", "word_kind", "meanings", "meant", "named", "title_length", "text_length"):
        assert np.array_equal(getattr(whole, name), getattr(parts, name)), name


# --- pieces --------------------------------------------------------------------------------------------------------

links = st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=25)


@given(links)
@settings(max_examples=60, deadline=None)
def test_components_are_those_of_walking_the_graph(edges: list[tuple[int, int]]) -> None:
    found = areas(20, np.array([a for a, _ in edges], dtype=np.int64), np.array([b for _, b in edges], dtype=np.int64))
    for start in range(20):
        seen, waiting = {start}, [start]
        while waiting:
            here = waiting.pop()
            fresh = {b for a, b in [*edges, *[(b, a) for a, b in edges]] if a == here} - seen
            seen |= fresh
            waiting += fresh
        assert found[start] == min(seen)


@given(links, st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_pieces_are_small_and_lose_nobody_who_belongs_together(edges: list[tuple[int, int]], seed: int) -> None:
    random = np.random.default_rng(seed)
    members = 3 * np.arange(20) + 1
    left, right = (members[np.array([e[k] for e in edges], dtype=np.int64)] for k in (0, 1))
    together = np.arange(61)
    together[members[4]] = together[members[9]] = members[4]
    pieces = cut(members, left, right, random.normal(1.5, 1.5, len(edges)), together, 6)
    seen = [int(x) for piece in pieces for x in piece]
    assert len(seen) == len(set(seen))
    assert set(seen) <= set(members.tolist())
    assert max((len(piece) for piece in pieces), default=0) <= 7
    home = {int(x): k for k, piece in enumerate(pieces) for x in piece}
    assert home[int(members[4])] == home[int(members[9])]


# --- many messages end to end --------------------------------------------------------------------------------------


def test_a_batch_is_joined_parted_and_stored_without_loss() -> None:
    whole = Batch.of(FEATURES)
    joined = Batch.join([Batch.of(FEATURES[:4]), Batch.of([]), Batch.of(FEATURES[4:])])
    stored = Batch.from_arrays(whole.to_arrays())
    taken, middle = whole.take(np.array([7, 2, 7])), whole.part(3, 6)
    for one, other in (
        (Batch.of(FEATURES[3:6]), middle),
        (whole, joined),
        (whole, stored),
        (Batch.of([FEATURES[k] for k in (7, 2, 7)]), taken),
    ):
        for name, values in one.to_arrays().items():
            assert np.array_equal(values, other.to_arrays()[name]), name


def test_a_web_process_never_loads_the_compiler() -> None:
    code = (
        "import sys; from samequestion import *; m = load_default_model();"
        "f = [features(Message(str(k), '路灯坏了', '望月路'), m) for k in range(3)]; score(f[0], f[1:], m);"
        "i = Index(m); i.add(Message('1', '停水')); df_update(m.counts, f); print('numba' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
