"""放假通知: looked at before it moves anything; one step moves what is open, and never brings a told date forward."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.relay.stories import Story, figure, verbs
from tests.verdicts.conftest import sign
from tongti.cases.models import Case
from tongti.deadlines import actions, limits, previews, queries, reckonings
from tongti.deadlines.actions import NoticeDraft, recounting
from tongti.deadlines.errors import HoursTaken, NoticeTaken, StillCounting
from tongti.deadlines.models import CalendarNotice, Clock, OfficeHours, Recount, RecountLine
from tongti.relay import actions as relay
from tongti.relay.models import Baton
from tongti.relay.recounts import BatonDeadlines
from tongti.shared.errors import BadInput, NotAllowed, NotVisible, Raced
from tongti.supervision import actions as supervision
from tongti.trail.models import Event
from tongti.verdicts.models import CallBack

pytestmark = pytest.mark.django_db

# Not a real notice: what one of the year 2027 could say.
LONG = (("2027-02-05", "2027-02-11", "放假", "春节"), ("2027-02-20", "", "上班", "春节调休"))
SHORT = (("2027-02-05", "", "放假", "春节"), ("2027-02-06", "2027-02-08", "上班", "春节调休"))


def at(text: str) -> datetime:
    return timezone.make_aware(datetime.fromisoformat(text))


@pytest.fixture
def world(story: Story):
    """Wednesday 3 February 2027, 09:00: the notice of the year is not out yet, and a question was just dispatched."""
    actions.load_samples()
    queries.forget_calendar()
    with time_machine.travel(at("2027-02-03 09:00"), tick=False):
        story.dispatch(story.question(2))
        yield story
    queries.forget_calendar()


def draft(world: Story, rows=LONG, **facts) -> CalendarNotice:
    said = {
        "region": "000000",
        "year": 2027,
        "title": "关于2027年部分节假日安排的通知（试）",
        "number": "试〔2026〕1号",
    }
    return actions.draft_notice(
        draft=NoticeDraft(rows=actions.rows_of(rows), **(said | facts)), by=world.cast.viewer("赵工")
    )


def days(world: Story) -> dict[str, date]:
    return {unit: world.baton(unit).due_on for unit in ("水利局", "住建局")}


def test_before_the_notice_every_date_is_provisional_and_says_so(world):
    assert days(world) == {"水利局": date(2027, 2, 12), "住建局": date(2027, 2, 10)}
    explanation = world.baton("水利局").explanation
    assert explanation["inputs"]["provisional"] is True
    assert any("没有 2027 年的全国放假通知" in line for line in explanation["warnings"])
    assert "2027" in queries.provisional_words()


def test_a_draft_shows_what_would_move_and_moves_nothing(world):
    admin, version = world.cast.viewer("赵工"), queries.calendar_version()
    notice = draft(world)
    page = previews.preview(admin, previews.calendar_after(notice))
    lead = next(row for row in page.rows if row.clock == "handle")
    assert (lead.outcome, timezone.localtime(lead.old_at).date(), timezone.localtime(lead.new_at).date()) == (
        "moved",
        date(2027, 2, 12),
        date(2027, 2, 17),
    )
    assert lead.label.endswith("水利局 · 牵头")
    assert world.cases[0].body not in lead.label
    assert page.next_cursor == ""
    assert days(world)["水利局"] == date(2027, 2, 12)
    assert queries.calendar_version() == version
    assert not Recount.objects.exists()
    with pytest.raises(NotVisible):
        previews.preview(world.cast.viewer("韦晓梅"))


def test_putting_it_in_force_moves_what_is_open_in_one_logged_step(world):
    admin, before = world.cast.viewer("赵工"), queries.calendar_version()
    due_before = figure("batons_due")
    notice = draft(world)
    done = actions.enforce_notice(notice=notice, by=admin)
    assert days(world) == {"水利局": date(2027, 2, 17), "住建局": date(2027, 2, 15)}
    lead = world.baton("水利局")
    assert lead.calendar_version == queries.calendar_version() == done.after_version != before == done.before_version
    assert lead.regime_version == "ordinary/1"
    assert lead.explanation["inputs"]["provisional"] is False
    assert lead.explanation["recounted"][0]["outcome"] == "moved"
    assert any("春节放假" in line["why"] for line in lead.explanation["lines"])
    question = lead.question
    question.refresh_from_db()
    assert question.due_on == date(2027, 2, 17)
    assert {case.due_on for case in Case.objects.all()} == {date(2027, 2, 17)}
    # 签收, 异议 and 首次联系 of 4 February stay where they are, but are sure now
    assert done.moved == 4
    assert done.settled == 12
    assert done.kept == 0
    assert figure("batons_due") == due_before
    assert verbs(notice) == ["calendar_notice.drafted", "calendar_notice.entered"]
    assert "baton.recounted" in verbs(lead)
    assert "question.recounted" in verbs(question)
    # who put it in force and what came of it are two entries: with thousands open, minutes lie between
    entered = Event.objects.get(verb="calendar_notice.entered").facts
    assert (entered["recount"], entered["calendar"]) == (done.pk, done.after_version)
    assert verbs(done) == ["recount.begun", "recount.done"]
    told = Event.objects.get(verb="recount.done").facts
    assert (told["moved"], told["settled"], told["kept"]) == (4, 12, 0)
    assert (done.state, done.found, done.looked_at, done.share) == ("done", 4, 4, 100)
    assert RecountLine.objects.filter(recount=done).count() == 16
    rows, page = previews.recount_lines(admin, done)
    assert len(rows) == len(page.rows) == 16
    assert rows[0].label


def test_a_date_told_to_an_asker_never_comes_forward(world):
    done = actions.enforce_notice(notice=draft(world, SHORT), by=world.cast.viewer("赵工"))
    # the helpers' inner dates follow the calendar, the lead's was told
    assert days(world) == {"水利局": date(2027, 2, 12), "住建局": date(2027, 2, 7)}
    lead = world.baton("水利局")
    assert lead.explanation["recounted"][0]["outcome"] == "kept"
    assert (done.kept, done.moved) == (1, 3)
    line = RecountLine.objects.get(recount=done, outcome="kept")
    assert (line.object_id, timezone.localtime(line.new_at).date()) == (lead.pk, date(2027, 2, 9))
    assert {case.due_on for case in Case.objects.all()} == {date(2027, 2, 12)}


def test_what_is_finished_stays_as_it_was(world):
    helper = world.accept("住建局", "覃丽")
    relay.finish(baton=helper, by=world.cast.viewer("覃丽"))
    actions.enforce_notice(notice=draft(world), by=world.cast.viewer("赵工"))
    helper.refresh_from_db()
    assert helper.due_on == date(2027, 2, 10)
    assert helper.explanation["inputs"]["provisional"] is True


def test_an_approved_day_is_not_the_calendars_to_move(world):
    lead = world.baton("水利局")
    approved = limits.extended_until(lead.explanation, date(2027, 2, 18))
    lead.explanation, lead.due_on = approved.explanation, approved.due_on
    lead.save(update_fields=["explanation", "due_on"])
    actions.enforce_notice(notice=draft(world), by=world.cast.viewer("赵工"))
    lead.refresh_from_db()
    assert lead.due_on == date(2027, 2, 18)


def test_withdrawing_counts_back_but_not_before_what_was_told(world):
    admin = world.cast.viewer("赵工")
    notice = draft(world)
    actions.enforce_notice(notice=notice, by=admin)
    done = actions.withdraw_notice(notice=notice, by=admin)
    assert days(world) == {"水利局": date(2027, 2, 17), "住建局": date(2027, 2, 10)}
    assert (done.kept, done.moved) == (1, 3)
    assert verbs(notice)[-1] == "calendar_notice.withdrawn"
    with pytest.raises(Raced):
        actions.withdraw_notice(notice=notice, by=admin)


def test_only_one_of_two_clicks_counts_and_a_notice_is_in_force_once(world):
    admin = world.cast.viewer("赵工")
    notice = draft(world)
    actions.enforce_notice(notice=notice, by=admin)
    with pytest.raises(Raced):
        actions.enforce_notice(notice=notice, by=admin)
    with pytest.raises(NoticeTaken, match="先撤下"):
        actions.enforce_notice(notice=draft(world), by=admin)
    again = draft(world)
    actions.drop_notice(notice=again, by=admin)
    assert CalendarNotice.objects.get(pk=again.pk).state == "withdrawn"
    assert Recount.objects.count() == 1


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"rows": ()}, "rows"),
        ({"rows": (("2027-02-30", "", "放假", "春节"),)}, "rows"),
        ({"rows": (("2027-02-05", "", "休息", "春节"),)}, "rows"),
        ({"rows": (("2027-02-05", "", "放假", "春节"), ("2027-02-05", "", "上班", "春节"))}, "rows"),
        ({"title": " "}, "title"),
        ({"region": "990000"}, "region"),
        ({"year": 1990}, "year"),
    ],
)
def test_a_wrong_notice_is_refused_beside_its_field(world, facts, field):
    with pytest.raises(BadInput) as refused:
        draft(world, **facts)
    assert refused.value.field == field
    assert not CalendarNotice.objects.exists()


def test_only_an_administrator_enters_notices(world):
    by = world.cast.viewer("韦晓梅")
    notice = draft(world)
    for act in (actions.enforce_notice, actions.drop_notice, actions.withdraw_notice):
        with pytest.raises(NotAllowed):
            act(notice=notice, by=by)
    with pytest.raises(NotAllowed):
        actions.recount(reason="台风", by=by)


def test_a_local_day_moves_open_dates_only_by_the_recount(world):
    admin = world.cast.viewer("赵工")
    actions.set_special_day(day=date(2027, 2, 4), state="off", name="防汛停工", source="通知", by=admin)
    assert days(world)["水利局"] == date(2027, 2, 12)
    assert {row.clock for row in previews.preview(admin).rows} >= {"handle", "helper", "sign"}
    with pytest.raises(BadInput, match="为什么"):
        actions.recount(reason=" ", by=admin)
    done = actions.recount(reason="2 月 4 日防汛停工", by=admin)
    assert days(world)["水利局"] == date(2027, 2, 15)
    sign = world.baton("水利局").sign_due_at
    assert timezone.localtime(sign).date() == date(2027, 2, 9)
    assert world.baton("水利局").explanation["others"]["sign"]["due"] == "2027-02-09"
    assert done.notice is None
    assert verbs(done) == ["recount.begun", "recount.done"]
    assert previews.preview(admin).rows == []


def test_pages_of_a_preview_lose_and_repeat_nothing(world, monkeypatch):
    monkeypatch.setattr(previews, "PAGE", 3)
    for n in range(3):
        world.dispatch(case=world.call(f"第 {n} 件单独的事"), helpers=[], territory_id=None)
    admin, target = world.cast.viewer("赵工"), previews.calendar_after(draft(world))
    seen, cursor = [], ""
    while True:
        page = previews.preview(admin, target, cursor=cursor)
        seen += [(row.object_id, row.clock) for row in page.rows]
        cursor = page.next_cursor
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == (4 + 3) * 4
    assert previews.preview(admin, target, cursor="made up").rows


def test_a_preview_costs_the_same_for_many(world, django_assert_max_num_queries):
    admin, target = world.cast.viewer("赵工"), previews.calendar_after(draft(world))
    for n in range(6):
        world.dispatch(case=world.call(f"第 {n} 件"), helpers=[], territory_id=None)
    with django_assert_max_num_queries(8):
        previews.preview(admin, target)


# --- lot by lot -------------------------------------------------------------------------------------------------


@pytest.fixture
def many(world, monkeypatch):
    """Sixteen batons are open and a lot is five; leads and helpers of one matter fall into different lots."""
    for _ in range(3):
        world.dispatch(world.question(2))
    monkeypatch.setattr(recounting, "LOT", 5)
    return world


def left(run: Recount) -> int:
    """Batons whose date is still the old one."""
    return Baton.objects.filter(calendar_version=run.before_version).count()


def test_a_half_done_recount_goes_on_where_it_was_cut_off_and_moves_each_date_once(many, monkeypatch):
    run = actions.enforce_notice(notice=draft(many), by=many.cast.viewer("赵工"))
    assert (run.state, run.found, run.looked_at, run.moved, left(run)) == ("running", 16, 5, 5, 11)
    assert 0 < run.share < 100
    # a dispatch in between counts by the new calendar and is left alone
    case = many.call("路灯不亮")
    (fresh,) = many.dispatch(case=case, helpers=[], territory_id=None)
    assert fresh.calendar_version == run.after_version
    written, apply = [], BatonDeadlines.apply

    def dies(self, changes, target, *, by):
        done = apply(self, changes, target, by=by)
        written.append({change.object_id for change in changes})
        if len(written) == 2:
            raise KeyboardInterrupt  # a worker killed in the middle of its second lot, after it wrote
        return done

    monkeypatch.setattr(BatonDeadlines, "apply", dies)
    with pytest.raises(KeyboardInterrupt):
        actions.continue_recount(recount_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.looked_at, left(run)) == ("running", 10, 6)  # the torn lot is as if it had not been
    monkeypatch.undo()
    done = actions.continue_recount(recount_id=run.pk)
    assert (done.state, done.moved, done.settled, done.kept, left(run)) == ("done", 16, 48, 0, 0)
    assert RecountLine.objects.filter(recount=run).count() == 64
    for baton in Baton.objects.exclude(pk=fresh.pk):
        assert verbs(baton).count("baton.recounted") == 1
        assert baton.due_on == date(2027, 2, 17 if baton.role == "lead" else 15)
        assert len(baton.explanation["recounted"]) == 1
    assert verbs(fresh).count("baton.recounted") == 0
    assert verbs(run) == ["recount.begun", "recount.done"]
    again = actions.continue_recount(recount_id=run.pk)
    assert (again.moved, again.done_at) == (16, done.done_at)


def test_a_recount_in_lots_never_brings_a_told_date_forward_and_helpers_stay_with_their_lead(many):
    before = {case.pk: case.due_on for case in Case.objects.all()}
    run = actions.enforce_notice(notice=draft(many, SHORT), by=many.cast.viewer("赵工"))
    assert {case.pk: case.due_on for case in Case.objects.all()} == before
    done = actions.continue_recount(recount_id=run.pk)
    assert {case.pk: case.due_on for case in Case.objects.all()} == before
    assert (done.kept, done.moved) == (4, 12)
    for lead in Baton.objects.filter(role="lead"):
        assert lead.due_on == date(2027, 2, 12)
        helpers = Baton.objects.filter(question=lead.question_id).exclude(role="lead")
        assert {helper.due_on for helper in helpers} == {date(2027, 2, 7)}


def test_two_recounts_at_once_are_refused_and_one_that_stands_still_is_pushed(many):
    admin, notice = many.cast.viewer("赵工"), draft(many)
    run = actions.enforce_notice(notice=notice, by=admin)
    for act in (
        lambda: actions.withdraw_notice(notice=notice, by=admin),
        lambda: actions.recount(reason="防汛停工", by=admin),
    ):
        with pytest.raises(StillCounting, match="还在重算（31%）"):
            act()
    notice.refresh_from_db()
    assert notice.state == "in_force"
    with pytest.raises(NotAllowed):
        actions.push_recount(recount=run, by=many.cast.viewer("韦晓梅"))
    actions.push_recount(recount=run, by=admin)
    assert verbs(run)[-1] == "recount.pushed"
    jobs = ProcrastinateJob.objects.filter(task_name="continue_recount", args={"recount_id": run.pk})
    assert jobs.count() == 2  # from the beginning, and from the push: the second finds nothing to do
    done = actions.continue_recount(recount_id=run.pk)
    with pytest.raises(Raced):
        actions.push_recount(recount=done, by=admin)
    back = actions.withdraw_notice(notice=notice, by=admin)
    assert actions.continue_recount(recount_id=back.pk).kept == 4


# --- 作息时间 ---------------------------------------------------------------------------------------------------


def hours(world, **facts):
    said = {"name": "夏季", "since": (6, 1), "spans": "08:00-12:00 15:00-18:00", "source": "作息通知"}
    return actions.set_office_hours(**(said | facts), by=world.cast.viewer("赵工"))


def test_hours_entered_here_decide_limits_by_the_working_hour(world):
    winter = hours(world, name="冬季", since=(10, 1), spans="08:30-12:00，14:30-17:30")
    hours(world)
    limit = queries.ClockView(Clock.Code.SIGN, 4, "wh")
    regime = queries.RegimeView("x", 1, "试", "本地暂定", False, {"sign": limit})
    found = actions.due(regime=regime, clock="sign", start=at("2026-11-27 16:30"))
    assert timezone.localtime(found.due_at) == at("2026-11-30 11:30")
    assert found.explanation["inputs"]["hours"]["tables"][0]["spans"] == [["08:00", "12:00"], ["15:00", "18:00"]]
    actions.remove_office_hours(office_hours=winter, by=world.cast.viewer("赵工"))
    assert not OfficeHours.objects.filter(pk=winter.pk).exists()
    assert [e.verb for e in Event.objects.filter(verb__startswith="office_hours").order_by("id")] == [
        "office_hours.entered",
        "office_hours.entered",
        "office_hours.removed",
    ]


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"spans": "早上到晚上"}, "spans"),
        ({"spans": "12:00-08:00"}, "spans"),
        ({"spans": ""}, "spans"),
        ({"since": (2, 30)}, "since_day"),
        ({"source": ""}, "source"),
    ],
)
def test_wrong_hours_are_refused_beside_their_field(world, facts, field):
    with pytest.raises(BadInput) as refused:
        hours(world, **facts)
    assert refused.value.field == field


def test_two_tables_from_one_day_are_refused(world):
    hours(world)
    with pytest.raises(HoursTaken, match="夏季"):
        hours(world, name="又一张")


def test_one_touch_of_the_calendar_is_one_day_apart(world):
    """The span of a draft is only as wide as what it changes."""
    target = previews.calendar_after(draft(world))
    span = previews.span_of(target)
    assert span == (date(2027, 1, 1), date(2027, 12, 31))  # the whole year stops being provisional
    assert timedelta(days=364) == span[1] - span[0]


# --- dates that are kept with a record ---------------------------------------------------------------------------


def test_a_call_back_follows_the_calendar_and_supervision_only_moves_later(world):
    """Nobody was told when she will be rung up; the unit has the paper with its day in hand."""
    answered = world.call("路灯不亮")
    world.dispatch(case=answered, helpers=[], territory_id=None)
    world.accept("水利局", "黄志强")
    with time_machine.travel(at("2027-02-03 10:00"), tick=False):
        sign(world, case=answered)
        item = supervision.open_item(
            baton=Baton.objects.get(unit=world.cast.units["住建局"]),
            pressure=supervision.Pressure(rung="order", words="请抓紧", pace="urgent", skip_reason="多次反映"),
            why="多次反映",
            by=world.cast.viewer("莫刚"),
        )
    call_back = CallBack.objects.get()
    assert (call_back.due_on, item.due_on) == (date(2027, 2, 10), date(2027, 2, 9))
    shown = previews.preview(world.cast.viewer("赵工"), previews.calendar_after(draft(world)))
    assert {"回访", "反馈进展"} <= {row.clock_words for row in shown.rows}
    done = actions.enforce_notice(notice=CalendarNotice.objects.get(), by=world.cast.viewer("赵工"))
    call_back.refresh_from_db()
    item.refresh_from_db()
    assert (call_back.due_on, item.due_on) == (date(2027, 2, 15), date(2027, 2, 12))
    assert call_back.reckoning.calendar_version == item.reckoning.calendar_version == done.after_version
    assert reckonings.told(item.reckoning_id).steps == ("日历变动，原定 2027-02-09 23:59 到期，已重算。",)
    assert "case.call_back_recounted" in verbs(answered)
    assert "item.recounted" in verbs(item)
    # taken back: the call-back comes forward again, the paper's day stays
    back = actions.withdraw_notice(notice=CalendarNotice.objects.get(), by=world.cast.viewer("赵工"))
    call_back.refresh_from_db()
    item.refresh_from_db()
    assert (call_back.due_on, item.due_on) == (date(2027, 2, 10), date(2027, 2, 12))
    assert RecountLine.objects.get(recount=back, kind="item").outcome == "kept"
    assert "不提前" in reckonings.told(item.reckoning_id).steps[-1]


def test_a_notice_costs_a_few_statements_whatever_the_number_of_questions(world):
    for _ in range(6):
        world.dispatch(world.question(2))
    with CaptureQueriesContext(connection) as few:
        actions.enforce_notice(notice=draft(world), by=world.cast.viewer("赵工"))
    assert Baton.objects.count() == 28
    # before: about fourteen for each lead; rows with days of their own are sent in one go
    assert len(few) < 75
