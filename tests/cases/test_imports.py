"""Other people's tables become cases, once."""

import io
from datetime import datetime

import pytest
from django.utils import timezone
from python_calamine import CalamineWorkbook

from tongti.cases import actions, queries, tables
from tongti.cases.actions import imports
from tongti.cases.errors import ImportBusy
from tongti.cases.models import Case, ImportBatch
from tongti.figures import queries as figures
from tongti.parties.models import Party
from tongti.shared import clock
from tongti.shared.actor import SYSTEM
from tongti.shared.errors import BadInput, NotAllowed
from tongti.shared.numbers import read_case_number
from tongti.shared.tables import WrongFile
from tongti.trail.queries import verify

HEADER = "工单编号,主题,诉求内容,来电时间,姓名,联系电话,乡镇,类别,类型"
GOOD = "A-{n},路灯不亮,大塘村路口的路灯第 {n} 盏不亮,2026-01-02 10:00,韦秀英,13800138000,大塘村,供电,投诉"


def table(*rows, encoding="utf-8-sig"):
    return "\n".join([HEADER, *rows]).encode(encoding)


def ready(cast, content, name="工单.csv", source="区热线"):
    by = cast.viewer("李小英")
    batch = actions.upload_import(name=name, content=content, channel="phone", by=by)
    return actions.start_import(batch=batch, mapping=batch.mapping, source=source, channel="phone", by=by)


def entered(cast, content, **change):
    return actions.run_import(batch_id=ready(cast, content, **change).pk)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
def test_columns_are_guessed_whatever_the_encoding(cast, encoding):
    batch = actions.upload_import(name="a.csv", content=table(GOOD.format(n=1), encoding=encoding), by=SYSTEM)
    assert batch.mapping == {
        name: at
        for at, name in enumerate(
            ["source_id", "title", "body", "received_at", "name", "phone", "place", "category", "kind"]
        )
    }


def test_a_row_becomes_a_case_with_everything_in_its_place(cast):
    batch = entered(cast, table(GOOD.format(n=7)))
    assert (batch.state, batch.entered, batch.known, batch.failed) == ("done", 1, 0, 0)
    case = Case.objects.get()
    assert read_case_number(case.number)
    assert (case.title, case.kind, case.channel) == ("路灯不亮", "complaint", "phone")
    assert (case.place, case.category) == (cast.regions["大塘村"], cast.categories["供电"])
    assert timezone.localtime(case.received_at) == timezone.make_aware(datetime(2026, 1, 2, 10))
    assert case.party.name == "韦秀英"
    assert list(queries.search(cast.viewer("李小英"), "路灯 大塘村").page.rows) == [case]
    assert verify().holds


def test_again_enters_nothing(cast):
    content = table(*(GOOD.format(n=n) for n in range(30)))
    assert entered(cast, content).entered == 30
    again = entered(cast, content)
    assert (again.entered, again.known) == (0, 30)
    assert Case.objects.count() == 30
    assert Party.objects.count() == 1


def test_a_row_twice_in_one_table_is_one_case(cast):
    batch = entered(cast, table(GOOD.format(n=1), GOOD.format(n=1)))
    assert (batch.entered, batch.known) == (1, 1)


def test_rows_without_numbers_are_known_by_what_they_say(cast):
    content = "内容,时间\n路灯不亮,2026-01-02\n停水,2026-01-02\n".encode()
    assert entered(cast, content).entered == 2
    assert entered(cast, content).known == 2


def test_faulty_rows_are_told_and_come_back_as_a_table(cast):
    rows = [
        GOOD.format(n=1),
        "A-2,,,2026-01-02,,,,,",
        "A-3,停水,停水了,前天,,,,,",
        "A-4,停水,停水了,2026-01-02,,138001380,,,",
        "=1+1,停水,停水了,2999-01-01,,,,,",
        "A-6,停水,停水了,2026-01-02,,12,,,",
    ]
    batch = entered(cast, table(*rows))
    assert (batch.entered, batch.failed) == (1, 5)
    assert [error.row for error in queries.row_errors(batch)] == [3, 4, 5, 6, 7]
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(queries.errors_workbook(batch))).get_sheet_by_index(0).to_python()
    assert sheet[0][-1] == "没有导入的原因"
    assert [row[0] for row in sheet[1:]] == ["A-2", "A-3", "A-4", "=1+1", "A-6"]
    assert "看不懂时间" in sheet[2][-1]


@pytest.mark.parametrize("typed", ["无", "保密", "0", "-", "138****0000", "没留", "未留 1 个"])
def test_what_stands_for_no_phone_is_no_fault(cast, typed):
    batch = entered(cast, table(f"A-1,停水,停水了,2026-01-02,王大妈,{typed},,,"))
    assert (batch.entered, batch.failed) == (1, 0)
    assert Party.objects.get().phone == ""


def test_stopped_in_the_middle_it_goes_on_where_it_was(cast, monkeypatch):
    monkeypatch.setattr(imports, "CHUNK", 10)
    batch = ready(cast, table(*(GOOD.format(n=n) for n in range(35))))

    class Killed(BaseException):
        pass

    def kill(seen):
        if seen.done == 20:
            raise Killed

    with pytest.raises(Killed):
        actions.run_import(batch_id=batch.pk, progress=kill)
    batch.refresh_from_db()
    assert (batch.state, batch.done, Case.objects.count()) == ("running", 20, 20)
    done = actions.run_import(batch_id=batch.pk)
    assert (done.state, done.entered, Case.objects.count()) == ("done", 35, 35)
    assert sorted(Case.objects.values_list("serial", flat=True)) == list(range(1, 36))


