"""A visit arrives once, whole, and never over somebody else's words."""

import threading
import uuid
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from tests.relay.stories import verbs
from tongti.cases.models import Case
from tongti.parties.models import KeyFigure
from tongti.shared.errors import BadInput, NotAllowed, NotVisible
from tongti.visits import actions
from tongti.visits.actions import FigureDraft, StepDraft
from tongti.visits.errors import Changed, NotPlanned
from tongti.visits.merging import shown
from tongti.visits.models import Delivery, Finding, Visit


def test_a_visit_without_signal_arrives_hours_later_with_its_findings(outing, on_friday):
    draft = outing.sent(
        figures=(FigureDraft("staff", "2026 年 2 月", Decimal(120)),),
        findings=(outing.found(), outing.found("招不到熟练工", at_once=False)),
        next_visit_on=date(2026, 3, 20),
    )
    on_friday.shift(timedelta(hours=9))
    visit = outing.save(draft)
    assert (visit.state, visit.version, visit.officer_id) == ("done", 1, outing.cast.officers["谭小勇"].pk)
    assert visit.team == outing.teams["谭小勇"]
    assert verbs(visit) == ["visit.begun", "visit.saved", "visit.case_raised"]
    assert [f.get_kind_display() for f in visit.figures.all()] == ["用工（人）"]
    one, other = Finding.objects.order_by("pk")
    assert one.case is not None
    assert other.case is None


def test_what_the_firm_said_goes_into_its_file_where_the_register_can_take_it(outing):
    figures = (
        FigureDraft("staff", "2026 年 1 月", Decimal(120)),
        FigureDraft("orders", "今年以来", Decimal(800)),
        FigureDraft("arrears", "2025", Decimal("36.5")),
    )
    visit = outing.save(outing.sent(figures=figures))
    rows = KeyFigure.objects.order_by("measure").values_list("measure", "span", "value", "source")
    assert list(rows) == [("arrears", "year", Decimal("36.5"), "visit"), ("staff", "month", Decimal(120), "visit")]
    assert visit.figures.count() == 3
    # sent again with one figure changed, only that one is corrected
    changed = (FigureDraft("staff", "2026 年 1 月", Decimal(118)), *figures[1:])
    outing.save(outing.sent(visit, figures=changed))
    assert KeyFigure.objects.filter(current=True).count() == 2
    assert KeyFigure.objects.get(measure="staff", current=True).replaces.value == 120


def test_sent_twice_it_is_one_visit_and_one_case(outing):
    draft = outing.sent(findings=(outing.found(), outing.found("招不到熟练工")))
    first = actions.save_visit(draft=draft, by=outing.viewer("谭小勇"))
    second = actions.save_visit(draft=draft, by=outing.viewer("谭小勇"))
    assert (first.again, second.again) == (False, True)
    assert (Visit.objects.count(), Finding.objects.count(), Case.objects.count(), Delivery.objects.count()) == (
        1,
        2,
        2,
        1,
    )
    assert (
        verbs(first.visit)
        == ["visit.begun", "visit.saved", "visit.case_raised", "visit.case_raised"][:2] + ["visit.case_raised"] * 2
    )


def test_an_answer_that_was_lost_is_given_again_whatever_day_it_is(outing, on_friday):
    """What was fine when it arrived is not judged by the day on which it is sent again."""
    draft = outing.sent(findings=(outing.found(handling="A", promised_on=date(2026, 3, 6)),))
    outing.save(draft)
    on_friday.shift(timedelta(days=200))
    assert actions.save_visit(draft=draft, by=outing.viewer("谭小勇")).again


def test_somebody_elses_key_opens_nothing(outing):
    draft = outing.sent()
    outing.save(draft)
    for wrong in (draft, replace(draft, delivery=uuid.uuid4())):
        with pytest.raises(NotVisible):
            actions.save_visit(draft=wrong, by=outing.viewer("卢芳"))
    with pytest.raises(NotAllowed):
        actions.save_visit(draft=outing.sent(), by=outing.viewer("李小英"))


def test_what_another_changed_meanwhile_is_kept_where_the_two_do_not_meet(outing, friday):
    visit = outing.plan(friday)
    base = shown(visit)
    outing.save(outing.sent(visit, note="厂长说电费高", base=base), by="邓主任")
    late = outing.sent(visit, note="", facts="在建二期厂房", base=base)
    saved = outing.save(late)
    assert (saved.note, saved.facts, saved.version) == ("厂长说电费高", "在建二期厂房", 3)


def test_where_both_wrote_differently_a_person_chooses(outing, friday):
    visit = outing.plan(friday)
    base = shown(visit)
    outing.save(outing.sent(visit, note="厂长说电费高", base=base), by="邓主任")
    late = outing.sent(visit, note="厂长说水费高", facts="在建二期厂房", base=base, findings=(outing.found(),))
    with pytest.raises(Changed) as told:
        outing.save(late)
    assert told.value.clashes == {"note": ("厂长说水费高", "厂长说电费高")}
    assert (told.value.who, told.value.version) == ("邓主任", 2)
    # nothing of it was saved, and the sending may come again with what was chosen
    assert (Finding.objects.count(), Visit.objects.get().facts) == (0, "")
    chosen = replace(
        late,
        delivery=uuid.uuid4(),
        base_version=told.value.version,
        base=told.value.theirs,
        note="厂长说水费、电费都高",
    )
    assert outing.save(chosen).note == "厂长说水费、电费都高"
    assert Finding.objects.count() == 1


