"""The explanation a clerk prints: every day, every reason, every source, and a warning where something is unsure."""

from __future__ import annotations

import json
from datetime import date, datetime

from worktime import (
    DayRule,
    DayState,
    Explanation,
    Half,
    Notice,
    Pause,
    Source,
    calendar_for,
    deadline,
    explain,
)

NATION = calendar_for()
GUANGXI = calendar_for("450000")


def test_each_day_says_why_it_was_counted_or_skipped() -> None:
    lines = explain(deadline(date(2026, 9, 30), 3, "wd", NATION)).lines
    words = {line.on: line.why for line in lines}
    assert words["2026-09-30"] == "起算当日，不计入"
    assert words["2026-10-01"] == "国庆节放假，不计"
    assert words["2026-10-08"] == "第 1 个工作日"
    assert words["2026-10-10"] == "第 3 个工作日（国庆节调休，上班）"
    assert [line.kind.value for line in lines].count("skipped") == 7


def test_each_special_day_names_its_notice() -> None:
    lines = {line.on: line for line in explain(deadline(date(2026, 4, 15), 5, "wd", GUANGXI)).lines}
    assert "2026年“壮族三月三”放假的通知" in lines["2026-04-17"].source
    assert lines["2026-04-16"].source == ""
    national = {line.on: line for line in explain(deadline(date(2026, 9, 30), 1, "wd", NATION)).lines}
    assert "国办发明电〔2025〕7号，2025-11-04" in national["2026-10-01"].source


def test_rolling_over_is_told_day_by_day() -> None:
    told = explain(deadline(date(2026, 4, 2), 15, "cd", GUANGXI))
    kinds = {line.on: line.kind.value for line in told.lines}
    assert (kinds["2026-04-17"], kinds["2026-04-18"], kinds["2026-04-21"]) == ("counted", "rolled", "rolled")
    assert "原定 2026-04-17（星期五）不上班，顺延到下一个工作日" in told.summary
    assert any("第二百零三条第一款" in basis for basis in told.basis)


def test_a_plain_weekend_is_called_weekend() -> None:
    told = explain(deadline(date(2026, 7, 10), 1, "wd", NATION))
    assert [line.why for line in told.lines[1:3]] == ["周末，不计", "周末，不计"]


def test_the_start_day_that_counts_is_number_one() -> None:
    told = explain(deadline(date(2026, 7, 9), 2, "wd", NATION, count_start=True))
    assert [line.number for line in told.lines] == [1, 2]
    assert "当日计入" in told.summary
    assert not any("第二百零一条" in basis for basis in told.basis)


def test_a_paused_day_gives_the_reason() -> None:
    stop = Pause(datetime(2026, 7, 7, 9), datetime(2026, 7, 9, 9), "征求第三方意见")
    told = explain(deadline(date(2026, 7, 6), 3, "wd", NATION, pauses=[stop]))
    paused = [line for line in told.lines if line.kind.value == "paused"]
    assert [(line.on, line.why) for line in paused] == [
        ("2026-07-08", "暂停计时：征求第三方意见"),
        ("2026-07-09", "暂停计时：征求第三方意见"),
    ]
    assert told.pauses == ("2026-07-07（星期二）09:00 至 2026-07-09（星期四）09:00 暂停，理由：征求第三方意见。",)


def test_a_day_gives_only_the_reason_of_the_pause_that_covers_it() -> None:
    first = Pause(datetime(2026, 7, 7, 9), datetime(2026, 7, 8, 9), "补正材料")
    second = Pause(datetime(2026, 7, 8, 10), datetime(2026, 7, 9, 9), "听证")
    told = explain(deadline(date(2026, 7, 6), 3, "wd", NATION, pauses=[first, second]))
    assert [line.why for line in told.lines if line.kind.value == "paused"] == ["暂停计时：补正材料", "暂停计时：听证"]


