"""What a clerk does to a case, and what the asker may do herself."""

import re
import uuid

import pytest

from tests.cases.conftest import WATER, verbs
from tongti.cases import actions, queries
from tongti.cases.errors import AlreadyDispatched, NotOpen
from tongti.parties.errors import IdentityHidden, NoReason
from tongti.parties.models import Reveal
from tongti.shared.actor import Asker
from tongti.shared.errors import BadInput, NotAllowed, NotVisible
from tongti.trail.models import Event


def test_answered_on_the_spot(registered, cast):
    case = registered()
    closed = actions.answer_on_the_spot(case=case, words="今晚十点恢复。", by=cast.viewer("李小英"))
    assert (closed.state, closed.closing) == ("closed", "on_the_spot")
    (told,) = queries.additions(case, for_asker=True)
    assert (told.words, told.who) == ("今晚十点恢复。", "李小英")
    assert verbs(case) == ["case.registered", "case.closed"]


def test_answering_needs_words_and_a_case_that_no_unit_has(registered, dispatched, cast):
    with pytest.raises(BadInput) as wrong:
        actions.answer_on_the_spot(case=registered(), words=" ", by=cast.viewer("李小英"))
    assert wrong.value.field == "answer"
    with pytest.raises(AlreadyDispatched):
        actions.answer_on_the_spot(case=dispatched(), words="好了", by=cast.viewer("李小英"))
    with pytest.raises(NotAllowed):
        actions.answer_on_the_spot(case=registered(), words="好了", by=cast.viewer("黄志强"))


def test_diverted_with_reason_and_words(registered, cast):
    case = registered()
    with pytest.raises(BadInput):
        actions.divert(case=case, reason_code="dislike", words="不管", by=cast.viewer("李小英"))
    with pytest.raises(BadInput):
        actions.divert(case=case, reason_code="beyond", words="", by=cast.viewer("李小英"))
    actions.divert(
        case=case, reason_code="beyond", words="这是业主之间的事，可以找调解委员会。", by=cast.viewer("李小英")
    )
    case.refresh_from_db()
    assert (case.state, case.closing) == ("closed", "diverted")
    event = Event.objects.get(verb="case.diverted", object_id=case.pk)
    assert event.facts == {"reason": "beyond"}
    assert len(queries.DIVERSIONS) == 6


def test_correcting_changes_the_filing_never_the_words(registered, cast):
    case = registered(title="停水")
    place = cast.regions["幸福社区"]
    fixed = actions.correct(
        case=case,
        category_id=cast.categories["供水"].pk,
        place_id=place.pk,
        kind="complaint",
        title="幸福路停水",
        by=cast.viewer("李小英"),
    )
    assert (fixed.category, fixed.place, fixed.kind, fixed.title, fixed.body) == (
        cast.categories["供水"],
        place,
        "complaint",
        "幸福路停水",
        WATER,
    )
    facts = Event.objects.get(verb="case.corrected").facts
    assert facts["kind"] == {"from": "help", "to": "complaint"}
    assert "幸福路" not in str(facts)
    assert queries.search(cast.viewer("李小英"), "幸福路停水").page.rows


def test_correcting_nothing_leaves_no_trace(registered, cast):
    case = registered()
    actions.correct(case=case, kind="help", by=cast.viewer("李小英"))
    assert verbs(case) == ["case.registered"]
    with pytest.raises(NotAllowed):
        actions.correct(case=case, kind="report", by=cast.viewer("黄志强"))


def test_the_asker_adds_once_per_key(registered):
    case = registered()
    key = uuid.uuid4()
    for _ in range(2):
        actions.add_words(case=case, key=key, words="今天又停了", by=Asker(case.pk))
    assert [a.words for a in queries.additions(case, for_asker=True)] == ["今天又停了"]
    with pytest.raises(NotVisible):
        actions.add_words(case=case, key=uuid.uuid4(), words="别人的", by=Asker(case.pk + 1))


def test_a_note_for_the_house_is_not_for_the_asker(registered, cast):
    case = registered()
    actions.add_words(case=case, key=uuid.uuid4(), words="已口头告知水利局", for_asker=False, by=cast.viewer("李小英"))
    assert queries.additions(case, for_asker=True) == []
    assert len(queries.additions(case)) == 1
    assert verbs(case)[-1] == "case.noted"


