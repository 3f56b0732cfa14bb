"""Two at once on one line: two leaders sign, one letter comes twice, it is withdrawn while its answer arrives."""

import uuid

import pytest

from tests.cast import make_cast
from tests.lifting.elsewhere import LIFTED, Elsewhere
from tests.lifting.stories import in_hand, lifted, prepared, upstairs
from tests.relay.stories import Story
from tests.relay.test_races import at_once, won_and_lost
from tongti.cases.models import Case
from tongti.deadlines.queries import forget_calendar
from tongti.lifting import actions
from tongti.lifting.errors import LiftMoved, UnitTaken
from tongti.lifting.models import Arrival, Lift, LiftSeries, Outgoing, Peer, PeerUnit
from tongti.relay.models import Baton
from tongti.shared.errors import Raced

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def up(transactional_db: None, settings) -> Story:
    settings.DEMO = True
    forget_calendar()
    story = Story(make_cast())
    upstairs(story.cast)
    return story


def test_two_leaders_sign_off_at_once(up):
    lift, leader = prepared(up, in_hand(up, 1)), up.cast.viewer("何区长")
    results = at_once(*[lambda: actions.sign_off(lift=Lift.objects.get(pk=lift.pk), by=leader)] * 2)
    won, lost = won_and_lost(results)
    assert (len(won), len(lost)) == (1, 1)
    assert isinstance(lost[0], Raced | LiftMoved)
    assert Baton.objects.filter(unit=up.cast.units["市水利局"]).count() == 1
    assert LiftSeries.objects.get().last == 1  # the loser's number was given back


def test_one_letter_comes_twice_at_once(up):
    there = Elsewhere()
    there.registered(up.cast, "below")
    body = there.letter("lifted", uuid.uuid4(), LIFTED)
    headers = there.signed(body)
    results = at_once(*[lambda: there.post(body, headers)] * 2)
    assert sorted(status for status, _said in results) == [200, 409]
    assert (Arrival.objects.count(), Case.objects.count(), Peer.objects.get().got) == (1, 1, 1)


def test_it_is_withdrawn_while_its_answer_arrives(up):
    there = Elsewhere(name="南岭市")
    there.registered(up.cast, "above", ("市水利局",))
    lift = lifted(up, in_hand(up, 1))
    by = up.cast.viewer("黄志强")
    data = {"unit": "南岭市水利局", "words": "四月换管。"}
    body = there.letter("answered", lift.key, data)
    headers = there.signed(body)
    came, withdrawn = at_once(
        lambda: there.post(body, headers),
        lambda: actions.withdraw(lift=Lift.objects.get(pk=lift.pk), reason="不提了", by=by),
    )
    lift.refresh_from_db()
    # whoever came first, nobody waits for ever and the end is one of the two orders
    assert came[0] == 200
    assert lift.state == ("answered" if isinstance(withdrawn, Exception) else "withdrawn")
    assert isinstance(withdrawn, Lift | Raced | LiftMoved)
    told = Outgoing.objects.filter(kind="withdrawn").count()
    assert told == (lift.state == "withdrawn")


def test_two_administrators_choose_one_unit_at_once(up):
    by, unit = up.cast.viewer("赵工"), up.cast.units["市水利局"].pk
    peers = [
        Elsewhere(remote_id=f"{n}a" * 16, name=name).registered(up.cast, "above")
        for n, name in ((1, "甲市"), (2, "乙市"))
    ]
    results = at_once(
        *[lambda peer=peer: actions.change_peer(peer=peer, name=peer.name, unit_ids=(unit,), by=by) for peer in peers]
    )
    won, lost = won_and_lost(results)
    assert (len(won), len(lost)) == (1, 1)
    assert isinstance(lost[0], UnitTaken)
    assert PeerUnit.objects.get().peer == won[0]


def test_a_paper_is_entered_once_by_two_presses_at_once(up):
    lift, by = lifted(up, in_hand(up, 1), "水利厅"), up.cast.viewer("黄志强")
    typed = {"words": "同意列入。", "paper": "桂水函〔2026〕8号"}
    first, second = at_once(*[lambda: actions.enter_paper(lift=Lift.objects.get(pk=lift.pk), by=by, **typed)] * 2)
    assert first == second
    assert lift.replies.count() == 1
