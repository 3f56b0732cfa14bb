"""提难题: from one sentence to a number, whatever the connection does."""

import io
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from PIL import Image

from tests.public.conftest import WATER
from tongti.cases.models import Case
from tongti.shared import pending
from tongti.shared.numbers import query_code
from tongti.trail.models import Event
from tongti.web.public import limits


def photo(name: str = "漏水.jpg", colour: str = "teal") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


def test_a_resident_says_it_and_gets_a_number(resident, typed):
    answer = resident.post("/say/", typed)
    assert answer.status_code == 302
    assert answer["Location"] == "/say/check/"
    page = resident.get("/say/check/").content.decode()
    assert WATER in page
    assert "临江镇 幸福社区 幸福路 18 号" in page
    assert "个工作日" in page
    answer = resident.post("/say/check/", {"key": typed["key"]}, follow=True)
    case = Case.objects.get()
    page = answer.content.decode()
    assert case.number in page
    assert query_code(case.number)[:4] in page
    assert "<svg" in page
    assert (case.channel, case.body, case.address, case.place.name) == ("web", WATER, "幸福路 18 号", "幸福社区")
    assert case.party.phone == "+8613800138000"
    assert case.party.name == "韦大叔"
    assert (
        Event.objects.filter(
            object_kind="cases.case", object_id=case.pk, verb="case.registered", actor_kind="asker"
        ).count()
        == 1
    )
    # reloaded, printed, looked at again
    assert resident.get(answer.redirect_chain[-1][0]).status_code == 200


def test_nothing_typed_is_in_an_address(resident, typed):
    first = resident.post("/say/", typed)
    second = resident.post("/say/check/", {"key": typed["key"]})
    for address in (first["Location"], second["Location"]):
        assert "?" not in address
        for said in ("13800138000", "8000", "%", Case.objects.get().number):
            assert said not in address


def test_what_is_kept_between_the_steps_is_sealed(resident, typed):
    resident.post("/say/", typed)
    plain = str(Session.objects.get().get_decoded())
    for said in ("13800138000", "停水", "韦大叔"):
        assert said not in plain


def test_change_links_keep_everything(resident, typed):
    resident.post("/say/", {**typed, "files": [photo()]})
    page = resident.get("/say/").content.decode()
    for said in (WATER, "幸福路 18 号", "韦大叔", "13800138000", "漏水.jpg", typed["key"]):
        assert said in page
    assert f'value="{typed["town"]}" selected' in page
    assert f'value="{typed["village"]}" selected' in page


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"words": ""}, "请写一写发生了什么事"),
        ({"words": "停水"}, "写得太短了"),
        ({"words": "水" * 1001}, "写了 1001 字，最多 1000 字"),
        ({"town": ""}, "请选是哪个乡镇"),
        ({"town": "999999"}, "里没有这一项"),
        ({"phone": ""}, "请留手机号"),
        ({"phone": "12"}, "这个电话号码不对"),
        ({"email": "abc"}, "这个邮箱不对"),
        ({"who": ""}, "请选“您是”"),
    ],
)
def test_a_slip_gets_a_sentence_and_the_words_stay(resident, typed, change, sentence):
    answer = resident.post("/say/", {**typed, **change})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert "<title>错误：" in page
    assert change.get("words", WATER)[:900] in page
    assert not Case.objects.exists()
    # and still there when she comes back to the page
    assert "幸福路 18 号" in resident.get("/say/").content.decode()


def test_a_village_of_another_township_is_told(resident, typed, cast):
    answer = resident.post("/say/", {**typed, "town": str(cast.regions["大塘镇"].pk)})
    assert answer.status_code == 422
    assert "这个村（社区）在临江镇" in answer.content.decode()


def test_who_cannot_tell_the_township_may_say_so(say):
    assert say(town="0", village="").status_code == 200
    assert Case.objects.get().place is None


def test_nobody_need_leave_a_phone_who_wants_no_answer(say):
    assert say(phone="", name="", quiet="on").status_code == 200
    case = Case.objects.get()
    assert case.party is None
    assert not case.reply_wanted


