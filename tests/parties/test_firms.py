"""登记簿: who stands in it, who may see and keep it, and that no person's name or number is readable without a reason."""

from datetime import timedelta

import pytest

from tests.parties.firms import MANAGER, code, entered
from tongti.parties import access, actions, queries
from tongti.parties.actions import ContactDraft, FirmDraft
from tongti.parties.codes import fault, same_body, slip
from tongti.parties.errors import AlreadyRegistered, NoReason
from tongti.parties.models import Firm, Party, Reveal
from tongti.parties.queries import FirmFilters
from tongti.parties.sectors import read_sector, sections, sector_words
from tongti.shared.actor import SYSTEM
from tongti.shared.errors import BadInput, NotAllowed, NotVisible, Raced
from tongti.trail import queries as trail


@pytest.fixture
def water(cast):
    """A firm that 水利局 looks after."""
    return entered(
        "云岭区龙腾食品有限公司",
        credit_code=code(1),
        size="industry",
        sector="C14",
        place_id=cast.regions["幸福社区"].pk,
        address="幸福路 8 号",
        unit_id=cast.units["水利局"].pk,
        people=(MANAGER,),
    )


def names(viewer, **filters):
    return [firm.name for firm in queries.firms(viewer, FirmFilters(**filters)).rows]


# --- what an entry is ---------------------------------------------------------------------------------------------


def test_an_entry_is_a_party_with_a_readable_name_and_closed_contacts(cast, water):
    party = Party.objects.get(pk=water.pk)
    assert (party.kind, party.name, party.credit_code) == ("enterprise", water.name, code(1))
    assert (water.core, water.section, water.sector) == ("龙腾食品", "C", "14")
    stored = Firm.objects.filter(pk=water.pk).values_list("contacts__name", flat=True).query
    assert "韦建国" not in str(stored)
    assert [e.verb for e in trail.of(water)] == ["firm.contact_added", "firm.entered"]
    assert "韦建国" not in str([e.facts for e in trail.of(water)])


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("9145019912345", "现在是 13 位"),
        (code(1)[:-1] + ("A" if code(1)[-1] != "A" else "B"), "校验位不对"),
        ("91450199IOSVZ00010", "没有 I、O、S、V、Z"),
    ],
)
def test_a_wrong_code_gets_one_sentence(db, typed, sentence):
    with pytest.raises(BadInput) as wrong:
        entered("某厂", credit_code=typed)
    assert wrong.value.field == "credit_code"
    assert sentence in wrong.value.sentence
    assert Firm.objects.count() == Party.objects.count() == 0


def test_a_code_is_registered_once(cast, water):
    with pytest.raises(AlreadyRegistered) as taken:
        entered("龙腾食品厂", credit_code=code(1).lower())
    assert water.name in taken.value.sentence
    assert entered("没有代码的一家").credit_code == entered("也没有代码").credit_code == ""


def test_codes_are_compared_by_what_identifies_a_body():
    assert fault(code(7)) == ""
    moved = "91450101" + code(7)[8:17]
    assert same_body(code(7), moved + "0")
    assert not same_body(code(7), code(8))
    assert [slip("ABCD", other) for other in ("ABXD", "ACBD", "ABCD", "XBCY")] == [True, True, False, False]


def test_the_sectors_are_the_standards():
    assert "".join(s.code for s in sections()) == "ABCDEFGHIJKLMNOPQRST"
    divisions = [code for s in sections() for code in s.divisions]
    assert divisions == [f"{n:02d}" for n in range(1, 98)]
    assert read_sector("1331") == ("1331", "C")
    assert read_sector("农副食品加工业") == ("13", "C")
    assert read_sector("C") == ("", "C")
    assert sector_words("1331", "C") == "制造业 · 农副食品加工业（1331）"
    for wrong in ("99", "A13", "餐厅", "C1", "13311"):
        with pytest.raises(BadInput):
            read_sector(wrong)


# --- a shop that bears a person's name --------------------------------------------------------------------------------


