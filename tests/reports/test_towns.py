"""The tile map: a figure per township that agrees with its rows whatever happens to a case, and a grid that people arrange."""

import pytest

from tests.relay.stories import Story, verbs
from tongti.cases import actions as cases
from tongti.cases import queries as case_lists
from tongti.reports import actions, queries
from tongti.shared.errors import BadInput, NotAllowed
from tongti.units import actions as units
from tongti.units import queries as places


@pytest.fixture
def story(cast) -> Story:
    """Three calls from 临江镇 (two of them of one village), one from 大塘镇, one about the whole district, one of no place."""
    story = Story(cast)
    for place in ("幸福社区", "江边村", "临江镇", "大塘村", "云岭区"):
        story.call("路灯不亮", place_id=cast.regions[place].pk)
    story.call("路灯不亮", place_id=None)
    return story


def _tiles(cast):
    found = queries.town_tiles(cast.viewer("何区长"), queries.period("month"))
    return {tile.town.name: (tile.open, tile.received) for tile in found}


def test_a_township_counts_what_lies_in_it(story, cast):
    assert _tiles(cast) == {"临江镇": (3, 3), "大塘镇": (1, 1), "龙腾街道": (0, 0), "白石乡": (0, 0)}


def test_figures_follow_a_case_that_moves_ends_and_comes_back(story, cast):
    mine, other = story.cases[0], story.cases[1]
    clerk = cast.viewer("李小英")
    cases.correct(case=mine, place_id=cast.regions["大塘村"].pk, by=clerk)
    cases.correct(case=other, place_id=cast.regions["云岭区"].pk, by=clerk)
    assert _tiles(cast)["临江镇"] == (1, 1)
    assert _tiles(cast)["大塘镇"] == (2, 2)
    cases.close(case=mine, closing="explained", by=clerk)
    assert _tiles(cast)["大塘镇"] == (1, 2)
    cases.reopen(case=mine, holder_id=cast.units["水利局"].pk, due_on=None, by=clerk, why="again")
    assert _tiles(cast)["大塘镇"] == (2, 2)
    assert actions.check_figures().drifts == []


def test_every_square_opens_a_list_of_as_many(story, cast, client):
    client.force_login(cast.officers["何区长"])
    page = client.get("/board/").content.decode()
    for name, (opened, received) in _tiles(cast).items():
        url = f"/board/towns/{cast.regions[name].pk}/?period=month"
        assert f'href="{url}"' in page.replace("&amp;", "&"), name
        assert len(client.get(url).context["page"].rows) == opened
        assert len(client.get(f"{url}&show=received").context["page"].rows) == received


def test_growth_is_marked_against_the_stretch_before(story, cast):
    tiles = {t.town.name: t for t in queries.town_tiles(cast.viewer("何区长"), queries.period("month"))}
    assert (tiles["临江镇"].change, tiles["临江镇"].grown) == (3, True)
    assert (tiles["大塘镇"].change, tiles["大塘镇"].grown) == (1, False)


def test_the_administrator_arranges_the_grid(cast, client):
    admin = cast.viewer("赵工")
    linjiang, datang = cast.regions["临江镇"], cast.regions["大塘镇"]
    assert [p.own for p in places.tiles()] == [False] * 4
    assert units.place_tiles(squares={linjiang.pk: (1, 2), datang.pk: (2, 1)}, by=admin) == 2
    assert [(p.town.name, p.row, p.column) for p in places.tiles() if p.own] == [("临江镇", 1, 2), ("大塘镇", 2, 1)]
    assert all(p.row > 2 for p in places.tiles() if not p.own)
    assert verbs(linjiang) == ["region.tile_placed"]
    # two may change places in one go, but not share one
    assert units.place_tiles(squares={linjiang.pk: (2, 1), datang.pk: (1, 2)}, by=admin) == 2
    for wrong in ({linjiang.pk: (1, 2)}, {linjiang.pk: (0, 1)}, {linjiang.pk: (1, 13)}):
        with pytest.raises(BadInput):
            units.place_tiles(squares=wrong, by=admin)
    with pytest.raises(NotAllowed):
        units.place_tiles(squares={linjiang.pk: (3, 3)}, by=cast.viewer("何区长"))
    client.force_login(cast.officers["赵工"])
    url = "/desk/admin/towns/"
    half = client.post(url, {f"row_{linjiang.pk}": "5"})
    assert half.status_code == 422
    assert "要一起填" in half.content.decode()
    taken = client.post(url, {f"{part}_{r.pk}": "4" for r in (linjiang, datang) for part in ("row", "column")})
    assert taken.status_code == 422
    assert "请换一格" in taken.content.decode()
    assert client.post(url, {}).status_code == 302
    assert [p.own for p in places.tiles()] == [False] * 4
    assert verbs(linjiang) == ["region.tile_placed"] * 3


def test_who_reads_only_her_unit_is_told_that_the_figure_is_the_districts(story, cast, client):
    client.force_login(cast.officers["陆局长"])
    page = client.get(f"/board/towns/{cast.regions['临江镇'].pk}/")
    assert "数字是全区的" in page.content.decode()
    assert page.context["page"].rows == []
    assert case_lists.inbox(cast.viewer("陆局长"), case_lists.Filters()).rows == []
