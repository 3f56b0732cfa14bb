"""进展表: how far a campaign is. Every number is the length of the list that it opens; large campaigns are counted by a job."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse

from tongti.cases.models import Case
from tongti.parties.models import Firm
from tongti.shared import clock
from tongti.shared.errors import NotVisible
from tongti.visits import actions, counting, queries
from tongti.visits.models import Line, Revisit, Tally, Team
from tongti.visits.queries import Behind, Filters
from tongti.visits.queries import progress as progress_now


@pytest.fixture
def season(outing, cast):
    """Three firms in two townships; 谭小勇 heard three difficulties (closed and solved, closed and not, open), 卢芳 one that
    nobody registered; the plan of 青山木业 is both officers'."""
    line = Line.objects.get(campaign=outing.campaign)
    Team.objects.filter(pk=outing.teams["谭小勇"].pk).update(line=line)
    Firm.objects.filter(pk=outing.sugar.pk).update(place=cast.regions["大塘村"])
    Firm.objects.filter(pk=outing.wood.pk).update(place=cast.regions["临江镇"])
    ending = {"promised_on": clock.today() + timedelta(days=10)}
    solved = outing.finding("厂门口路灯不亮，夜里卸货看不见", handling="A", **ending)
    kept = outing.finding("工业路下雨积水，货车进不来", handling="A", **ending)
    lifted = outing.finding(
        "高压线路容量不够，第二条生产线开不了",
        firm=outing.wood,
        handling="C",
        level="city",
        matter="增容",
        paper="清单 3 号",
    )
    outing.finding("招不到熟练的裁剪工人", by="卢芳", firm=outing.packing, at_once=False)
    _close(solved.case, Case.Closing.SOLVED)
    _close(kept.case, Case.Closing.EXPLAINED)
    assert lifted.case.is_open
    return outing


def _close(case, closing):
    Case.objects.filter(pk=case.pk).update(state="closed", closing=closing, closed_at=clock.now())


def numbers(line):
    return (line.firms, line.seen, line.visits, line.found, line.raised, line.closed, line.solved)


def test_a_firm_counts_once_however_many_look_after_it_and_closed_is_not_solved(season):
    found = progress_now(season.campaign)
    assert numbers(found.sums) == (3, 3, 4, 4, 3, 2, 1)
    assert {line.name: numbers(line) for line in found.tables["officer"]} == {
        "谭小勇": (2, 2, 3, 3, 3, 2, 1),
        "卢芳": (2, 2, 1, 1, 0, 0, 0),
    }


def test_each_table_says_what_belongs_where_and_what_belongs_nowhere(season):
    tables = progress_now(season.campaign).tables
    assert [(line.name, line.firms, line.found) for line in tables["line"]] == [("企业用地", 2, 3), ("没有定", 2, 1)]
    assert [(line.name, line.found) for line in tables["class"]] == [
        ("A 立行立改", 2),
        ("C 提级协调", 1),
        ("没有定", 1),
    ]
    assert [(line.name, line.found) for line in tables["level"]] == [
        ("县级解决", 2),
        ("提请市级协调", 1),
        ("没有定", 1),
    ]
    assert {line.name: (line.firms, line.visits) for line in tables["town"]} == {
        "大塘镇": (1, 2),
        "临江镇": (1, 1),
        "没有定": (1, 1),
    }


def test_every_number_is_as_long_as_the_list_behind_it(season, on_friday):
    on_friday.move_to("2026-04-02T01:00:00Z")  # the plans are over
    viewer, found = season.viewer("邓主任"), progress_now(season.campaign)
    lines = [("", found.sums), *((by, line) for by, table in found.tables.items() for line in table)]
    assert len(lines) > 12
    for by, line in lines:
        key = line.key if by else ""
        for name, show in (("firms", ""), ("seen", "seen"), ("behind", "behind")):
            if by not in ("class", "level"):
                page, _ = queries.planned_firms(season.campaign, Behind(by, key, show))
                assert len(page.rows) == getattr(line, name), (by, key, name)
        if by not in ("class", "level"):
            filters = Filters(campaign_id=season.campaign.pk, state="done", behind=Behind(by, key))
            assert len(queries.visits(viewer, filters).rows) == line.visits, (by, key)
        for name, show in (("found", ""), ("raised", "raised"), ("closed", "closed"), ("solved", "solved")):
            page, _ = queries.heard_findings(season.campaign, Behind(by, key, show))
            assert len(page.rows) == getattr(line, name), (by, key, name)


