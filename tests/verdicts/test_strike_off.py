"""销号: evidence, the asker's answer, a reviewer from outside, a leader; and back on the ledger when it comes back."""

import pytest

from tests.relay.conftest import PDF
from tests.relay.stories import verbs
from tests.verdicts.conftest import reply_of
from tongti.cases.models import Case
from tongti.relay.models import Baton
from tongti.shared import links
from tongti.shared.actor import Asker
from tongti.shared.errors import BadInput, NotAllowed, Raced
from tongti.shared.uploads import Upload
from tongti.verdicts import actions as verdicts
from tongti.verdicts.errors import AlreadyApplied, NobodySpoke, NotClosedYet, OwnWork
from tongti.verdicts.models import StrikeOff

pytestmark = pytest.mark.django_db


def apply(cast, **facts):
    lead = Baton.objects.filter(role="lead").select_related("unit").latest("pk")
    defaults = {"words": "主管已更换，水压正常", "evidence": [Upload("验收单.pdf", PDF)], "by": cast.viewer("陆局长")}
    return verdicts.apply_strike_off(baton=lead, **(defaults | facts))


def judge(case, solved="yes", words=""):
    token = links.verdict_token(reply_of(case).answer_id, case.pk)
    verdicts.give(token=token, contacted=True, solved=solved, satisfied="very", words=words)


@pytest.fixture
def closed(story, question):
    """All three askers have spoken: two solved, one half solved."""
    for case, said in zip(story.cases, ("yes", "yes", "partly"), strict=True):
        judge(case, said)
    question.refresh_from_db()
    return question


def test_it_needs_proof_words_and_askers_who_spoke(story, cast, question):
    with pytest.raises(NotClosedYet):
        apply(cast)
    for case in story.cases:
        Case.objects.filter(pk=case.pk).update(state="closed", closing="unconfirmed", closed_at=case.received_at)
    type(question).objects.filter(pk=question.pk).update(state="closed", closed_at=story.cases[0].received_at)
    with pytest.raises(NobodySpoke):  # three times nobody answered: silence strikes nothing off
        apply(cast)


def test_the_unit_applies_somebody_outside_reviews_a_leader_signs(story, cast, closed):
    with pytest.raises(BadInput, match="请附上"):
        apply(cast, evidence=[])
    with pytest.raises(NotAllowed):
        apply(cast, by=cast.viewer("农志明"))
    row = apply(cast)
    assert (row.solved, row.partly, row.silent, row.state) == (2, 1, 0, "applied")
    with pytest.raises(AlreadyApplied):
        apply(cast)
    with pytest.raises(NotAllowed):
        verdicts.review_strike_off(strike_off=row, note="属实", needs_leader=True, by=cast.viewer("陆局长"))
    verdicts.review_strike_off(strike_off=row, note="现场看过，属实", needs_leader=True, by=cast.viewer("莫刚"))
    assert (row.state, row.struck_at) == ("reviewed", None)
    with pytest.raises(NotAllowed):
        verdicts.sign_strike_off(strike_off=row, by=cast.viewer("莫刚"))
    verdicts.sign_strike_off(strike_off=row, by=cast.viewer("何区长"))
    assert (row.state, row.reviewed_by.name, row.signed_by.name) == ("struck", "莫刚", "何区长")
    with pytest.raises(Raced):
        verdicts.sign_strike_off(strike_off=row, by=cast.viewer("何区长"))
    assert verbs(row) == ["strike_off.applied", "strike_off.reviewed", "strike_off.struck"]
    assert verbs(closed)[-1] == "question.struck_off"


def test_a_reviewer_of_the_unit_itself_does_not_count(story, cast, closed):
    from datetime import date

    from tongti.units.models import Post

    row = apply(cast)
    Post.objects.create(
        officer=cast.officers["莫刚"], unit=cast.units["水利局"], role="receiver", since=date(2026, 1, 1)
    )
    with pytest.raises(OwnWork):
        verdicts.review_strike_off(strike_off=row, note="属实", needs_leader=False, by=cast.viewer("莫刚"))


def test_sent_back_and_applied_anew(story, cast, closed):
    row = apply(cast)
    verdicts.return_strike_off(strike_off=row, note="缺水质检测报告", by=cast.viewer("莫刚"))
    assert row.state == "returned"
    again = apply(cast, evidence=[Upload("检测报告.pdf", PDF + b"2")])
    verdicts.review_strike_off(strike_off=again, note="补齐了", needs_leader=False, by=cast.viewer("莫刚"))
    assert (again.state, StrikeOff.objects.count()) == ("struck", 2)


def test_what_comes_back_is_on_the_ledger_again(story, cast, closed):
    row = apply(cast)
    verdicts.review_strike_off(strike_off=row, note="属实", needs_leader=False, by=cast.viewer("莫刚"))
    case = Case.objects.get(pk=story.cases[0].pk)
    verdicts.again(case=case, words="又停水了", by=Asker(case_id=case.pk))
    row.refresh_from_db()
    assert (row.state, row.undone_at is not None) == ("undone", True)
    assert "question.strike_off_undone" in verbs(closed)
    with pytest.raises(NotClosedYet):
        apply(cast)
