"""合并登记: nothing is lost, everything is written down, and it can be taken back; what is not the same is remembered."""

from datetime import date

import pytest
from django.apps import apps

from tests.parties.firms import MANAGER, code, entered
from tests.parties.test_pages import raised
from tongti.cases.models import Case
from tongti.parties import actions, links, matching, queries
from tongti.parties.actions import ContactDraft, FigureDraft, FirmDraft
from tongti.parties.errors import MergeRefused
from tongti.parties.matching import Register
from tongti.parties.models import Firm, FirmContact, FirmMerge, KeyFigure, Lookalike, Party, Reveal
from tongti.parties.periods import Period
from tongti.shared.actor import SYSTEM
from tongti.shared.errors import BadInput, NotAllowed, Raced
from tongti.trail import queries as trail

MARCH, APRIL = Period(date(2026, 3, 1), "month"), Period(date(2026, 4, 1), "month")


def said(firm, measure, period, value):
    actions.enter_figure(firm=firm, draft=FigureDraft(measure, period, value, "firm"), by=SYSTEM)


@pytest.fixture
def keeper(cast):
    return cast.viewer("韦晓梅")


@pytest.fixture
def twice(cast, keeper):
    """One factory that was registered twice, each time with something of its own."""
    kept = entered("云岭区龙腾食品有限公司", credit_code=code(1), people=(MANAGER,))
    gone = entered(
        "广西云岭龙腾食品有限责任公司", size="industry", sector="14", address="幸福路 8 号",
        unit_id=cast.units["水利局"].pk, place_id=cast.regions["幸福社区"].pk,
        people=(MANAGER, ContactDraft(name="黄丽", phone="13900139000", post="会计")),
    )  # fmt: skip
    said(kept, "output", MARCH, "100")
    said(gone, "output", MARCH, "90")
    said(gone, "output", APRIL, "120")
    said(gone, "staff", MARCH, "40")
    actions.reveal_contacts(firm=gone, reason="约走访时间", by=keeper)
    return kept, gone


def merged(kept, gone, by, reason="电话核实，是同一家"):
    return actions.merge(kept=kept, gone=gone, reason=reason, by=by)


def points_at(firm):
    """Everything that points at an entry, by the registry."""
    return {name: sorted(link.at(firm.pk).values_list("pk", flat=True)) for name, link in links.MOVES.items()}


# --- the registry ---------------------------------------------------------------------------------------------------


def test_every_key_to_a_party_or_firm_says_what_a_merge_does_with_it():
    """A later package that points at a firm and says nothing would lose its rows to an entry nobody sees: it fails here."""
    keys = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and field.related_model in (Party, Firm)
    }
    told = set(links.MOVES) | set(links.STAYS)
    assert keys - told == set(), "parties.links: moves_with_a_firm(…) 或 stays_behind(…)"
    assert told - keys == set(), "已经没有这些字段了"
    assert {"cases.Case.party", "parties.FirmContact.firm", "parties.Reveal.party"} <= set(links.MOVES)


# --- merging ----------------------------------------------------------------------------------------------------------


def test_the_preview_tells_what_would_move_and_writes_nothing(cast, keeper, twice):
    kept, gone = twice
    raised(cast, 1, party_id=gone.pk)
    before = points_at(gone)
    preview = actions.preview_merge(kept=kept, gone=gone, by=keeper)
    told = {row.word: (row.going, row.staying) for row in preview.moving}
    assert told["件诉求"] == (1, 0)
    assert told["位联系人"] == (1, 1)
    assert told["个指标数"] == (2, 1)
    assert told["次查看身份的记录"] == (1, 0)
    assert preview.labels == ["规模", "行业", "地点", "地址", "服务单位"]
    assert preview.refusal == ""
    assert points_at(gone) == before
    assert FirmMerge.objects.count() == 0


