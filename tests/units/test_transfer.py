"""Catalogues travel as files: told before, done at once, and a second time without effect."""

from io import BytesIO
from pathlib import Path

import pytest
import python_calamine

from tests.cast import Cast
from tests.window.stories import item
from tongti.accounts.models import Officer
from tongti.shared.actor import SYSTEM
from tongti.shared.errors import NotAllowed
from tongti.trail.models import Event
from tongti.units import actions, queries, transfer
from tongti.units.errors import FileRefused
from tongti.units.models import Category, Duty, Post, Template, Transfer, Unit
from tongti.units.transfer import sheets

# regimes have their own story in tests/deadlines
KINDS = [kind for kind in transfer.KINDS if kind != "regimes"]


def _cells(content: bytes) -> list[list[str]]:
    return python_calamine.CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()


@pytest.mark.parametrize("kind", KINDS)
def test_what_goes_out_comes_in_without_effect(cast: Cast, kind: str) -> None:
    admin = cast.viewer("赵工")
    item(cast)
    name, content = transfer.export(kind=kind, by=admin)
    assert name.startswith(kind.replace("_", "-"))
    plan = transfer.plan(kind=kind, content=content, by=admin)
    assert (plan.new, plan.changed, plan.wrong) == (0, 0, 0), [line for line in plan.lines if line.state != "same"]
    assert plan.same
    before = Event.objects.count()
    transfer.apply(kept=plan.kept, by=admin)
    assert Event.objects.count() == before


@pytest.mark.parametrize("kind", KINDS)
def test_only_the_administrator_moves_files(cast: Cast, kind: str) -> None:
    for name in ("何区长", "周审", "韦晓梅"):
        with pytest.raises(NotAllowed):
            transfer.export(kind=kind, by=cast.viewer(name))
        with pytest.raises(NotAllowed):
            transfer.plan(kind=kind, content=b"", by=cast.viewer(name))


def test_units_are_told_first_then_entered_once(cast: Cast) -> None:
    admin = cast.viewer("赵工")
    rows = [
        ["JTJ", "云岭区交通运输局", "交通局", "部门", "450199", "U00", "", "是"],
        ["JTJ1", "公路养护站", "养护站", "内设科室", "450199", "JTJ", "", "是"],
        ["U02", "云岭区水利局", "水利局", "部门", "450199", "U00", "5551111", "是"],
    ]
    content = sheets.write("单位", ["代码", "全称", "简称", "类别", "地区代码", "上级代码", "对外电话", "在用"], rows)
    plan = transfer.plan(kind="units", content=content, by=admin)
    assert [(line.what, line.state, line.words) for line in plan.lines] == [
        ("交通局", "new", ()),
        ("养护站", "new", ()),
        ("水利局", "changed", ("对外电话",)),
    ]
    assert not Unit.objects.filter(code="JTJ").exists(), "a preview writes nothing"
    transfer.apply(kept=plan.kept, by=admin)
    station = Unit.objects.get(code="JTJ1")
    assert station.path.startswith(Unit.objects.get(code="JTJ").path)
    again = transfer.plan(kind="units", content=content, by=admin)
    assert (again.same, again.applicable) == (3, False)
    assert Event.objects.get(verb="catalogue.imported").facts == {"kind": "units", "added": 2, "changed": 1}


