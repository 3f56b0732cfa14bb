"""A case is left out of a rate only by two hands of two units, with a reason that the formula allows, and it shows."""

import pytest

from tests.formulas.conftest import approve, ask
from tests.relay.stories import verbs
from tongti.formulas import actions, queries
from tongti.formulas.errors import AlreadyAsked, Decided, OwnWork, SameHand
from tongti.formulas.models import Exclusion
from tongti.outbox.models import Notice
from tongti.shared.errors import BadInput, NotAllowed, NotVisible
from tongti.units.models import Post


def test_asked_decided_and_taken_back_are_three_hands_on_two_chains(story):
    case = story.cases[2]
    row = ask(story, case)
    approve(story, row)
    actions.withdraw_exclusion(exclusion=row, reason="核实不是重复", by=story.cast.viewer("莫刚"))
    assert verbs(row) == ["exclusion.asked", "exclusion.approved", "exclusion.withdrawn"]
    assert verbs(case)[-3:] == ["case.exclusion_asked", "case.exclusion_approved", "case.exclusion_withdrawn"]
    told = Notice.objects.get(officer=story.cast.officers["李小英"], about_id=row.pk)
    assert told.subject.startswith("您申请的剔除：同意剔除")


def test_nobody_decides_what_her_own_unit_asked_or_worked_on(story):
    row = ask(story, story.cases[2])
    story.cast.posts.append(_seat(story, "覃红", "热线办"))
    story.cast.posts.append(_seat(story, "覃丽", "住建局"))
    with pytest.raises(SameHand):
        approve(story, row, "覃红")
    with pytest.raises(NotAllowed):
        approve(story, row, "韦晓梅")
    theirs = ask(story, story.cases[1], who="莫刚")
    with pytest.raises(SameHand):
        approve(story, theirs, "莫刚")
    story.cases[1].refresh_from_db()
    Exclusion.objects.filter(pk=theirs.pk).update(asked_unit_id=story.cast.units["督查室"].pk)
    _seat(story, "梁工", "水利局")
    with pytest.raises(OwnWork):
        approve(story, theirs, "梁工")
    assert approve(story, theirs, "覃丽").state == "approved"


def _seat(story, name: str, unit: str) -> Post:
    return Post.objects.create(
        officer=story.cast.officers[name], unit=story.cast.units[unit], role="supervisor", since="2020-01-01"
    )


def test_a_refusal_needs_words_and_ends_it(story):
    row = ask(story, story.cases[2])
    with pytest.raises(BadInput):
        approve(story, row, approve=False)
    approve(story, row, approve=False, note="两件说的不是一处")
    with pytest.raises(Decided):
        approve(story, row)
    with pytest.raises(Decided):
        actions.withdraw_exclusion(exclusion=row, reason="算了", by=story.cast.viewer("李小英"))
    assert ask(story, story.cases[2]).state == "asked"  # with better evidence she may ask again


def test_whoever_asked_may_take_it_back_before_it_is_decided(story):
    row = ask(story, story.cases[2])
    with pytest.raises(NotAllowed):
        actions.withdraw_exclusion(exclusion=row, reason="算了", by=story.cast.viewer("韦晓梅"))
    assert actions.withdraw_exclusion(exclusion=row, reason="算了", by=story.cast.viewer("李小英")).state == "withdrawn"


@pytest.mark.parametrize(
    ("codes", "said", "field"),
    [
        ((), {"reason": "whim"}, "reason"),
        (("nobody",), {}, "codes"),
        (("assigned",), {}, "reason"),
        (("responded",), {"reason": "promised"}, "reason"),
        ((), {"evidence": "  "}, "evidence"),
        ((), {"evidence": "打 13800001234 问过"}, "evidence"),
    ],
)
def test_what_the_formula_does_not_allow_is_refused(story, codes, said, field):
    with pytest.raises(BadInput) as refused:
        ask(story, story.cases[2], *codes, **said)
    assert refused.value.field == field
    assert not Exclusion.objects.exists()


def test_one_case_is_asked_for_once_a_rate(story):
    ask(story, story.cases[2], "solved")
    with pytest.raises(AlreadyAsked, match="解决率"):
        ask(story, story.cases[2], "solved", "satisfied")
    assert ask(story, story.cases[2], "satisfied").formulas == ["satisfied"]


def test_a_stranger_neither_asks_nor_sees(story):
    row = ask(story, story.cases[2])
    stranger = story.cast.viewer("农志明")
    with pytest.raises(NotAllowed):
        ask(story, story.cases[2], "responded", who="农志明")
    with pytest.raises(NotVisible):
        queries.exclusion_for(stranger, row.pk)
    assert queries.ledger(stranger).rows == []
    assert queries.ledger(story.cast.viewer("黄志强")).rows == [row]
    assert list(queries.exclusions(story.cast.viewer("莫刚"))) == [row]
    assert len(queries.exclusions_waiting(story.cast.viewer("莫刚"))) == 1
