"""计算记录: every date that is kept can be told, years later, from what was kept with it — and costs the archive little."""

from datetime import date, datetime

import pytest
import time_machine
from django.utils import timezone

from tests.relay.stories import Story
from tests.verdicts.conftest import sign
from tongti.cases.models import Case
from tongti.deadlines import limits, queries, reckonings
from tongti.deadlines.actions import load_samples
from tongti.deadlines.models import Reckoning
from tongti.questions import actions as questions
from tongti.relay import actions as relay
from tongti.verdicts.models import CallBack
from worktime import Explanation, explain

pytestmark = pytest.mark.django_db


def at(text: str) -> datetime:
    return timezone.make_aware(datetime.fromisoformat(text))


@pytest.fixture
def world(story: Story):
    """Friday 6 March 2026, 09:00, with the regimes that ship."""
    load_samples()
    queries.forget_calendar()
    with time_machine.travel(at("2026-03-06 09:00"), tick=False):
        yield story
    queries.forget_calendar()


def record_of(row) -> Reckoning:
    row.refresh_from_db()
    assert row.reckoning is not None, "a date without a record"
    assert row.reckoning.due_on == row.due_on
    return row.reckoning


def told_again(record: Reckoning) -> Explanation:
    """What the inputs alone say, counted anew under the calendar of their version."""
    assert record.calendar_version == queries.calendar_version()
    return explain(limits.item_of(record.explanation))


def stored(record: Reckoning) -> Explanation:
    return Explanation.from_dict({name: record.explanation[name] for name in Explanation.__dataclass_fields__})


def test_a_case_passed_on_alone_has_its_date_with_the_leads_count(world):
    case = world.call("楼道灯坏了")
    world.dispatch(case=case, helpers=[], territory_id=None)
    record = record_of(case)
    lead = world.baton("水利局")
    assert record.regime_version == lead.regime_version
    assert stored(record) == told_again(record)
    assert stored(record).summary == lead.explanation["summary"]
    assert reckonings.told(case.reckoning_id).source  # the paper behind it


def test_everybody_who_is_passed_on_that_day_under_one_regime_shares_one_record(world):
    """A million cases keep as many records as there are days and regimes, not a million day lists."""
    with time_machine.travel(at("2026-03-06 15:30"), tick=False):
        later = world.call("路灯不亮")
        world.dispatch(case=later, helpers=[], territory_id=None)
    case = world.call("楼道灯坏了")
    world.dispatch(case=case, helpers=[], territory_id=None)
    assert record_of(case) == record_of(later)
    assert Reckoning.objects.count() == 1


def test_each_asker_of_a_question_has_the_count_of_her_own_door(world):
    question = world.question(2)
    stuck = world.call("窗口不收材料", channel="stuck")
    questions.join(case_ids=[stuck.pk], question=question, by=world.cast.viewer("韦晓梅"))
    world.dispatch(question)
    records = [record_of(case) for case in Case.objects.order_by("pk")]
    assert {record.regime_version for record in records} == {"ordinary/1", "stuck-joint/1"}
    assert all(stored(record) == told_again(record) for record in records)
    assert Reckoning.objects.count() == 2


def test_an_extension_brings_its_own_record_and_tells_what_was_before(world):
    world.dispatch(world.question(1))
    world.accept("水利局", "黄志强")
    lead, case = world.baton("水利局"), Case.objects.get()
    before = record_of(case)
    asked = relay.ask_extension(
        baton=lead, reason="works", words="要换管", to_due_on=date(2026, 3, 18), by=world.cast.viewer("黄志强")
    )
    relay.decide_extension(extension=asked, approve=True, note="同意", by=world.cast.viewer("韦晓梅"))
    after = record_of(case)
    assert after != before
    assert Reckoning.objects.filter(pk=before.pk).exists()
    told = reckonings.told(case.reckoning_id)
    assert told.steps == ("原定 2026-03-13 到期，批准延至 2026-03-18。",)
    assert told.first.due == "2026-03-13"


def test_a_call_back_is_due_by_the_regime_of_its_own_case(world):
    urgent = world.call("水管爆了", urgency="urgent")
    world.dispatch(case=urgent, helpers=[], territory_id=None)
    world.accept("水利局", "黄志强")
    sign(world, case=urgent)
    record = record_of(CallBack.objects.get(case=urgent))
    assert (record.regime_version, record.due_on) == ("urgent/1", date(2026, 3, 9))
    assert stored(record) == told_again(record)


def test_a_record_is_made_from_its_content_and_kept_once(world):
    regime = queries.shipped_default()
    morning = limits.due(regime=regime, clock="handle", start=at("2026-03-06 08:00"))
    night = limits.due(regime=regime, clock="handle", start=at("2026-03-06 23:59"))
    hours = limits.due(regime=queries.regime_of_version("urgent/1"), clock="handle", start=at("2026-03-06 08:00"))
    first, second, third = reckonings.keep([(due.due_on, due.explanation) for due in (morning, night, hours)])
    assert first == second != third
    assert reckonings.kept(morning) == first
    assert Reckoning.objects.count() == 2
    # by the hour the time of day decides, so it is kept
    assert Reckoning.objects.get(pk=third.reckoning_id).explanation["inputs"]["start"] == "2026-03-06T08:00:00+08:00"


def test_a_day_that_was_never_counted_has_no_record(world):
    assert reckonings.keep([(date(2026, 3, 9), {})]) == [reckonings.KeptDay(date(2026, 3, 9))]
    assert reckonings.told(None) is None
