"""The engine puts like cases together; people decide, and their decisions hold for ever."""

import pytest

from tests.cast import Cast
from tests.conftest import RunJobs
from tests.questions.conftest import LAMP, Register
from tongti.cases.models import Case
from tongti.questions import actions, matching, queries
from tongti.questions.errors import WrongState
from tongti.questions.models import CaseFeatures, Membership, Question, Vocabulary
from tongti.shared.errors import Raced
from tongti.trail import queries as trail


def test_three_residents_one_candidate(
    cast: Cast, water: list[Case], register_case: Register, run_jobs: RunJobs
) -> None:
    lamp = register_case(*LAMP, place="龙腾街道")
    run_jobs()
    question = Question.objects.get()
    assert question.state == "candidate"
    assert question.title
    rows = Membership.objects.filter(question=question).order_by("case_id")
    assert [row.case_id for row in rows] == [c.pk for c in water]
    assert {row.state for row in rows} == {"proposed"}
    assert all(row.probability > 0.2 and row.reasons and row.settings_version for row in rows)
    assert question.proposed_count == 3
    assert not Membership.objects.filter(case=lamp).exists()
    assert CaseFeatures.objects.filter(matched_at__isnull=False).count() == 4
    assert trail.verify().holds


def test_matching_twice_changes_nothing(cast: Cast, water: list[Case], run_jobs: RunJobs) -> None:
    run_jobs()
    for case in water:
        assert actions.match_case(case_id=case.pk).question_id is None
    assert Question.objects.count() == 1
    assert Membership.objects.count() == 3
    assert actions.match_case(case_id=987_654).question_id is None


def test_a_new_case_is_proposed_to_the_question_people_made(
    cast: Cast, water: list[Case], register_case: Register, run_jobs: RunJobs
) -> None:
    run_jobs()
    question = Question.objects.get()
    actions.set_up(question=question, title="幸福路晚上停水", category_id=None, place_id=None, by=cast.viewer("韦晓梅"))
    run_jobs()
    late = register_case("幸福路今晚停水", "幸福路今天晚上停水了，自来水一滴都没有，请恢复供水。", phone="13811111111")
    run_jobs()
    row = Membership.objects.get(case=late)
    assert (row.question_id, row.state, row.how) == (question.pk, "proposed", "engine")
    question.refresh_from_db()
    assert (question.state, question.case_count, question.proposed_count) == ("set_up", 3, 1)


def test_a_refusal_is_remembered_for_ever(
    cast: Cast, water: list[Case], register_case: Register, run_jobs: RunJobs
) -> None:
    wei = cast.viewer("韦晓梅")
    run_jobs()
    question = Question.objects.get()
    refused = Membership.objects.get(case=water[2])
    decided = actions.decide(membership_ids=[refused.pk], confirm=False, by=wei, note="是另一段管")
    assert (decided.done, decided.passed) == (1, 0)
    with pytest.raises(Raced):
        actions.decide(membership_ids=[refused.pk], confirm=True, by=wei)
    actions.set_up(question=question, title="幸福路停水", category_id=None, place_id=None, by=wei)
    run_jobs()
    # asked again in every way: the job, the whole database
    actions.match_case(case_id=water[2].pk)
    actions.group_all()
    assert Membership.objects.get(case=water[2]).state == "refused"
    assert next(e.verb for e in trail.of(water[2])) == "case.refused_by_question"
    # a person may still change her mind
    actions.join(case_ids=[water[2].pk], question=question, by=wei)
    assert Membership.objects.get(case=water[2]).state == "active"


def test_a_dropped_candidate_does_not_come_back(cast: Cast, water: list[Case], run_jobs: RunJobs) -> None:
    run_jobs()
    question = Question.objects.get()
    actions.drop(question=question, reason="三处不同的管道", by=cast.viewer("韦晓梅"))
    for case in water:
        actions.match_case(case_id=case.pk)
    assert Question.objects.count() == 1


def test_a_candidate_with_nobody_left_ends(cast: Cast, water: list[Case], run_jobs: RunJobs) -> None:
    run_jobs()
    rows = Membership.objects.values_list("pk", flat=True)
    actions.decide(membership_ids=list(rows), confirm=False, by=cast.viewer("韦晓梅"))
    assert Question.objects.get().state == "dropped"


