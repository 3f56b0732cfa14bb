"""查进度: number and code open one case for this session, and only what its asker may see."""

import re
import uuid

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from tests.public.conftest import WATER
from tests.public.test_say import photo
from tongti.cases import actions as cases
from tongti.cases.models import Addition, Case
from tongti.relay import actions as relay
from tongti.shared import clock
from tongti.shared.actor import SYSTEM
from tongti.shared.links import tracking_token
from tongti.shared.numbers import query_code
from tongti.trail.models import Event


@pytest.fixture
def case(say) -> Case:
    say()
    return Case.objects.get()


@pytest.fixture
def asker(case) -> Client:
    """She comes back another day, with the number and code of her receipt."""
    client = Client()
    assert client.post("/track/", {"number": case.number, "code": query_code(case.number)})["Location"] == "/case/"
    return client


def test_number_and_code_however_they_are_typed(case):
    client = Client()
    number = case.number.replace("-", " ").translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)})
    code = query_code(case.number).lower()
    assert client.post("/track/", {"number": number, "code": f" {code[:4]}-{code[4:]} "})["Location"] == "/case/"
    page = client.get("/case/").content.decode()
    assert WATER in page
    assert "云岭区热线办" in page
    assert "正在核实该由哪个单位办" in page


@pytest.mark.parametrize("said", ["²", "１２", "9" * 5000, "-1", "\x00"])
def test_a_form_that_names_no_case_of_this_session_is_not_found(asker, said):
    assert asker.post("/case/again/", {"case": said, "words": "又停了"}).status_code == 404


def test_a_wrong_digit_is_explained(case):
    wrong = case.number[:-1] + str((int(case.number[-1]) + 1) % 10)
    answer = Client().post("/track/", {"number": wrong, "code": query_code(case.number)})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "编号有一位不对，请再核对" in page
    assert wrong in page
    assert "<title>错误：" in page


def test_a_wrong_code_and_an_unknown_number_are_told_alike(case, cast):
    one = Client().post("/track/", {"number": case.number, "code": "AAAAAAAA"})
    other = Client().post("/track/", {"number": "2026-999999-" + check_digit("2026999999"), "code": "AAAAAAAA"})
    for answer in (one, other):
        assert answer.status_code == 422
        assert "编号和查询码对不上" in answer.content.decode()


def check_digit(digits: str) -> str:
    from stdnum import damm

    return str(damm.calc_check_digit(digits))


def test_guessing_codes_ends_soon_even_from_many_addresses(case):
    for n in range(10):
        Client(REMOTE_ADDR=f"10.0.0.{n}").post("/track/", {"number": case.number, "code": "AAAAAAAA"})
    answer = Client(REMOTE_ADDR="10.0.1.1").post("/track/", {"number": case.number, "code": query_code(case.number)})
    assert answer.status_code == 429
    assert "操作太频繁了" in answer.content.decode()


def test_slips_before_the_right_code_are_forgiven(case):
    for _ in range(3):
        for _ in range(5):
            Client().post("/track/", {"number": case.number, "code": "AAAAAAAA"})
        assert Client().post("/track/", {"number": case.number, "code": query_code(case.number)}).status_code == 302


def test_the_link_of_a_notice_opens_it_and_leaves_no_trace_in_the_address(case):
    client = Client()
    answer = client.get(f"/t/{tracking_token(case.pk)}/")
    assert answer["Location"] == "/case/"
    assert WATER in client.get("/case/").content.decode()
    token = tracking_token(case.pk)
    misread = token[:-1] + ("y" if token[-1] == "x" else "x")
    assert Client().get(f"/t/{misread}/").status_code == 404
    assert Client().get(f"/t/{tracking_token(10**9)}/").status_code == 404


def test_a_stranger_finds_nothing(case):
    for address in ("/case/", "/case/add/", "/case/withdraw/", "/case/again/"):
        assert Client().get(address)["Location"] == "/track/"
    assert Client().post("/case/withdraw/", {"case": str(case.pk)}).status_code == 404
    assert Client().post("/case/add/", {"case": str(case.pk), "words": "我是别人"}).status_code == 404
    case.refresh_from_db()
    assert case.state == "registered"


def test_receipt_of_somebody_else_cannot_be_guessed(case):
    assert Client().get("/receipt/1/").status_code == 404
    assert Client().get(f"/receipt/{tracking_token(case.pk)}/").status_code == 404


