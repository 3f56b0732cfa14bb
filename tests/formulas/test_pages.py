"""The pages of the rates: every number opens its list, a slip keeps what was typed, a form works without any script."""

from datetime import date

import pytest

from tests.formulas.conftest import approve, ask
from tongti.formulas import actions
from tongti.formulas.models import Exclusion, Formula, Habit, Published, Retraction
from tongti.shared import clock


@pytest.fixture
def see(story, client):
    """See a page as somebody."""

    def go(who: str, url: str, data: dict | None = None, status: int = 200):
        client.force_login(story.cast.officers[who])
        answer = client.post(url, data) if data is not None else client.get(url)
        assert answer.status_code == status, answer.content.decode()[:2000] if status == 200 else answer.status_code
        return answer

    return go


def test_the_table_opens_a_list_for_each_number(story, see):
    approve(story, ask(story, story.cases[2]))
    actions.tally()
    page = see("何区长", "/desk/rates/?period=year")
    words = page.content.decode()
    assert "样本少" in words
    assert "无诉求" in words  # nothing falls due before the end of these days
    line = page.context["units"][0]
    assert line.unit.short_name == "水利局"
    for figure in (*page.context["whole"], *line.figures):
        assert (figure.href.replace("&", "&amp;") in words) == (figure.percent is not None)
        for only, n in (("", figure.denominator), ("met", figure.numerator), ("out", figure.out.denominator)):
            listed = see("何区长", f"{figure.href}&only={only}")
            assert (figure.code, only, len(listed.context["rows"])) == (figure.code, only, n)
    assert (
        "全区" not in see("陆局长", "/desk/rates/?period=year").content.decode().split("<tbody>")[1].split("</tr>")[0]
    )


@pytest.mark.parametrize(
    "wrong", ["since=abc&until=2", "since=2026-13-45&until=2026-01-01", "unit=x&since=2027-01-01&until=2026-01-01"]
)
def test_days_that_are_none_are_this_month(see, wrong):
    assert see("何区长", f"/desk/rates/solved/?{wrong}").context["since"] == clock.today().replace(day=1)


def test_the_clerk_asks_and_the_inspector_decides(story, see):
    case = story.cases[2]
    assert "申请从率里剔除" in see("李小英", f"/desk/cases/{case.pk}/").content.decode()
    url = f"/desk/cases/{case.pk}/exclude/"
    slip = see("李小英", url, {"codes": ["solved"], "reason": "duplicate", "evidence": ""}, 422)
    assert "请填写“佐证”。" in slip.content.decode()
    see("李小英", url, {"codes": ["solved"], "reason": "promised", "evidence": "打 13800001234"}, 422)
    see("李小英", url, {"codes": ["solved"], "reason": "duplicate", "evidence": "登记了两次"}, 302)
    row = Exclusion.objects.get()
    page = f"/desk/exclusions/{row.pk}/"
    assert "提交审批" not in see("李小英", page).content.decode()
    assert "待您审批的剔除" in see("莫刚", "/desk/").content.decode()
    refused = see("莫刚", page, {"decision": "no", "note": ""}, 422)
    assert "请填写“审批意见”。" in refused.content.decode()
    see("莫刚", page, {"decision": "yes", "note": "属实"}, 302)
    assert row.case.number in see("莫刚", "/desk/exclusions/?tab=approved").content.decode()
    seen = see("周审", page).content.decode()
    assert "登记了两次" in seen
    assert f"/desk/cases/{case.pk}/" not in seen
    see("莫刚", page, {"reason": "再查不是重复"}, 302)
    row.refresh_from_db()
    assert row.state == "withdrawn"


def test_the_administrator_looks_first_and_then_makes_a_version(see):
    url = "/desk/formulas/satisfied/"
    assert "出厂样例" in see("黄志强", url).content.decode()
    assert "出新版" not in see("何区长", url).content.decode()
    typed = {
        "basis": "satisfied", "name": "满意率", "weight_very": "1", "weight_fairly": "0.8", "weight_not": "0", "small_below": "5",
        "reasons": ["duplicate"], "source": "区文件第三条", "valid_from": clock.today().isoformat(),
    }  # fmt: skip
    look = see("赵工", url, typed | {"look": "1"})
    assert "1.8 / 3 = 60%" in look.content.decode()
    assert not Formula.objects.exists()
    slip = see("赵工", url, typed | {"weight_fairly": "八折"}, 422).content.decode()
    assert "八折" in slip
    assert "请填 0 到 1" in slip
    see("赵工", url, typed, 302)
    see("赵工", url, typed, 409)
    assert Formula.objects.get().weights == {"very": "1", "fairly": "0.8"}
    assert "第 1 版" in see("莫刚", url).content.decode()
    assert "按期答复" in see("赵工", f"{url}?basis=answered").content.decode()
    see("莫刚", url, typed)  # who only reads may send what she likes: it is the page again
    assert Formula.objects.count() == 1


def test_published_once_with_its_list_and_taken_back_with_a_reason(story, see):
    approve(story, ask(story, story.cases[2]))
    today = clock.today()
    typed = {"since": "2026-01-01", "until": today.isoformat(), "codes": ["solved", "again"]}
    assert "自动发布" in see("莫刚", "/desk/published/").content.decode()
    see("莫刚", "/desk/published/", typed | {"until": "2030-01-01"}, 422)
    see("莫刚", "/desk/published/", typed, 302)
    see("莫刚", "/desk/published/", typed, 409)
    row = Published.objects.get(code="solved")
    assert "33.3%" in see("何区长", "/desk/published/").content.decode()
    page = see("何区长", f"/desk/published/{row.pk}/")
    words = page.content.decode()
    assert "按当时的名单重算一致" in words
    assert "50%" in words
    assert "撤回这个数" not in words
    assert all(case.number in words for case in story.cases)
    water = story.cast.units["水利局"].pk
    see("陆局长", f"/desk/published/{row.pk}/?unit={water}")
    see("陆局长", f"/desk/published/{row.pk}/?unit={story.cast.units['住建局'].pk}", status=404)
    see("何区长", f"/desk/published/{row.pk}/?after=999999")
    see("莫刚", f"/desk/published/{row.pk}/", {"reason": ""}, 422)
    see("莫刚", f"/desk/published/{row.pk}/", {"reason": "漏了一件"}, 302)
    assert Retraction.objects.get().reason == "漏了一件"
    assert "漏了一件" in see("何区长", f"/desk/published/{row.pk}/").content.decode()
    see("莫刚", "/desk/published/", {"habit": "1", "weekly": "on"}, 302)
    assert (Habit.objects.get().weekly, Habit.objects.get().monthly) == (True, False)


@pytest.mark.parametrize(
    ("url", "most"),
    [
        ("/desk/rates/", 16),
        ("/desk/rates/solved/", 20),
        ("/desk/formulas/", 12),
        ("/desk/exclusions/", 14),
        ("/desk/published/", 15),
    ],
)
def test_pages_cost_a_fixed_number(story, see, django_assert_max_num_queries, url, most):
    approve(story, ask(story, story.cases[2]))
    actions.publish(codes=["solved"], since=date(2026, 1, 1), until=clock.today(), by=story.cast.viewer("莫刚"))
    see("莫刚", url)
    with django_assert_max_num_queries(most):
        see("莫刚", url)