def test_set_up_confirms_the_chosen_and_is_undone(cast: Cast, water: list[Case], run_jobs: RunJobs) -> None:
    wei = cast.viewer("韦晓梅")
    run_jobs()
    question = Question.objects.get()
    chosen = list(Membership.objects.filter(case__in=water[:2]).values_list("pk", flat=True))
    title_before, before = (
        question.title,
        list(Membership.objects.order_by("pk").values_list("case_id", "state", "how")),
    )
    actions.set_up(
        question=question,
        title=" 幸福路  晚上停水 ",
        category_id=cast.categories["供水"].pk,
        place_id=cast.regions["临江镇"].pk,
        by=wei,
        membership_ids=chosen,
    )
    assert (question.state, question.title) == ("set_up", "幸福路 晚上停水")
    assert (question.case_count, question.proposed_count) == (2, 1)
    with pytest.raises(WrongState):
        actions.set_up(question=question, title="又来", category_id=None, place_id=None, by=wei)
    actions.undo(rearrangement=question.rearrangements.get(), by=wei)
    question.refresh_from_db()
    assert (question.state, question.case_count, question.proposed_count) == ("candidate", 0, 3)
    assert list(Membership.objects.order_by("pk").values_list("case_id", "state", "how")) == before
    assert title_before


def test_grouping_everything_agrees_and_repeats_quietly(cast: Cast, water: list[Case], register_case: Register) -> None:
    register_case(*LAMP, place="龙腾街道")
    steps: list[str] = []
    first = actions.group_all(progress=lambda step, share: steps.append(step))
    assert (first.cases, first.new_questions, first.proposals) == (4, 1, 3)
    assert steps
    assert first.largest[0][2] == 3
    again = actions.group_all()
    assert (again.new_questions, again.proposals) == (0, 0)
    assert Vocabulary.objects.count() == 1


def test_grouping_adds_to_what_people_made(cast: Cast, water: list[Case], register_case: Register) -> None:
    question = actions.make(title="幸福路停水", case_ids=[c.pk for c in water[:2]], by=cast.viewer("韦晓梅"))
    actions.group_all()
    row = Membership.objects.get(case=water[2])
    assert (row.question_id, row.state) == (question.pk, "proposed")


def test_the_public_sees_cleared_titles_only(cast: Cast, water: list[Case], run_jobs: RunJobs) -> None:
    wei = cast.viewer("韦晓梅")
    run_jobs()
    question = Question.objects.get()
    actions.set_up(question=question, title="幸福路晚上停水", category_id=None, place_id=None, by=wei)
    run_jobs()
    typed = "幸福路晚上又停水了，自来水什么时候来"
    assert matching.public_matches(typed) == []
    actions.clear_for_public(question=question, public_title="幸福路一带晚高峰停水", by=wei)
    run_jobs()
    found = matching.public_matches(typed)
    assert [(m.question_id, m.title, m.asker_count) for m in found] == [(question.pk, "幸福路一带晚高峰停水", 3)]
    assert found[0].shared_words
    assert all(word in "幸福路一带晚高峰停水" for word in found[0].shared_words)
    assert matching.public_matches("楼下烧烤店油烟太大") == []
    assert matching.public_matches("停") == []
    actions.unclear(question=question, by=wei)
    assert matching.public_matches(typed) == []


def test_the_desk_sees_questions_and_single_cases(
    cast: Cast, water: list[Case], register_case: Register, run_jobs: RunJobs
) -> None:
    wei = cast.viewer("韦晓梅")
    lamp = register_case(*LAMP, place="龙腾街道")
    run_jobs()
    question = Question.objects.get()
    actions.set_up(question=question, title="幸福路晚上停水", category_id=None, place_id=None, by=wei)
    run_jobs()
    found = matching.desk_matches(cast.viewer("李小英"), "幸福路晚上停水，打电话没人接")
    assert [(m.kind, m.pk) for m in found] == [("question", question.pk)]
    assert {"幸福路", "停水"} <= set(found[0].shared_words)
    found = matching.desk_matches(cast.viewer("李小英"), "江边村进村的路灯不亮，夜里走路看不见")
    assert [(m.kind, m.pk) for m in found] == [("case", lamp.pk)]
    assert matching.desk_matches(cast.viewer("农志明"), "幸福路晚上停水，打电话没人接") == []


def test_proposals_are_seen_with_their_reasons(cast: Cast, water: list[Case], run_jobs: RunJobs) -> None:
    wei = cast.viewer("韦晓梅")
    run_jobs()
    question = Question.objects.get()
    page = queries.proposals(wei, question)
    assert len(page.rows) == 3
    assert [t.count for t in queries.tabs(wei) if t.code == "candidate"] == [1]
    assert list(queries.workbench(wei, "candidate").rows) == [question]
    assert queries.proposals(cast.viewer("农志明"), question).rows == []


@pytest.mark.parametrize(
    "words", ["", "。。。！！！", "👍" * 40, "水" * 7000, "tingshui xingfulu", "幸福路晚上停水" * 900]
)
def test_whatever_people_send_is_matched_without_complaint(
    cast: Cast, register_case: Register, run_jobs: RunJobs, words: str
) -> None:
    # the form refuses what is not words; older rows and other doors may hold it all the same
    case = register_case("停水", "停水")
    Case.objects.filter(pk=case.pk).update(title="", body=words)
    run_jobs()
    matching.public_matches(words)
    assert CaseFeatures.objects.count() == 1
