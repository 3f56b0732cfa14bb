"""What the engine remembers of a message: anything people send is fine, and it is the same everywhere."""

import itertools
import subprocess
import sys
import unicodedata
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samequestion import (
    Features,
    Message,
    ModelMismatch,
    candidate_keys,
    candidate_keys_of_all,
    compare,
    counts_from_bytes,
    counts_to_bytes,
    df_update,
    empty_counts,
    features,
    features_of_all,
    load_default_model,
    normalize,
    query_keys,
)
from samequestion.batch import Batch
from samequestion.blocking import COMMON, title_pairs
from samequestion.model import Model
from samequestion.records import IN_TITLE
from tests.samequestion.cast import others, plant

MODEL = load_default_model()
ODD = [
    Message("1"),
    Message("2", "", "只有正文，没有标题，望月路路灯坏了。"),
    Message("3", "！！！？？？……", "。。。，，，"),
    Message("4", "停水了😡😡😡", "💧💧没有水👴👵"),
    Message("5", "青竹苑小區攪拌站噪音擾民", "晚上機器轟鳴，無法入睡。"),
    Message("6", "qzy xq jbz zy", "ABC def 123 ４５６"),
    Message("7", "很长", "青竹苑小区南门外的搅拌站昼夜不停，请有关部门调查处理。" * 280),
    Message("8", "\x00\x1e\x1f控制符\u200b零宽", "a\x1eb\x1fc\x00"),
    Message("9", "𠮷野家油烟", "生僻字𠀀𠮷"),
]


@pytest.mark.parametrize("message", ODD, ids=lambda m: m.id)
def test_anything_people_send_is_read_stored_and_compared(message: Message) -> None:
    found = features(message, MODEL)
    assert Features.from_bytes(found.to_bytes()) == found
    result = compare(found, features(plant()[0], MODEL), MODEL)
    assert 0.0 <= result.probability <= 1.0
    assert len(candidate_keys(found, MODEL)) <= MODEL.settings.stored_keys


@given(st.text(max_size=80), st.text(max_size=300))
@settings(max_examples=60, deadline=None)
def test_stored_features_come_back_equal(title: str, body: str) -> None:
    found = features(Message("x", title, body), MODEL)
    assert Features.from_bytes(found.to_bytes()).to_bytes() == found.to_bytes()


def test_a_7000_character_message_stays_small() -> None:
    assert len(features(ODD[6], MODEL).to_bytes()) < 12_000


def test_traditional_characters_and_wide_letters_are_read_as_the_plain_ones() -> None:
    plain = Message("a", "青竹苑小区搅拌站噪音扰民", "A栋3楼")
    other = Message("b", "青竹苑小區攪拌站噪音擾民", "Ａ棟３樓")
    assert features(plain, MODEL).to_bytes() == features(other, MODEL).to_bytes()


@given(st.text(st.sampled_from("，：；！？（）,a(ﾞｶ\u0301é①㎡水。") | st.characters(), max_size=30))
@settings(max_examples=300, deadline=None)
def test_marks_made_narrow_beforehand_change_nothing(text: str) -> None:
    assert normalize._one_width(text) == unicodedata.normalize("NFKC", text)


def test_another_process_makes_the_same_bytes() -> None:
    """No hash randomisation, no set order."""
    code = (
        "from samequestion import *; from tests.samequestion.cast import plant;"
        "print(features(plant()[1], load_default_model()).to_bytes().hex())"
    )
    made = {
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                       env={"PYTHONHASHSEED": seed, "PYTHONPATH": "src:."}).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert made == {features(plant()[1], MODEL).to_bytes().hex() + "\n"}


def test_damaged_or_foreign_bytes_are_refused() -> None:
    data = features(plant()[0], MODEL).to_bytes()
    for bad in (b"", data[:9], b"\xff\xff" + data[2:]):
        with pytest.raises(ModelMismatch):
            Features.from_bytes(bad)


def test_stored_features_are_laid_end_to_end_without_unpacking_them() -> None:
    made = [features(message, MODEL) for message in [*ODD, *plant(), *others()]]
    one, other = Batch.of(made).to_arrays(), Batch.of([each.to_bytes() for each in made]).to_arrays()
    assert one.keys() == other.keys()
    for name in one:
        assert one[name].dtype == other[name].dtype, name
        assert np.array_equal(one[name], other[name]), name


def test_stored_features_that_are_cut_short_or_foreign_are_refused() -> None:
    good = features(plant()[0], MODEL).to_bytes()
    for bad in (b"", good[:40], good[:200], good[:-40], b"\xff\xff" + good[2:]):
        with pytest.raises(ModelMismatch):
            Batch.of([good, bad])