def test_a_merge_takes_everything_along_and_alters_nothing_else(cast, keeper, twice):
    kept, gone = twice
    case = raised(cast, 1, party_id=gone.pk)
    before = Case.objects.filter(pk=case.pk).values().get()
    merged(kept, gone, keeper)
    after = Case.objects.filter(pk=case.pk).values().get()
    assert after.pop("party_id") == kept.pk
    assert before.pop("party_id") == gone.pk
    assert after == before
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert (kept.size, kept.sector, kept.address, kept.unit.short_name) == ("industry", "14", "幸福路 8 号", "水利局")
    assert (kept.name, kept.credit_code) == ("云岭区龙腾食品有限公司", code(1))
    assert gone.merged_into_id == kept.pk
    assert sorted(c.phone for c in FirmContact.objects.filter(firm=kept)) == ["+8613800138000", "+8613900139000"]
    figures = KeyFigure.objects.filter(firm=kept, current=True).values_list("measure", "starts_on", "value")
    assert sorted((m, d.month, int(v)) for m, d, v in figures) == [
        ("output", 3, 100),
        ("output", 4, 120),
        ("staff", 3, 40),
    ]
    assert Reveal.objects.get().party_id == kept.pk
    assert trail.of(case)[0].verb == "case.asker_merged"
    assert trail.of(kept)[0].verb == "firm.absorbed"
    assert trail.of(gone)[0].facts == {"merge": FirmMerge.objects.get().pk, "into": kept.pk}
    assert names(keeper) == ["云岭区龙腾食品有限公司"]


def names(viewer):
    return [firm.name for firm in queries.firms(viewer, queries.FirmFilters()).rows]


def test_a_merge_can_be_taken_back_to_where_everything_was(cast, keeper, twice):
    kept, gone = twice
    raised(cast, 1, party_id=gone.pk)
    before = points_at(kept), points_at(gone)
    was = (
        Firm.objects.filter(pk__in=[kept.pk, gone.pk])
        .order_by("pk")
        .values("name", "size", "sector", "address", "unit", "credit_code")
    )
    was = list(was)
    done = merged(kept, gone, keeper)
    assert actions.undo_merge(merge=done, by=keeper) == 0
    assert (points_at(kept), points_at(gone)) == before
    now = (
        Firm.objects.filter(pk__in=[kept.pk, gone.pk])
        .order_by("pk")
        .values("name", "size", "sector", "address", "unit", "credit_code")
    )
    assert list(now) == was
    assert trail.of(kept)[0].verb == "firm.separated"
    assert trail.of(gone)[0].verb == "firm.restored"
    with pytest.raises(Raced):
        actions.undo_merge(merge=done, by=keeper)
    # whoever took it back says that they are two
    assert Lookalike.objects.get(one=kept, other=gone).state == "apart"


def test_what_was_moved_on_since_stays_where_it_is_when_a_merge_is_taken_back(cast, keeper, twice):
    kept, gone = twice
    third = entered("第三家")
    case = raised(cast, 1, party_id=gone.pk)
    done = merged(kept, gone, keeper)
    Case.objects.filter(pk=case.pk).update(party=third.pk)
    kept.refresh_from_db()
    actions.change_firm(
        firm=kept, draft=FirmDraft(name=kept.name, credit_code=code(1), size="near", unit_id=kept.unit_id),
        version=kept.version, by=keeper,
    )  # fmt: skip
    assert actions.undo_merge(merge=done, by=keeper) == 1
    case.refresh_from_db()
    kept.refresh_from_db()
    assert (case.party_id, kept.size, kept.unit_id) == (third.pk, "near", None)


def test_an_address_leads_to_what_the_entry_lives_on_in(client, cast, keeper, twice):
    kept, gone = twice
    merged(kept, gone, keeper)
    last = entered("龙腾食品集团有限公司")
    merged(last, kept, keeper)
    client.force_login(cast.officers["韦晓梅"])
    answer = client.get(f"/desk/firms/{gone.pk}/")
    assert answer.headers["Location"] == f"/desk/firms/{last.pk}/"
    last.refresh_from_db()
    assert last.credit_code == code(1)
    # the earlier merge cannot be taken back past the later one
    with pytest.raises(MergeRefused):
        actions.undo_merge(merge=FirmMerge.objects.get(gone=gone), by=keeper)


def test_a_case_that_comes_in_under_the_old_entry_is_still_the_firms(cast, keeper, twice):
    kept, gone = twice
    done = merged(kept, gone, keeper)
    late = raised(cast, 1, party_id=gone.pk)
    called = raised(cast, 2, asker_name="龙腾食品", phone="13700137000", credit_code=code(1))
    assert set(queries.party_ids_of(kept)) == {kept.pk, gone.pk, called.party_id}
    actions.undo_merge(merge=done, by=keeper)
    late.refresh_from_db()
    assert late.party_id == gone.pk


