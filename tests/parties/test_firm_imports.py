"""导入登记簿: every row is told beforehand what it would be; nothing is entered twice; faulty rows come back with their reason."""

import io
from datetime import timedelta

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from tests.parties.firms import MANAGER, code, entered
from tongti.parties import actions, queries
from tongti.parties.errors import FirmImportBusy
from tongti.parties.models import Firm, FirmContact, FirmImport, FirmImportRow, Party
from tongti.shared import clock
from tongti.shared.errors import BadInput, NotAllowed, Raced
from tongti.shared.tables import WrongFile, path_of, read
from tongti.trail import queries as trail

HEADERS = ["企业名称", "统一社会信用代码", "企业规模", "所属行业", "乡镇", "详细地址", "责任单位", "负责人", "联系电话"]


def book(*rows, headers=HEADERS):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        for at, row in enumerate([["云岭区企业名单"], headers, *rows]):
            sheet.write_row(at, 0, row)
    return out.getvalue()


def firm_row(name, credit_code="", size="规上", sector="13", place="大塘村", phone="15400000001"):
    return [name, credit_code, size, sector, place, "工业路 1 号", "水利局", "韦建国", phone]


@pytest.fixture
def keeper(cast):
    return cast.viewer("韦晓梅")


@pytest.fixture
def bring(keeper, run_jobs, django_capture_on_commit_callbacks):
    """``bring(row, row…)`` → the batch after the comparison; ``bring.run(batch)`` lets it in."""

    def compared(*rows, headers=HEADERS):
        batch = actions.upload_firms(name="名单.xlsx", content=book(*rows, headers=headers), by=keeper)
        actions.compare_firms(batch=batch, mapping=batch.mapping, by=keeper)
        run_jobs()
        batch.refresh_from_db()
        return batch

    def run(batch):
        actions.start_firm_import(batch=batch, by=keeper)
        with django_capture_on_commit_callbacks(execute=True):
            run_jobs()
        batch.refresh_from_db()
        return batch

    compared.run = run
    return compared


def told(batch):
    """Row → (outcome, words, reasons)."""
    return {
        line.row: (line.outcome, line.words, tuple(line.reasons))
        for line in FirmImportRow.objects.filter(batch=batch).order_by("row")
    }


# --- what a row would be --------------------------------------------------------------------------------------------


def test_columns_are_guessed_and_new_firms_go_in(cast, bring, keeper):
    batch = bring(firm_row("新圩米业有限公司", code(1)), firm_row("大塘木业厂", place="临江镇幸福社区", phone=""))
    assert [outcome for outcome, _, _ in told(batch).values()] == ["new", "new"]
    assert Firm.objects.count() == 0
    done = bring.run(batch)
    assert (done.state, done.entered, done.failed) == ("done", 2, 0)
    mill = Firm.objects.get(credit_code=code(1))
    assert (mill.size, mill.sector, mill.place.name, mill.unit.short_name) == ("industry", "13", "大塘村", "水利局")
    assert Firm.objects.get(name="大塘木业厂").place.name == "幸福社区"
    (contact,) = queries.firm_card(keeper, mill).contacts
    assert (contact.name, contact.phone) == ("韦**", "154****0001")
    assert [e.verb for e in trail.of(batch)] == ["import.finished", "import.started", "import.uploaded"]
    # the table is full of names and phones, and nobody needs it any more
    assert not path_of(batch.path).exists()


def test_the_same_table_again_enters_nothing(bring):
    rows = [firm_row("新圩米业有限公司", code(1)), firm_row("大塘木业厂")]
    bring.run(bring(*rows))
    again = bring(*rows)
    assert {outcome for outcome, _, _ in told(again).values()} == {"same"}
    done = bring.run(again)
    assert (done.entered, done.changed, done.same) == (0, 0, 2)
    assert Firm.objects.count() == Party.objects.count() == FirmContact.objects.count() == 2


