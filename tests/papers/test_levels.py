"""From a line of the level list, as an officer filled it in and a leader signed it, to what stands in the cells of the office's .xlsx."""

import io
from typing import Any

from python_calamine import CalamineWorkbook

from tests.lifting.stories import draft, upstairs
from tests.relay.stories import Story
from tests.visits.stories import Outing
from tongti.lifting import actions as lifting
from tongti.papers import queries
from tongti.visits.models import Finding


def lines(paper: Any) -> list[dict[str, Any]]:
    """The lines of the list as its file holds them, by the heads of their columns."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(queries.as_xlsx(paper)))
    rows = book.get_sheet_by_index(len(book.sheet_names) - 1).to_python()
    start = next((n for n, row in enumerate(rows) if row[:2] == ["序号", "编号"]), len(rows))
    return [dict(zip(rows[start], row, strict=True)) for row in rows[start + 1 :]]


def test_a_signed_line_of_the_city_is_a_row_of_the_file(outing: Outing, brief: Any) -> None:
    upstairs(outing.cast)
    story, case = Story(outing.cast), Finding.objects.get(handling="C").case
    assert case is not None
    story.dispatch(case=case, helpers=(), territory_id=None)
    story.accept("水利局", "黄志强")
    case.refresh_from_db()
    typed = draft(
        outing.cast,
        title="工业园第二回路增容",
        statement="高峰时段第二条生产线停机。",
        tried="2 月错峰用电，调来一台发电车。",
        basis="《供电营业规则》第十七条",
        asked="把园区主变增容列入今年计划。",
    )
    lift = lifting.prepare(case=case, draft=typed, by=outing.viewer("黄志强"))
    # what no leader signed is on no list
    assert lines(brief(kind="levels", scope="city")) == []
    lift = lifting.sign_off(lift=lift, by=outing.viewer("何区长"))
    (row,) = lines(brief(kind="levels", scope="city", signed=True))
    assert (row["序号"], row["编号"], row["问题"]) == (1, lift.number, typed.title)
    assert row["涉及企业"] == "1家：云岭区青山木业有限公司"
    assert (row["已做工作"], row["依据"], row["请求事项"]) == (typed.tried, typed.basis, typed.asked)
    assert (row["请求谁"], row["进展"]) == ("南岭市水利局", "已提请")
    assert str(typed.reply_by) in str(row["答复期限"])
    # and on the list of another level it is not
    assert lines(brief(kind="levels", scope="region")) == []
