"""What finding costs: bounded by what is looked up, never by how many people speak of one event."""

import sys
from datetime import timedelta

import numpy as np
import pytest
from django.db import connection
from django.db.backends.utils import CursorWrapper
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


def test_the_desk_panel_compares_once_and_explains_nothing(
    cast: Cast, water: list[Case], run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reasons with weights are for proposals; beside the form stand the words that both sides say."""
    run_jobs()
    question = Question.objects.get()
    actions.set_up(question=question, title="幸福路晚上停水", category_id=None, place_id=None, by=cast.viewer("韦晓梅"))
    run_jobs()
    compared: list[int] = []
    scores = engine.scores

    def watched(asked: engine.Features, others: list[bytes], model: engine.Model) -> engine.Scores:
        compared.append(len(others))
        return scores(asked, others, model)

    def explained(found: engine.Scores, chosen: dict[int, engine.Features]) -> dict[int, engine.Comparison]:
        raise AssertionError("nobody reads reasons while typing")

    monkeypatch.setattr(engine, "scores", watched)
    monkeypatch.setattr(engine.Scores, "why", explained)
    found = matching.desk_matches(cast.viewer("李小英"), "幸福路晚上停水，打电话没人接")
    assert [match.kind for match in found] == ["question"]
    assert len(compared) == 1, "questions and cases are compared in one go"
    assert "停水" in found[0].shared_words


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


# --- what each look asks of the database, and how the database answers it ------------------------------------------------

MATCH_QUERIES = 26
BIG = ("cases_case", "questions_casefeatures", "questions_question", "questions_membership")
ASKED = "幸福路晚上停水，自来水公司电话打不通"


@pytest.fixture
def crowded(water: list[Case], register_case: Register, cast: Cast, run_jobs: RunJobs) -> list[Case]:
    """The three about the water, cleared for the public, among four thousand rows of everything."""
    run_jobs()
    wei, question = cast.viewer("韦晓梅"), Question.objects.get()
    actions.set_up(question=question, title="幸福路晚上停水", category_id=None, place_id=None, by=wei)
    actions.clear_for_public(question=question, public_title="幸福路一带停水", by=wei)
    run_jobs()
    with connection.cursor() as cursor:
        for table, fresh in (
            ("cases_case", {"id": "%s", "number": "'X' || %s", "serial": "%s", "key": "gen_random_uuid()"}),
            ("questions_casefeatures", {"case_id": "%s", "keys": "ARRAY(SELECT (random() * 1e9)::int + %s * 0 FROM generate_series(1, 30))"}),
            ("questions_question", {"id": "%s", "number": "'X' || %s", "keys": "ARRAY[%s + 100, %s + 200]"}),
            ("questions_membership", {"id": "%s", "case_id": "%s", "question_id": "%s"}),
        ):  # fmt: skip
            _multiply(cursor, table, fresh)
    return water


def _multiply(cursor: CursorWrapper, table: str, fresh: dict[str, str]) -> None:
    """The first row of a table four thousand times, with columns that differ written from its number."""
    cursor.execute(f"SELECT * FROM {table} LIMIT 0")
    columns = [column.name for column in cursor.description]
    values = [fresh[name].replace("%s", "n") if name in fresh else f'"{name}"' for name in columns]
    names = ", ".join(f'"{name}"' for name in columns)
    cursor.execute(
        f"INSERT INTO {table} ({names}) SELECT {', '.join(values)} FROM (SELECT * FROM {table} LIMIT 1) AS one, "
        "generate_series(1000001, 1004000) AS n"
    )
    cursor.execute(f"ANALYZE {table}")


def _plans(asked: CaptureQueriesContext) -> list[str]:
    with connection.cursor() as cursor:
        plans = []
        for query in asked.captured_queries:
            if query["sql"].startswith(("SELECT", "WITH", "UPDATE")) and any(table in query["sql"] for table in BIG):
                cursor.execute("EXPLAIN " + query["sql"])
                plans.append("\n".join(row[0] for row in cursor.fetchall()))
        return plans


def _read_whole(asked: CaptureQueriesContext) -> list[str]:
    return [plan for plan in _plans(asked) if any(f"Seq Scan on {table}" in plan for table in BIG)]


def test_a_panel_asks_little_and_reads_no_table_through(cast: Cast, crowded: list[Case]) -> None:
    clerk = cast.viewer("李小英")
    matching.model()
    with CaptureQueriesContext(connection) as public:
        assert [match.asker_count for match in matching.public_matches(ASKED)] == [3]
    with CaptureQueriesContext(connection) as desk:
        assert [match.kind for match in matching.desk_matches(clerk, ASKED)] == ["question"]
    assert len(public) <= 3
    assert len(desk) <= 4
    assert len(_plans(public)) >= 2, "otherwise nothing was looked at"
    assert _read_whole(public) == []
    assert _read_whole(desk) == []


def test_a_new_case_asks_a_bounded_number_of_things_and_reads_no_table_through(
    cast: Cast, crowded: list[Case], register_case: Register
) -> None:
    matching.model()
    late = register_case("幸福路今晚停水", "幸福路今天晚上停水了，自来水一滴都没有，请恢复供水。", phone="13811111111")
    with CaptureQueriesContext(connection) as asked:
        actions.match_case(case_id=late.pk)
    assert Membership.objects.get(case=late).state == "proposed"
    assert len(asked) <= MATCH_QUERIES
    assert len(_plans(asked)) >= 8, "otherwise nothing was looked at"
    assert _read_whole(asked) == []


# --- word frequencies ------------------------------------------------------------------------------------------------------


def test_words_are_counted_page_by_page_and_each_question_once(
    cast: Cast, water: list[Case], register_case: Register, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    lamp = register_case("江边村路灯不亮", "江边村进村道路的路灯坏了两个月，夜里走路看不见。", place="龙腾街道")
    run_jobs()
    # the package gives the function of this name
    monkeypatch.setattr(sys.modules["tongti.questions.matching.clusters"], "COUNTED_TOGETHER", 2)
    counted = matching.count_words()
    model = engine.load_default_model()
    told = [engine.features(matching.message_of(case), model) for case in (water[0], lamp)]
    expected = engine.df_update(engine.empty_counts(model.settings.df_bits), told)
    assert counted.documents == 2
    assert counted.counts == engine.counts_to_bytes(expected)


def test_members_are_sampled_from_both_ends_and_proposed_ones_while_members_are_few(
    cast: Cast, water: list[Case], run_jobs: RunJobs
) -> None:
    run_jobs()
    question = Question.objects.get()
    rows = list(Membership.objects.order_by("pk"))
    ids = [row.case_id for row in rows]
    assert matching.member_samples([question.pk, 987_654]) == {question.pk: ids, 987_654: []}
    assert matching.member_samples([question.pk], 2) == {question.pk: [ids[0], ids[2]]}
    wei = cast.viewer("韦晓梅")
    actions.set_up(
        question=question, title="幸福路晚上停水", category_id=None, place_id=None, by=wei, membership_ids=[rows[2].pk]
    )
    assert matching.member_samples([question.pk], 1) == {question.pk: [ids[2]]}
    assert matching.member_samples([question.pk]) == {question.pk: [ids[2], ids[0], ids[1]]}
    assert matching.member_samples([]) == {}
