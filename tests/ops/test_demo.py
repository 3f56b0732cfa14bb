"""The demo district loads, holds together, and lets a visitor in as anybody."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tongti.accounts.models import Officer
from tongti.answers.models import Answer
from tongti.cases.models import Case
from tongti.linkups.models import Listing
from tongti.papers.models import Paper
from tongti.papers.queries import is_intact
from tongti.project import demo_district
from tongti.questions import queries as questions
from tongti.questions.models import Membership, Question
from tongti.relay.models import OPEN, Baton
from tongti.reports import queries as reports
from tongti.reports.actions import check_figures
from tongti.shared import clock, later
from tongti.trail import queries as trail
from tongti.units.access import ROLES
from tongti.units.queries import demo_seats, viewer_of
from tongti.verdicts.models import CallBack, Verdict
from tongti.visits.models import Finding, Revisit
from tongti.window.models import ItemVersion, ReformCandidate

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: Any) -> Iterator[list[str]]:
    """The district, loaded once for this file and rolled back after it; what was said on the way."""
    from django.db import transaction

    said: list[str] = []
    with django_db_blocker.unblock():
        outer = transaction.atomic()
        outer.__enter__()
        try:
            demo_district.load(said.append)
            yield said
        finally:
            transaction.set_rollback(True)
            outer.__exit__(None, None, None)


@pytest.fixture(autouse=True)
def _inside(demo: list[str], db: None) -> None:
    """Each test runs in a savepoint of its own."""


def test_it_says_how_far_it_is_and_puts_the_clock_back(demo: list[str]) -> None:
    assert "道题" in demo[-1]
    assert clock.now.__module__ == "tongti.shared.clock"
    assert later.defer.__module__ == "tongti.shared.later"


def test_it_goes_only_into_an_empty_database() -> None:
    assert not demo_district.wanted()


def test_its_trail_holds() -> None:
    proof = trail.verify()
    assert proof.holds, proof.faults
    assert proof.events > 2000


def test_every_state_is_there_to_be_seen() -> None:
    assert set(Question.objects.values_list("state", flat=True)) >= {
        "candidate",
        "set_up",
        "handling",
        "answered",
        "closed",
    }
    assert set(Case.objects.values_list("state", flat=True)) == set(Case.State.values)
    assert set(Baton.objects.values_list("state", flat=True)) == {"offered", "accepted", "objected", "done", "recalled"}
    assert set(CallBack.objects.values_list("state", flat=True)) >= {"waiting", "done", "unreached"}
    assert Answer.objects.filter(state="submitted", question__isnull=False).exists()
    assert Case.objects.filter(reopened__gt=0, state="handling").exists()
    assert Case.objects.filter(channel="stuck").count() >= 8
    assert Membership.objects.filter(state="proposed", question__state="candidate").count() >= 6
    assert Question.objects.exclude(cleared_at=None).count() >= 10
    assert Verdict.objects.exclude(solved="yes").exists()
    overdue = Baton.objects.filter(state__in=OPEN, due_on__lt=clock.today())
    assert overdue.values("unit").distinct().count() >= 3


def test_what_did_not_get_done_at_a_window_is_there_to_be_followed() -> None:
    """One class of cases waits for a decision, one was carried through and told, one refusal was signed."""
    states = dict(ReformCandidate.objects.values_list("item__name", "state"))
    assert states == {"食品经营许可": "proposed", "个体工商户注销登记": "done"}
    done = ReformCandidate.objects.get(state="done")
    assert (done.told, done.after.trips, done.before.trips) == (3, 1, 2)
    assert Answer.objects.filter(state="signed", closing="refused", case__channel="stuck").exists()
    assert not ItemVersion.objects.filter(verified=True).exists()


def test_nobody_says_the_same_words() -> None:
    bodies = list(Case.objects.values_list("body", flat=True))
    assert len(bodies) > 300
    assert len(set(bodies)) == len(bodies)


def test_its_counters_equal_a_recount() -> None:
    check = check_figures()
    assert (check.drifts, check.drifted) == ([], 0)


def test_the_counts_of_each_question_equal_its_rows() -> None:
    for question in Question.objects.all():
        active = question.memberships.filter(state="active")
        assert question.case_count == active.count(), question
        assert question.asker_count == active.values("case__party").distinct().count(), question
        assert question.proposed_count == question.memberships.filter(state="proposed").count(), question


def test_every_role_signs_in_with_one_click(settings: Any) -> None:
    settings.DEMO = True
    seats = demo_seats()
    assert {seat.role.code for seat in seats} == set(ROLES)
    page = Client().get("/desk/sign-in/").content.decode()
    for role in ROLES:
        seat = next(seat for seat in seats if seat.role.code == role)
        assert seat.name in page
        client = Client()
        answer = client.post("/desk/sign-in/demo/", {"officer": seat.officer_id}, follow=True)
        assert answer.status_code == 200, (role, answer.status_code)
        assert seat.name in answer.content.decode()


def test_the_leaders_page_is_alive() -> None:
    board = reports.board(viewer_of(Officer.objects.get(name="何区长")), "quarter")
    assert board.hot[0].question.title == "临江镇幸福路一带晚高峰停水"
    # how many of them a dispatcher has gone over already depends on the hour at which the demo is loaded
    asked = board.hot[0].question
    assert asked.asker_count + asked.proposed_count >= 40
    assert board.hot[0].newcomers > 0
    assert board.overdue > 0
    assert len(board.units) >= 12
    assert any(row.on_time.numerator < row.on_time.denominator for row in board.units)
    assert all(card.rate.denominator > 0 and len(card.course) >= 3 for card in board.cards)
    assert 0 < board.cards[1].rate.numerator < board.cards[1].rate.denominator


def test_the_public_sees_titles_that_were_cleared() -> None:
    titles = [question.public_title for question in questions.public_list().rows]
    assert titles[0] == "临江镇幸福路一带晚上停水"


def test_no_number_can_ring_anybody() -> None:
    """Telephones are of a range that nobody uses."""
    from tongti.parties.models import FirmContact, Party

    # an entry of the register has no phone of its own, its contacts have
    people = [*Party.objects.filter(firm=None), *FirmContact.objects.all()]
    assert {one.phone[:6] for one in people} == {"+86154"}


def test_the_register_is_filled_and_the_complaints_of_its_firms_lead_to_it() -> None:
    """120 invented firms with codes of a district that does not exist, figures of three months, and cases beside them."""
    from tongti.cases.models import Case
    from tongti.parties import queries
    from tongti.parties.codes import fault
    from tongti.parties.models import Firm, KeyFigure

    codes = [code for code in Firm.objects.values_list("credit_code", flat=True) if code]
    assert Firm.objects.count() == 120
    assert [code for code in codes if fault(code) or code[2:8] != "450199"] == []
    assert len(set(codes)) == len(codes) > 100
    assert KeyFigure.objects.filter(current=True).count() > 150
    raised = [
        firm
        for firm in Firm.objects.exclude(credit_code="")
        if Case.objects.filter(party__in=queries.party_ids_of(firm))
    ]
    assert len(raised) > 20


def test_each_level_has_its_list() -> None:
    """The city's own people answered one, a paper came for one, one waits for 何区长."""
    from tongti.lifting.models import Lift

    rows = set(Lift.objects.values_list("level", "state"))
    assert rows == {
        ("county", "lifted"),
        ("county", "submitted"),
        ("city", "answered"),
        ("city", "lifted"),
        ("region", "answered"),
        ("region", "submitted"),
    }
    assert Lift.objects.filter(state="answered", replies__part__submitted_by__name="谭永").exists()


