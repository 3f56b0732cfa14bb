"""The pages of the level lists: a line is written, signed off, answered and printed; what is wrong is said beside the field."""

import re
from datetime import timedelta

import pytest

from tests.lifting.stories import WORDS, in_hand, lifted, prepared, upstairs
from tests.visits.stories import make_outing
from tongti.lifting.models import Lift
from tongti.shared import clock


@pytest.fixture
def up(story):
    upstairs(story.cast)
    return story


def text(answer):
    return answer.content.decode()


def sent(cast, **facts):
    day = (clock.today() + timedelta(days=20)).isoformat()
    return WORDS | {"level": "city", "asked_unit": cast.units["市水利局"].pk, "reply_by": day, "version": 1} | facts


def test_a_line_is_written_from_the_question_and_signed_off(signed_in, up):
    question = in_hand(up)
    browser = signed_in("黄志强")
    assert "列进清单，请上级解决" in text(browser.get(f"/desk/questions/{question.pk}/"))
    url = f"/desk/questions/{question.pk}/lift/"
    first = text(browser.get(url))
    assert "《城市供水条例》第七条" in first  # the basis of its duty
    assert "南岭市水利局" in first
    wrong = browser.post(url, sent(up.cast, tried="", asked_unit=""))
    assert wrong.status_code == 422
    assert "请填写“本级做过什么”" in text(wrong)
    assert WORDS["asked"] in text(wrong)
    private = browser.post(url, sent(up.cast, statement="住户 13900139000 反映"))
    assert private.status_code == 422
    assert "里有手机号" in text(private)
    assert browser.post(url, sent(up.cast)).status_code == 302
    lift = Lift.objects.get()
    assert browser.post(url, sent(up.cast)).status_code == 409
    mended = browser.post(f"/desk/lifts/{lift.pk}/edit/", sent(up.cast, asked="换 2.1 公里主管。"))
    assert mended.status_code == 302
    late = browser.post(f"/desk/lifts/{lift.pk}/edit/", sent(up.cast, asked="别的写法"))
    assert late.status_code == 409
    assert "别的写法" in text(late)
    leader = signed_in("何区长")
    assert "待签发的提级事项" in text(leader.get("/desk/"))
    page = text(leader.get(f"/desk/lifts/{lift.pk}/"))
    assert "签发提请" in page
    assert leader.post(f"/desk/lifts/{lift.pk}/do/", {"do": "send_back", "reason": ""}).status_code == 422
    assert leader.post(f"/desk/lifts/{lift.pk}/do/", {"do": "sign", "version": "2"}).status_code == 302
    assert leader.post(f"/desk/lifts/{lift.pk}/do/", {"do": "sign", "version": "2"}).status_code == 409
    assert leader.post(f"/desk/lifts/{lift.pk}/do/", {"do": "胡来"}).status_code == 302
    lift.refresh_from_db()
    assert (lift.state, lift.asked) == ("lifted", "换 2.1 公里主管。")
    assert "市水利局" in text(leader.get(f"/desk/questions/{question.pk}/"))


@pytest.mark.parametrize("step", ["sign", "send_back"])
def test_what_was_changed_after_the_leader_opened_the_page_is_not_decided_unseen(signed_in, up, step):
    lift = prepared(up, in_hand(up))
    url = f"/desk/lifts/{lift.pk}/do/"
    page = text(signed_in("何区长").get(f"/desk/lifts/{lift.pk}/"))
    assert page.count('name="version" value="1"') == 2
    signed_in("黄志强").post(f"/desk/lifts/{lift.pk}/edit/", sent(up.cast, asked="换 2.1 公里主管。"))
    leader = signed_in("何区长")
    for seen in ("1", "", "坏"):
        refused = leader.post(url, {"do": step, "reason": "写清哪一段", "version": seen})
        assert refused.status_code in (409, 422)
        assert "打开这一页以后改过" in text(refused)
    # the page that comes back holds the text as it is now, so the next press is a decision on it
    assert "换 2.1 公里主管。" in text(refused)
    assert page.count('name="version" value="1"') == text(refused).count('name="version" value="2"') == 2
    lift.refresh_from_db()
    assert lift.state == "submitted"
    assert leader.post(url, {"do": step, "reason": "写清哪一段", "version": "2"}).status_code == 302
    lift.refresh_from_db()
    assert lift.state == {"sign": "lifted", "send_back": "prepared"}[step]