def test_an_open_pause_is_told_and_warned_of() -> None:
    stop = Pause(datetime(2026, 7, 7, 9), None, "补正材料")
    told = explain(deadline(date(2026, 7, 6), 3, "wd", NATION, pauses=[stop], now=datetime(2026, 7, 8, 9)))
    assert "尚未恢复" in told.pauses[0]
    assert any("还在暂停" in warning for warning in told.warnings)


def test_working_hours_are_told_by_day_with_a_warning_about_the_sample_table() -> None:
    told = explain(deadline(datetime(2026, 4, 15, 17, 30), 8, "wh", GUANGXI))
    assert [line.why for line in told.lines if line.counted] == ["计 30 分", "计 7 小时", "计 30 分"]
    assert any("作息时间没有核实" in warning for warning in told.warnings)
    stop = Pause(datetime(2026, 4, 16, 7), datetime(2026, 4, 16, 20), "停电")
    paused = explain(deadline(datetime(2026, 4, 15, 17, 30), 1, "wh", NATION, pauses=[stop]))
    assert {line.on: line.why for line in paused.lines}["2026-04-16"] == "暂停计时：停电"


def test_a_working_day_whose_hours_are_over_is_not_counted() -> None:
    told = explain(deadline(datetime(2026, 4, 15, 20, 0), 1, "wh", NATION))
    assert told.lines[0].why == "不在工作时段内，不计"


def test_real_time_has_no_day_lines() -> None:
    told = explain(deadline(datetime(2026, 4, 15, 17, 30), 24, "h", NATION))
    assert (told.due, told.lines) == ("2026-04-16T17:30+08:00", ())
    assert told.summary == "从 2026-04-15（星期三）17:30起算，24 小时，到 2026-04-16（星期四）17:30 到期。"
    assert "没有写时刻" in explain(deadline(date(2026, 4, 15), 24, "h", NATION)).summary


def test_a_half_day_is_counted_and_explained() -> None:
    storm = DayRule(date(2026, 7, 8), DayState.HALF, "台风", Source("防指通告"), Half.MORNING)
    told = explain(deadline(date(2026, 7, 7), 1, "wd", calendar_for(extra_days=[storm])))
    assert told.lines[-1].why == "第 1 个工作日（台风，半天也算一个工作日）"


def test_a_provisional_date_says_which_notice_is_missing() -> None:
    told = explain(deadline(date(2026, 12, 28), 5, "wd", NATION))
    assert told.warnings == ("注意：日历里没有 2027 年的全国放假通知，这一年的日期是暂定的，通知录入后可能变动。",)
    assert "（暂定）" in told.lines[-1].words()
    settled = Notice("000000", 2027, Source("通知"), (DayRule(date(2027, 1, 1), DayState.OFF, "元旦", Source("通知")),))
    regional = explain(deadline(date(2027, 4, 7), 3, "wd", calendar_for("450000", notices=[settled])))
    assert "2027 年的地方放假通知" in regional.warnings[0]


def test_a_place_without_regional_days_is_told_so() -> None:
    told = explain(deadline(date(2026, 4, 15), 5, "wd", calendar_for("110000")))
    assert told.warnings == ("注意：日历里没有 110000 的地方放假安排，只按全国安排计算。",)
    assert explain(deadline(date(2026, 4, 15), 5, "wd", NATION)).warnings == ()


def test_an_explanation_round_trips_through_json() -> None:
    stop = Pause(datetime(2026, 4, 16, 9), datetime(2026, 4, 17, 9), "补正")
    told = explain(deadline(date(2026, 4, 15), 5, "wd", GUANGXI, pauses=[stop]))
    assert Explanation.from_dict(json.loads(json.dumps(told.to_dict()))) == told


def test_the_sentences_end_with_the_version_of_the_calendar() -> None:
    told = explain(deadline(date(2026, 4, 15), 5, "wd", GUANGXI))
    assert told.sentences()[0] == told.summary
    assert told.sentences()[-1] == f"日历版本：{GUANGXI.version}"
    assert len(told.sentences()) == 2 + len(told.lines) + len(told.basis)
