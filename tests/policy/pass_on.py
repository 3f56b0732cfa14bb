"""Who gets which answer from the pages of the relay and of the answers. ``SAMPLE`` builds what the address needs.

The question of the sample is led by 水利局 with 住建局, 自来水公司 and 临江镇; 供电局 (农志明) takes no part.
"""

from typing import Any

from tests.relay.stories import Story
from tongti.answers import actions as answers
from tongti.answers.models import Answer
from tongti.questions.models import Question
from tongti.relay import actions as relay
from tongti.relay.models import Baton, Objection

TITLE = "策略表：临江镇停水"
UNITS = ("黄志强", "梁工", "陆局长", "覃丽", "陆斌", "蒙海燕", "农志明")
OUTSIDERS = ("李小英", "覃红", "何区长", "赵工", "周审")
POSTS = (
    "desk:baton_accept",
    "desk:baton_object",
    "desk:baton_hand_over",
    "desk:baton_progress",
    "desk:baton_part",
    "desk:add_unit",
    "desk:answer_begin",
    "desk:answer_sign",
    "desk:answer_send_back",
)
PAGES = (
    "desk:batons",
    "desk:baton",
    "desk:baton_deadline",
    "desk:baton_move",
    "desk:baton_case",
    "desk:dispatch",
    "desk:dispatch_case",
    "desk:objections",
    "desk:objection",
    "desk:answers",
    "desk:answer",
    "desk:answer_case",
)

BATON = ("desk:baton", "desk:baton_deadline")

TABLE: list[tuple[str, str, int]] = [
    *((name, "anonymous", 302) for name in PAGES),
    # the unit's list: everybody who signs for or handles batons
    *(("desk:batons", who, 200) for who in UNITS),
    *(("desk:batons", who, 404) for who in ("韦晓梅", "莫刚", *OUTSIDERS)),
    # one baton of 水利局: its own people, the dispatcher and the supervisor
    *((name, who, 200) for name in BATON for who in ("黄志强", "梁工", "陆局长", "韦晓梅", "莫刚")),
    *((name, who, 404) for name in BATON for who in ("覃丽", "陆斌", "蒙海燕", "农志明", *OUTSIDERS)),
    *(("desk:baton_case", who, 200) for who in ("黄志强", "陆局长")),
    *(("desk:baton_case", who, 404) for who in ("覃丽", "农志明", "韦晓梅", "莫刚", *OUTSIDERS)),
    # dispatching and moving: the dispatcher alone
    *((name, "韦晓梅", 200) for name in ("desk:dispatch", "desk:dispatch_case", "desk:baton_move")),
    *(
        (name, who, 404)
        for name in ("desk:dispatch", "desk:dispatch_case", "desk:baton_move")
        for who in ("黄志强", "陆局长", "农志明", "莫刚", *OUTSIDERS)
    ),
    # ruling
    *((name, "韦晓梅", 200) for name in ("desk:objections", "desk:objection")),
    *(
        (name, who, 404)
        for name in ("desk:objections", "desk:objection")
        for who in ("黄志强", "陆斌", "农志明", "莫刚", *OUTSIDERS)
    ),
    # answers: the units that take part read the one in the making, the lead writes it
    *(("desk:answers", who, 200) for who in UNITS),
    *(("desk:answers", who, 404) for who in ("韦晓梅", "莫刚", *OUTSIDERS)),
    *(("desk:answer", who, 200) for who in ("黄志强", "陆局长", "覃丽", "陆斌", "蒙海燕", "韦晓梅", "莫刚")),
    *(("desk:answer", who, 404) for who in ("农志明", *OUTSIDERS)),
    *(("desk:answer_case", who, 200) for who in ("黄志强", "陆局长")),
    *(("desk:answer_case", who, 404) for who in ("覃丽", "农志明", "韦晓梅", "莫刚", *OUTSIDERS)),
    # POST only: GET is not the way for anybody
    *((name, who, 405) for name in POSTS for who in ("黄志强", "韦晓梅", "赵工", "anonymous")),
]


def question_in_hand(world: Any) -> Question:
    """A question in hand with a draft answer and an objection, made once."""
    known = Question.objects.filter(title=TITLE, state="handling").first()
    if known is not None:
        return known
    story = Story(world)
    question = story.question(2)
    Question.objects.filter(pk=question.pk).update(title=TITLE)
    question.refresh_from_db()
    story.dispatch(question)
    story.accept("水利局", "黄志强")
    relay.object_(baton=story.baton("住建局"), reason="不归本局", basis="职责清单", by=world.viewer("覃丽"))
    answers.compose(question=question, by=world.viewer("黄志强"))
    return question


def _lead(world: Any) -> Baton:
    return Baton.objects.get(question=question_in_hand(world), role="lead")


def _answer(world: Any) -> Answer:
    return Answer.objects.get(question=question_in_hand(world))


def _case_id(world: Any) -> int:
    return int(question_in_hand(world).memberships.filter(state="active").values_list("case_id", flat=True)[0])


def _objection(world: Any) -> Objection:
    return Objection.objects.get(baton__question=question_in_hand(world))


def _to_dispatch(world: Any) -> int:
    found = Question.objects.filter(title=TITLE + "（待派）").first()
    if found is None:
        found = Story(world).question(1)
        Question.objects.filter(pk=found.pk).update(title=TITLE + "（待派）")
    return int(found.pk)


SAMPLE = {
    "desk:batons": lambda world: {},
    "desk:objections": lambda world: {},
    "desk:answers": lambda world: {},
    "desk:dispatch": lambda world: {"pk": _to_dispatch(world)},
    "desk:dispatch_case": lambda world: {"pk": Story(world).call("策略表用的单件").pk},
    "desk:add_unit": lambda world: {"pk": question_in_hand(world).pk},
    "desk:objection": lambda world: {"pk": _objection(world).pk},
    **dict.fromkeys(
        (
            "desk:baton",
            "desk:baton_deadline",
            "desk:baton_move",
            "desk:baton_accept",
            "desk:baton_object",
            "desk:baton_hand_over",
            "desk:baton_progress",
            "desk:baton_part",
            "desk:answer_begin",
        ),
        lambda world: {"pk": _lead(world).pk},
    ),
    "desk:baton_case": lambda world: {"pk": _lead(world).pk, "case_pk": _case_id(world)},
    **dict.fromkeys(
        ("desk:answer", "desk:answer_sign", "desk:answer_send_back"), lambda world: {"pk": _answer(world).pk}
    ),
    "desk:answer_case": lambda world: {"pk": _answer(world).pk, "case_pk": _case_id(world)},
}
