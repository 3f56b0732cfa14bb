"""The trail of a case in words: facts → one short detail. What the verbs are called stands in ``trail.wording``."""

from collections.abc import Mapping
from typing import Any

from tongti.cases.diversions import DIVERSIONS
from tongti.cases.models import Case

FIELDS = {
    "category_id": "分类",
    "place_id": "地点",
    "kind": "类型",
    "urgency": "紧急程度",
    "title": "标题",
}

WHY = {"not_solved": "诉求人说没有解决", "again": "诉求人说又出现了", "redo": "退回重办"}


def detail_of(verb: str, facts: Mapping[str, Any], units: Mapping[int, str]) -> str:
    """What is worth reading beside the verb; never personal, because facts never are."""
    parts = []
    if facts.get("channel"):
        parts.append(_label(Case.Channel, facts["channel"]))
    if facts.get("holder") in units and verb not in ("case.registered", "case.imported"):
        parts.append(units[facts["holder"]])
    parts.append(_of_verb(verb, facts, units))
    if facts.get("due_on"):
        parts.append(f"期限 {facts['due_on']}")
    if facts.get("late"):
        parts.append("超期")
    if facts.get("files"):
        parts.append(f"附件 {facts['files']} 个")
    return "，".join(part for part in parts if part)


def _of_verb(verb: str, facts: Mapping[str, Any], units: Mapping[int, str]) -> str:
    """What only this verb has to tell."""
    if verb == "case.corrected":
        return "、".join(FIELDS.get(name, name) for name in facts)
    if verb.startswith("case.baton_"):
        return "、".join(units[pk] for pk in facts.get("units", ()) if pk in units)
    if verb in ("case.closed", "case.withdrawn"):
        return _label(Case.Closing, facts.get("closing", ""))
    if verb == "case.diverted" and facts.get("reason") in DIVERSIONS:
        return str(DIVERSIONS[facts["reason"]].name)
    return WHY.get(str(facts.get("why")), "") if verb == "case.reopened" else ""


def _label(choices: Any, value: str) -> str:
    return str(choices(value).label) if value in choices.values else value
