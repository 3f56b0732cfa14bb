"""People's decisions teach: a fit of every night, switched to only when better beyond chance, and always back again."""

import numpy as np
import pytest
from django.test import Client

from samequestion import EVIDENCE, Evidence, Weights
from tests.cast import Cast
from tests.conftest import RunJobs
from tests.questions.conftest import LAMP, Register
from tests.questions.test_races import at_once
from tongti.cases.models import Case
from tongti.questions import actions, matching, queries
from tongti.questions.actions import teaching
from tongti.questions.matching import learning
from tongti.questions.matching.learning import Decision, Lesson, Verdict
from tongti.questions.models import EngineChoice, EngineWeights, Membership, Question
from tongti.shared.errors import BadInput, NotAllowed, NotVisible, Raced
from tongti.trail import queries as trail


@pytest.fixture
def decided(cast: Cast, water: list[Case], run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch) -> Question:
    """Two confirmed and one refused; enough for a test to learn from."""
    for name in ("LEAST_SAME", "LEAST_NOT", "LEAST_QUESTIONS"):
        monkeypatch.setattr(teaching, name, 1)
    wei = cast.viewer("韦晓梅")
    run_jobs()
    question = Question.objects.get()
    rows = dict(Membership.objects.values_list("case_id", "pk"))
    actions.decide(membership_ids=[rows[water[2].pk]], confirm=False, by=wei)
    actions.set_up(question=question, title="幸福路晚上停水", category_id=None, place_id=None, by=wei)
    return question


def told(count: int, weights: np.ndarray, seed: int = 0) -> Lesson:
    """Decisions of people who weigh the evidence by ``weights``, three pairs each, thirty questions."""
    rng = np.random.default_rng(seed)
    known = Evidence(rng.normal(0, 1.0, (count, len(EVIDENCE))), np.zeros(count))
    same = rng.random(count) < 1 / (1 + np.exp(-known.log_odds(weights)))
    decisions = tuple(Decision(n, n % 30, bool(one), (n + 1,)) for n, one in enumerate(same))
    return Lesson(decisions, known, np.arange(count))


def test_other_weights_win_where_people_weigh_otherwise_and_not_by_chance() -> None:
    otherwise = np.ones(len(EVIDENCE))
    otherwise[0], otherwise[2] = 3.0, -0.5
    verdict = learning.compare(told(1500, otherwise), None, 0.5)
    assert verdict.better
    assert verdict.new_figures["log_loss"] < verdict.old_figures["log_loss"]
    assert verdict.new.values[0] > 2
    alike = [learning.compare(told(400, np.ones(len(EVIDENCE)), seed), None, 0.5).better for seed in range(8)]
    assert sum(alike) <= 1, "where people agree with the engine nothing is gained"


def test_a_fold_holds_whole_questions() -> None:
    questions = np.arange(200).repeat(3)
    fold = learning._folds(questions)
    assert (fold.reshape(-1, 3) == fold.reshape(-1, 3)[:, :1]).all()
    assert np.bincount(fold, minlength=learning.FOLDS).min() > 0


def test_too_little_is_not_learned_from(cast: Cast, water: list[Case], run_jobs: RunJobs) -> None:
    run_jobs()
    assert actions.learn() is None
    assert not EngineWeights.objects.exists()


def test_a_night_keeps_both_sets_of_figures_and_does_not_switch_by_chance(decided: Question) -> None:
    row = actions.learn()
    assert row is not None
    assert (row.decisions, row.confirmed, row.refused, row.better) == (3, 2, 1, False)
    assert set(row.figures) >= {"old", "new", "gain", "noise", "questions"}
    assert len(row.weights) == len(EVIDENCE)
    assert not EngineChoice.objects.exists()
    assert [event.verb for event in trail.of(row)] == ["engine.learned"]
    assert actions.learn() is None, "nobody has decided anything since"


