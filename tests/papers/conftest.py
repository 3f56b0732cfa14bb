"""A campaign that has something to report: 邓主任 of the office, two officers, difficulties in every state."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.visits.stories import Outing, make_outing
from tongti.cases.models import Case
from tongti.papers import actions
from tongti.papers.actions import TemplateDraft
from tongti.shared import clock

TEMPLATE = TemplateDraft(
    head="云岭区实体经济调研服务工作专班",
    code="云调研",
    addressee="区实体经济调研服务指挥部，各工作组",
    signer="云岭区实体经济调研服务工作专班",
    copies="区委办公室，区人大常委会办公室，区政协办公室",
    issuer="云岭区实体经济调研服务工作专班",
)
WORDS = {
    "judgement": "用电和用工问题连续两周上升，下周要盯住增容。",
    "measures": "供电局 3 月 13 日前拿出增容方案。\n临江镇本周内修好厂门口路灯。",
}


@pytest.fixture
def outing(cast: Any, on_friday: Any) -> Outing:
    """Friday 2026-03-06: four difficulties this week, one of them closed and solved, one to be lifted to the city."""
    outing = make_outing(cast)
    days = {"promised_on": clock.today() + timedelta(days=10)}
    solved = outing.finding("厂门口路灯不亮，夜里卸货看不见", title="路灯不亮（电话13912345678）", handling="A", **days)
    lifted = outing.finding(
        "高压线路容量不够，第二条生产线开不了", title="高压线路容量不够，第二条生产线开不了", firm=outing.wood, handling="C", level="city", matter="增容 800 千伏安",
        paper="清单 3 号", shared=True,
    )  # fmt: skip
    outing.finding("招不到熟练的裁剪工人", by="卢芳", firm=outing.packing, at_once=False)
    outing.finding("工业路下雨积水，货车进不来", handling="A", hide_identity=True, shared=True, **days)
    assert lifted.case is not None
    assert solved.case is not None
    Case.objects.filter(pk=solved.case.pk).update(state="closed", closing="solved", closed_at=clock.now())
    return outing


@pytest.fixture
def office(outing: Outing) -> Any:
    """邓主任."""
    return outing.viewer("邓主任")


@pytest.fixture
def set_up(office: Any) -> None:
    """The office has said how its papers look."""
    for kind in ("weekly", "levels"):
        actions.change_template(kind=kind, draft=TEMPLATE, by=office)


@pytest.fixture
def brief(outing: Outing, office: Any, set_up: None) -> Any:
    """``brief()`` → a draft of the week; ``brief(signed=True)`` → one with words and number."""

    def make(*, signed: bool = False, kind: str = "weekly", scope: str = "") -> Any:
        monday = date(2026, 3, 2)
        paper = actions.make_paper(
            kind=kind, subject=outing.campaign, since=monday, until=clock.today(), scope=scope, by=office
        )
        if signed:
            paper = actions.word_paper(paper=paper, words=WORDS, version=paper.version, by=office)
            paper = actions.sign_paper(paper=paper, version=paper.version, by=office)
        return paper

    return make
