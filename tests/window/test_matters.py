"""The window's register: what was said becomes a row beside the case; clocks of its own; the asker is spoken to before she is answered."""

from datetime import date, timedelta

import pytest

from tests.relay.stories import deferred, verbs
from tests.window.stories import SAID, causes, intake, item, matter, stuck
from tongti.cases.models import Case
from tongti.deadlines.actions import load_samples
from tongti.relay import actions as relay
from tongti.relay.models import Baton
from tongti.shared import clock
from tongti.shared.actor import SYSTEM, Asker
from tongti.shared.errors import BadInput, NotAllowed, Raced
from tongti.window import actions, queries
from tongti.window.actions import MatterDraft
from tongti.window.models import WindowMatter


def test_the_register_knows_item_version_step_and_paper(cast):
    water = item(cast)
    row = matter(stuck(cast, first_tried_on=date(2026, 2, 2), told_once="no"))
    assert (row.item, row.version, row.picked_by) == (water, water.versions.get(), "officer")
    assert (row.step.name, row.paper.name, row.trips) == ("受理", "房产证明", 3)
    assert verbs(row) == ["window_matter.recorded"]
    own = matter(stuck(cast, n=1, item_words="给水开户", step_words="交钱", paper_words="村里盖章"))
    assert (own.item, own.version, own.step, own.paper, own.picked_by) == (None, None, None, None, "")
    assert (own.step_words, own.paper_words) == ("交钱", "村里盖章")


def test_an_asker_picks_it_herself_and_sending_twice_is_one_case(cast):
    item(cast)
    sent = intake(cast)
    for _ in range(2):
        actions.register(intake=sent, matter=MatterDraft(item_words="用水报装"), by=Asker(None))
    assert Case.objects.count() == WindowMatter.objects.count() == 1
    assert WindowMatter.objects.get().picked_by == "asker"


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("item_words", ""),
        ("trips", 100),
        ("first_tried_on", date(2999, 1, 1)),
        ("first_tried_on", date(1949, 10, 1)),
        ("told_once", "maybe"),
        ("office", "窗" * 81),
    ],
)
def test_what_is_wrong_enters_nothing(cast, field, typed):
    with pytest.raises(BadInput) as wrong:
        stuck(cast, **{field: typed})
    assert wrong.value.field == field
    assert not Case.objects.exists()


def test_a_wrong_guess_is_mended_and_two_people_do_not_overwrite_each_other(cast):
    item(cast)
    other = item(cast, code="SB-001", name="社保卡补办")
    row = matter(stuck(cast, item_words="办水卡"))
    by = cast.viewer("韦晓梅")
    changed = actions.change_matter(
        matter=row, draft=MatterDraft(item_words="办水卡", item_id=other.pk, trips=3), revision=1, by=by
    )
    assert {"item_id", "version_id", "picked_by", "office"} <= set(changed)
    assert (row.item, row.picked_by, row.revision) == (other, "officer", 2)
    with pytest.raises(Raced):
        actions.change_matter(matter=row, draft=MatterDraft(item_words="x"), revision=1, by=by)
    with pytest.raises(NotAllowed):
        actions.change_matter(matter=row, draft=MatterDraft(item_words="x"), revision=2, by=cast.viewer("农志明"))
    assert verbs(row) == ["window_matter.recorded", "window_matter.changed"]


def test_a_case_that_came_without_its_row_gets_one(cast, story):
    case = story.call(SAID, channel="stuck")
    row = actions.record_matter(case=case, matter=MatterDraft(item_words="用水报装"), by=cast.viewer("李小英"))
    assert row.case_id == case.pk
    with pytest.raises(Raced):
        actions.record_matter(case=case, matter=MatterDraft(item_words="用水报装"), by=cast.viewer("李小英"))
    with pytest.raises(BadInput):
        actions.record_matter(case=story.call(), matter=MatterDraft(item_words="x"), by=cast.viewer("李小英"))


def test_a_cause_is_found_by_a_person_and_taken_back(cast):
    found, row, by = causes(), matter(stuck(cast)), cast.viewer("韦晓梅")
    actions.find_cause(matter=row, cause_id=found["twice"].pk, note="网上交过", by=by)
    assert (row.cause.name, row.cause_by_id) == ("重复提交材料", by.officer_id)
    assert deferred("propose_reforms") == [{}]
    actions.find_cause(matter=row, cause_id=found["applicant"].pk, by=by)
    assert len(deferred("propose_reforms")) == 1
    actions.find_cause(matter=row, cause_id=None, by=by)
    assert (row.cause, row.cause_by) == (None, None)
    with pytest.raises(BadInput):
        actions.find_cause(matter=row, cause_id=999_999, by=by)
    assert verbs(row)[1:] == ["window_matter.cause_found"] * 3