def test_known_firms_are_matched_by_code_or_by_name_and_place_and_told_what_changes(cast, bring):
    by_code = entered("新圩米业有限公司", credit_code=code(1), size="near", people=(MANAGER,))
    by_place = entered("大塘木业厂", place_id=cast.regions["大塘村"].pk, sector="20")
    batch = bring(firm_row("新圩米业有限公司", code(1)), firm_row("大塘木业厂", code(2), sector="20", phone=""))
    first, second = told(batch).values()
    assert first == ("matched", "会改：规模、行业、乡镇、村（社区）、地址、服务单位；新增联系人", ("信用代码相同",))
    assert second[0] == "matched"
    assert second[2] == ("名称和地点都相同",)
    done = bring.run(batch)
    assert (done.entered, done.changed, done.failed) == (0, 2, 0)
    by_code.refresh_from_db()
    by_place.refresh_from_db()
    assert (by_code.size, by_code.place.name) == ("industry", "大塘村")
    assert by_place.credit_code == code(2)
    assert by_code.contacts.count() == 2


def test_doubtful_rows_wait_for_a_person(cast, bring, keeper):
    known = entered("云岭区龙腾食品有限公司", place_id=cast.regions["大塘村"].pk)
    rows = [
        firm_row("云岭区龙腾食品有限责任公司", code(1)),
        firm_row("云岭区龙腾食品有限公司", code(3), place="白石村", phone="15400000003"),
        firm_row("龙腾食品厂", phone="15400000002", place="大塘村"),
    ]
    batch = bring(*rows)
    assert [outcome for outcome, _, _ in told(batch).values()] == ["doubtful", "doubtful", "doubtful"]
    one, two, three = sorted(told(batch))
    assert "去掉地区和公司形式，名称相同" in told(batch)[one][2]
    assert told(batch)[two][2] == ("名称相同，地点不同或者没有写",)
    actions.decide_firm_rows(batch=batch, decisions={one: "same", two: "new", 99: "new", three: "胡写"}, by=keeper)
    assert queries.firm_rows_undecided(batch) == 1
    done = bring.run(batch)
    assert (done.entered, done.changed, done.failed) == (1, 1, 1)
    known.refresh_from_db()
    assert (known.name, known.credit_code) == ("云岭区龙腾食品有限责任公司", code(1))
    assert told(batch)[three] == ("wrong", "拿不准是不是已有的一家，没有导入。", told(batch)[three][2])


def test_codes_decide_against_names(bring):
    entered("云岭区龙腾食品有限公司", credit_code=code(1))
    batch = bring(firm_row("云岭区龙腾食品有限公司", code(2)), firm_row("完全另一个名称的店", code(1)))
    assert [(outcome, reasons) for outcome, _, reasons in told(batch).values()] == [
        ("new", ()),
        ("doubtful", ("信用代码相同，名称完全不同",)),
    ]


def test_faulty_rows_say_why_and_come_back_in_a_file(bring, keeper):
    entered("新圩米业有限公司", credit_code=code(1))
    slipped = code(1)[:9] + ("B" if code(1)[9] != "B" else "C") + code(1)[10:]
    batch = bring(
        firm_row("新圩米业有限公司", slipped),
        firm_row("", code(2)),
        firm_row("火星企业", place="火星"),
        firm_row("行业不对", sector="99"),
        firm_row("电话不对", phone="12"),
        firm_row("好的一家", code(5)),
        firm_row("还是它", code(5)),
    )
    words = [said for outcome, said, _ in told(batch).values() if outcome == "wrong"]
    assert "校验位不对" in words[0]
    assert "和已登记的“新圩米业有限公司”只差一处" in words[0]
    assert words[1:] == [
        "请填写“名称”。",
        "没有“火星”这个乡镇、村（社区）。",
        "没有“99”这个行业：请写 GB/T 4754 的代码，例如 C13、1331，或大类名称。",
        "电话号码不对，请检查。",
        "和第 8 行是同一家，不重复导入。",
    ]
    done = bring.run(batch)
    assert (done.entered, done.failed) == (1, 6)
    sent_back = CalamineWorkbook.from_filelike(io.BytesIO(queries.firm_faults_workbook(done)))
    rows = sent_back.get_sheet_by_index(0).to_python()
    assert rows[0][-1] == "没有导入的原因"
    assert [row[0] for row in rows[1:]] == ["新圩米业有限公司", "", "火星企业", "行业不对", "电话不对", "还是它"]


