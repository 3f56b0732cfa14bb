"""One box: what is found, by whom, and how a wrong key is forgiven."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.parties.firms import code, entered
from tests.verdicts.conftest import sign
from tongti.search import queries
from tongti.search.models import Learned, Term


def found(viewer, typed, kind="cases", **how):
    """Ids of one kind."""
    groups = {group.code: group for group in queries.find(viewer, typed, kind=kind, **how).groups}
    return [hit.pk for hit in groups[kind].hits]


@pytest.fixture
def water(told):
    return told("幸福路晚上七点以后停水，六楼没有水。", title="幸福路停水", phone="13800138000")


@pytest.fixture
def lamp(told):
    return told("幸福路的路灯不亮，晚上看不见。", title="路灯坏了", phone="13900139000")


def test_words_must_all_occur_and_signs_do_no_harm(cast, water, lamp):
    clerk = cast.viewer("李小英")
    assert found(clerk, "幸福路") == [lamp.pk, water.pk]
    assert found(clerk, "幸福路 停水") == [water.pk]
    assert found(clerk, "o'b & | ! (停水") == []
    assert queries.find(clerk, "\0 ' \\").total == 0


def test_the_line_says_where_it_was_found_and_marks_it(cast, lamp):
    (hit,) = queries.find(cast.viewer("李小英"), "看不见").groups[0].hits
    assert (hit.field, hit.title, hit.state) == ("原话", "路灯坏了", "registered")
    assert "看不见" in hit.excerpt


def test_numbers_of_people_are_starred_in_the_line(cast, told):
    told("路灯不亮，找我 13712345678，晚上看不见。", title="路灯")
    (hit,) = queries.find(cast.viewer("李小英"), "看不见").groups[0].hits
    assert "13712345678" not in hit.excerpt
    assert "***" in hit.excerpt


@pytest.mark.parametrize(
    ("typed", "right"), [("幸福陆", "幸福路"), ("幸福陆停水", "幸福路"), ("停谁", "停水"), ("辛福路", "幸福路")]
)
def test_a_slip_is_forgiven_and_said(cast, water, learned, typed, right):
    learned()
    clerk = cast.viewer("李小英")
    got = queries.find(clerk, typed)
    assert [hit.pk for hit in got.groups[0].hits] == [water.pk]
    assert got.right == right
    assert got.wrong != got.right


@pytest.mark.parametrize("typed", ["xfl", "xingfulu", "xfl 停水", "XFL", "xfl tingshui"])
def test_initials_and_pinyin_lead_to_the_name(cast, water, learned, typed):
    learned()
    got = queries.find(cast.viewer("李小英"), typed)
    assert water.pk in [hit.pk for hit in got.groups[0].hits]


def test_what_one_may_not_see_is_not_found_not_counted_and_not_suggested(cast, water, learned):
    """农志明 sees nothing of it, not even that there is such a road."""
    learned()
    stranger = cast.viewer("农志明")
    for typed in (water.number, "幸福路", "幸福陆", "xfl", "8000", "临江镇"):
        got = queries.find(stranger, typed)
        assert got.total == 0
        assert {group.count for group in got.groups} == {"0"}
        assert got.right == ""


def test_a_whole_number_opens_its_case_whatever_dashes(cast, water):
    clerk = cast.viewer("李小英")
    for typed in (water.number, water.number.replace("-", ""), water.number.replace("-", " ")):
        assert queries.find(clerk, typed).only == ("cases", water.pk)
    wrong = water.number[:-1] + str((int(water.number[-1]) + 1) % 10)
    assert "校验码" in queries.find(clerk, wrong).fault


def test_the_tail_of_a_phone_is_for_those_who_see_identities(cast, water):
    assert found(cast.viewer("李小英"), "8000") == [water.pk]
    assert found(cast.viewer("李小英"), "138 0013 8000") == [water.pk]
    assert found(cast.viewer("莫刚"), "8000") == []
    assert found(cast.viewer("黄志强"), "13800138000") == []


def test_a_place_or_unit_by_its_name_narrows(cast, told):
    here = told("晚上停水", place_id=cast.regions["幸福社区"].pk)
    told("晚上停水", place_id=cast.regions["大塘村"].pk)
    clerk = cast.viewer("李小英")
    assert found(clerk, "临江镇 停水") == [here.pk]
    assert queries.find(clerk, "临江镇 停水").place == "临江镇"
    assert found(clerk, "临江镇 停水", plain=True) == []
    assert len(found(clerk, "热线办 停水")) == 2
    assert found(clerk, "水利局 停水") == []


def test_a_place_that_holds_nothing_is_looked_for_as_words(cast, told):
    case = told("临江镇 停水了")
    got = queries.find(cast.viewer("李小英"), "临江镇 停水")
    assert [hit.pk for hit in got.groups[0].hits] == [case.pk]
    assert got.place == ""


def test_firms_are_found_by_part_and_by_initials_by_those_who_read_the_register(cast, learned):
    firm = entered("云岭区龙腾食品有限公司", credit_code=code(71))
    learned()
    clerk = cast.viewer("李小英")
    assert found(clerk, "龙腾食品", "firms") == [firm.pk]
    assert found(clerk, "ylqltsp", "firms") == [firm.pk]
    assert found(cast.viewer("覃丽"), "龙腾食品", "firms") == []
    assert "firms" not in {group.code for group in queries.find(cast.viewer("覃红"), "龙腾食品").groups}


def test_questions_and_their_signed_answers_are_found(story, cast, learned, on_friday):
    question = story.question(callers=2)
    story.dispatch(question, helpers=[], territory_id=None)
    story.accept("水利局", "黄志强")
    sign(story, question=question)
    learned()
    clerk = cast.viewer("李小英")
    assert found(clerk, question.number, "questions") == [question.pk]
    assert queries.find(clerk, question.number).only == ("questions", question.pk)
    (hit,) = next(group for group in queries.find(clerk, "漏水 水压").groups if group.code == "answers").hits
    assert (hit.pk, hit.field) == (question.answers.get().pk, "办理结果")
    assert found(cast.viewer("黄志强"), "漏水 水压", "answers") == [hit.pk]
    assert found(cast.viewer("农志明"), "漏水 水压", "answers") == []


def test_pages_go_on_by_key_and_counts_are_capped(cast, told, monkeypatch):
    cases = [told("停水了") for _ in range(4)]
    monkeypatch.setattr("tongti.search.queries.finding.SIZE", 3)
    clerk = cast.viewer("李小英")
    first = queries.find(clerk, "停水", kind="cases").groups[0]
    second = queries.find(clerk, "停水", kind="cases", cursor=first.next_cursor).groups[0]
    assert [hit.pk for hit in (*first.hits, *second.hits)] == [case.pk for case in reversed(cases)]
    assert second.next_cursor == ""
    # more than can be sorted: the same pages along the index
    monkeypatch.setattr("tongti.shared.capped.CAP", 2)
    many = queries.find(clerk, "停水", kind="cases").groups[0]
    assert (many.hits, many.count) == (first.hits, "99+")
    beyond = queries.find(clerk, "停水", kind="cases", cursor=many.next_cursor).groups[0]
    assert [hit.pk for hit in beyond.hits] == [hit.pk for hit in second.hits]
    assert queries.find(clerk, "停水", kind="questions").groups[0].count == "99+"


def test_one_search_costs_a_fixed_number_of_statements(cast, told, learned):
    for n in range(6):
        told(f"幸福路停水 {n}")
    learned()
    queries.find(cast.viewer("李小英"), "停水")
    with CaptureQueriesContext(connection) as few:
        queries.find(cast.viewer("李小英"), "停水")
    assert len(few) <= 12


def test_learning_twice_counts_once(cast, water, lamp, learned):
    assert learned() > 0
    before = dict(Term.objects.values_list("text", "weight"))
    assert before["停水"] == 1
    assert before["晚上"] == 2
    assert learned() == 0
    assert dict(Term.objects.values_list("text", "weight")) == before
    assert Learned.objects.get(source="cases").last_id == max(water.pk, lamp.pk)


def test_a_name_that_is_gone_is_told_at_night(cast, learned):
    from tongti.search import actions
    from tongti.units.models import Unit

    learned()
    unit = Unit.objects.get(short_name="供电局")
    Unit.objects.filter(pk=unit.pk).update(short_name="供电所")
    actions.learn_whole()
    assert set(Term.objects.filter(kind="unit", about=unit.pk).values_list("text", flat=True)) == {"供电所", unit.name}
