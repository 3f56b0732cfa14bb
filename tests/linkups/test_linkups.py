"""供需对接: what may fit is found and explained, what was set aside stays so, and contacts pass only after both sides agreed."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.linkups.stories import HAD, WANTED, cold_store, fitting, introduced, orchard, said
from tests.parties.firms import entered
from tongti.jobs.linkups import nightly
from tongti.linkups import actions, queries
from tongti.linkups.actions import ListingDraft
from tongti.linkups.errors import IntroductionOver, ListingClosed, NotBothAgreed, NotYetPassedOn, PairDecided
from tongti.linkups.models import Introduction, Listing, Pair
from tongti.linkups.queries import ListingFilters
from tongti.parties import actions as parties
from tongti.parties.models import Firm
from tongti.shared import clock
from tongti.shared.errors import BadInput, NotAllowed, NotVisible, Raced
from tongti.trail import queries as trail


@pytest.fixture
def mei(cast):
    """韦晓梅 keeps the whole register."""
    return cast.viewer("韦晓梅")


@pytest.fixture
def pair(cast):
    return fitting(cast)


def verbs(thing):
    return [event.verb for event in trail.of(thing)]


def titles(viewer, **filters):
    return [row.title for row in queries.listings(viewer, ListingFilters(**filters)).rows]


# --- needs and offers -------------------------------------------------------------------------------------------------


def test_a_need_is_entered_in_the_firms_words_with_a_title_and_the_firms_place(cast, mei):
    need = said(orchard(cast), WANTED, by=mei)
    assert need.words == WANTED
    assert need.title
    assert need.title.rstrip("…") in WANTED
    assert (need.state, need.place.name, need.entered_by_id) == ("open", "大塘村", mei.officer_id)
    assert verbs(need) == ["listing.entered"]
    assert "沃柑" not in str([event.facts for event in trail.of(need)])


@pytest.mark.parametrize(
    ("draft", "field", "sentence"),
    [
        ({"words": ""}, "words", "请填写“原话”"),
        ({"words": "！！！"}, "words", "只有标点"),
        ({"words": "要冷库，打 13800138000"}, "words", "这里不写手机号"),
        ({"kind": "gift"}, "kind", "需求还是供给"),
        ({"about": "magic"}, "about", "关于什么"),
        ({"place_id": 10**9}, "place", "没有这个乡镇"),
    ],
)
def test_what_is_wrong_gets_one_sentence_and_nothing_is_kept(cast, mei, draft, field, sentence):
    good = {"kind": "need", "about": "logistics", "words": WANTED}
    with pytest.raises(BadInput) as wrong:
        actions.enter(firm=orchard(cast), draft=ListingDraft(**good | draft), by=mei)
    assert wrong.value.field == field
    assert sentence in wrong.value.sentence
    assert Listing.objects.count() == 0


def test_a_day_that_is_over_is_refused_unless_it_stood_there(cast, mei):
    firm, today = orchard(cast), clock.today()
    with pytest.raises(BadInput):
        said(firm, WANTED, until=today - timedelta(days=1), by=mei)
    need = said(firm, WANTED, until=today, by=mei)
    past = today - timedelta(days=3)
    Listing.objects.filter(pk=need.pk).update(valid_until=past)
    need.refresh_from_db()
    draft = ListingDraft(kind="need", about="product", words=WANTED, title=need.title, valid_until=past)
    assert actions.change(listing=need, draft=draft, version=1, by=mei) == ["about"]


def test_only_whoever_keeps_the_file_writes_and_only_whoever_sees_the_firm_reads(cast, mei):
    need = said(orchard(cast), WANTED, by=mei)
    for name in ("李小英", "何区长"):  # see the register, keep nothing
        with pytest.raises(NotAllowed):
            actions.close(listing=need, met=True, by=cast.viewer(name))
        assert queries.listing_for(cast.viewer(name), need.pk) == need
    with pytest.raises(NotAllowed):
        said(need.firm, WANTED, by=cast.viewer("覃丽"))
    for name in ("覃丽", "农志明", "赵工"):
        with pytest.raises(NotVisible):
            queries.listing_for(cast.viewer(name), need.pk)
        assert titles(cast.viewer(name)) == []
    assert titles(cast.viewer("黄志强")) == [need.title]


def test_the_list_is_narrowed_by_kind_matter_township_words_and_state(cast, mei, pair):
    need, offer = pair.need, pair.offer
    assert titles(mei) == [offer.title, need.title]
    assert titles(mei, kind="need") == [need.title]
    assert titles(mei, about="finance") == []
    assert len(titles(mei, town_id=cast.regions["大塘镇"].pk)) == 2
    assert titles(mei, town_id=cast.regions["临江镇"].pk) == []
    assert titles(mei, text="八百吨 冷藏库") == [offer.title]
    assert titles(mei, text="？？") == []
    actions.close(listing=need, met=False, reason="不种了", by=mei)
    assert (titles(mei), titles(mei, state="withdrawn")) == ([offer.title], [need.title])


def test_a_change_is_read_and_paired_anew_and_lost_to_nobody(cast, mei, pair):
    need = queries.listing_for(mei, pair.need_id)
    draft = ListingDraft(kind="need", about="labour", words="招缝纫工六十名，包吃住。", title="招缝纫工")
    assert actions.change(listing=need, draft=draft, version=1, by=mei) == ["about", "title", "words"]
    assert Pair.objects.count() == 0
    assert verbs(need)[0] == "listing.changed"
    with pytest.raises(Raced):
        actions.change(listing=need, draft=ListingDraft("need", "labour", WANTED), version=1, by=mei)
    actions.close(listing=need, met=True, by=mei)
    with pytest.raises(ListingClosed) as closed:
        actions.change(listing=need, draft=ListingDraft("need", "labour", WANTED), version=3, by=mei)
    assert closed.value.sentence == "这条需求已经满足了，请刷新后再看。"


def test_a_closed_one_is_paired_no_more_until_it_is_opened_again(cast, mei, pair):
    need = pair.need
    with pytest.raises(BadInput):
        actions.close(listing=need, met=False, by=mei)
    actions.close(listing=need, met=True, by=mei)
    assert Pair.objects.count() == 0
    with pytest.raises(ListingClosed):
        actions.close(listing=need, met=True, by=mei)
    actions.reopen(listing=need, by=mei)
    assert Pair.objects.count() == 1
    with pytest.raises(Raced):
        actions.reopen(listing=need, by=mei)
    assert verbs(need) == ["listing.reopened", "listing.met", "listing.entered"]


# --- what may fit -----------------------------------------------------------------------------------------------------


def test_a_need_and_an_offer_of_different_firms_are_put_side_by_side_with_reasons(pair):
    words = {reason["words"]: reason["weight"] for reason in pair.reasons}
    told = next(word for word in words if word.startswith("都提到："))
    assert {"沃柑", "冷藏库"} & set(pair.shared_words)
    assert words[told] > 1
    assert words["同一类：物流、仓储"] == 0.8
    assert words["同一乡镇（街道）：大塘镇"] == 0.5
    assert pair.score == pytest.approx(sum(words.values()))
    assert pair.settings_version


def test_nothing_is_paired_with_its_own_firm_its_own_kind_or_by_common_words_alone(cast, mei):
    farm, store = orchard(cast), cold_store(cast)
    said(farm, WANTED, by=mei)
    said(farm, HAD, kind="offer", by=mei)
    said(store, WANTED, by=mei)
    said(store, "我们公司长期供应优质产品，价格面议，希望合作。", kind="offer", by=mei)
    assert [(p.need.firm.name, p.offer.firm.name) for p in Pair.objects.all()] == [(store.name, farm.name)]


def test_another_matter_speaks_against_and_an_expired_one_goes_last(cast, mei, pair):
    other = entered("江边冷链公司", unit_id=cast.units["住建局"].pk)
    said(other, HAD, kind="offer", about="finance", by=mei)
    first, second = queries.pairs(mei).rows
    assert first == pair
    assert {"words": "类别不同：物流、仓储 / 资金", "weight": -0.8} in second.reasons
    past = clock.today() - timedelta(days=1)
    Listing.objects.filter(pk=pair.offer_id).update(valid_until=past)
    nightly(timestamp=0)
    nightly(timestamp=0)
    first, second = queries.pairs(mei).rows
    assert second == pair
    assert {"words": f"已到期：供给到 {past:%Y-%m-%d}", "weight": -3.0} in second.reasons
    assert Listing.objects.get(pk=pair.offer_id).expired


def test_the_night_reads_again_what_an_older_engine_read(pair):
    Listing.objects.update(engine_version="旧", data=b"\x01\x00", keys=[])
    Pair.objects.all().delete()
    nightly(timestamp=0)
    assert Pair.objects.count() == 1
    assert not Listing.objects.filter(engine_version="旧").exists()


def test_candidates_come_from_the_index_and_cost_the_same_however_many_there_are(cast, mei):
    farm = orchard(cast)
    store = cold_store(cast)
    need = said(farm, WANTED, by=mei)

    def cost():
        with CaptureQueriesContext(connection) as told:
            actions.find_pairs(listing_ids=[need.pk])
        return len(told)

    said(store, HAD, kind="offer", by=mei)
    few = cost()
    rows = [(store, ListingDraft("offer", "product", f"瓦楞纸箱第 {n} 种规格，能印字。")) for n in range(40)]
    actions.enter_many(rows=rows, by=mei)
    assert cost() == few
    assert Pair.objects.count() == 1


def test_a_pair_set_aside_is_remembered_for_ever(cast, mei, pair):
    with pytest.raises(BadInput):
        actions.set_aside(pair=pair, reason=" ", by=mei)
    actions.set_aside(pair=pair, reason="冷库已经租满", by=mei)
    actions.find_pairs(listing_ids=[pair.need_id, pair.offer_id])
    assert list(queries.pairs(mei).rows) == []
    assert [p.aside_for for p in queries.pairs_of(pair.need).rows] == ["冷库已经租满"]
    with pytest.raises(PairDecided) as decided:
        actions.introduce(pair=pair, how="phone", by=mei)
    assert "不合适" in decided.value.sentence
    actions.take_back(pair=pair, by=mei)
    assert list(queries.pairs(mei).rows) == [pair]
    assert verbs(pair) == ["pair.taken_back", "pair.set_aside"]


def test_a_pair_is_seen_from_either_side_and_decided_by_a_keeper_of_one(cast, pair):
    for name in ("黄志强", "覃丽", "何区长"):
        assert queries.pair_for(cast.viewer(name), pair.pk) == pair
    with pytest.raises(NotVisible):
        queries.pair_for(cast.viewer("农志明"), pair.pk)
    with pytest.raises(NotAllowed):
        actions.set_aside(pair=pair, reason="不合适", by=cast.viewer("何区长"))
    contacts = queries.contacts_of(cast.viewer("黄志强"), pair.need, pair.offer)
    assert [face.name for face in contacts[pair.need.firm_id]] == ["韦**"]
    assert pair.offer.firm_id not in contacts
    actions.set_aside(pair=pair, reason="不合适", by=cast.viewer("黄志强"))


def test_needs_go_with_a_firm_that_is_merged(cast, mei, pair):
    twin = entered("源丰冷库", place_id=cast.regions["大塘镇"].pk)
    done = parties.merge(kept=twin, gone=pair.offer.firm, reason="同一块厂牌", by=mei)
    offer = Listing.objects.get(pk=pair.offer_id)
    assert offer.firm_id == twin.pk
    assert verbs(offer)[0] == "listing.firm_merged"
    parties.undo_merge(merge=done, by=mei)
    assert Listing.objects.get(pk=pair.offer_id).firm_id == pair.offer.firm_id


def test_two_that_became_one_firm_are_not_proposed_to_each_other(cast, mei, pair):
    Firm.objects.filter(pk=pair.offer.firm_id).update(credit_code="")
    parties.merge(kept=pair.need.firm, gone=pair.offer.firm, reason="同一家", by=mei)
    assert list(queries.pairs(mei).rows) == []
    assert queries.pairs_waiting(mei).count() == 0


# --- introductions ----------------------------------------------------------------------------------------------------


def test_contacts_are_passed_on_only_after_both_sides_agreed(mei, pair):
    row = introduced(pair, agreed=False, by=mei)
    actions.agree(introduction=row, side="need", said="理事长当面同意", by=mei)
    with pytest.raises(NotBothAgreed) as missing:
        actions.pass_on(introduction=row, by=mei)
    assert "供给方还没有同意" in missing.value.sentence
    with pytest.raises(Raced):
        actions.agree(introduction=row, side="need", said="又说一遍", by=mei)
    with pytest.raises(BadInput):
        actions.agree(introduction=row, side="offer", said="", by=mei)
    with pytest.raises(IntegrityError), transaction.atomic():
        Introduction.objects.filter(pk=row.pk).update(passed_on_at=clock.now(), passed_on_by=mei.officer_id)
    actions.agree(introduction=row, side="offer", said="经理电话同意", by=mei)
    row = actions.pass_on(introduction=row, by=mei)
    assert (row.state, row.passed_on_by_id) == ("talking", mei.officer_id)
    assert verbs(row) == [
        "introduction.passed_on", "introduction.agreed_to", "introduction.agreed_to", "introduction.made",
    ]  # fmt: skip
    assert "理事长" not in str([event.facts for event in trail.of(row)])
    with pytest.raises(Raced):
        actions.pass_on(introduction=row, by=mei)


def test_one_introduction_at_a_time_with_contacts_of_the_right_firm(cast, mei, pair):
    stranger = pair.offer.firm.contacts.get()
    with pytest.raises(BadInput) as wrong:
        actions.introduce(pair=pair, how="phone", need_contact_id=stranger.pk, by=mei)
    assert wrong.value.field == "need_contact"
    with pytest.raises(BadInput):
        actions.introduce(pair=pair, how="telepathy", by=mei)
    with pytest.raises(NotAllowed):
        actions.introduce(pair=pair, how="phone", by=cast.viewer("李小英"))
    row = introduced(pair, agreed=False, offer_contact_id=stranger.pk, by=mei)
    assert row.unit_id == mei.actor_unit_id
    with pytest.raises(PairDecided):
        actions.introduce(pair=pair, how="phone", by=mei)
    assert list(queries.pairs(mei).rows) == []


def test_a_withdrawn_need_is_not_introduced(mei, pair):
    Listing.objects.filter(pk=pair.need_id).update(state="withdrawn")
    with pytest.raises(ListingClosed):
        actions.introduce(pair=pair, how="phone", by=mei)


def test_a_deal_ends_it_with_its_value_and_meets_the_need(mei, pair):
    row = introduced(pair, agreed=False, by=mei)
    with pytest.raises(NotYetPassedOn):
        actions.note_step(introduction=row, state="agreed", by=mei)
    for side in ("need", "offer"):
        actions.agree(introduction=row, side=side, said="电话里同意", by=mei)
    actions.pass_on(introduction=row, by=mei)
    with pytest.raises(BadInput) as no_day:
        actions.note_step(introduction=row, state="talking", words="还在看库", by=mei)
    assert no_day.value.field == "follow_up_on"
    actions.note_step(introduction=row, state="talking", words="还在看库", follow_up_on=clock.today(), by=mei)
    assert queries.due_follow_ups(mei).count() == 1
    actions.note_step(introduction=row, state="agreed", words="签了一季", value=Decimal("18.6"), met=True, by=mei)
    row.refresh_from_db()
    assert (row.state, row.value, row.follow_up_on) == ("agreed", Decimal("18.60"), None)
    assert Listing.objects.get(pk=pair.need_id).state == "met"
    assert queries.due_follow_ups(mei).count() == 0
    assert [step.state for step in queries.introduction_for(mei, row.pk).steps.all()] == ["agreed", "talking"]
    assert verbs(row)[0] == "introduction.followed_up"
    with pytest.raises(IntroductionOver):
        actions.note_step(introduction=row, state="no_deal", words="反悔", by=mei)


def test_no_deal_says_why_and_the_pair_is_not_proposed_again(mei, pair):
    row = introduced(pair, agreed=False, by=mei)
    with pytest.raises(BadInput):
        actions.note_step(introduction=row, state="no_deal", by=mei)
    actions.note_step(introduction=row, state="no_deal", words="供给方不同意留电话", by=mei)
    pair.refresh_from_db()
    assert (pair.state, pair.aside_for) == ("aside", "供给方不同意留电话")
    actions.find_pairs(listing_ids=[pair.need_id])
    assert list(queries.pairs(mei).rows) == []
    assert queries.introduction_counts(mei)["no_deal"] == 1


def test_an_introduction_is_followed_by_a_keeper_of_one_side(cast, mei, pair):
    row = introduced(pair, by=mei)
    day = clock.today() + timedelta(days=3)
    with pytest.raises(NotAllowed):
        actions.note_step(introduction=row, state="talking", words="问过", follow_up_on=day, by=cast.viewer("何区长"))
    with pytest.raises(NotVisible):
        queries.introduction_for(cast.viewer("农志明"), row.pk)
    actions.note_step(introduction=row, state="talking", words="问过", follow_up_on=day, by=cast.viewer("覃丽"))
    assert [one.pk for one in queries.introductions(cast.viewer("黄志强"), "talking").rows] == [row.pk]
    assert queries.due_follow_ups(cast.viewer("覃丽")).count() == 0
