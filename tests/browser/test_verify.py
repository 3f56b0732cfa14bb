"""评 and 看 in a browser: the one-time link, the call-back desk, the leader's page, and the door of the demo."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from tests.browser.harness import check, sign_in
from tests.relay.stories import Story
from tests.verdicts.conftest import reply_of, sign
from tongti.cases.models import Case
from tongti.shared import clock, links
from tongti.verdicts import actions as verdicts
from tongti.verdicts.models import CallBack, Verdict

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 390, "height": 844, "is_mobile": True, "has_touch": True}


@pytest.fixture
def story(cast):
    """Three callers of one question, answered and asked."""
    story = Story(cast)
    question = story.question(callers=3)
    story.dispatch(question, helpers=[], territory_id=None)
    story.accept("水利局", "黄志强")
    sign(story, question=question)
    return story


def link(case: Case) -> str:
    return f"/v/{links.verdict_token(reply_of(case).answer_id, case.pk)}/"


@pytest.mark.parametrize("script", [True, False])
def test_an_old_man_says_that_it_is_solved(story, open_page, live_server, watch, script):
    page = open_page(**PHONE, java_script_enabled=script)
    case = story.cases[0]
    page.goto(link(case))
    check(page, "asked")
    page.get_by_role("button", name="提交评价").click()
    assert page.title().startswith("错误：")
    check(page, "nothing-chosen")

    page.get_by_label("联系过", exact=True).check()
    page.get_by_label("解决了", exact=True).check()
    page.get_by_label("基本满意").check()
    page.get_by_role("button", name="提交评价").click()
    check(page, "thanks")

    assert "谢谢，已经记下了" in page.content()
    case.refresh_from_db()
    assert (case.state, case.closing) == ("closed", "solved")
    page.goto(link(case))
    assert "这次评价已经收到了" in page.content()
    check(page, "spent")


def test_not_solved_is_heard(story, open_page, live_server):
    page = open_page(**PHONE)
    case = story.cases[1]
    page.goto(link(case))
    page.get_by_label("没有联系过").check()
    page.get_by_label("没有解决").check()
    page.get_by_label("不满意").check()
    page.get_by_role("button", name="提交评价").click()
    assert "请写一句还有什么没解决" in page.content()
    page.get_by_label("还有什么要说的").fill("晚上八点还是一滴水都没有")
    page.get_by_role("button", name="提交评价").click()
    page.wait_for_url("**/thanks/")
    check(page, "thanks-not-solved")

    case.refresh_from_db()
    assert (case.state, case.reopened) == ("handling", 1)
    assert Verdict.objects.get(case=case).contacted is False


def test_somebody_outside_calls_back(story, open_page, live_server):
    CallBack.objects.update(due_on=clock.today() - timedelta(days=1))
    page = open_page()
    sign_in(page, story.cast.officers["覃红"], live_server.url)
    page.goto("/desk/call-backs/")
    check(page, "list")
    expect(page.get_by_role("row")).to_have_count(4)
    page.get_by_role("link", name="打电话").first.click()
    check(page, "call")
    page.get_by_role("button", name="显示电话").click()
    page.get_by_text("1380000").first.wait_for()
    page.get_by_label("联系上了").check()
    page.get_by_role("button", name="记录评价").click()
    assert "请把这一问也问到" in page.content()
    page.get_by_label("联系过", exact=True).check()
    page.get_by_label("部分解决").check()
    page.get_by_label("满意", exact=True).check()
    page.get_by_role("button", name="记录评价").click()
    page.wait_for_url("**/call-backs/")
    expect(page.get_by_role("row")).to_have_count(3)
    assert Verdict.objects.get().way == "call"


def test_a_leader_opens_every_number(story, open_page, live_server):
    for case, solved in zip(story.cases, ("yes", "partly", "no"), strict=True):
        token = link(case).split("/")[2]
        verdicts.give(token=token, contacted=True, solved=solved, satisfied="very", words="还差一点")
    for size in ({}, PHONE, {"width": 1920, "height": 1080}):
        page = open_page(**size)
        sign_in(page, story.cast.officers["何区长"], live_server.url)
        page.goto("/board/")
        check(page, "board")
    page.goto("/board/?theme=dark")
    check(page, "board-dark")
    page.goto("/board/")
    page.get_by_role("link", name="解决率").click()
    check(page, "rate")
    assert "1 / 3" in page.content()
    expect(page.get_by_role("row")).to_have_count(4)
    page.get_by_role("link", name="分子外的").click()
    expect(page.get_by_role("row")).to_have_count(3)
    page.goto("/board/")
    page.get_by_role("link", name="水利局").first.click()
    page.wait_for_url("**/board/units/**")
    check(page, "unit")
    page.goto("/board/due/")
    check(page, "due")
    page.goto("/board/cases/")
    check(page, "cases")


def test_the_door(story, open_page, live_server, settings):
    settings.DEMO = True
    for size in ({}, PHONE):
        page = open_page(**size)
        page.goto("/desk/sign-in/")
        check(page, "door")
        page.get_by_label("登录名").fill("韦晓梅")
        page.get_by_label("密码").fill("猜一个")
        page.get_by_role("button", name="登录", exact=True).click()
        assert "登录名或密码不对" in page.content()
        assert page.get_by_label("登录名").input_value() == "韦晓梅"
        check(page, "door-wrong")
    page.get_by_role("button", name="派单员").click()
    page.wait_for_url("**/desk/")
    check(page, "home")
    page.goto("/desk/password/")
    check(page, "password")

    # her session ends while she is writing
    page.goto(f"/desk/cases/{story.cases[0].pk}/")
    page.get_by_text("补充情况、加备注").click()
    page.locator("#note_words").fill("老人说昨晚又停了两小时。")
    Session.objects.all().delete()
    page.get_by_role("button", name="保存补充").click()
    page.wait_for_url("**/sign-in/**")
    assert "刚才的内容没有提交" in page.content()
    check(page, "door-expired")
    page.get_by_role("button", name="派单员").click()
    page.wait_for_url("**/desk/unsent/")
    check(page, "unsent")
    assert page.get_by_label("第 1 段").input_value() == "老人说昨晚又停了两小时。"