def test_a_wrong_line_says_why_and_stops_everything(cast: Cast) -> None:
    admin = cast.viewer("赵工")
    rows = [
        ["nongli", "农丽", "U03", "承办人", "2026-01-01"],
        ["qinhong2", "覃洪", "U99", "承办人", ""],
        ["覃红", "覃红", "U02", "承办人", ""],
        ["moumou", "某某", "U02", "科长", ""],
        ["riqi", "日期", "U02", "承办人", "明天"],
    ]
    content = sheets.write("人员", ["登录名", "姓名", "单位代码", "角色", "任职起"], rows)
    plan = transfer.plan(kind="officers", content=content, by=admin)
    assert [line.state for line in plan.lines] == ["new", "wrong", "wrong", "wrong", "wrong"]
    said = [line.words[0] for line in plan.lines[1:]]
    for sentence, part in zip(
        said, ("没有代码为“U99”的单位", "要由不同的人担任", "没有“科长”这个角色", "2026-03-20"), strict=True
    ):
        assert part in sentence
    with pytest.raises(FileRefused, match="什么都没有改"):
        transfer.apply(kept=plan.kept, by=admin)
    assert not Officer.objects.filter(username="nongli").exists()


def test_imported_officers_have_no_password_until_one_is_given(cast: Cast) -> None:
    admin = cast.viewer("赵工")
    content = sheets.write("人员", ["登录名", "姓名", "单位代码", "角色"], [["nongli", "农丽", "U03", "承办人"]])
    transfer.apply(kept=transfer.plan(kind="officers", content=content, by=admin).kept, by=admin)
    officer = Officer.objects.get(username="nongli")
    assert not officer.has_usable_password()
    assert Post.objects.get(officer=officer).role == "handler"
    sheet = _cells(transfer.export(kind="officers", by=admin)[1])
    assert not {"密码", "password"} & set(sheet[0])


def test_categories_come_by_names_or_by_code(cast: Cast) -> None:
    admin = cast.viewer("赵工")
    rows = [["城乡建设", "市政公用", "供气"], ["农村", "道路", "村屯硬化"], ["城乡建设", "", "供热"]]
    content = sheets.write("分类", ["一级分类", "二级分类", "三级分类"], rows)
    plan = transfer.plan(kind="categories", content=content, by=admin)
    assert [line.state for line in plan.lines] == ["new", "new", "wrong"]
    content = sheets.write("分类", ["一级分类", "二级分类", "三级分类"], rows[:2])
    transfer.apply(kept=transfer.plan(kind="categories", content=content, by=admin).kept, by=admin)
    assert Category.objects.get(name="村屯硬化").code == "020101"
    assert transfer.plan(kind="categories", content=content, by=admin).same == 2
    renamed = sheets.write(
        "分类", ["一级分类", "二级分类", "三级分类", "代码"], [["城乡建设", "市政公用", "燃气", "010103"]]
    )
    transfer.apply(kept=transfer.plan(kind="categories", content=renamed, by=admin).kept, by=admin)
    assert Category.objects.get(code="010103").full_name == "城乡建设/市政公用/燃气"


def test_duties_name_their_units_by_code(cast: Cast) -> None:
    admin = cast.viewer("赵工")
    head = ["编号", "事项", "牵头单位代码", "协办单位代码", "依据", "关键词"]
    rows = [
        ["D002", "路灯不亮", "U03", "U05，U07", "《城市道路照明设施管理规定》", "路灯，黑"],
        ["D003", "没有依据", "U03", "", "", ""],
    ]
    plan = transfer.plan(kind="duties", content=sheets.write("职责", head, rows), by=admin)
    assert [line.state for line in plan.lines] == ["new", "wrong"]
    assert "依据" in plan.lines[1].words[0]
    plan = transfer.plan(kind="duties", content=sheets.write("职责", head, rows[:1]), by=admin)
    transfer.apply(kept=plan.kept, by=admin)
    duty = Duty.objects.get(code="D002")
    assert duty.keywords == "路灯 黑"
    assert {unit.short_name for unit in duty.helpers.all()} == {"供电局", "临江镇"}


def test_texts_travel_as_json(cast: Cast) -> None:
    admin = cast.viewer("赵工")
    content = sheets.write_json(
        {"templates": [{"code": "site.home_lead", "body": "请说说您的难处。"}, {"code": "nope", "body": "x"}]}
    )
    plan = transfer.plan(kind="texts", content=content, by=admin)
    assert [line.state for line in plan.lines] == ["changed", "wrong"]
    content = sheets.write_json({"templates": [{"code": "site.home_lead", "body": "请说说您的难处，{owner2}。"}]})
    assert "{owner2}" in transfer.plan(kind="texts", content=content, by=admin).lines[0].words[0]


