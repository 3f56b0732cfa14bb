"""The seeded district of the benches is one that the actions could have made."""

import pytest
from django.db.models import Sum

from bench.seed import samples, seed
from tongti.answers.models import Reply
from tongti.cases.models import Case
from tongti.figures.models import Daily
from tongti.questions import matching
from tongti.questions.models import CaseFeatures, Question
from tongti.relay.models import OPEN, Baton
from tongti.trail import queries as trail
from tongti.verdicts.models import CallBack, Verdict

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def total(measure: str, unit_id: int = 0) -> int:
    return Daily.objects.filter(measure=measure, unit_id=unit_id).aggregate(n=Sum("amount"))["n"] or 0


def test_rows_counters_and_trail_agree() -> None:
    rows = seed(400, lambda said: None)
    assert rows["Case"] == Case.objects.count() == CaseFeatures.objects.count() == 400
    assert trail.verify().holds
    assert total("received") == 400
    assert total("open") == Case.objects.exclude(state__in=["closed", "withdrawn"]).count()
    assert total("questions_open") == Question.objects.filter(state__in=["set_up", "handling", "answered"]).count()
    assert total("batons_open") == total("batons_due") == Baton.objects.filter(state__in=OPEN).count()
    assert total("verdict_asked") == Reply.objects.count() == CallBack.objects.count()
    assert total("solved_yes") == Verdict.objects.filter(solved="yes").count()
    for question in Question.objects.all():
        active = question.memberships.filter(state="active")
        assert question.case_count == active.count()
        assert question.asker_count == active.values("case__party").distinct().count()
    for unit_id in set(Case.objects.values_list("holder_id", flat=True)):
        open_there = Case.objects.filter(holder_id=unit_id).exclude(state__in=["closed", "withdrawn"]).count()
        assert total("unit_open", unit_id) == open_there
    assert matching.public_matches(next(samples(1))[1], limit=3) is not None
    assert {
        party.phone[:6] for party in {case.party for case in Case.objects.select_related("party")[:50]} if party
    } == {"+86154"}
