"""办结四问: a firm's difficulty is solved when the firm has answered four questions in its own words, and not before."""

import pytest
from django.db import IntegrityError, transaction

from tests.relay.stories import verbs
from tests.visits.closed import FOUR, answered, said
from tongti.outbox.models import Message
from tongti.parties.models import FirmContact
from tongti.relay.models import Baton
from tongti.shared import links
from tongti.shared.errors import BadInput, NotAllowed, NotVisible
from tongti.verdicts import actions as verdicts
from tongti.verdicts.closing import closing_questions, four_for
from tongti.verdicts.errors import AlreadyJudged, LinkSpent, NothingToJudge, OwnWork
from tongti.verdicts.models import Reopening, Verdict
from tongti.visits import actions

DICTATED = FOUR | {"speaker": "厂长"}


def test_the_four_questions_are_the_sheets_and_say_where_they_are_from():
    rule = closing_questions()
    assert list(rule.questions) == ["solved", "answered", "contacted", "satisfied"]
    assert [words.rstrip("？") for words in rule.questions.values()] == [
        "问题有没有解决", "诉求有没有答复", "责任部门有没有主动对接", "企业负责人满不满意",
    ]  # fmt: skip
    assert "aq365" in rule.source
    assert not rule.verified


def test_only_difficulties_of_a_visit_are_asked_four(outing, story):
    assert four_for(outing.finding().case) is not None
    assert four_for(story.call("停水")) is None


@pytest.mark.parametrize(
    ("facts", "field"), [({"answered": None}, "answered"), ({"words": "  "}, "words"), ({"words": "！！"}, "words")]
)
def test_three_answers_or_none_of_its_own_words_do_not_close_it(outing, facts, field):
    case = outing.finding().case
    signed = answered(outing, case)
    with pytest.raises(BadInput) as wrong:
        verdicts.give(token=links.verdict_token(signed.pk, case.pk), **(FOUR | facts))
    assert wrong.value.field == field
    case.refresh_from_db()
    assert (case.state, Verdict.objects.count()) == ("answered", 0)


def test_four_answers_in_its_own_words_close_it_as_solved(outing):
    case = outing.finding().case
    verdict = said(outing, case)
    assert (case.state, case.closing) == ("closed", "solved")
    assert (verdict.answered, verdict.words, verdict.way, verdict.by_id) == (True, FOUR["words"], "link", None)
    assert "case.judged" in verbs(case)


@pytest.mark.parametrize(
    ("facts", "why"),
    [({"solved": "no", "satisfied": "not", "words": "路还是坑"}, "not_solved"), ({"answered": False}, "no_answer")],
)
def test_a_no_brings_it_back_to_who_held_it(outing, facts, why):
    case = outing.finding().case
    said(outing, case, **facts)
    assert (case.state, case.closing, case.reopened) == ("handling", "", 1)
    assert Reopening.objects.get(case=case).why == why
    assert Baton.objects.filter(case=case, unit=outing.cast.units["水利局"], state="offered").exists()


def test_the_officer_writes_down_what_the_firm_dictates(outing):
    case, tan = outing.finding().case, outing.viewer("谭小勇")
    signed = answered(outing, case)
    with pytest.raises(BadInput, match="企业谁说的"):
        actions.take_answers(case=case, by=tan, **(DICTATED | {"speaker": ""}))
    verdict = actions.take_answers(case=case, by=tan, **DICTATED)
    case.refresh_from_db()
    assert (verdict.way, verdict.speaker, verdict.by_id) == ("visit", "厂长", tan.officer_id)
    assert (case.state, case.closing) == ("closed", "solved")
    # the firm speaks once: neither its link nor a second officer writes over it
    with pytest.raises(LinkSpent):
        verdicts.give(token=links.verdict_token(signed.pk, case.pk), **FOUR)
    with pytest.raises(AlreadyJudged):
        actions.take_answers(case=case, by=tan, **DICTATED)


def test_who_it_is_not_for(outing):
    case = outing.finding().case
    with pytest.raises(NothingToJudge):
        actions.take_answers(case=case, by=outing.viewer("谭小勇"), **DICTATED)
    answered(outing, case)
    with pytest.raises(NotVisible):
        actions.take_answers(case=case, by=outing.viewer("卢芳"), **DICTATED)
    with pytest.raises(NotAllowed):
        actions.take_answers(case=case, by=outing.viewer("何区长"), **DICTATED)


def test_who_did_the_work_does_not_write_that_it_is_solved(outing):
    case = outing.finding().case
    answered(outing, case, territory="临江镇")
    with pytest.raises(OwnWork):
        actions.take_answers(case=case, by=outing.viewer("谭小勇"), **DICTATED)
    case.refresh_from_db()
    assert case.state == "answered"


def test_dictated_words_always_say_by_whom(outing):
    case = outing.finding().case
    said(outing, case)
    with pytest.raises(IntegrityError), transaction.atomic():
        Verdict.objects.filter(case=case).update(way="visit")


def test_the_firm_is_sent_its_link_once(outing):
    finding = outing.finding()
    actions.raise_finding(finding=finding, by=outing.viewer("谭小勇"))
    message = Message.objects.get(about_kind="cases.case", about_id=finding.case_id)
    assert links.tracking_url(finding.case_id) in message.body
    assert finding.case.number in message.subject
    assert message.to.endswith("13900001111")
    assert finding.words not in message.body


def test_for_a_firm_without_a_phone_the_office_prints_it(outing):
    FirmContact.objects.filter(firm_id=outing.sugar.pk).update(phone="", phone_index=b"")
    finding = outing.finding()
    message = Message.objects.get(about_id=finding.case_id)
    assert (message.channel, message.to) == ("file", "（无联系方式）")
