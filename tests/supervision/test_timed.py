"""Timed work: told once by two workers, after a crash, across a clock that jumps; a lost night is made up; nights are quiet."""

import threading
from datetime import time

import pytest
import time_machine
from django.core import mail
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from tests.cast import make_cast
from tests.relay.stories import Story
from tests.supervision.conftest import FRIDAY, Watch
from tongti.accounts.models import Officer
from tongti.deadlines import actions as deadlines
from tongti.outbox import actions as outbox
from tongti.outbox import notices
from tongti.outbox.models import Message, Notice
from tongti.supervision import actions, queries
from tongti.supervision.models import Proposal
from tongti.trail.models import Event


def told(kind):
    """Names of those who were told of a kind of fact."""
    return sorted(Notice.objects.filter(key__startswith=f"{kind}:").values_list("officer__name", flat=True))


@pytest.mark.django_db
class TestReminders:
    def test_the_holder_hears_once_before_the_day_and_the_leader_after_it(self, watch):
        watch.days_later(6)  # Thursday; the lead is due on Friday, helpers were due on Wednesday
        assert actions.remind() > 0
        assert told("near") == ["黄志强"]
        assert actions.remind() == 0
        watch.days_later(10)
        actions.remind()
        assert set(told("past")) >= {"黄志强", "陆局长"}
        assert actions.remind() == 0
        # whoever signed for it hears, not the whole unit
        assert "梁工" not in told("past")

    def test_what_nobody_signed_is_told_to_the_unit(self, watch):
        watch.days_later(4)
        actions.remind()
        assert "覃丽" in told("near") + told("unsigned") + told("past")

    def test_a_lost_night_is_made_up(self, watch):
        """Nothing ran for a week: the first look finds all of it."""
        watch.days_later(12)
        assert actions.remind() > 0
        assert "黄志强" in told("past")
        assert Proposal.objects.count() == 0
        assert actions.scan()[0] > 0

    def test_a_moved_deadline_is_a_new_fact(self, watch):
        watch.days_later(10)
        actions.remind()
        lead = watch.lead
        lead.due_on = FRIDAY.date().replace(day=18)
        lead.save(update_fields=["due_on"])
        watch.days_later(13)
        actions.remind()
        assert Notice.objects.filter(key__startswith=f"past:{lead.pk}:", officer__name="黄志强").count() == 2

    def test_a_clock_that_ran_ahead_does_not_swallow_the_true_day(self, watch):
        watch.days_later(20)
        actions.remind()
        early = Notice.objects.get(key__startswith=f"past:{watch.lead.pk}:", officer__name="黄志强")
        notices.mark_read(by=watch.huang)
        watch.days_later(1)
        actions.remind()
        early.refresh_from_db()
        assert early.read_at is not None
        watch.days_later(10)
        actions.remind()
        early.refresh_from_db()
        assert (early.read_at, early.at.date().isoformat()) == (None, "2026-03-16")
        assert Notice.objects.filter(key__startswith=f"past:{watch.lead.pk}:", officer__name="黄志强").count() == 1

    def test_supervision_that_is_late_is_told_to_unit_and_supervisor(self, watch):
        watch.open("order", skip_reason="急", pace="urgent")
        watch.days_later(6)
        actions.remind()
        assert told("item_late") == ["梁工", "莫刚", "陆局长", "黄志强"]

    def test_only_her_own_notices_can_be_read(self, watch):
        watch.days_later(6)
        actions.remind()
        mine = notices.mine(watch.huang).rows
        assert notices.one(watch.mo, mine[0].pk) is None
        assert notices.mark_read(by=watch.mo, notice_id=mine[0].pk) == 0
        assert notices.unread(watch.huang) == len(mine)
        assert notices.mark_read(by=watch.huang) == len(mine)

    def test_it_costs_the_same_queries_whatever_the_number(self, watch, django_assert_max_num_queries):
        watch.days_later(10)
        with django_assert_max_num_queries(25):
            actions.remind()
        with django_assert_max_num_queries(60):
            actions.scan()

    def test_a_look_leaves_the_long_explanations_where_they_are(self, watch):
        """Every open baton is looked at every ten minutes; the day lists of its explanation are not read for it."""
        watch.days_later(10)
        with CaptureQueriesContext(connection) as asked:
            actions.remind()
            actions.scan()
        read = [q["sql"] for q in asked if '"relay_baton"."explanation",' in q["sql"]]
        assert read == []


