"""The pages of 供需对接: entering in the firm's words, the likeliest pairs, an introduction to its end; what is wrong is said beside the
field with everything typed kept."""

from datetime import timedelta

import pytest

from tests.linkups.stories import HAD, WANTED, cold_store, fitting, introduced, orchard, said
from tongti.linkups import actions
from tongti.linkups.models import Introduction, Listing, Pair
from tongti.shared import clock


def text(answer):
    return answer.content.decode()


SENT = {
    "firm": "沃柑合作社", "kind": "need", "about": "logistics", "words": WANTED, "title": "", "place": "", "valid_until": "",
    "version": "1", "do": "save",
}  # fmt: skip


def test_a_need_is_entered_from_the_firms_page(signed_in, cast):
    firm = orchard(cast)
    browser = signed_in("黄志强")
    file = text(browser.get(f"/desk/firms/{firm.pk}/"))
    assert "还没有登记需求和供给" in file
    assert f"/desk/linkups/new/?firm={firm.pk}" in file
    assert firm.credit_code in text(browser.get("/desk/linkups/new/", {"firm": firm.pk, "kind": "offer"}))
    titled = browser.post("/desk/linkups/new/", SENT | {"do": "title"})
    assert (titled.status_code, Listing.objects.count()) == (200, 0)
    assert 'value="三百吨沃柑等着入库，急需冷藏库和冷藏车，要有温控记录"' in text(titled)
    answer = browser.post("/desk/linkups/new/", SENT | {"title": "要冷藏库"})
    row = Listing.objects.get()
    assert answer.headers["Location"] == f"/desk/linkups/{row.pk}/"
    assert (row.title, row.firm_id, row.place.name) == ("要冷藏库", firm.pk, "大塘村")
    assert "要冷藏库" in text(browser.get(f"/desk/firms/{firm.pk}/"))


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("firm", "没有这家", "登记簿里没有找到这一家"),
        ("about", "", "请选“关于什么”"),
        ("words", "", "请填写“原话”"),
        ("words", "找 13900139000 要冷库", "这里不写手机号"),
        ("place", "火星", "没有“火星”这个地点"),
        ("valid_until", "后天", "请写成 2026-03-20 这样的日期"),
        ("valid_until", "2020-01-01", "已经过去了"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_typed_is_lost(signed_in, cast, field, typed, sentence):
    orchard(cast)
    answer = signed_in("韦晓梅").post("/desk/linkups/new/", SENT | {"title": "要冷藏库"} | {field: typed})
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert "要冷藏库" in text(answer)
    assert Listing.objects.count() == 0


def test_a_change_is_lost_to_nobody(signed_in, cast):
    row = said(orchard(cast), WANTED, by=cast.viewer("韦晓梅"))
    url = f"/desk/linkups/{row.pk}/edit/"
    assert WANTED in text(signed_in("黄志强").get(url))
    assert signed_in("黄志强").post(url, SENT | {"title": "要冷藏库"}).status_code == 302
    late = signed_in("韦晓梅").post(url, SENT | {"title": "另一个标题"})
    assert late.status_code == 409
    assert "另一个标题" in text(late)
    assert signed_in("李小英").get(url).status_code == 404


def test_a_listing_is_closed_with_a_reason_and_opened_again(signed_in, cast):
    row = said(orchard(cast), WANTED, by=cast.viewer("韦晓梅"))
    browser, url = signed_in("黄志强"), f"/desk/linkups/{row.pk}/state/"
    refused = browser.post(url, {"do": "withdraw", "reason": ""})
    assert refused.status_code == 422
    assert "请填写“说明”" in text(refused)
    assert browser.post(url, {"do": "met", "reason": ""}).status_code == 302
    page = text(browser.get(f"/desk/linkups/{row.pk}/"))
    assert "恢复，重新配对" in page
    assert browser.post(url, {"do": "reopen"}).status_code == 302
    browser.post(url, {"do": "胡来"})
    row.refresh_from_db()
    assert row.state == "open"
    assert signed_in("何区长").post(url, {"do": "met"}).status_code == 404


def test_the_lists_survive_nonsense_in_the_address(signed_in, cast):
    fitting(cast)
    browser = signed_in("韦晓梅")
    asked = {"kind": "胡写", "about": "x", "town": "y", "state": "z", "after": "坏"}
    assert browser.get("/desk/linkups/", asked).status_code == 200
    assert "没有符合条件的" in text(browser.get("/desk/linkups/", {"q": "航天飞机"}))
    assert browser.get("/desk/linkups/pairs/", {"about": "x", "after": "坏"}).status_code == 200
    assert browser.get("/desk/linkups/introductions/", {"tab": "x"}).status_code == 200
    assert browser.get("/desk/linkups/new/", {"firm": "9" * 30, "kind": "x"}).status_code == 200


def test_pairs_stand_with_their_reasons_and_one_is_set_aside(signed_in, cast):
    pair = fitting(cast)
    browser = signed_in("黄志强")
    assert "可能合适的供需" in text(browser.get("/desk/"))
    page = text(browser.get("/desk/linkups/pairs/"))
    assert "都提到：" in page
    assert "同一乡镇（街道）：大塘镇" in page
    url = f"/desk/linkups/pairs/{pair.pk}/"
    both = text(browser.get(url))
    assert "<mark>冷藏库</mark>" in both
    assert "韦**" in both
    assert "覃**" not in both  # the store is not 水利局's to ring
    missing = browser.post(url, {"do": "aside", "reason": ""})
    assert missing.status_code == 422
    assert "请填写“为什么不合适”" in text(missing)
    assert browser.post(url, {"do": "aside", "reason": "库已经租满"}).status_code == 302
    assert "没有待看的" in text(browser.get("/desk/linkups/pairs/"))
    again = browser.post(url, {"do": "introduce", "how": "phone"})
    assert again.status_code == 409
    assert "刚刚已经有人处理" in text(again)
    assert browser.post(url, {"do": "take_back"}).status_code == 302
    assert signed_in("何区长").post(url, {"do": "aside", "reason": "我说不合适"}).status_code == 404


def test_an_introduction_from_consent_to_deal(signed_in, cast):
    pair = fitting(cast)
    browser = signed_in("韦晓梅")
    contact = pair.offer.firm.contacts.get()
    sent = {"do": "introduce", "how": "visit", "offer_contact": contact.pk, "note": "离得不远"}
    answer = browser.post(f"/desk/linkups/pairs/{pair.pk}/", sent)
    row = Introduction.objects.get()
    url = f"/desk/linkups/introductions/{row.pk}/"
    assert answer.headers["Location"] == url
    page = text(browser.get(url))
    assert "覃** " in page
    assert "13900139000" not in page
    assert "双方都同意之前" in page
    early = browser.post(url, {"do": "pass_on"})
    assert early.status_code == 409
    for side in ("need", "offer"):
        assert browser.post(url, {"do": f"agree_{side}", "said": ""}).status_code == 422
        assert browser.post(url, {"do": f"agree_{side}", "said": "经理电话同意"}).status_code == 302
    assert browser.post(url, {"do": "pass_on"}).status_code == 302
    no_day = browser.post(url, {"do": "step", "state": "talking", "words": "看过库了"})
    assert no_day.status_code == 422
    assert "请填写下次什么时候再问" in text(no_day)
    assert "看过库了" in text(no_day)
    browser.post(url, {"do": "step", "state": "talking", "words": "看过库了", "follow_up_on": str(clock.today())})
    assert "要跟进的引荐" in text(browser.get("/desk/"))
    assert pair.need.title in text(browser.get("/desk/linkups/introductions/"))
    done = {"do": "step", "state": "agreed", "words": "签了一季", "value": "18.6", "met": "on"}
    assert browser.post(url, done).status_code == 302
    assert "18.6" in text(browser.get("/desk/linkups/introductions/?tab=agreed"))
    pair.need.refresh_from_db()
    assert pair.need.state == "met"
    assert "谈成了" in text(browser.get(f"/desk/firms/{pair.offer.firm_id}/"))
    assert browser.post(url, done).status_code == 409


def test_the_pages_cost_the_same_however_much_there_is(signed_in, cast, django_assert_max_num_queries):
    mei = cast.viewer("韦晓梅")
    pair = fitting(cast)
    for n in range(12):
        said(pair.offer.firm, f"{HAD}第 {n} 座库。", kind="offer", by=mei)
        said(pair.need.firm, f"{WANTED}第 {n} 批。", by=mei)
    assert Pair.objects.count() > 100
    row = introduced(pair, by=mei)
    day = clock.today() + timedelta(days=2)
    for n in range(8):
        actions.note_step(introduction=row, state="talking", words=f"第 {n} 次问", follow_up_on=day, by=mei)
    browser = signed_in("韦晓梅")
    budgets = {
        "/desk/linkups/": 12,
        "/desk/linkups/pairs/": 12,
        f"/desk/linkups/{pair.need_id}/": 14,
        f"/desk/linkups/pairs/{pair.pk}/": 13,
        "/desk/linkups/introductions/": 13,
        f"/desk/linkups/introductions/{row.pk}/": 14,
    }
    browser.get("/desk/linkups/")
    for url, most in budgets.items():
        with django_assert_max_num_queries(most):
            assert browser.get(url).status_code == 200, url


def test_a_firms_file_shows_what_it_needs_and_offers_to_whoever_sees_it(signed_in, cast):
    store = cold_store(cast)
    row = said(store, HAD, kind="offer", by=cast.viewer("覃丽"))
    assert row.title in text(signed_in("何区长").get(f"/desk/firms/{store.pk}/"))
    assert "登记需求或供给" not in text(signed_in("何区长").get(f"/desk/firms/{store.pk}/"))
