"""Who gets which answer from the desk pages of cases. Names are people of the cast; ``stranger`` is 农志明 of 供电局.

``SAMPLE`` builds what the address needs: the case is held by 水利局, 自来水公司 helps, 热线办 took it.
"""

import uuid
from typing import Any

from tongti.cases import actions
from tongti.shared.actor import SYSTEM

EVERYBODY = (
    "李小英", "韦晓梅", "黄志强", "梁工", "陆局长", "覃丽", "陆斌", "蒙海燕", "农志明", "覃红", "莫刚", "何区长", "赵工", "周审",
)  # fmt: skip
CLERKS = ("李小英", "韦晓梅")
# may read cases at all, of whatever reach
READERS = tuple(name for name in EVERYBODY if name not in ("赵工", "周审"))
# see the sample case: the whole district, or a unit that takes part
SEE_IT = ("李小英", "韦晓梅", "黄志强", "梁工", "陆局长", "陆斌", "覃红", "莫刚", "何区长")
# may write on it: those who work on it, not the leader who reads it
WRITE_IT = tuple(name for name in SEE_IT if name != "何区长")


def _rows(name: str, allowed: tuple[str, ...], status: int = 200) -> list[tuple[str, str, int]]:
    return [
        *((name, who, status if who in allowed else 404) for who in EVERYBODY),
        (name, "anonymous", 302),
    ]


# What a GET answers.
TABLE: list[tuple[str, str, int]] = [
    *_rows("desk:home", EVERYBODY),
    *_rows("desk:register", CLERKS),
    *_rows("desk:registered", CLERKS),
    *_rows("desk:inbox", READERS),
    *_rows("desk:search", READERS),
    *_rows("desk:imports", CLERKS),
    *_rows("desk:import", CLERKS),
    *_rows("desk:import_status", CLERKS),
    *_rows("desk:import_errors", CLERKS),
    *_rows("desk:case", SEE_IT),
    *_rows("desk:case_file", SEE_IT),
    *_rows("desk:case_deadline", SEE_IT),
]
# What an empty POST answers at the addresses that take nothing else: 422, 409 or 302 say that the door let them in.
POSTS: list[tuple[str, str, int]] = [
    *_rows("desk:register_caller", CLERKS),
    *_rows("desk:register_same", CLERKS),
    *_rows("desk:register_door", CLERKS),
    *_rows("desk:import_start", CLERKS, 422),
    # nothing was stopped: the sentence says so
    *_rows("desk:import_resume", CLERKS, 409),
    *_rows("desk:case_note", WRITE_IT, 422),
    *_rows("desk:case_correct", CLERKS, 422),
    *_rows("desk:case_answer", CLERKS, 422),
    *_rows("desk:case_divert", CLERKS, 422),
    *_rows("desk:case_reveal", ("李小英", "韦晓梅", "黄志强", "梁工", "覃红"), 422),
    *_rows("desk:case_withdraw", CLERKS, 302),
]
# POST only: whoever asks with GET is told that this is not the way, before anybody asks who she is
TABLE += [
    (name, who, 405) for name in dict.fromkeys(row[0] for row in POSTS) for who in ("李小英", "赵工", "anonymous")
]

_PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def a_case(world: Any) -> dict[str, int]:
    """A dispatched case with a paper; the first one of this world is used again."""
    from tongti.cases.models import Case

    case = Case.objects.filter(title="策略表样例").first()
    if case is None:
        intake = actions.Intake(
            key=uuid.uuid4(), channel="phone", kind="help", body="停水一周了", title="策略表样例", phone="13800138000"
        )
        case = actions.register(intake=intake, by=SYSTEM)
        actions.pass_to(
            case_ids=[case.pk],
            holder_id=world.units["水利局"].pk,
            unit_ids=[world.units["自来水公司"].pk],
            due_on=None,
            by=SYSTEM,
            verb="case.dispatched",
        )
    return {"pk": case.pk}


def a_file(world: Any) -> dict[str, int]:
    """The paper of that case."""
    from tongti.cases.models import Attachment, Case
    from tongti.shared.uploads import Upload

    pk = a_case(world)["pk"]
    paper = Attachment.objects.filter(case_id=pk).first()
    if paper is None:
        actions.add_words(
            case=Case.objects.get(pk=pk), key=uuid.uuid4(), words="", uploads=[Upload("a.pdf", _PDF)], by=SYSTEM
        )
        paper = Attachment.objects.get(case_id=pk)
    return {"pk": pk, "file_pk": paper.pk}


def an_import(world: Any) -> dict[str, int]:
    """A table whose columns nobody has confirmed."""
    batch = actions.upload_import(name="a.csv", content="编号,内容\n1,停水\n".encode(), by=SYSTEM)
    return {"pk": batch.pk}


SAMPLE: dict[str, Any] = {
    **dict.fromkeys((name for name, *_ in TABLE if name.startswith("desk:case")), a_case),
    **dict.fromkeys(
        (name for name, *_ in TABLE if name.startswith("desk:import") and name != "desk:imports"), an_import
    ),
    "desk:registered": a_case,
    "desk:case_file": a_file,
}
