"""The leader's numbers are counted again every night; what does not agree is told, and put right only with a reason."""

import ast
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from tests.relay.stories import Story, verbs
from tests.verdicts.conftest import reply_of, sign
from tongti.figures import actions as figures
from tongti.figures.actions import Count
from tongti.figures.models import Check
from tongti.questions import actions as questions
from tongti.reports import actions, queries
from tongti.reports.measures import measures
from tongti.shared import clock, links
from tongti.shared.errors import BadInput
from tongti.verdicts import actions as verdicts


@pytest.fixture
def story(cast) -> Story:
    """Two questions, one answered, judged and reopened by one of its askers, one in hand; and a case alone."""
    story = Story(cast)
    answered = story.question(callers=3)
    story.dispatch(answered, helpers=[], territory_id=None)
    story.accept("水利局", "黄志强")
    sign(story, question=answered)
    for case, solved in zip(story.cases[:3], ("yes", "partly", "no"), strict=True):
        token = links.verdict_token(reply_of(case).answer_id, case.pk)
        verdicts.give(token=token, contacted=True, solved=solved, satisfied="very", words="还停着")
    story.dispatch(story.question(callers=4))
    story.call("单独一件")
    return story


def test_what_people_did_agrees_with_its_figures(story):
    for _ in ("steps", "folded"):
        check = actions.check_figures()
        assert check.drifts == []
        assert (check.drifted, check.stands) == (0, False)
        assert check.measures > 15
        figures.compact()
    assert verbs(check) == ["figure_check.made"]


def test_every_figure_that_was_tampered_with_is_told(story, cast):
    """One planted in each: a stock, a day, a unit, a subject, a figure without any row, and a month."""
    figures.compact()
    today = clock.today()
    water = cast.units["水利局"].pk
    question = story.questions[0].pk if hasattr(story, "questions") else 0
    planted = [
        Count("open", today, amount=2),
        Count("received", today - timedelta(days=3)),
        Count("solved_yes", today, unit_id=water, amount=-1),
        Count("question_askers", today, subject_id=question or 999_999),
        Count("promises_open", today, unit_id=water),
    ]
    figures.add(planted)

    check = actions.check_figures()

    assert check.stands
    told = {(d["measure"], d["unit_id"], d["day"]): d["kept"] - d["counted"] for d in check.drifts}
    assert told == {
        ("open", 0, None): 2,
        ("received", 0, (today - timedelta(days=3)).isoformat()): 1,
        ("solved_yes", water, today.isoformat()): -1,
        ("question_askers", 0, today.isoformat()): 1,
        ("promises_open", water, None): 1,
    }
    with connection.cursor() as cursor:
        cursor.execute("UPDATE figures_monthly SET amount = amount + 1 WHERE measure = 'received'")
        touched = cursor.rowcount
    assert actions.check_figures().drifted == check.drifted + touched > check.drifted


def test_a_correction_needs_a_reason_and_is_recorded(story, cast):
    right = queries.board(cast.viewer("何区长"), "year")
    figures.compact()
    figures.add([Count("open", clock.today(), amount=7), Count("received", clock.today(), amount=-1)])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE figures_monthly SET amount = amount + 1 WHERE measure = 'received'")
        months = cursor.rowcount
    with pytest.raises(BadInput):
        actions.correct_figures(reason="  ")
    assert not Check.objects.exists()
    assert queries.board(cast.viewer("何区长"), "year") != right

    check = actions.correct_figures(reason="磁盘坏过，从备份恢复后对不上")

    assert queries.board(cast.viewer("何区长"), "year") == right
    assert (check.drifted, check.stands) == (2 + months, False)
    assert verbs(check) == ["figure_check.made", "figure_check.corrected"]
    assert actions.check_figures().drifted == 0
    assert figures.compact() > 0
    assert actions.check_figures().drifted == 0
    assert queries.board(cast.viewer("何区长"), "year") == right


def test_the_auditor_is_told_until_it_is_put_right(story, cast, client):
    def read(path: str) -> str:
        return client.get(f"/desk/admin/audit/{path}").content.decode()

    client.force_login(cast.officers["周审"])
    page = read("figures/")
    assert "还没有核对过" in page

    figures.add([Count("open", clock.today(), amount=7)])
    wrong = actions.check_figures()
    audit = read("")
    assert "看板上有 1 个数字和明细对不上" in audit
    assert 'title="审计"' in audit
    page = read(f"figures/{wrong.pk}/")
    assert "在办诉求" in page
    assert "1 个对不上" in page

    actions.correct_figures(reason="补记")
    audit = read("")
    assert "对不上" not in audit
    page = read("figures/")
    assert "已改正" in page
    assert "事由：补记" in page


def test_a_dispatch_that_was_undone_is_not_counted(story, cast):
    """Joining a question in hand dispatches the newcomer; taking that back leaves no dispatch behind, and a later one counts."""
    wei = cast.viewer("韦晓梅")
    question = story.question(callers=2)
    story.dispatch(question)
    late = story.call("也停水")
    step = questions.join(case_ids=[late.pk], question=question, by=wei)
    late.refresh_from_db()
    assert late.dispatched_at is not None
    questions.undo(rearrangement=step, by=wei)
    late.refresh_from_db()
    assert late.dispatched_at is None
    assert actions.check_figures().drifts == []
    questions.join(case_ids=[late.pk], question=question, by=wei)
    assert actions.check_figures().drifts == []


SOURCE = Path(figures.__file__).resolve().parents[1]
COUNTERS = {"Count", "_both", "_per_unit"}
"""Functions whose first word is the code of a measure."""


def words(node: ast.AST) -> Iterator[str]:
    yield from (one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str))


def codes_written(tree: ast.Module) -> Iterator[str]:
    """Codes that a module counts: given to Count and its helpers, or gathered in ``measures`` and looped over as ``measure``."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Name(id=name) | ast.Attribute(attr=name), args=[ast.Constant(value=str(code)), _, *_]
            ):
                if name in COUNTERS:
                    yield code
            case ast.Call(func=ast.Attribute(value=ast.Name(id="measures"), attr="append"), args=[value]):
                yield from words(value)
            case ast.Assign(targets=[ast.Name(id="measures")], value=value):
                yield from words(value)
            case ast.For(target=ast.Name(id="measure"), iter=value):
                yield from words(value)
            case ast.comprehension(target=ast.Tuple(elts=[ast.Name(id="measure"), *_]), iter=ast.Tuple(elts=pairs)):
                yield from (code for pair in pairs for code in words(pair))


def test_every_measure_that_somebody_counts_is_counted_again(db):
    """A new measure lands with its row in ``reports.measures``, or the nightly check would be blind to it."""
    written: set[str] = set()
    for path in SOURCE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if "figures.add(" in text or "registered_counts" in text:
            written |= set(codes_written(ast.parse(text)))
    assert {
        "received",
        "open",
        "closed_late",
        "batons_due",
        "promises_open",
        "solved_partly",
        "diverted_late",
    } <= written
    assert written - {measure.code for measure in measures()} == set()
