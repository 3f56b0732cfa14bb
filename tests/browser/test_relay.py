"""The relay and the joint answer in a browser: 派单 → 签收 → 异议 → 裁定 → 分答 → 共答 → 退回 → 签发, at desk and phone width."""

import pytest

from tests.browser.harness import check, sign_in
from tongti.answers.models import Answer, Reply
from tongti.relay.models import Baton

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture(params=["desk", "phone"])
def width(request):
    return {"desk": {}, "phone": {"width": 390, "height": 844, "is_mobile": True, "has_touch": True}}[request.param]


def test_from_dispatch_to_signature(story, open_page, live_server, width):
    question = story.question(3)
    page = open_page(**width)

    def as_(name):
        page.context.clear_cookies()
        sign_in(page, story.cast.officers[name], live_server.url)

    as_("韦晓梅")
    page.goto(f"/desk/questions/{question.pk}/dispatch/")
    check(page, "dispatch")
    page.get_by_label("派单理由").fill("")
    page.get_by_label("牵头任务").fill("")
    page.get_by_role("button", name="这样派").click()
    assert "请填写“牵头任务”" in page.content()
    check(page, "dispatch-error")
    page.get_by_label("牵头任务").fill("查明原因，恢复供水，统一答复")
    page.get_by_role("button", name="这样派").click()
    page.wait_for_url(f"**/desk/questions/{question.pk}/")
    assert "已派给 4 个单位" in page.content()

    as_("陆斌")
    page.goto("/desk/relay/")
    check(page, "list")
    page.get_by_role("link", name="临江镇幸福路一带晚高峰停水").click()
    check(page, "baton-offered")
    page.get_by_text("不是本单位的职责，提异议").click()
    page.get_by_label("为什么不是本单位的职责").fill("该段主管归水利局管护")
    page.get_by_role("button", name="提交异议").click()
    assert "请填写“依据”" in page.content()
    page.get_by_role("textbox", name="依据").fill("《管网移交协议》第三条")
    page.get_by_role("button", name="提交异议").click()
    assert "裁定之前仍由本单位拿着" in page.content()
    check(page, "baton-objected")

    as_("韦晓梅")
    page.goto("/desk/objections/")
    check(page, "objections")
    page.get_by_role("link", name="裁定").first.click()
    page.get_by_label("不采纳，维持原派").check()
    page.get_by_label("裁定说明").fill("移交手续没有办完")
    check(page, "ruling")
    page.get_by_role("button", name="裁定").click()
    assert "现在由自来水公司拿着" in page.content()

    for name, unit, words in (
        ("陆斌", "自来水公司", "主管已抢修，公布临时送水点 3 处。"),
        ("覃丽", "住建局", "检查了 4 处二次供水泵房，运行正常。"),
    ):
        as_(name)
        page.goto(f"/desk/batons/{story.baton(unit).pk}/")
        page.get_by_role("button", name="签收").click()
        page.get_by_role("textbox", name="做了什么").fill("已到现场查看")
        page.get_by_role("button", name="记下").click()
        page.get_by_role("textbox", name="本单位的分答").fill(words)
        check(page, f"baton-{unit}")
        page.get_by_role("button", name="交分答").click()
        assert "分答已交给牵头单位" in page.content()

    as_("黄志强")
    lead = story.baton("水利局")
    page.goto(f"/desk/batons/{lead.pk}/")
    page.get_by_role("button", name="签收").click()
    check(page, "lead")
    page.get_by_role("link", name="每天晚上停水").click()
    page.get_by_label("联系上了").check()
    page.get_by_role("textbox", name="记录").fill("约好今晚上门")
    page.get_by_role("button", name="记下").click()
    check(page, "contact")
    page.get_by_role("link", name="回到这根棒").click()
    page.get_by_role("button", name="写共答").click()
    page.get_by_role("textbox", name="查明的情况").fill("3 月 7 日到现场查看，3 号井处主管漏水。")
    page.get_by_label("办结方式").select_option("solved")
    page.get_by_label("联系人和电话").fill("云岭区水利局 0771-5518110")
    page.get_by_label("下一步和期限").fill("3 月 20 日前完成沿线排查，绝对不再停水。")
    page.get_by_role("button", name="送负责人签发").click()
    assert "临江镇的分答还没交" in page.content()
    check(page, "compose")
    page.get_by_label("下一步和期限").fill("3 月 20 日前完成沿线排查。")
    page.get_by_label("不等分答的理由").fill("告知工作不影响答复")
    page.get_by_role("button", name="存草稿并检查").click()
    page.get_by_role("link", name="加一段").first.click()
    page.get_by_label("只对这一位说的话").fill("您家的增压泵已单独检修。")
    check(page, "own-words")
    page.get_by_role("button", name="保存").click()
    page.get_by_label("不等分答的理由").fill("告知工作不影响答复")
    page.get_by_role("button", name="送负责人签发").click()
    assert "已送本单位负责人签发" in page.content()

    as_("陆局长")
    page.goto("/desk/answers/")
    check(page, "to-sign")
    page.get_by_role("link", name="临江镇幸福路一带晚高峰停水").click()
    check(page, "sign")
    page.get_by_text("退回重写").click()
    page.get_by_label("退回理由").fill("写明送水点在哪里")
    page.get_by_role("button", name="退回").click()
    assert "已退回重写" in page.content()

    as_("黄志强")
    page.goto(f"/desk/answers/{Answer.objects.get().pk}/")
    assert "写明送水点在哪里" in page.content()
    check(page, "sent-back")
    page.get_by_label("不等分答的理由").fill("告知工作不影响答复")
    page.get_by_role("button", name="送负责人签发").click()

    as_("陆局长")
    page.goto(f"/desk/answers/{Answer.objects.get().pk}/")
    page.get_by_role("button", name="签发").click()
    assert "每位诉求人都会收到自己的答复" in page.content()
    check(page, "signed")
    assert Reply.objects.count() == 3
    assert not Baton.objects.filter(state__in=("offered", "accepted", "objected")).exists()

    as_("韦晓梅")
    page.goto(f"/desk/cases/{story.cases[0].pk}/")
    assert "增压泵" in page.content()
    check(page, "case-answered")


