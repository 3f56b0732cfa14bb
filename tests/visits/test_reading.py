"""Who sees which visits, what a phone carries along, and how small the district's questions are made for it."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.relay.stories import verbs
from tongti.questions.models import Question
from tongti.shared import clock
from tongti.shared.errors import NotVisible
from tongti.visits import actions, queries
from tongti.visits.queries import Filters


def test_a_visit_is_seen_by_who_goes_who_leads_and_who_watches_over_all(outing, friday):
    visit = outing.plan(friday, firm=outing.wood)
    sees = {"谭小勇", "邓主任", "莫刚", "何区长"}
    for name in [*sees, "卢芳", "李小英", "黄志强", "赵工", "周审"]:
        found = queries.visits(outing.viewer(name), Filters()).rows
        assert [row.pk for row in found] == ([visit.pk] if name in sees else []), name
    actions.join_visit(visit=visit, by=outing.viewer("卢芳"))
    assert queries.visit_for(outing.viewer("卢芳"), visit.pk) == visit
    with pytest.raises(NotVisible):
        queries.visit_for(outing.viewer("韦晓梅"), visit.pk)


def test_the_phone_carries_her_own_day_and_nothing_of_others(outing, friday):
    outing.plan(friday)
    outing.plan(friday + timedelta(days=1), firm=outing.packing, by="卢芳")
    outing.finding()
    tan = outing.viewer("谭小勇")
    taken = actions.take_along(by=tan)
    assert actions.take_along(by=tan) == taken == {outing.sugar.pk}
    assert verbs(outing.sugar).count("party.carried_along") == 1
    pack = json.loads(json.dumps(queries.pack(tan, open_for=taken)))
    assert [(one["firm"], one["state"]) for one in pack["visits"]] == [
        (outing.sugar.pk, "planned"),
        (outing.sugar.pk, "done"),
    ]
    assert set(pack["cards"]) == {str(outing.sugar.pk), str(outing.wood.pk)}
    card, other = pack["cards"][str(outing.sugar.pk)], pack["cards"][str(outing.wood.pk)]
    assert (card["name"], len(card["cases"])) == ("云岭区红豆糖业有限公司", 1)
    # she goes there today, so she carries the number; of the other firm she does not
    assert card["contacts"] == [{"name": "梁厂长", "phone": "13900001111", "post": "厂长"}]
    assert other["contacts"] == [{"name": "梁**", "phone": "139****2222", "post": "厂长"}]
    assert "临江包装厂" not in json.dumps(pack, ensure_ascii=False)


def test_the_pack_costs_the_same_for_one_visit_and_for_many(outing, friday):
    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            queries.pack(outing.viewer("谭小勇"))
        return len(asked)

    outing.finding()
    outing.plan(friday + timedelta(days=1))
    few = cost()
    for days in (1, 2):
        outing.plan(friday + timedelta(days=days), firm=outing.wood)
        outing.save(outing.sent(findings=(outing.found("招不到工人"), outing.found("贷款难"))))
    assert cost() == few <= 26


def test_a_card_opens_only_for_who_looks_after_the_firm(outing):
    assert queries.card(outing.viewer("谭小勇"), outing.sugar.pk).name.endswith("糖业有限公司")
    assert queries.card(outing.viewer("邓主任"), outing.sugar.pk)
    for name in ("卢芳", "莫刚", "李小英"):
        with pytest.raises(NotVisible):
            queries.card(outing.viewer(name), outing.sugar.pk)


def test_only_cleared_questions_travel_and_the_rarer_word_weighs_more(outing, story):
    Question.objects.all().delete()
    question = story.question(1)
    assert queries.digest()["questions"] == []
    for n, title in enumerate(["幸福路晚上停水", "工业园路面坑洼", "镇上路灯不亮", "产业园晚上停电"]):
        Question.objects.create(
            number=f"T{n}",
            title=title,
            public_title=title,
            state="handling",
            created_at=clock.now(),
            cleared_at=clock.now(),
        )
    Question.objects.filter(pk=question.pk).update(title="王大一家停水", public_title="")
    found = queries.digest()
    assert "王大" not in json.dumps(found, ensure_ascii=False)
    words = dict(zip(found["words"][::2], found["words"][1::2], strict=True))
    assert words["停水"] > words["晚上"]
    assert [row[2] for row in found["questions"]] == [
        "产业园晚上停电",
        "镇上路灯不亮",
        "工业园路面坑洼",
        "幸福路晚上停水",
    ]


def test_two_thousand_questions_fit_a_phone(db):
    places = ["幸福路", "工业园", "临江镇", "大塘镇", "白石乡", "龙腾街道", "东门市场", "河西片区"]
    things = [
        "晚高峰停水",
        "路面坑洼货车难行",
        "路灯不亮",
        "用电紧张拉闸",
        "排污管堵塞",
        "招不到熟练工人",
        "贷款审批慢",
        "消防通道被占",
    ]
    Question.objects.bulk_create(
        Question(
            number=f"2026-{n:05d}",
            title="内部题目",
            public_title=f"{places[n % 8]}{n // 64}号片区{things[n // 8 % 8]}，影响企业生产和群众出行",
            state="handling",
            asker_count=n,
            created_at=clock.now(),
            cleared_at=clock.now(),
        )
        for n in range(2100)
    )
    found = queries.digest()
    assert len(found["questions"]) == 2000
    assert len(json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()) < 300_000
