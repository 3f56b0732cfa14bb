"""核实: a bad rating is weighed by somebody who did not do the work; the rating stays; the reasonable ones get supervised."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.relay.stories import figure, verbs
from tests.verdicts.conftest import reply_of, sign
from tongti.relay import actions as relay
from tongti.shared import links
from tongti.shared.errors import BadInput, NotAllowed
from tongti.supervision import actions as supervision
from tongti.supervision.models import Item, Proposal
from tongti.verdicts import actions as verdicts
from tongti.verdicts import queries
from tongti.verdicts.errors import AlreadyWeighed, NothingToWeigh, OwnWork
from tongti.verdicts.models import Verdict

pytestmark = pytest.mark.django_db


def says(case, satisfied="not", solved="partly"):
    token = links.verdict_token(reply_of(case).answer_id, case.pk)
    return verdicts.give(token=token, contacted=True, solved=solved, satisfied=satisfied, words="水压还是不够")


def proposed():
    return {(p.unit.short_name, p.why, p.state) for p in Proposal.objects.filter(rule="unsatisfied")}


def weigh(verdict, by, reasonable=True):
    return verdicts.weigh(verdict=verdict, reasonable=reasonable, why="到现场量过水压，只有 0.08 兆帕", by=by)


def test_only_whoever_did_not_do_the_work_weighs_and_only_a_bad_rating(story, cast, question):
    bad, good = says(story.cases[0]), says(story.cases[1], satisfied="very", solved="yes")
    for name in ("黄志强", "陆局长", "韦晓梅", "李小英"):
        with pytest.raises((NotAllowed, OwnWork)):
            weigh(bad, cast.viewer(name))
    with pytest.raises(BadInput, match="请填写“核实情况”"):
        verdicts.weigh(verdict=bad, reasonable=True, why=" ", by=cast.viewer("覃红"))
    with pytest.raises(NothingToWeigh):
        weigh(good, cast.viewer("覃红"))
    rates = [figure("satisfied_yes"), figure("satisfied_all")]
    assert weigh(bad, cast.viewer("覃红")).reasonable is True
    with pytest.raises(AlreadyWeighed):
        weigh(bad, cast.viewer("莫刚"), reasonable=False)
    bad.refresh_from_db()
    assert (bad.satisfied, bad.reasonable) == ("not", True)
    assert [figure("satisfied_yes"), figure("satisfied_all")] == rates  # what the asker said is what counts
    assert verbs(story.cases[0])[-1] == "case.verdict_weighed"


def test_reasonable_ones_are_proposed_once_an_answer(story, cast, question):
    first, second, third = (says(case) for case in story.cases)
    supervision.scan()
    assert proposed() == set()  # not weighed
    weigh(first, cast.viewer("莫刚"), reasonable=False)
    supervision.scan()
    assert proposed() == set()  # weighed and found unreasonable
    weigh(second, cast.viewer("覃红"))
    weigh(third, cast.viewer("覃红"))
    supervision.scan()
    supervision.scan()
    assert proposed() == {("水利局", "2 位诉求人评价不满意，核实为合理诉求", "waiting")}
    proposal = Proposal.objects.get(rule="unsatisfied")
    pressure = supervision.Pressure(rung="urge", words="请再查水压", skip_reason="评价集中")
    item = supervision.accept(proposal=proposal, pressure=pressure, by=cast.viewer("莫刚"))
    assert (item.unit.short_name, item.question_id, Item.objects.count()) == ("水利局", question.pk, 1)


def test_a_new_reply_to_them_settles_it(story, cast, question):
    weigh(says(story.cases[0], solved="no"), cast.viewer("覃红"))
    supervision.scan()
    assert len(proposed()) == 1
    relay.accept(baton=story.baton("水利局"), by=cast.viewer("黄志强"))
    sign(story, question=question)
    supervision.scan()
    assert {state for _unit, _why, state in proposed()} == {"lapsed"}


def test_how_many_it_takes_is_data(story, cast, question):
    supervision.set_rule(code="unsatisfied", threshold=2, rung="order", in_use=True, source="", by=cast.viewer("莫刚"))
    weigh(says(story.cases[0]), cast.viewer("覃红"))
    supervision.scan()
    assert proposed() == set()
    weigh(says(story.cases[1]), cast.viewer("覃红"))
    supervision.scan()
    assert Proposal.objects.get(rule="unsatisfied").rung == "order"


def test_the_pages(story, cast, question, django_assert_max_num_queries):
    for case in story.cases:
        says(case)
    assert queries.bad_ratings_waiting(cast.viewer("覃红")) == 3
    assert queries.bad_ratings_waiting(cast.viewer("黄志强")) == 0
    client = Client()
    client.force_login(cast.officers["覃红"])
    with django_assert_max_num_queries(14):
        page = client.get(reverse("desk:bad_ratings")).content.decode()
    assert page.count("水压还是不够") == 3
    address = reverse("desk:bad_rating", args=[Verdict.objects.earliest("pk").pk])
    wrong = client.post(address, {"reasonable": "", "why": "量过水压"})
    assert wrong.status_code == 422
    assert "量过水压" in wrong.content.decode()
    assert client.post(address, {"reasonable": "yes", "why": "量过水压"}).status_code == 302
    assert "合理诉求" in client.get(reverse("desk:bad_ratings") + "?tab=weighed").content.decode()
    again = client.post(address, {"reasonable": "no", "why": "再量"})
    assert again.status_code == 422
    assert "已经核实过了" in again.content.decode()
