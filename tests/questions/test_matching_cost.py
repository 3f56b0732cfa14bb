"""What finding costs: bounded by what is looked up, never by how many people speak of one event."""

from datetime import timedelta

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import samequestion as engine
from tests.cast import Cast
from tests.conftest import RunJobs
from tests.questions.conftest import WATER, Register
from tongti.cases.models import Case
from tongti.questions import actions, matching, queries
from tongti.questions.matching import heavy
from tongti.questions.models import CaseFeatures, Membership, Question, Vocabulary
from tongti.shared import clock

EVENT = ("翠竹桥塌了", "翠竹桥昨天半夜塌了半边，车和人都过不去，请赶快封路抢修。")


def test_a_burst_about_one_event_ends_in_one_question_and_every_case_costs_the_same(
    cast: Cast, register_case: Register
) -> None:
    now, spent = clock.now(), []
    for n in range(40):
        title, body = EVENT
        case = register_case(
            title, f"{body}我在{n}号楼，{n % 7}点看见的。", received_at=now - timedelta(seconds=40 - n)
        )
        with CaptureQueriesContext(
            connection,
        ) as asked:
            actions.match_case(case_id=case.pk)
        spent.append(len(asked))
    question = Question.objects.get()
    assert (question.proposed_count, Membership.objects.filter(state="proposed").count()) == (40, 40)
    assert max(spent[10:]) <= max(spent[2:10])
    refreshes = Membership.objects.count() and _waiting("refresh_question")
    assert refreshes < 15, "a question of forty is not profiled forty times"


def _waiting(task: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s", [task])
        return int(cursor.fetchone()[0])


def test_reasons_are_composed_once_for_what_the_desk_is_shown(
    cast: Cast, water: list[Case], run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_jobs()
    question = Question.objects.get()
    actions.set_up(question=question, title="幸福路晚上停水", category_id=None, place_id=None, by=cast.viewer("韦晓梅"))
    run_jobs()
    explained: list[int] = []
    score = engine.score

    def watched(asked: object, others: list[object], model: object, explain: int | None = None) -> object:
        explained.append(len(others) if explain is None else explain)
        return score(asked, others, model, explain=explain)

    monkeypatch.setattr(engine, "score", watched)
    found = matching.desk_matches(cast.viewer("李小英"), "幸福路晚上停水，打电话没人接")
    assert [match.kind for match in found] == ["question"]
    assert sum(explained) == len(found) == 1


def test_heavy_keys_are_not_looked_up_and_the_question_is_found_all_the_same(
    cast: Cast, water: list[Case], register_case: Register, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_jobs()
    actions.set_up(
        question=Question.objects.get(),
        title="幸福路晚上停水",
        category_id=None,
        place_id=None,
        by=cast.viewer("韦晓梅"),
    )
    run_jobs()
    # every key that all three cases share is in more rows than a look-up is worth
    monkeypatch.setattr(heavy, "HEAVY_FROM", 3)
    counted = heavy.count("questions_casefeatures")
    assert len(counted.keys) > 0
    assert set(counted.rows.tolist()) == {3}
    too_many = heavy.HeavyKeys(counted.keys, counted.rows + 10_000)
    Vocabulary.objects.create(
        version="heavy", counts=engine.counts_to_bytes(engine.empty_counts()), documents=3,
        case_keys=too_many.to_bytes(), made_at=clock.now(),
    )  # fmt: skip
    matching.forget_model()
    late = register_case("幸福路今晚停水", "幸福路今天晚上停水了，自来水一滴都没有，请恢复供水。", phone="13811111111")
    run_jobs()
    assert Membership.objects.get(case=late).state == "proposed"


def test_heavy_keys_survive_storing() -> None:
    one = heavy.HeavyKeys(np.array([-5, 7], np.int32), np.array([100, 2000], np.uint32))
    again = heavy.HeavyKeys.from_bytes(one.to_bytes())
    asked = np.array([7, 8], np.uint32)
    assert again.expected(asked).tolist() == [2000, heavy.LIGHT]
    assert heavy.HeavyKeys.from_bytes(b"").expected(asked).tolist() == [heavy.LIGHT, heavy.LIGHT]


def test_grouping_makes_features_once(
    cast: Cast, water: list[Case], run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    features, many = engine.features, engine.features_of_all

    def watched(message: engine.Message, model: engine.Model) -> engine.Features:
        made.append(message.id)
        return features(message, model)

    def watched_many(messages: list[engine.Message], model: engine.Model) -> list[engine.Features]:
        made.extend(message.id for message in messages)
        return many(messages, model)

    monkeypatch.setattr(engine, "features_of_all", watched_many)
    monkeypatch.setattr("samequestion.grouping.features", watched)
    actions.group_all()
    assert sorted(name for name in made if name) == sorted(str(case.pk) for case in water)
    made.clear()
    actions.group_all()
    assert [name for name in made if name] == []


def test_proposals_into_open_questions_are_on_the_first_page(
    cast: Cast, water: list[Case], register_case: Register, run_jobs: RunJobs
) -> None:
    wei = cast.viewer("韦晓梅")
    run_jobs()
    question = Question.objects.get()
    assert queries.with_proposals(wei) == (0, 0)
    actions.set_up(question=question, title="幸福路晚上停水", category_id=None, place_id=None, by=wei)
    title, body = WATER[1]
    register_case(title, f"{body}都好几天了。", phone="13822222222")
    run_jobs()
    assert queries.with_proposals(wei) == (1, 1)
    assert list(queries.workbench(wei, "proposed").rows) == [question]
    assert queries.with_proposals(cast.viewer("农志明")) == (0, 0)
    from django.test import Client

    client = Client()
    client.force_login(cast.officers["韦晓梅"])
    page = client.get("/desk/").content.decode()
    assert "像是已立的题，待核对的诉求" in page
    assert "?tab=proposed" in page
    assert "1 件待核对" in " ".join(
        client.get("/desk/questions/?tab=proposed")
        .content.decode()
        .replace('<span class="num">', "")
        .replace("</span>", "")
        .split()
    )
    assert CaseFeatures.objects.count() == 4
