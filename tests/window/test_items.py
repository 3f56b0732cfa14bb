"""Service items: a guide is never overwritten, an open matter keeps the version it was refused under, a table comes in with a preview."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from tests.relay.stories import verbs
from tests.window.stories import draft, item, matter, stuck
from tongti.shared.errors import BadInput, NotAllowed, NotVisible, Raced
from tongti.shared.tables import Table
from tongti.units import transfer
from tongti.units.errors import FileRefused
from tongti.units.models import Post
from tongti.units.transfer import sheets
from tongti.window import actions, books, queries
from tongti.window.actions import papers_of, steps_of
from tongti.window.errors import ItemSwitchedOff, SameAsBefore
from tongti.window.models import ItemVersion, ServiceItem


def test_a_guide_is_read_from_plain_lines():
    steps = steps_of("1. 受理｜窗口｜当场\n2、核查|水利局|5 个工作日\n\n发证")
    assert [(s.name, s.who, s.days) for s in steps] == [("受理", "窗口", 0), ("核查", "水利局", 5), ("发证", "", None)]
    papers = papers_of("身份证明|原件核验|可共享；房产证明|复印件；申请表")
    assert [(p.name, p.form, p.shared) for p in papers] == [
        ("身份证明", "shown", True),
        ("房产证明", "copy", False),
        ("申请表", "original", False),
    ]


@pytest.mark.parametrize(
    ("read", "text"), [(steps_of, "受理|窗口|很快"), (papers_of, "房产证明|羊皮"), (steps_of, "a\n" * 41)]
)
def test_what_cannot_be_read_is_said(read, text):
    with pytest.raises(BadInput) as wrong:
        read(text)
    assert wrong.value.field in ("steps", "papers")


def test_a_change_is_a_new_version_and_the_matter_keeps_the_one_it_was_refused_under(cast):
    water = item(cast)
    refused = stuck(cast, first_tried_on=date(2020, 3, 2))
    first = water.versions.get()
    better = draft(cast, steps=steps_of("受理|窗口|1\n办结|水利局|3"), promised_days=4, trips=1, valid_from=None)
    made = actions.publish_version(item=water, draft=better, base=1, by=cast.viewer("陆局长"))
    first.refresh_from_db()
    assert (made.version, made.step_count, first.step_count) == (2, 2, 3)
    assert (first.valid_to, made.valid_to) == (made.valid_from - (date(2020, 1, 2) - date(2020, 1, 1)), None)
    assert matter(refused).version_id == first.pk
    assert matter(refused).step.name == "受理"
    later = stuck(cast, n=1)
    assert matter(later).version_id == made.pk
    assert verbs(water) == ["service_item.added", "service_item.published"]
    rows = {row.label: row for row in queries.measures(first, made)}
    assert (rows["环节"].change, rows["承诺时限"].change, rows["到现场"].better) == (-1, -5, True)
    assert (rows["材料"].change, rows["收费"].worse) == (0, False)
    assert (queries.squeezed(first), queries.carried(first)) == (55, 2)


def test_what_a_version_may_not_say(cast):
    water, keeper = item(cast), cast.viewer("赵工")
    for field, wrong in (
        ("promised_days", {"promised_days": 21}),
        ("fee_basis", {"fee": Decimal(30)}),
        ("code", {"code": "YS-002"}),
        ("valid_from", {"trips": 1, "valid_from": date(2019, 1, 1)}),
        ("unit", {"unit_id": cast.units["区政府"].pk}),
        ("source", {"source": " "}),
    ):
        with pytest.raises(BadInput) as refused:
            actions.publish_version(item=water, draft=draft(cast, **wrong), by=keeper)
        assert refused.value.field == field
    with pytest.raises(SameAsBefore):
        actions.publish_version(item=water, draft=draft(cast), by=keeper)
    with pytest.raises(Raced):
        actions.publish_version(item=water, draft=draft(cast, trips=1), base=7, by=keeper)
    assert water.versions.count() == 1


def test_who_keeps_items(cast):
    water = item(cast)
    for name in ("黄志强", "覃丽", "韦晓梅"):
        with pytest.raises(NotAllowed):
            actions.publish_version(item=water, draft=draft(cast, trips=1), by=cast.viewer(name))
    with pytest.raises(NotAllowed):
        actions.add_item(draft=draft(cast, code="YS-009"), by=cast.viewer("陆局长"))
    actions.switch_item(item=water, active=False, by=cast.viewer("陆局长"))
    with pytest.raises(ItemSwitchedOff):
        actions.publish_version(item=water, draft=draft(cast, trips=1), by=cast.viewer("赵工"))
    assert queries.names() == []
    with pytest.raises(NotVisible):
        queries.items(cast.viewer("周审"))


def test_the_database_keeps_one_open_version_and_a_basis_for_every_fee(cast):
    version = item(cast).versions.get()
    for change in ({"fee": Decimal(10)}, {"promised_days": 40}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ItemVersion.objects.filter(pk=version.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        ItemVersion.objects.create(
            item_id=version.item_id,
            version=2,
            source="x",
            valid_from=version.valid_from,
            published_at=version.published_at,
        )


def test_the_catalogue_is_found_by_name_unit_and_code_and_pages(cast, django_assert_num_queries):
    for n in range(5):
        item(cast, code=f"YS-{n:03d}", name=f"用水报装第{n}类")
    reader = cast.viewer("黄志强")
    with django_assert_num_queries(2):
        page = queries.items(reader, size=2)
    assert [row.code for row in page.rows] == ["YS-000", "YS-001"]
    assert page.rows[0].current.step_count == 3
    assert [row.code for row in queries.items(reader, cursor=page.next_cursor, size=2).rows] == ["YS-002", "YS-003"]
    for text in ("报装", "水利局", "ys-00", "用水"):
        assert len(queries.items(reader, text).rows) == 5
    assert queries.items(reader, "护照").rows == []


def test_an_item_is_guessed_from_what_was_said(cast):
    item(cast)
    item(cast, code="SB-001", name="社保卡补办")
    found = queries.guesses("办用水的报装，跑了三次")
    assert [guess.item.name for guess in found] == ["用水报装"]
    assert "报装" in found[0].words
    assert queries.guesses("路灯不亮") == []


TABLE = Table(
    ("事项编码", "事项名称", "实施单位", "法定时限", "承诺时限", "跑动次数", "收费", "环节", "材料"),
    [
        [
            "YS-001",
            "用水报装",
            "水利局",
            "20",
            "9",
            "2",
            "不收费",
            "受理|窗口|1；审批|水利局|3",
            "申请表；身份证明|原件核验|可共享",
        ],
        ["ZJ-001", "施工许可", "住建局", "7", "5", "1", "0", "受理；审批", "申请表"],
    ],
)


def test_a_table_comes_in_with_a_preview_and_again_changes_nothing(cast):
    content = sheets.write("事项", TABLE.headers, TABLE.rows)
    keeper = cast.viewer("赵工")
    plan = transfer.plan(kind="service_items", content=content, by=keeper)
    assert (plan.new, plan.wrong, ServiceItem.objects.count()) == (2, 0, 0)
    transfer.apply(kept=plan.kept, by=keeper)
    assert ItemVersion.objects.get(item__code="YS-001").source == books.UNSAID
    assert not ItemVersion.objects.filter(verified=True).exists()
    assert transfer.plan(kind="service_items", content=content, by=keeper).same == 2
    csv = "\n".join([",".join(TABLE.headers), "YS-001,用水报装,水利局,20,7,1,不收费,受理|窗口|1；审批|水利局|3,申请表"])
    plan = transfer.plan(kind="service_items", content=csv.encode("gb18030"), by=keeper)
    assert plan.lines[0].words == ("承诺时限", "跑动次数", "材料")
    transfer.apply(kept=plan.kept, by=keeper)
    assert ItemVersion.objects.filter(item__code="YS-001").count() == 2
    name, exported = transfer.export(kind="service_items", by=keeper)
    assert name.startswith("service-items-")
    assert transfer.plan(kind="service_items", content=exported, by=keeper).same == 2


def test_a_row_that_is_wrong_stops_the_whole_table(cast):
    rows = [[*TABLE.rows[0]], ["ZJ-001", "施工许可", "没有这个局", "7", "9", "1", "0", "受理", "申请表"]]
    keeper = cast.viewer("赵工")
    plan = transfer.plan(kind="service_items", content=sheets.write("事项", TABLE.headers, rows), by=keeper)
    assert (plan.new, plan.wrong, plan.applicable) == (1, 1, False)
    assert "没有“没有这个局”" in plan.lines[1].words[0]
    with pytest.raises(FileRefused):
        transfer.plan(kind="service_items", content=b"a,b\n1,2", by=keeper)
    Post.objects.filter(officer__username="赵工").delete()
    with pytest.raises(NotAllowed):
        transfer.plan(kind="service_items", content=sheets.write("事项", TABLE.headers, rows), by=cast.viewer("赵工"))
