"""Pages of supervision: what they cost, and that a refusal keeps what was typed."""

import io

import pytest
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from tests.relay.stories import verbs
from tongti.deadlines.queries import calendar
from tongti.relay.models import Baton
from tongti.supervision import actions, queries
from tongti.supervision.models import Item, Proposal, Rule
from tongti.units.models import Transfer
from tongti.verdicts.models import StrikeOff

pytestmark = pytest.mark.django_db


def as_(watch, name):
    client = Client()
    client.force_login(watch.cast.officers[name])
    return client


@pytest.fixture
def late(watch):
    watch.days_later(10)
    actions.scan()
    return watch


@pytest.mark.parametrize(
    ("name", "most"),
    [("desk:wall", 24), ("desk:supervision", 20), ("desk:ledger", 30), ("desk:instructions", 18), ("desk:notices", 18)],
)
def test_pages_cost_a_fixed_number_of_queries(late, django_assert_max_num_queries, name, most):
    client = as_(late, "莫刚")
    with django_assert_max_num_queries(most):
        assert client.get(reverse(name)).status_code == 200


@pytest.mark.parametrize(
    ("name", "who", "most"),
    [
        ("desk:supervision_item", "莫刚", 26),
        ("desk:supervision_item", "黄志强", 28),
        ("desk:supervision_paper", "莫刚", 20),
        ("desk:supervision_proposal", "莫刚", 26),
        ("desk:supervise", "莫刚", 24),
        ("desk:instruction", "何区长", 22),
        ("desk:instruct_question", "何区长", 22),
        ("desk:ledger_note", "莫刚", 20),
    ],
)
def test_one_of_them_costs_no_more_than(late, django_assert_max_num_queries, name, who, most):
    item = late.open()
    instruction = actions.instruct(question=late.question, words="请抓紧", by=late.cast.viewer("何区长"))
    pks = {
        "desk:supervision_item": item.pk,
        "desk:supervision_paper": item.pk,
        "desk:supervision_proposal": Proposal.objects.earliest("pk").pk,
        "desk:instruction": instruction.pk,
        "desk:instruct_question": late.question.pk,
    }
    client, address = as_(late, who), reverse(name, args=[pks.get(name, late.lead.pk)])
    client.get(address)  # what is asked once a process is not the page's
    with django_assert_max_num_queries(most):
        assert client.get(address).status_code == 200


def test_the_wall_of_two_thousand_batons_costs_the_same_and_stays_readable(late, django_assert_max_num_queries):
    lead = late.lead
    cases = [late.story.call(f"第 {n} 件") for n in range(3)]
    # rows as a dispatch leaves them; only their number matters here
    fields = [f.attname for f in Baton._meta.concrete_fields if f.attname not in ("id", "question_id", "case_id")]
    values = {name: getattr(lead, name) for name in fields}
    units = [late.cast.units[name].pk for name in ("水利局", "住建局", "自来水公司", "供电局", "临江镇", "大塘镇")]
    Baton.objects.bulk_create(
        Baton(**values | {"unit_id": units[n % 6], "case_id": cases[n % 3].pk, "role": "helper", "state": "done",
                          "ended_at": lead.offered_at})
        for n in range(2000)
    )  # fmt: skip
    # closed rows first, then opened past the one-per-unit constraint: the wall reads rows, whoever made them
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX one_open_baton_per_unit_c")
        cursor.execute("UPDATE relay_baton SET state = 'accepted', ended_at = NULL WHERE case_id IS NOT NULL")
    calendar()  # kept for a few seconds only: whether it is due again is not what this counts
    with django_assert_max_num_queries(8):
        wall = queries.wall(late.mo)
    assert wall.open == 2004
    assert len(wall.units) == 6
    page = as_(late, "莫刚").get("/desk/wall/").content.decode()
    assert len(page) < 400_000
    assert page.count('name="batons"') <= 6 * 6


def test_the_wall_counts_a_late_helper_as_the_helpers(late):
    late.days_later(6)
    wall = queries.wall(late.mo)
    by_name = {u.unit.short_name: u for u in wall.units}
    assert (by_name["水利局"].overdue, by_name["住建局"].overdue) == (0, 1)
    lead = by_name["水利局"].rows[0]
    assert "住建局" in lead.waits_for
    assert wall.units[0].overdue == 1  # the worst first


