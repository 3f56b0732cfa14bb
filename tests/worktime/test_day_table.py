"""The day table against sources that are independent of it: the notices' own words, and another library."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import pytest

from worktime import (
    Calendar,
    DayRule,
    DayState,
    Evidence,
    Half,
    Notice,
    OutOfRange,
    Source,
    UnknownRegion,
    add_working_days,
    calendar_for,
    next_working_days,
    working_days_between,
    working_days_of,
)

NATION = calendar_for()
GUANGXI = calendar_for("450000")

# Transcribed from the text of each notice (amendments applied), not from any library: days off; weekend days worked.
NOTICES_READ = {
    2013: (
        "01-01/01-03 02-09/02-15 04-04/04-06 04-29/05-01 06-10/06-12 09-19/09-21 10-01/10-07",
        "01-05 01-06 02-16 02-17 04-07 04-27 04-28 06-08 06-09 09-22 09-29 10-12",
    ),
    2014: (
        "01-01/01-01 01-31/02-06 04-05/04-07 05-01/05-03 06-02/06-02 09-08/09-08 10-01/10-07",
        "01-26 02-08 05-04 09-28 10-11",
    ),
    2015: (
        "01-01/01-03 02-18/02-24 04-05/04-06 05-01/05-01 06-20/06-20 06-22/06-22 09-03/09-05 09-27/09-27 10-01/10-07",
        "01-04 02-15 02-28 09-06 10-10",
    ),
    2016: (
        "01-01/01-01 02-07/02-13 04-04/04-04 05-01/05-02 06-09/06-11 09-15/09-17 10-01/10-07",
        "02-06 02-14 06-12 09-18 10-08 10-09",
    ),
    2017: (
        "01-01/01-02 01-27/02-02 04-02/04-04 05-01/05-01 05-28/05-30 10-01/10-08",
        "01-22 02-04 04-01 05-27 09-30",
    ),
    2018: (
        "01-01/01-01 02-15/02-21 04-05/04-07 04-29/05-01 06-18/06-18 09-24/09-24 10-01/10-07 12-30/12-31",
        "02-11 02-24 04-08 04-28 09-29 09-30 12-29",
    ),
    2019: (
        "01-01/01-01 02-04/02-10 04-05/04-05 05-01/05-04 06-07/06-07 09-13/09-13 10-01/10-07",
        "02-02 02-03 04-28 05-05 09-29 10-12",
    ),
    2020: (
        "01-01/01-01 01-24/02-02 04-04/04-06 05-01/05-05 06-25/06-27 10-01/10-08",
        "01-19 04-26 05-09 06-28 09-27 10-10",
    ),
    2021: (
        "01-01/01-03 02-11/02-17 04-03/04-05 05-01/05-05 06-12/06-14 09-19/09-21 10-01/10-07",
        "02-07 02-20 04-25 05-08 09-18 09-26 10-09",
    ),
    2022: (
        "01-01/01-03 01-31/02-06 04-03/04-05 04-30/05-04 06-03/06-05 09-10/09-12 10-01/10-07 12-31/12-31",
        "01-29 01-30 04-02 04-24 05-07 10-08 10-09",
    ),
    2023: (
        "01-01/01-02 01-21/01-27 04-05/04-05 04-29/05-03 06-22/06-24 09-29/10-06",
        "01-28 01-29 04-23 05-06 06-25 10-07 10-08",
    ),
    2024: (
        "01-01/01-01 02-10/02-17 04-04/04-06 05-01/05-05 06-10/06-10 09-15/09-17 10-01/10-07",
        "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12",
    ),
    2025: (
        "01-01/01-01 01-28/02-04 04-04/04-06 05-01/05-05 05-31/06-02 10-01/10-08",
        "01-26 02-08 04-27 09-28 10-11",
    ),
    2026: (
        "01-01/01-03 02-15/02-23 04-04/04-06 05-01/05-05 06-19/06-21 09-25/09-27 10-01/10-07",
        "01-04 02-14 02-28 05-09 09-20 10-10",
    ),
}

# 三月三: days off on top of weekends, days worked instead.
GUANGXI_YEARS = {
    2014: ("04-02 04-03", ""),
    2015: ("04-20 04-21", ""),
    2016: ("04-08 04-11", ""),
    2017: ("03-30 03-31 04-01", "04-08"),
    2018: ("04-18 04-19 04-20", "04-15"),
    2019: ("04-04 04-08", ""),
    2020: ("", "03-26 03-27"),
    2021: ("04-14 04-15 04-16", "04-18"),
    2022: ("04-02 04-06", ""),
    2023: ("04-21 04-23", ""),
    2024: ("04-11 04-12", ""),
    2025: ("03-31 04-01", ""),
    2026: ("04-17 04-20", ""),
}


def every_day(year: int) -> list[date]:
    return [date(year, 1, 1) + timedelta(days=n) for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]


def days(year: int, text: str) -> set[date]:
    return {date.fromisoformat(f"{year}-{part}") for part in text.split()}


def test_the_tables_cover_2013_to_2026() -> None:
    assert set(NOTICES_READ) == set(range(2013, 2027)) == {n.year for n in NATION.notices}


@pytest.mark.parametrize("year", NOTICES_READ)
def test_every_day_of_a_year_is_what_the_notice_says(year: int) -> None:
    spans, worked_text = NOTICES_READ[year]
    worked, off = days(year, worked_text), set()
    for span in spans.split():
        first, last = (date.fromisoformat(f"{year}-{part}") for part in span.split("/"))
        off |= {first + timedelta(days=n) for n in range((last - first).days + 1)}
    for on in every_day(year):
        expected = on in worked or (on.weekday() < 5 and on not in off)
        assert NATION.is_working_day(on) is expected, on
        assert not NATION.is_provisional(on)


@pytest.mark.parametrize("year", range(2013, 2027))
def test_every_day_of_a_year_agrees_with_chinesecalendar(year: int) -> None:
    assert [NATION.is_working_day(on) for on in every_day(year)] == [
        chinese_calendar.is_workday(on) for on in every_day(year)
    ]


@pytest.mark.parametrize("year", GUANGXI_YEARS)
def test_guangxi_differs_from_the_nation_exactly_by_its_notice(year: int) -> None:
    off, on_duty = (days(year, text) for text in GUANGXI_YEARS[year])
    for on in every_day(year):
        expected = on in on_duty or (NATION.is_working_day(on) and on not in off)
        assert GUANGXI.is_working_day(on) is expected, on


@pytest.mark.parametrize("on", ["2017-04-01", "2022-04-02", "2023-04-23"])
def test_the_overlay_turns_a_national_workday_off(on: str) -> None:
    day = date.fromisoformat(on)
    assert NATION.day(day).state is DayState.WORK
    assert GUANGXI.day(day).state is DayState.OFF
    assert "壮族三月三" in GUANGXI.day(day).source.title


def test_the_overlay_turns_a_saturday_on() -> None:
    assert not NATION.is_working_day(date(2017, 4, 8))
    assert GUANGXI.is_working_day(date(2017, 4, 8))


def test_a_cancelled_festival_is_worked_and_says_so() -> None:
    day = GUANGXI.day(date(2020, 3, 26))
    assert day.state is DayState.WORK
    assert "取消" in day.name
    assert day.source.issued == date(2020, 3, 5)


def test_before_the_2014_ordinance_guangxi_has_no_festival() -> None:
    assert [GUANGXI.is_working_day(d) for d in every_day(2013)] == [NATION.is_working_day(d) for d in every_day(2013)]
    assert not any(GUANGXI.is_provisional(d) for d in every_day(2013))


def test_an_amending_notice_is_the_source_of_the_days_it_changed() -> None:
    assert NATION.day(date(2019, 5, 2)).source.number == "国办发明电〔2019〕3号"
    assert NATION.day(date(2020, 2, 1)).source.number == "国办发明电〔2020〕1号"
    assert NATION.day(date(2015, 9, 3)).source.number == "国发明电〔2015〕1号"


def test_every_national_notice_has_number_date_and_evidence() -> None:
    for notice in NATION.notices:
        assert notice.source.number.endswith("号")
        assert notice.source.issued is not None
        assert notice.source.verified


def test_a_fact_known_from_one_place_only_is_marked() -> None:
    source = GUANGXI.day(date(2015, 4, 20)).source
    assert source.evidence is Evidence.SINGLE
    assert source.words().endswith("［待核实］")


def test_a_year_without_its_notice_is_provisional_on_every_day() -> None:
    for year in (2012, 2027, 2028, 2040):
        assert all(NATION.day(on).state is DayState.PROVISIONAL for on in every_day(year))
    assert NATION.provisional_years(2025, 2029) == [2027, 2028, 2029]


def test_a_provisional_year_assumes_weekends_and_statutory_days_only() -> None:
    off = [on for on in every_day(2027) if on.weekday() < 5 and not NATION.is_working_day(on)]
    assert [f"{on:%m-%d}" for on in off] == ["01-01", "02-05", "02-08", "04-05", "06-09", "09-15", "10-01"]
    assert not any(NATION.is_working_day(on) for on in every_day(2027) if on.weekday() >= 5)


def test_guangxi_stays_provisional_round_the_festival_until_its_own_notice_comes() -> None:
    nation_2027 = Notice("000000", 2027, Source("通知"), (rule("2027-01-01", DayState.OFF),))
    calendar = calendar_for("450000", notices=[nation_2027])
    assert not calendar.is_provisional(date(2027, 3, 1))
    assert calendar.is_provisional(date(2027, 4, 9))
    assert calendar.is_provisional(date(2027, 4, 19))
    assert not calendar.is_provisional(date(2027, 5, 1))
    regional = Notice("450000", 2027, Source("地方通知"), (rule("2027-04-09", DayState.OFF),))
    settled = calendar_for("450000", notices=[nation_2027, regional])
    assert settled.provisional_years(2027, 2027) == []
    assert not calendar_for(notices=[nation_2027]).is_provisional(date(2027, 4, 9))


def test_an_unknown_feast_day_makes_the_whole_season_provisional() -> None:
    nation_2040 = Notice("000000", 2040, Source("通知"), (rule("2040-01-01", DayState.OFF),))
    calendar = calendar_for("450000", notices=[nation_2040])
    assert calendar.is_provisional(date(2040, 3, 11))
    assert calendar.is_provisional(date(2040, 5, 10))
    assert not calendar.is_provisional(date(2040, 5, 11))


def rule(on: str, state: DayState, half: Half | None = None) -> DayRule:
    return DayRule(date.fromisoformat(on), state, "本地安排", Source("县政府通告", "〔2026〕1号"), half)


def test_a_local_day_is_the_strongest() -> None:
    calendar = calendar_for("450000", extra_days=[rule("2026-04-17", DayState.WORK), rule("2026-07-08", DayState.OFF)])
    assert calendar.is_working_day(date(2026, 4, 17))
    assert calendar.day(date(2026, 7, 8)).name == "本地安排"
    assert GUANGXI.is_working_day(date(2026, 7, 8)), "the shared calendar did not change"


def test_a_half_day_counts_as_a_working_day() -> None:
    calendar = calendar_for(extra_days=[rule("2026-07-11", DayState.HALF, Half.MORNING)])
    day = calendar.day(date(2026, 7, 11))
    assert (day.state, day.works, day.half) == (DayState.HALF, True, Half.MORNING)
    assert working_days_between(date(2026, 7, 10), date(2026, 7, 12), calendar) == 1


def test_a_notice_for_a_prefecture_applies_below_it_only() -> None:
    laibin = Notice("451300", 2026, Source("来宾市通知"), (rule("2026-07-08", DayState.OFF),))
    assert not calendar_for("451300", notices=[laibin]).is_working_day(date(2026, 7, 8))
    assert not calendar_for("451302001000", notices=[laibin]).is_working_day(date(2026, 7, 8))
    assert calendar_for("450100", notices=[laibin]).is_working_day(date(2026, 7, 8))
    assert calendar_for("450000", notices=[laibin]).is_working_day(date(2026, 7, 8))


def test_a_corrected_notice_replaces_the_shipped_one() -> None:
    shipped = next(n for n in GUANGXI.notices if n.region == "450000" and n.year == 2026)
    corrected = Notice("450000", 2026, Source(shipped.source.title), (rule("2026-04-17", DayState.OFF),))
    calendar = calendar_for("450000", notices=[corrected])
    assert calendar.is_working_day(date(2026, 4, 20))
    assert calendar.version != GUANGXI.version


@pytest.mark.parametrize("region", ["45", "4501", "450102", "450102001", "450102001000"])
def test_every_place_in_guangxi_gets_the_overlay(region: str) -> None:
    assert not calendar_for(region).is_working_day(date(2026, 4, 17))


@pytest.mark.parametrize("region", ["", " ", "000000", "100000"])
def test_the_nation_has_several_spellings(region: str) -> None:
    assert calendar_for(region).version == NATION.version


@pytest.mark.parametrize("region", ["广西", "45000", "990000", "4500000", "４５", "450000x"])
def test_a_region_that_is_no_division_code_is_refused(region: str) -> None:
    with pytest.raises(UnknownRegion, match="不是行政区划代码"):
        calendar_for(region)


def test_another_province_has_the_national_days() -> None:
    assert calendar_for("110000").is_working_day(date(2026, 4, 17))


def test_a_version_names_release_region_and_content_and_is_stable() -> None:
    release, region, digest = GUANGXI.version.split("/")
    assert (release, region, len(digest)) == ("2026-11-23", "450000", 12)
    assert calendar_for("450000") == GUANGXI
    assert calendar_for("450000") is GUANGXI
    assert len({GUANGXI, calendar_for("45"), NATION}) == 2


def test_a_calendar_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        GUANGXI.region = "110000"  # type: ignore[misc]
    with pytest.raises(ValueError, match="read-only"):
        GUANGXI.works[0] = True


@pytest.mark.parametrize("on", [date(1999, 12, 31), date(2080, 1, 1)])
def test_a_date_outside_the_table_is_refused_by_name(on: date) -> None:
    with pytest.raises(OutOfRange, match="超出了日历范围"):
        NATION.day(on)


def test_the_first_and_last_day_can_be_asked() -> None:
    assert NATION.day(date(2000, 1, 1)).weekday == "星期六"
    assert NATION.day(date(2079, 12, 31)).provisional


def test_working_days_are_counted_without_the_opening_day() -> None:
    assert working_days_between(date(2026, 9, 30), date(2026, 10, 13), NATION) == 5
    assert working_days_between(date(2026, 10, 13), date(2026, 9, 30), NATION) == -5
    assert working_days_between(date(2026, 10, 1), date(2026, 10, 1), NATION) == 0


def test_working_days_can_be_added_and_taken_away() -> None:
    assert add_working_days(date(2026, 9, 30), 5, NATION) == date(2026, 10, 13)
    assert add_working_days(date(2026, 10, 13), -5, NATION) == date(2026, 9, 30)
    assert add_working_days(date(2026, 10, 4), -1, NATION) == date(2026, 9, 30)
    assert add_working_days(date(2026, 10, 4), 0, NATION) == date(2026, 10, 4)


def test_adding_may_not_leave_the_table() -> None:
    for amount in (100_000, -100_000):
        with pytest.raises(OutOfRange):
            add_working_days(date(2026, 9, 30), amount, NATION)


def test_the_next_working_days_begin_today() -> None:
    ten = next_working_days(date(2026, 9, 30), 10, NATION)
    assert (ten[0], ten[1], ten[-1], len(ten)) == (date(2026, 9, 30), date(2026, 10, 8), date(2026, 10, 19), 10)
    assert next_working_days(date(2026, 10, 1), 1, NATION) == [date(2026, 10, 8)]
    assert next_working_days(date(2000, 1, 1), 1, NATION) == [date(2000, 1, 3)]


def test_the_working_days_of_a_span_include_both_ends() -> None:
    assert working_days_of(date(2026, 10, 9), date(2026, 10, 12), NATION) == [
        date(2026, 10, 9),
        date(2026, 10, 10),
        date(2026, 10, 12),
    ]


def test_day_values_round_trip_through_json() -> None:
    day = rule("2026-07-11", DayState.HALF, Half.AFTERNOON)
    assert DayRule.from_dict(day.to_dict()) == day
    for notice in GUANGXI.notices:
        assert Notice.from_dict(notice.to_dict()) == notice


def test_a_calendar_is_built_from_values_not_from_their_order_of_arrival() -> None:
    first = Notice("000000", 2027, Source("甲", issued=date(2026, 11, 1)), (rule("2027-02-10", DayState.OFF),))
    second = Notice("000000", 2027, Source("乙", issued=date(2026, 12, 1)), (rule("2027-02-10", DayState.WORK),))
    calendars: list[Calendar] = [calendar_for(notices=pair) for pair in ([first, second], [second, first])]
    assert calendars[0] == calendars[1]
    assert calendars[0].is_working_day(date(2027, 2, 10)), "the later notice wins"