def test_what_was_registered_since_the_comparison_is_not_entered_twice(bring, keeper):
    batch = bring(firm_row("新圩米业有限公司", code(1)), firm_row("好的一家", code(2)))
    entered("新圩米业", credit_code=code(1))
    done = bring.run(batch)
    assert (done.entered, done.failed) == (1, 1)
    assert Firm.objects.filter(credit_code=code(1)).count() == 1


def test_a_killed_worker_goes_on_where_it_stopped(bring, keeper, monkeypatch):
    from tongti.parties.actions import imports

    monkeypatch.setattr(imports, "CHUNK", 2)
    batch = bring(*(firm_row(f"五金制品{n}厂", code(10 + n), phone="") for n in range(5)))
    actions.start_firm_import(batch=batch, by=keeper)
    chunk, calls = imports._enter_chunk, []

    def dies_at_the_second(*args, **kwargs):
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("killed")
        return chunk(*args, **kwargs)

    monkeypatch.setattr(imports, "_enter_chunk", dies_at_the_second)
    with pytest.raises(RuntimeError):
        actions.run_firm_import(batch_id=batch.pk)
    assert Firm.objects.count() == 2
    monkeypatch.setattr(imports, "_enter_chunk", chunk)
    done = actions.run_firm_import(batch_id=batch.pk)
    assert (done.entered, Firm.objects.count()) == (5, 5)
    assert actions.run_firm_import(batch_id=batch.pk).entered == 5


def test_what_was_imported_is_compared_for_doubles(bring, keeper):
    entered("大塘木业有限公司", credit_code=code(6))
    bring.run(bring(firm_row("大塘木业厂", phone=""), firm_row("别的一家", code(7), phone="")))
    batch = bring(firm_row("新圩木业", phone=""))
    entered("云岭区新圩木业有限公司")
    bring.run(batch)
    (row,) = queries.lookalikes(keeper).rows
    assert {row.one.name, row.other.name} == {"新圩木业", "云岭区新圩木业有限公司"}


def test_a_shop_without_a_name_of_its_own_stays_a_persons_name_and_comes_in_once(bring, keeper):
    headers = ["名称", "类别", "村社区", "经营者", "负责人", "联系电话"]
    row = ["蒙桂兰", "个体工商户", "白石村", "", "蒙桂兰", "15400000021"]
    bring.run(bring(row, headers=headers))
    shop = Firm.objects.get()
    assert (shop.name, shop.name_personal, shop.core, shop.grams) == ("蒙**", True, "", [])
    assert "蒙桂兰" not in str(Firm.objects.values()) + str(FirmImportRow.objects.values())
    again = bring(row, headers=headers)
    assert [(outcome, reasons) for outcome, _, reasons in told(again).values()] == [("same", ("名称和地点都相同",))]
    bring.run(again)
    assert Firm.objects.count() == 1
    # a table that says more of it opens nothing, and overwrites the true name with nothing
    done = bring.run(bring([*row, "停业"], headers=[*headers, "经营状态"]))
    shop.refresh_from_db()
    assert (done.changed, shop.status, shop.name, shop.party.name) == (1, "stopped", "蒙**", "蒙桂兰")


# --- the comparison is a job ------------------------------------------------------------------------------------------------