def test_withdrawn_by_the_asker_only_on_her_own_case(registered):
    case, other = registered(), registered()
    with pytest.raises(NotVisible):
        actions.withdraw(case=case, by=Asker(other.pk))
    actions.withdraw(case=case, by=Asker(case.pk))
    case.refresh_from_db()
    assert (case.state, case.closing) == ("withdrawn", "withdrawn")
    with pytest.raises(NotOpen):
        actions.withdraw(case=case, by=Asker(case.pk))


def test_an_identity_is_shown_for_a_reason_and_expires(registered, cast):
    clerk = cast.viewer("李小英")
    case = registered(phone="13800138000", asker_name="韦秀英")
    masked = queries.face_of(clerk, case)
    assert (masked.name, masked.phone, masked.masked) == ("韦**", "138****8000", True)
    with pytest.raises(NoReason):
        actions.reveal_asker(case=case, reason="看", by=clerk)
    actions.reveal_asker(case=case, reason="回电核实地址", by=clerk)
    shown = queries.face_of(clerk, case)
    assert (shown.name, shown.phone) == ("韦秀英", "13800138000")
    assert queries.face_of(cast.viewer("覃红"), case).masked
    assert verbs(case)[-1] == "case.asker_revealed"
    assert "party.revealed" in verbs(case.party)
    Reveal.objects.update(expires_at=case.registered_at)
    assert queries.face_of(clerk, case).masked


def test_who_asked_to_be_hidden_is_hidden_from_the_handling_unit(dispatched, cast):
    handler = cast.viewer("黄志强")
    open_, hidden = (
        dispatched(phone="13800138000", asker_name="韦秀英"),
        dispatched(phone="13800138001", asker_name="黄某", hide_identity=True),
    )
    assert queries.face_of(handler, open_).name == "韦**"
    assert queries.face_of(handler, hidden).name == "要求隐名"
    assert queries.face_of(handler, hidden).phone == ""
    assert queries.face_of(cast.viewer("李小英"), hidden).name == "黄*"
    with pytest.raises(IdentityHidden):
        actions.reveal_asker(case=hidden, reason="上门核实", by=handler)
    actions.reveal_asker(case=open_, reason="上门核实", by=handler)
    assert queries.face_of(handler, open_).name == "韦秀英"


def test_a_unit_that_does_not_hold_the_case_sees_no_identity(dispatched, cast):
    case = dispatched(phone="13800138000", asker_name="韦秀英")
    with pytest.raises(NotAllowed):
        actions.reveal_asker(case=case, reason="上门核实", by=cast.viewer("陆斌"))


def test_history_is_told_in_words(dispatched, cast):
    case = dispatched()
    steps = queries.history(case)
    assert [step.words for step in steps] == ["派单", "登记诉求"]
    assert steps[0].who == "热线办 韦晓梅"
    assert "水利局" in steps[0].detail


def test_whoever_only_reads_writes_nothing_on_a_case(dispatched, cast):
    """补充和备注 is for those who work on the case: the leader reads it, 农志明 of another bureau not even that."""
    case = dispatched()
    for who in ("何区长", "农志明", "赵工"):
        assert not queries.may_note(cast.viewer(who), case)
        with pytest.raises(NotAllowed):
            actions.add_words(case=case, key=uuid.uuid4(), words="多派人手", by=cast.viewer(who))
    for n, who in enumerate(("李小英", "黄志强", "陆局长", "陆斌", "覃红", "莫刚"), start=1):
        assert queries.may_note(cast.viewer(who), case)
        actions.add_words(case=case, key=uuid.uuid4(), words=f"第 {n} 次", for_asker=False, by=cast.viewer(who))
    assert [a.who for a in queries.additions(case)] == ["李小英", "黄志强", "陆局长", "陆斌", "覃红", "莫刚"]
    assert verbs(case).count("case.noted") == 6


def test_marks_alone_are_no_addition(registered, cast):
    case = registered()
    with pytest.raises(BadInput, match="看不出"):
        actions.add_words(case=case, key=uuid.uuid4(), words="？？", by=Asker(case.pk))
    with pytest.raises(BadInput, match="看不出"):
        registered(body="……！！")


def test_the_steps_of_a_case_that_stands_alone_are_told_in_words(story):
    """经过: what its batons went through, with the units, and never a code."""
    case = story.call()
    story.dispatch(case=case)
    story.accept("水利局", "黄志强")
    steps = queries.history(case)
    assert [s.words for s in steps] == ["签收接力棒", "派单", "接力棒派出", "登记诉求"]
    assert "水利局" in steps[0].detail
    assert {"住建局", "临江镇"} <= set(re.split("[、，]", steps[2].detail))