def test_everything_works_with_script_off(story, nojs_phone_page, live_server):
    """A village officer's old phone: sign for it, note what was done, hand in the part."""
    question = story.question(2)
    story.dispatch(question)
    page = nojs_phone_page
    sign_in(page, story.cast.officers["蒙海燕"], live_server.url)
    page.goto("/desk/relay/")
    page.get_by_role("link", name="临江镇幸福路一带晚高峰停水").click()
    page.get_by_role("button", name="签收").click()
    page.get_by_role("textbox", name="做了什么").fill("入户告知 212 户")
    page.get_by_role("button", name="记下").click()
    page.get_by_role("textbox", name="本单位的分答").fill("入户告知 212 户，给 9 户老人送水。")
    page.get_by_role("button", name="交分答").click()
    assert "分答已交给牵头单位" in page.content()
    check(page, "nojs")


def test_a_dispatcher_moves_and_recalls_batons(story, desk_page, live_server):
    question = story.question(2)
    story.dispatch(question)
    page = desk_page
    sign_in(page, story.cast.officers["韦晓梅"], live_server.url)
    page.goto(f"/desk/batons/{story.baton('住建局').pk}/move/")
    check(page, "move")
    page.get_by_label("理由", exact=True).fill("泵房不归它管")
    page.get_by_role("button", name="收回").click()
    assert "已收回" in page.content()
    page.goto(f"/desk/batons/{story.baton('水利局').pk}/move/")
    page.get_by_label("改派给").select_option(label="供电局")
    page.get_by_label("改派理由").fill("停电引起的停水")
    page.get_by_role("button", name="改派").click()
    page.wait_for_url(f"**/desk/questions/{question.pk}/")
    assert "已改派" in page.content()
    question.refresh_from_db()
    assert question.lead.short_name == "供电局"
