"""A notice typed or uploaded by an administrator, and the list of deadlines it would move."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from worktime import (
    BadNotice,
    DayRule,
    DayState,
    Deadline,
    Evidence,
    Half,
    Notice,
    Source,
    calendar_for,
    deadline,
    notice_from_csv,
    notice_from_rows,
    preview_moves,
)

SOURCE = Source("演示用通知", "演〔2026〕1号", date(2026, 11, 25), evidence=Evidence.PRIMARY)
HEAD = "日期,至,安排,名称\n"


def enter(body: str, year: int = 2027) -> Notice:
    return notice_from_csv(HEAD + body, region="000000", year=year, source=SOURCE)


def test_a_file_becomes_a_notice_with_every_day_spelt_out() -> None:
    notice = enter("2027-02-05,2027-02-07,放假,春节\n2027-02-20,,上班,春节调休\n2027-02-21,,上午上班,检修\n")
    assert [(rule.on.day, rule.state, rule.half) for rule in notice.days] == [
        (5, DayState.OFF, None),
        (6, DayState.OFF, None),
        (7, DayState.OFF, None),
        (20, DayState.WORK, None),
        (21, DayState.HALF, Half.MORNING),
    ]
    assert all(rule.source == SOURCE for rule in notice.days)
    assert (notice.region, notice.year) == ("000000", 2027)


def test_a_byte_order_mark_is_no_mistake() -> None:
    text = "\ufeff" + HEAD + "2027-02-05,,放假,春节\n"
    assert notice_from_csv(text, region="000000", year=2027, source=SOURCE).days[0].on == date(2027, 2, 5)


def test_the_last_days_of_december_belong_to_the_next_years_notice() -> None:
    notice = enter("2026-12-31,2027-01-02,放假,元旦\n")
    calendar = calendar_for(notices=[notice])
    assert not calendar.is_working_day(date(2026, 12, 31))
    assert not calendar.is_provisional(date(2026, 12, 31))


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("", "一天都没有"),
        ("2027-13-01,,放假,春节\n", "第 1 行：“2027-13-01”不是日期"),
        ("2027-02-05,,放假,春节\n2027-02-06,坏,放假,春节\n", "第 2 行：“坏”不是日期"),
        ("2027-02-08,2027-02-05,放假,春节\n", "止日要在起日之后"),
        ("2027-02-08,2027-05-05,放假,春节\n", "不超过 31 天"),
        ("2026-05-01,,放假,劳动节\n", "不在 2027 年"),
        ("2027-02-05,,休息,春节\n", "安排“休息”看不懂"),
        ("2027-02-05,,放假,\n", "没有写名称"),
        ("2027-02-05\n", "安排“”看不懂"),
        ("2027-02-05,,放假,春节\n2027-02-05,,上班,春节\n", "写了两种安排"),
    ],
)
def test_a_mistake_is_named_with_its_row(body: str, sentence: str) -> None:
    with pytest.raises(BadNotice, match=sentence):
        enter(body)


def test_a_file_without_the_right_heads_is_refused() -> None:
    with pytest.raises(BadNotice, match="缺少：安排，名称"):
        notice_from_csv("日期,至\n2027-02-05,\n", region="000000", year=2027, source=SOURCE)
    with pytest.raises(BadNotice, match="第一行"):
        notice_from_csv("", region="000000", year=2027, source=SOURCE)


@pytest.mark.parametrize("raw", [{}, {"region": "000000", "year": "x", "days": []}])
def test_a_stored_notice_that_cannot_be_read_is_refused(raw: dict[str, object]) -> None:
    with pytest.raises(BadNotice):
        Notice.from_dict(raw)


def test_a_stored_day_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(BadNotice):
        DayRule.from_dict({"on": "2027-02-05"})
    with pytest.raises(BadNotice):
        Source.from_dict({"title": "通知", "issued": "昨天"})


def test_a_day_cannot_be_set_provisional_and_a_half_day_names_its_half() -> None:
    with pytest.raises(BadNotice, match="暂定"):
        DayRule(date(2027, 2, 5), DayState.PROVISIONAL, "春节", SOURCE)
    with pytest.raises(BadNotice, match="上午上班还是下午上班"):
        DayRule(date(2027, 2, 5), DayState.HALF, "春节", SOURCE)


def open_deadlines() -> list[tuple[str, Deadline]]:
    old = calendar_for()
    return [
        ("later", deadline(date(2027, 2, 3), 3, "wd", old)),
        ("earlier", deadline(date(2027, 2, 18), 2, "wd", old)),
        ("same date, now certain", deadline(date(2027, 3, 1), 2, "wd", old)),
        ("untouched", deadline(date(2026, 9, 30), 5, "wd", old)),
        ("hours", deadline(datetime(2027, 2, 10, 9), 1, "wh", old)),
    ]


def test_a_preview_lists_what_moves_and_stores_nothing() -> None:
    rows = [
        {"日期": "2027-02-05", "至": "2027-02-11", "安排": "放假", "名称": "春节"},
        {"日期": "2027-02-20", "至": "", "安排": "上班", "名称": "春节调休"},
    ]
    notice = notice_from_rows(rows, region="000000", year=2027, source=SOURCE)
    items = open_deadlines()
    preview = preview_moves(items, calendar_for(notices=[notice]))
    assert {move.key: move.days for move in preview.moved} == {"later": 5, "earlier": -2, "hours": 2}
    assert [move.key for move in preview.settled] == ["same date, now certain"]
    assert preview.unchanged == 1
    assert [move.earlier for move in preview.moved] == [False, True, False]
    assert items == open_deadlines()


def test_a_move_is_told_in_one_sentence() -> None:
    notice = enter("2027-02-05,2027-02-11,放假,春节\n2027-02-20,,上班,春节调休\n")
    moves = {move.key: move.words() for move in preview_moves(open_deadlines(), calendar_for(notices=[notice])).moved}
    assert moves["earlier"] == "原定 2027-02-22（星期一）到期，改为 2027-02-20（星期六），提前 2 天。"
    assert moves["hours"] == "原定 2027-02-10（星期三）10:00到期，改为 2027-02-12（星期五）09:00，推后 2 天。"
