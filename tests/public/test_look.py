"""The other public pages."""

from typing import Any

import pytest

from tongti.shared import clock
from tongti.units.models import Template


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("/", "有难题，几句话就行"),
        ("/help/", "现在执行的时限"),
        ("/privacy/", "个人信息保护法"),
        ("/accessibility/", "大字版"),
        ("/sitemap/", "公开通报"),
        ("/open/", "满意率"),
        ("/q/", "大家在问"),
        ("/track/", "查询码"),
        ("/say/", "发生了什么事"),
        ("/say/stuck/", "卡在哪里"),
    ],
)
def test_pages_open_without_an_account(resident, address, says):
    answer = resident.get(address)
    assert answer.status_code == 200
    assert says in answer.content.decode()


def test_privacy_notice_holds_what_the_law_asks_for(resident):
    """个人信息保护法第十七条: who, purpose and way, kinds and retention, rights and how to use them."""
    page = resident.get("/privacy/").content.decode()
    for part in ("云岭区人民政府", "谁在处理", "为什么处理", "处理哪些", "存多久", "您的权利", "更正", "删除", "12345"):
        assert part in page
    assert "{owner}" not in page


def test_the_district_may_word_it_herself(resident):
    Template.objects.create(
        code="privacy.notice", name="x", body="## 本地说明\n\n<b>本地</b>的话，{owner}。\n\n- 一\n- 二"
    )
    page = resident.get("/privacy/").content.decode()
    assert "<h2>本地说明</h2>" in page
    assert "&lt;b&gt;本地&lt;/b&gt;的话，云岭区人民政府。" in page
    assert "<li>一</li>" in page


def test_what_was_solved_this_month_is_counted(resident):
    from tongti.figures import actions as figures
    from tongti.figures.actions import Count

    figures.add([Count("closed", clock.today(), amount=41), Count("solved_yes", clock.today(), amount=29)])
    figures.add([Count("solved_all", clock.today(), amount=33)])
    page = resident.get("/").content.decode()
    assert "<b>41</b>" in page
    assert "<b>29</b>" in page
    assert "共 33 人评价" in page


def test_no_page_sets_a_cookie_for_merely_looking(resident):
    for address in ("/", "/help/", "/q/", "/open/", "/privacy/"):
        assert not [name for name in resident.get(address).cookies if name != "csrftoken"], address


def test_few_queries(resident, django_assert_max_num_queries: Any):
    for address, most in (("/", 2), ("/q/", 2), ("/open/", 6), ("/help/", 3), ("/track/", 0)):
        with django_assert_max_num_queries(most):
            resident.get(address)
