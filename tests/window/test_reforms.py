"""From one case to a class of cases: who proposes, who decides, and that it ends with an item that asks less of people."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from tests.relay.stories import verbs
from tests.window.stories import causes, draft, item, many, matter, stuck
from tongti.outbox.models import Message
from tongti.shared.errors import BadInput, NotAllowed, NotVisible
from tongti.window import actions, queries
from tongti.window.actions import papers_of, steps_of
from tongti.window.errors import CandidateDecided, NothingBetter
from tongti.window.models import CandidateMatter, ReformCandidate


def proposed(cast, n=3, cause="twice") -> ReformCandidate:
    if not queries.names():
        item(cast)
    many(cast, n, cause)
    actions.propose_candidates()
    return ReformCandidate.objects.select_related("item__unit", "before", "unit").get(cause__code=cause)


def accepted(cast, **more) -> ReformCandidate:
    said = {"unit_id": cast.units["水利局"].pk, "change": "网上交过的房产证明窗口不再收"}
    return actions.accept(candidate=proposed(cast), by=cast.viewer("韦晓梅"), **said | more)


def test_enough_different_people_of_one_cause_make_a_candidate(cast, time_machine):
    time_machine.move_to("2026-03-13T10:00:00+08:00", tick=False)
    water = item(cast)
    made = many(cast, 2)
    assert actions.propose_candidates() == 0
    found = causes()
    again = stuck(cast, n=1)  # the second of them comes once more: no third person
    actions.find_cause(matter=matter(again), cause_id=found["twice"].pk, by=cast.viewer("韦晓梅"))
    assert actions.propose_candidates() == 0
    other = stuck(cast, n=7, first_tried_on=date(2026, 2, 9))
    actions.find_cause(matter=matter(other), cause_id=found["twice"].pk, by=cast.viewer("韦晓梅"))
    assert actions.propose_candidates() == 1
    row = ReformCandidate.objects.get()
    assert (row.item, row.cause.code, row.why, row.before.version) == (water, "twice", "many", 1)
    assert (row.matters, row.askers, row.trips) == (4, 3, 12)
    # 2026-02-09 to 03-13 is 19 working days (Spring Festival 02-15…02-23, 02-14 and 02-28 worked), nine of them promised
    assert row.days_lost == 11
    assert verbs(row) == ["reform.proposed"]
    assert actions.propose_candidates() == 0
    assert len(made) + 2 == CandidateMatter.objects.count()


def test_what_lies_with_the_applicant_is_no_reform(cast):
    item(cast)
    many(cast, 4, "applicant")
    assert actions.propose_candidates() == 0


def test_a_question_of_one_cause_is_a_class_whatever_its_number(cast, story):
    item(cast)
    made = many(cast, 2)
    question = story.question_of(made)
    actions.propose_candidates()
    row = ReformCandidate.objects.get()
    assert (row.why, row.question_id, row.matters) == ("question", question.pk, 2)


def test_later_matters_stand_behind_the_open_candidate(cast):
    row = proposed(cast)
    late = stuck(cast, n=8)
    actions.find_cause(matter=matter(late), cause_id=causes()["twice"].pk, by=cast.viewer("韦晓梅"))
    assert actions.propose_candidates() == 0
    row.refresh_from_db()
    assert (row.matters, row.askers) == (4, 4)


def test_a_matter_that_was_taken_for_another_cause_stands_behind_it_no_longer(cast):
    row = proposed(cast)
    one = CandidateMatter.objects.filter(candidate=row).order_by("pk")[0].matter
    actions.find_cause(matter=one, cause_id=None, by=cast.viewer("韦晓梅"))
    row.refresh_from_db()
    assert (row.matters, row.askers) == (2, 2)
    assert not CandidateMatter.objects.filter(candidate=row, matter=one).exists()


def test_a_refused_one_comes_back_only_with_as_many_more_people(cast):
    row = proposed(cast)
    with pytest.raises(BadInput):
        actions.refuse(candidate=row, reason=" ", by=cast.viewer("韦晓梅"))
    actions.refuse(candidate=row, reason="法律要求交原件", by=cast.viewer("韦晓梅"))
    assert actions.propose_candidates() == 0
    with pytest.raises(CandidateDecided):
        actions.refuse(candidate=row, reason="再来", by=cast.viewer("韦晓梅"))
    for n in (4, 5):
        actions.find_cause(matter=matter(stuck(cast, n=n)), cause_id=row.cause_id, by=cast.viewer("韦晓梅"))
    assert actions.propose_candidates() == 0
    actions.find_cause(matter=matter(stuck(cast, n=6)), cause_id=row.cause_id, by=cast.viewer("韦晓梅"))
    assert actions.propose_candidates() == 1
    assert ReformCandidate.objects.get(state="proposed").matters == 3


def test_two_candidates_of_one_change_become_one_and_stay_one(cast):
    first = proposed(cast)
    second = proposed(cast, cause="untold")
    with pytest.raises(BadInput):
        actions.merge(candidate=second, into=second, reason="x", by=cast.viewer("韦晓梅"))
    actions.merge(candidate=second, into=first, reason="一张清单就能解决两样", by=cast.viewer("韦晓梅"))
    first.refresh_from_db()
    assert (second.state, first.matters, first.askers) == ("merged", 6, 3)
    assert (verbs(second)[-1], verbs(first)[-1]) == ("reform.merged", "reform.absorbed")
    late = stuck(cast, n=9)
    actions.find_cause(matter=matter(late), cause_id=second.cause_id, by=cast.viewer("韦晓梅"))
    assert actions.propose_candidates() == 0
    first.refresh_from_db()
    assert first.matters == 7


def test_it_ends_with_a_version_that_asks_less_and_everybody_is_told_once(cast):
    row = accepted(cast, due_on=date.today() + timedelta(days=30))
    leader = cast.viewer("陆局长")
    with pytest.raises(NothingBetter):
        actions.finish(candidate=row, outcome="改好了", by=leader)
    more = draft(cast, papers=papers_of("申请表\n身份证明\n房产证明\n村委会证明"), valid_from=None)
    actions.publish_version(item=row.item, draft=more, by=leader)
    with pytest.raises(NothingBetter):
        actions.finish(candidate=row, outcome="改好了", by=leader)
    less = draft(
        cast, steps=steps_of("受理|窗口|1"), papers=papers_of("申请表"), promised_days=2, trips=1, valid_from=None
    )
    actions.publish_version(item=row.item, draft=less, by=leader)
    with pytest.raises(CandidateDecided):
        actions.tell_askers(candidate=row, by=leader)
    actions.finish(candidate=row, outcome="房产证明不用再带，窗口自己查", by=leader)
    assert (row.state, row.after.version) == ("done", 3)
    assert [r.change for r in queries.measures(row.before, row.after) if r.better] == [-2, -2, -1, -7, -1]
    assert actions.tell_askers(candidate=row, by=leader) == 3
    assert actions.tell_askers(candidate=row, by=leader) == 3
    told = Message.objects.filter(dedupe_key__startswith=f"reformed:{row.pk}:")
    assert told.count() == 3
    assert "房产证明不用再带" in told.first().body
    assert (row.told, verbs(row)[1:]) == (3, ["reform.accepted", "reform.done", "reform.told", "reform.told"])
    # the cause comes back after the reform: that is a new candidate, from the new version
    many(cast, 3)
    assert actions.propose_candidates() == 1
    assert ReformCandidate.objects.get(state="proposed").before_id == row.after_id


def test_who_decides_and_who_sees(cast):
    row = proposed(cast)
    for name in ("黄志强", "陆局长", "莫刚", "李小英"):
        with pytest.raises(NotAllowed):
            actions.accept(candidate=row, unit_id=cast.units["水利局"].pk, change="改", by=cast.viewer(name))
    for field, wrong in (
        ("unit", {"unit_id": None}),
        ("change", {"change": ""}),
        ("due_on", {"due_on": date(2020, 1, 1)}),
    ):
        said = {"unit_id": cast.units["水利局"].pk, "change": "改"} | wrong
        with pytest.raises(BadInput) as refused:
            actions.accept(candidate=row, by=cast.viewer("韦晓梅"), **said)
        assert refused.value.field == field
    assert queries.candidate_for(cast.viewer("黄志强"), row.pk).pk == row.pk
    for name in ("农志明", "周审", "赵工"):
        with pytest.raises(NotVisible):
            queries.candidate_for(cast.viewer(name), row.pk)
    assert queries.candidates(cast.viewer("农志明"), "proposed").rows == []
    assert queries.candidates_waiting(cast.viewer("韦晓梅")).count() == 1
    assert not queries.candidates_waiting(cast.viewer("何区长")).exists()


def test_lists_cost_the_same_whatever_their_length(cast, django_assert_num_queries):
    row = proposed(cast, 4)
    viewer = cast.viewer("韦晓梅")
    with django_assert_num_queries(1):
        assert len(queries.candidates(viewer, "proposed").rows) == 1
    with django_assert_num_queries(1):
        page = queries.grounds(viewer, row, size=2)
    assert page.next_cursor
    with django_assert_num_queries(2):
        queries.candidate_for(viewer, row.pk)


def test_the_database_keeps_one_open_candidate_for_a_cause(cast):
    row = proposed(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        ReformCandidate.objects.create(item=row.item, cause=row.cause, why="many", proposed_at=row.proposed_at)
    with pytest.raises(IntegrityError), transaction.atomic():
        ReformCandidate.objects.filter(pk=row.pk).update(state="done")
