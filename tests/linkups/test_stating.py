"""A firm writes what it needs and offers itself; nothing is paired with it until somebody who keeps its file says so."""

import uuid
from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse

from tests.linkups.stories import HAD, WANTED, cold_store, orchard, said
from tests.parties.firms import MANAGER, code
from tests.relay.stories import verbs
from tongti.cases import actions as cases
from tongti.cases.actions import Intake
from tongti.linkups import actions, queries
from tongti.linkups.actions import MOST_WAITING, ListingDraft
from tongti.linkups.errors import ListingClosed, NotWaiting, TooManyWaiting
from tongti.linkups.models import Listing, Pair
from tongti.outbox.models import Message
from tongti.shared import links, ratelimit
from tongti.shared.actor import Asker
from tongti.shared.errors import BadInput, NotAllowed, NotVisible, Raced

NEED = ListingDraft(kind="need", about="logistics", words=WANTED)
FORM = {"kind": "need", "about": "logistics", "words": WANTED, "credit_code": code(501), "phone": MANAGER.phone}


@pytest.fixture(autouse=True)
def _fresh(db):
    ratelimit.forget_all()


@pytest.fixture
def farm(cast):
    """The orchard that 水利局 looks after; the cold store beside it has what it needs."""
    said(cold_store(cast), HAD, kind="offer", by=cast.viewer("韦晓梅"))
    return orchard(cast)


def stated(farm, **facts) -> Listing:
    return actions.state_listing(firm=farm, draft=NEED, by=Asker(None), **({"key": uuid.uuid4()} | facts))


def test_it_waits_for_an_officer_and_is_paired_with_nothing(cast, farm):
    row = stated(farm)
    assert (row.state, row.entered_by, row.words) == ("stated", None, WANTED)
    assert verbs(row) == ["listing.stated"]
    assert not Pair.objects.exists()
    with pytest.raises(ListingClosed):
        actions.change(listing=row, draft=replace(NEED, words=HAD), version=1, by=cast.viewer("韦晓梅"))
    # the back door is shut as well
    with pytest.raises(Raced):
        actions.reopen(listing=row, by=cast.viewer("韦晓梅"))
    assert queries.stated_waiting(cast.viewer("黄志强")).count() == 1
    assert queries.stated_waiting(cast.viewer("覃丽")).count() == 0


def test_confirmed_it_stands_as_written_and_is_paired(cast, farm):
    row = stated(farm)
    with pytest.raises(NotAllowed):
        actions.confirm_stated(listing=row, by=cast.viewer("覃丽"))
    keeper = cast.viewer("黄志强")
    actions.confirm_stated(listing=row, by=keeper)
    assert (row.state, row.decided_by_id, row.words) == ("open", keeper.officer_id, WANTED)
    assert verbs(row) == ["listing.stated", "listing.confirmed"]
    assert Pair.objects.get().need == row
    told = Message.objects.get(about_kind="linkups.listing")
    assert (told.about_id, told.to.endswith(MANAGER.phone), row.title in told.body) == (row.pk, True, True)
    for again in (
        lambda: actions.confirm_stated(listing=row, by=keeper),
        lambda: actions.refuse_stated(listing=row, reason="重复", by=keeper),
    ):
        with pytest.raises(NotWaiting):
            again()


def test_one_that_is_not_used_says_why(cast, farm):
    row, keeper = stated(farm), cast.viewer("黄志强")
    with pytest.raises(BadInput, match="说明"):
        actions.refuse_stated(listing=row, reason=" ", by=keeper)
    actions.refuse_stated(listing=row, reason="企业说填错了", by=keeper)
    assert (row.state, row.state_reason) == ("refused", "企业说填错了")
    assert verbs(row)[-1] == "listing.refused"
    assert "企业说填错了" in Message.objects.get(about_kind="linkups.listing").body
    assert not Pair.objects.exists()