@pytest.mark.parametrize(
    ("kept", "gone", "why"),
    [
        ({"credit_code": code(1)}, {"credit_code": code(2)}, "两个主体"),
        ({"kind": "park"}, {"kind": "enterprise"}, "一条是园区"),
    ],
)
def test_what_cannot_be_one_is_refused_with_a_reason(cast, keeper, kept, gone, why):
    one, other = entered("龙腾食品厂", **kept), entered("龙腾食品二厂", **gone)
    assert why in actions.preview_merge(kept=one, gone=other, by=keeper).refusal
    with pytest.raises(MergeRefused) as refused:
        merged(one, other, keeper)
    assert why in refused.value.sentence
    assert FirmMerge.objects.count() == 0


def test_only_who_keeps_the_whole_register_merges_and_says_why(cast, keeper, twice):
    kept, gone = twice
    for name in ("黄志强", "陆局长", "何区长", "李小英"):
        with pytest.raises(NotAllowed):
            merged(kept, gone, cast.viewer(name))
        with pytest.raises(NotAllowed):
            actions.preview_merge(kept=kept, gone=gone, by=cast.viewer(name))
    with pytest.raises(BadInput):
        merged(kept, gone, keeper, reason=" ")
    merged(kept, gone, keeper)
    with pytest.raises(MergeRefused):
        merged(kept, gone, keeper)


# --- what looks alike ---------------------------------------------------------------------------------------------


def likely(one, other):
    register = Register.read()
    found = {(a, b): why for a, b, why in matching.pairs(register)}
    return found.get((min(one.pk, other.pk), max(one.pk, other.pk)))


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ({"name": "云岭区龙腾食品有限公司"}, {"name": "广西云岭龙腾食品（集团）有限公司"}, "名称相近"),
        ({"name": "云岭区龙腾食品有限公司"}, {"name": "云岭区龙腾食品有限责任公司"}, "名称相同"),
        ({"name": "甲厂", "people": (MANAGER,)}, {"name": "乙店", "people": (MANAGER,)}, "电话相同"),
        (
            {"name": "龙腾", "credit_code": code(1)},
            {"name": "腾龙", "credit_code": ""},
            None,
        ),
        ({"name": "云岭兴旺竹制品厂"}, {"name": "云岭永固水泥制品厂"}, None),
        (
            {"name": "云岭区龙腾食品有限公司", "credit_code": code(1)},
            {"name": "云岭区龙腾食品有限责任公司", "credit_code": code(2)},
            None,
        ),
    ],
)
def test_pairs_are_proposed_with_reasons_and_two_bodies_never(cast, one, other, reason):
    place = cast.regions["大塘村"].pk
    why = likely(entered(place_id=place, **one), entered(place_id=place, **other))
    if reason is None:
        assert why is None
    else:
        assert any(reason in words for words in why.reasons), why


def test_one_body_registered_anew_by_another_authority_is_seen(cast):
    from stdnum.cn import uscc

    moved = f"91450101{code(1)[8:17]}"
    one = entered("老名称食品厂", credit_code=code(1))
    other = entered("新字号饮料店", credit_code=moved + uscc.calc_check_digit(moved))
    assert "主体标识码" in likely(one, other).reasons[0]


def test_near_names_are_found_through_few_of_their_pairs(cast):
    """The short cut by the rarest pairs finds what comparing everybody with everybody finds."""
    from itertools import combinations

    parts = ["龙腾", "振兴", "恒通", "百顺", "绿源"]
    goods = ["食品", "五金制品", "塑料包装", "机械设备", "纺织"]
    for first in parts:
        for second in goods:
            entered(f"云岭区{first}{second}有限公司", place_id=cast.regions["大塘村"].pk)
            entered(f"{first}{second}加工厂", place_id=cast.regions["大塘村"].pk)
    register = Register.read()
    quick = {(a, b) for a, b, _ in matching.pairs(register)}
    slow = {
        (a.pk, b.pk)
        for a, b in combinations(sorted(register.entries.values(), key=lambda known: known.pk), 2)
        if matching.compare(a, b).score >= matching.SUSPICIOUS
    }
    assert quick == slow
    assert len(slow) > 20


def test_pairs_wait_once_and_a_no_is_remembered(cast, keeper):
    one, other = entered("云岭区龙腾食品有限公司"), entered("云岭区龙腾食品有限责任公司")
    assert actions.find_lookalikes() == 1
    assert actions.find_lookalikes() == 0
    (row,) = queries.lookalikes(keeper).rows
    assert (row.one, row.other, row.state) == (one, other, "waiting")
    actions.tell_apart(one=one, other=other, by=keeper)
    assert actions.find_lookalikes() == actions.find_lookalikes(firm_ids=[one.pk]) == 0
    assert queries.lookalikes(keeper).rows == []
    assert trail.of(one)[0].facts == {"other": other.pk}


