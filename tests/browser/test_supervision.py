"""督办 in a browser: the wall → 督办 → the unit's feedback → conclusion; a leader's 批示 in two taps; ledger and notices."""

import pytest

from tests.browser.harness import check, sign_in
from tongti.relay.models import Baton
from tongti.supervision.models import Instruction, Item

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["desk", "phone"])
def width(request):
    return {"desk": {}, "phone": {"width": 390, "height": 844, "is_mobile": True, "has_touch": True}}[request.param]


@pytest.fixture
def late(story):
    """A question of three in hand, past its day."""
    question = story.question(3)
    story.dispatch(question)
    story.accept("水利局", "黄志强")
    from datetime import timedelta

    from tongti.shared import clock

    past = clock.today() - timedelta(days=9)
    Baton.objects.filter(question=question).update(due_on=past, started_on=past - timedelta(days=8))
    return question


def see(page, words):
    """The page that answers a click says this."""
    page.get_by_text(words).first.wait_for(state="attached")


def test_from_the_wall_to_the_conclusion(story, late, open_page, live_server, width):
    page = open_page(**width)

    def as_(name):
        page.context.clear_cookies()
        sign_in(page, story.cast.officers[name], live_server.url)

    as_("莫刚")
    page.goto("/desk/wall/?open=1")
    check(page, "wall")
    page.get_by_role("button", name="提请督办").click()
    see(page, "请填写“理由”")
    row = page.locator("li.wall-r", has_text="牵头").first
    row.get_by_role("checkbox").check()
    page.get_by_label("理由").fill("现场三天没有人")
    page.get_by_role("button", name="提请督办").click()
    see(page, "已提请督办 1 根")
    page.goto("/desk/supervision/")
    check(page, "proposals")
    page.get_by_role("link", name="定").first.click()
    check(page, "proposal")
    page.get_by_label("督办单").check()
    page.get_by_role("button", name="发给单位").click()
    see(page, "请写明越级理由")
    check(page, "proposal-error")
    page.get_by_label("越级理由").fill("停水九天，影响恶劣")
    page.get_by_role("button", name="发给单位").click()
    page.wait_for_url("**/desk/supervision/*/")
    item = Item.objects.get()
    see(page, item.number)
    check(page, "item")
    page.get_by_role("link", name="打印督办单").click()
    check(page, "paper")

    as_("黄志强")
    page.goto("/desk/notices/")
    check(page, "notices")
    page.get_by_role("button", name="督办单：").first.click()
    page.wait_for_url(f"**/desk/supervision/{item.pk}/")
    page.get_by_label("查明的事实").fill("主管爆裂两处，已抢修，3 月 20 日 18 时恢复供水。")
    page.get_by_role("textbox", name="依据").fill("《城市供水条例》第二十二条")
    page.get_by_label("已解决").check()
    check(page, "feedback")
    page.get_by_role("button", name="报给督办员").click()
    see(page, "反馈已报给督办员")

    as_("莫刚")
    page.goto(f"/desk/supervision/{item.pk}/")
    page.get_by_label("已解决").check()
    page.get_by_label("审结意见").fill("事实清楚，已恢复供水。")
    check(page, "conclude")
    page.get_by_role("button", name="审结").click()
    see(page, "已审结")
    check(page, "closed")


def test_a_leaders_instruction_and_the_ledger(story, late, open_page, live_server, width):
    page = open_page(**width)

    def as_(name):
        page.context.clear_cookies()
        sign_in(page, story.cast.officers[name], live_server.url)

    as_("何区长")
    page.goto("/board/")
    page.get_by_role("link", name="批示").first.click()
    check(page, "instruct")
    page.get_by_label("批示内容").fill("请水利局本周内解决，报我。")
    page.get_by_role("button", name="批示").click()
    row = Instruction.objects.get()
    page.wait_for_url(f"**/desk/instructions/{row.pk}/")
    page.goto(f"/desk/questions/{late.pk}/")
    see(page, "请水利局本周内解决")

    as_("陆局长")
    page.goto("/desk/instructions/")
    check(page, "instructions")
    page.get_by_role("link", name="请水利局本周内解决").click()
    page.get_by_label("落实情况").fill("1 至 6 栋已恢复供水。")
    page.get_by_role("button", name="反馈").click()
    see(page, "已反馈给领导一侧")

    as_("何区长")
    page.goto(f"/desk/instructions/{row.pk}/")
    check(page, "instruction")
    page.get_by_role("button", name="办结").click()
    see(page, "批示已办结")

    as_("莫刚")
    page.goto("/desk/ledger/")
    check(page, "ledger")
    page.get_by_role("link", name="补记").first.click()
    page.get_by_label("整改目标").fill("3 月底前全部恢复")
    check(page, "ledger-note")
    page.get_by_role("button", name="保存").click()
    see(page, "3 月底前全部恢复")
    page.goto("/desk/ledger/print/")
    check(page, "ledger-print")
    page.goto("/desk/supervision/rules/")
    check(page, "rules")
    page.locator("#overdue_threshold").fill("9")
    page.locator("#rule-overdue").get_by_role("button", name="看会建议几件").click()
    see(page, "还没有保存")
    check(page, "rules-look")
    page.locator("#rule-pace_normal").get_by_label("数量").fill("10")
    page.locator("#rule-pace_normal").get_by_role("button", name="保存").click()
    see(page, "以前算出的日子不变")
