"""批示: given by a leader, owned by a unit, answered, and closed by the leader's side only."""

from datetime import date

import pytest

from tests.relay.stories import verbs
from tongti.outbox.models import Notice
from tongti.shared.errors import BadInput, NotAllowed, NotVisible
from tongti.supervision import actions, queries
from tongti.supervision.errors import NotOpen, OwnerCannotClose

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(watch):
    return actions.instruct(
        question=watch.question,
        words="请水利局本周内解决，报我",
        due_on=date(2026, 3, 13),
        by=watch.cast.viewer("何区长"),
    )


def test_it_goes_to_whoever_leads_and_is_closed_by_the_leaders_side(watch, told):
    he, lu = watch.cast.viewer("何区长"), watch.cast.viewer("陆局长")
    assert told.owner == watch.cast.units["水利局"]
    assert set(Notice.objects.filter(about_id=told.pk).values_list("officer__name", flat=True)) == {
        "黄志强",
        "梁工",
        "陆局长",
        "莫刚",
    }
    with pytest.raises(NotOpen):
        actions.close(instruction=told, by=he)
    actions.report(instruction=told, words="主管已换，今晚恢复", by=lu)
    with pytest.raises(OwnerCannotClose):
        actions.close(instruction=told, by=lu)
    actions.return_report(instruction=told, reason="说清楚恢复到哪几栋", by=watch.mo)
    actions.report(instruction=told, words="1 至 6 栋全部恢复", by=watch.huang)
    closed = actions.close(instruction=told, note="已现场看过", by=he)
    assert closed.state == "closed"
    assert verbs(told) == [
        "instruction.given",
        "instruction.answered",
        "instruction.sent_back",
        "instruction.answered",
        "instruction.closed",
    ]
    assert [r.returned_for for r in told.reports.order_by("pk")] == ["说清楚恢复到哪几栋", ""]


def test_only_leaders_instruct_and_only_those_concerned_read(watch, told):
    with pytest.raises(NotAllowed):
        actions.instruct(question=watch.question, words="快办", by=watch.mo)
    with pytest.raises(BadInput):
        actions.instruct(question=watch.question, words="  ", by=watch.cast.viewer("何区长"))
    assert queries.instruction_for(watch.huang, told.pk) == told
    for stranger in ("农志明", "覃丽"):
        with pytest.raises(NotVisible):
            queries.instruction_for(watch.cast.viewer(stranger), told.pk)
    assert [i.pk for i in queries.instructions_on(watch.mo, question=watch.question)] == [told.pk]


def test_before_dispatch_the_fallback_unit_owns_it(story):
    case = story.call("井盖不见了")
    row = actions.instruct(case=case, words="今天之内围起来", by=story.cast.viewer("何区长"))
    assert row.owner == story.cast.units["热线办"]
