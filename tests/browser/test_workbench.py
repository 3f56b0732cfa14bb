"""韦晓梅's morning: the engine found three messages about one thing; she checks, refuses one, sets up, splits, undoes."""

import uuid
from datetime import timedelta

import pytest
from playwright.sync_api import Page

from tests.browser.harness import check, sign_in
from tests.cast import Cast, make_cast
from tests.conftest import RunJobs
from tests.questions.conftest import LAMP, WATER
from tongti.cases.actions import Intake, register
from tongti.cases.models import Case
from tongti.questions import actions, matching
from tongti.questions.models import Membership, Question
from tongti.shared import clock
from tongti.trail import queries as trail

FOURTH = ("幸福路小区夜里自来水停水", "住幸福路的，晚上自来水又停了，七点以后一滴水都没有，希望恢复供水。")


def say(cast: Cast, title: str, body: str, phone: str, place: str = "临江镇", channel: str = "phone") -> Case:
    return register(
        intake=Intake(
            key=uuid.uuid4(),
            channel=channel,
            kind="help",
            title=title,
            body=body,
            place_id=cast.regions[place].pk,
            category_id=cast.categories["供水"].pk,
            asker_name="韦晓兰",
            phone=phone,
            received_at=clock.now() - timedelta(hours=3),
        ),
        by=cast.viewer("李小英"),
    )


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    matching.forget_model()
    return make_cast()


@pytest.fixture
def candidate(cast: Cast, run_jobs: RunJobs) -> Question:
    for n, (title, body) in enumerate(WATER):
        say(cast, title, body, f"1380000000{n}", channel=("phone", "web", "visit")[n])
    say(cast, *LAMP, "13811112222", place="龙腾街道")
    run_jobs()
    return Question.objects.get()


def test_from_three_messages_to_one_question(
    desk_page: Page, cast: Cast, candidate: Question, live_server: object, run_jobs: RunJobs
) -> None:
    page = desk_page
    sign_in(page, cast.officers["韦晓梅"], str(live_server))
    page.goto("/desk/questions/")
    check(page, "list")
    page.get_by_role("navigation", name="筛选").get_by_role("link", name="待立题").click()
    page.get_by_role("link", name=candidate.title).click()
    assert page.get_by_text("系统觉得这").is_visible()
    check(page, "candidate")

    page.get_by_role("link", name="逐条核对").click()
    assert page.locator("mark").count() > 3
    check(page, "review")
    page.keyboard.press("x")
    page.get_by_text("已记为不是同题 1 件").wait_for()
    assert Membership.objects.filter(state="refused").count() == 1
    page.keyboard.press("y")
    page.get_by_text("已并入 1 件").wait_for()
    page.keyboard.press("y")

    page.get_by_role("heading", name="立成一道题").wait_for()
    check(page, "set-up")
    page.get_by_role("textbox", name="题目").fill("幸福路一带晚高峰停水")
    page.get_by_role("button", name="立题").click()
    page.get_by_text("已立题").wait_for()
    candidate.refresh_from_db()
    assert (candidate.state, candidate.case_count, candidate.proposed_count) == ("set_up", 2, 0)

    run_jobs()
    say(cast, *FOURTH, "13833334444")
    run_jobs()
    page.reload()
    assert page.get_by_text("新诉求和本题相近").is_visible()
    check(page, "question")

    page.get_by_role("link", name="拆分合并").click()
    page.get_by_role("checkbox").first.check()
    page.get_by_role("textbox", name="理由").fill("六楼是二次供水的问题")
    page.get_by_text("拆成新题要写题目").click()
    page.get_by_role("textbox", name="新题的题目（拆分时写）").fill("幸福路六楼水压不足")
    page.get_by_role("button", name="左边所选拆成新题").click()
    page.get_by_text("已拆出").wait_for()
    check(page, "arrange")
    candidate.refresh_from_db()
    assert candidate.case_count == 1
    page.get_by_role("button", name="撤销：拆分").click()
    page.get_by_text("已撤销，诉求都回到原来的地方").wait_for()
    candidate.refresh_from_db()
    assert candidate.case_count == 2
    assert Case.objects.count() == 5
    assert trail.verify().holds


def test_public_title_findings_and_joining_by_hand(
    desk_page: Page, cast: Cast, candidate: Question, live_server: object, run_jobs: RunJobs
) -> None:
    page, wei = desk_page, cast.viewer("韦晓梅")
    actions.set_up(question=candidate, title="幸福路晚上停水", category_id=None, place_id=None, by=wei)
    run_jobs()
    sign_in(page, cast.officers["韦晓梅"], str(live_server))
    page.goto(f"/desk/questions/{candidate.pk}/public/")
    page.get_by_role("textbox", name="对外题目").fill("找韦先生")
    page.get_by_role("button", name="公开", exact=True).click()
    page.get_by_role("alert").wait_for()
    check(page, "public-error")
    page.get_by_role("textbox", name="对外题目").fill("幸福路一带晚高峰停水")
    page.get_by_role("button", name="公开", exact=True).click()
    page.get_by_text("已对外公开，").wait_for()
    page.get_by_text("登记查明的情况、症结和处置类别").click()
    page.get_by_role("textbox", name="查明的情况").fill("主管在幸福路口破裂，晚高峰压力不够。")
    page.get_by_role("combobox", name="处置类别").select_option("A")
    page.get_by_role("textbox", name="处置说明").fill("马上修")
    page.get_by_role("button", name="保存").first.click()
    page.get_by_role("alert").wait_for()
    assert page.get_by_role("textbox", name="查明的情况").input_value() == "主管在幸福路口破裂，晚高峰压力不够。"
    check(page, "findings-error")
    page.get_by_role("textbox", name="处置说明").fill("3 月 20 日前换完主管")
    page.get_by_role("button", name="保存").first.click()
    page.get_by_text("查明的情况已登记").wait_for()
    check(page, "findings")
    lamp = Case.objects.get(title=LAMP[0])
    page.goto(f"/desk/cases/{lamp.pk}/question/")
    check(page, "of-case")
    page.goto(f"/desk/questions/{candidate.pk}/join/")
    page.get_by_role("textbox", name="编号或内容里的词").fill(lamp.number)
    page.get_by_role("button", name="找诉求").click()
    page.get_by_role("checkbox").first.check()
    check(page, "join")
    page.get_by_role("button", name="并入所选").click()
    page.get_by_text("已并入 1 件").wait_for()
    page.goto(f"/desk/questions/new/?case={lamp.pk}")
    check(page, "new")


@pytest.mark.parametrize("scripted", [True, False])
def test_on_a_phone(open_page, cast: Cast, candidate: Question, live_server: object, scripted: bool) -> None:
    page = open_page(width=390, height=844, is_mobile=True, has_touch=True, java_script_enabled=scripted)
    sign_in(page, cast.officers["韦晓梅"], str(live_server))
    page.goto("/desk/questions/?tab=candidate")
    check(page, f"list-{scripted}")
    page.get_by_role("link", name=candidate.title).click()
    check(page, f"question-{scripted}")
    page.get_by_role("link", name="逐条核对").click()
    check(page, f"review-{scripted}")
    page.get_by_role("button", name="并入", exact=False).first.click()
    assert Membership.objects.filter(state="active").count() == 1
    page.goto(f"/desk/questions/{candidate.pk}/arrange/")
    check(page, f"arrange-{scripted}")
    page.goto(f"/desk/questions/{candidate.pk}/set-up/")
    check(page, f"set-up-{scripted}")