def test_a_better_fit_is_switched_to_and_a_person_switches_back(
    cast: Cast, decided: Question, register_case: Register, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    wei = cast.viewer("韦晓梅")
    figures = learning.figures(np.array([0.9, 0.2]), np.array([1.0, 0.0]), 0.3)
    better = Verdict(Weights((1.1,) * len(EVIDENCE), 0.1), 0.2, 0.01, figures, figures)
    monkeypatch.setattr(learning, "compare", lambda *args: better)
    row = actions.learn()
    assert row is not None
    choice = EngineChoice.objects.get()
    assert (choice.weights, choice.by, choice.serial) == (row, None, 1)
    assert [event.verb for event in trail.of(choice)] == ["engine.weights_chosen"]
    matching.forget_model()  # what a minute does in the other processes
    assert matching.settings_version().endswith(f"/{row.name}")
    late = register_case("幸福路今晚停水", "幸福路今天晚上停水了，自来水一滴都没有，请恢复供水。", phone="13811111111")
    run_jobs()
    assert Membership.objects.get(case=late).settings_version.endswith(row.name)
    old = Membership.objects.filter(question=decided).exclude(case=late)
    assert not any(one.settings_version.endswith(row.name) for one in old)

    with pytest.raises(BadInput):
        actions.switch(weights=row, reason="再来一次", by=wei)
    back = actions.switch(weights=None, reason="先用随包的", by=wei)
    assert (back.weights, back.by_id, back.serial) == (None, wei.officer_id, 2)
    matching.forget_model()
    assert matching.settings_version().endswith("/default")
    assert [event.verb for event in trail.of(back)] == ["engine.weights_chosen"]
    assert trail.verify().holds


def test_weights_of_an_older_engine_are_not_used(cast: Cast, decided: Question) -> None:
    row = actions.learn()
    assert row is not None
    EngineWeights.objects.filter(pk=row.pk).update(base="1999/old")
    row.refresh_from_db()
    assert matching.weighted(row).name == "default"
    with pytest.raises(BadInput):
        actions.switch(weights=row, reason="旧的", by=cast.viewer("韦晓梅"))


def test_the_threshold_decides_what_is_proposed(
    cast: Cast, water: list[Case], register_case: Register, run_jobs: RunJobs
) -> None:
    wei = cast.viewer("韦晓梅")
    choice = actions.set_threshold(propose_at=0.99, reason="先少看一点", by=wei)
    assert [event.verb for event in trail.of(choice)] == ["engine.threshold_set"]
    matching.forget_model()
    run_jobs()
    actions.group_all()
    assert not Membership.objects.exists()
    actions.set_threshold(propose_at=0.2, reason="漏得太多", by=wei)
    matching.forget_model()
    actions.group_all()
    assert Membership.objects.filter(state="proposed").count() == 3
    for wrong in (0.01, 0.999, 0.2):
        with pytest.raises(BadInput):
            actions.set_threshold(propose_at=wrong, reason="试", by=wei)
    with pytest.raises(NotAllowed):
        actions.set_threshold(propose_at=0.5, reason="试", by=cast.viewer("李小英"))
    with pytest.raises(NotVisible):
        queries.engine_state(cast.viewer("李小英"))


def test_one_case_with_two_matters_is_proposed_to_both(
    cast: Cast, water: list[Case], register_case: Register, run_jobs: RunJobs
) -> None:
    wei = cast.viewer("韦晓梅")
    lamps = [
        register_case(LAMP[0], f"{LAMP[1]}{more}", phone=f"1370000000{n}")
        for n, more in enumerate(("真的很黑。", "请派人来。"))
    ]
    pipes = actions.make(title="幸福路晚上停水", case_ids=[case.pk for case in water], by=wei)
    lights = actions.make(title="江边村路灯不亮", case_ids=[case.pk for case in lamps], by=wei)
    run_jobs()
    both = register_case(
        "幸福路晚上停水，江边村路灯不亮",
        "幸福路一带每天晚上停水，家里没法做饭洗澡，希望恢复供水。另外江边村进村道路的路灯坏了两个月，夜里走路看不见，希望修一修路灯。",
        phone="13722222222",
    )
    run_jobs()
    proposed = set(Membership.objects.filter(case=both, state="proposed").values_list("question_id", flat=True))
    assert proposed == {pipes.pk, lights.pk}
    one = Membership.objects.get(case=both, question=pipes)
    actions.decide(membership_ids=[one.pk], confirm=True, by=wei)
    assert Membership.objects.get(case=both, question=lights).state == "left"


def test_the_page_shows_both_and_takes_a_threshold(cast: Cast, decided: Question) -> None:
    assert actions.learn() is not None
    client = Client()
    client.force_login(cast.officers["韦晓梅"])
    page = client.get("/desk/engine/")
    text = page.content.decode()
    assert page.status_code == 200
    for words in ("对数损失", "说多少，实际多少", "district-1", "把握到多少就提议", "学了 3 个决定"):
        assert words in text
    refused = client.post("/desk/engine/", {"do": "threshold", "percent": "abc", "reason": "想少看一点"})
    assert refused.status_code == 422
    assert "想少看一点" in refused.content.decode()
    assert client.post("/desk/engine/", {"do": "threshold", "percent": "80", "reason": ""}).status_code == 422
    assert client.post("/desk/engine/", {"do": "switch", "weights": "99999", "reason": "试"}).status_code == 404
    taken = client.post("/desk/engine/", {"do": "threshold", "percent": "80", "reason": "先少看一点"})
    assert (taken.status_code, EngineChoice.objects.get().propose_at) == (302, 0.8)
    row = EngineWeights.objects.get()
    switched = client.post("/desk/engine/", {"do": "switch", "weights": str(row.pk), "reason": "看看效果"})
    assert switched.status_code == 302
    history = client.get("/desk/engine/").content.decode()
    assert "看看效果" in history
    assert "先少看一点" in history


@pytest.mark.django_db(transaction=True)
def test_of_two_changes_at_the_same_moment_one_wins(transactional_db: None) -> None:
    from tests.cast import make_cast

    wei = make_cast().viewer("韦晓梅")
    results = at_once(
        lambda: actions.set_threshold(propose_at=0.5, reason="甲", by=wei),
        lambda: actions.set_threshold(propose_at=0.6, reason="乙", by=wei),
    )
    kept = EngineChoice.objects.count()
    assert kept == 2 - sum(isinstance(result, Raced) for result in results)
    assert [row.serial for row in EngineChoice.objects.order_by("serial")] == list(range(1, kept + 1))
