"""Two leaders sign at once: one signs, the other is told, and every asker hears of it once. And a question of two thousand."""

import time

import pytest

from tests.cast import make_cast
from tests.relay.stories import Story, deferred
from tests.relay.test_races import at_once, won_and_lost
from tongti.answers import actions as answers
from tongti.answers.models import Answer, Reply
from tongti.cases.models import Case
from tongti.deadlines.queries import forget_calendar
from tongti.outbox.models import Message
from tongti.shared.errors import Raced

GOOD = {
    "found": "供水主管漏水。",
    "done": "3 月 8 日晚修复主管，水压已经恢复正常。",
    "basis": "《城市供水条例》第七条",
    "contact": "云岭区水利局",
    "closing": "solved",
}


def ready(callers):
    forget_calendar()
    story = Story(make_cast())
    question = story.question(callers)
    story.dispatch(question, helpers=[], territory_id=None)
    story.accept("水利局", "黄志强")
    huang = story.cast.viewer("黄志强")
    answer = answers.compose(question=question, by=huang)
    answers.save_draft(answer=answer, by=huang, **GOOD)
    answers.submit(answer=answer, by=huang)
    return story, answer


@pytest.mark.django_db(transaction=True)
def test_two_leaders_sign_at_once(transactional_db):
    story, answer = ready(4)
    leader = story.cast.viewer("陆局长")
    results = at_once(*[lambda: answers.sign(answer=Answer.objects.get(pk=answer.pk), by=leader)] * 2)
    won, lost = won_and_lost(results)
    assert (len(won), len(lost)) == (1, 1)
    assert isinstance(lost[0], Raced)
    assert Reply.objects.filter(answer=answer).count() == 4
    assert Message.objects.filter(dedupe_key__startswith="answered:").count() == 4
    assert len(deferred("invite_verdicts")) == 1


@pytest.mark.django_db(transaction=True)
def test_two_composers_begin_one_draft(transactional_db):
    forget_calendar()
    story = Story(make_cast())
    question = story.question(2)
    story.dispatch(question, helpers=[], territory_id=None)
    story.accept("水利局", "黄志强")
    viewers = [story.cast.viewer("黄志强"), story.cast.viewer("梁工")]
    results = at_once(*(lambda v=v: answers.compose(question=question, by=v) for v in viewers))
    assert len({result.pk for result in results}) == 1


@pytest.mark.slow
@pytest.mark.django_db
def test_two_thousand_members_are_signed_in_seconds():
    story, answer = ready(2)
    first = Case.objects.order_by("pk").first()
    _copy(first, answer.question, 1998)
    start = time.perf_counter()
    answers.sign(answer=answer, by=story.cast.viewer("陆局长"))
    seconds = time.perf_counter() - start
    assert Reply.objects.filter(answer=answer).count() == 2000
    print(f"2,000 members signed in {seconds:.1f} s")
    assert seconds < 10


def _copy(first, question, n):
    import uuid

    from tongti.questions.models import Membership
    from tongti.shared.numbers import case_number

    rows = []
    for i in range(n):
        row = Case.objects.get(pk=first.pk) if i == 0 else rows[0].__class__(**_fields(first))
        row.pk, row.key, row.serial = None, uuid.uuid4(), 10_000 + i
        row.number, row.state = case_number(first.year, 10_000 + i), "handling"
        row._state.adding = True
        rows.append(row)
    Case.objects.bulk_create(rows, batch_size=500)
    now = first.registered_at
    Membership.objects.bulk_create(
        Membership(case=row, question=question, state="active", how="manual", proposed_at=now, decided_at=now)
        for row in rows
    )


def _fields(case):
    return {f.attname: getattr(case, f.attname) for f in case._meta.concrete_fields if f.attname not in ("id", "key")}
