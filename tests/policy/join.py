"""Who gets which answer from the question pages. ``SAMPLE`` builds what the address needs from the shared world."""

from typing import Any

from tongti.questions.models import Question, Rearrangement

READERS = ("李小英", "韦晓梅", "覃红", "莫刚", "何区长")
JOINERS = ("韦晓梅",)

OPEN_LIST = (*READERS, "黄志强", "陆局长", "农志明", "覃丽", "陆斌", "蒙海燕")

TABLE: list[tuple[str, str, int]] = [
    *(("desk:questions", who, 200) for who in OPEN_LIST),
    *(("desk:questions", who, 404) for who in ("赵工", "周审")),
    ("desk:questions", "anonymous", 302),
    *(("desk:question", who, 200) for who in READERS),
    *(("desk:question", who, 404) for who in ("黄志强", "农志明", "赵工", "周审")),
    ("desk:question", "anonymous", 302),
    *(
        (name, who, 200)
        for name in ("desk:question_review", "desk:question_set_up", "desk:question_join", "desk:question_arrange")
        for who in JOINERS
    ),
    *(
        (name, who, 404)
        for name in ("desk:question_review", "desk:question_set_up", "desk:question_join", "desk:question_arrange")
        for who in ("李小英", "黄志强", "农志明", "覃红", "莫刚", "何区长", "赵工", "周审")
    ),
    *(
        (name, "anonymous", 302)
        for name in ("desk:question_review", "desk:question_set_up", "desk:question_join", "desk:question_arrange")
    ),
    ("desk:question_public", "韦晓梅", 200),
    *(("desk:question_public", who, 404) for who in ("李小英", "黄志强", "农志明", "莫刚", "赵工", "周审")),
    ("desk:question_public", "anonymous", 302),
    ("desk:engine", "韦晓梅", 200),
    *(("desk:engine", who, 404) for who in ("李小英", "黄志强", "农志明", "莫刚", "何区长", "赵工", "周审")),
    ("desk:engine", "anonymous", 302),
    ("desk:question_new", "韦晓梅", 200),
    *(("desk:question_new", who, 404) for who in ("李小英", "黄志强", "莫刚", "赵工", "周审")),
    ("desk:question_new", "anonymous", 302),
    ("desk:case_question", "韦晓梅", 200),
    *(("desk:case_question", who, 404) for who in ("李小英", "黄志强", "农志明", "莫刚", "赵工", "周审")),
    ("desk:case_question", "anonymous", 302),
    # POST only: whoever may not come in finds nothing, the others are told that GET is not the way
    *(
        (name, who, 405)
        for name in ("desk:question_edit", "desk:question_findings", "desk:question_undo")
        for who in ("韦晓梅", "赵工", "anonymous")
    ),
]


def _question(world: Any) -> dict[str, int]:
    return {"pk": question_of(world).pk}


def question_of(world: Any) -> Question:
    """A candidate question with one proposal, made once; no unit takes part yet."""
    known = Question.objects.filter(title="策略表用题").first()
    if known is not None:
        return known
    from tongti.cases.models import Case
    from tongti.questions.actions.proposing import form_candidates

    case = Case.objects.filter(pk=case_of(world)).select_related("place__parent__parent").get()
    return form_candidates([("策略表用题", [case], {})])[0]


def case_of(world: Any) -> int:
    """A case of nobody's question."""
    import uuid

    from tongti.cases.actions import Intake, register

    intake = Intake(key=uuid.uuid4(), channel="phone", kind="help", body="策略表用的诉求")
    return register(intake=intake, by=world.viewer("李小英")).pk


def _step(world: Any) -> dict[str, int]:
    """A step of arranging, whatever number it got: others may have arranged in this database before."""
    step = Rearrangement.objects.order_by("-pk").first()
    return {"pk": step.pk if step else 1}


SAMPLE = {
    "desk:questions": lambda world: {},
    "desk:engine": lambda world: {},
    "desk:question_new": lambda world: {},
    "desk:case_question": lambda world: {"pk": case_of(world)},
    "desk:question_undo": _step,
    **dict.fromkeys(
        (
            "desk:question",
            "desk:question_deadline",
            "desk:question_review",
            "desk:question_set_up",
            "desk:question_join",
            "desk:question_arrange",
            "desk:question_public",
            "desk:question_edit",
            "desk:question_findings",
        ),
        _question,
    ),
}