def test_a_visit_that_happened_in_a_full_month_is_kept_and_marked(outing, friday):
    for _ in range(2):
        outing.save(outing.sent())
    visit = outing.save(outing.sent())
    assert visit.over_cap
    assert verbs(visit)[-1] == "visit.over_cap"


@pytest.mark.parametrize(
    ("facts", "field", "sentence"),
    [
        ({"note": ""}, "note", "至少写一句"),
        ({"visited_on": date(2026, 3, 7)}, "visited_on", "不能晚于今天"),
        ({"visited_on": date(2026, 1, 20)}, "visited_on", "起止日期"),
        ({"next_visit_on": date(2026, 3, 6)}, "next_visit_on", "之后"),
        ({"way": "dream"}, "way", "没有这个选项"),
        ({"note": "长" * 4001}, "note", "最多 4000 字"),
        ({"figures": (FigureDraft("luck", "今年", Decimal(1)),)}, "figure_0_kind", "没有这个选项"),
        ({"figures": (FigureDraft("staff", "", Decimal(1)),)}, "figure_0_period", "时期"),
        ({"figures": (FigureDraft("staff", "今年", Decimal("NaN")),)}, "figure_0_value", "不对"),
        ({"figures": (FigureDraft("staff", "今年", Decimal(1)),) * 2}, "figure_0_period", "只填一个数"),
    ],
)
def test_bad_input_names_its_field(outing, facts, field, sentence):
    if "一个数" in sentence:
        field = "figure_1_period"
    with pytest.raises(BadInput, match=sentence) as refused:
        outing.save(outing.sent(**facts))
    assert refused.value.field == field
    assert Visit.objects.count() == 0


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"words": "！！！"}, "words"),
        ({"words": ""}, "words"),
        ({"handling": "A"}, "promised_on"),
        ({"handling": "A", "promised_on": date(2026, 3, 5)}, "promised_on"),
        ({"handling": "B"}, "steps"),
        (
            {"handling": "B", "steps": (StepDraft("立项", date(2026, 4, 1)), StepDraft("开工", date(2026, 3, 20)))},
            "steps",
        ),
        ({"handling": "C"}, "matter"),
        ({"handling": "C", "matter": "改线路", "level": "city"}, "paper"),
        ({"handling": "C", "matter": "改线路", "level": "county", "paper": "1 号"}, "level"),
        ({"handling": "D", "explanation": "不合规划"}, "reaction"),
        ({"handling": "E"}, "handling"),
        ({"category_id": 999_999}, "category"),
        ({"question_id": 999_999, "shared": True}, "question"),
    ],
)
def test_each_class_says_what_it_must(outing, facts, field):
    """A a date; B steps and dates; C the concrete matter, the level, the paper; D the explanation and the firm's reaction."""
    with pytest.raises(BadInput) as refused:
        outing.save(outing.sent(findings=(outing.found(), outing.found(**facts))))
    assert refused.value.field == f"finding_1_{field}"
    assert (Visit.objects.count(), Case.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "facts",
    [
        {"handling": "A", "promised_on": date(2026, 3, 20)},
        {"handling": "B", "steps": (StepDraft("立项", date(2026, 4, 1)), StepDraft("开工", date(2026, 5, 1)))},
        {"handling": "C", "matter": "220 千伏线路改道", "level": "city", "paper": "提级清单 2026-03-1"},
        {"handling": "D", "explanation": "在生态红线里，不能建", "reaction": "表示理解"},
    ],
)
def test_a_class_keeps_its_own_and_nothing_of_the_others(outing, facts):
    finding = outing.finding(**(facts | {"explanation": facts.get("explanation", "顺手写的")}))
    assert finding.handling == facts["handling"]
    assert bool(finding.explanation) is (finding.handling == "D")
    assert finding.steps.count() == len(facts.get("steps", ()))


def test_nothing_is_added_to_a_cancelled_visit(outing, friday):
    visit = outing.plan(friday)
    actions.cancel_visit(visit=visit, reason="企业放假", by=outing.viewer("谭小勇"))
    with pytest.raises(NotPlanned):
        outing.save(outing.sent(visit))


@pytest.mark.django_db(transaction=True)
def test_the_same_sending_on_two_connections_at_once_is_taken_once(outing):
    draft = outing.sent(findings=(outing.found(),))
    by, gate, got = outing.viewer("谭小勇"), threading.Barrier(2), []

    def send():
        gate.wait()
        try:
            got.append(actions.save_visit(draft=draft, by=by).again)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [False, True]
    assert (Visit.objects.count(), Finding.objects.count(), Case.objects.count()) == (1, 1, 1)
