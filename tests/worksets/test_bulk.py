"""批量办理: one step on many, each row by the single action, with what it refused and why."""

import pytest
from python_calamine import CalamineWorkbook

from tongti.cases import actions as cases
from tongti.cases.models import Case
from tongti.shared.errors import BadInput, NotAllowed, NotVisible
from tongti.supervision.models import Item
from tongti.trail import queries as trail
from tongti.units.models import Post
from tongti.worksets import actions, queries
from tongti.worksets.actions import bulk as asking
from tongti.worksets.actions import running
from tongti.worksets.errors import NothingChosen, NotRunning, TooManyRows
from tongti.worksets.filters import CasesAsked
from tongti.worksets.models import Bulk


@pytest.fixture
def three(story):
    """Three calls that nobody has yet."""
    return [story.call(f"停水 {n}") for n in range(3)]


def rows_of(bulk):
    return CalamineWorkbook.from_path(str(queries.file_of(bulk))).get_sheet_by_index(0).to_python()[1:]


def filed(of, category, **facts):
    return actions.ask_bulk(of=of, verb="category", category=category, **facts)


def test_a_category_is_set_on_many_and_a_raced_row_stops_nobody(three, cast, run_jobs):
    clerk = cast.viewer("李小英")
    other = next(one for name, one in cast.categories.items() if name != "供水")
    bulk = filed("cases", other.pk, ids=[case.pk for case in three], by=clerk)
    cases.withdraw(case=three[1], by=clerk)  # somebody was faster
    assert "run_bulk" in run_jobs()
    bulk.refresh_from_db()
    assert (bulk.state, bulk.total, bulk.done, bulk.failed) == ("done", 3, 2, 1)
    assert [case.category_id == other.pk for case in Case.objects.order_by("pk")] == [True, False, True]
    result = {row[1]: row[8:] for row in rows_of(bulk)}
    assert result[three[0].number] == ["办成", ""]
    assert result[three[1].number][0] == "没有办成"
    assert "撤回" in result[three[1].number][1]
    assert "case.corrected" in [event.verb for event in trail.of(three[0])]
    assert [event.verb for event in trail.of(bulk)] == ["bulk.finished", "bulk.asked"]


def test_a_job_that_runs_again_does_nothing_twice(three, cast, monkeypatch, run_jobs):
    clerk = cast.viewer("李小英")
    other = next(one for name, one in cast.categories.items() if name != "供水")
    bulk = filed("cases", other.pk, ids=[case.pk for case in three], by=clerk)
    died = []

    def dies(row_id, *rest):
        if died:
            raise KeyboardInterrupt
        died.append(row_id)
        return done(row_id, *rest)

    done = running._do
    monkeypatch.setattr(running, "_do", dies)
    with pytest.raises(KeyboardInterrupt):
        actions.run_bulk(bulk_id=bulk.pk)
    monkeypatch.setattr(running, "_do", done)
    bulk.refresh_from_db()
    assert (bulk.state, bulk.done) == ("running", 1)
    actions.run_bulk(bulk_id=bulk.pk)
    actions.run_bulk(bulk_id=bulk.pk)
    bulk.refresh_from_db()
    assert (bulk.state, bulk.done, len(rows_of(bulk))) == ("done", 3, 3)
    for case in three:
        assert [event.verb for event in trail.of(case)].count("case.corrected") == 1


def test_rows_that_one_may_not_see_are_not_taken(three, cast):
    leader = cast.viewer("陆局长")
    with pytest.raises(NothingChosen):
        actions.ask_bulk(of="cases", verb="list", ids=[case.pk for case in three], by=leader)
    with pytest.raises(NotAllowed):
        filed("cases", cast.categories["供水"].pk, ids=[three[0].pk], by=leader)


def test_a_post_that_ended_meanwhile_ends_the_run(three, cast, run_jobs):
    clerk = cast.viewer("李小英")
    other = next(one for name, one in cast.categories.items() if name != "供水")
    bulk = filed("cases", other.pk, everything=CasesAsked(), by=clerk)
    Post.objects.filter(officer_id=clerk.officer_id).delete()
    run_jobs()
    bulk.refresh_from_db()
    assert (bulk.done, bulk.failed) == (0, 3)
    assert not Case.objects.filter(category=other).exists()


def test_it_can_be_stopped_and_says_what_was_left(three, cast, run_jobs):
    clerk = cast.viewer("李小英")
    bulk = filed("cases", cast.categories["供水"].pk, everything=CasesAsked(), by=clerk)
    with pytest.raises(NotVisible):
        actions.stop_bulk(bulk=bulk, by=cast.viewer("韦晓梅"))
    actions.stop_bulk(bulk=bulk, by=clerk)
    run_jobs()
    bulk.refresh_from_db()
    assert (bulk.state, bulk.done) == ("stopped", 0)
    assert [row[8] for row in rows_of(bulk)] == ["还没有办"] * 3
    with pytest.raises(NotRunning):
        actions.stop_bulk(bulk=bulk, by=clerk)