def test_privacy_choices_reach_the_case(say):
    say(hide="on", who="enterprise", name="云岭粉店")
    case = Case.objects.get()
    assert case.hide_identity
    assert case.party_kind == "enterprise"


def test_photos_wait_for_the_check_page_and_go_with_the_case(resident, typed):
    resident.post("/say/", {**typed, "files": [photo(), photo("b.jpg", "red")]})
    # a second look at the form, one taken out again, and another one added
    page = resident.get("/say/").content.decode()
    drop = page.split('name="drop" value="')[2][:16]
    resident.post("/say/", {**typed, "drop": drop})
    resident.post("/say/", {**typed, "files": [photo("c.jpg", "blue")]})
    resident.post("/say/check/", {"key": typed["key"]})
    assert [a.given_name for a in Case.objects.get().attachments.order_by("id")] == ["漏水.jpg", "c.jpg"]


def test_a_bad_file_is_told_and_the_good_ones_are_kept(resident, typed):
    answer = resident.post("/say/", {**typed, "files": [photo(), SimpleUploadedFile("x.jpg", b"MZ program")]})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "这种文件不能传" in page
    assert "漏水.jpg" in page


def test_seven_files_are_one_too_many(resident, typed):
    files = [
        photo(f"{n}.jpg", colour) for n, colour in enumerate(["red", "blue", "green", "black", "white", "pink", "gold"])
    ]
    answer = resident.post("/say/", {**typed, "files": files})
    assert "最多传 6 个文件，“6.jpg”和后面的没有收下" in answer.content.decode()


def test_files_swept_away_are_told_before_anything_is_sent(resident, typed, settings):
    resident.post("/say/", {**typed, "files": [photo()]})
    assert pending.sweep() == 0
    assert pending.sweep(now=time.time() + 25 * 3600) == 1
    answer = resident.post("/say/check/", {"key": typed["key"]})
    assert answer.status_code == 422
    assert "放得太久" in answer.content.decode()
    assert not Case.objects.exists()


def test_the_same_form_twice_is_one_case(resident, typed):
    resident.post("/say/", typed)
    first = resident.post("/say/check/", {"key": typed["key"]})
    second = resident.post("/say/check/", {"key": typed["key"]})
    third = resident.post("/say/", typed, follow=True)
    assert first["Location"].split(":")[0] == second["Location"].split(":")[0]
    assert Case.objects.count() == 1
    assert "没有重复登记" in third.content.decode()


def test_the_answer_was_lost_and_so_was_the_session(resident, typed):
    """The first press reached us, its answer never reached her, nor did the session's change; she presses again."""
    resident.post("/say/", {**typed, "files": [photo()]})
    before = Session.objects.get()
    resident.post("/say/check/", {"key": typed["key"]})
    number = Case.objects.get().number
    before.save()
    answer = resident.post("/say/check/", {"key": typed["key"]}, follow=True)
    assert number in answer.content.decode()
    assert Case.objects.count() == 1
    assert Case.objects.get().attachments.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_two_presses_at_once_are_one_case_and_one_number(typed):
    client = Client()
    client.post("/say/", {**typed, "files": [photo()]})
    cookies = client.cookies.output(header="").split(";")[0].strip()

    def press(_: int) -> str:
        other = Client(headers={"cookie": cookies})
        try:
            return str(other.post("/say/check/", {"key": typed["key"]})["Location"])
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(press, range(4)))
    assert Case.objects.count() == 1
    assert len({a.split(":")[0] for a in answers}) == 1
    assert Case.objects.get().attachments.count() == 1


def test_a_form_of_another_tab_is_not_sent_by_mistake(resident, typed):
    resident.post("/say/", typed)
    resident.post("/say/", {**typed, "key": str(uuid.uuid4()), "words": "大塘镇大塘村路灯坏了一个多月没人修。"})
    answer = resident.post("/say/check/", {"key": typed["key"]}, follow=True)
    assert "您在另一个页面改过内容" in answer.content.decode()
    assert not Case.objects.exists()


def test_check_without_a_form_leads_back(resident):
    assert resident.get("/say/check/")["Location"] == "/say/"
    assert resident.post("/say/check/", {"key": "x"})["Location"] == "/say/"


