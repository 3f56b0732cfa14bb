"""A call becomes a case with a number."""

import uuid
from datetime import timedelta

import pytest

from tests.cases.conftest import WATER, call, verbs
from tongti.cases import actions
from tongti.cases.errors import NoHolder
from tongti.cases.models import Case
from tongti.figures import queries as figures
from tongti.parties.models import Party
from tongti.shared import clock
from tongti.shared.errors import BadInput, NotAllowed
from tongti.shared.numbers import read_case_number
from tongti.shared.uploads import Upload
from tongti.trail.queries import verify
from tongti.units.models import Unit

PDF = Upload("停水通知.pdf", b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n")


def test_a_call_gets_a_number_that_holds_its_check(registered, cast):
    case = registered(phone="138 0013 8000", asker_name="韦某", title="晚上停水")
    assert read_case_number(case.number) == case.number
    assert (case.state, case.holder, case.units) == ("registered", cast.units["热线办"], [cast.units["热线办"].pk])
    assert case.registered_by == cast.officers["李小英"]
    assert verbs(case) == ["case.registered"]
    assert verify().holds


def test_numbers_follow_one_another_without_a_gap(registered):
    serials = [registered().serial for _ in range(3)]
    assert serials == [serials[0], serials[0] + 1, serials[0] + 2]


def test_a_refused_intake_takes_no_number(registered):
    first = registered()
    with pytest.raises(BadInput):
        registered(body="  \n ")
    with pytest.raises(BadInput):
        registered(category_id=987_654)
    assert registered().serial == first.serial + 1


def test_the_same_form_twice_is_one_case(cast):
    intake = call(phone="13800138000")
    first = actions.register(intake=intake, by=cast.viewer("李小英"))
    assert actions.register(intake=intake, by=cast.viewer("李小英")) == first
    assert Case.objects.count() == 1
    assert verbs(first) == ["case.registered"]


def test_the_same_source_row_twice_is_one_case(cast):
    one = actions.register(intake=call(source="市12345", source_id="A-1"), by=cast.viewer("李小英"))
    other = actions.register(intake=call(source="市12345", source_id="A-1"), by=cast.viewer("李小英"))
    assert one == other


def test_the_job_exists_exactly_when_the_case_does(registered, django_db_blocker):
    from django.db import connection

    case = registered()
    with connection.cursor() as cursor:
        cursor.execute("SELECT args->>'case_id' FROM procrastinate_jobs WHERE task_name = 'match_case'")
        assert cursor.fetchall() == [(str(case.pk),)]


def test_figures_count_on_the_day_it_was_received(registered, cast):
    today = clock.today()
    registered()
    registered(received_at=clock.now() - timedelta(days=3))
    one_day = figures.totals(["received", "open"], since=today, until=today)
    assert one_day == {"received": 1, "open": 2}
    assert figures.totals(["received"], since=today - timedelta(days=3), until=today) == {"received": 2}
    unit = cast.units["热线办"].pk
    assert figures.totals(["unit_open"], since=today, until=today, unit_id=unit) == {"unit_open": 2}


def test_personal_data_is_not_readable_in_the_tables(registered):
    from django.db import connection

    case = registered(phone="13800138000", asker_name="韦秀英", address="幸福路 8 号 601")
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(p)::text FROM parties_party p WHERE id = %s", [case.party_id])
        assert "13800138000" not in cursor.fetchone()[0]
        cursor.execute("SELECT row_to_json(c)::text FROM cases_case c WHERE id = %s", [case.pk])
        assert "幸福路 8 号" not in cursor.fetchone()[0]
    assert Party.objects.get().name == "韦秀英"


def test_an_anonymous_case_has_no_party(registered):
    assert registered().party is None


def test_a_wrong_phone_is_told_beside_its_field(registered):
    with pytest.raises(BadInput) as wrong:
        registered(phone="138001")
    assert wrong.value.field == "phone"


def test_the_future_is_refused(registered):
    with pytest.raises(BadInput) as wrong:
        registered(received_at=clock.now() + timedelta(days=1))
    assert wrong.value.field == "received_at"


def test_only_those_who_take_calls_may_register(cast):
    with pytest.raises(NotAllowed):
        actions.register(intake=call(), by=cast.viewer("黄志强"))
    assert not Case.objects.exists()


def test_without_a_fallback_unit_nobody_would_hold_it(cast):
    Unit.objects.update(is_fallback=False)
    with pytest.raises(NoHolder):
        actions.register(intake=call(), by=cast.viewer("李小英"))


def test_papers_are_kept_under_random_names(registered, settings):
    case = registered(uploads=(PDF, PDF))
    (paper,) = case.attachments.all()
    assert paper.given_name == "停水通知.pdf"
    assert "停水" not in paper.path
    assert (settings.MEDIA_ROOT / paper.path).read_bytes().startswith(b"%PDF")


def test_registering_costs_few_queries(cast, django_assert_max_num_queries):
    clerk = cast.viewer("李小英")
    actions.register(intake=call(phone="13800138000", asker_name="韦某"), by=clerk)
    # 7 statements and the savepoint that a test's own transaction makes of BEGIN and COMMIT
    with django_assert_max_num_queries(9):
        actions.register(intake=call(phone="13800138000", asker_name="韦某"), by=clerk)


def test_tokens_are_written_with_the_row(registered):
    case = registered(title="停水")
    case.refresh_from_db()
    assert "'停水'" in case.search
    assert WATER[:3] not in case.search


def test_register_and_answer_is_one_step(cast):
    intake = call(key=uuid.uuid4())
    for _ in range(2):
        case = actions.register_and_answer(intake=intake, words="今晚十点恢复供水。", by=cast.viewer("李小英"))
    assert (case.state, case.closing) == ("closed", "on_the_spot")
    assert case.additions.count() == 1
    assert verbs(case) == ["case.registered", "case.closed"]
