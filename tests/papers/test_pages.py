"""The pages of papers, without script: made, worded, refused with what was typed, signed, taken, voided."""

import re
import sys

import pytest
from django.urls import reverse

from tests.papers.conftest import WORDS
from tongti.papers.models import Paper, PaperSeries, PaperTemplate
from tongti.papers.rendering import portable
from tongti.trail import queries as trail


@pytest.fixture
def browser(client, outing):
    client.force_login(outing.cast.officers["邓主任"])
    return client


def text(answer):
    return answer.content.decode()


def test_a_brief_is_made_worded_signed_and_taken(browser, outing, set_up):
    asked = {"what": "weekly:", "campaign": outing.campaign.pk, "since": "2026-03-02", "until": "2026-03-06"}
    url = browser.post(reverse("desk:papers"), asked).headers["Location"]
    page = text(browser.get(url))
    assert "（下一步措施，待填写）" in page
    assert "草稿" in page
    # what was typed is kept, and the sentence says what is missing
    half = {"version": "1", "do": "sign", "judgement": "平稳", "measures": ""}
    refused = browser.post(url, half)
    assert refused.status_code == 422
    assert "还没有写“下一步措施”" in text(refused)
    assert "平稳" in text(refused)
    # the form that came back is the one that goes on
    version = int(re.findall(r'name="version" value="(\d+)"', text(refused))[0])
    assert version == Paper.objects.get().version
    assert browser.post(url, WORDS | {"version": version, "do": "words"}).status_code == 302
    assert browser.post(url, WORDS | {"version": version + 1, "do": "sign"}).status_code == 302
    assert "云调研〔2026〕1号" in text(browser.get(url))
    for form, start in (("docx", b"PK"), ("xlsx", b"PK"), ("pdf", b"%PDF-1.7")):
        answer = browser.post(f"{url}file/", {"as": form})
        assert answer.content.startswith(start)
        assert answer.headers["Content-Disposition"].startswith("attachment")
    assert [event.verb for event in trail.of(Paper.objects.get())][:2] == ["paper.taken", "paper.taken"]
    assert browser.post(f"{url}move/", {"do": "void", "reason": ""}).status_code == 422
    assert browser.post(f"{url}move/", {"do": "void", "reason": "数据有误"}).status_code == 302
    listed = text(browser.get(reverse("desk:paper_numbers", args=[PaperSeries.objects.get().pk])))
    assert "有效 0 个，作废 1 个" in listed
    assert "没有空号" in listed
    assert "数据有误" in listed


def test_a_draft_that_somebody_else_changed_is_not_overwritten(browser, brief):
    paper = brief()
    url = reverse("desk:paper", args=[paper.pk])
    assert browser.post(url, WORDS | {"version": paper.version, "do": "words"}).status_code == 302
    late = browser.post(url, {"judgement": "我写的", "version": paper.version, "do": "words"})
    assert (late.status_code, "我写的" in text(late)) == (422, True)
    assert Paper.objects.get().words == WORDS


def test_wrong_days_and_a_wrong_code_say_so_beside_the_field(browser, outing):
    asked = {"what": "levels:city", "campaign": outing.campaign.pk, "since": "2026-03-06", "until": "2026-03-02"}
    answer = browser.post(reverse("desk:papers"), asked)
    assert (answer.status_code, "截止日期不能早于开始日期" in text(answer)) == (422, True)
    page = reverse("desk:paper_template", args=["weekly"])
    fonts = {f"font_{name}": "仿宋" for name in ("title", "body", "first", "second")}
    answer = browser.post(page, {"head": "专班", "code": "云〔2026〕", **fonts})
    assert (answer.status_code, "机关代字只写字" in text(answer)) == (422, True)
    assert browser.post(page, {"head": "专班", "code": "云", **fonts}).status_code == 302
    assert browser.get(reverse("desk:paper_template", args=["novel"])).status_code == 404


def test_two_who_change_how_a_kind_looks_do_not_overwrite_each_other(browser, set_up):
    page = reverse("desk:paper_template", args=["weekly"])
    typed = {"head": "专班", "code": "云"} | {f"font_{name}": "仿宋" for name in ("title", "body", "first", "second")}
    assert 'name="version" value="1"' in text(browser.get(page))
    assert browser.post(page, typed | {"version": "1"}).status_code == 302
    for seen in ("1", "", "坏", "²"):
        late = browser.post(page, typed | {"head": "我写的专班", "version": seen})
        assert (late.status_code, "别人存了新的一版" in text(late), "我写的专班" in text(late)) == (422, True, True)
    # the page that comes back says which version it is now: pressed again, it is meant
    assert 'name="version" value="2"' in text(late)
    assert PaperTemplate.objects.filter(kind="weekly").count() == 2
    assert browser.post(page, typed | {"head": "我写的专班", "version": "2"}).status_code == 302
    assert PaperTemplate.objects.get(kind="weekly", version=3).head == "我写的专班"


@pytest.mark.parametrize(("name", "most"), [("desk:papers", 20), ("desk:paper", 18), ("desk:paper_numbers", 18)])
def test_pages_cost_a_fixed_number_of_queries(browser, brief, django_assert_max_num_queries, name, most):
    papers = [brief(signed=True) for _ in range(3)]
    args = {"desk:paper": [papers[0].pk], "desk:paper_numbers": [PaperSeries.objects.get().pk]}.get(name, [])
    with django_assert_max_num_queries(most):
        assert browser.get(reverse(name, args=args)).status_code == 200


def test_a_supervisor_reads_and_takes_but_neither_writes_nor_signs(client, cast, brief):
    paper = brief()
    client.force_login(cast.officers["何区长"])
    page = text(client.get(reverse("desk:paper", args=[paper.pk])))
    assert "下载 .docx" in page
    assert "签发，编文号" not in page
    answer = client.post(reverse("desk:paper", args=[paper.pk]), WORDS | {"version": 1, "do": "sign"})
    assert "签发" not in Paper.objects.get().get_state_display()
    assert answer.status_code == 422


def test_without_a_chinese_font_the_pdf_is_refused_in_one_sentence_and_nothing_is_on_the_trail(
    browser, brief, monkeypatch
):
    paper = brief()
    module = sys.modules[portable.__module__]
    monkeypatch.setattr(module, "_known", lambda _folder: {"dejavu sans": "DejaVu Sans"})
    before = [event.verb for event in trail.of(paper)]
    answer = browser.post(reverse("desk:paper_file", args=[paper.pk]), {"as": "pdf"})
    assert (answer.status_code, "没有中文字体" in text(answer)) == (503, True)
    assert [event.verb for event in trail.of(paper)] == before


def test_the_list_narrows_to_one_kind(browser, brief):
    brief()
    brief(kind="levels", scope="county")
    shown = text(browser.get(reverse("desk:papers"), {"kind": "levels"}))
    assert ("问题清单" in shown, "周报（3月2日" in shown) == (True, False)
    assert browser.get(reverse("desk:papers"), {"kind": "novel"}).status_code == 200