def test_the_axis_is_made_of_working_days(watch):
    axis = queries.wall(watch.mo).axis
    assert [d.isoformat() for d in axis.days[9:12]] == ["2026-03-05", "2026-03-06", "2026-03-09"]
    assert axis.days[10] == axis.today
    # 三月三 (17 and 20 April 2026 off) and 清明 leave no cells; the seam before 9 March is a weekend
    assert 11 in axis.gaps()


def test_ticking_several_proposes_them(late):
    client = as_(late, "莫刚")
    pks = list(Baton.objects.filter(question=late.question).values_list("pk", flat=True))
    empty = client.post("/desk/wall/", {"rung": "urge", "why": "没人在场"})
    assert empty.status_code == 422
    assert "请先勾选" in empty.content.decode()
    assert "没人在场" in empty.content.decode()
    assert client.post("/desk/wall/", {"rung": "urge", "why": "没人在场", "batons": pks}).status_code == 302
    assert Proposal.objects.filter(rule="by_hand").count() == 4
    assert as_(late, "何区长").post("/desk/wall/", {"rung": "urge", "why": "x", "batons": pks}).status_code == 403


def test_a_refused_step_keeps_the_words_and_says_what_is_missing(late):
    proposal = Proposal.objects.get(rule="overdue")
    client = as_(late, "莫刚")
    sent = {"do": "accept", "rung": "circular", "words": "通报全区，限三日", "pace": "urgent"}
    reply = client.post(reverse("desk:supervision_proposal", args=[proposal.pk]), sent)
    page = reply.content.decode()
    assert reply.status_code == 422
    assert "通报全区，限三日" in page
    assert "请写明越级理由" in page
    assert not Item.objects.exists()
    assert (
        client.post(reverse("desk:supervision_proposal", args=[proposal.pk]), sent | {"skip_reason": "急"}).status_code
        == 302
    )


def test_bad_input_is_never_a_500(late):
    client = as_(late, "莫刚")
    item = late.open()
    for data in (
        {},
        {"do": "x"},
        {"do": "step"},
        {"do": "conclude", "solved": "never"},
        {"do": "step", "due_on": "明天"},
    ):
        assert client.post(reverse("desk:supervision_item", args=[item.pk]), data).status_code in (404, 409, 422)
    for query in ("?tab=x", "?after=x", "?sort=x", "?list=x", "?since=x&unit=999999", "?state=x"):
        for name in ("desk:wall", "desk:supervision", "desk:ledger", "desk:instructions", "desk:notices"):
            assert client.get(reverse(name) + query).status_code == 200
    assert client.post(reverse("desk:supervision_rules"), {"code": "overdue", "threshold": "0"}).status_code == 422
    assert client.post(reverse("desk:supervision_rules"), {"code": "x"}).status_code == 404


def test_what_another_number_would_find_is_shown_before_it_is_saved(watch):
    watch.days_later(11)  # Tuesday: two working days late
    client = as_(watch, "莫刚")
    address = reverse("desk:supervision_rules")
    page = client.get(address).content.decode()
    assert page.count("未核对") >= 15
    for words in ("督办单：急件", "政府督查工作条例第十七条", "时限墙上标成临期", "出厂"):
        assert words in page
    sent = {"code": "overdue", "threshold": "3", "rung": "urge", "source": "区政办〔2026〕3号", "in_use": "on"}
    looked = client.post(address, sent | {"look": "1"})
    assert looked.status_code == 200
    assert "现在会建议 0 件；照现在的规则是 1 件。还没有保存" in looked.content.decode()
    assert not Rule.objects.exists()
    saved = client.post(address, sent | {"verified": "on"}, follow=True).content.decode()
    assert "本地第 1 版" in saved
    assert "莫刚" in saved
    same = client.post(address, sent | {"verified": "on"})
    assert same.status_code == 422
    assert "没有另出一版" in same.content.decode()
    term = client.post(address, {"code": "pace_hard", "threshold": "25", "source": ""}, follow=True)
    assert "以前的版本" in term.content.decode()
    assert Rule.objects.get(code="pace_hard").source.startswith("督查督办常见时限")
    assert client.post(address, {"code": "pace_hard", "threshold": "", "look": "1"}).status_code == 422