def dispatched(story, case) -> Baton:
    load_samples(by=SYSTEM)
    relay.dispatch(
        case=case, lead_id=story.cast.units["水利局"].pk, lead_task="办结并答复", reason="事项归水利局", by=story.cast.viewer("韦晓梅")
    )  # fmt: skip
    return story.accept("水利局", "黄志强")


def waiting(case, round_) -> list[str]:
    return queries.uncontacted(Case.objects.filter(pk=case.pk), round_)


def test_its_own_clocks_run_from_dispatch(cast, story, time_machine):
    time_machine.move_to("2026-03-10T09:00:00+08:00", tick=False)
    case = stuck(cast)
    baton = dispatched(story, case)
    assert baton.regime_version.startswith("stuck/")
    assert (baton.due_on, baton.contact_due_at.date()) == (date(2026, 3, 17), date(2026, 3, 11))


def test_contacts_are_due_soon_then_late_then_done(cast, story, time_machine):
    time_machine.move_to("2026-03-10T09:00:00+08:00", tick=False)
    case = stuck(cast)
    baton = dispatched(story, case)
    holder, supervisor, stranger = (cast.viewer(name) for name in ("黄志强", "莫刚", "农志明"))
    for viewer in (holder, supervisor):
        assert [row.pk for row in queries.contacts_due(viewer, "soon").rows] == [case.pk]
        assert queries.contact_counts(viewer) == {"late": 0, "soon": 1, "waiting": 1, "unfinished": 0}
    assert queries.contact_counts(stranger) == dict.fromkeys(("late", "soon", "waiting", "unfinished"), 0)
    assert queries.contact_clock(case).state == "waiting"
    time_machine.move_to("2026-03-12T09:00:00+08:00", tick=False)
    assert queries.contact_counts(supervisor)["late"] == 1
    assert queries.contact_clock(case).state == "late"
    assert waiting(case, baton.round) == [case.number]
    relay.record_contact(case=case, baton=baton, way="电话", result="no_answer", by=holder)
    assert waiting(case, baton.round) == [case.number]
    relay.record_contact(case=case, baton=baton, way="电话", result="reached", by=holder)
    assert waiting(case, baton.round) == []
    assert queries.contact_clock(case).state == "late_done"
    assert queries.contact_counts(supervisor)["late"] == 0
    time_machine.move_to("2026-03-16T09:00:00+08:00", tick=False)
    assert [row.pk for row in queries.contacts_due(holder, "unfinished").rows] == [case.pk]


def test_a_question_brings_the_clock_of_its_lead(cast, story, django_assert_num_queries):
    made = [stuck(cast, n=n) for n in range(2)]
    story.dispatch(question=story.question_of([*made, story.call()]))
    supervisor = cast.viewer("莫刚")
    with django_assert_num_queries(1):
        page = queries.contacts_due(supervisor, "waiting", size=1)
    assert page.next_cursor
    assert {row.pk for row in queries.contacts_due(supervisor, "waiting").rows} == {case.pk for case in made}
    assert page.rows[0].lead_id == story.baton("水利局").pk


def test_whoever_left_no_way_to_be_reached_is_not_waited_for(cast, story):
    nobody = stuck(cast, case={"asker_name": "", "phone": "", "reply_wanted": False})
    dispatched(story, nobody)
    assert waiting(nobody, 1) == waiting(story.call(), 1) == []
    assert queries.contact_clock(nobody).state == "none"


def test_the_register_is_a_list_with_tabs(cast, django_assert_num_queries):
    water, found = item(cast), causes()
    first, second = stuck(cast), stuck(cast, n=1, item_words="别的事")
    by = cast.viewer("韦晓梅")
    actions.find_cause(matter=matter(first), cause_id=found["twice"].pk, by=by)
    with django_assert_num_queries(1):
        page = queries.matters(by, queries.MatterFilters(tab="all"), size=1)
    assert [row.case_id for row in page.rows] == [second.pk]
    assert [row.case_id for row in queries.matters(by, queries.MatterFilters(tab="all"), page.next_cursor).rows] == [
        first.pk
    ]
    assert [row.case_id for row in queries.matters(by, queries.MatterFilters(tab="unsorted")).rows] == [second.pk]
    assert [row.case_id for row in queries.matters(by, queries.MatterFilters(item_id=water.pk)).rows] == [first.pk]
    assert queries.matters(cast.viewer("农志明"), queries.MatterFilters()).rows == []
    assert queries.unsorted(by).count() == 1
    assert clock.now() - matter(first).entered_at < timedelta(minutes=5)
