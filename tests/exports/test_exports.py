"""台账导出: asked for, written by a job in flat memory, taken by whoever asked; people masked unless a reason is given."""

import csv
import io
from datetime import date, timedelta

import pytest
from python_calamine import CalamineWorkbook

from tests.visits.stories import make_outing
from tongti.exports import actions, queries
from tongti.exports.ledgers import HIDDEN, Asked, ledger, visits
from tongti.exports.models import Export
from tongti.parties.errors import NoReason
from tongti.parties.models import Firm
from tongti.shared import clock
from tongti.shared.errors import BadInput, NotAllowed, NotVisible
from tongti.trail import queries as trail
from tongti.units.models import Post


@pytest.fixture
def outing(cast, on_friday):
    """Two visits with a difficulty each; one of the firms asked to be hidden."""
    outing = make_outing(cast)
    outing.finding("厂门口的路灯不亮，找梁厂长 13900001111", hide_identity=True)
    outing.save(outing.sent(note="=1+1 订单多，联系 13900003333", party_id=outing.packing.pk), "卢芳")
    return outing


@pytest.fixture
def ask(outing, run_jobs):
    """``ask("visits")`` → the export, written, and its rows as lists."""

    def taken(ledger, *, by="邓主任", form="xlsx", **facts):
        facts.setdefault("asked", Asked(campaign_id=outing.campaign.pk))
        export = actions.ask_for_export(ledger=ledger, form=form, by=outing.viewer(by), **facts)
        assert "write_export" in run_jobs()
        export.refresh_from_db()
        return export, rows_of(export)

    return taken


def rows_of(export):
    path = queries.file_of(export)
    if export.form == "csv":
        content = path.read_bytes()
        assert content.startswith(b"\xef\xbb\xbf")
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()


def verbs(thing):
    return [event.verb for event in trail.of(thing)][::-1]


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_visits_come_as_a_table_with_numbers_of_people_starred(ask, form):
    export, rows = ask("visits", form=form)
    assert (export.state, export.rows, export.done, len(rows)) == ("done", 2, 2, 3)
    assert rows[0][:5] == ["序号", "走访日期", "企业", "统一社会信用代码", "形式"]
    assert [row[2] for row in rows[1:]] == ["云岭区红豆糖业有限公司", "云岭区临江包装厂"]
    note = rows[2][8]
    assert note.endswith("=1+1 订单多，联系 ***********")
    if form == "csv":
        assert note.startswith("'")  # no spreadsheet runs it
    assert [row[10:12] for row in rows[1:]] == [["1", "1"], ["0", "0"]]
    assert verbs(export) == ["export.asked", "export.written"]


def test_a_hidden_firm_stays_hidden_from_who_may_not_see_identities(ask):
    _, rows = ask("findings")
    assert (rows[1][2], rows[1][3]) == (HIDDEN, "")
    assert "139" not in str(rows)
    assert rows[1][15] not in ("", "没有登记")


def test_contacts_are_masked_until_a_reason_is_given_and_then_each_firm_knows(ask, outing):
    _, rows = ask("firms")
    assert {row[10] for row in rows[1:]} == {"梁** 厂长 139****1111", "梁** 厂长 139****2222", "梁** 厂长 139****3333"}
    assert "party.exported" not in verbs(outing.sugar)
    with pytest.raises(NoReason):
        ask("firms", people=True, reason="要")
    export, rows = ask("firms", people=True, reason="防汛通知，逐家打电话")
    assert "梁厂长 厂长 13900001111" in {row[10] for row in rows[1:]}
    assert verbs(outing.sugar)[-1] == "party.exported"
    event = trail.of(export)[-1]
    assert (event.verb, event.facts["people"], event.facts["rows"]) == ("export.asked", True, 3)
    assert "防汛" not in str(event.facts)


def test_who_may_not_open_contacts_gets_none_in_full(outing, cast):
    for name in ("何区长", "李小英"):
        with pytest.raises(NotAllowed):
            actions.ask_for_export(
                ledger="firms", form="csv", asked=Asked(), people=True, reason="想看看电话", by=cast.viewer(name)
            )
    assert Export.objects.count() == 0


def test_each_gets_the_lines_that_she_may_see_and_only_ledgers_that_she_reads(outing, cast, ask):
    with pytest.raises(NotAllowed):  # a field officer takes nothing out of the house
        actions.ask_for_export(ledger="visits", form="csv", asked=Asked(), by=outing.viewer("谭小勇"))
    with pytest.raises(NotAllowed):  # a unit's leader reads the register, not the visits
        actions.ask_for_export(ledger="visits", form="csv", asked=Asked(), by=cast.viewer("陆局长"))
    Firm.objects.filter(pk=outing.sugar.pk).update(unit=cast.units["水利局"])
    export, rows = ask("firms", by="陆局长")
    assert (export.rows, [row[1] for row in rows[1:]]) == (1, ["云岭区红豆糖业有限公司"])