def test_frequencies_add_up_in_any_order_and_can_be_taken_back() -> None:
    made = [features(m, MODEL) for m in plant() + others()]
    counts = empty_counts(16)
    whole = df_update(counts, made)
    assert np.array_equal(whole, df_update(df_update(counts, made[5:]), made[:5][::-1]))
    assert np.array_equal(df_update(whole, made, sign=-1), counts)
    assert np.array_equal(df_update(counts, [one.to_bytes() for one in made]), whole)
    assert np.array_equal(counts_from_bytes(counts_to_bytes(whole)), whole)
    with pytest.raises(ModelMismatch):
        counts_from_bytes(b"nonsense")


def test_keys_are_signed_32_bit_and_lead_from_one_message_to_its_partners() -> None:
    made = [features(m, MODEL) for m in plant()]
    for one in made:
        asked = query_keys(one, MODEL)
        assert len(asked) <= MODEL.settings.query_keys
        assert all(-(2**31) <= key < 2**31 for key in asked)
        for other in made:
            assert set(asked) & set(candidate_keys(other, MODEL))


def test_many_are_read_at_once_as_they_are_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    messages = [*ODD, *plant(), *others()]
    one_by_one = [features(message, MODEL) for message in messages]
    monkeypatch.setattr(sys.modules["samequestion.features"], "TOGETHER", 4)
    assert features_of_all(messages, MODEL) == one_by_one
    assert candidate_keys_of_all(one_by_one, MODEL) == [candidate_keys(one, MODEL) for one in one_by_one]
    assert features_of_all([], MODEL) == candidate_keys_of_all([], MODEL) == []


@pytest.mark.parametrize("stored", [96, 12])
def test_keys_are_those_of_the_plain_rule(stored: int) -> None:
    """Rare words, names and character pairs of the title, and every two of the seven rarest title words; the title's first."""
    model = MODEL.with_settings(replace(MODEL.settings, stored_keys=stored))
    made = [features(message, model) for message in [*ODD, *plant(), *others()]]
    assert candidate_keys_of_all(made, model) == [plain_keys(one, model, stored) for one in made]


def plain_keys(one: Features, model: Model, stored: int) -> list[int]:
    titled = [(key, bool(flag & IN_TITLE)) for key, flag in zip(one.word_ids, one.word_flags, strict=True)]
    title_words = [key for key, in_title in titled if in_title]
    titled += [(key, bool(flag & IN_TITLE)) for key, flag in zip(one.name_ids, one.name_flags, strict=True)]
    titled += [(key, True) for key in title_pairs(one)]
    rarity = {int(key): float(model.rarity(np.array([key]))[0]) for key, _ in titled}
    worth: dict[int, float] = {}
    for key, in_title in titled:
        if rarity[int(key)] >= COMMON:
            worth.setdefault(int(key), rarity[int(key)] + 0.35 * in_title)
    best = sorted(map(int, title_words), key=lambda key: (-rarity[key], key))[:7]
    for low, high in itertools.combinations(sorted(best), 2):
        mixed = low * 0x9E3779B1 & 0xFFFFFFFF ^ high * 0x85EBCA77 & 0xFFFFFFFF ^ 0x5BD1E995
        worth.setdefault(mixed, 0.9)
    kept = sorted(worth, key=lambda key: (-worth[key], key))[:stored]
    return [key - 2**32 if key >= 2**31 else key for key in sorted(kept)]


def test_a_query_stays_selective_when_the_district_is_huge() -> None:
    """At a million messages a common word is no key any more; what is asked for brings few rows."""
    counts = np.full(1 << MODEL.settings.df_bits, 4000, dtype=np.uint32)
    counts[0] = 1_000_000
    crowded = MODEL.with_counts(counts)
    assert query_keys(features(plant()[0], crowded), crowded) == []


def test_models_survive_storage() -> None:
    again = type(MODEL).from_bytes(MODEL.to_bytes(with_counts=True))
    a, b = (features(m, MODEL) for m in plant()[:2])
    assert compare(a, b, again).weight == pytest.approx(compare(a, b, MODEL).weight, abs=1e-3)
    with pytest.raises(ModelMismatch):
        type(MODEL).from_bytes(b"nonsense")


def test_the_township_counts_only_for_equality() -> None:
    a, b = plant()[:2]
    near, far = compare(a, b, MODEL), compare(a, replace(b, place="别处镇"), MODEL)
    assert far.probability <= near.probability