def test_a_key_that_is_no_key_gets_a_new_one(resident, typed):
    resident.post("/say/", {**typed, "key": "1 OR 1=1"})
    assert "1 OR 1=1" not in resident.get("/say/check/").content.decode()


def test_clear_begins_anew(resident, typed):
    resident.post("/say/", typed)
    resident.post("/say/", {**typed, "clear": "1"})
    assert WATER not in resident.get("/say/").content.decode()


def test_too_often_keeps_the_words(resident, typed, monkeypatch):
    resident.post("/say/", typed)
    monkeypatch.setattr(limits, "submit", refuse)
    answer = resident.post("/say/check/", {"key": typed["key"]})
    assert answer.status_code == 429
    assert "操作太频繁了" in answer.content.decode()
    assert WATER in answer.content.decode()
    monkeypatch.undo()
    assert resident.post("/say/check/", {"key": typed["key"]}).status_code == 302


def refuse(*_: object) -> None:
    raise limits.ratelimit.TooOften(wait="1 分钟")


def test_one_phone_cannot_flood(say):
    for _ in range(10):
        say()
    answer = say()
    assert "操作太频繁了" in answer.content.decode()
    assert Case.objects.count() == 10


def test_stuck_is_a_door_of_its_own(resident, typed):
    page = resident.get("/say/stuck/").content.decode()
    assert "找过哪个部门或窗口" in page
    stuck = {
        **typed,
        "matter": "办残疾人证",
        "office": "区残联 3 号窗口",
        "times": "4",
        "words": "每次都说差一份材料，没有一次说清。",
    }
    answer = resident.post("/say/stuck/", stuck)
    assert answer["Location"] == "/say/check/"
    assert "办残疾人证" in resident.get("/say/check/").content.decode()
    resident.post("/say/check/", {"key": typed["key"]})
    case = Case.objects.get()
    assert case.channel == "stuck"
    assert case.title == "办不成事：办残疾人证"
    assert "去过的次数：4 次" in case.body
    assert "卡在哪里：每次都说差一份材料" in case.body


def test_stuck_asks_what_it_was_about(resident, typed):
    answer = resident.post("/say/stuck/", {**typed, "matter": "", "times": "很多"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "请写要办的是什么事" in page
    assert "请填数字" in page


def test_markup_in_words_stays_words(resident, typed):
    resident.post("/say/", {**typed, "words": "<script>alert(1)</script> 停水一个星期了"})
    page = resident.get("/say/check/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_queries_do_not_grow(resident, typed, django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        resident.get("/say/")
    resident.post("/say/", typed)
    with django_assert_max_num_queries(12):
        resident.get("/say/check/")
    with django_assert_max_num_queries(34):
        resident.post("/say/check/", {"key": typed["key"]})


def test_photos_that_were_sent_go_soon_and_others_after_a_day(resident, typed, settings):
    resident.post("/say/", {**typed, "files": [photo()]})
    resident.post("/say/check/", {"key": typed["key"]})
    assert pending.sweep() == 0
    assert pending.sweep(now=time.time() + 16 * 60) == 1
    with pytest.raises(ValueError, match="etc"):
        pending.forget("../../etc")


@pytest.mark.parametrize("marks", ["？？？？？？", "。。。…！！", "😡😡😡😡", "—— ——"])
def test_marks_alone_say_nothing(resident, typed, marks):
    """One sentence beside the field, what was typed is kept, nothing is made; the same form with words goes through."""
    answer = resident.post("/say/", typed | {"words": marks})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "看不出是什么事" in page
    assert marks in page
    assert typed["phone"] in page
    assert not Case.objects.exists()
    assert resident.post("/say/", typed | {"words": f"没水了{marks}"}).status_code == 302


def test_marks_alone_add_nothing_to_joining(resident, question):
    before = Case.objects.count()
    address = f"/say/join/{question.number}/"
    answer = resident.post(address, {"key": str(uuid.uuid4()), "phone": "13800138000", "words": "！！！"})
    assert answer.status_code == 422
    assert "看不出是什么事" in answer.content.decode()
    assert Case.objects.count() == before