def test_days_and_campaign_narrow_the_ledger(ask, outing):
    tomorrow = clock.today() + timedelta(days=1)
    export, rows = ask("visits", asked=Asked(since=tomorrow))
    assert (export.rows, export.share, len(rows)) == (0, 100.0, 1)
    assert Asked.read(export.asked) == Asked(since=tomorrow)
    _, rows = ask("visits", asked=Asked(campaign_id=outing.campaign.pk, until=clock.today()))
    assert len(rows) == 3
    with pytest.raises(BadInput):
        ask("visits", asked=Asked(since=tomorrow, until=date(2026, 1, 1)))
    for wrong in ({"ledger": "secrets"}, {"form": "exe"}):
        with pytest.raises(BadInput):
            actions.ask_for_export(
                **({"ledger": "visits", "form": "csv"} | wrong), asked=Asked(), by=outing.viewer("邓主任")
            )


def test_a_killed_job_writes_the_file_anew_and_leaves_no_half(ask, outing, monkeypatch, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    monkeypatch.setattr(ledger, "CHUNK", 1)
    export = actions.ask_for_export(ledger="visits", form="xlsx", asked=Asked(), by=outing.viewer("邓主任"))
    names = visits._firms

    def dies_at_the_second(ids, calls=[]):  # noqa: B006
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("killed")
        return names(ids)

    monkeypatch.setattr(visits, "_firms", dies_at_the_second)
    with pytest.raises(RuntimeError):
        actions.write_export(export_id=export.pk)
    export.refresh_from_db()
    assert (export.state, list((tmp_path / "exports").iterdir())) == ("stopped", [])
    for _ in range(2):  # a job may run twice
        actions.write_export(export_id=export.pk)
    export.refresh_from_db()
    assert (export.state, export.rows, len(list((tmp_path / "exports").iterdir()))) == ("done", 2, 1)
    assert verbs(export).count("export.written") == 1


def test_whoever_lost_the_right_meanwhile_gets_nothing(outing, run_jobs):
    export = actions.ask_for_export(ledger="visits", form="csv", asked=Asked(), by=outing.viewer("邓主任"))
    Post.objects.filter(officer=outing.cast.officers["邓主任"]).update(until=clock.today() - timedelta(days=1))
    run_jobs()
    export.refresh_from_db()
    assert (export.state, export.path) == ("expired", "")


def test_a_file_is_its_askers_and_is_thrown_away_after_a_week(ask, outing, on_friday, cast):
    export, _ = ask("visits")
    with pytest.raises(NotVisible):
        queries.export_for(cast.viewer("何区长"), export.pk)
    with pytest.raises(NotVisible):
        actions.note_taken(export=export, by=cast.viewer("何区长"))
    actions.note_taken(export=export, by=outing.viewer("邓主任"))
    assert verbs(export)[-1] == "export.taken"
    path = queries.file_of(export)
    on_friday.move_to("2026-03-14T02:00:00Z")
    assert actions.tidy_exports() == 1
    assert not path.exists()
    with pytest.raises(NotVisible):
        queries.file_of(queries.export_for(outing.viewer("邓主任"), export.pk))


# --- its pages --------------------------------------------------------------------------------------------------------


def test_the_page_asks_shows_progress_and_hands_the_file_over(client, outing, run_jobs):
    client.force_login(outing.cast.officers["邓主任"])
    typed = {"ledger": "firms", "form": "csv", "people": "on", "reason": ""}
    refused = client.post("/desk/exports/", typed)
    assert refused.status_code == 422
    assert "请写明查看身份的事由" in refused.content.decode()
    answer = client.post("/desk/exports/", {"ledger": "visits", "form": "csv", "campaign": str(outing.campaign.pk)})
    url = answer.headers["Location"]
    assert "排队中" in client.get(url).content.decode()
    assert client.post(f"{url}file/").headers["Location"] == url  # not there yet
    run_jobs()
    assert client.get(f"{url}status/").headers["HX-Refresh"] == "true"
    assert "下载" in client.get(url).content.decode()
    file = client.post(f"{url}file/")
    assert file.headers["Cache-Control"] == "private, no-store"
    assert b"".join(file.streaming_content).startswith(b"\xef\xbb\xbf")
    assert verbs(Export.objects.get())[-1] == "export.taken"
