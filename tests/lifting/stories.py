"""What the stories of 上下同题 share: a bureau of the city with its own people, one of the region without, and a line that is lifted."""

from datetime import date, timedelta
from typing import Any

from tests.cast import Cast
from tests.relay.stories import Story
from tongti.accounts.models import Officer
from tongti.lifting import actions
from tongti.lifting.actions import LiftDraft
from tongti.lifting.models import Lift
from tongti.questions.models import Question
from tongti.shared import clock
from tongti.units.models import Post, Region, Unit

WORDS = {
    "title": "幸福路片区输水主管换新要市里统一排期",
    "statement": "城北水厂到幸福路的输水主管用了三十年，上个月爆了四次，晚高峰六楼以上没有水。",
    "tried": "2 月 20 日区水利局更换了支管阀门，3 月 2 日会同自来水公司错峰调压，主管属市级管网，本级无权停水换管。",
    "basis": "《城市供水条例》第十九条",
    "asked": "把城北水厂输水主管列入市级今年第二季度换管计划，并答复停水时段。",
}


def upstairs(cast: Cast) -> None:
    """市水利局 with a handler and a leader, 自治区水利厅 without anybody here."""
    for name, code, level in (("南岭市", "450100000000", "city"), ("自治区", "450000000000", "province")):
        region = Region.objects.create(name=name, code=code, level=level)
        Region.objects.filter(pk=region.pk).update(path=f"/{region.pk}/")
        cast.regions[name] = region
    for short, name, place in (("市水利局", "南岭市水利局", "南岭市"), ("水利厅", "自治区水利厅", "自治区")):
        unit = Unit.objects.create(
            code=f"UP{len(cast.units)}", name=name, short_name=short, kind="bureau", region=cast.regions[place]
        )
        Unit.objects.filter(pk=unit.pk).update(path=f"/{unit.pk}/")
        unit.refresh_from_db()
        cast.units[short] = unit
    for name, role in (("谭永", "handler"), ("邓局长", "unit_leader")):
        officer = Officer.objects.create(username=name, name=name)
        Post.objects.create(officer=officer, unit=cast.units["市水利局"], role=role, since=date(2020, 1, 1))
        cast.officers[name] = officer


def draft(cast: Cast, unit: str = "市水利局", **facts: Any) -> LiftDraft:
    """What 黄志强 writes: asked of the city's bureau unless ``unit`` says otherwise."""
    level = {"市水利局": "city", "水利厅": "region"}.get(unit, "county")
    known = {**WORDS, "level": level, "asked_unit_id": cast.units[unit].pk, "reply_by": clock.today() + timedelta(20)}
    return LiftDraft(**(known | facts))


def in_hand(story: Story, callers: int = 3) -> Question:
    """A question that 水利局 leads and has signed for."""
    question = story.question(callers)
    story.dispatch(question)
    story.accept("水利局", "黄志强")
    question.refresh_from_db()
    return question


def prepared(story: Story, question: Question, unit: str = "市水利局", **facts: Any) -> Lift:
    """黄志强 puts it on the list."""
    return actions.prepare(question=question, draft=draft(story.cast, unit, **facts), by=story.cast.viewer("黄志强"))


def lifted(story: Story, question: Question, unit: str = "市水利局", **facts: Any) -> Lift:
    """… and 何区长 signs it off."""
    return actions.sign_off(lift=prepared(story, question, unit, **facts), by=story.cast.viewer("何区长"))
