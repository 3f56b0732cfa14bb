"""Two at once in the register: one entry per code, one merge per entry, one value per period, and the other is told."""

from datetime import date

import pytest

from tests.cases.test_races import at_once
from tests.parties.firms import MANAGER, code, entered
from tests.parties.test_pages import raised
from tongti.cases.models import Case
from tongti.parties import actions
from tongti.parties.actions import FigureDraft, FirmDraft
from tongti.parties.models import Firm, FirmMerge, KeyFigure, Lookalike, Party
from tongti.parties.periods import Period
from tongti.shared.errors import DomainError
from tongti.trail.queries import verify

pytestmark = pytest.mark.django_db(transaction=True)


def refused(results):
    return sum(isinstance(result, DomainError) for result in results)


def test_one_code_at_two_desks_is_one_entry(cast):
    keeper = cast.viewer("韦晓梅")
    draft = FirmDraft(name="新圩米业有限公司", credit_code=code(1))
    results = at_once(*[lambda: actions.enter_firm(draft=draft, contacts=(MANAGER,), by=keeper)] * 4)
    assert refused(results) == 3
    assert Firm.objects.count() == Party.objects.count() == 1


def test_an_entry_is_merged_once_and_its_cases_stand_in_one_place(cast):
    keeper = cast.viewer("韦晓梅")
    gone, here, there = entered("龙腾食品厂"), entered("龙腾食品一厂"), entered("龙腾食品二厂")
    case = raised(cast, 1, party_id=gone.pk)
    results = at_once(
        *[
            lambda kept=kept: actions.merge(kept=kept, gone=gone, reason="两人同时核实", by=keeper)
            for kept in (here, there)
        ]
    )
    assert refused(results) == 1
    merge = FirmMerge.objects.get()
    case = Case.objects.get(pk=case.pk)
    assert case.party_id == merge.kept_id == Firm.objects.get(pk=gone.pk).merged_into_id
    assert at_once(*[lambda: actions.undo_merge(merge=merge, by=keeper)] * 3).count(0) == 1
    assert Case.objects.get(pk=case.pk).party_id == gone.pk
    assert verify().holds


def test_two_entries_merged_into_each_other_at_once_end_as_one(cast):
    keeper = cast.viewer("韦晓梅")
    one, other = entered("龙腾食品厂"), entered("龙腾食品加工厂")
    results = at_once(
        lambda: actions.merge(kept=one, gone=other, reason="留第一条", by=keeper),
        lambda: actions.merge(kept=other, gone=one, reason="留第二条", by=keeper),
    )
    assert refused(results) == 1
    assert Firm.objects.filter(merged_into=None).count() == 1


def test_two_corrections_of_one_value_leave_one_value(cast):
    keeper = cast.viewer("韦晓梅")
    firm = entered("新圩米业")
    march = Period(date(2026, 3, 1), "month")
    results = at_once(
        *[
            lambda value=value: actions.enter_figure(
                firm=firm, draft=FigureDraft("output", march, value, "firm"), by=keeper
            )
            for value in ("1", "2", "3")
        ]
    )
    assert all(result is True or isinstance(result, DomainError) for result in results)
    assert KeyFigure.objects.filter(current=True).count() == 1


def test_the_same_comparison_twice_at_once_proposes_a_pair_once(cast):
    entered("云岭区龙腾食品有限公司")
    entered("云岭区龙腾食品有限责任公司")
    at_once(*[actions.find_lookalikes] * 3)
    assert Lookalike.objects.count() == 1