def test_the_office_has_a_signed_brief_and_one_that_waits_for_its_words() -> None:
    signed, draft = Paper.objects.filter(kind="weekly").order_by("pk")
    assert (signed.number.startswith("云调研〔"), signed.state, draft.state) == (True, "signed", "draft")
    assert is_intact(signed)
    assert signed.snapshot["sums"]["found"] > 20
    assert draft.words == {"judgement": "", "measures": ""}


def test_the_inspectors_have_a_monthly_and_a_special_report_that_wait_for_their_words() -> None:
    papers = {paper.kind: paper for paper in Paper.objects.filter(kind__in=["monthly", "special"])}
    assert {paper.state for paper in papers.values()} == {"draft"}
    assert papers["monthly"].snapshot["now"]["received"] > 0
    assert papers["special"].snapshot["askers"] > 1
    assert all(paper.template.code for paper in papers.values())


def test_no_job_is_left_for_a_worker_but_the_letters() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT task_name FROM procrastinate_jobs")
        assert {name for (name,) in cursor.fetchall()} <= {"send_waiting"}


def test_past_problems_and_what_firms_wrote_wait_for_somebody() -> None:
    assert Revisit.objects.filter(by_rule=True, state="planned").exists()
    assert Finding.objects.filter(earlier_state="proposed").exists()
    assert Listing.objects.filter(state="stated").count() == 2
    assert not Verdict.objects.filter(case__channel="visit", answered=None).exists()
