"""常用视图: filters that combine, kept under a name, shared with a unit, and never more than each may see."""

import pytest

from tongti.shared.errors import BadInput, NotAllowed, NotVisible
from tongti.trail import queries as trail
from tongti.worksets import actions, queries
from tongti.worksets.errors import NameTaken
from tongti.worksets.filters import CasesAsked, QuestionsAsked, cases_asked, questions_asked
from tongti.worksets.models import SavedView


@pytest.fixture
def handling(story):
    """A question in hand at 水利局, and a case of another place that nobody has yet."""
    question = story.question(callers=2)
    story.dispatch(question)
    story.call("大塘村路灯不亮", place_id=story.cast.regions["大塘村"].pk, asker_kind="enterprise", asker_name="某厂")
    return question


def held(viewer, **asked):
    return set(cases_asked(viewer, CasesAsked(**asked)).values_list("pk", flat=True))


def test_filters_combine(handling, story, cast):
    clerk, (one, two, lamp) = cast.viewer("李小英"), [case.pk for case in story.cases]
    assert held(clerk, state="handling") == {one, two}
    assert held(clerk, question="with") == {one, two}
    assert held(clerk, question="without") == {lamp}
    assert held(clerk, asker="enterprise") == {lamp}
    assert held(clerk, place=cast.regions["临江镇"].pk, category=cast.categories["供水"].pk) == {one, two}
    assert held(clerk, unit=cast.units["水利局"].pk, due="later") | held(clerk, due="near") >= {one, two}
    assert held(clerk, place=cast.regions["大塘镇"].pk, question="with") == set()
    label = one and story.cases[0].__class__.objects.get(pk=one).reckoning.regime_version
    assert held(clerk, regime=label.rpartition("/")[0]) == {one, two}
    assert held(cast.viewer("农志明"), state="handling") == set()


def test_the_workbench_is_narrowed_likewise(handling, cast):
    clerk = cast.viewer("李小英")

    def found(**asked):
        return list(questions_asked(clerk, QuestionsAsked(**asked)))

    assert found(place=cast.regions["临江镇"].pk, unit=cast.units["自来水公司"].pk, channel="phone") == [handling]
    assert found(place=cast.regions["大塘镇"].pk) == []
    assert found(asker="enterprise") == []
    assert found(tab="closed") == []
    assert found(since=handling.last_received_at.date(), asker="person") == [handling]


def test_what_is_kept_is_read_again_and_rubbish_narrows_nothing():
    asked = CasesAsked.read(
        {"place": "7", "since": "2026-03-01", "state": "handling", "q": "韦晓梅", "unit": "x", "until": "?"}
    )
    assert asked == CasesAsked(place=7, since=asked.since, state="handling")
    assert CasesAsked.read(asked.stored()) == asked
    assert asked.stored() == {"place": 7, "since": "2026-03-01", "state": "handling"}


def test_a_view_is_kept_shared_and_given_up(handling, cast):
    leader, handler, clerk = cast.viewer("陆局长"), cast.viewer("黄志强"), cast.viewer("李小英")
    view = actions.save_view(of="cases", name="在办的", asked={"state": "handling", "q": "13800138000"}, by=leader)
    assert view.asked == {"state": "handling"}  # nothing that was typed
    assert queries.view_tabs(handler, "cases") == []
    actions.share_view(view=view, unit_id=cast.units["水利局"].pk, by=leader)
    (tab,) = queries.view_tabs(handler, "cases")
    assert (tab.view, tab.mine, tab.query) == (view, False, f"?state=handling&view={view.pk}")
    assert queries.view_tabs(clerk, "cases") == []
    # the same view, each with her own eyes
    assert queries.count(handler, "cases", view.asked) == "2"
    assert queries.count(cast.viewer("农志明"), "cases", view.asked) == "0"
    for verb in (actions.remove_view, lambda **facts: actions.share_view(unit_id=None, **facts)):
        with pytest.raises(NotVisible):
            verb(view=view, by=handler)
    kept = trail.of(view)
    actions.remove_view(view=view, by=leader)
    assert [event.verb for event in kept] == ["saved_view.shared", "saved_view.kept"]
    assert not SavedView.objects.exists()


def test_sharing_is_for_who_looks_over_that_unit(handling, cast):
    handler, leader = cast.viewer("黄志强"), cast.viewer("陆局长")
    for by, unit in ((handler, "水利局"), (leader, "住建局")):
        view = actions.save_view(of="cases", name="在办的", asked={"state": "handling"}, by=by)
        with pytest.raises(NotAllowed):
            actions.share_view(view=view, unit_id=cast.units[unit].pk, by=by)


@pytest.mark.parametrize(
    ("name", "asked", "error"),
    [
        ("找 13800138000", {"state": "handling"}, BadInput),
        ("", {"state": "handling"}, BadInput),
        ("空的", {"q": "停水"}, BadInput),
        ("有了", {"state": "handling"}, NameTaken),
    ],
)
def test_a_view_that_cannot_be_kept_says_why(cast, name, asked, error):
    clerk = cast.viewer("李小英")
    actions.save_view(of="cases", name="有了", asked={"state": "handling"}, by=clerk)
    with pytest.raises(error):
        actions.save_view(of="cases", name=name, asked=asked, by=clerk)


def test_the_list_shows_them_as_tabs_and_keeps_filters_over_pages(signed_in, handling, cast):
    clerk = signed_in("李小英")
    page = clerk.get("/desk/inbox/?state=handling&more=1").content.decode()
    assert "存为常用视图" in page
    answer = clerk.post("/desk/views/save/", {"of": "cases", "name": "在办的", "state": "handling"})
    view = SavedView.objects.get()
    assert answer.headers["Location"] == f"/desk/inbox/?state=handling&view={view.pk}"
    page = clerk.get(answer.headers["Location"]).content.decode()
    assert "在办的" in page
    assert "大塘村路灯" not in page
    again = clerk.post("/desk/views/save/", {"of": "cases", "name": "在办的", "state": "handling"})
    assert again.status_code == 422
    assert "换个名字" in again.content.decode()
    assert "在办的 <span" in clerk.get("/desk/views/counts/cases/").content.decode()
    assert "在办的" in clerk.get("/desk/views/").content.decode()
    clerk.post(f"/desk/views/{view.pk}/", {"do": "remove"})
    assert not SavedView.objects.exists()


def test_the_workbench_keeps_its_filters_from_tab_to_tab(signed_in, handling, cast):
    place = cast.regions["临江镇"].pk
    page = signed_in("韦晓梅").get(f"/desk/questions/?tab=all&place={place}&more=1").content.decode()
    assert handling.title in page
    assert f"place={place}" in page
    page = signed_in("韦晓梅").get(f"/desk/questions/?tab=all&place={cast.regions['大塘镇'].pk}").content.decode()
    assert handling.title not in page