def test_words_and_files_are_added_once(asker, case):
    page = asker.get("/case/add/").content.decode()
    key = page.split('name="key" value="')[1][:36]
    data = {"case": str(case.pk), "key": key, "words": "昨晚又停了，九点才来水。"}
    assert asker.post("/case/add/", {**data, "files": [photo()]})["Location"] == "/case/"
    assert asker.post("/case/add/", {**data, "files": [photo()]})["Location"] == "/case/"
    assert Addition.objects.count() == 1
    page = asker.get("/case/").content.decode()
    assert "昨晚又停了" in page
    assert "漏水.jpg" in page
    file = case.attachments.get()
    answer = asker.get(f"/case/file/{file.pk}/")
    assert answer["Content-Type"] == "image/jpeg"
    assert b"".join(answer.streaming_content)[:2] == b"\xff\xd8"
    assert Client().get(f"/case/file/{file.pk}/").status_code == 404


def test_nothing_to_add_and_a_bad_file_are_told(asker, case):
    answer = asker.post("/case/add/", {"case": str(case.pk), "key": str(uuid.uuid4()), "words": " "})
    assert answer.status_code == 422
    assert "请写一点内容" in answer.content.decode()


def test_an_officers_own_note_is_not_shown(asker, case, cast):
    cases.add_words(case=case, key=uuid.uuid4(), words="此人多次来电", for_asker=False, by=cast.viewer("李小英"))
    cases.add_words(case=case, key=uuid.uuid4(), words="已转告供水公司", for_asker=True, by=cast.viewer("李小英"))
    page = asker.get("/case/").content.decode()
    assert "此人多次来电" not in page
    assert "已转告供水公司" in page


def test_withdrawing_is_asked_once_more_and_done_once(asker, case):
    assert "真的要撤回吗" in asker.get("/case/withdraw/").content.decode()
    for _ in range(2):
        answer = asker.post("/case/withdraw/", {"case": str(case.pk)}, follow=True)
    page = answer.content.decode()
    assert "您撤回了这件诉求" in page
    case.refresh_from_db()
    assert case.state == "withdrawn"
    assert Event.objects.filter(object_id=case.pk, verb="case.withdrawn").count() == 1
    assert "补充情况" not in page
    assert asker.get("/case/withdraw/")["Location"] == "/case/"


def test_two_tabs_do_not_mix_up_two_cases(asker, case, say):
    say(words="大塘镇大塘村路灯坏了一个多月没人修。")
    other = Case.objects.exclude(pk=case.pk).get()
    asker.post("/track/", {"number": other.number, "code": query_code(other.number)})
    # the first tab still shows the first case, and its form says so
    asker.post("/case/add/", {"case": str(case.pk), "key": str(uuid.uuid4()), "words": "第一件的补充"})
    assert Addition.objects.get().case_id == case.pk
    assert case.number in asker.get("/track/").content.decode()
    asker.post("/case/open/", {"case": str(other.pk)})
    assert "路灯" in asker.get("/case/").content.decode()


def test_before_it_is_dispatched_it_says_what_the_receipt_said(asker, case, say):
    """Until when: nobody has dispatched it, so the promise of the day it came in stands, however late she looks."""
    receipt = say().content.decode()
    promised = re.search(r"一般在 <b>(.+?)</b>前答复您", receipt).group(1)
    page = asker.get("/case/").content.decode()
    assert "正在核实该由哪个单位办" in page
    assert f"一般在 <b>{promised}</b>前答复您" in page
    assert re.search("收到后 .+内派给负责的单位", page)


def test_dispatched_it_tells_who_and_until_when(asker, case, cast):
    relay.dispatch(
        case=case,
        lead_id=cast.units["水利局"].pk,
        helpers=[(cast.units["住建局"].pk, "查漏点")],
        lead_task="恢复供水",
        reason="供水归水利局",
        by=cast.viewer("韦晓梅"),
    )
    page = asker.get("/case/").content.decode()
    assert "云岭区水利局" in page
    assert re.search(r"\d+ 天</span><b>\d+ 月 \d+ 日到期", page)
    assert "到期" in page
    assert "水利局牵头办理" in page
    assert "查漏点" not in page
    # and how that day was counted: the rule, its paper, the days left out
    assert "这个日子怎么算的" in page
    assert re.search("一般诉求.+牵头办理 5 个工作日，从派单起算。依据：", page)
    # from a Sunday on, five working days meet no weekend
    assert bool(re.search(r"周末，不计</li>", page)) is (clock.today().weekday() != 6)


def test_an_open_case_has_no_again(asker):
    assert asker.get("/case/again/")["Location"] == "/case/"


def test_a_session_that_ended_is_told_kindly(asker):
    Session.objects.all().delete()
    answer = asker.get("/case/", follow=True)
    assert "请再输入一次编号和查询码" in answer.content.decode()


def test_answered_by_the_system_is_closed(asker, case):
    cases.close(case=case, closing="explained", by=SYSTEM)
    page = asker.get("/case/").content.decode()
    assert "解释说明" in page
    assert "问题又出现了" in page


def test_queries_do_not_grow(asker, django_assert_max_num_queries):
    with django_assert_max_num_queries(14):
        asker.get("/case/")
