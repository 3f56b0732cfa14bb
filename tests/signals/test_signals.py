"""未诉先办: what is more than usual is shown with its rule; what comes every year is not; a person decides, and looks back."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from tests.relay.stories import Story, verbs
from tongti.outbox.models import Notice
from tongti.reports import queries as reports
from tongti.shared.errors import BadInput, NotAllowed, NotVisible
from tongti.signals import actions, queries, rules
from tongti.signals.errors import Decided
from tongti.signals.models import Signal

WEEK = date(2026, 3, 2)


@pytest.fixture
def story(cast, on_friday) -> Story:
    return Story(cast)


def _calls(story: Story, number: int, weeks_ago: int, place: str = "幸福社区", year: int = 0) -> None:
    day = WEEK - timedelta(days=7 * weeks_ago + 364 * year)
    at = timezone.make_aware(datetime(day.year, day.month, day.day, 8))
    for _ in range(number):
        story.call("停水", place_id=story.cast.regions[place].pk, received_at=at)


@pytest.fixture
def loud(story) -> Story:
    """Eight weeks of one or two calls about water in 临江镇, now seven in two of its places; 大塘镇 as ever."""
    for ago in range(8, 0, -1):
        _calls(story, 1 + ago % 2, ago)
        _calls(story, 2, ago, "大塘村")
    _calls(story, 4, 0)
    _calls(story, 3, 0, "江边村")
    _calls(story, 2, 0, "大塘村")
    return story


def test_the_arithmetic_can_be_followed_on_paper():
    known = rules.usual([2, 4, 4, 4, 5, 5, 7, 9], None)
    assert (known.mean, known.deviation) == (5.0, 2.0)
    assert not rules.speaks(9, known, rules.SHIPPED)  # 5 + 2 × 2 = 9 is not passed
    assert rules.speaks(10, known, rules.SHIPPED)
    quiet = rules.usual([0] * 8, None)
    assert not rules.speaks(4, quiet, rules.SHIPPED)  # below the minimum of five
    assert rules.speaks(5, quiet, rules.SHIPPED)
    assert not rules.speaks(5, rules.usual([0] * 8, [5, 5, 5]), rules.SHIPPED)  # as every year


def test_what_is_more_than_usual_is_found_with_its_numbers(loud, cast):
    assert actions.scan() == 1
    row = Signal.objects.get()
    assert (row.town.name, row.category.name, row.week, row.count) == ("临江镇", "供水", WEEK, 7)
    assert row.past == [1, 2, 1, 2, 1, 2, 1, 2]
    assert row.why == "近 8 周平均 1.5、标准差 0.5，加 2 倍标准差是 2.5；这一周 7"
    assert verbs(row) == ["signal.found"]
    # whoever supervises is told, once
    assert actions.scan() == 0
    assert verbs(row) == ["signal.found"]
    assert reports.board(cast.viewer("何区长")).signals == (row,)


def test_watchers_are_told_once_it_is_certain(loud, cast, django_capture_on_commit_callbacks):
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            actions.scan()
    assert [n.officer.name for n in Notice.objects.filter(about_kind="signals.signal")] == ["莫刚"]


def test_a_little_history_says_nothing(story):
    for ago in (3, 2, 1):
        _calls(story, 1, ago)
    _calls(story, 20, 0)
    assert actions.scan() == 0
    _calls(story, 1, 4)
    assert actions.scan() == 1
    assert len(Signal.objects.get().past) == 4


def test_what_comes_every_year_is_the_season(loud):
    for week in (1, 0, -1):
        _calls(loud, 8, week, year=1)
    assert actions.scan() == 0
    _calls(loud, 2, 0)
    assert actions.scan() == 1
    assert Signal.objects.get().why.endswith("去年同期平均 8.0；这一周 9")


def test_it_fades_when_the_cases_turn_out_to_be_elsewhere_and_comes_back(loud, cast):
    from tongti.cases import actions as cases

    actions.scan()
    mine = [
        c for c in loud.cases if timezone.localdate(c.received_at) == WEEK and c.place_id == cast.regions["江边村"].pk
    ]
    more = [
        c for c in loud.cases if timezone.localdate(c.received_at) == WEEK and c.place_id == cast.regions["幸福社区"].pk
    ]
    for case in [*mine, *more[:2]]:
        cases.correct(case=case, place_id=cast.regions["白石村"].pk, by=cast.viewer("李小英"))
    actions.scan()
    row = Signal.objects.get(town=cast.regions["临江镇"])
    assert (row.state, row.count) == ("faded", 2)
    _calls(loud, 5, 0)
    actions.scan()
    row.refresh_from_db()
    assert (row.state, row.count) == ("open", 7)
    assert verbs(row) == ["signal.found", "signal.faded", "signal.found_again"]


def test_no_is_an_answer_with_a_reason(loud, cast):
    actions.scan()
    row, boss = Signal.objects.get(), cast.viewer("莫刚")
    with pytest.raises(BadInput):
        actions.dismiss(signal=row, reason=" ", by=boss)
    with pytest.raises(NotAllowed):
        actions.dismiss(signal=row, reason="检修", by=cast.viewer("韦晓梅"))
    actions.dismiss(signal=row, reason="计划检修，已经通知", by=boss)
    with pytest.raises(Decided):
        actions.plan(signal=row, owner_id=cast.units["水利局"].pk, task="去看", due_on=date(2026, 3, 12), by=boss)
    _calls(loud, 3, 0)
    actions.scan()
    row.refresh_from_db()
    assert (row.state, row.count) == ("dismissed", 7)
    assert verbs(row) == ["signal.found", "signal.dismissed"]


def test_a_unit_is_sent_and_somebody_looks_back(loud, cast, on_friday):
    actions.scan()
    row, boss = Signal.objects.get(), cast.viewer("莫刚")
    plan = {"signal": row, "owner_id": cast.units["水利局"].pk, "task": "逐栋查水压", "by": boss}
    for due in (None, date(2026, 3, 5)):
        with pytest.raises(BadInput):
            actions.plan(due_on=due, **plan)
    with pytest.raises(NotVisible):
        queries.signal_for(cast.viewer("黄志强"), row.pk)
    actions.plan(due_on=date(2026, 3, 12), **plan)
    assert queries.signal_for(cast.viewer("黄志强"), row.pk) == row
    assert Notice.objects.filter(officer=cast.officers["黄志强"], about_id=row.pk).exists()
    assert actions.remind() == 0
    on_friday.move_to(timezone.make_aware(datetime(2026, 3, 17, 9)))
    assert (actions.remind(), actions.remind()) == (1, 0)
    with pytest.raises(BadInput):
        actions.look_back(signal=row, outcome="good", words="", by=boss)
    actions.look_back(signal=row, outcome="fell", words="换了管", by=boss)
    row.refresh_from_db()
    assert (row.state, row.outcome, row.after) == ("checked", "fell", [0, 0])
    assert verbs(row) == ["signal.found", "signal.planned", "signal.checked"]


def test_the_rule_is_the_districts_and_found_ones_keep_theirs(loud, cast):
    actions.scan()
    boss = cast.viewer("莫刚")
    with pytest.raises(BadInput):
        actions.change_rule(weeks=3, deviations=Decimal(2), minimum=5, season=True, source="会议", by=boss)
    made = actions.change_rule(weeks=4, deviations=Decimal(3), minimum=9, season=False, source="会议纪要", by=boss)
    assert queries.rule() == rules.Rule(4, Decimal("3.0"), 9, season=False, source="会议纪要")
    assert Signal.objects.get().minimum == 5
    assert verbs(made) == ["signal_rule.set"]
    with pytest.raises(NotAllowed):
        actions.change_rule(
            weeks=8, deviations=Decimal(2), minimum=5, season=True, source="x", by=cast.viewer("韦晓梅")
        )


def test_its_number_opens_as_many_cases_and_the_pages_decide(loud, cast, client):
    actions.scan()
    row = Signal.objects.get()
    client.force_login(cast.officers["莫刚"])
    board = client.get("/board/").content.decode()
    assert "近 8 周平均 1.5、标准差 0.5" in board
    url = re.search(r'href="(/board/cases/\?signal=\d+)"', board).group(1)
    assert len(client.get(url).context["page"].rows) == row.count
    assert "临江镇" in client.get("/desk/signals/").content.decode()
    page = f"/desk/signals/{row.pk}/"
    empty = client.post(page, {"do": "plan", "owner": "", "due_on": "明天", "task": "逐栋查水压"})
    assert empty.status_code == 422
    assert "逐栋查水压" in empty.content.decode()
    sent = client.post(
        page, {"do": "plan", "owner": cast.units["水利局"].pk, "due_on": "2026-03-12", "task": "逐栋查水压"}
    )
    assert sent.status_code == 302
    assert "逐栋查水压" in client.get(page).content.decode()
    client.force_login(cast.officers["韦晓梅"])
    assert client.post(page, {"do": "look_back", "outcome": "fell"}).status_code == 404


def test_the_scan_costs_the_same_however_many_cells(loud, django_assert_max_num_queries):
    actions.scan()
    with django_assert_max_num_queries(10):
        actions.scan()
