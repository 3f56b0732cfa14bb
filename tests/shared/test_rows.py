"""Rows written by plain INSERTs hold what ``save`` would have written."""

import pytest
from django.db import IntegrityError, transaction

from tongti.parties.models import Party
from tongti.shared import clock, rows
from tongti.trail.models import Event

pytestmark = pytest.mark.django_db


def party(name: str, index: bytes = b"") -> Party:
    return Party(name=name, phone="+8613800138000", phone_index=index, name_index=index)


def values(row: Party) -> dict[str, object]:
    found = Party.objects.filter(pk=row.pk).values().get()
    return {name: bytes(value) if isinstance(value, memoryview) else value for name, value in found.items()}


def test_the_same_arrives_as_by_saving():
    plain, saved = party("韦秀英"), party("韦秀英")
    rows.insert([plain])
    saved.save()
    of_plain, of_saved = values(plain), values(saved)
    assert of_plain.pop("id") != of_saved.pop("id")
    assert abs((of_plain.pop("created_at") - of_saved.pop("created_at")).total_seconds()) < 5  # type: ignore[operator]
    assert of_plain == of_saved
    assert of_plain["name"] == "韦秀英"


@pytest.mark.parametrize("count", [1, rows.FEW, rows.FEW + 1])
def test_one_statement_whatever_their_number_and_each_gets_its_id(count, django_assert_num_queries):
    many = [party(f"第{n}位") for n in range(count)]
    with django_assert_num_queries(1):
        rows.insert(many)
    assert {one.name: one.pk for one in many} == dict(Party.objects.values_list("name", "pk"))


def test_an_inserted_row_can_be_changed_and_saved():
    one = party("韦某")
    rows.insert([one])
    one.name = "韦秀英"
    one.save(update_fields=["name"])
    assert Party.objects.get().name == "韦秀英"


def test_json_and_nothing_at_all_pass():
    rows.insert([])
    event = Event(
        object_kind="x.y", object_id=1, seq=1, verb="x.tried", at=clock.now(), actor_kind="system", mac=b"\0" * 32
    )
    event.facts = {"from": None, "to": [1, "甲"], "quote": "'; --"}
    rows.insert([event])
    assert Event.objects.get().facts == event.facts


def test_the_database_still_refuses_a_twin():
    rows.insert([party("甲", b"1" * 16)])
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.insert([party("乙", b"1" * 16)])
    assert Party.objects.count() == 1


def test_rows_with_values_of_their_own_are_written_in_one_go(django_assert_num_queries):
    many = [party(f"第{n}位") for n in range(20)]
    rows.insert(many)
    for n, one in enumerate(many):
        one.name, one.phone = f"改了{n}", "+8613900139000"
    with django_assert_num_queries(1):
        rows.update(many[:-1], ["name"])
    found = dict(Party.objects.values_list("pk", "name"))
    assert [found[one.pk] for one in many] == [*(f"改了{n}" for n in range(19)), "第19位"]
    assert set(Party.objects.values_list("phone", flat=True)) == {"+8613800138000"}
    rows.update([], ["name"])