def test_a_persons_name_stays_closed_even_as_the_name_of_a_shop(cast):
    shop = entered("蒙桂兰", kind="shop", name_personal=True, address="白石村 3 队")
    assert shop.name == "蒙**"
    assert (shop.core, shop.grams) == ("", [])
    keeper = cast.viewer("韦晓梅")
    assert names(keeper, text="桂兰") == []
    assert names(keeper, text="蒙桂兰") == ["蒙**"]
    card = queries.firm_card(keeper, shop)
    assert (card.name, "白石村" in card.address) == ("蒙**", False)
    actions.reveal_contacts(firm=shop, reason="联系走访时间", by=keeper)
    card = queries.firm_card(keeper, shop)
    assert (card.name, card.address) == ("蒙桂兰", "白石村 3 队")
    with pytest.raises(BadInput):
        entered("蒙桂兰", kind="enterprise", name_personal=True)


# --- who sees, who keeps --------------------------------------------------------------------------------------------


def test_a_unit_sees_the_firms_it_looks_after_and_the_district_sees_all(cast, water):
    entered("大塘木业厂", unit_id=cast.units["大塘镇"].pk)
    assert len(names(cast.viewer("韦晓梅"))) == len(names(cast.viewer("何区长"))) == 2
    assert names(cast.viewer("黄志强")) == names(cast.viewer("陆局长")) == [water.name]
    assert names(cast.viewer("农志明")) == names(cast.viewer("赵工")) == names(cast.viewer("周审")) == []
    with pytest.raises(NotVisible):
        queries.firm_for(cast.viewer("农志明"), water.pk)


def test_rooms_above_can_make_a_firm_an_officers_own(cast, water, monkeypatch):
    from django.db.models import Q

    stranger = cast.viewer("农志明")
    monkeypatch.setattr(access, "_HERS", [lambda viewer: Q(pk=water.pk) if viewer == stranger else Q(pk__in=[])])
    assert names(stranger) == [water.name]
    assert access.may_keep(stranger, water)
    assert names(cast.viewer("赵工")) == []


def test_only_who_keeps_an_entry_changes_it(cast, water):
    draft = FirmDraft(name="云岭区龙腾食品有限公司", credit_code=code(1), status="stopped", unit_id=water.unit_id)
    for name in ("何区长", "李小英", "农志明"):
        with pytest.raises(NotAllowed):
            actions.change_firm(firm=water, draft=draft, version=1, by=cast.viewer(name))
    changed = actions.change_firm(firm=water, draft=draft, version=1, by=cast.viewer("黄志强"))
    assert changed == ["address", "place_id", "sector", "size", "status"]
    with pytest.raises(Raced):
        actions.change_firm(firm=water, draft=FirmDraft(name="别的名称"), version=1, by=cast.viewer("韦晓梅"))
    assert trail.of(water)[0].facts == {"fields": changed}


def test_a_unit_enters_firms_for_itself_only(cast):
    handler = cast.viewer("黄志强")
    assert entered("江边水产", by=handler).unit == cast.units["水利局"]
    with pytest.raises(BadInput) as wrong:
        entered("供电器材厂", by=handler, unit_id=cast.units["供电局"].pk)
    assert wrong.value.field == "unit"
    with pytest.raises(NotAllowed):
        entered("没有权限", by=cast.viewer("李小英"))


# --- contacts -------------------------------------------------------------------------------------------------------


def test_contacts_are_masked_until_there_is_a_reason_and_then_for_a_quarter_of_an_hour(cast, water):
    handler = cast.viewer("黄志强")
    (face,) = queries.firm_card(handler, water).contacts
    assert (face.name, face.phone, face.post) == ("韦**", "138****8000", "厂长")
    with pytest.raises(NoReason):
        actions.reveal_contacts(firm=water, reason="看看", by=handler)
    actions.reveal_contacts(firm=water, reason="约走访时间", by=handler)
    (face,) = queries.firm_card(handler, water).contacts
    assert (face.name, face.phone) == ("韦建国", "13800138000")
    assert queries.firm_card(cast.viewer("韦晓梅"), water).contacts[0].name == "韦**"
    assert [e.verb for e in trail.of(Party(pk=water.pk))] == ["party.revealed"]
    Reveal.objects.update(expires_at=Reveal.objects.get().granted_at - timedelta(seconds=1))
    assert queries.firm_card(handler, water).contacts[0].name == "韦**"


