"""The pages of the window: the desk and the portal take the register down, a guide gets its next version, a cause is found."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.relay.stories import deferred
from tests.window.stories import PAPERS, SAID, STEPS, causes, draft, item, many, matter, stuck
from tongti.cases.models import Case
from tongti.units.transfer import sheets
from tongti.window import actions
from tongti.window.actions import papers_of
from tongti.window.models import Cause, ReformCandidate, ReformThreshold, ServiceItem, WindowMatter


def text(answer):
    return answer.content.decode()


def call(**typed):
    """A call at the door 办不成事, as the register page sends it."""
    sent = {
        "key": "5a1d9c1e-0000-4000-8000-000000000001", "phone": "13800138000", "name": "韦大姐", "who": "person", "channel": "stuck",
        "words": SAID, "place": "", "category": "", "kind": "help", "urgency": "normal", "title": "", "address": "",
        "email": "", "credit_code": "", "answer": "", "suggested": "", "repeat_of": "",
        "matter": "用水报装", "department": "政务中心 3 号窗口", "step": "受理", "paper": "房产证明", "visits": "3",
        "first_tried": "2026-02-02", "stuck_at": "要补盖章的证明", "told_once": "no",
    }  # fmt: skip
    return sent | typed


def test_a_call_at_this_door_fills_the_register(signed_in, cast):
    item(cast)
    browser = signed_in("李小英")
    door = text(browser.post("/desk/register/door/", {"channel": "stuck"}))
    assert '<option value="用水报装">水利局</option>' in door
    answer = browser.post("/desk/register/", call())
    row = WindowMatter.objects.get()
    assert answer.status_code == 302
    assert (row.item.code, row.step.name, row.paper.name, row.trips, row.told_once) == (
        "YS-001",
        "受理",
        "房产证明",
        3,
        "no",
    )
    assert "要补的材料：房产证明" in row.case.body
    page = text(browser.get(f"/desk/cases/{row.case_id}/"))
    assert "窗口登记" in page
    assert "指南写 2 次" in page
    assert "/window/" in page


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("matter", "", "请填写办不成的事项名称"),
        ("first_tried", "2999-01-01", "第一次去的日子不能在今天以后"),
        ("first_tried", "前天", "请写成 2026-03-20 这样的日期"),
        ("visits", "0", "不能小于 1"),
        ("step", "步" * 61, "最多 60 字"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(signed_in, cast, field, typed, sentence):
    answer = signed_in("李小英").post("/desk/register/", call(**{field: typed}))
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert "要补盖章的证明" in text(answer)
    assert not Case.objects.exists()


def test_the_portal_offers_the_guide_before_she_sends(client, cast):
    item(cast)
    page = text(client.get("/say/stuck/"))
    assert '<option value="用水报装">' in page
    key = re.search(r'name="key" value="([^"]+)"', page)[1]
    town = cast.regions["临江镇"].pk
    said = {
        "key": key, "who": "person", "words": SAID, "town": str(town), "village": "", "address": "", "phone": "13800138001",
        "name": "", "email": "", "matter": "用水报装", "office": "3 号窗口", "times": "3", "since": "2026-02-02", "step": "受理",
        "paper": "单位证明", "told": "no", "next": "1",
    }  # fmt: skip
    wrong = client.post("/say/stuck/", said | {"since": "不记得"})
    assert wrong.status_code == 422
    assert "单位证明" in text(wrong)
    assert client.post("/say/stuck/", said).status_code == 302
    check = text(client.get("/say/check/"))
    assert "公布的办事指南是这样写的" in check
    assert "房产证明" in check
    assert client.post("/say/check/", {"key": key}).status_code == 302
    row = WindowMatter.objects.get()
    assert (row.picked_by, row.paper, row.paper_words, row.version.version) == ("asker", None, "单位证明", 1)


def test_the_catalogue_is_read_searched_and_kept(signed_in, cast):
    water = item(cast)
    browser = signed_in("黄志强")
    assert "用水报装" in text(browser.get("/desk/window/items/", {"q": "报装"}))
    assert "没有符合条件的事项" in text(browser.get("/desk/window/items/", {"q": "护照", "unit": "x", "after": "坏"}))
    page = text(browser.get(f"/desk/window/items/{water.pk}/"))
    assert "可共享，不用带" in page
    assert "发布新版" not in page
    assert browser.post(f"/desk/window/items/{water.pk}/switch/", {"do": "off"}).status_code == 404
    leader = signed_in("陆局长")
    url = f"/desk/window/items/{water.pk}/edit/"
    form = text(leader.get(url))
    assert "房产证明|复印件" in form
    sent = {
        "base": "1", "code": "YS-001", "name": "用水报装", "unit": str(cast.units["水利局"].pk), "legal_days": "20",
        "promised_days": "4", "trips": "1", "fee": "0", "fee_basis": "", "steps": STEPS, "papers": PAPERS,
        "source": "新指南（样例）", "valid_from": "",
    }  # fmt: skip
    wrong = leader.post(url, sent | {"promised_days": "30"})
    assert wrong.status_code == 422
    assert "承诺时限不能比法定时限" in text(wrong)
    bad_line = leader.post(url, sent | {"steps": "受理|窗口|很快"})
    assert "看不懂" in text(bad_line)
    assert leader.post(url, sent).status_code == 302
    assert leader.post(url, sent | {"trips": "0"}).status_code == 409
    shown = text(leader.get(f"/desk/window/items/{water.pk}/"))
    assert "比法定的压缩 80%" in shown
    assert "第 1 版" in shown
    assert leader.post(f"/desk/window/items/{water.pk}/switch/", {"do": "off"}).status_code == 302
    assert "已停用" in text(leader.get(f"/desk/window/items/{water.pk}/"))


def test_the_keeper_adds_and_imports(signed_in, cast):
    browser = signed_in("赵工")
    assert "还没有办事事项" in text(browser.get("/desk/window/items/"))
    assert browser.post("/desk/window/items/new/", {"code": "", "name": ""}).status_code == 422
    sent = {
        "code": "ys-7",
        "name": "临时用水",
        "unit": str(cast.units["水利局"].pk),
        "source": "样例",
        "steps": "",
        "papers": "",
    }
    assert browser.post("/desk/window/items/new/", sent).status_code == 302
    assert ServiceItem.objects.get().code == "YS-7"
    content = sheets.write("事项", ("事项编码", "事项名称", "实施单位"), [("ZJ-1", "施工许可", "住建局")])
    file = SimpleUploadedFile("items.xlsx", content)
    plan = text(browser.post("/desk/admin/files/service_items/import/", {"file": file}))
    assert "新增 1，修改 0" in plan
    kept = re.search(r'name="kept" value="([^"]+)"', plan)[1]
    assert (
        browser.post("/desk/admin/files/service_items/import/", {"kept": kept}).headers["Location"]
        == "/desk/window/items/"
    )
    assert ServiceItem.objects.count() == 2


def test_the_register_of_a_case_is_mended_and_its_cause_found(signed_in, cast):
    item(cast)
    found, case = causes(), stuck(cast, item_words="水表的事")
    browser, url = signed_in("韦晓梅"), f"/desk/cases/{case.pk}/window/"
    page = text(browser.get(url))
    assert "可能是" in page
    assert "用水报装" in page
    sent = {
        "revision": "1", "item_words": "水表的事", "item": "用水报装", "office": "", "step_words": "受理", "paper_words": "",
        "trips": "2", "first_tried_on": "", "told_once": "", "do": "matter",
    }  # fmt: skip
    unknown = browser.post(url, sent | {"item": "护照"})
    assert unknown.status_code == 422
    assert "没有“护照”这个在办的事项" in text(unknown)
    assert browser.post(url, sent).status_code == 302
    assert browser.post(url, sent | {"trips": "5"}).status_code == 409
    assert matter(case).item.name == "用水报装"
    sent = {"do": "cause", "cause": str(found["twice"].pk), "cause_note": "网上已交"}
    assert browser.post(url, sent | {"cause_note": "长" * 301}).status_code == 422
    assert browser.post(url, sent).status_code == 302
    assert "重复提交材料" in text(browser.get(f"/desk/cases/{case.pk}/"))
    assert deferred("propose_reforms") == [{}]
    assert signed_in("农志明").get(url).status_code == 404


def test_the_lists_survive_nonsense_in_the_address(signed_in, cast):
    stuck(cast)
    browser = signed_in("韦晓梅")
    for asked in ({"tab": "x", "cause": "y", "item": "9" * 30, "after": "坏"}, {"tab": "unsorted"}, {}):
        assert browser.get("/desk/window/matters/", asked).status_code == 200
    for path in ("matters/contacts", "reforms"):
        assert browser.get(f"/desk/window/{path}/", {"tab": "x", "after": "坏"}).status_code == 200


def test_the_catalogue_of_causes_and_the_threshold_are_data(signed_in, cast):
    causes()
    browser = signed_in("赵工")
    page = text(browser.get("/desk/admin/causes/"))
    assert "现在是 30 天内 3 人" in page
    assert "重复提交材料" in page
    sent = {"do": "cause", "code": "queue", "name": "排不上号", "source": "本地", "active": "on", "reformable": "on"}
    assert browser.post("/desk/admin/causes/", sent | {"code": "排"}).status_code == 422
    assert browser.post("/desk/admin/causes/", sent).status_code == 302
    row = Cause.objects.get(code="queue")
    changed = {"code": "queue", "name": "取不到号", "source": "本地"}
    assert browser.post(f"/desk/admin/causes/{row.pk}/", changed).status_code == 302
    row.refresh_from_db()
    assert (row.name, row.active, row.reformable) == ("取不到号", False, False)
    threshold = {"do": "threshold", "last_id": "0", "askers": "5", "days": "90", "source": "区里定的"}
    assert browser.post("/desk/admin/causes/", threshold | {"askers": "1"}).status_code == 422
    assert browser.post("/desk/admin/causes/", threshold).status_code == 302
    assert browser.post("/desk/admin/causes/", threshold).status_code == 409
    assert (ReformThreshold.objects.get().askers, ReformThreshold.objects.get().days) == (5, 90)


def test_a_candidate_is_accepted_by_a_person_and_finished_by_the_unit(signed_in, cast):
    water = item(cast)
    many(cast, 3)
    actions.propose_candidates()
    row = ReformCandidate.objects.get()
    url = f"/desk/window/reforms/{row.pk}/"
    browser = signed_in("韦晓梅")
    listed = text(browser.get("/desk/window/reforms/"))
    assert "3 人 3 件" in listed
    assert "门槛未核对" in listed
    page = text(browser.get(url))
    assert "采纳，交单位去改" in page
    assert browser.post(url, {"do": "accept", "unit": "", "change": ""}).status_code == 422
    assert browser.post(url, {"do": "merge", "into": "", "merge_reason": ""}).status_code == 422
    assert browser.post(url, {"do": "胡来"}).status_code == 404
    accept = {"do": "accept", "unit": str(cast.units["水利局"].pk), "change": "不再收房产证明", "due_on": ""}
    assert browser.post(url, accept).status_code == 302
    assert browser.post(url, {"do": "refuse", "reason": "晚了"}).status_code == 409
    assert signed_in("莫刚").post(url, accept).status_code == 404
    leader = signed_in("陆局长")
    early = leader.post(url, {"do": "finish", "outcome": "改好了"})
    assert early.status_code == 409
    assert "比改革前更简便的新版本" in text(early)
    less = draft(cast, papers=papers_of("申请表|原件"), valid_from=None)
    actions.publish_version(item=water, draft=less, by=cast.viewer("陆局长"))
    assert "改革前后" in text(leader.get(url))
    assert leader.post(url, {"do": "finish", "outcome": "房产证明不用带"}).status_code == 302
    assert leader.post(url, {"do": "tell"}).status_code == 302
    assert "已告知 3 位诉求人" in text(leader.get(url))
    assert "改革前后" in text(signed_in("何区长").get(url))


@pytest.mark.parametrize("path", ["matters/", "matters/contacts/", "matters/refusals/", "items/", "reforms/"])
def test_a_list_costs_the_same_for_one_and_for_many(signed_in, cast, path):
    """Session, officer, seats and the rail's counts are half of them."""
    item(cast)
    browser = signed_in("韦晓梅")
    asked = []
    for n in (3, 6):
        many(cast, n)
        item(cast, code=f"YS-1{n}", name=f"第{n}项")
        actions.propose_candidates()
        browser.get(f"/desk/window/{path}")  # what a process reads once is read
        with CaptureQueriesContext(connection) as counted:
            assert browser.get(f"/desk/window/{path}").status_code == 200
        asked.append(len(counted))
    assert asked[0] == asked[1] <= 12