def test_a_pair_that_no_longer_looks_alike_leaves_the_list(cast, keeper):
    one, other = entered("云岭区龙腾食品有限公司"), entered("云岭区龙腾食品有限责任公司")
    actions.find_lookalikes()
    for n, firm in ((1, one), (2, other)):
        draft = FirmDraft(name=firm.name, credit_code=code(n))
        actions.change_firm(firm=firm, draft=draft, version=1, by=keeper)
    actions.find_lookalikes(firm_ids=[other.pk])
    assert Lookalike.objects.count() == 0


# --- its pages ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def browser(client, cast):
    client.force_login(cast.officers["韦晓梅"])
    return client


def text(answer):
    return answer.content.decode()


def test_the_pairs_cost_the_same_however_many_they_are(browser, cast, django_assert_max_num_queries):
    for n in range(12):
        entered(f"云岭区龙腾{n}号食品有限公司")
        entered(f"云岭区龙腾{n}号食品有限责任公司")
    actions.find_lookalikes()
    browser.get("/desk/firms/duplicates/")
    with django_assert_max_num_queries(14):
        page = browser.get("/desk/firms/duplicates/")
    assert text(page).count("核对<span") >= 12


def test_two_firms_are_put_side_by_side_by_name_or_code(browser, twice):
    kept, gone = twice
    answer = browser.post("/desk/firms/duplicates/", {"one": code(1), "other": gone.name})
    assert answer.headers["Location"] == f"/desk/firms/duplicates/{kept.pk}/{gone.pk}/"
    wrong = browser.post("/desk/firms/duplicates/", {"one": "没有这家", "other": "龙腾食品"})
    assert wrong.status_code == 422
    assert "没有找到这一条" in text(wrong)
    assert "有 2 条都对得上" in text(wrong)
    same = browser.post("/desk/firms/duplicates/", {"one": code(1), "other": kept.name})
    assert "两条是同一条登记" in text(same)


def test_the_preview_follows_which_entry_is_kept(browser, cast, twice):
    kept, gone = twice
    raised(cast, 1, party_id=gone.pk)
    url = f"/desk/firms/duplicates/{kept.pk}/{gone.pk}/"
    page = text(browser.get(url))
    assert f"“{gone.name}”并入“{kept.name}”会怎样" in page
    assert "1 件诉求移过去" in page
    other = text(browser.post(url, {"do": "look", "keep": gone.pk, "reason": "同一块厂牌"}))
    assert f"“{kept.name}”并入“{gone.name}”会怎样" in other
    assert "同一块厂牌" in other
    refused = browser.post(url, {"do": "merge", "keep": gone.pk, "reason": ""})
    assert refused.status_code == 422
    assert FirmMerge.objects.count() == 0
    browser.post(url, {"do": "merge", "keep": gone.pk, "reason": "同一块厂牌"})
    assert FirmMerge.objects.get().kept_id == gone.pk
    assert browser.get(url).status_code == 404


def test_the_file_says_what_it_may_be_and_what_was_merged_into_it(browser, cast, keeper, twice):
    kept, gone = twice
    actions.find_lookalikes()
    assert f"可能和“{gone.name}”是同一家" in text(browser.get(f"/desk/firms/{kept.pk}/"))
    merged(kept, gone, keeper)
    page = text(browser.get(f"/desk/firms/{kept.pk}/"))
    assert "可能和" not in page
    assert "并入这一条的" in page
    left = text(browser.get(f"/desk/firms/{gone.pk}/figures/"))
    assert "90 万元" in left
    assert "录入</button>" not in left
    browser.force_login(cast.officers["何区长"])
    assert "可能和" not in text(browser.get(f"/desk/firms/{kept.pk}/"))


def test_not_the_same_is_one_press(browser, keeper, twice):
    kept, gone = twice
    actions.find_lookalikes()
    browser.post(f"/desk/firms/duplicates/{kept.pk}/{gone.pk}/", {"do": "apart"})
    assert Lookalike.objects.get().state == "apart"
    assert "以前核对过：不是同一家" in text(browser.get(f"/desk/firms/duplicates/{kept.pk}/{gone.pk}/"))
