"""一页纸 of a question, and 批示 in two taps from it."""

from datetime import timedelta

import pytest

from tests.relay.stories import Story, verbs
from tongti.relay import actions as relay
from tongti.relay.models import Baton
from tongti.reports import queries
from tongti.shared import clock
from tongti.shared.errors import NotAllowed, NotVisible
from tongti.supervision.models import Instruction
from tongti.supervision.queries import phrases
from tongti.units import actions as units


@pytest.fixture
def story(cast, on_friday) -> Story:
    return Story(cast)


@pytest.fixture
def question(story):
    """Four callers; 水利局 leads, has noted what it did, and 自来水公司 says that it is not its duty."""
    question = story.question(callers=4)
    story.dispatch(question)
    lead = story.accept("水利局", "黄志强")
    relay.note_progress(baton=lead, words="查明主管漏点，已备料", public=True, by=story.cast.viewer("黄志强"))
    company = story.baton("自来水公司")
    relay.object_(baton=company, reason="主管由水利局养护", basis="三定方案", by=story.cast.viewer("陆斌"))
    question.refresh_from_db()
    return question


def test_the_page_says_what_is_known(question, story, cast, client):
    brief = queries.brief(cast.viewer("何区长"), question.pk)
    assert (brief.question.asker_count, brief.week, brief.open_cases, brief.days) == (4, 4, 4, 0)
    assert brief.places == (("幸福社区", 4),)
    assert [row.words for row in brief.tried] == ["查明主管漏点，已备料"]
    assert [(b.kind, b.unit, b.words) for b in brief.blocks] == [("异议待裁定", "自来水公司", "主管由水利局养护")]
    assert brief.held[0].baton.unit.short_name == "水利局"
    assert brief.days_left is not None
    assert brief.said == ()
    client.force_login(cast.officers["何区长"])
    page = client.get(f"/board/questions/{question.pk}/").content.decode()
    for words in ("查明主管漏点，已备料", "主管由水利局养护", "没有评价不等于满意", "数据截至", "没有提请协调的事项"):
        assert words in page
    assert "1380000" not in page


def test_lateness_is_a_block(question, cast):
    late = clock.today() - timedelta(days=2)
    Baton.objects.filter(question=question, role="lead").update(due_on=late)
    blocks = queries.brief(cast.viewer("何区长"), question.pk).blocks
    assert ("超期", "水利局") in {(b.kind, b.unit) for b in blocks}


def test_it_costs_the_same_with_many_askers(question, story, cast, client, django_assert_max_num_queries):
    client.force_login(cast.officers["何区长"])
    url = f"/board/questions/{question.pk}/"
    client.get(url)
    with django_assert_max_num_queries(30):
        client.get(url)


def test_whoever_may_not_see_the_question_finds_nothing(question, cast):
    with pytest.raises(NotAllowed):
        queries.brief(cast.viewer("黄志强"), question.pk)
    with pytest.raises(NotVisible):
        queries.brief(cast.viewer("何区长"), question.pk + 99)


def test_two_taps_are_an_instruction(question, cast, client):
    """First tap: the page with the ready phrases. Second: one of them."""
    client.force_login(cast.officers["何区长"])
    url = f"/desk/questions/{question.pk}/instruct/"
    page = client.get(url).content.decode()
    phrase = phrases()[0]
    assert f'name="phrase" value="{phrase}"' in page
    sent = client.post(url, {"phrase": phrase, "words": "", "due_on": "", "owner": ""})
    assert sent.status_code == 302
    row = Instruction.objects.get()
    assert (row.words, row.owner.short_name, row.leader.name) == (phrase, "水利局", "何区长")
    assert verbs(row) == ["instruction.given"]
    assert row.words in client.get(f"/board/questions/{question.pk}/").content.decode()


def test_her_own_words_stand_behind_the_phrase_and_no_other_phrase_is_taken(question, cast, client):
    client.force_login(cast.officers["何区长"])
    url = f"/desk/questions/{question.pk}/instruct/"
    client.post(url, {"phrase": phrases()[1], "words": "周五前报我。", "due_on": "", "owner": ""})
    assert Instruction.objects.get().words == f"{phrases()[1]}周五前报我。"
    refused = client.post(url, {"phrase": "编的一句", "words": "", "due_on": "", "owner": ""})
    assert refused.status_code == 422
    assert Instruction.objects.count() == 1


def test_the_office_writes_its_own_phrases(cast):
    units.change_text(code="supervision.phrases", body="一句\n\n 两句 \n", version=0, by=cast.viewer("赵工"))
    assert phrases() == ("一句", "两句")
