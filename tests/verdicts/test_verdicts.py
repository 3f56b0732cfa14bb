"""Only the asker, or somebody outside the handling unit who asks her, calls it solved."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from tests.relay.stories import verbs
from tests.verdicts.conftest import reply_of, sign, submit
from tongti.answers import actions as answers
from tongti.answers.models import Answer
from tongti.cases.models import Case
from tongti.deadlines.actions import load_samples
from tongti.figures import queries as figures
from tongti.figures.checks import drifts_of
from tongti.questions.models import Question
from tongti.relay.models import Baton
from tongti.reports.measures import measures
from tongti.shared import links
from tongti.shared.actor import Asker
from tongti.shared.errors import BadInput, NotAllowed, NotVisible
from tongti.verdicts import actions as verdicts
from tongti.verdicts import queries
from tongti.verdicts.actions import listening
from tongti.verdicts.errors import AlreadyJudged, LinkExpired, LinkSpent, NotAnsweredYet, OwnWork, TooSoon
from tongti.verdicts.models import CallBack, Invitation, Verdict

DAY = date(2026, 3, 6)


def token(case) -> str:
    return links.verdict_token(reply_of(case).answer_id, case.pk)


def rates(**kw):
    return queries.rates(since=date(2026, 1, 1), until=date(2026, 12, 31), **kw)


def test_three_answers_are_kept_apart_and_close_the_case(story, question):
    case = story.cases[0]

    verdicts.give(token=token(case), contacted=True, solved="yes", satisfied="not")

    case.refresh_from_db()
    verdict = Verdict.objects.get(case=case)
    assert (verdict.contacted, verdict.solved, verdict.satisfied) == (True, "yes", "not")
    assert (case.state, case.closing) == ("closed", "solved")
    assert "case.judged" in verbs(case)
    assert verbs(case)[-1] == "case.closed"
    now = rates()
    assert (now.responded.numerator, now.solved.numerator, now.satisfied.numerator) == (1, 1, 0)
    assert now.asked == 3
    assert now.given == 1


def test_rates_count_by_unit_and_silence_counts_for_nobody(story, question, cast):
    verdicts.give(token=token(story.cases[0]), contacted=True, solved="yes", satisfied="very")
    verdicts.give(token=token(story.cases[1]), contacted=False, solved="partly", satisfied="fairly")

    water, other = rates(unit_id=cast.units["水利局"].pk), rates(unit_id=cast.units["住建局"].pk)

    assert (water.responded.numerator, water.responded.denominator) == (1, 2)
    assert (water.solved.numerator, water.solved.denominator) == (1, 2)
    assert (water.satisfied.numerator, water.satisfied.denominator) == (2, 2)
    assert water.satisfied.small
    assert other.solved.percent is None


def test_every_number_of_a_rate_opens_its_list(story, question, cast):
    verdicts.give(token=token(story.cases[0]), contacted=True, solved="yes", satisfied="very")
    verdicts.give(token=token(story.cases[1]), contacted=True, solved="partly", satisfied="not")
    leader = cast.viewer("何区长")

    lists = {
        met: [v.case_id for v in queries.behind(leader, "solved", since=DAY, until=DAY, met=met).rows]
        for met in (None, True, False)
    }

    assert len(lists[None]) == rates().solved.denominator
    assert lists[True] == [story.cases[0].pk]
    assert lists[False] == [story.cases[1].pk]
    with pytest.raises(NotAllowed):
        queries.behind(cast.viewer("李小英"), "solved", since=DAY, until=DAY)


def test_a_link_works_once(story, question):
    first = token(story.cases[0])
    verdicts.give(token=first, contacted=True, solved="yes", satisfied="very")

    with pytest.raises(LinkSpent):
        verdicts.give(token=first, contacted=True, solved="no", satisfied="not", words="改主意")
    assert Verdict.objects.count() == 1


def test_a_link_expires_and_a_made_up_one_opens_nothing(story, question, on_friday):
    good = token(story.cases[0])
    with pytest.raises(NotVisible):
        queries.invitation("a" * 26)
    on_friday.shift(timedelta(days=31))
    with pytest.raises(LinkExpired):
        verdicts.give(token=good, contacted=True, solved="yes", satisfied="very")


def test_the_database_does_not_hold_the_token(story, question):
    good = token(story.cases[0])
    kept = Invitation.objects.get(reply__case=story.cases[0])
    assert good.encode() not in bytes(kept.token_hash)


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"solved": "", "satisfied": "very"}, "solved"),
        ({"solved": "yes", "satisfied": "great"}, "satisfied"),
        ({"solved": "no", "satisfied": "not", "words": " "}, "words"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_half_kept(story, question, answers, field):
    with pytest.raises(BadInput) as wrong:
        verdicts.give(token=token(story.cases[0]), contacted=True, **answers)
    assert wrong.value.field == field
    assert not Verdict.objects.exists()
    assert not Invitation.objects.exclude(used_at=None).exists()


def test_not_solved_goes_back_to_the_last_holder(story, question, cast):
    case = story.cases[0]

    verdicts.give(token=token(case), contacted=True, solved="no", satisfied="not", words="晚上还是没水")

    case.refresh_from_db()
    assert case.state == Case.State.HANDLING
    assert case.holder == cast.units["水利局"]
    assert case.reopened == 1
    assert Baton.objects.filter(unit=cast.units["水利局"], state__in=("offered", "accepted")).exists()
    assert "case.reopened" in verbs(case)
    others = Case.objects.filter(pk__in=[c.pk for c in story.cases[1:]])
    assert {c.state for c in others} == {"answered"}


def test_what_comes_back_out_of_a_question_runs_by_its_own_clock(story):
    """An urgent case among ordinary ones has its twenty-four hours again, not the ordinary five working days."""
    load_samples()
    urgent = story.call("楼道里煤气味很大", urgency="urgent")
    question = story.question_of([urgent, story.call("楼道里有味道")])
    story.dispatch(question, helpers=[], territory_id=None)
    story.accept("水利局", "黄志强")
    sign(story, question=question)

    verdicts.give(token=token(urgent), contacted=True, solved="no", satisfied="not", words="还有味道")

    again = Baton.objects.get(question=question, round=2)
    assert again.due_at - again.offered_at == timedelta(hours=24)


def test_the_question_closes_with_its_last_member(story, question):
    for case in story.cases[:2]:
        verdicts.give(token=token(case), contacted=True, solved="yes", satisfied="very")
    assert Question.objects.get(pk=question.pk).state == "answered"

    verdicts.give(token=token(story.cases[2]), contacted=True, solved="partly", satisfied="fairly")

    question.refresh_from_db()
    assert question.state == "closed"
    assert "question.closed" in verbs(question)


def test_inviting_twice_invites_once(story, question):
    answer_id = reply_of(story.cases[0]).answer_id
    assert verdicts.invite(answer_id=answer_id) == 0
    assert Invitation.objects.count() == CallBack.objects.count() == 3
    assert rates().asked == 3


def test_invitations_are_counted_on_the_day_they_carry(story, on_friday, monkeypatch):
    """Reckoning the call-backs takes it past midnight."""
    question = story.question(callers=3)
    story.dispatch(question, helpers=[], territory_id=None)
    story.accept("水利局", "黄志强")
    submit(story, question=question)
    reckon = listening._revisit_days

    def slowly(*given):
        on_friday.move_to(timezone.make_aware(datetime(2026, 3, 7, 0, 0, 1)))
        return reckon(*given)

    monkeypatch.setattr(listening, "_revisit_days", slowly)
    on_friday.move_to(timezone.make_aware(datetime(2026, 3, 6, 23, 59, 59)))
    answers.sign(answer=Answer.objects.get(), by=story.cast.viewer("陆局长"), override_reason="已核实")
    verdicts.invite(answer_id=Answer.objects.get().pk)
    assert {timezone.localdate(one.made_at) for one in Invitation.objects.all()} == {DAY}
    assert figures.by_day("verdict_asked", since=DAY, until=date(2026, 3, 7)) == {DAY: 3}
    asked = next(one for one in measures() if one.code == "verdict_asked")
    assert drifts_of(asked)[0] == []


# --- 回访 -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def due_call(story, question, on_friday) -> CallBack:
    """A fortnight later nobody has said anything."""
    on_friday.shift(timedelta(days=14))
    return CallBack.objects.get(case=story.cases[0])


def test_an_outsider_calls_and_writes_down_three_answers(story, cast, due_call):
    hong = cast.viewer("覃红")
    assert due_call in queries.call_list(hong).rows
    assert queries.calls_waiting(hong).count() == 3

    done = verdicts.record_call(
        call_back=due_call, result="reached", contacted=True, solved="yes", satisfied="very", by=hong
    )

    verdict = Verdict.objects.get(case=story.cases[0])
    assert done.state == "done"
    assert verdict.way == "call"
    assert verdict.by_id == hong.officer_id
    assert queries.calls_waiting(hong).count() == 2
    with pytest.raises(AlreadyJudged):
        verdicts.record_call(
            call_back=due_call, result="reached", contacted=True, solved="no", satisfied="not", words="x", by=hong
        )


def test_the_unit_that_did_the_work_cannot_call(story, cast, due_call):
    with pytest.raises(NotAllowed):
        verdicts.record_call(call_back=due_call, result="no_answer", by=cast.viewer("黄志强"))

    from tongti.units.models import Post

    Post.objects.create(
        officer=cast.officers["覃红"], unit=cast.units["水利局"], role="revisitor", since=date(2020, 1, 1)
    )
    torn = cast.viewer("覃红")
    assert due_call not in queries.call_list(torn).rows
    with pytest.raises(OwnWork):
        verdicts.record_call(call_back=due_call, result="no_answer", by=torn)


def test_three_tries_apart_close_it_as_unconfirmed_never_as_solved(story, cast, due_call, on_friday):
    hong = cast.viewer("覃红")
    verdicts.record_call(call_back=due_call, result="no_answer", by=hong)
    with pytest.raises(TooSoon):
        verdicts.record_call(call_back=due_call, result="no_answer", by=hong)
    for _ in range(2):
        on_friday.shift(timedelta(hours=5))
        verdicts.record_call(call_back=due_call, result="no_answer", by=hong)

    case = Case.objects.get(pk=due_call.case_id)
    due_call.refresh_from_db()
    assert due_call.state == "unreached"
    assert due_call.tries == 3
    assert (case.state, case.closing) == ("closed", "unconfirmed")
    assert rates().solved.denominator == 0
    assert verbs(case).count("case.called_back") == 3


def test_the_link_still_works_before_the_call_and_ends_the_call(story, cast, due_call):
    verdicts.give(token=token(story.cases[0]), contacted=True, solved="yes", satisfied="very")
    due_call.refresh_from_db()
    assert due_call.state == "done"


# --- 又出现了 --------------------------------------------------------------------------------------------------------


def test_it_came_back(story, question, cast):
    case = story.cases[0]
    verdicts.give(token=token(case), contacted=True, solved="yes", satisfied="very")
    case.refresh_from_db()

    verdicts.again(case=case, words="又停水了，和上次一样", by=Asker(case.pk))

    case.refresh_from_db()
    assert case.state == Case.State.HANDLING
    assert case.holder == cast.units["水利局"]
    assert "case.reopened" in verbs(case)


def test_an_open_case_cannot_come_back(story, cast):
    case = story.call()
    with pytest.raises(NotAnsweredYet):
        verdicts.again(case=case, words="催一下", by=Asker(case.pk))


def test_coming_back_before_judging_cancels_the_call_and_the_link(story, question):
    case = story.cases[0]
    spent = token(case)
    case.refresh_from_db()
    verdicts.again(case=case, words="答复说修好了，还是没水", by=Asker(case.pk))

    assert CallBack.objects.get(case=case).state == "cancelled"
    with pytest.raises(LinkSpent):
        verdicts.give(token=spent, contacted=True, solved="yes", satisfied="very")


def test_a_case_of_its_own_goes_the_same_way(story, cast):
    case = story.call("单独一件：我家水表快得离谱")
    story.dispatch(case=case, helpers=[], territory_id=None)
    story.accept("水利局", "黄志强")
    sign(story, case=case)

    verdicts.give(token=token(case), contacted=True, solved="no", satisfied="not", words="还是快")

    case.refresh_from_db()
    assert case.state == Case.State.HANDLING
    assert case.holder == cast.units["水利局"]


def test_a_question_that_came_back_has_the_new_date(story, question, on_friday):
    on_friday.shift(timedelta(days=20))
    case = story.cases[0]
    case.refresh_from_db()
    verdicts.again(case=case, words="又停水了", by=Asker(case.pk))

    question.refresh_from_db()
    lead = Baton.objects.get(question=question, state__in=("offered", "accepted"))
    assert question.state == "handling"
    assert question.due_on == lead.due_on > DAY + timedelta(days=20)
