"""How words sound, and which slips are one slip."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongti.search.sounds import folded, initials, one_slip, slips, sounds, spans

names = st.text(alphabet="幸福路陆停水谁南湖街道", min_size=3, max_size=8)


@pytest.mark.parametrize(
    ("text", "whole", "first"),
    [
        ("幸福路", "xingfulu", "xfl"),
        ("重庆路", "chongqinglu", "cql"),
        ("银行", "yinhang", "yh"),
        ("绿地", "lvdi", "ld"),
    ],
)
def test_names_sound_as_people_say_them(text, whole, first):
    assert (sounds(text), initials(text)) == (whole, first)


@pytest.mark.parametrize(
    ("one", "other"), [("停水", "停谁"), ("南湖", "兰湖"), ("陈家村", "成家村"), ("幸福路", "幸福陆")]
)
def test_what_southern_speakers_type_alike_is_told_alike(one, other):
    assert folded(one) == folded(other)


@pytest.mark.parametrize(("one", "other"), [("停水", "停电"), ("南湖", "东湖"), ("龙腾", "农贸")])
def test_other_words_stay_other_words(one, other):
    assert folded(one) != folded(other)


@pytest.mark.parametrize(
    ("one", "other", "is_one"),
    [
        ("阳光小区", "阳光小去", True),
        ("阳光小区", "阳光区", True),
        ("阳光小区", "阳光小小区", True),
        ("阳光小区", "阳小光区", True),
        ("阳光小区", "阳光小区", False),
        ("阳光小区", "月光小去", False),
    ],
)
def test_one_slip(one, other, is_one):
    assert one_slip(one, other) is one_slip(other, one) is is_one


@given(names, names)
def test_two_names_one_slip_apart_share_a_key(one, other):
    """What the index is asked for can leave out nothing that the slow look at both would take."""
    if one_slip(one, other):
        assert set(slips(one)) & set(slips(other))


def test_the_longer_stretches_come_first():
    assert list(spans("幸福陆停"))[:3] == ["幸福陆停", "幸福陆", "福陆停"]