@pytest.mark.parametrize("content", [b"", b"not a workbook", b"PK\x03\x04 broken", b"[]", b"\xff\xfe"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_cannot_be_read_gets_a_sentence(cast: Cast, kind: str, content: bytes) -> None:
    with pytest.raises(FileRefused):
        transfer.plan(kind=kind, content=content, by=cast.viewer("赵工"))


def test_a_plan_belongs_to_whoever_made_it(cast: Cast) -> None:
    admin = cast.viewer("赵工")
    plan = transfer.plan(kind="units", content=transfer.export(kind="units", by=admin)[1], by=admin)
    second = actions.add_officer(
        username="admin2", name="农工", posts=[actions.PostDraft(cast.units["督查室"], "admin")], by=admin
    ).officer
    with pytest.raises(FileRefused):
        transfer.apply(kept=plan.kept, by=queries.viewer_of(second))


def test_cells_never_run_as_formulas(cast: Cast) -> None:
    Unit.objects.filter(code="U02").update(name="=HYPERLINK(1)")
    content = transfer.export(kind="units", by=cast.viewer("赵工"))[1]
    assert "=HYPERLINK(1)" in [row[1] for row in _cells(content)]
    assert Transfer.objects.get().rows == Unit.objects.count()


def test_defaults_are_entered_once_and_only_into_an_empty_catalogue(db: None) -> None:
    made = actions.load_defaults(by=SYSTEM)
    assert made == Category.objects.count() == len(queries.shipped_categories())
    assert Category.objects.filter(level=1).count() == 12
    assert Category.objects.filter(level=3).count() >= 150
    pipe = Category.objects.get(name="管网漏损")
    assert (pipe.full_name, pipe.parent.full_name) == ("公共服务/供水/管网漏损", "公共服务/供水")
    assert actions.load_defaults(by=SYSTEM) == 0
    assert Event.objects.filter(verb="category.shipped").count() == made


def test_a_district_keeps_its_own_catalogue(cast: Cast) -> None:
    before = Category.objects.count()
    assert actions.load_defaults(by=SYSTEM) == 0
    assert Category.objects.count() == before


@pytest.mark.needs_shared
def test_the_real_catalogue_comes_in(cast: Cast, shared_data: Path) -> None:
    plan = transfer.plan(
        kind="categories", content=(shared_data / "categories.xlsx").read_bytes(), by=cast.viewer("赵工")
    )
    assert plan.wrong == 0, [line for line in plan.lines if line.state == "wrong"][:5]
    assert plan.new > 300


def test_changing_a_text_refuses_unknown_slots_and_keeps_versions(cast: Cast) -> None:
    from tongti.shared.errors import BadInput, Raced
    from tongti.units.errors import UnknownSlot

    admin = cast.viewer("赵工")
    with pytest.raises(UnknownSlot, match=r"可用的有：\{district\}、\{owner\}"):
        actions.change_text(code="site.home_lead", body="{phone}", version=0, by=admin)
    first = actions.change_text(code="site.home_lead", body="{district}的乡亲，请说。", version=0, by=admin)
    assert (first.version, queries.words("site.home_lead")) == (1, "{district}的乡亲，请说。")
    with pytest.raises(Raced):
        actions.change_text(code="site.home_lead", body="另一个窗口", version=0, by=admin)
    assert actions.change_text(code="site.home_lead", body="第二版", version=1, by=admin).version == 2
    with pytest.raises(BadInput, match="完全一样"):
        actions.change_text(code="site.home_lead", body="第二版", version=2, by=admin)
    assert Template.objects.get().body == "第二版"