def test_sent_twice_it_is_one_and_a_flood_is_stopped(cast, farm):
    key = uuid.uuid4()
    assert stated(farm, key=key) == stated(farm, key=key)
    assert Listing.objects.filter(state="stated").count() == 1
    with pytest.raises(NotVisible):
        actions.state_listing(firm=cold_store_of(farm), key=key, draft=NEED, by=Asker(None))
    for _ in range(MOST_WAITING - 1):
        stated(farm)
    with pytest.raises(TooManyWaiting):
        stated(farm)


def cold_store_of(farm):
    return Listing.objects.exclude(firm=farm).get().firm


def test_code_and_a_contacts_phone_speak_for_the_firm(farm):
    browser = Client()
    answer = browser.post(reverse("public:supply"), FORM | {"key": str(uuid.uuid4())})
    assert answer["Location"] == reverse("public:supply_sent")
    assert Listing.objects.get(state="stated").firm == farm
    assert "先核对" in browser.get(answer["Location"]).content.decode()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"phone": "13900139000"}, "代码和手机号对不上"),
        ({"credit_code": code(999)}, "代码和手机号对不上"),
        ({"credit_code": "9145019"}, "应是 18 位"),
        ({"phone": "123"}, "这个电话号码不对"),
        ({"words": "！！！"}, "写"),
        ({"words": "要冷库，打 13800138000"}, "不写手机号"),
        ({"kind": ""}, "请选"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(farm, typed, sentence):
    answer = Client().post(reverse("public:supply"), FORM | typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert "三百吨沃柑" in page or "words" in typed
    # whether such a firm exists is told to nobody
    assert "白石沃柑合作社" not in page
    assert not Listing.objects.filter(state="stated").exists()


def test_a_guesser_is_slowed_down(farm):
    wrong = FORM | {"phone": "13900139000"}
    answers = [Client().post(reverse("public:supply"), wrong).status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]


def test_by_the_link_of_its_own_difficulty_it_needs_neither(cast, farm):
    case = cases.register(
        intake=Intake(
            key=uuid.uuid4(), channel="visit", kind="help", body="路不好走", asker_party_id=farm.pk,
            asker_kind="enterprise",
        ),
        by=cast.viewer("李小英"),
    )  # fmt: skip
    browser = Client()
    browser.get(reverse("public:link", args=[links.tracking_token(case.pk)]))
    page = browser.get(reverse("public:supply")).content.decode()
    assert case.number in page
    assert "credit_code" not in page
    sent = {"kind": "need", "about": "logistics", "words": WANTED, "key": str(uuid.uuid4()), "case": str(case.pk)}
    assert browser.post(reverse("public:supply"), sent).status_code == 302
    assert Listing.objects.get(state="stated").firm == farm
    # another browser cannot name the case, and what is no number of a case names none
    for odd in ("²", "9" * 5000):
        assert browser.post(reverse("public:supply"), sent | {"key": str(uuid.uuid4()), "case": odd}).status_code == 422
    assert Client().post(reverse("public:supply"), sent | {"key": str(uuid.uuid4())}).status_code == 422


def test_the_officer_confirms_it_on_its_page(cast, farm):
    row = stated(farm)
    client = Client()
    client.force_login(cast.officers["黄志强"])
    assert "企业自己填的供需，等确认" in client.get(reverse("desk:home")).content.decode()
    assert row.title in client.get(reverse("desk:linkups"), {"state": "stated"}).content.decode()
    assert "企业自己填的，采用吗" in client.get(reverse("desk:linkup", args=[row.pk])).content.decode()
    state = reverse("desk:linkup_state", args=[row.pk])
    assert client.post(state, {"do": "refuse", "reason": ""}).status_code == 422
    assert client.post(state, {"do": "confirm"}).status_code == 302
    assert "黄志强确认" in client.get(reverse("desk:linkup", args=[row.pk])).content.decode()
    assert client.post(state, {"do": "confirm"}).status_code == 409
