"""Two messages: the same difficulty or not, and why."""

from dataclasses import replace
from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samequestion import (
    Message,
    Threshold,
    compare,
    features,
    fit,
    load_default_model,
    mark,
    propose_title,
    score,
    scores,
    shared_words,
    titles,
    weights_between,
)
from samequestion.explain import reasons
from samequestion.similarity import EVIDENCE
from samequestion.training import thresholds
from tests.samequestion.cast import others, plant

MODEL = fit([*plant(), *others()])
words = st.text(alphabet="青竹苑搅拌站噪音扰民路灯停水物业费涨价望月路村三组", max_size=40)


def test_one_plant_beside_one_estate_is_one_question() -> None:
    """Every pair is plausible and the average is likely, although two of them share little but the names."""
    chances = [compare(a, b, MODEL).probability for a, b in combinations(plant(), 2)]
    assert min(chances) > 0.2
    assert sum(chances) / len(chances) > 0.5


def test_stored_messages_are_compared_as_fresh_ones_are_and_explained_when_asked() -> None:
    asked, *rest = [features(message, MODEL) for message in [*plant(), *others()]]
    stored = [one.to_bytes() for one in rest]
    whole = score(asked, rest, MODEL)
    found = scores(asked, stored, MODEL)
    assert [(one.probability, one.weight) for one in whole] == list(zip(found.chances, found.weights, strict=True))
    assert all(not one.reasons for one in found.plain())
    assert found.why({2: rest[2], 0: rest[0]}) == {0: whole[0], 2: whole[2]}
    assert scores(asked, [], MODEL).plain() == []
    between = weights_between(stored, MODEL)
    assert np.array_equal(between, between.T)
    assert between[1].tolist() == [0.0 if k == 1 else compare(rest[1], one, MODEL).weight for k, one in enumerate(rest)]
    assert weights_between([], MODEL).shape == (0, 0)


@pytest.mark.parametrize("other", others(), ids=lambda m: m.title)
def test_near_misses_stay_apart(other: Message) -> None:
    """Same estate with another problem, same problem at another estate, things with nothing in common: never proposed."""
    for one in plant():
        assert compare(one, other, MODEL).probability < MODEL.settings.propose_at, (one.title, other.title)


NEAR_MISSES = [
    ("枫林小学门口早高峰堵车", "上学时间枫林小学门口车辆拥堵，请交警疏导。",
     "枫林小学今年学区怎么划分", "请问枫林小学今年招生的学区范围有没有调整，我家在枫林路。"),
    ("金桂园二期延期交房", "金桂园二期合同约定去年十二月交房，至今没有通知收房。",
     "松涛府延期交房怎么办", "松涛府合同约定去年十二月交房，开发商一拖再拖。"),
    ("人才购房补贴何时发放", "去年申请的人才购房补贴审核通过了，一直没有到账。",
     "大专学历能申请人才购房补贴吗", "请问大专学历并且有职称能否申请人才购房补贴，需要什么条件？"),
    ("希望开通三号线到高铁站的接驳公交", "三号线终点站到高铁站没有公交，希望开通接驳线路。",
     "五号线施工围挡什么时候拆", "五号线施工围挡占了半边马路，什么时候可以拆除？"),
]  # fmt: skip


@pytest.mark.parametrize("row", NEAR_MISSES, ids=lambda row: row[0])
def test_what_only_looks_alike_is_not_joined(row: tuple[str, str, str, str]) -> None:
    a, b = Message("a", row[0], row[1]), Message("b", row[2], row[3])
    assert compare(a, b, load_default_model()).probability < MODEL.settings.propose_at


@given(words, words, words, words)
@settings(max_examples=50, deadline=None)
def test_it_does_not_matter_which_comes_first(t1: str, b1: str, t2: str, b2: str) -> None:
    a, b = Message("a", t1, b1), Message("b", t2, b2)
    one, other = compare(a, b, MODEL), compare(b, a, MODEL)
    assert one.weight == pytest.approx(other.weight, abs=1e-6)
    assert sorted(r.weight for r in one.reasons) == pytest.approx(sorted(r.weight for r in other.reasons), abs=1e-3)