def test_the_upper_bureau_finds_its_baton_and_the_line(signed_in, up):
    lift = lifted(up, in_hand(up))
    browser = signed_in("谭永")
    assert WORDS["asked"] in text(browser.get("/desk/relay/"))
    assert WORDS["tried"] in text(browser.get(f"/desk/lifts/{lift.pk}/"))


def test_a_paper_is_entered_and_shown(signed_in, up):
    lift = lifted(up, in_hand(up), "水利厅")
    browser, url = signed_in("黄志强"), f"/desk/lifts/{lift.pk}/do/"
    wrong = browser.post(url, {"do": "paper", "paper": "", "words": "同意列入。"})
    assert wrong.status_code == 422
    assert "同意列入。" in text(wrong)
    assert browser.post(url, {"do": "paper", "paper": "桂水函〔2026〕8号", "words": "同意列入。"}).status_code == 302
    page = text(browser.get(f"/desk/lifts/{lift.pk}/"))
    assert "桂水函〔2026〕8号" in page
    assert "这一条办结了" in page


def test_the_lists_and_their_paper(signed_in, up, django_assert_max_num_queries):
    question = in_hand(up)
    lifted(up, question)
    prepared(up, question, "水利厅")
    browser = signed_in("莫刚")
    browser.get("/desk/lifts/")
    with django_assert_max_num_queries(16):
        page = text(browser.get("/desk/lifts/"))
    assert page.count(WORDS["title"]) == 2
    assert text(browser.get("/desk/lifts/?level=region")).count(WORDS["title"]) == 1
    assert "没有符合条件的" in text(browser.get("/desk/lifts/?q=航天飞机"))
    asked = {"level": "x", "state": "y", "unit": "z", "since": "坏", "after": "坏"}
    assert browser.get("/desk/lifts/", asked).status_code == 200
    paper = text(browser.get("/desk/lifts/print/?level=city"))
    assert "提请市级协调问题清单" in paper
    assert WORDS["tried"] in paper
    # what no leader signed is not on paper
    assert "没有签发过的事项" in text(browser.get("/desk/lifts/print/?level=region"))


def test_what_is_not_in_hand_cannot_be_put_on_a_list(signed_in, up):
    question = up.question(1)
    browser = signed_in("韦晓梅")
    assert browser.get(f"/desk/questions/{question.pk}/lift/").status_code == 302
    refused = browser.post(f"/desk/questions/{question.pk}/lift/", sent(up.cast))
    assert refused.status_code == 409
    assert "派出去、有单位牵头以后" in text(refused)


@pytest.mark.usefixtures("on_friday")
def test_what_was_found_at_a_firm_to_be_of_class_c_is_in_the_form(signed_in, up):
    outing = make_outing(up.cast)
    case = outing.finding(handling="C", matter="220 千伏线路改道", level="region", paper="清单第 1 号").case
    up.dispatch(case=case, helpers=(), territory_id=None)
    up.accept("水利局", "黄志强")
    browser = signed_in("黄志强")
    assert "列进清单，请上级解决" in text(browser.get(f"/desk/cases/{case.pk}/"))
    page = text(browser.get(f"/desk/cases/{case.pk}/lift/"))
    assert "220 千伏线路改道" in page
    chosen = [control for control in re.findall("<input[^>]*>", page) if "checked" in control]
    assert [control for control in chosen if 'value="region"' in control] == chosen != []
    assert case.body not in page


def test_the_relay_says_which_level_answers(signed_in, up):
    question = in_hand(up)
    lifted(up, question)
    lifted(up, question, "水利厅")
    page = text(signed_in("黄志强").get(f"/desk/questions/{question.pk}/"))
    assert '<span class="tag">市级</span>' in page
    assert '<span class="tag">自治区（省）级</span>' in page
