"""The database writes the same numbers as the program, and starts a year by itself."""

import random
from datetime import UTC, datetime

import pytest
import time_machine
from django.db import connection

from tests.cases.conftest import call
from tongti.cases import actions
from tongti.cases.models import Case, NumberSeries
from tongti.shared.actor import SYSTEM
from tongti.shared.numbers import case_number

pytestmark = pytest.mark.django_db


def by_database(pairs: list[tuple[int, int]]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT case_number(y, s) FROM unnest(%s::integer[], %s::integer[]) WITH ORDINALITY AS t(y, s, at) ORDER BY at",
            [[year for year, _ in pairs], [serial for _, serial in pairs]],
        )
        return [number for (number,) in cursor.fetchall()]


def test_both_give_the_same_number():
    rng = random.Random(4)
    pairs = [(year, serial) for year in (2026, 2031, 2099) for serial in (1, 9, 10, 999_999, 1_000_000, 12_345_678)]
    pairs += [(rng.randrange(2000, 2100), rng.randrange(1, 10 ** rng.randrange(1, 9))) for _ in range(2000)]
    assert by_database(pairs) == [case_number(year, serial) for year, serial in pairs]


def test_the_first_case_of_a_year_opens_its_series(cast):
    for year in (2031, 2032):
        with time_machine.travel(datetime(year, 6, 1, 9, tzinfo=UTC), tick=False):
            case = actions.register(intake=call(), by=SYSTEM)
        assert (case.year, case.serial, case.number) == (year, 1, case_number(year, 1))
        assert Case.objects.get(pk=case.pk).number == case.number
    assert dict(NumberSeries.objects.values_list("year", "last")) == {2031: 1, 2032: 1}


def test_table_and_form_share_one_series(cast):
    first = actions.register(intake=call(), by=SYSTEM)
    batch = actions.upload_import(name="a.csv", content="编号,内容\n1,停水三天了，希望尽快恢复\n".encode(), by=SYSTEM)
    actions.start_import(
        batch=batch, mapping=batch.mapping, source="a", channel="import", by=SYSTEM, in_background=False
    )
    actions.run_import(batch_id=batch.pk)
    last = actions.register(intake=call(), by=SYSTEM)
    assert [case.serial for case in Case.objects.order_by("serial")] == [first.serial, first.serial + 1, last.serial]
