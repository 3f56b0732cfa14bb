"""The trail of a case in words: verb → Chinese, facts → one short detail. Other rooms may add their verbs."""

from collections.abc import Mapping
from typing import Any

from tongti.cases.diversions import DIVERSIONS
from tongti.cases.models import Case

VERBS: dict[str, str] = {
    "case.registered": "登记",
    "case.imported": "导入登记",
    "case.dispatched": "派单",
    "case.answered": "答复",
    "case.closed": "办结",
    "case.withdrawn": "撤回",
    "case.reopened": "重新打开",
    "case.diverted": "分流",
    "case.added_to": "补充",
    "case.noted": "加了内部备注",
    "case.corrected": "更正登记信息",
    "case.asker_revealed": "查看诉求人身份",
    "case.joined": "并入同题",
    "case.moved": "移到另一题",
    "case.left_question": "移出同题",
    "case.undone": "撤销并题",
    "case.refused_by_question": "核对为不是同题",
    "case.taken_along": "随同题交办",
    "case.passed_on": "派单",
    "case.returned_to_desk": "退回受理中心",
    "case.contacted": "联系诉求人",
    "case.verdict_invited": "邀请评价",
    "case.judged": "诉求人评价",
    "case.called_back": "电话回访",
    "case.replied": "发出答复",
}

FIELDS = {
    "category_id": "分类",
    "place_id": "地点",
    "kind": "类型",
    "urgency": "紧急程度",
    "title": "标题",
}

WHY = {"not_solved": "诉求人说没有解决", "again": "诉求人说又出现了", "redo": "退回重办"}


def words_of(verb: str) -> str:
    """The Chinese of a verb; a verb without a row is shown as it is rather than hidden."""
    return VERBS.get(verb, verb)


def detail_of(verb: str, facts: Mapping[str, Any], units: Mapping[int, str]) -> str:
    """What is worth reading beside the verb; never personal, because facts never are."""
    parts: list[str] = []
    if verb == "case.corrected":
        parts.append("、".join(FIELDS.get(name, name) for name in facts))
    if facts.get("channel"):
        parts.append(_label(Case.Channel, facts["channel"]))
    if facts.get("holder") in units and verb not in ("case.registered", "case.imported"):
        parts.append(units[facts["holder"]])
    if facts.get("due_on"):
        parts.append(f"期限 {facts['due_on']}")
    if verb in ("case.closed", "case.withdrawn") and facts.get("closing"):
        parts.append(_label(Case.Closing, facts["closing"]))
    if facts.get("late"):
        parts.append("超期")
    if verb == "case.diverted" and facts.get("reason") in DIVERSIONS:
        parts.append(DIVERSIONS[facts["reason"]].name)
    if verb == "case.reopened":
        parts.append(WHY.get(str(facts.get("why")), ""))
    if facts.get("files"):
        parts.append(f"附件 {facts['files']} 个")
    return "，".join(part for part in parts if part)


def _label(choices: Any, value: str) -> str:
    return str(choices(value).label) if value in choices.values else value
