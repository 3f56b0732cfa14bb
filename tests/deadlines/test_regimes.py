"""Regimes are data with a source: the one that fits is picked, computed with, and never edited once published."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.cast import make_cast
from tongti.deadlines import actions, queries, simulation
from tongti.deadlines.actions import ClockDraft, RegimeDraft
from tongti.deadlines.errors import DayTaken, NoSuchClock, NothingChanged
from tongti.deadlines.models import Clock, Regime
from tongti.shared import clock
from tongti.shared.errors import BadInput, NotAllowed, NotVisible
from tongti.trail.models import Event
from tongti.units.models import Category

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_calendar():
    queries.forget_calendar()
    yield
    queries.forget_calendar()


@pytest.fixture
def shipped():
    actions.load_samples()


def regime(**facts):
    defaults = {"channel": "phone", "kind": "help", "urgency": "normal", "on": date(2026, 4, 15)}
    return queries.regime_for(**(defaults | facts))


def at(text: str) -> datetime:
    return timezone.make_aware(datetime.fromisoformat(text))


def test_regimes_are_read_once_for_each_edition_and_a_change_is_seen_at_once(shipped, django_assert_num_queries):
    admin = make_cast().viewer("赵工")
    on = date(2026, 4, 15)
    first = queries.regimes_on(on)
    with django_assert_num_queries(1):
        assert queries.regimes_on(on).rows is first.rows
    draft = RegimeDraft("local", "本地规则", "本地暂定", (ClockDraft("handle", 4, "wd"),), priority=50)
    actions.publish(draft=draft, by=admin, on=on)
    assert regime(on=on).code == "local"
    actions.publish(draft=replace(draft, clocks=(ClockDraft("handle", 3, "wd"),)), by=admin, on=on)
    assert regime(on=on).clock("handle").amount == 3
    with time_machine.travel(at("2026-04-15 09:00"), tick=False):
        actions.withdraw(regime=Regime.objects.get(code="local", valid_to=None), by=admin)
    assert regime(on=on).code == "ordinary"
    # taken back with its transaction: what was kept of it is not believed
    with transaction.atomic():
        actions.publish(draft=replace(draft, code="local-2"), by=admin, on=on)
        assert regime(on=on).code == "local-2"
        transaction.set_rollback(True)
    assert regime(on=on).code == "ordinary"


def test_what_ships_is_loaded_once_with_sources_and_honest_marks(shipped):
    count = Regime.objects.count()
    assert actions.load_samples() == 0
    assert Regime.objects.count() == count
    assert not Regime.objects.filter(source="").exists()
    read_in_full = set(Regime.objects.filter(verified=True).values_list("code", flat=True))
    assert read_in_full == {
        "sample-12345-five",
        "sample-petition",
        "sample-disclosure",
        "sample-arrears",
        "sample-publish",
        "sample-licence",
        "sample-licence-joint",
        "sample-reconsideration",
        "sample-reconsideration-simple",
        "sample-inspection",
    }
    assert not Regime.objects.exclude(checked_by=None).exists()  # nobody of this district has read anything yet
    working = set(Regime.objects.filter(in_use=True).values_list("code", flat=True))
    assert working == {"ordinary", "enterprise", "stuck", "stuck-simple", "stuck-joint", "urgent", "critical"}
    assert Event.objects.filter(verb="regime.shipped").count() == count


def test_the_regime_follows_door_urgency_asker_and_number_of_units(shipped):
    assert regime().code == "ordinary"
    assert regime(party_kind="enterprise").code == "enterprise"
    assert regime(channel="stuck").code == "stuck"
    assert regime(channel="stuck", kind="consult").code == "stuck-simple"
    assert regime(channel="stuck", kind="consult", joint=True).code == "stuck-joint"
    assert regime(channel="stuck", urgency="critical").code == "critical"
    assert regime(urgency="urgent", party_kind="enterprise").code == "urgent"


def test_a_district_without_regimes_still_has_the_ordinary_one():
    assert regime(channel="stuck").label == "ordinary/1"
    assert regime().clock("handle").words == "5 个工作日"


def test_a_sample_never_decides_a_date(shipped):
    Regime.objects.filter(in_use=True).delete()
    assert regime().label == "ordinary/1"
    assert regime(party_kind="enterprise").code == "ordinary"


def test_the_helper_is_due_before_the_lead_in_every_working_regime(shipped):
    start = at("2026-04-15 10:00")
    for view in queries.regimes_on(date(2026, 4, 15)).rows:
        helper, lead = (actions.due(regime=view, clock=code, start=start) for code in ("helper", "handle"))
        assert helper.due_at < lead.due_at, view.code


def test_a_due_date_keeps_its_versions_inputs_and_reasons(shipped):
    due = actions.due(regime=regime(), clock="handle", start=at("2026-04-15 23:30"))
    assert due.due_on == date(2026, 4, 24)  # 壮族三月三: Apr 17 and 20 off in Guangxi
    assert due.regime_version == "ordinary/1"
    assert due.calendar_version == queries.calendar().version
    assert due.explanation["inputs"]["amount"] == "5wd"
    assert any("三月三" in line["why"] for line in due.explanation["lines"])
    assert (
        queries.words_of(due.explanation)[0] == "一般诉求（参照 12345 五个工作日）：牵头办理 5 个工作日，从派单起算。"
    )
    assert due.explanation["regime"]["verified"] is True


def test_hours_run_through_the_night(shipped):
    due = actions.due(regime=regime(urgency="critical"), clock="handle", start=at("2026-04-18 23:00"))
    assert timezone.localtime(due.due_at) == at("2026-04-19 01:00")
    assert not due.by_day


def test_a_limit_nobody_laid_down_is_not_invented(shipped):
    with pytest.raises(NoSuchClock, match="没有规定“复核”时限"):
        actions.due(regime=regime(), clock="recheck", start=at("2026-04-15 10:00"))


def test_a_change_is_the_next_version_and_the_old_one_stays_as_it_was(shipped):
    cast = make_cast()
    admin = cast.viewer("赵工")
    with time_machine.travel(at("2026-04-15 09:00"), tick=False):
        draft = _draft(handle=4)
        new = actions.publish(draft=draft, by=admin)
        assert (new.version, new.valid_from) == (2, date(2026, 4, 15))
        old = Regime.objects.get(code="ordinary", version=1)
        assert old.valid_to == date(2026, 4, 14)
        assert old.clocks.get(code="handle").amount == 5
        assert regime(on=date(2026, 4, 14)).label == "ordinary/1"
        assert regime(on=date(2026, 4, 15)).label == "ordinary/2"
        with pytest.raises(NothingChanged):
            actions.publish(draft=draft, by=admin)
        newer = actions.publish(draft=_draft(handle=6), by=admin)
        assert regime(on=date(2026, 4, 15)).label == "ordinary/3"
        assert newer.version == 3
    assert list(Event.objects.filter(verb="regime.published").order_by("id").values_list("facts", flat=True)) == [
        {"code": "ordinary", "version": 2, "in_use": True},
        {"code": "ordinary", "version": 3, "in_use": True},
    ]


def test_only_an_administrator_publishes_and_bad_drafts_are_refused_with_a_sentence(shipped):
    cast = make_cast()
    with pytest.raises(NotAllowed):
        actions.publish(draft=_draft(), by=cast.viewer("韦晓梅"))
    admin = cast.viewer("赵工")
    with pytest.raises(BadInput, match="协办（属地）的时限要早于牵头"):
        actions.publish(draft=_draft(handle=3, helper=3), by=admin)
    with pytest.raises(BadInput, match="依据"):
        actions.publish(draft=_draft(source=" "), by=admin)
    twice = RegimeDraft("x", "某规则", "本地暂定", (ClockDraft("handle", 5, "wd"), ClockDraft("handle", 6, "wd")))
    with pytest.raises(BadInput, match="只能写一次"):
        actions.publish(draft=twice, by=admin)
    assert Regime.objects.filter(code="ordinary").count() == 1


def _draft(*, handle: int = 5, helper: int = 2, source: str = "本地暂定") -> RegimeDraft:
    clocks = (ClockDraft("helper", helper, "wd"), ClockDraft("handle", handle, "wd"))
    return RegimeDraft(code="ordinary", name="一般诉求", source=source, clocks=clocks)


def test_a_local_day_moves_new_due_dates_and_only_them(shipped):
    admin = make_cast().viewer("赵工")
    start = at("2026-06-08 10:00")
    before = actions.due(regime=regime(), clock="handle", start=start)
    day = actions.set_special_day(
        day=date(2026, 6, 10), state="off", name="防汛停工", source="区政府通知〔2026〕3号", by=admin
    )
    after = actions.due(regime=regime(), clock="handle", start=start)
    assert (before.due_on, after.due_on) == (date(2026, 6, 15), date(2026, 6, 16))
    assert before.calendar_version != after.calendar_version
    with pytest.raises(DayTaken):
        actions.set_special_day(day=date(2026, 6, 10), state="work", name="上班", source="同上", by=admin)
    actions.remove_special_day(special_day=day, by=admin)
    assert actions.due(regime=regime(), clock="handle", start=start).due_on == before.due_on
    assert [e.verb for e in Event.objects.filter(verb__startswith="special_day").order_by("id")] == [
        "special_day.entered",
        "special_day.removed",
    ]


def test_picking_for_thousands_of_cases_reads_the_regimes_once(shipped, django_assert_num_queries):
    with django_assert_num_queries(3):  # which edition it is, the regimes, their limits
        rows = queries.regimes_on(date(2026, 4, 15))
        for channel in ("web", "stuck", "phone") * 500:
            rows.pick(channel=channel, kind="help", urgency="normal")


def test_every_clock_has_an_amount_above_nothing(shipped):
    assert not Clock.objects.filter(amount__lte=0).exists()


# The domain sheet's sample pack (W14), row by row: what each must say.
SAMPLE_PACK = {
    "sample-guangxi-business": {"dispatch": "1wd"},
    "sample-12345-five": {"handle": "5wd"},
    "sample-beijing-critical": {"handle": "2h"},
    "sample-beijing-urgent": {"handle": "24h"},
    "sample-beijing": {"handle": "7cd", "complex": "15cd"},
    "sample-quanzhou": {"objection": "1wd", "helper": "3wd", "handle": "7wd"},
    "sample-changchun": {"consult": "1wd", "reply": "3wd", "handle": "15wd"},
    "sample-jiangsu-stuck": {"handle": "15wd"},
    "sample-petition": {
        "inform": "15cd", "objection": "5wd", "handle": "60cd", "review_ask": "30cd", "review": "30cd",
        "recheck_ask": "30cd", "recheck": "30cd",
    },
    "sample-disclosure": {"handle": "20wd", "correction": "7wd", "third_party": "15wd"},
    "sample-bad-rating": {"handle": "15wd"},
    "sample-arrears": {"dispatch": "10wd", "handle": "30cd", "utmost": "90cd"},
    "sample-monitoring": {"handle": "15cd", "publicity": "5cd"},
    "sample-supervision-urgent": {"handle": "5cd"},
    "sample-supervision": {"handle": "15cd", "complex": "30cd"},
    "sample-licence": {"handle": "20wd", "correction": "5wd", "deliver": "10wd"},
    "sample-licence-joint": {"handle": "45wd"},
    "sample-reconsideration": {"apply": "60cd", "examine": "5wd", "handle": "60cd"},
    "sample-inspection": {"review_ask": "30cd", "review": "30cd"},
    "sample-anhui": {"consult": "3wd", "handle": "10wd", "promise": "9m"},
    "sample-zhuhai": {"contact": "1wh", "consult": "2wd", "handle": "4wd"},
}  # fmt: skip
EXTENSIONS = {
    "sample-quanzhou": (None, "wd", 1, 1),
    "sample-petition": (30, "cd", 1, 0),
    "sample-disclosure": (20, "wd", 1, 0),
    "sample-licence": (10, "wd", 1, 0),
    "sample-licence-joint": (15, "wd", 1, 0),
    "sample-reconsideration": (30, "cd", 1, 0),
}


def test_the_sample_pack_says_what_its_papers_say(shipped):
    rows = {row.code: queries.view_of(row) for row in Regime.objects.filter(in_use=False)}
    for code, clocks in SAMPLE_PACK.items():
        said = {name: f"{limit.amount}{limit.unit}" for name, limit in rows[code].clocks.items()}
        assert clocks.items() <= said.items(), code
    for code, wanted in EXTENSIONS.items():
        rule = rows[code].extension
        assert rule is not None, code
        assert (rule.amount, rule.unit, rule.times, rule.before_amount) == wanted, code
    assert rows["sample-disclosure"].clock("handle").pauses == ("third_party",)
    licence = rows["sample-licence"].clock("handle")
    assert licence.pauses == ("hearing", "tender", "inspection")
    assert (licence.pause_verified, "第四十五条" in licence.pause_source) == (True, True)
    # 广州 counts in working days, but how many was not found: blank, never invented
    assert rows["sample-guangzhou"].clocks == {}


def test_a_limit_says_what_ends_it_when_it_is_near_and_who_is_warned(shipped):
    limit = regime().clock("handle")
    assert (limit.start_words, limit.stop_words) == ("派单", "发出答复")
    assert limit.near.words == "剩余不超过 20% 或 1 个工作日"
    assert limit.warn_words == "承办人、单位签收员、单位负责人"
    assert regime().clock("dispatch").warn_words == "派单员"


def test_whoever_marks_a_source_as_read_is_kept_with_the_day(shipped):
    admin = make_cast().viewer("赵工")
    draft = replace(_draft(), verified=True)
    with time_machine.travel(at("2026-04-15 09:00"), tick=False):
        first = actions.publish(draft=draft, by=admin)
    with time_machine.travel(at("2026-05-15 09:00"), tick=False):
        second = actions.publish(draft=replace(draft, priority=3), by=admin)
        third = actions.publish(draft=replace(draft, source="另一份文件"), by=admin)
        fourth = actions.publish(draft=replace(draft, verified=False), by=admin)
    assert (first.checked_by_id, first.checked_on) == (admin.officer_id, date(2026, 4, 15))
    assert second.checked_on == date(2026, 4, 15)  # the same source was read then
    assert third.checked_on == date(2026, 5, 15)
    assert (fourth.checked_by_id, fourth.checked_on) == (None, None)


# --- 试算 -------------------------------------------------------------------------------------------------------


def test_a_trial_names_the_winner_the_others_and_every_date(shipped):
    cast = make_cast()
    admin = cast.viewer("赵工")
    kind = simulation.Kind("stuck", "consult", "normal", "enterprise", joint=False)
    moment = at("2026-04-15 10:00")
    found = simulation.simulate(admin, kind, received=moment, dispatched=moment)
    assert (found.regime.code, found.shipped) == ("stuck-simple", False)
    why = {one.view.code: (one.wins, one.misfits) for one in found.candidates}
    assert why["stuck"] == (False, ())
    assert why["urgent"] == (False, ("urgency",))
    assert why["stuck-joint"] == (False, ("joint",))
    runs = {run.limit.code: run for run in found.runs}
    assert runs["handle"].due.due_on == date(2026, 4, 16)
    assert runs["revisit"].assumed == "假定发出答复在办理期限最后一刻"
    assert runs["revisit"].due.due_on == date(2026, 4, 23)
    assert timezone.localtime(found.ask_by).date() == date(2026, 4, 16)
    with pytest.raises(NotVisible):
        simulation.simulate(cast.viewer("韦晓梅"), kind, received=moment, dispatched=moment)


def test_a_trial_without_regimes_uses_what_ships():
    admin = make_cast().viewer("赵工")
    kind = simulation.Kind("phone", "help", "normal", "person", joint=True)
    found = simulation.simulate(admin, kind, received=at("2026-04-15 10:00"), dispatched=at("2026-04-16 10:00"))
    assert (found.regime.code, found.shipped, found.candidates) == ("ordinary", True, ())
    runs = {run.limit.code: run for run in found.runs}
    assert runs["dispatch"].due.due_on == date(2026, 4, 16)
    assert runs["handle"].due.due_on == date(2026, 4, 27)


def test_a_regime_may_be_for_some_categories_and_what_lies_below_them(shipped):
    """水、电、气、热 within 24 hours, as Beijing's standard has it: the door and the kind do not tell, the category does."""
    cast = make_cast()
    water = cast.categories["供水"]
    below = Category.objects.create(code=f"{water.code}77", name="水压", level=3, parent=water, full_name="供水/水压")
    other = Category.objects.create(code="98", name="别的", level=1, full_name="别的")
    clocks = (ClockDraft("handle", 24, "h"),)
    draft = RegimeDraft("water", "水电气热", "本地暂定", clocks, categories=(water.code,), priority=30)
    actions.publish(draft=draft, by=cast.viewer("赵工"), on=date(2026, 4, 15))
    assert regime(category_id=water.pk).code == regime(category_id=below.pk).code == "water"
    assert regime(category_id=other.pk).code == regime(category_id=None).code == "ordinary"
    view = queries.regime_of_version("water/1")
    kind = {"channel": "phone", "kind": "help", "urgency": "normal", "party_kind": "person", "joint": False}
    assert view.misfits(**kind, category="98") == view.misfits(**kind) == ("category",)
    # a district without such rules pays nothing for them
    with CaptureQueriesContext(connection) as asked:
        queries.regimes_on(clock.today())
    actions.withdraw(regime=Regime.objects.get(code="water"), by=cast.viewer("赵工"))
    with CaptureQueriesContext(connection) as not_asked:
        queries.regimes_on(clock.today() + timedelta(days=1))
    assert len(not_asked) == len(asked) - 1
