"""Who sees which case, and how it is found."""

import pytest

from tongti.cases import queries
from tongti.cases.queries import Filters
from tongti.shared.errors import NotVisible
from tongti.shared.numbers import query_code
from tongti.web.desk.cases_forms import named_categories


@pytest.mark.parametrize(
    ("who", "sees"),
    [("李小英", True), ("韦晓梅", True), ("黄志强", True), ("陆局长", True), ("陆斌", True), ("莫刚", True), ("何区长", True),
     ("农志明", False), ("覃丽", False), ("赵工", False), ("周审", False)],
)  # fmt: skip
def test_a_dispatched_case_is_seen_by_those_who_take_part(dispatched, cast, who, sees):
    case = dispatched()
    viewer = cast.viewer(who)
    if sees:
        assert queries.case_for(viewer, case.pk) == case
        assert list(queries.inbox(viewer, Filters()).rows) == [case]
    else:
        with pytest.raises(NotVisible):
            queries.case_for(viewer, case.pk)
        assert not queries.inbox(viewer, Filters()).rows
        assert not queries.search(viewer, case.number).page.rows


def test_a_number_is_found_however_it_is_typed(registered, cast):
    case = registered()
    clerk = cast.viewer("李小英")
    year, serial, check = case.number.split("-")
    for typed in (
        case.number,
        f"{year}{serial}{check}",
        f"{year} {serial} {check}",
        f"{year}－{serial}－{check}".translate({0x30: 0xFF10}),
    ):
        assert queries.case_for(clerk, typed) == case
        assert list(queries.search(clerk, typed).page.rows) == [case]


def test_a_wrong_digit_is_explained(registered, cast):
    case = registered()
    wrong = case.number[:-1] + str((int(case.number[-1]) + 1) % 10)
    found = queries.search(cast.viewer("李小英"), wrong)
    assert not found.page.rows
    assert "校验码" in found.number_fault


def test_a_phone_finds_by_all_or_by_its_last_four(registered, cast):
    mine, _other = registered(phone="13800138000"), registered(phone="13900139001")
    clerk = cast.viewer("李小英")
    for typed in ("13800138000", "138 0013 8000", "+86 13800138000", "8000"):
        assert list(queries.search(clerk, typed).page.rows) == [mine]
    # those who may not see identities cannot go fishing with numbers
    assert not queries.search(cast.viewer("莫刚"), "8000").page.rows


def test_all_words_must_occur(registered, cast):
    water, lamp = registered(), registered(body="幸福路的路灯坏了，晚上很黑。")
    clerk = cast.viewer("李小英")
    assert set(queries.search(clerk, "幸福路").page.rows) == {water, lamp}
    assert list(queries.search(clerk, "幸福路 停水").page.rows) == [water]
    assert not queries.search(clerk, "幸福路 噪音").page.rows
    assert not queries.search(clerk, "o'b & | ! (停水").page.rows


def test_the_inbox_goes_on_page_by_page(registered, cast, django_assert_max_num_queries):
    cases = [registered(phone=f"1380013800{n}") for n in range(5)]
    clerk = cast.viewer("李小英")
    first = queries.inbox(clerk, Filters(), size=2)
    second = queries.inbox(clerk, Filters(), cursor=first.next_cursor, size=2)
    third = queries.inbox(clerk, Filters(), cursor=second.next_cursor, size=2)
    assert [*first.rows, *second.rows, *third.rows] == cases[::-1]
    assert third.next_cursor == ""
    with django_assert_max_num_queries(3):
        page = queries.inbox(clerk, Filters(state="registered", channel="phone"))
        faces = queries.faces_of(clerk, page.rows)
        assert [(str(c.holder), faces[c.pk].phone, c.headline) for c in page.rows]


def test_filters_narrow(registered, cast):
    here = registered(place_id=cast.regions["幸福社区"].pk, urgency="critical")
    registered(place_id=cast.regions["大塘村"].pk)
    clerk = cast.viewer("李小英")
    assert list(queries.inbox(clerk, Filters(place_id=cast.regions["临江镇"].pk)).rows) == [here]
    assert list(queries.inbox(clerk, Filters(urgency="critical")).rows) == [here]
    assert queries.count(clerk, Filters(state="registered")) == 2


def test_the_asker_needs_number_and_code(registered):
    case = registered()
    assert queries.for_asker(case.number, query_code(case.number).lower()) == case
    for number, code in ((case.number, "AAAAAAAA"), ("2026-999999-1", query_code(case.number)), ("", ""), ("x", "y")):
        with pytest.raises(NotVisible):
            queries.for_asker(number, code)


def test_a_known_caller_brings_her_cases(registered, cast):
    first = registered(phone="13800138000", asker_name="韦秀英")
    second = registered(phone="13800138000", asker_name="韦秀英")
    (caller,) = queries.callers(cast.viewer("李小英"), "138-0013-8000")
    assert caller.who.name == "韦秀英"
    assert list(caller.cases) == [second, first]
    assert queries.callers(cast.viewer("黄志强"), "13800138000") == []


def test_filing_follows_the_duty_list(cast):
    (best, *_) = queries.filings("幸福路晚上停水，打自来水公司电话没人接")
    assert best.category_id == cast.categories["供水"].pk
    assert (best.lead, best.words) == ("水利局", ("停水", "自来水"))
    assert best.label in {o.label for o in named_categories()}, "as it stands in the list of the form"
    assert queries.filings("孩子上学难") == []


def test_what_a_hidden_asker_said_elsewhere_is_not_told_to_the_unit(dispatched, cast):
    """要求隐名: three cases of one asker at 水利局, one of them hidden. The unit may link the open ones, never the hidden one."""
    open_one, other, hidden = (dispatched(phone="13800138000", hide_identity=hide) for hide in (False, False, True))
    for who in ("黄志强", "陆局长", "莫刚"):
        viewer = cast.viewer(who)
        assert queries.earlier_of_same_asker(viewer, open_one) == [other]
        assert queries.earlier_of_same_asker(viewer, hidden) == []
    clerk = cast.viewer("李小英")
    assert queries.earlier_of_same_asker(clerk, hidden) == [other, open_one]
    assert queries.earlier_of_same_asker(clerk, open_one) == [hidden, other]


def test_a_repeated_hidden_case_does_not_name_the_first(dispatched, cast):
    first = dispatched(phone="13800138000")
    again = dispatched(phone="13800138000", hide_identity=True, repeat_of_id=first.pk)
    openly = dispatched(phone="13800138000", repeat_of_id=first.pk)
    handler = cast.viewer("黄志强")
    assert queries.repeated_by(handler, again) is None
    assert queries.repeated_by(handler, openly) == first
    assert queries.repeated_by(handler, first) is None
    assert queries.repeated_by(cast.viewer("李小英"), again) == first
