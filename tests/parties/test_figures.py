"""指标数: what was said, by whom, for which period; corrected, never overwritten."""

from datetime import date
from decimal import Decimal

import pytest

from tests.parties.firms import entered
from tongti.parties import actions, queries
from tongti.parties.actions import FigureDraft
from tongti.parties.models import KeyFigure
from tongti.parties.periods import Period, last_month, read_period
from tongti.shared.actor import SYSTEM
from tongti.shared.errors import BadInput, NotAllowed
from tongti.trail import queries as trail

MARCH, FEBRUARY = Period(date(2026, 3, 1), "month"), Period(date(2026, 2, 1), "month")


@pytest.fixture
def mill(cast):
    return entered("新圩米业", unit_id=cast.units["水利局"].pk)


def said(measure, period, value, source="firm", note=""):
    return FigureDraft(measure, period, value, source, note)


@pytest.mark.parametrize(
    ("typed", "code", "words", "before"),
    [
        ("2026-03", "2026-03", "2026 年 3 月", "2026-02"),
        ("2026年1月", "2026-01", "2026 年 1 月", "2025-12"),
        ("2026-Q1", "2026-Q1", "2026 年一季度", "2025-Q4"),
        ("2026 年三季度", "2026-Q3", "2026 年三季度", "2026-Q2"),
        ("2025", "2025", "2025 年", "2024"),
    ],
)
def test_a_period_is_read_as_people_write_it(typed, code, words, before):
    period = read_period(typed, today=date(2026, 11, 28))
    assert (period.code, period.words, period.before.code) == (code, words, before)


@pytest.mark.parametrize("typed", ["", "三月", "2026-13", "2026-Q5", "26-03", "2027-01"])
def test_what_is_no_period_or_has_not_begun_is_refused(typed):
    with pytest.raises(BadInput) as wrong:
        read_period(typed, today=date(2026, 11, 28))
    assert wrong.value.field == "period"


def test_the_table_shows_the_newest_value_and_its_change(cast, mill):
    by = cast.viewer("黄志强")
    for period, value in ((FEBRUARY, "1000"), (MARCH, "1,250.50")):
        actions.enter_figure(firm=mill, draft=said("output", period, value), by=by)
    actions.enter_figure(firm=mill, draft=said("staff", MARCH, "85", "visit"), by=by)
    output, staff = queries.figure_lines(mill)
    assert (output.label, output.unit, output.period, output.value) == ("产值", "万元", MARCH, Decimal("1250.5"))
    assert (output.before, output.change, output.percent) == (Decimal(1000), Decimal("250.5"), Decimal("25.1"))
    assert (output.source, output.entered_by) == ("企业自报", "黄志强")
    assert (staff.before, staff.change, staff.source) == (None, None, "走访了解")


def test_a_correction_keeps_what_was_said_before(cast, mill):
    by = cast.viewer("黄志强")
    assert actions.enter_figure(firm=mill, draft=said("output", MARCH, "1000"), by=by)
    assert not actions.enter_figure(firm=mill, draft=said("output", MARCH, "1000.00"), by=by)
    assert actions.enter_figure(firm=mill, draft=said("output", MARCH, "900", "statistics"), by=by)
    new, old = queries.figure_history(mill).rows
    assert (new.value, new.current, new.replaces_id) == (Decimal(900), True, old.pk)
    assert (old.value, old.current) == (Decimal(1000), False)
    (line,) = queries.figure_lines(mill)
    assert (line.value, line.corrected) == (Decimal(900), True)
    corrected, entered_ = [e for e in trail.of(mill) if e.verb == "firm.figures_entered"]
    assert corrected.facts == {"figures": [new.pk], "corrects": [old.pk]}
    assert entered_.facts == {"figures": [old.pk]}


@pytest.mark.parametrize(
    ("measure", "value", "field"),
    [
        ("output", "很多", "value"),
        ("output", "-5", "value"),
        ("output", "NaN", "value"),
        ("output", "1e30", "value"),
        ("staff", "12.5", "value"),
        ("profit", "5", "measure"),
    ],
)
def test_what_is_no_value_gets_a_sentence_and_writes_nothing(cast, mill, measure, value, field):
    with pytest.raises(BadInput) as wrong:
        actions.enter_figure(firm=mill, draft=said(measure, MARCH, value), by=SYSTEM)
    assert wrong.value.field == field
    assert KeyFigure.objects.count() == 0


def test_only_who_keeps_the_entry_enters_figures(cast, mill):
    for name in ("何区长", "农志明", "李小英"):
        with pytest.raises(NotAllowed):
            actions.enter_figure(firm=mill, draft=said("output", MARCH, "1"), by=cast.viewer(name))
    with pytest.raises(NotAllowed):
        actions.enter_figures(entries=[(mill, said("output", MARCH, "1"))], by=cast.viewer("农志明"))
    assert KeyFigure.objects.count() == 0


def test_many_figures_cost_a_handful_of_statements(cast, mill, django_assert_max_num_queries):
    others = [entered(f"五金厂{n}") for n in range(20)]
    entries = [(firm, said("staff", period, "30")) for firm in others for period in (FEBRUARY, MARCH)]
    with django_assert_max_num_queries(10):
        assert len(actions.enter_figures(entries=entries, by=cast.viewer("韦晓梅"))) == 40
    assert actions.enter_figures(entries=entries, by=SYSTEM) == []
    newest = queries.newest_figures([f.pk for f in others], ["staff"])
    assert {row.starts_on for row in newest.values()} == {MARCH.starts_on}


def test_last_month_is_what_is_usually_reported():
    assert last_month(date(2026, 1, 9)).code == "2025-12"
