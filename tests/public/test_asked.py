"""大家在问、算我一个: others' question is shown, never others' words."""

import uuid

import pytest
from django.test import Client

from tests.public.conftest import WATER
from tongti.cases.models import Case
from tongti.questions import actions as questions
from tongti.questions.models import Membership, Question

ASK = "临江镇幸福路晚上又停水了，一个星期了，什么时候恢复供水？"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def shown(question, run_jobs) -> Question:
    run_jobs()
    question.refresh_from_db()
    return question


def test_while_typing_the_same_question_is_shown_with_heat_and_marked_words(resident, shown):
    answer = resident.post("/say/same/", {"words": ASK}, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "已有 3 人反映同样的问题" in page
    assert "<mark>" in page
    assert "找到 1 个相同的问题，最多的有 3 人同问" in page
    assert f'value="{shown.number}"' in page


def test_nobody_elses_words_place_or_name_are_shown(resident, shown, cast):
    page = resident.post("/say/same/", {"words": ASK}, headers=HTMX).content.decode()
    page += resident.get(f"/q/{shown.number}/").content.decode()
    page += resident.get("/q/").content.decode()
    page += resident.get(f"/say/join/{shown.number}/").content.decode()
    for said in ("老人小孩", "我是第", "13900139", "晚高峰", *Case.objects.values_list("number", flat=True)):
        assert said not in page


def test_a_title_not_cleared_is_not_shown(resident, shown, cast):
    questions.unclear(question=shown, by=cast.viewer("韦晓梅"))
    assert "同样的问题" not in resident.post("/say/same/", {"words": WATER}, headers=HTMX).content.decode()
    for address in (f"/q/{shown.number}/", f"/say/join/{shown.number}/"):
        assert resident.get(address).status_code == 404
    assert resident.post("/say/", {"join": shown.number, "words": WATER}).status_code == 404


@pytest.mark.parametrize("words", ["", "停水", "   ", "！！！！！！", "a" * 5000])
def test_nothing_to_compare_shows_nothing(resident, shown, words):
    answer = resident.post("/say/same/", {"words": words}, headers=HTMX)
    assert answer.status_code == 200
    assert "人同问" not in answer.content.decode()


def test_without_script_the_panel_is_the_next_page(resident, shown, typed):
    answer = resident.post("/say/", {**typed, "look": "1"})
    assert answer["Location"] == "/say/same/"
    page = resident.get("/say/same/").content.decode()
    assert "已有 3 人反映同样的问题" in page
    assert "回去接着填" in page
    # and the check page shows it once more before anything is sent
    assert "已有 3 人反映同样的问题" in resident.get("/say/check/").content.decode()


def test_counting_oneself_in_is_a_case_of_ones_own(resident, shown, typed):
    answer = resident.post("/say/", {**typed, "phone": "", "join": shown.number})
    assert answer["Location"] == f"/say/join/{shown.number}/"
    page = resident.get(answer["Location"]).content.decode()
    assert WATER in page
    assert "临江镇幸福路一带晚上停水" in page
    data = {"key": typed["key"], "phone": "13800138000", "words": "我家在幸福路 18 号。"}
    receipt = resident.post(answer["Location"], data, follow=True)
    mine = Case.objects.latest("pk")
    assert mine.number in receipt.content.decode()
    assert "4 人同问" in receipt.content.decode()
    assert (mine.body, mine.address, mine.place.name) == ("我家在幸福路 18 号。", "幸福路 18 号", "幸福社区")
    assert Membership.objects.get(case=mine).how == "asker"
    shown.refresh_from_db()
    assert shown.asker_count == 4
    # pressed twice
    resident.post(answer["Location"], data)
    assert Case.objects.count() == 4


def test_a_phone_is_enough(resident, shown):
    answer = resident.post(
        f"/say/join/{shown.number}/", {"key": str(uuid.uuid4()), "phone": "13800138000"}, follow=True
    )
    assert answer.status_code == 200
    assert Case.objects.latest("pk").body == "我也遇到同样的问题：临江镇幸福路一带晚上停水"


@pytest.mark.parametrize(("phone", "sentence"), [("", "请留手机号"), ("123", "这个电话号码不对")])
def test_without_a_right_phone_it_is_told(resident, shown, phone, sentence):
    answer = resident.post(
        f"/say/join/{shown.number}/", {"key": str(uuid.uuid4()), "phone": phone, "words": "我家也停"}
    )
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert "我家也停" in answer.content.decode()
    assert Case.objects.count() == 3


def test_the_list_by_heat_and_town(resident, shown, cast):
    page = resident.get("/q/").content.decode()
    assert "临江镇幸福路一带晚上停水" in page
    assert "人同问" in page
    town = cast.regions["大塘镇"].pk
    assert "还没有公开的同题" in resident.get(f"/q/?town={town}&order=new").content.decode()
    assert resident.get("/q/?town=x&order=y&after=z").status_code == 200


def test_unknown_question_is_not_found(resident):
    assert resident.get("/q/TT-2026-9999/").status_code == 404


def test_panel_is_cheap_and_never_in_the_way(resident, shown, django_assert_max_num_queries, monkeypatch):
    resident.post("/say/same/", {"words": WATER}, headers=HTMX)
    with django_assert_max_num_queries(6):
        resident.post("/say/same/", {"words": WATER}, headers=HTMX)
    from tests.public.test_say import refuse
    from tongti.web.public import limits

    monkeypatch.setattr(limits, "panel", refuse)
    assert resident.post("/say/same/", {"words": WATER}, headers=HTMX).status_code == 204


def test_a_stranger_by_chance_cannot_join_twice_with_one_form(shown):
    key = str(uuid.uuid4())
    for _ in range(2):
        Client().post(f"/say/join/{shown.number}/", {"key": key, "phone": "13800138000"})
    assert Case.objects.count() == 4
    shown.refresh_from_db()
    assert shown.asker_count == 4
