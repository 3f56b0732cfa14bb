"""韦晓梅 joins, splits, moves and merges; whatever she does can be undone and nothing is lost."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cast import Cast
from tests.questions.conftest import Register
from tongti.cases.models import Case
from tongti.figures.queries import by_day
from tongti.questions import actions, queries
from tongti.questions.errors import (
    AlreadyJoined,
    BatonOpen,
    CannotUndo,
    CaseWithdrawn,
    MustRecall,
    NotAMember,
    NothingChosen,
    QuestionOver,
    SameQuestion,
)
from tongti.questions.models import Membership, Question, Rearrangement
from tongti.shared import clock
from tongti.shared.errors import BadInput, DomainError, NotAllowed
from tongti.trail import queries as trail


def world(question_ids: list[int], case_ids: list[int]) -> dict[str, object]:
    """Everything that undo must bring back."""
    return {
        "questions": list(
            Question.objects.filter(pk__in=question_ids)
            .order_by("pk")
            .values_list(
                "pk", "state", "case_count", "asker_count", "enterprise_count", "proposed_count", "first_received_at"
            )
        ),
        "cases": list(
            Case.objects.filter(pk__in=case_ids)
            .order_by("pk")
            .values_list("pk", "number", "state", "holder_id", "units", "due_on", "dispatched_at", "body", "party_id")
        ),
        "active": sorted(Membership.objects.filter(state="active").values_list("case_id", "question_id")),
        "proposed": sorted(Membership.objects.filter(state="proposed").values_list("case_id", "question_id")),
    }


def assert_counts_hold() -> None:
    """Every stored count equals a recount, figures equal askers, and no case is in two questions."""
    for question in Question.objects.all():
        rows = list(question.memberships.filter(state="active").select_related("case"))
        askers = {(row.case.party_id or f"case {row.case_id}") for row in rows}
        firms = {row.case.party_id for row in rows if row.case.party_kind == "enterprise"}
        assert question.case_count == len(rows)
        assert question.asker_count == len(askers)
        assert question.enterprise_count == len(firms)
        assert question.proposed_count == question.memberships.filter(state="proposed").count()
        told = by_day(
            "question_askers", since=clock.today().replace(year=2020), until=clock.today(), subject_id=question.pk
        )
        assert sum(told.values()) == len(askers)
        if rows:
            assert question.first_received_at == min(row.case.received_at for row in rows)
            assert question.last_received_at == max(row.case.received_at for row in rows)
    open_now = Question.objects.filter(state__in=["set_up", "handling", "answered"]).count()
    figure = by_day("questions_open", since=clock.today().replace(year=2020), until=clock.today())
    assert sum(figure.values()) == open_now


def dispatch(question: Question, cast: Cast) -> None:
    actions.start_handling(
        question=question,
        lead_id=cast.units["水利局"].pk,
        unit_ids=[cast.units["自来水公司"].pk],
        due_on=clock.today(),
        by=cast.viewer("韦晓梅"),
    )
    question.refresh_from_db()


@pytest.fixture
def question(cast: Cast, water: list[Case]) -> Question:
    """One question of three cases, waiting for dispatch."""
    return actions.make(title="幸福路晚上停水", case_ids=[c.pk for c in water], by=cast.viewer("韦晓梅"))


def test_joined_cases_keep_number_words_and_clock(cast: Cast, water: list[Case], question: Question) -> None:
    after = Case.objects.in_bulk([c.pk for c in water])
    for case in water:
        assert after[case.pk].number == case.number
        assert after[case.pk].body == case.body
        assert after[case.pk].holder_id == case.holder_id
        assert after[case.pk].state == "registered"
    assert (question.case_count, question.asker_count) == (3, 3)
    assert [e.verb for e in trail.of(water[0])][:1] == ["case.joined"]
    assert_counts_hold()


def test_one_person_asking_twice_is_one_asker(cast: Cast, register_case: Register, question: Question) -> None:
    again = register_case("还是停水", "今天又停了", phone="13800000000")
    actions.join(case_ids=[again.pk], question=question, by=cast.viewer("韦晓梅"))
    question.refresh_from_db()
    assert (question.case_count, question.asker_count) == (4, 3)
    assert_counts_hold()


def test_a_clerk_may_not_join(cast: Cast, register_case: Register, question: Question) -> None:
    case = register_case("路灯", "路灯不亮")
    with pytest.raises(NotAllowed):
        actions.join(case_ids=[case.pk], question=question, by=cast.viewer("李小英"))
    actions.join(case_ids=[case.pk], question=question, by=cast.viewer("韦晓梅"))


def test_a_case_is_in_one_question_at_a_time(cast: Cast, water: list[Case], question: Question) -> None:
    wei = cast.viewer("韦晓梅")
    with pytest.raises(AlreadyJoined):
        actions.make(title="另一题", case_ids=[water[0].pk], by=wei)
    with pytest.raises(NothingChosen):
        actions.join(case_ids=[], question=question, by=wei)
    with pytest.raises(SameQuestion):
        actions.move(case_ids=[water[0].pk], to_question=question, reason="看错了", by=wei)


def test_withdrawn_and_singly_handled_cases_do_not_join(
    cast: Cast, register_case: Register, question: Question
) -> None:
    wei = cast.viewer("韦晓梅")
    gone, held = register_case("撤回的", "不用了"), register_case("单办的", "已经派出去了")
    Case.objects.filter(pk=gone.pk).update(state="withdrawn", closed_at=clock.now())
    Case.objects.filter(pk=held.pk).update(state="handling")
    with pytest.raises(CaseWithdrawn):
        actions.join(case_ids=[gone.pk], question=question, by=wei)
    with pytest.raises(BatonOpen) as told:
        actions.join(case_ids=[held.pk], question=question, by=wei)
    assert held.number in told.value.sentence
    assert "改派收回" in told.value.sentence


def test_joining_a_question_in_hand_takes_the_case_along(
    cast: Cast, register_case: Register, question: Question
) -> None:
    wei = cast.viewer("韦晓梅")
    dispatch(question, cast)
    late = register_case("幸福路还在停水", "幸福路今晚又停水")
    step = actions.join(case_ids=[late.pk], question=question, by=wei)
    late.refresh_from_db()
    assert (late.state, late.holder_id) == ("handling", cast.units["水利局"].pk)
    assert cast.units["自来水公司"].pk in late.units
    assert late.due_on is not None
    actions.undo(rearrangement=step, by=wei)
    late.refresh_from_db()
    assert (late.state, late.holder_id, late.due_on) == ("registered", cast.units["热线办"].pk, None)
    assert late.units == [cast.units["热线办"].pk]
    assert_counts_hold()


def test_leaving_a_question_in_hand_returns_to_the_desk(cast: Cast, water: list[Case], question: Question) -> None:
    dispatch(question, cast)
    due = Case.objects.get(pk=water[0].pk).due_on
    actions.remove(case_ids=[water[0].pk], question=question, reason="是另一处", by=cast.viewer("韦晓梅"))
    case = Case.objects.get(pk=water[0].pk)
    assert (case.state, case.holder_id) == ("registered", cast.units["热线办"].pk)
    assert case.due_on == due  # its clock goes on
    assert trail.of(case)[0].verb == "case.left_question"
    assert_counts_hold()


def test_split_merge_and_drop_are_undone_exactly(cast: Cast, water: list[Case], question: Question) -> None:
    wei, ids = cast.viewer("韦晓梅"), [c.pk for c in water]
    before = world([question.pk], ids)
    part = actions.split(question=question, case_ids=ids[:1], title="六楼水压不足", reason="原因不同", by=wei)
    assert (part.state, part.case_count) == ("set_up", 1)
    split_step = part.rearrangements.get()
    merged = actions.merge(question=part, into=question, reason="还是一回事", by=wei)
    part.refresh_from_db()
    assert (part.state, part.merged_into_id) == ("dropped", question.pk)
    with pytest.raises(QuestionOver):
        actions.join(case_ids=[], question=part, by=wei) if False else actions.move(
            case_ids=ids[:1], to_question=part, reason="试", by=wei
        )
    with pytest.raises(CannotUndo, match="后来又动过"):
        actions.undo(rearrangement=split_step, by=wei)
    actions.undo(rearrangement=merged, by=wei)
    actions.undo(rearrangement=split_step, by=wei)
    assert world([question.pk], ids) == before
    dropped = actions.drop(question=question, reason="查无此事", by=wei)
    assert Membership.objects.filter(state="active").count() == 0
    actions.undo(rearrangement=dropped, by=wei)
    assert world([question.pk], ids) == before
    with pytest.raises(CannotUndo, match="已经撤销"):
        actions.undo(rearrangement=dropped, by=wei)
    assert_counts_hold()
    assert trail.verify().holds


def test_a_question_in_hand_is_not_merged_away(cast: Cast, register_case: Register, question: Question) -> None:
    wei = cast.viewer("韦晓梅")
    other = actions.make(title="路灯", case_ids=[register_case("路灯", "路灯不亮").pk], by=wei)
    dispatch(question, cast)
    with pytest.raises(MustRecall):
        actions.merge(question=question, into=other, reason="一样", by=wei)
    with pytest.raises(MustRecall):
        actions.drop(question=question, reason="不办", by=wei)
    actions.merge(question=other, into=question, reason="一样", by=wei)
    assert_counts_hold()


def test_undo_is_refused_after_thirty_days_and_after_an_answer(
    cast: Cast, water: list[Case], question: Question
) -> None:
    wei = cast.viewer("韦晓梅")
    step = actions.remove(case_ids=[water[0].pk], question=question, reason="不同", by=wei)
    Rearrangement.objects.filter(pk=step.pk).update(at=clock.now() - clock.timezone.timedelta(days=31))
    with pytest.raises(CannotUndo, match="30 天"):
        actions.undo(rearrangement=step, by=wei)
    back = actions.join(case_ids=[water[0].pk], question=question, by=wei)
    Case.objects.filter(pk=water[0].pk).update(state="answered")
    with pytest.raises(CannotUndo, match="已经答复"):
        actions.undo(rearrangement=back, by=wei)


def test_reasons_and_titles_are_asked_for(cast: Cast, water: list[Case], question: Question) -> None:
    wei = cast.viewer("韦晓梅")
    with pytest.raises(BadInput) as missing:
        actions.remove(case_ids=[water[0].pk], question=question, reason=" ", by=wei)
    assert missing.value.field == "reason"
    with pytest.raises(BadInput) as long:
        actions.split(question=question, case_ids=[water[0].pk], title="题" * 81, reason="原因不同", by=wei)
    assert long.value.field == "title"
    with pytest.raises(NotAMember):
        actions.remove(case_ids=[999_999], question=question, reason="没有", by=wei)


def test_numbers_have_no_gaps_even_when_a_step_fails(cast: Cast, register_case: Register, water: list[Case]) -> None:
    wei = cast.viewer("韦晓梅")
    one = actions.make(title="甲", case_ids=[water[0].pk], by=wei)
    with pytest.raises(AlreadyJoined):
        actions.make(title="乙", case_ids=[water[0].pk], by=wei)
    two = actions.make(title="丙", case_ids=[water[1].pk], by=wei)
    year = clock.today().year
    assert (one.number, two.number) == (f"TT-{year}-0001", f"TT-{year}-0002")


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["join", "move", "split", "merge", "remove", "drop", "dispatch", "undo"]),
        st.integers(0, 5),
        st.integers(0, 5),
        st.sets(st.integers(0, 5), min_size=1, max_size=3),
    ),
    min_size=3,
    max_size=14,
)


@pytest.mark.slow
@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_is_done_and_undone_nothing_is_lost(cast: Cast, register_case: Register, steps: list) -> None:
    """Random steps: no case lost, one question at most for each, counts equal a recount, and undoing all brings the start."""
    from django.db import transaction

    wei = cast.viewer("韦晓梅")
    point = transaction.savepoint()
    try:
        cases = [
            register_case(
                f"诉求{n}", f"第 {n} 件", phone=f"1380000000{n % 4}", asker_kind="enterprise" if n == 5 else "person"
            )
            for n in range(6)
        ]
        ids = [c.pk for c in cases]
        words = {c.pk: (c.number, c.body, c.party_id, c.received_at) for c in cases}
        start = world([], ids)
        for verb, a, b, chosen in steps:
            _try(verb, a, b, [ids[n] for n in sorted(chosen)], cast, wei)
            after = Case.objects.in_bulk(ids)
            assert {pk: (c.number, c.body, c.party_id, c.received_at) for pk, c in after.items()} == words
            assert all(c.holder_id for c in after.values())
            assert_counts_hold()
        _undo_all(wei)
        assert_counts_hold()
        if not Question.objects.exclude(lead=None).exists():
            assert world([], ids) == start
        assert trail.verify().holds
    finally:
        transaction.savepoint_rollback(point)


def _try(verb: str, a: int, b: int, chosen: list[int], cast: Cast, wei: object) -> None:
    from django.db import transaction

    questions = list(Question.objects.order_by("pk"))
    if not questions and verb != "split":
        verb = "make"
    one = questions[a % len(questions)] if questions else None
    other = questions[b % len(questions)] if questions else None
    doing = {
        "make": lambda: actions.make(title="新题", case_ids=chosen, by=wei),
        "join": lambda: actions.join(case_ids=chosen, question=one, by=wei),
        "move": lambda: actions.move(case_ids=chosen, to_question=one, reason="试", by=wei),
        "split": lambda: (
            actions.split(question=one, case_ids=chosen, title="拆出", reason="试", by=wei)
            if one
            else actions.make(title="新题", case_ids=chosen, by=wei)
        ),
        "merge": lambda: actions.merge(question=one, into=other, reason="试", by=wei),
        "remove": lambda: actions.remove(case_ids=chosen, question=one, reason="试", by=wei),
        "drop": lambda: actions.drop(question=one, reason="试", by=wei),
        "dispatch": lambda: dispatch(one, cast),
        "undo": lambda: actions.undo(
            rearrangement=Rearrangement.objects.filter(undone_at=None).order_by("-pk")[b % 2 : b % 2 + 1].get(), by=wei
        ),
    }[verb]
    try:
        with transaction.atomic():
            doing()
    except (DomainError, Rearrangement.DoesNotExist):
        pass  # refused with a sentence: nothing may have changed, which the caller checks


def _undo_all(wei: object) -> None:
    from django.db import transaction

    for step in Rearrangement.objects.filter(undone_at=None).order_by("-pk"):
        try:
            with transaction.atomic():
                actions.undo(rearrangement=step, by=wei)
        except CannotUndo:
            return  # a dispatched question keeps what was set up


def test_queries_show_members_to_those_who_take_part(cast: Cast, water: list[Case], question: Question) -> None:
    from tongti.shared.errors import NotVisible

    with pytest.raises(NotVisible):
        queries.question_for(cast.viewer("黄志强"), question.pk)
    dispatch(question, cast)
    assert queries.question_for(cast.viewer("黄志强"), question.number).pk == question.pk
    with pytest.raises(NotVisible):
        queries.question_for(cast.viewer("农志明"), question.pk)
    page = queries.members(cast.viewer("黄志强"), question)
    rows = queries.dress(cast.viewer("黄志强"), page.rows)
    assert len(rows) == 3
    assert all(row.face is not None and row.face.masked for row in rows)