@pytest.mark.django_db
class TestMailAndQuietHours:
    @pytest.fixture
    def with_mail(self, watch):
        Officer.objects.filter(name="黄志强").update(email="")
        huang = Officer.objects.get(name="黄志强")
        huang.email = "huang@example.cn"
        huang.save(update_fields=["email"])
        return watch

    def test_whoever_left_an_address_gets_one_mail(self, with_mail):
        with_mail.days_later(6)
        actions.remind()
        actions.remind()
        outbox.send_waiting()
        assert [m.to for m in mail.outbox] == [["huang@example.cn"]]
        assert mail.outbox[0].subject.startswith("快到期了")

    def test_at_night_it_waits_for_the_morning(self, with_mail, settings):
        settings.QUIET_HOURS = (time(22), time(7))
        with_mail.days_later(5, hour=23)
        # told in the system at once, by mail in the morning
        with_mail.days_later(6, hour=2)
        actions.remind()
        assert told("near") == ["黄志强"]
        assert outbox.send_waiting() == 0
        assert mail.outbox == []
        with_mail.days_later(6, hour=7)
        assert outbox.send_waiting() == 1

    def test_an_emergency_rings_at_night(self, story, settings):
        settings.QUIET_HOURS = (time(22), time(7))
        huang = story.cast.officers["黄志强"]
        huang.email = "huang@example.cn"
        huang.save(update_fields=["email"])
        with time_machine.travel(FRIDAY.replace(hour=23), tick=False) as traveller:
            deadlines.load_samples()  # with the regime of two hours, which runs through the night
            case = story.call("煤气管被挖断", urgency="critical")
            story.dispatch(case=case, helpers=[], territory_id=None)
            traveller.move_to(FRIDAY.replace(day=7, hour=2))
            actions.remind()
            outbox.send_waiting()
            assert not Message.objects.filter(urgent=True, state="waiting").exists()
            assert "超期了" in {m.subject.partition("：")[0] for m in mail.outbox}
            assert not Message.objects.filter(urgent=False, channel="email", state="sent").exists()


# --- two workers at once, and one that dies: real transactions ---------------------------------------------------------


@pytest.fixture
def apart(transactional_db):
    """The same Friday's matter, committed, so that several connections see it."""
    with time_machine.travel(FRIDAY, tick=False) as traveller:
        story = Story(make_cast())
        question = story.question(3)
        story.dispatch(question)
        story.accept("水利局", "黄志强")
        yield Watch(story, question, traveller)


def together(work, count=2):
    """Run ``work`` in several threads at once; answers what they said. An error of one is the test's."""
    barrier, said, wrong = threading.Barrier(count), [], []

    def run():
        try:
            barrier.wait()
            said.append(work())
        except Exception as error:  # noqa: BLE001  (handed to the test)
            wrong.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    return said


def test_two_workers_at_once_tell_once(apart):
    apart.days_later(10)
    said = together(actions.remind)
    keys = list(Notice.objects.values_list("key", flat=True))
    assert len(keys) == len(set(keys)) == sum(said)
    assert actions.remind() == 0


def test_two_workers_at_once_propose_once(apart):
    apart.days_later(10)
    made = sum(new for new, _lapsed in together(actions.scan))
    assert made == Proposal.objects.count() > 0
    assert Event.objects.filter(verb="proposal.made").count() == made


def test_two_supervisors_open_one_item(apart):
    from tongti.shared.errors import DomainError

    def open_one():
        try:
            return apart.open().pk
        except DomainError:
            return None

    said = together(open_one)
    assert sorted(pk is None for pk in said) == [False, True]
    assert len(queries.items(apart.mo).rows) == 1


def test_a_worker_that_dies_before_its_commit_leaves_nothing_half_said(apart):
    apart.days_later(10)

    class Killed(BaseException):
        """As SIGKILL: nobody catches it."""

    def dies():
        with transaction.atomic():
            actions.remind()
            actions.scan()
            raise Killed

    with pytest.raises(Killed):
        dies()
    assert (Notice.objects.filter(key__startswith="past").count(), Proposal.objects.count()) == (0, 0)
    first = actions.remind()
    assert first == Notice.objects.filter(key__regex="^(past|near|unsigned):").count()


def test_a_worker_killed_between_commit_and_ack_runs_its_job_again_and_says_nothing_twice(apart):
    """The job's work is committed, the worker dies before it reports: the job is still "doing" and is queued again."""
    from procrastinate.contrib.django import app

    app.perform_import_paths()
    apart.days_later(10)
    job_id = app.configure_task("reminders.tell").defer(timestamp=0)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [job_id])
    app.tasks["reminders.tell"].func(timestamp=0)
    said = Notice.objects.count()
    connection.close()  # the worker is gone; a new one takes the job again
    with connection.cursor() as cursor:
        cursor.execute("SELECT status FROM procrastinate_jobs WHERE id = %s", [job_id])
        assert cursor.fetchone() == ("doing",)
    app.tasks["reminders.tell"].func(timestamp=0)
    assert Notice.objects.count() == said > 0
