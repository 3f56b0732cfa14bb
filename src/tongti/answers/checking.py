"""What to look at before an answer goes out (W1 rule 9): is everything there, and is nothing there that must not be.

Privacy patterns stop it; the rest are warnings that a person may override with a reason.
"""

import re
from dataclasses import dataclass

from tongti.answers.models import Answer, CaseWords
from tongti.shared import privacy

FIELDS = {
    "opening": "问的是什么",
    "found": "查明的情况",
    "done": "办理结果",
    "basis": "依据",
    "would_need": "要怎样才能办",
    "next_steps": "下一步和期限",
    "remedy": "不服怎么办",
    "contact": "联系人和电话",
}
ABSOLUTE = re.compile(
    r"绝对|百分之百|100[%％]|永远不|永不|再也不会|保证(?:不再|今后|以后)|彻底(?:杜绝|根除|解决)|万无一失|一定会|绝不"
)
SHIRKING = re.compile(
    r"不(?:归|属)(?:于)?(?:我|本)(?:局|单位|们|镇|公司|办)|与(?:我|本)(?:局|单位|们|镇|公司)无关|无能为力|爱莫能助|请自行(?:解决|协商|联系)|"
    r"不是(?:我|本)(?:局|单位|们)的(?:责任|事)|找(?:别的|其他)(?:部门|单位)|我们也没(?:有)?办法"
)
INTERNAL = re.compile(
    r"内部(?:资料|文件|通报)|领导批示|请示(?:领导|上级)|会议纪要|不(?:宜|要|得)对外|仅供(?:内部|参考)"
)
AN_ARTICLE = re.compile(r"《[^》]{2,}》.*?第[一二三四五六七八九十百零\d]+条", re.DOTALL)
A_REMEDY = re.compile(r"复议|诉讼|复查")
A_PAPER = re.compile(r"《[^》]{2,}》|〔\d{4}〕|第[一二三四五六七八九十百零\d]+条")
A_DAY = re.compile(r"\d{1,2}\s*月(?:\s*\d{1,2}\s*日|底|中旬|上旬|下旬)?|\d+\s*个?(?:工作)?日内|月底|年底|季度")


@dataclass(frozen=True)
class Remark:
    """提示: one thing to mend. ``hard`` cannot be overridden. ``field`` is the part of the answer it is about."""

    code: str
    sentence: str
    field: str = ""
    hard: bool = False
    label: str = ""
    kind: str = ""


def check_text(answer: Answer, own_words: list[CaseWords]) -> list[Remark]:
    """All warnings on the text of an answer and its own sentences, hard ones first."""
    found = [*_privacy(answer, own_words), *_elements(answer), *_forbidden(answer, own_words)]
    return sorted(found, key=lambda w: not w.hard)


def refusal_remarks(answer: Answer) -> list[Remark]:
    """What a refusal of the window 办不成事 lacks, each a hard stop: its basis down to the article, what would have to be different,
    and where one can go with it (W5: 否定答复 shows its basis; 8.2: remedy and its period)."""
    found = []
    if not AN_ARTICLE.search(answer.basis):
        found.append(("refusal_basis", "不予办理要写明依据：法律法规或文件的名称和第几条。", "basis"))
    if not answer.would_need.strip():
        found.append(("refusal_would_need", "不予办理要写明要怎样才能办；怎样也办不了的，写明为什么。", "would_need"))
    if not A_REMEDY.search(answer.remedy):
        found.append(("refusal_remedy", "不予办理要写明不服怎么办：可以复议、诉讼或者复查，多少日内。", "remedy"))
    return [Remark(code, sentence, field, True, FIELDS[field]) for code, sentence, field in found]


def contact_remark(numbers: list[str]) -> Remark:
    """Askers of the window to whom nobody has spoken: a hard stop."""
    shown = "、".join(numbers)
    return Remark("uncontacted", f"还没有联系过诉求人（{shown}），不能答复。", "", True, "联系", shown)


def _texts(answer: Answer, own_words: list[CaseWords]) -> list[tuple[str, str, str]]:
    shared = [(name, label, str(getattr(answer, name))) for name, label in FIELDS.items()]
    return [*shared, *(("case_words", "单独说明", row.words) for row in own_words)]


def _privacy(answer: Answer, own_words: list[CaseWords]) -> list[Remark]:
    found: list[Remark] = []
    for name, label, text in _texts(answer, own_words):
        kinds = dict.fromkeys(hit.kind for hit in privacy.found_in(text, mobiles=name != "contact"))
        found += [
            Remark("privacy", f"“{label}”里有{kind}，会让别人看到，必须删去。", name, True, label, kind)
            for kind in kinds
        ]
    return found


def _elements(answer: Answer) -> list[Remark]:
    found = []
    for name, sentence in (
        ("opening", "没有写明问的是什么。"),
        ("found", "没有写查明的情况（时间、地点、怎么查的）。"),
        ("done", "没有写办理结果：办了什么、谁办的。"),
        ("basis", "没有写依据。"),
        ("remedy", "没有写对答复不满意怎么办。"),
        ("contact", "没有写联系人和电话。"),
    ):
        if not str(getattr(answer, name)).strip():
            found.append(Remark("missing_" + name, sentence, name))
    if not answer.closing:
        found.append(Remark("missing_closing", "没有选办结方式。", "closing"))
    if answer.done.strip() and len(answer.done.strip()) < 15:
        found.append(Remark("too_short", "办理结果太短，看不出做了什么。", "done"))
    if answer.basis.strip() and not A_PAPER.search(answer.basis):
        found.append(Remark("vague_basis", "依据没有写出文件名称、文号或条款，查不到。", "basis"))
    if answer.closing in ("planned", "partly"):
        if not answer.next_steps.strip():
            found.append(Remark("missing_next_steps", "还没有全部解决的，要写下一步和完成的日期。", "next_steps"))
        elif not A_DAY.search(answer.next_steps):
            found.append(Remark("no_day", "下一步没有写到哪一天完成。", "next_steps"))
    return found


def _forbidden(answer: Answer, own_words: list[CaseWords]) -> list[Remark]:
    found = []
    for name, label, text in _texts(answer, own_words):
        for code, pattern, sentence in (
            ("absolute", ABSOLUTE, "话说得太满，做不到会失信"),
            ("shirking", SHIRKING, "像是推脱，请写谁来办、怎么办"),
            ("internal", INTERNAL, "是内部的话，不该给诉求人看"),
        ):
            if hit := pattern.search(text):
                found.append(Remark(code, f"“{label}”里的“{hit.group()}”{sentence}。", name))
    return found
