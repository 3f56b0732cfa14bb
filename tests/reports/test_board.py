"""The leader's page costs the same whatever is behind it, and every number agrees with its list."""

from datetime import date, timedelta

import pytest

from tests.relay.stories import Story, verbs
from tests.verdicts.conftest import reply_of, sign
from tongti.cases.models import Case
from tongti.figures import actions as figures
from tongti.relay.models import OPEN, Baton
from tongti.reports import queries
from tongti.shared import clock, links
from tongti.shared.errors import NotAllowed, NotVisible
from tongti.verdicts import actions as verdicts


@pytest.fixture
def story(cast) -> Story:
    """One question answered and judged, one in hand, one case alone."""
    story = Story(cast)
    answered = story.question(callers=3)
    story.dispatch(answered, helpers=[], territory_id=None)
    story.accept("水利局", "黄志强")
    sign(story, question=answered)
    for case, solved in zip(story.cases[:2], ("yes", "partly"), strict=True):
        token = links.verdict_token(reply_of(case).answer_id, case.pk)
        verdicts.give(token=token, contacted=True, solved=solved, satisfied="very")
    in_hand = story.question(callers=4)
    story.dispatch(in_hand)
    story.call("单独一件")
    return story


def test_every_figure_equals_a_recount(story, cast):
    board = queries.board(cast.viewer("何区长"), "year")

    open_batons = Baton.objects.filter(state__in=OPEN)
    assert board.cases_open == Case.objects.exclude(state__in=("closed", "withdrawn")).count()
    assert board.received_today == Case.objects.count()
    assert sum(d.count for d in board.due) == open_batons.count()
    assert [row.unit.short_name for row in board.units if row.open] == [
        row.unit.short_name for row in board.units if open_batons.filter(unit=row.unit).exists()
    ]
    solved = next(card.rate for card in board.cards if card.key == "solved")
    assert (solved.numerator, solved.denominator) == (1, 2)
    hot = board.hot[0]
    assert hot.question.asker_count == hot.newcomers == 4


def test_folding_changes_no_figure(story, cast):
    before = queries.board(cast.viewer("何区长"), "year")
    assert figures.compact() > 0
    assert queries.board(cast.viewer("何区长"), "year") == before


def test_each_column_opens_as_many_batons_as_it_says(story, cast):
    leader = cast.viewer("何区长")
    board = queries.board(leader, "month")
    for column in board.due:
        listed = queries.due_list(leader, on=column.day).rows
        assert len(listed) == column.count


def test_every_figure_of_the_page_opens_a_list_of_as_many(story, cast, client):
    """Whatever number stands in a link on the leader's page: the page behind it has that many rows."""
    client.force_login(cast.officers["何区长"])
    page = client.get("/board/?period=year").content.decode()
    listed = {
        "今天新收": ("/board/cases/?show=today", Case.objects.count()),
        "在办诉求": ("/board/cases/", Case.objects.exclude(state__in=("closed", "withdrawn")).count()),
        "临期": ("/board/due/?show=near", 0),
        "在办": (f"/board/due/?show=all&amp;unit={cast.units['水利局'].pk}", 1),
        "按期": (f"/board/units/{cast.units['水利局'].pk}/answered/?period=year", 3),
        "解决": (f"/board/rates/solved/?period=year&amp;unit={cast.units['水利局'].pk}", 2),
        "满意": (f"/board/rates/satisfied/?period=year&amp;unit={cast.units['水利局'].pk}", 2),
    }
    for name, (url, rows) in listed.items():
        assert f'href="{url}"' in page, name
        answer = client.get(url.replace("&amp;", "&"))
        assert answer.status_code == 200
        assert len(answer.context["page"].rows) == rows, name


def test_the_on_time_list_tells_late_from_in_time(story, cast):
    """An answer a day late: both are listed, each under its own word, and the sum is the rate."""
    leader, water = cast.viewer("何区长"), cast.units["水利局"].pk
    span = queries.period("year")
    case = story.call("再来一件")
    story.dispatch(case=case, helpers=[], territory_id=None)
    story.accept("水利局", "黄志强")
    Case.objects.filter(pk=case.pk).update(due_on=clock.today() - timedelta(days=1))
    sign(story, case=case)
    row = next(r for r in queries.unit_rows(leader, span) if r.unit.pk == water)
    _, late = queries.answered_list(leader, water, span, late=True)
    _, in_time = queries.answered_list(leader, water, span, late=False)
    assert [a.case for a in late] == [case]
    assert (len(in_time), len(in_time) + len(late)) == (row.on_time.numerator, row.on_time.denominator) == (3, 4)
    # 监测员 and others who read no cases see that there was an answer, not whose
    _, seen = queries.answered_list(cast.viewer("陆局长"), water, span)
    assert all(a.case for a in seen)
    assert verbs(case).count("case.answered") == 1


def test_overdue_is_told_by_unit(story, cast):
    late = Baton.objects.filter(state__in=OPEN, unit=cast.units["住建局"]).get()
    before = clock.today() - timedelta(days=3)
    figures.add(
        figures.Count("batons_due", day, unit_id=unit, amount=sign_)
        for unit in (0, late.unit_id)
        for day, sign_ in ((late.due_on, -1), (before, +1))
    )
    Baton.objects.filter(pk=late.pk).update(due_on=before)

    board = queries.board(cast.viewer("何区长"), "month")

    assert board.overdue == 1
    assert board.overdue_by_unit == (("住建局", 1),)
    assert queries.due_list(cast.viewer("何区长")).rows == [late]


def test_a_units_leader_sees_her_unit_only(story, cast):
    lu = cast.viewer("陆局长")
    assert {row.unit.short_name for row in queries.unit_rows(lu, queries.period("year"))} == {"水利局"}
    with pytest.raises(NotVisible):
        queries.unit_for(lu, cast.units["住建局"].pk)
    with pytest.raises(NotAllowed):
        queries.board(cast.viewer("黄志强"), "month")


def test_the_page_has_a_query_budget(story, cast, client, django_assert_max_num_queries):
    client.force_login(cast.officers["何区长"])
    client.get("/board/")
    with django_assert_max_num_queries(25):
        page = client.get("/board/")
    assert page.status_code == 200
    assert "临江镇幸福路一带晚高峰停水" in page.content.decode()


@pytest.mark.parametrize(
    ("code", "since"),
    [
        ("week", date(2026, 3, 9)),
        ("month", date(2026, 3, 1)),
        ("quarter", date(2026, 1, 1)),
        ("year", date(2026, 1, 1)),
        ("nonsense", date(2026, 3, 1)),
    ],
)
def test_periods_begin_where_people_expect(code, since):
    span = queries.period(code, date(2026, 3, 12))
    assert (span.since, span.until) == (since, date(2026, 3, 12))
    assert span.before[1] == since - timedelta(days=1)