def test_a_second_worker_stops_at_once(cast, monkeypatch):
    monkeypatch.setattr(imports, "CHUNK", 10)
    batch = ready(cast, table(*(GOOD.format(n=n) for n in range(30))))

    def other_worker(seen):
        if seen.done == 10:
            actions.run_import(batch_id=batch.pk)

    done = actions.run_import(batch_id=batch.pk, progress=other_worker)
    assert (done.entered, Case.objects.count()) == (30, 30)


def test_one_account_of_a_message_board_is_one_asker(cast):
    content = (
        "留言编号,留言用户,留言详情\n1,A00077171,停水\n2,A00077171,又停水\n3,王先生,路灯\n4,王先生,路灯坏\n".encode()
    )
    entered(cast, content)
    one, two, three, four = Case.objects.order_by("serial")
    assert one.party_id == two.party_id
    assert three.party_id != four.party_id


def test_figures_count_imports_on_the_day_they_were_received(cast):
    entered(cast, table(GOOD.format(n=1), GOOD.format(n=2)))
    day = datetime(2026, 1, 2).date()
    assert figures.totals(["received"], since=day, until=day) == {"received": 2}
    assert figures.totals(["open"], since=clock.today(), until=clock.today()) == {"open": 2}


def test_the_import_runs_as_a_job_and_asks_for_matching(cast, run_jobs, monkeypatch):
    from tongti.questions import actions as questions

    asked = []
    monkeypatch.setattr(questions, "match_batch", lambda *, batch_id: asked.append(batch_id))
    batch = ready(cast, table(GOOD.format(n=1)))
    assert run_jobs() == ["import_batch", "match_batch"]
    assert asked == [batch.pk]
    assert ImportBatch.objects.get().state == "done"


def test_mistakes_are_told(cast):
    by = cast.viewer("李小英")
    with pytest.raises(NotAllowed):
        actions.upload_import(name="a.csv", content=table(), by=cast.viewer("黄志强"))
    for name, content in (("a.pdf", b"%PDF"), ("a.xlsx", b"PK nothing"), ("a.csv", b""), ("a.csv", HEADER.encode())):
        with pytest.raises(WrongFile):
            actions.upload_import(name=name, content=content, by=by)
    batch = actions.upload_import(name="a.csv", content=table(GOOD.format(n=1)), by=by)
    for mapping, source in (({"name": 4}, "x"), ({"body": 1, "title": 1}, "x"), ({"body": 2}, " ")):
        with pytest.raises(BadInput):
            actions.start_import(batch=batch, mapping=mapping, source=source, channel="phone", by=by)
    actions.start_import(batch=batch, mapping={"body": 2}, source="x", channel="phone", by=by)
    with pytest.raises(ImportBusy):
        actions.start_import(batch=batch, mapping={"body": 2}, source="x", channel="phone", by=by)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("2020/1/3 9:05:07", (2020, 1, 3, 9, 5, 7)),
        ("2020-01-03 09:05", (2020, 1, 3, 9, 5, 0)),
        ("2020年1月3日 9时5分", (2020, 1, 3, 9, 5, 0)),
        ("2020.1.3", (2020, 1, 3, 0, 0, 0)),
        ("\t2020-01-03T09:05:07\n", (2020, 1, 3, 9, 5, 7)),
        (43833.5, (2020, 1, 3, 12, 0, 0)),
    ],
)
def test_moments_in_every_writing(typed, read):
    assert timezone.localtime(tables.moment(typed)).timetuple()[:6] == read


@pytest.mark.parametrize("typed", ["昨天", "2020-13-01", "2020-02-30", "99-1-1", "2020/1/3 25:00"])
def test_no_moment_is_invented(typed):
    with pytest.raises(ValueError):  # noqa: PT011
        tables.moment(typed)


@pytest.mark.needs_shared
@pytest.mark.slow
def test_the_real_messages_go_in_whole_and_once(cast, shared_data):
    content = (shared_data / "messages.xlsx").read_bytes()
    first = actions.upload_import(name="messages.xlsx", content=content, by=SYSTEM)
    assert {"source_id", "title", "body", "received_at", "name"} <= set(first.mapping)
    actions.start_import(batch=first, mapping=first.mapping, source="留言", channel="import", by=SYSTEM)
    done = actions.run_import(batch_id=first.pk)
    assert (done.entered, done.known, done.failed) == (done.rows, 0, 0)
    assert done.rows > 4000
    assert list(Case.objects.order_by("serial").values_list("serial", flat=True)) == list(range(1, done.rows + 1))
    assert not Case.objects.filter(body="").exists()
    again = actions.upload_import(name="messages.xlsx", content=content, by=SYSTEM)
    actions.start_import(batch=again, mapping=again.mapping, source="留言", channel="import", by=SYSTEM)
    assert actions.run_import(batch_id=again.pk).entered == 0


def test_tables_are_forgotten_in_time(cast, settings, django_capture_on_commit_callbacks):
    from datetime import timedelta
    from pathlib import Path

    unused = actions.upload_import(name="a.csv", content=table(GOOD.format(n=1)), by=SYSTEM)
    faulty = entered(cast, table("A-9,,,2026-01-02,,,,,"))
    files = [Path(settings.MEDIA_ROOT) / batch.path for batch in (unused, faulty)]
    assert actions.tidy_imports() == 0
    assert all(file.is_file() for file in files)
    ImportBatch.objects.filter(pk=unused.pk).update(created_at=clock.now() - timedelta(days=3))
    ImportBatch.objects.filter(pk=faulty.pk).update(finished_at=clock.now() - timedelta(days=31))
    with django_capture_on_commit_callbacks(execute=True):
        assert actions.tidy_imports() == 2
    assert not any(file.is_file() for file in files)
    assert queries.row_errors(faulty)
