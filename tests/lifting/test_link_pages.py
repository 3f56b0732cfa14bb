"""The pages of 链路 and 下级提请: an administrator gives and takes cards, compares, cuts; a dispatcher sends back what is not ours."""

import uuid

import pytest
from django.urls import reverse

from tests.lifting.elsewhere import LIFTED, Elsewhere
from tests.lifting.stories import in_hand, lifted, upstairs
from tongti.lifting import actions
from tongti.lifting.models import Arrival, OwnKey, Peer
from tongti.units.models import Region


@pytest.fixture(autouse=True)
def _trying_out(settings):
    settings.DEMO = True


def text(answer):
    return answer.content.decode()


def test_a_link_is_registered_compared_and_cut(signed_in, cast):
    upstairs(cast)
    browser, there = signed_in("赵工"), Elsewhere(name="南岭市")
    assert "还没有钥匙" in text(browser.get("/desk/peers/"))
    assert browser.post("/desk/peers/key/", {"do": "make"}).status_code == 302
    assert "tongti-link:1|" in text(browser.get("/desk/peers/"))
    wrong = browser.post("/desk/peers/new/", {"card": "抄错了的一行", "name": "南岭市", "side": "above"})
    assert wrong.status_code == 422
    assert "不是完整的名片" in text(wrong)
    assert "抄错了的一行" in text(wrong)
    sent = {"card": there.card, "name": "", "side": "above", "units": [cast.units["市水利局"].pk]}
    assert browser.post("/desk/peers/new/", sent).status_code == 302
    peer = Peer.objects.get()
    assert browser.post("/desk/peers/new/", sent).status_code == 409
    url = f"/desk/peers/{peer.pk}/"
    page = text(browser.get(url))
    assert peer.fingerprint in page
    assert "没有核对" not in page
    unticked = browser.post(f"{url}do/", {"do": "confirm", "fingerprint": peer.fingerprint})
    assert unticked.status_code == 422
    assert "请先勾选" in text(unticked)
    browser.post(f"{url}do/", {"do": "confirm", "fingerprint": "00000", "compared": "on"})
    peer.refresh_from_db()
    assert peer.state == "new"  # another key than the one that she compared
    browser.post(f"{url}do/", {"do": "confirm", "fingerprint": peer.fingerprint, "compared": "on"})
    peer.refresh_from_db()
    assert peer.state == "active"
    kept = {"card": "", "name": "南岭市同题", "units": [cast.units["市水利局"].pk, cast.units["水利厅"].pk]}
    assert browser.post(url, kept).status_code == 302
    assert browser.post(url, kept | {"card": Elsewhere(remote_id="cd" * 16).card}).status_code == 422
    browser.post("/desk/peers/key/", {"do": "rotate"})
    assert OwnKey.objects.count() == 2
    assert browser.post(f"{url}do/", {"do": "胡来"}).status_code == 302
    assert browser.post(f"{url}do/", {"do": "revoke"}).status_code == 302
    peer.refresh_from_db()
    assert (peer.name, peer.state, peer.units.count()) == ("南岭市同题", "revoked", 0)
    # it comes back with its new card, and is compared anew
    assert "再接通" in text(browser.get(url))
    assert browser.post(url, kept).status_code == 422
    there.private = Elsewhere().private
    assert browser.post(url, kept | {"card": there.card}).status_code == 302
    peer.refresh_from_db()
    assert (peer.state, peer.units.count()) == ("new", 2)
    for address in ("https://[::1", "https://baisha.example:99999", "https://" + "a." * 120 + "cn"):
        wrong = browser.post("/desk/peers/new/", {"card": there.card.replace(peer.base_url, address), "side": "above"})
        assert wrong.status_code == 422
        assert "网址" in text(wrong)


def test_letters_are_shown_without_what_they_say(signed_in, story, django_assert_max_num_queries):
    upstairs(story.cast)
    there = Elsewhere(name="南岭市")
    peer = there.registered(story.cast, "above", ("市水利局",))
    lift = lifted(story, in_hand(story))
    browser, url = signed_in("赵工"), f"/desk/peers/{peer.pk}/"
    browser.get(url)
    with django_assert_max_num_queries(16):
        page = text(browser.get(url))
    assert lift.number in page
    assert "待送" in page
    assert lift.asked not in page  # an administrator reads no cases
    browser.post(f"{url}do/", {"do": "hurry"})
    assert "全部再送一遍" in text(browser.get(url))
    assert browser.post(f"{url}do/", {"do": "again"}).status_code == 302
    assert "送到" in text(signed_in("黄志强").get(f"/desk/lifts/{lift.pk}/"))


def test_the_city_above_is_entered_so_that_its_units_can_be(signed_in, cast):
    browser = signed_in("赵工")
    wrong = browser.post("/desk/peers/place/", {"level": "city", "place_name": "南岭市", "code": "4501"})
    assert wrong.status_code == 422
    assert "12 位数字" in text(wrong)
    sent = {"level": "city", "place_name": "南岭市", "code": "450100000000"}
    assert browser.post("/desk/peers/place/", sent).status_code == 302
    assert Region.objects.get(level="city").path == f"/{Region.objects.get(level='city').pk}/"
    assert browser.post("/desk/peers/place/", sent).status_code == 422
    assert "南岭市" in text(browser.get(reverse("desk:unit_new")))


def test_what_came_from_below_is_read_and_sent_back(signed_in, cast):
    there = Elsewhere()
    there.registered(cast, "below")
    there.tells("lifted", uuid.uuid4(), LIFTED)
    arrival = Arrival.objects.get()
    browser, url = signed_in("韦晓梅"), f"/desk/lifts/below/{arrival.pk}/"
    assert LIFTED["title"] in text(browser.get("/desk/lifts/below/"))
    assert "没有下级提请" in text(browser.get("/desk/lifts/below/?state=closed"))
    assert "来自 白沙县" in text(browser.get(f"/desk/questions/{arrival.question_id}/"))
    page = text(browser.get(url))
    assert "大塘镇" in page
    assert "退回下级" in page
    empty = browser.post(url, {"reason": ""})
    assert empty.status_code == 422
    assert browser.post(url, {"reason": "由电网企业立项。"}).status_code == 302
    assert browser.post(url, {"reason": "再退"}).status_code == 409
    assert signed_in("何区长").get(url).status_code == 200
    assert "退回下级</button>" not in text(signed_in("李小英").get(url))
    assert signed_in("李小英").post(url, {"reason": "x"}).status_code == 404


def test_a_dispatched_arrival_is_not_sent_back(signed_in, story):
    there = Elsewhere()
    there.registered(story.cast, "below")
    there.tells("lifted", uuid.uuid4(), LIFTED)
    arrival = Arrival.objects.get()
    story.dispatch(arrival.question, helpers=(), territory_id=None)
    assert actions.tell_below() == 1
    browser = signed_in("韦晓梅")
    refused = browser.post(f"/desk/lifts/below/{arrival.pk}/", {"reason": "不归我们"})
    assert refused.status_code == 409
    assert "还没派出去的" in text(refused)