class TestLedger:
    def test_one_row_a_matter_with_the_columns_of_the_three_lists(self, watch):
        watch.story.dispatch(case=watch.story.call("井盖不见了"), helpers=[], territory_id=None)
        actions.note_ledger(
            question=watch.question,
            goal="恢复供水",
            measure="换主管",
            leader_id=watch.cast.officers["陆局长"].pk,
            by=watch.huang,
        )
        _page, lines = queries.ledger(watch.mo, queries.Asked())
        assert [line.number for line in lines][1] == watch.question.number
        line = lines[1]
        assert (line.asked_by, line.lead, line.helpers) == ("3 人", "水利局", "住建局、自来水公司、临江镇")
        assert (line.goal, line.leader, line.person, line.due) == ("恢复供水", "陆局长", "黄志强", "2026-03-13")
        assert [c.head for c in queries.columns("problems")][:3] == ["编号", "问题", "来源"]
        assert verbs(watch.question)[-1] == "question.ledger_noted"

    def test_filters(self, watch):
        asked = queries.Asked(unit_id=watch.cast.units["住建局"].pk)
        assert queries.ledger(watch.mo, asked)[1] == []
        assert len(queries.ledger(watch.mo, queries.Asked(state="open"))[1]) == 1
        assert queries.ledger(watch.mo, queries.Asked(state="overdue"))[1] == []
        watch.days_later(10)
        assert queries.ledger(watch.mo, queries.Asked(state="overdue"))[1][0].late

    def test_what_was_struck_off_says_when_and_by_whom(self, watch):
        reviewer, at = watch.cast.officers["覃红"], watch.lead.offered_at
        StrikeOff.objects.create(
            question=watch.question, baton=watch.lead, state="struck", words="已恢复供水", needs_leader=False,
            applied_by=watch.cast.officers["黄志强"], applied_at=at, reviewed_by=reviewer, reviewed_at=at, struck_at=at,
        )  # fmt: skip
        (line,) = queries.ledger(watch.mo, queries.Asked(state="struck"))[1]
        assert (line.struck, line.reviewer) == ("2026-03-06", "覃红")

    def test_a_case_without_a_title_shows_none_of_its_askers_words(self, watch):
        case = watch.story.call("我是三栋的韦某某，电话 13812345678，家里停水")
        watch.story.dispatch(case=case, helpers=[], territory_id=None)
        _page, lines = queries.ledger(watch.mo, queries.Asked())
        assert (lines[0].number, lines[0].problem) == (case.number, "供水，幸福社区（没有标题）")
        taken = as_(watch, "莫刚").post(reverse("desk:ledger_export"), {"as": "csv", "list": "all"})
        for content in (
            as_(watch, "莫刚").get(reverse("desk:ledger")).content,
            as_(watch, "莫刚").get(reverse("desk:ledger_print")).content,
            b"".join(taken.streaming_content),
        ):
            assert case.number in content.decode()
            assert "韦某某" not in content.decode()
            assert "13812345678" not in content.decode()

    def test_a_unit_sees_its_own_lines(self, watch):
        assert len(queries.ledger(watch.huang, queries.Asked())[1]) == 1
        assert queries.ledger(watch.cast.viewer("覃丽"), queries.Asked())[1] == []

    def test_each_kind_of_file_has_a_form_of_its_own(self, watch):
        """A form is sent once in eight seconds (tongti.js); a download leaves the page as it is, so two buttons in one form would
        leave the second one dead."""
        page = as_(watch, "莫刚").get(reverse("desk:ledger"), {"list": "struck"}).content.decode()
        action = f'action="{reverse("desk:ledger_export")}"'
        forms = [form.partition("</form>")[0] for form in page.split("<form")[1:] if action in form.partition(">")[0]]
        assert [form.count("<button") for form in forms] == [1, 1]
        assert ['value="xlsx"' in form for form in forms] == [True, False]
        assert all('name="list"' in form and "csrfmiddlewaretoken" in form for form in forms)

    @pytest.mark.parametrize("kind", ["xlsx", "csv"])
    def test_it_leaves_the_house_as_a_file_and_that_is_on_the_trail(self, watch, kind):
        reply = as_(watch, "莫刚").post(reverse("desk:ledger_export"), {"as": kind, "list": "all"})
        content = b"".join(reply.streaming_content)
        if kind == "xlsx":
            rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
            assert rows[0][:3] == ["序号", "编号", "问题"]
            assert rows[1][2] == watch.question.title
        else:
            text = content.decode("utf-8-sig").splitlines()
            assert text[0].startswith("序号,编号,问题")
            assert watch.question.title in text[1]
        assert "韦大" not in content.decode("utf-8", "ignore")
        moved = Transfer.objects.get(kind="ledger")
        assert (moved.rows, verbs(moved)) == (1, ["catalogue.exported"])
        assert as_(watch, "黄志强").post(reverse("desk:ledger_export")).status_code == 404
