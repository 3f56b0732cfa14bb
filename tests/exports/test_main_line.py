"""诉求, 同题, 接力, 督办, 挂账 as ledgers: each line through its room's policy, nobody named, narrowed by days, unit and state."""

import csv
import io
from datetime import date

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from tests.formulas import conftest as exclusion
from tongti.exports import actions, queries
from tongti.exports.ledgers import LEDGERS, Asked
from tongti.exports.models import Export
from tongti.relay import actions as relay
from tongti.shared import sheets
from tongti.shared.errors import BadInput, NotAllowed, NotVisible
from tongti.shared.uploads import Upload
from tongti.supervision import actions as supervision
from tongti.supervision.actions import Pressure


@pytest.fixture
def in_hand(story, on_friday, cast):
    """A question of three callers that 水利局 works on, urged once, with a promise; and a single case of somebody else's words."""
    question = story.question(3)
    story.dispatch(question, helpers=[], territory_id=None)
    baton = story.accept("水利局", "黄志强")
    pressure = Pressure(rung="remind", words="请抓紧")
    supervision.open_item(baton=baton, pressure=pressure, why="临期没有联系", by=cast.viewer("莫刚"))
    wanted = {"obstacle": "testing", "words": "要做水质检测", "promise_on": date(2026, 7, 1)}
    promise = relay.ask_promise(
        baton=baton,
        steps=[("委托检测", date(2026, 4, 10))],
        evidence=[Upload("检测委托书.pdf", b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n")],
        by=cast.viewer("黄志强"),
        **wanted,
    )
    relay.decide_promise(promise=promise, approve=True, note="同意", by=cast.viewer("韦晓梅"))
    story.call("=cmd 我是韦大一，电话 13912345678", title="=1+1 停水")
    return question


def lines(code, viewer, **asked):
    rows, _cut = queries.printed(viewer, LEDGERS[code], Asked(**asked))
    heads = [head for head, _width in LEDGERS[code].columns]
    return [dict(zip(heads, row, strict=True)) for row in rows]


def test_each_ledger_tells_its_matter_and_nobody(in_hand, cast):
    boss = cast.viewer("韦晓梅")
    cases = lines("cases", boss)
    assert len(cases) == 4
    assert cases[1]["题号"] == in_hand.number
    assert (cases[0]["事由"], cases[0]["状态"]) == ("=1+1 停水", "待派单")
    (question,) = lines("questions", boss)
    assert (question["同问人"], question["牵头单位"], question["状态"]) == ("3", "水利局", "办理中")
    (baton,) = lines("batons", boss)
    assert (baton["单位"], baton["派单"], baton["签收"], baton["挂账到"]) == (
        "水利局",
        "2026-03-06",
        "2026-03-06",
        "2026-07-01",
    )
    (item,) = lines("items", boss)
    assert (item["督办对象"], item["做到哪一步"], item["事项"]) == ("水利局", "提醒", in_hand.title)
    (promise,) = lines("promises", boss)
    assert promise["计划步骤"] == "2026-04-10前委托检测"
    assert (promise["承诺日期"], promise["状态"]) == ("2026-07-01", "在账")
    told = str([lines(code, boss) for code in ("cases", "questions", "batons", "items", "promises")])
    assert "韦大一" not in told
    assert "139" not in told


def test_a_baton_past_its_day_counts_the_working_days(in_hand, cast, on_friday, story):
    other = story.call("路灯不亮")
    story.dispatch(case=other, helpers=[], territory_id=None)
    on_friday.move_to("2026-03-17T01:00:00Z")  # due on Friday the 13th
    late = {row["事项编号"]: row["超期（工作日）"] for row in lines("batons", cast.viewer("韦晓梅"))}
    assert late == {other.number: "2", in_hand.number: ""}  # the promised one is not late


def test_days_unit_and_state_narrow_it(in_hand, cast):
    boss = cast.viewer("韦晓梅")
    assert len(lines("cases", boss, state="handling")) == 3
    assert len(lines("cases", boss, unit_id=cast.units["水利局"].pk)) == 3
    assert lines("cases", boss, until=date(2026, 3, 5)) == []
    assert len(lines("cases", boss, since=date(2026, 3, 6), until=date(2026, 3, 6))) == 4
    assert lines("promises", boss, state="ended") == []
    with pytest.raises(BadInput, match="没有这个状态"):
        actions.ask_for_export(ledger="cases", form="csv", asked=Asked(state="novel"), by=boss)


def test_a_unit_takes_its_own_lines_and_a_stranger_none(in_hand, cast):
    leader, stranger = cast.viewer("陆局长"), cast.viewer("农志明")
    for code, n in {"cases": 3, "questions": 1, "batons": 1, "items": 1, "promises": 1}.items():
        assert len(lines(code, leader)) == n, code
        assert lines(code, stranger) == [], code
    with pytest.raises(NotAllowed):
        actions.ask_for_export(ledger="cases", form="csv", asked=Asked(), by=stranger)
    with pytest.raises(NotVisible):
        queries.ledger_for(cast.viewer("赵工"), "cases")


def test_an_exclusion_is_a_line_with_both_hands(in_hand, story, cast):
    row = exclusion.ask(story, story.cases[1])
    exclusion.approve(story, row)
    (line,) = lines("exclusions", cast.viewer("莫刚"), state="approved")
    assert (line["诉求编号"], line["申请人"], line["状态"]) == (story.cases[1].number, row.asked_by.name, "已剔除")
    assert line["审批人"]
    assert lines("exclusions", cast.viewer("农志明")) == []


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_the_file_has_every_line_and_runs_no_formula(in_hand, cast, run_jobs, form, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    by = cast.viewer("韦晓梅")
    export = actions.ask_for_export(ledger="cases", form=form, asked=Asked(state="registered"), by=by)
    run_jobs()
    export.refresh_from_db()
    path = queries.file_of(export)
    assert export.rows == 1
    if form == "csv":
        heads, row = csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig")))
        assert row[heads.index("事由")] == "'=1+1 停水"
    else:
        heads, row = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
        assert row[heads.index("事由")] == "=1+1 停水"  # as text
    assert len(list(path.parent.iterdir())) == 1  # nothing unfinished stays behind


def test_what_one_sheet_cannot_hold_goes_on_in_the_next(monkeypatch):
    monkeypatch.setattr(sheets, "MOST_LINES", 3)
    for n, sizes in {0: [1], 3: [4], 7: [4, 4, 2]}.items():
        out = io.BytesIO()
        sheets.write_xlsx(out, "诉求台账", (("编号", 8),), ([str(at)] for at in range(n)))
        out.seek(0)
        book = CalamineWorkbook.from_filelike(out)
        pages = [book.get_sheet_by_index(at).to_python() for at in range(len(book.sheet_names))]
        assert [len(page) for page in pages] == sizes
        assert all(page[0] == ["序号", "编号"] for page in pages)
        assert [row[0] for page in pages for row in page[1:]] == [str(at + 1) for at in range(n)]


def test_the_centre_lists_ledgers_and_each_prints_and_exports(in_hand, client, cast, django_assert_max_num_queries):
    client.force_login(cast.officers["韦晓梅"])
    assert "督办台账" in client.get(reverse("desk:ledgers")).content.decode()
    url = reverse("desk:ledgers_one", args=["cases"])
    with django_assert_max_num_queries(16):
        page = client.get(url, {"state": "handling"}).content.decode()
    assert in_hand.number in page
    assert "导出 .csv" in page
    assert client.get(url, {"since": "不是日期"}).status_code == 200
    sent = {"ledger": "cases", "form": "csv", "state": "handling", "since": "", "until": "", "unit": ""}
    assert client.post(reverse("desk:exports"), sent).status_code == 302
    assert Export.objects.get().asked == {"state": "handling"}
    assert client.get(reverse("desk:ledgers_one", args=["novel"])).status_code == 404
    client.force_login(cast.officers["黄志强"])
    assert "导出 .csv" not in client.get(url).content.decode()
