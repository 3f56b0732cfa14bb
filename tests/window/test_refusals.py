"""否定答复: drafted with its basis, signed by the unit's leader, read by the asker only then, and hers to contest."""

import re

import pytest

from tests.relay.stories import verbs
from tests.window.stories import stuck
from tongti.answers import actions as answers
from tongti.answers import queries
from tongti.answers.errors import NotContacted, RefusalIncomplete
from tongti.answers.models import Reply
from tongti.cases.models import Case
from tongti.deadlines.actions import load_samples
from tongti.relay import actions as relay
from tongti.shared import links
from tongti.shared.actor import SYSTEM
from tongti.shared.errors import NotAllowed
from tongti.verdicts import actions as verdicts

REFUSAL = {
    "found": "3 月 9 日查看了现场和档案，要接水的房屋没有建设手续。",
    "done": "水利局不予办理这次用水报装，3 月 9 日已当面向您说明了原因。",
    "basis": "《城市供水条例》第十七条",
    "would_need": "补办房屋的建设手续，或者以已有户表的名义申请分表，当天可以办。",
    "contact": "云岭区水利局 0771-5518110",
    "closing": "refused",
}


@pytest.fixture
def held(cast, story):
    """A case of the window that 黄志强 works on, and its baton."""
    load_samples(by=SYSTEM)
    case = stuck(cast)
    relay.dispatch(
        case=case, lead_id=cast.units["水利局"].pk, lead_task="办结并答复", reason="事项归水利局", by=cast.viewer("韦晓梅")
    )  # fmt: skip
    return case, story.accept("水利局", "黄志强")


def spoken_to(case, baton, cast):
    relay.record_contact(case=case, baton=baton, way="电话", result="reached", by=cast.viewer("黄志强"))


def drafted(case, cast, **texts):
    answer = answers.compose(case=Case.objects.get(pk=case.pk), by=cast.viewer("黄志强"))
    return answers.save_draft(answer=answer, by=cast.viewer("黄志强"), **REFUSAL | texts)


def test_nobody_is_answered_before_somebody_has_spoken_to_her(held, cast):
    case, baton = held
    answer = drafted(case, cast, closing="solved")
    remark = queries.check(answer)[0]
    assert (remark.hard, case.number in remark.sentence) == (True, True)
    with pytest.raises(NotContacted, match=case.number):
        answers.submit(answer=answer, by=cast.viewer("黄志强"), override_reason="来不及")
    relay.record_contact(case=case, baton=baton, way="电话", result="no_answer", by=cast.viewer("黄志强"))
    with pytest.raises(NotContacted):
        answers.submit(answer=answer, by=cast.viewer("黄志强"))
    spoken_to(case, baton, cast)
    answers.submit(answer=answer, by=cast.viewer("黄志强"))
    assert answer.state == "submitted"


def test_a_case_that_did_not_come_in_here_is_answered_as_before(cast, story):
    load_samples(by=SYSTEM)
    case = story.call()
    story.dispatch(case=case, helpers=[], territory_id=None)
    story.accept("水利局", "黄志强")
    answers.submit(
        answer=drafted(case, cast, would_need="", basis="按规定"), by=cast.viewer("黄志强"), override_reason="没有文号"
    )


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("basis", "按有关规定", "名称和第几条"),
        ("basis", "《城市供水条例》", "名称和第几条"),
        ("would_need", "", "要怎样才能办"),
        ("remedy", "请理解支持", "不服怎么办"),
    ],
)
def test_a_refusal_without_basis_way_out_or_remedy_goes_nowhere(held, cast, field, typed, sentence):
    case, baton = held
    spoken_to(case, baton, cast)
    answer = drafted(case, cast, **{field: typed})
    with pytest.raises(RefusalIncomplete, match=sentence):
        answers.submit(answer=answer, by=cast.viewer("黄志强"), override_reason="就这样发")
    assert not Reply.objects.exists()


def test_only_the_leader_signs_and_only_then_it_is_read(held, cast, client):
    case, baton = held
    spoken_to(case, baton, cast)
    answer = drafted(case, cast)
    assert "行政复议" in answer.remedy  # the usual remedy gave way to the words on review
    answers.submit(answer=answer, by=cast.viewer("黄志强"))
    tracking = links.tracking_url(case.pk)
    path = re.sub(r"^https?://[^/]+", "", tracking)
    assert "要怎样才能办" not in client.get(path, follow=True).content.decode()
    for name in ("黄志强", "韦晓梅", "莫刚", "何区长"):
        with pytest.raises(NotAllowed):
            answers.sign(answer=answer, by=cast.viewer(name))
    assert not Reply.objects.exists()
    answers.sign(answer=answer, by=cast.viewer("陆局长"))
    body = Reply.objects.get(case=case).body
    assert body.index("《城市供水条例》第十七条") < body.index("补办房屋的建设手续") < body.index("行政复议")
    assert "case.refused" in verbs(case)
    _page, rows = queries.refusals(cast.viewer("莫刚"))
    assert [(row.number, row.askers, row.answer.signed_by.name) for row in rows] == [(case.number, 1, "陆局长")]
    assert queries.refusals(cast.viewer("农志明"))[1] == []


def test_she_contests_it_and_it_comes_back_to_the_unit(held, cast, story, client):
    case, baton = held
    spoken_to(case, baton, cast)
    answer = drafted(case, cast)
    answers.submit(answer=answer, by=cast.viewer("黄志强"))
    answers.sign(answer=answer, by=cast.viewer("陆局长"))
    verdicts.invite(answer_id=answer.pk)
    token = links.verdict_token(answer.pk, case.pk)
    verdicts.give(token=token, contacted=True, solved="no", satisfied="not", words="条例第十七条说的不是这种情况")
    case.refresh_from_db()
    assert (case.state, case.holder.short_name) == ("handling", "水利局")
    client.force_login(cast.officers["莫刚"])
    ledger = client.get("/desk/window/matters/refusals/").content.decode()
    assert "1 位不认可" in ledger
    # the new round has to speak to her anew
    story.accept("水利局", "黄志强")
    again = drafted(case, cast)
    with pytest.raises(NotContacted):
        answers.submit(answer=again, by=cast.viewer("黄志强"))


def test_the_page_says_what_is_missing(held, cast, client):
    case, _baton = held
    answer = drafted(case, cast, would_need="")
    client.force_login(cast.officers["黄志强"])
    url = f"/desk/answers/{answer.pk}/"
    page = client.get(url).content.decode()
    assert "要怎样才能办" in page
    assert f"还没有联系过诉求人（{case.number}）" in page
    refused = client.post(url, REFUSAL | {"opening": "", "remedy": answer.remedy, "submit": "1"})
    assert refused.status_code == 422
    assert "请先联系并记下来" in refused.content.decode()
    assert "补办房屋的建设手续" in refused.content.decode()
