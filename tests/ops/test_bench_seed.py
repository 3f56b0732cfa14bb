"""The seeded district of the benches is one that the actions could have made."""

import re

import pytest
from django.db import connection
from django.db.models import Sum

from bench.seed import samples, seed
from tongti.answers.models import Reply
from tongti.cases.models import Case
from tongti.figures.models import Daily
from tongti.questions import matching
from tongti.questions.models import CaseFeatures, Question
from tongti.relay.models import OPEN, Baton
from tongti.reports import actions as reports
from tongti.trail import queries as trail
from tongti.verdicts.models import CallBack, Verdict

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def total(measure: str, unit_id: int = 0) -> int:
    return Daily.objects.filter(measure=measure, unit_id=unit_id).aggregate(n=Sum("amount"))["n"] or 0


def shape() -> set[tuple[str, str, bool]]:
    """Every index and constraint of the database; casts aside, which PostgreSQL writes in another order the second time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef, true FROM pg_indexes WHERE schemaname = 'public' "
            "UNION ALL SELECT conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint"
        )
        return {(name, re.sub(r"::[a-z ]+(\[\])?|[()]", "", words), valid) for name, words, valid in cursor.fetchall()}


def test_rows_counters_and_trail_agree() -> None:
    before = shape()
    rows = seed(400, lambda said: None)
    assert shape() == before
    assert reports.check_figures().drifts == []
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


def test_features_are_those_that_the_engine_would_make() -> None:
    """A text is read once for all cases that say it; moment and asker are stamped on afterwards."""
    seed(60, lambda said: None)
    cases = list(matching.with_places(Case.objects.order_by("pk")))
    stored = CaseFeatures.objects.in_bulk([case.pk for case in cases])
    assert len({case.body for case in cases}) < len(cases)
    for row in matching.prepare(cases):
        assert bytes(stored[row.case_id].data) == row.data


def test_a_lean_district_is_smaller_and_agrees_too() -> None:
    seed(300, lambda said: None, lean=True)
    assert max(len(body) for body in Case.objects.values_list("body", flat=True)) <= 24
    assert trail.verify().holds
    assert reports.check_figures().drifts == []
    with connection.cursor() as cursor:
        # what came by COPY without triggers still keeps every rule of the schema
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SELECT conrelid::regclass, conname FROM pg_constraint WHERE contype = 'f' AND NOT convalidated")
        assert cursor.fetchall() == []
    assert not CaseFeatures.objects.exclude(case__in=Case.objects.all()).exists()
    assert not Case.objects.exclude(party__isnull=False).exists()
