"""The trail only grows, and tells when somebody laid hands on it."""

import pytest
from django.db import DatabaseError, connection, transaction

from tongti.shared.actor import SYSTEM
from tongti.trail import actions as trail
from tongti.trail import queries
from tongti.trail.models import Event, Seal


@pytest.fixture
def told(cast) -> list[Event]:
    """Three events on one unit, one on another."""
    water, power = cast.units["水利局"], cast.units["供电局"]
    by = cast.viewer("韦晓梅")
    return [
        trail.record("unit.changed", water, by=by, facts={"fields": ["phone"]}),
        trail.record("unit.changed", power, by=by),
        trail.record("unit.changed", water, by=SYSTEM, facts={"n": 2}),
        trail.record("unit.changed", water, by=by),
    ]


def without_guard(sql: str, *values: object) -> None:
    """What a person with full rights on the database could do."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, values)
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_each_object_has_a_chain_of_its_own(told, cast):
    assert [e.seq for e in told] == [1, 1, 2, 3]
    assert [e.seq for e in queries.of(cast.units["水利局"])] == [3, 2, 1]
    proof = queries.verify()
    assert proof.holds
    assert (proof.events, proof.objects) == (4, 2)


@pytest.mark.parametrize(
    "sql",
    ["UPDATE trail_event SET verb = 'x'", "DELETE FROM trail_event", "TRUNCATE trail_event", "TRUNCATE trail_seal"],
)
def test_the_database_refuses_to_change_it(told, sql):
    with pytest.raises(DatabaseError, match="留痕只增不改"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert queries.verify().holds


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("verb", "unit.praised"),
        ("facts", '{"n": 3}'),
        ("actor_id", 999),
        ("at", "2020-01-01T00:00:00+08:00"),
        ("actor_kind", "asker"),
    ],
)
def test_a_changed_event_is_found(told, column, value):
    without_guard(f"UPDATE trail_event SET {column} = %s WHERE id = %s", value, told[2].pk)
    faults = queries.verify().faults
    assert len(faults) == 2 or "被改过" in faults[0]
    assert "第 2 条" in faults[0]


def test_a_missing_event_is_found(told):
    without_guard("DELETE FROM trail_event WHERE id = %s", told[2].pk)
    assert any("缺了 1 条" in fault for fault in queries.verify().faults)


def test_a_cut_end_is_found_by_the_seal(told):
    trail.seal(by=SYSTEM)
    without_guard("DELETE FROM trail_event WHERE id = %s", told[3].pk)
    proof = queries.verify()
    assert any("应有 4 条，实有 3 条" in fault for fault in proof.faults)


def test_sealing_goes_on_from_the_last_seal(told, cast):
    first = trail.seal(by=SYSTEM)
    assert trail.seal(by=SYSTEM) is None
    trail.record("unit.changed", cast.units["住建局"], by=SYSTEM)
    second = trail.seal(by=SYSTEM)
    assert (first.events, second.events) == (4, 5)
    assert Seal.objects.count() == queries.verify().seals == 2


def test_forging_needs_the_key_beside_the_data(told, settings):
    """Somebody who rewrites the whole chain with a key of her own is found too."""
    from dataclasses import replace

    from tongti.trail.chain import FIRST, mac_of

    ours, settings.KEYS = settings.KEYS, replace(settings.KEYS, trail="ab" * 32)
    forged, last = [], FIRST
    for event in Event.objects.filter(object_id=told[0].object_id).order_by("seq"):
        event.facts = {"n": 7}
        last = mac_of(event, last)
        forged.append((event.pk, last))
    settings.KEYS = ours
    for pk, mac in forged:
        without_guard("UPDATE trail_event SET facts = %s, mac = %s WHERE id = %s", '{"n": 7}', mac, pk)
    assert not queries.verify().holds


def test_many_objects_cost_a_constant_number_of_queries(cast, django_assert_num_queries):
    units = list(cast.units.values())
    with django_assert_num_queries(2):  # locks and tails on one way, insert
        trail.record_many([("unit.changed", unit, None) for unit in units], by=SYSTEM)
    assert queries.verify().holds
