"""Finding → case: the firm's own case, once; the same difficulty again at the same firm is linked; revisits."""

import uuid
from datetime import timedelta

import pytest

from tests.relay.stories import verbs
from tongti.cases import actions as case_actions
from tongti.cases import queries as cases
from tongti.cases.models import Case
from tongti.questions.models import Membership
from tongti.shared.errors import BadInput, NotAllowed, NotVisible, Raced
from tongti.shared.uploads import Upload
from tongti.visits import actions, queries
from tongti.visits.errors import AlreadyPlanned, AlreadySettled
from tongti.visits.models import Revisit, VisitPhoto


def test_the_officer_enters_it_and_the_firm_asks(outing):
    finding = outing.finding(wished="把路面硬化", category_id=outing.cast.categories["供水"].pk)
    case = finding.case
    assert (case.channel, case.party_id, case.party_kind) == ("visit", outing.sugar.pk, "enterprise")
    assert case.registered_by_id == outing.cast.officers["谭小勇"].pk
    assert case.body.endswith("希望：把路面硬化")
    assert verbs(case) == ["case.registered", "case.firm_told"]
    assert verbs(finding) == ["finding.noted", "finding.raised"]
    # she sees what she entered, her colleague of another town does not
    assert cases.case_for(outing.viewer("谭小勇"), case.pk) == case
    with pytest.raises(NotVisible):
        cases.case_for(outing.viewer("卢芳"), case.pk)


def test_one_tap_however_often_it_is_tapped(outing):
    finding = outing.finding(at_once=False)
    assert finding.case is None
    first = actions.raise_finding(finding=finding, by=outing.viewer("谭小勇"))
    assert actions.raise_finding(finding=finding, by=outing.viewer("谭小勇")) == first
    assert Case.objects.count() == 1
    assert verbs(finding) == ["finding.noted", "finding.raised"]


def test_only_who_writes_on_the_visit_raises(outing):
    finding = outing.finding(at_once=False)
    with pytest.raises(NotVisible):
        actions.raise_finding(finding=finding, by=outing.viewer("卢芳"))
    with pytest.raises(NotAllowed):
        actions.raise_finding(finding=finding, by=outing.viewer("何区长"))
    assert Case.objects.count() == 0


def test_a_case_keeps_its_words_when_the_visit_is_sent_again_changed(outing):
    draft = outing.found()
    visit = outing.save(outing.sent(findings=(draft,)))
    changed = outing.found("换了一种说法", key=draft.key)
    outing.save(outing.sent(visit, findings=(changed,), base_version=visit.version))
    assert Case.objects.get().body == draft.words


def test_a_common_difficulty_is_proposed_to_the_question_she_named(outing, story):
    question = story.question(3)
    finding = outing.finding("晚上停水，冷却塔没有水", shared=True, question_id=question.pk)
    row = Membership.objects.get(case=finding.case)
    assert (row.question, row.state, row.how, row.probability) == (question, "proposed", "officer", None)
    single = outing.finding("门口的电线杆歪了", shared=False, question_id=question.pk)
    assert not Membership.objects.filter(case=single.case).exists()
    assert single.question is None


def again_after_a_month(outing, on_friday):
    """The road once more, thirty days later."""
    first = outing.finding()
    on_friday.shift(timedelta(days=30))
    return first, outing.finding("厂门口那条路还是坑坑洼洼，大货车进不来，原料要转运")


def test_found_again_at_the_same_firm_the_earlier_case_is_proposed_with_reasons(outing, on_friday):
    outing.finding(by="卢芳", firm=outing.packing)
    first, again = again_after_a_month(outing, on_friday)
    other = outing.finding("开票系统总是登录不上")
    assert (again.earlier, again.earlier_state) == (first.case, "proposed")
    assert again.earlier_chance > 0.3
    assert all(isinstance(reason, str) and reason for reason in again.earlier_reasons)
    assert again.earlier_reasons
    # the machine suggests: nothing is linked until a person says so
    assert again.case.repeat_of is None
    assert queries.chain_of(outing.viewer("谭小勇"), again.case) is None
    assert (other.earlier, other.earlier_state) == (None, "")


def test_one_tap_links_them_and_the_case_says_the_how_manieth_time_it_is(outing, on_friday):
    first, again = again_after_a_month(outing, on_friday)
    tan = outing.viewer("谭小勇")
    with pytest.raises(NotVisible):
        actions.settle_repeat(finding=again, same=True, by=outing.viewer("卢芳"))
    with pytest.raises(NotAllowed):
        actions.settle_repeat(finding=again, same=True, by=outing.viewer("何区长"))
    actions.settle_repeat(finding=again, same=True, by=tan)
    again.case.refresh_from_db()
    assert (again.earlier_state, again.case.repeat_of) == ("confirmed", first.case)
    assert verbs(again)[-1] == "finding.link_confirmed"
    assert verbs(again.case)[-1] == "case.repeat_linked"
    chain = queries.chain_of(tan, again.case)
    assert chain.words == "第 2 次反映，上次 2026-03-06 反映，现在待派单"
    assert queries.chain_of(tan, first.case).words == "第 1 次反映，后来又反映了 1 次"
    assert [one.nth for one in queries.repeated_of_firm(tan, outing.sugar.pk)] == [2]
    assert queries.found_again_counts(tan) == {"proposed": 0, "confirmed": 1, "refused": 0}
    # who has no business with the firm is told of no chain
    assert queries.chain_of(outing.viewer("卢芳"), again.case) is None


