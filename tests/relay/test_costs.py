"""What the pages around the relay cost: a fixed number of queries, however long the list."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tests.policy.relay_full import SAMPLE
from tests.relay.conftest import PDF
from tests.relay.stories import Story
from tongti.cases.models import Case
from tongti.deadlines.queries import next_working_days
from tongti.relay import actions as relay
from tongti.relay.models import Baton
from tongti.shared import clock
from tongti.shared.uploads import Upload

pytestmark = pytest.mark.django_db


def client_of(cast, who):
    client = Client()
    client.force_login(cast.officers[who])
    return client


@pytest.mark.parametrize(
    ("name", "who", "most"),
    [
        ("desk:approvals", "韦晓梅", 20),
        ("desk:approval", "韦晓梅", 24),
        ("desk:promises", "黄志强", 18),
        ("desk:promised", "黄志强", 22),
        ("desk:hand_overs", "黄志强", 16),
        ("desk:hand_over_new", "黄志强", 20),
        ("desk:hand_over", "黄志强", 20),
        ("desk:successions", "韦晓梅", 20),
        ("desk:consult", "韦晓梅", 20),
        ("desk:consultation", "韦晓梅", 22),
        ("desk:undispatched", "韦晓梅", 18),
        ("desk:unreachable", "韦晓梅", 18),
        ("desk:case_report", "韦晓梅", 24),
        ("desk:strike_offs", "莫刚", 18),
        ("desk:strike_off", "莫刚", 20),
        ("desk:baton_clock", "黄志强", 22),
    ],
)
def test_a_page_costs_no_more_than(cast, django_assert_max_num_queries, name, who, most):
    address = reverse(name, kwargs=SAMPLE[name](cast))
    client = client_of(cast, who)
    client.get(address)  # what is asked once a process is not the page's
    with django_assert_max_num_queries(most) as asked:
        assert client.get(address).status_code == 200
    print("COST", name, len(asked))


def many(cast, n):
    """``n`` more matters of one case in hand at 水利局, each with an extension and a promise asked for."""
    story, huang, chief = Story(cast), cast.viewer("黄志强"), cast.viewer("韦晓梅")
    later, far = next_working_days(9)[-1], next_working_days(60)[-1]
    for i in range(n):
        story.dispatch(case=story.call(f"第 {i} 件：晚上停水"), helpers=[], territory_id=None)
        lead = relay.accept(baton=story.baton("水利局", state="offered"), by=huang)
        relay.ask_extension(baton=lead, reason="works", words="开挖", to_due_on=later, by=huang)
        promise = relay.ask_promise(
            baton=lead,
            obstacle="project",
            words="立项",
            promise_on=far,
            steps=[("立项", far)],
            evidence=[Upload("批复.pdf", PDF)],
            by=huang,
        )
        if i % 2:
            relay.decide_promise(promise=promise, approve=True, note="同意", by=chief)
        story.call(f"第 {i} 件：没有派")


LISTS = [
    ("desk:approvals", "", "韦晓梅"),
    ("desk:approvals", "?kind=promise", "韦晓梅"),
    ("desk:promises", "", "黄志强"),
    ("desk:hand_over_new", "", "黄志强"),
    ("desk:undispatched", "", "韦晓梅"),
    ("desk:batons", "?tab=accepted", "黄志强"),
]


def test_a_longer_list_costs_no_more(cast):
    """Two rows or ten, the same number of queries."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def cost():
        Case.objects.update(received_at=clock.now() - timedelta(days=9))
        found = {}
        for name, query, who in LISTS:
            client = client_of(cast, who)
            with CaptureQueriesContext(connection) as asked:
                assert client.get(reverse(name) + query).status_code == 200
            found[name + query] = len(asked)
        return found

    many(cast, 2)
    cost()
    few = cost()
    many(cast, 8)
    assert Baton.objects.filter(state="accepted").count() == 10
    assert cost() == few
