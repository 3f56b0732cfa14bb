"""What somebody carried is counted from what she did; she sees it first; nobody is ranked."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.relay.stories import Story, verbs
from tests.verdicts.conftest import sign
from tongti.contributions import actions, queries
from tongti.contributions.errors import NotYetShown
from tongti.contributions.kinds import KINDS, in_month
from tongti.contributions.models import Contribution, Remark
from tongti.relay import actions as relay
from tongti.shared.errors import BadInput, NotAllowed, NotVisible, Raced

MARCH = date(2026, 3, 1)


@pytest.fixture
def story(cast, on_friday) -> Story:
    """March: 黄志强 takes a question, hands it to 梁工 and gets it back, answers it; 李小英 registered it."""
    story = Story(cast)
    question = story.question(callers=3)
    story.dispatch(question, helpers=[], territory_id=None)
    baton = story.accept("水利局", "黄志强")
    for taker, by in (("梁工", "黄志强"), ("黄志强", "梁工")):
        baton.refresh_from_db()
        relay.hand_over(baton=baton, taker_id=cast.officers[taker].pk, reason="出差", by=cast.viewer(by))
    sign(story, question=question)
    actions.count_month(month=MARCH)
    return story


def lines(story, who: str) -> dict[str, int]:
    (record,) = queries.mine(story.cast.viewer(who), MARCH)
    return {line.kind.code: line.amount for line in record.lines}


def april(day: int):
    return time_machine.travel(timezone.make_aware(datetime(2026, 4, day, 9)), tick=False)


def test_each_line_is_what_she_did(story):
    assert lines(story, "黄志强") == {"carried": 1, "answers": 1, "taken": 1, "handed": 1}
    assert lines(story, "梁工") == {"taken": 1, "handed": 1}
    assert lines(story, "李小英") == {"registered": 3}
    assert lines(story, "农志明") == {}


def test_counting_again_changes_nothing_and_takes_back_what_is_gone(story):
    before = sorted(Contribution.objects.values_list("officer_id", "unit_id", "kind", "amount"))
    assert actions.count_month(month=MARCH) == len(before)
    Contribution.objects.update(amount=99)
    actions.count_months()
    assert sorted(Contribution.objects.values_list("officer_id", "unit_id", "kind", "amount")) == before


def test_what_was_hard_is_said_to_be_hard(story):
    """A baton of a second round is one of the hard ones; an ordinary one is not."""
    assert "hard" not in lines(story, "黄志强")
    baton = story.baton("水利局")
    type(baton).objects.filter(pk=baton.pk).update(round=2)
    actions.count_month(month=MARCH)
    assert lines(story, "黄志强")["hard"] == 1


def test_every_line_opens_as_many_rows_as_it_says(story):
    viewer = story.cast.viewer("黄志强")
    unit = story.cast.units["水利局"].pk
    for code, n in lines(story, "黄志强").items():
        _, facts = queries.behind(viewer, code, MARCH, officer_id=viewer.officer_id, unit_id=unit)
        assert (code, len(facts)) == (code, n)
        assert all(fact.number != "—" for fact in facts)


def test_the_person_first_then_her_leader_with_her_word_beside_it(story):
    leader, water = story.cast.viewer("陆局长"), story.cast.units["水利局"].pk
    huang = story.cast.officers["黄志强"].pk
    with pytest.raises(NotYetShown, match="4 月 6 日"):
        queries.of_unit(leader, water, MARCH)
    with pytest.raises(NotYetShown):
        queries.behind(leader, "carried", MARCH, officer_id=huang, unit_id=water)
    said = actions.remark(
        unit_id=water,
        month=MARCH,
        kind="carried",
        words="另有两件现场就办完了，没有走系统",
        by=story.cast.viewer("黄志强"),
    )
    assert verbs(said) == ["remark.made"]
    with april(5), pytest.raises(NotYetShown):
        queries.of_unit(leader, water, MARCH)
    with april(6):
        records = queries.of_unit(leader, water, MARCH)
        assert [record.officer.name for record in records] == sorted(["梁工", "黄志强"])
        mine = next(record for record in records if record.officer.pk == huang)
        carried = next(line for line in mine.lines if line.kind.code == "carried")
        assert [remark.words for remark in carried.remarks] == [said.words]
        assert len(queries.behind(leader, "carried", MARCH, officer_id=huang, unit_id=water)[1]) == 1


def test_a_leader_of_another_unit_and_a_colleague_see_nobody(story):
    water, huang = story.cast.units["水利局"].pk, story.cast.officers["黄志强"].pk
    with april(20):
        for who in ("梁工", "何区长", "莫刚", "韦晓梅", "农志明"):
            with pytest.raises(NotVisible):
                queries.of_unit(story.cast.viewer(who), water, MARCH)
            with pytest.raises(NotVisible):
                queries.behind(story.cast.viewer(who), "carried", MARCH, officer_id=huang, unit_id=water)


def test_others_see_sums_of_units_in_the_units_own_order(story):
    rows = queries.sums(story.cast.viewer("何区长"), MARCH)
    codes = [row.unit.code for row in rows]
    assert codes == sorted(codes)
    water = next(row for row in rows if row.unit.short_name == "水利局")
    assert {kind.code: n for kind, n in water.amounts if n}["taken"] == 2
    assert [row.unit.short_name for row in queries.sums(story.cast.viewer("黄志强"), MARCH)] == ["水利局"]
    leader = story.cast.viewer("何区长")
    with CaptureQueriesContext(connection) as asked:
        queries.sums(leader, MARCH)
    assert len(asked) == 2


def test_a_word_is_her_own_and_may_be_taken_back(story):
    water, huang = story.cast.units["水利局"].pk, story.cast.viewer("黄志强")
    row = actions.remark(unit_id=water, month=MARCH, kind="", words="这个月有半个月在防汛", by=huang)
    with pytest.raises(Raced):
        actions.take_back_remark(remark_id=row.pk, by=story.cast.viewer("梁工"))
    actions.take_back_remark(remark_id=row.pk, by=huang)
    assert verbs(row) == ["remark.made", "remark.taken_back"]
    assert queries.mine(huang, MARCH)[0].remarks == ()


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"words": " "}, "words"),
        ({"words": "问 13800001234"}, "words"),
        ({"kind": "score"}, "kind"),
        ({"unit": "供电局"}, "words"),
        ({"month": MARCH + timedelta(days=400)}, "words"),
    ],
)
def test_what_may_not_be_said_is_refused(story, said, field):
    unit = story.cast.units[said.pop("unit", "水利局")].pk
    with pytest.raises(BadInput) as refused:
        actions.remark(
            **({"month": MARCH, "kind": "", "words": "好"} | said), unit_id=unit, by=story.cast.viewer("黄志强")
        )
    assert refused.value.field == field
    assert not Remark.objects.exists()


def test_how_long_she_looks_first_is_the_administrators(story):
    with pytest.raises(NotAllowed):
        actions.set_first_look(days=1, by=story.cast.viewer("陆局长"))
    with pytest.raises(BadInput):
        actions.set_first_look(days=0, by=story.cast.viewer("赵工"))
    row = actions.set_first_look(days=10, by=story.cast.viewer("赵工"))
    assert verbs(row) == ["firstlook.set"]
    with april(10), pytest.raises(NotYetShown):
        queries.of_unit(story.cast.viewer("陆局长"), story.cast.units["水利局"].pk, MARCH)


def test_no_line_is_a_share_a_score_or_a_rank():
    assert all(not hasattr(queries.Record, name) for name in ("total", "score", "rank"))
    assert all(in_month(kind, MARCH).query for kind in KINDS.values())
    assert not [kind.rule for kind in KINDS.values() if "率" in kind.rule or "分数" in kind.rule]


# --- the pages ------------------------------------------------------------------------------------------------------------


def test_her_own_page_with_a_word_beside_it(story, client):
    client.force_login(story.cast.officers["黄志强"])
    page = client.get("/desk/me/?month=2026-03")
    assert "办完的棒" in page.content.decode()
    assert "4 月 6 日起" in page.content.decode()
    slip = client.post("/desk/me/?month=2026-03", {"unit": story.cast.units["水利局"].pk, "kind": "", "words": ""})
    assert (slip.status_code, "请填写“说明”。" in slip.content.decode()) == (422, True)
    typed = {"unit": story.cast.units["水利局"].pk, "kind": "carried", "words": "另有两件没有走系统"}
    assert client.post("/desk/me/?month=2026-03", typed).status_code == 302
    assert "另有两件没有走系统" in client.get("/desk/me/?month=2026-03").content.decode()
    assert client.post("/desk/me/?month=2026-03", {"take_back": str(Remark.objects.get().pk)}).status_code == 302
    rows = client.get(f"/desk/me/rows/carried/?month=2026-03&unit={story.cast.units['水利局'].pk}")
    assert story.cases[0].number not in rows.content.decode()  # the question's number stands there
    assert len(rows.context["facts"]) == 1
    assert client.get("/desk/me/?month=abc").context["month"] == MARCH


def test_her_leader_is_told_from_when(story, client):
    client.force_login(story.cast.officers["陆局长"])
    water = story.cast.units["水利局"].pk
    early = client.get(f"/desk/contributions/{water}/?month=2026-03")
    assert (early.status_code, "本人先看" in early.content.decode()) == (403, True)
    assert client.get(f"/desk/contributions/{story.cast.units['住建局'].pk}/?month=2026-03").status_code == 404
    assert "水利局" in client.get("/desk/contributions/?month=2026-03").content.decode()
    with april(7):
        client.force_login(story.cast.officers["陆局长"])  # nobody stays signed in for a month
        page = client.get(f"/desk/contributions/{water}/?month=2026-03")
        assert page.status_code == 200
        url = f"/desk/contributions/{water}/{story.cast.officers['黄志强'].pk}/carried/?month=2026-03"
        assert url in page.content.decode()
        assert client.get(url).status_code == 200


def test_pages_cost_a_fixed_number(story, client, django_assert_max_num_queries):
    client.force_login(story.cast.officers["陆局长"])
    client.get("/desk/me/?month=2026-03")
    with django_assert_max_num_queries(22):
        client.get("/desk/me/?month=2026-03")
    with django_assert_max_num_queries(18):
        client.get("/desk/contributions/?month=2026-03")