@pytest.mark.parametrize(("result", "solved"), [("solved", 1), ("partly", 0), ("not", 0), ("unreached", 0)])
def test_what_the_firm_said_when_it_was_looked_at_again_counts(season, result, solved):
    case = Case.objects.get(closing="solved")
    Case.objects.filter(pk=case.pk).update(closed_at=clock.now() - timedelta(days=3))
    officer = season.cast.officers["谭小勇"]
    for days, said in ((2, "not"), (1, result)):  # the last word counts
        at = clock.now() - timedelta(days=days)
        Revisit.objects.create(case=case, officer=officer, state="done", planned_on=at.date(), result=said, done_at=at)
    assert progress_now(season.campaign).sums.solved == solved
    page, _ = queries.heard_findings(season.campaign, Behind(show="solved"))
    assert len(page.rows) == solved


def test_a_no_that_brought_it_back_and_nobody_reached_do_not_speak_against_the_answer_given_since(season):
    case = Case.objects.get(closing="solved")
    officer = season.cast.officers["谭小勇"]
    for at, said in ((case.closed_at - timedelta(days=9), "back"), (case.closed_at + timedelta(days=1), "unreached")):
        Revisit.objects.create(case=case, officer=officer, state="done", planned_on=at.date(), result=said, done_at=at)
    assert progress_now(season.campaign).sums.solved == 1


def test_an_address_that_asks_firms_for_a_class_gets_every_firm(season):
    page, _ = queries.planned_firms(season.campaign, Behind("class", "A"))
    assert len(page.rows) == 3


def test_a_large_campaign_is_counted_by_a_job_and_says_when(season, monkeypatch, client):
    monkeypatch.setattr("tongti.visits.queries.progressing.LIVE", 3)
    now = progress_now(season.campaign)
    assert (now.stored, now.sums.visits) == (False, 4)  # nobody has counted it yet
    assert actions.count_large() == 1
    season.finding("仓库漏雨，原料受潮")
    stored = progress_now(season.campaign)
    assert (stored.stored, stored.sums.visits) == (True, 4)
    assert {name: [*map(numbers, lines)] for name, lines in stored.tables.items()} == {
        name: [*map(numbers, lines)] for name, lines in now.tables.items()
    }
    client.force_login(season.cast.officers["邓主任"])
    assert "每五分钟数一次" in client.get(reverse("desk:campaign_progress", args=[season.campaign.pk])).content.decode()
    for _ in range(2):
        actions.count_large()
    assert Tally.objects.get(dimension="all").visits == 5


def test_a_campaign_of_long_ago_is_counted_at_night_only(season, monkeypatch, on_friday):
    monkeypatch.setattr("tongti.visits.queries.progressing.LIVE", 3)
    on_friday.move_to("2026-12-01T01:00:00Z")
    assert actions.count_large() == 0
    assert actions.count_large(old_ones=True) == 1


def test_only_who_sees_every_visit_sees_what_everybody_did(season):
    with pytest.raises(NotVisible):
        queries.campaign_as_a_whole(season.viewer("谭小勇"), season.campaign.pk)
    with pytest.raises(NotVisible):
        queries.campaign_as_a_whole(season.viewer("邓主任"), 0)


def test_the_page_opens_its_lists_and_says_what_its_words_mean(season, client):
    client.force_login(season.cast.officers["邓主任"])
    page = client.get(reverse("desk:campaign_progress", args=[season.campaign.pk])).content.decode()
    assert "办结不等于解决" in page
    url = reverse("desk:campaign_findings", args=[season.campaign.pk])
    assert f'<a href="{url}?by=class&amp;key=C">1</a>' in page
    listed = client.get(url, {"by": "class", "key": "C"}).content.decode()
    assert "按处置类别：C 提级协调" in listed
    assert "高压线路容量不够" in listed
    assert "路灯" not in listed
    firms = client.get(reverse("desk:campaign_firms", args=[season.campaign.pk]), {"show": "seen"}).content.decode()
    assert len(re.findall(r'<tr><td class="t">', firms)) == 3
    # a number that somebody made up in the address shows everything, and never fails
    for asked in (
        {"by": "team", "key": "x"},
        {"by": "nothing", "key": "1"},
        {"by": "town", "key": "9" * 30},
        {"show": "?"},
    ):
        assert client.get(url, asked).status_code == 200


def test_the_day_of_the_plan_itself_is_not_over(season, on_friday):
    on_friday.move_to("2026-03-31T01:00:00Z")
    assert date(2026, 3, 31) == clock.today()
    assert progress_now(season.campaign).sums.behind == 0
    assert counting.planned(season.campaign).filter(counting.firm_condition("behind")).count() == 0