def test_too_many_are_refused_with_a_sentence(three, cast, monkeypatch):
    monkeypatch.setattr(asking, "MOST", 2)
    with pytest.raises(TooManyRows, match="先筛选"):
        filed("cases", cast.categories["供水"].pk, everything=CasesAsked(), by=cast.viewer("李小英"))


def test_cases_join_a_question_and_those_that_have_one_say_so(story, three, cast, run_jobs):
    question = story.question_of(three[:2])
    bulk = actions.ask_bulk(
        of="cases", verb="join", question=question.number, ids=[case.pk for case in three], by=cast.viewer("韦晓梅")
    )
    run_jobs()
    bulk.refresh_from_db()
    question.refresh_from_db()
    assert (bulk.done, bulk.failed, question.case_count) == (1, 2, 3)
    for typed in ("", "TT-1999-0001"):
        with pytest.raises(BadInput):
            actions.ask_bulk(of="cases", verb="join", question=typed, ids=[three[0].pk], by=cast.viewer("韦晓梅"))


def test_units_are_reminded_once_each(story, cast, run_jobs, on_friday):
    question = story.question(callers=2)
    story.dispatch(question)
    supervisor = cast.viewer("莫刚")

    def remind():
        bulk = actions.ask_bulk(of="questions", verb="remind", words="请抓紧答复", ids=[question.pk], by=supervisor)
        run_jobs()
        bulk.refresh_from_db()
        return bulk.done, bulk.failed

    assert remind() == (1, 0)
    assert Item.objects.get().rung == "remind"
    assert remind() == (0, 1)  # it is under supervision already
    with pytest.raises(BadInput):
        actions.ask_bulk(of="questions", verb="remind", words="问 13800138000", ids=[question.pk], by=supervisor)


def test_a_list_leaves_the_house_with_numbers_starred_and_on_the_trail(story, cast, run_jobs, signed_in):
    story.call("停水", title="找我 13712345678")
    bulk = actions.ask_bulk(of="cases", verb="list", everything=CasesAsked(), by=cast.viewer("韦晓梅"))
    run_jobs()
    office = signed_in("韦晓梅")
    answer = office.post(f"/desk/bulk/{bulk.pk}/file/")
    assert answer.status_code == 200
    assert answer.getvalue()[:2] == b"PK"
    bulk.refresh_from_db()
    assert "13712345678" not in str(rows_of(bulk))
    assert trail.of(bulk)[0].verb == "bulk.taken"
    assert signed_in("莫刚").post(f"/desk/bulk/{bulk.pk}/file/").status_code == 404


def test_old_results_are_thrown_away(three, cast, run_jobs):
    from datetime import timedelta

    bulk = filed("cases", cast.categories["供水"].pk, everything=CasesAsked(), by=cast.viewer("李小英"))
    run_jobs()
    bulk.refresh_from_db()
    path = queries.file_of(bulk)
    Bulk.objects.update(finished_at=bulk.finished_at - timedelta(days=8))
    assert actions.tidy_bulks() == 1
    assert not path.exists()
    bulk.refresh_from_db()
    assert bulk.state == "expired"


def test_the_pages_from_the_list_to_the_result(three, signed_in, cast, run_jobs):
    clerk = signed_in("李小英")
    assert "批量办理勾选的" in clerk.get("/desk/inbox/").content.decode()
    assert clerk.post("/desk/bulk/new/", {"of": "cases"}).status_code == 302
    picked = {"of": "cases", "pk": [case.pk for case in three[:2]]}
    assert "选中 2 件" in clerk.post("/desk/bulk/new/", picked).content.decode()
    refused = clerk.post("/desk/bulk/new/", {**picked, "go": "1", "verb": "category"})
    assert refused.status_code == 422
    assert "请选一个分类" in refused.content.decode()
    every = {"of": "cases", "all": "1", "in_state": "registered"}
    assert "现在 3 件" in clerk.post("/desk/bulk/new/", every).content.decode()
    other = next(one for name, one in cast.categories.items() if name != "供水")
    done = clerk.post("/desk/bulk/new/", {**every, "go": "1", "verb": "category", "category": other.pk})
    bulk = Bulk.objects.get()
    assert done.headers["Location"] == f"/desk/bulk/{bulk.pk}/"
    assert "停下" in clerk.get(f"/desk/bulk/{bulk.pk}/").content.decode()
    run_jobs()
    assert "HX-Refresh" in clerk.get(f"/desk/bulk/{bulk.pk}/status/").headers
    page = clerk.get(f"/desk/bulk/{bulk.pk}/").content.decode()
    assert "办成 3 件" in page
    assert "下载结果" in page
    assert clerk.get("/desk/bulk/").status_code == 200