@pytest.fixture
def waiting(keeper):
    """A table of five rows whose comparison nobody has begun; the last two are one firm."""
    rows = [firm_row(f"五金制品{n}厂", code(10 + n), phone="") for n in range(4)] + [firm_row("还是它", code(13))]
    batch = actions.upload_firms(name="名单.xlsx", content=book(*rows), by=keeper)
    return actions.compare_firms(batch=batch, mapping=batch.mapping, by=keeper)


def test_while_rows_are_compared_the_page_says_how_far_and_nothing_can_start(waiting, keeper, client, cast, run_jobs):
    client.force_login(cast.officers["韦晓梅"])
    url = f"/desk/firms/import/{waiting.pk}/"
    assert "正在比对" in text(client.get(url))
    assert "已比对 0 / 5 行" in text(client.get(f"{url}status/"))
    with pytest.raises(FirmImportBusy):
        actions.start_firm_import(batch=waiting, by=keeper)
    with pytest.raises(FirmImportBusy):
        actions.compare_firms(batch=waiting, mapping={"name": 0}, by=keeper)
    assert run_jobs() == ["compare_firms"]
    assert client.get(f"{url}status/").headers["HX-Refresh"] == "true"
    assert "导入会怎样" in text(client.get(url))


def test_a_killed_comparison_goes_on_where_it_stopped_and_still_knows_the_rows_before(waiting, monkeypatch):
    from tongti.parties.actions import imports

    monkeypatch.setattr(imports, "COMPARED_AT_ONCE", 2)
    chunk, calls = imports._compare_chunk, []

    def dies_at_the_third(*args):
        calls.append(1)
        if len(calls) == 3:
            raise RuntimeError("killed")
        return chunk(*args)

    monkeypatch.setattr(imports, "_compare_chunk", dies_at_the_third)
    with pytest.raises(RuntimeError):
        actions.run_firm_comparison(batch_id=waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.compared, waiting.share, len(told(waiting))) == ("comparing", 4, 80.0, 4)
    for _ in range(2):  # a job may run twice
        actions.run_firm_comparison(batch_id=waiting.pk)
    waiting.refresh_from_db()
    assert waiting.state == "compared"
    assert [outcome for outcome, _, _ in told(waiting).values()] == ["new"] * 4 + ["wrong"]
    assert told(waiting)[7][1] == "和第 6 行是同一家，不重复导入。"


def test_a_worker_that_was_overtaken_writes_nothing_over_new_columns(waiting, keeper, run_jobs):
    from tongti.parties.actions import imports

    slow = FirmImport.objects.get(pk=waiting.pk)
    comparison = imports._Comparison(slow, read(path_of(slow.path), slow.name))
    run_jobs()
    actions.compare_firms(batch=waiting, mapping={"name": 0}, by=keeper)
    with pytest.raises(Raced):
        imports._compare_chunk(slow, comparison)
    assert told(waiting) == {}
    run_jobs()
    # without the column of the codes the two are told apart by their names
    assert {outcome for outcome, _, _ in told(waiting).values()} == {"new"}


def test_a_table_may_be_dropped_while_it_is_compared(waiting, keeper, run_jobs):
    path = path_of(waiting.path)
    actions.drop_firm_import(batch=waiting, by=keeper)
    run_jobs()
    assert FirmImport.objects.count() == FirmImportRow.objects.count() == 0
    assert path.exists()  # gone with the commit, which a test has none of


# --- what is refused ----------------------------------------------------------------------------------------------------


def test_only_who_keeps_the_whole_register_imports(cast):
    for name in ("黄志强", "李小英", "何区长"):
        with pytest.raises(NotAllowed):
            actions.upload_firms(name="名单.xlsx", content=book(firm_row("某厂")), by=cast.viewer(name))
    assert FirmImport.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "content"), [("名单.pdf", b"x"), ("名单.xlsx", b"not a workbook"), ("名单.csv", b"a")]
)
def test_what_is_no_table_leaves_nothing_behind(keeper, name, content):
    with pytest.raises(WrongFile):
        actions.upload_firms(name=name, content=content, by=keeper)
    assert FirmImport.objects.count() == 0