@pytest.mark.parametrize("name", ["何区长", "农志明"])
def test_who_does_not_keep_the_file_cannot_open_it(cast, water, name):
    with pytest.raises(NotAllowed):
        actions.reveal_contacts(firm=water, reason="想知道电话", by=cast.viewer(name))
    assert Reveal.objects.count() == 0


def test_a_contact_comes_and_goes_and_stays_on_record(cast, water):
    keeper = cast.viewer("韦晓梅")
    added = actions.add_contact(firm=water, contact=ContactDraft(name="黄丽", phone="0771-5551234"), by=keeper)
    with pytest.raises(BadInput):
        actions.add_contact(firm=water, contact=ContactDraft(name="黄丽丽", phone="0771 5551234"), by=keeper)
    actions.end_contact(firm=water, contact_id=added.pk, by=keeper)
    with pytest.raises(Raced):
        actions.end_contact(firm=water, contact_id=added.pk, by=keeper)
    assert [c.post for c in queries.firm_card(keeper, water).contacts] == ["厂长"]
    added.refresh_from_db()
    assert added.until is not None


# --- finding ----------------------------------------------------------------------------------------------------------


def test_the_register_is_narrowed_and_paged(cast, water):
    park = entered("大塘工业园区", kind="park")
    for n in range(5):
        entered(
            f"大塘五金{n}厂", size="near", sector="33", park_id=park.pk, place_id=cast.regions["大塘村"].pk,
            credit_code=code(10 + n),
        )  # fmt: skip
    everybody = cast.viewer("韦晓梅")
    assert len(names(everybody)) == 7
    assert len(names(everybody, text="五金")) == len(names(everybody, park_id=park.pk)) == 5
    assert names(everybody, text="塘五金3") == ["大塘五金3厂"]
    assert names(everybody, text=code(12)) == names(everybody, text=code(12)[:17].lower()) == ["大塘五金2厂"]
    assert len(names(everybody, place_id=cast.regions["大塘镇"].pk)) == 5
    assert names(everybody, kind="park") == ["大塘工业园区"]
    assert names(everybody, section="C", size="industry") == [water.name]
    assert names(everybody, text="，。") == []
    first = queries.firms(everybody, FirmFilters(), size=4)
    rest = queries.firms(everybody, FirmFilters(), cursor=first.next_cursor, size=4)
    assert sorted(f.pk for f in (*first.rows, *rest.rows)) == sorted(Firm.objects.values_list("pk", flat=True))


def test_a_page_of_the_register_costs_the_same_however_long_it_is(cast, water, django_assert_num_queries):
    for n in range(20):
        entered(f"新圩作坊{n}", unit_id=cast.units["大塘镇"].pk)
    viewer = cast.viewer("韦晓梅")
    # the page, and whether a shop bears this as its owner's name
    with django_assert_num_queries(2):
        page = queries.firms(viewer, FirmFilters(text="作坊"))
        first = page.rows[0]
        assert (first.name, first.park, first.unit.short_name) == ("新圩作坊0", None, "大塘镇")
    with django_assert_num_queries(4):
        queries.firm_card(viewer, queries.firm_for(viewer, water.pk))
    with django_assert_num_queries(2):
        queries.cards(viewer, [f.pk for f in page.rows])


def test_the_outbox_reaches_a_firm_at_its_first_contact(cast, water):
    assert queries.addresses_of([water.pk]) == {water.pk: ("", "+8613800138000")}
    assert queries.faces(cast.viewer("韦晓梅"), [water.pk])[water.pk].phone == "138****8000"


def test_many_are_entered_in_a_handful_of_statements(cast, django_assert_max_num_queries):
    rows = [(FirmDraft(name=f"成批登记{n}号", credit_code=code(500 + n)), (MANAGER,)) for n in range(60)]
    with django_assert_max_num_queries(9):
        made = actions.enter_many(rows=rows, by=cast.viewer("韦晓梅"))
    assert [f.name for f in made] == [draft.name for draft, _ in rows]
    with pytest.raises(NotAllowed):
        actions.enter_many(rows=rows, by=cast.viewer("黄志强"))
    with pytest.raises(Raced):
        actions.enter_many(rows=rows[:1], by=SYSTEM)