def test_what_a_person_said_binds_and_only_the_office_says_otherwise(outing, on_friday):
    first, again = again_after_a_month(outing, on_friday)
    tan, office = outing.viewer("谭小勇"), outing.viewer("邓主任")
    actions.settle_repeat(finding=again, same=False, by=tan)
    again.case.refresh_from_db()
    assert (again.earlier, again.earlier_state, again.case.repeat_of) == (first.case, "refused", None)
    assert verbs(again)[-1] == "finding.link_refused"
    for same in (True, False):
        with pytest.raises(AlreadySettled):
            actions.settle_repeat(finding=again, same=same, by=tan)
    actions.settle_repeat(finding=again, same=True, by=office)
    actions.settle_repeat(finding=again, same=False, by=office)
    again.case.refresh_from_db()
    assert again.case.repeat_of is None
    assert verbs(again.case)[-1] == "case.repeat_unlinked"


def test_a_case_repeats_only_an_earlier_one_of_the_same_asker(outing, on_friday):
    first, again = again_after_a_month(outing, on_friday)
    elsewhere = outing.finding(by="卢芳", firm=outing.packing)
    tan = outing.viewer("谭小勇")
    for case, earlier in ((first.case, again.case), (first.case, first.case), (again.case, elsewhere.case)):
        with pytest.raises(BadInput, match="同一诉求人更早的"):
            case_actions.link_repeat(case=case, earlier=earlier, by=tan)
    assert Case.objects.filter(repeat_of__isnull=False).count() == 0


def test_what_a_firm_asked_to_hide_shines_through_nowhere(outing, story):
    """谭小勇 is of a unit too, and it may be the one complained of."""
    tan = outing.viewer("谭小勇")
    hidden = story.call(
        "镇里的干部让我们厂的大货车绕路，厂门口的路坑坑洼洼没人修", asker_party_id=outing.sugar.pk, hide_identity=True
    )
    open_ = story.call("厂区停电没有通知", asker_party_id=outing.sugar.pk)
    told = outing.finding("招不到熟练工", by="谭小勇")
    card = queries.card(tan, outing.sugar.pk)
    assert [one.case_id for one in card.cases] == [told.case_id]
    again = outing.finding("厂门口的路坑坑洼洼没人修，大货车要绕路")
    assert again.earlier is None
    with pytest.raises(NotVisible):
        queries.case_to_revisit(tan, hidden.pk)
    # whoever sees the district's cases is told of the open one, and not of the hidden one
    office = queries.card(outing.viewer("邓主任"), outing.sugar.pk)
    assert {one.case_id for one in office.cases} == {told.case_id, again.case_id, open_.pk}


def test_a_caller_who_is_in_no_register_is_not_looked_up_here(outing, story):
    caller = story.call("停水").party_id
    for name in ("邓主任", "谭小勇"):
        with pytest.raises(NotVisible):
            queries.card(outing.viewer(name), caller)
    with pytest.raises(BadInput, match="请选要包联的企业"):
        actions.assign(
            campaign=outing.campaign,
            party_ids=[caller],
            officer_id=outing.cast.officers["谭小勇"].pk,
            by=outing.viewer("邓主任"),
        )


def test_a_revisit_is_planned_once_and_done_once(outing, friday):
    case, tan = outing.finding().case, outing.viewer("谭小勇")
    revisit = actions.plan_revisit(case=case, officer_id=tan.officer_id, day=friday + timedelta(days=14), by=tan)
    with pytest.raises(AlreadyPlanned):
        actions.plan_revisit(case=case, officer_id=tan.officer_id, day=friday + timedelta(days=20), by=tan)
    with pytest.raises(NotVisible):
        actions.finish_revisit(revisit=revisit, result="solved", words="", by=outing.viewer("卢芳"))
    with pytest.raises(BadInput, match="企业怎么说"):
        actions.finish_revisit(revisit=revisit, result="not", words="", by=tan)
    actions.finish_revisit(revisit=revisit, result="not", words="路面只修了一半", by=tan)
    assert verbs(revisit) == ["revisit.planned", "revisit.done"]
    with pytest.raises(Raced):
        actions.finish_revisit(revisit=revisit, result="solved", words="", by=tan)
    # and may be planned again
    actions.plan_revisit(case=case, officer_id=tan.officer_id, day=friday + timedelta(days=40), by=tan)
    assert Revisit.objects.count() == 2


def test_a_photo_is_kept_once_and_without_what_the_camera_added(outing, tmp_path, settings):
    from io import BytesIO

    from PIL import Image

    settings.MEDIA_ROOT = tmp_path
    visit, tan = outing.save(outing.sent()), outing.viewer("谭小勇")
    out = BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "照相机厂"
    Image.new("RGB", (40, 30), "green").save(out, "JPEG", exif=exif)
    upload, key = Upload("厂门.jpg", out.getvalue()), uuid.uuid4()
    first = actions.add_photo(visit=visit, key=key, upload=upload, by=tan)
    assert actions.add_photo(visit=visit, key=key, upload=upload, by=tan) == first
    assert actions.add_photo(visit=visit, key=uuid.uuid4(), upload=upload, by=tan) == first
    assert VisitPhoto.objects.count() == 1
    with Image.open(tmp_path / first.path) as kept:
        assert not kept.getexif()
    assert verbs(visit)[-1] == "visit.photo_added"
    with pytest.raises(BadInput, match="照片"):
        actions.add_photo(visit=visit, key=uuid.uuid4(), upload=Upload("a.pdf", b"%PDF-1.4\n%%EOF"), by=tan)
    with pytest.raises(NotVisible):
        actions.add_photo(visit=visit, key=uuid.uuid4(), upload=upload, by=outing.viewer("卢芳"))
