"""Learning from decisions: what is planted is found, a few decisions move little, reasons stay exact."""

import numpy as np
import pytest

from samequestion import (
    EVIDENCE,
    Evidence,
    Message,
    Weights,
    compare,
    evidence,
    features,
    load_default_model,
    refit,
    reweighted,
)

ESTATE = Message("1", "翠园小区半夜停水", "翠园小区半夜停水，自来水公司没人接电话。")
SAME = Message("2", "翠园小区停水没人管", "我们翠园小区又停水了，请恢复供水。")
OTHER = Message("3", "翠园小区物业费涨价", "翠园小区物业费突然涨价，没有开业主大会。")


def planted(count: int, weights: np.ndarray, seed: int = 0) -> tuple[Evidence, np.ndarray]:
    """Evidence of made-up pairs, and what people who weigh it by ``weights`` would say."""
    rng = np.random.default_rng(seed)
    known = Evidence(rng.normal(0, 1.2, (count, len(EVIDENCE))), rng.normal(0, 0.3, count))
    chance = 1 / (1 + np.exp(-known.log_odds(weights)))
    return known, (rng.random(count) < chance).astype(float)


def test_planted_weights_are_recovered() -> None:
    true = np.ones(len(EVIDENCE))
    true[0], true[3] = 2.0, 0.3
    known, same = planted(8000, true)
    found = refit(known, same, np.ones(len(same)))
    assert np.abs(np.array(found.values) - true).max() < 0.2
    assert abs(found.shift) < 0.2


def test_a_few_decisions_move_little_and_none_move_nothing() -> None:
    known, same = planted(10, np.full(len(EVIDENCE), 3.0))
    few = refit(known, same, np.ones(10))
    assert np.abs(np.array(few.values) - 1).max() < 0.5
    nothing = refit(Evidence(np.empty((0, len(EVIDENCE))), np.empty(0)), np.empty(0), np.empty(0))
    assert nothing == Weights((1.0,) * len(EVIDENCE), 0.0)


def test_the_order_of_decisions_does_not_matter() -> None:
    known, same = planted(300, np.ones(len(EVIDENCE)))
    order = np.random.default_rng(5).permutation(300)
    turned = Evidence(known.parts[order], known.constant[order])
    one, other = refit(known, same, np.ones(300)), refit(turned, same[order], np.ones(300))
    assert one.values == pytest.approx(other.values, abs=1e-5)


def test_reasons_stay_exact_under_other_weights() -> None:
    model = load_default_model()
    same_as_shipped = reweighted(model, Weights((1.0,) * len(EVIDENCE), 0.0), "one")
    assert compare(ESTATE, SAME, same_as_shipped).weight == pytest.approx(compare(ESTATE, SAME, model).weight, abs=1e-4)
    values = tuple(2.0 if kind == "问题" else 1.0 for kind in EVIDENCE)
    doubled = reweighted(model, Weights(values, 0.25), "doubled")
    pair = [(features(ESTATE, model), features(OTHER, model))]
    shipped = evidence(pair, model)
    problem = shipped.parts[0, EVIDENCE.index("问题")]
    before, after = compare(ESTATE, OTHER, model), compare(ESTATE, OTHER, doubled)
    assert after.weight == pytest.approx(before.weight + problem + 0.25, abs=1e-3)
    assert shipped.log_odds()[0] == pytest.approx(before.weight, abs=1e-3)
    assert shipped.log_odds(values, 0.25)[0] == pytest.approx(after.weight, abs=1e-3)