def test_many_at_once_say_the_same_as_one_by_one() -> None:
    made = [features(m, MODEL) for m in plant() + others()]
    together = score(made[0], made[1:], MODEL)
    alone = [compare(made[0], other, MODEL) for other in made[1:]]
    assert [c.weight for c in together] == pytest.approx([c.weight for c in alone], abs=1e-5)
    assert [c.reasons for c in score(made[0], made[1:], MODEL, explain=0)] == [()] * 8


def test_reasons_are_signed_words_that_add_up() -> None:
    """Every pair's reasons differ from its weight by the same constant (small ones are not listed)."""
    rest = []
    for a, b in combinations(plant() + others(), 2):
        result = compare(a, b, MODEL)
        rest.append(result.weight - sum(reason.weight for reason in result.reasons))
        assert all(reason.text for reason in result.reasons)
    assert max(rest) - min(rest) < 0.5


def test_reasons_name_the_place_and_the_gap() -> None:
    a, b = plant()[0], plant()[3]
    texts = " ".join(str(reason) for reason in compare(a, b, MODEL).reasons)
    assert "青竹苑" in texts
    assert "+" in texts


def test_shared_words_are_marked_in_what_was_typed() -> None:
    a, b = plant()[:2]
    found = shared_words(features(a, MODEL), features(b, MODEL), MODEL)
    assert any("搅拌站" in word for word in found)
    pieces = mark("青竹苑旁邊的攪拌站", ["搅拌站"])
    assert pieces == [("青竹苑旁邊的", False), ("攪拌站", True)]
    assert mark("", ["搅拌站"]) == []


@given(st.text(max_size=60), st.lists(st.text(min_size=1, max_size=3), max_size=4))
@settings(max_examples=60, deadline=None)
def test_marked_pieces_join_up_to_the_text(text: str, found: list[str]) -> None:
    assert "".join(piece for piece, _ in mark(text, found)) == text


def test_a_title_is_proposed_from_the_members_whatever_their_order() -> None:
    made = {propose_title(list(order)) for order in permutations(plant())}
    assert len(made) == 1
    assert "青竹苑" in made.pop()
    assert propose_title([Message("1", "投诉：望月路路灯坏了的问题！！")]) == "望月路路灯坏了"
    assert propose_title([Message("1", "", "……")]) != ""
    assert propose_title([]) == "（无标题）"


@given(st.text(st.sampled_from("望月路停水了的相关问题投诉谢谢感谢怎么办请领导关注急求解决。？~ "), max_size=24))
@settings(max_examples=400, deadline=None)
def test_a_tail_is_looked_for_wherever_there_may_be_one(title: str) -> None:
    plain = titles._TAIL.sub("", titles._LEAD.sub("", title))
    assert titles._tidy(title) == (plain if len(plain) >= 6 else title)


def test_a_copy_is_the_same_question() -> None:
    a = plant()[0]
    assert compare(a, replace(a, id="x"), MODEL).probability > 0.9


def test_a_copy_is_named_among_the_reasons_whatever_it_weighed() -> None:
    """A mass-mailed text: that it is the same text is the first thing a dispatcher wants to know."""
    one = features(plant()[0], MODEL)
    copy = features(replace(plant()[0], id="copy", asker="another"), MODEL)
    stranger = features(plant()[1], MODEL)
    nothing = np.zeros(len(EVIDENCE))
    assert [r.text for r in reasons(one, copy, nothing, (), MODEL)] == ["文字雷同约 100%"]
    assert reasons(one, stranger, nothing, (), MODEL) == ()


def test_a_model_remembers_how_precise_each_threshold_was() -> None:
    """What the settings screen shows: of the pairs proposed from here on, this share was one question."""
    log_odds = np.log(np.array([0.95, 0.9, 0.8, 0.72, 0.6, 0.35]) / np.array([0.05, 0.1, 0.2, 0.28, 0.4, 0.65]))
    rows = thresholds(log_odds, np.array([True, True, False, True, False, True]))
    measured = type(MODEL).from_bytes(replace(MODEL, thresholds=rows).to_bytes())
    assert measured.thresholds == rows
    assert measured.threshold(0.7) == Threshold(0.7, precision=0.75, recall=0.75, pairs=4)
    assert measured.threshold(0.72) == measured.threshold(0.7)
    assert measured.threshold(0.1) is None
    assert replace(MODEL, thresholds=()).threshold(0.7) is None
