"""People are known again, and masked."""

import pytest

from tests.cast import make_cast
from tongti.parties import actions, queries
from tongti.parties.models import Party
from tongti.shared.actor import SYSTEM
from tongti.shared.errors import BadInput, NotAllowed


@pytest.fixture
def cast(db):
    return make_cast()


def met(**who):
    return actions.find_or_create(**({"kind": "person", "by": SYSTEM} | who))


def test_phone_and_name_make_one_party(cast):
    first = met(name="韦秀英", phone="13800138000")
    assert met(name="韦秀英", phone="138 0013 8000") == first
    assert met(name="黄大力", phone="13800138000") != first
    assert met(name="韦秀英", phone="13900139000") != first


def test_no_name_is_the_newest_of_that_phone_and_a_name_is_added_later(cast):
    nameless = met(phone="13800138000")
    assert met(phone="13800138000") == nameless
    assert met(name="韦秀英", phone="13800138000") == nameless
    nameless.refresh_from_db()
    assert nameless.name == "韦秀英"
    assert met(phone="13800138000") == nameless


def test_without_a_phone_a_name_is_nobody_in_particular(cast):
    assert met(name="王先生") != met(name="王先生")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"phone": "12"}, "phone"), ({"email": "x@"}, "email"), ({"credit_code": "91450100MA5KXXXX1X"}, "credit_code"),
     ({"kind": "dog"}, "asker_kind"), ({"name": "长" * 61}, "asker_name")],
)  # fmt: skip
def test_what_cannot_be_is_told(cast, wrong, field):
    with pytest.raises(BadInput) as error:
        met(**wrong)
    assert error.value.field == field
    assert not Party.objects.exists()


def test_many_cost_as_much_as_one(cast, django_assert_max_num_queries):
    old = met(name="韦秀英", phone="13800138000")
    contacts = [
        actions.contact(kind="person", name="韦秀英", phone="13800138000"),
        actions.contact(kind="person"),
        *[actions.contact(kind="person", name="黄", phone=f"1390013900{n % 5}") for n in range(40)],
        actions.contact(kind="person", name="A001", outside_id="板:A001"),
        actions.contact(kind="person", name="A001", outside_id="板:A001"),
    ]
    with django_assert_max_num_queries(4):
        ids = actions.keep_many(contacts)
    assert ids[:2] == [old.pk, None]
    assert len(set(ids[2:42])) == 5
    assert ids[-1] == ids[-2]
    assert actions.keep_many(contacts) == ids


def test_faces_are_masked(cast):
    person, firm = (
        met(name="韦秀英", phone="13800138000"),
        met(kind="enterprise", name="桂通米粉加工厂", phone="0771-5501234"),
    )
    faces = queries.faces(cast.viewer("李小英"), [person.pk, firm.pk, None])
    assert (faces[person.pk].name, faces[person.pk].phone) == ("韦**", "138****8000")
    assert "米粉" not in faces[firm.pk].name
    assert faces[firm.pk].phone == "****1234"


def test_only_the_right_to_identities_opens_them(cast):
    party = met(name="韦秀英", phone="13800138000")
    with pytest.raises(NotAllowed):
        actions.reveal(party_id=party.pk, reason="好奇看看", by=cast.viewer("莫刚"))
    assert queries.party_ids_by_phone(cast.viewer("莫刚"), "8000") == []
    assert queries.party_ids_by_phone(cast.viewer("李小英"), "8000") == [party.pk]