def test_the_name_must_have_a_column_and_no_column_serves_twice(bring, keeper):
    batch = actions.upload_firms(name="名单.xlsx", content=book(firm_row("某厂")), by=keeper)
    for mapping in ({"credit_code": 1}, {"name": 0, "address": 0}):
        with pytest.raises(BadInput):
            actions.compare_firms(batch=batch, mapping=mapping, by=keeper)


def test_an_import_starts_once_and_one_that_started_is_not_dropped(bring, keeper):
    batch = bring(firm_row("某厂"))
    actions.start_firm_import(batch=batch, by=keeper)
    for again in (actions.start_firm_import, actions.drop_firm_import):
        with pytest.raises(FirmImportBusy):
            again(batch=batch, by=keeper)
    with pytest.raises(FirmImportBusy):
        actions.decide_firm_rows(batch=batch, decisions={3: "new"}, by=keeper)


def test_tables_nobody_uses_are_forgotten(bring, keeper):
    batch = bring(firm_row("某厂"))
    FirmImport.objects.filter(pk=batch.pk).update(created_at=clock.now() - timedelta(days=3))
    path = path_of(batch.path)
    assert path.exists()
    assert actions.tidy_firm_imports() == 1
    assert FirmImport.objects.count() == FirmImportRow.objects.count() == 0


# --- its pages ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def browser(client, cast):
    client.force_login(cast.officers["韦晓梅"])
    return client


def text(answer):
    return answer.content.decode()


def test_a_wrong_file_gets_its_sentence_beside_the_field(browser):
    answer = browser.post("/desk/firms/import/", {"file": io.BytesIO(b"x")})
    assert answer.status_code == 422
    assert "只能导入 .xlsx、.xls、.ods 或 .csv 文件" in text(answer)
    assert browser.post("/desk/firms/import/", {}).status_code == 422


def test_columns_that_name_nothing_are_refused_with_what_was_chosen_kept(browser, keeper):
    batch = actions.upload_firms(name="名单.xlsx", content=book(firm_row("某厂")), by=keeper)
    url = f"/desk/firms/import/{batch.pk}/"
    page = text(browser.get(url))
    assert "企业名称" in page
    assert "大塘村" in page
    assert "15400000001" not in page
    assert "韦建国" not in page
    nothing = {f"col_{name}": "-" for name, _ in queries.firm_field_names()}
    answer = browser.post(f"{url}compare/", nothing | {"col_address": "5"})
    assert answer.status_code == 422
    assert "请指明哪一列是名称" in text(answer)
    assert FirmImport.objects.get().state == "uploaded"


def test_the_compared_rows_cost_the_same_however_many_they_are(browser, cast, bring, django_assert_max_num_queries):
    entered("云岭区龙腾食品有限公司", place_id=cast.regions["大塘村"].pk)
    batch = bring(*(firm_row(f"五金制品{n}厂", code(100 + n), phone="") for n in range(40)), firm_row("龙腾食品厂"))
    url = f"/desk/firms/import/{batch.pk}/"
    browser.get(url)
    for tab in ("doubtful", "new", "wrong"):
        with django_assert_max_num_queries(14):
            browser.get(url, {"tab": tab})
    assert "还有 1 行拿不准的没有定" in text(browser.get(url))


def test_a_decision_and_the_start_go_through_the_page(browser, bring, run_jobs):
    known = entered("云岭区龙腾食品有限公司")
    batch = bring(firm_row("龙腾食品有限公司", code(1), phone=""))
    (number,) = told(batch)
    url = f"/desk/firms/import/{batch.pk}/"
    answer = browser.post(f"{url}decide/", {f"row_{number}": "same", "row_x": "new", "do": "start"})
    assert answer.headers["Location"] == url
    run_jobs()
    known.refresh_from_db()
    assert known.credit_code == code(1)
    assert browser.post(f"{url}decide/", {"do": "start"}).status_code == 409
