"""裁定异议 has a clock of its own: until the ruling a unit holds what it says is not its own, so whoever rules is reminded."""

from datetime import date, datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.relay.stories import verbs
from tongti.deadlines import actions as deadlines
from tongti.deadlines import queries as days
from tongti.deadlines import reckonings
from tongti.deadlines.models import Clock, RecountLine
from tongti.outbox.models import Notice
from tongti.relay import actions as relay
from tongti.relay.models import Objection
from tongti.supervision.actions import remind

pytestmark = pytest.mark.django_db
WHY = {"reason": "泵房由住建部门管理", "basis": "三定规定"}


@pytest.fixture(autouse=True)
def _fresh_calendar():
    days.forget_calendar()
    yield
    days.forget_calendar()


@pytest.fixture
def objection(story, cast, in_hand):
    """On Friday 6 March at nine 水利局 says that it is not its duty."""
    return relay.object_(baton=story.baton("水利局"), by=cast.viewer("黄志强"), **WHY)


def at(day, hour=9):
    return timezone.make_aware(datetime(2026, 3, day, hour))


def told(kind):
    return set(Notice.objects.filter(key__startswith=f"{kind}:").values_list("officer__name", flat=True))


def test_the_day_is_counted_by_the_batons_own_regime_and_kept_with_its_record(objection, cast):
    assert (objection.due_on, objection.due_at) == (date(2026, 3, 9), None)
    record = reckonings.told(objection.reckoning_id)
    assert (record.regime_version, record.verified) == ("ordinary/1", False)
    assert "裁定异议" in record.name
    client = Client()
    client.force_login(cast.officers["韦晓梅"])
    listed = client.get(reverse("desk:objections")).content.decode()
    assert "03-09" in listed
    page = client.get(reverse("desk:objection", args=[objection.pk])).content.decode()
    for words in ("裁定期限", "2026-03-09", "裁定期限怎么算的", "系统默认：当日或次日裁定"):
        assert words in page


def test_whoever_rules_is_reminded_on_the_day_and_after_it_and_once(objection, cast, on_friday):
    remind()
    assert told("ruling_due") == set()
    on_friday.move_to(at(9))
    remind()
    assert "韦晓梅" in told("ruling_due")
    assert "黄志强" not in told("ruling_due")
    on_friday.move_to(at(10))
    remind()
    assert "韦晓梅" in told("ruling_late")
    assert remind() == 0
    client = Client()
    client.force_login(cast.officers["韦晓梅"])
    assert "超期" in client.get(reverse("desk:objections")).content.decode()
    relay.rule(objection=objection, ruling="upheld", note="职责清单写明", by=cast.viewer("韦晓梅"))
    before = Notice.objects.filter(key__startswith="ruling_").count()
    on_friday.move_to(at(11))
    remind()
    assert Notice.objects.filter(key__startswith="ruling_").count() == before


@pytest.mark.parametrize(
    ("facts", "due"),
    [
        ({"asker_kind": "enterprise", "asker_name": "桂东木业有限公司"}, (date(2026, 3, 6), None)),
        ({"urgency": "critical"}, (date(2026, 3, 6), at(6).replace(minute=15))),
    ],
    ids=["firm: the same day", "emergency: a quarter of an hour"],
)
def test_other_regimes_other_days(story, cast, on_friday, facts, due):
    deadlines.load_samples()
    case = story.call("厂区没有水", **facts)
    story.dispatch(case=case, helpers=[], territory_id=None)
    found = relay.object_(baton=story.baton("水利局"), by=cast.viewer("黄志强"), **WHY)
    assert (found.due_on, found.due_at) == due


def test_a_regime_that_says_nothing_sets_no_day(story, cast, on_friday):
    deadlines.load_samples()
    Clock.objects.filter(code="ruling").delete()
    story.dispatch(story.question())
    found = relay.object_(baton=story.baton("水利局"), by=cast.viewer("黄志强"), **WHY)
    assert (found.due_on, found.reckoning_id) == (None, None)
    on_friday.move_to(at(20))
    remind()
    assert told("ruling_late") == set()


def test_it_follows_the_calendar(objection, cast):
    admin = cast.viewer("赵工")
    deadlines.set_special_day(day=date(2026, 3, 9), state="off", name="防汛停工", source="通知", by=admin)
    done = deadlines.recount(reason="3 月 9 日防汛停工", by=admin)
    row = Objection.objects.get()
    assert (row.due_on, row.due_at) == (date(2026, 3, 10), None)
    line = RecountLine.objects.get(recount=done, kind="objection")
    assert (line.object_id, line.clock, line.outcome) == (row.pk, "ruling", "moved")
    assert "baton.objection_recounted" in verbs(row.baton)
