"""A stored explanation, ready to be read: what was promised by which rule, each day of the count, and later steps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from tongti.deadlines.models import Clock, RecountLine
from worktime import Explanation
from worktime.explanations import DayLine, Kind


@dataclass(frozen=True)
class Told:
    """One limit told in full. ``steps``: extensions, recounts and approved days after the first count, in their order."""

    name: str
    due: str
    rule: str
    source: str
    url: str
    verified: bool
    summary: str
    warnings: Sequence[str]
    pauses: Sequence[str]
    lines: Sequence[DayLine]
    basis: Sequence[str]
    regime_version: str
    calendar_version: str
    provisional: bool
    steps: Sequence[str]
    first: "Told | None" = None

    @property
    def left_out(self) -> Sequence[DayLine]:
        """The days that did not count, for whoever wants only those."""
        return [line for line in self.lines if not line.counted and line.kind is not Kind.START]


def clocks_of(explanation: Mapping[str, Any]) -> list[Told]:
    """The main limit of a stored date, then those kept beside it. A date without a record gives an empty list."""
    found = [explanation, *explanation.get("others", {}).values()]
    return [told for told in (told_of(one) for one in found) if told is not None]


def told_of(explanation: Mapping[str, Any]) -> Told | None:
    """One stored explanation; None when nothing was recorded."""
    if "summary" not in explanation:
        return None
    names = Explanation.__dataclass_fields__
    value = Explanation.from_dict({name: explanation[name] for name in names})
    regime = explanation.get("regime", {})
    before = explanation.get("before")
    return Told(
        name=str(Clock.Code(regime["clock"]).label) if regime.get("clock") in Clock.Code.values else "期限",
        due=value.due,
        rule=regime.get("words", ""),
        source=regime.get("source", ""),
        url=regime.get("url", ""),
        verified=bool(regime.get("verified")),
        summary=value.summary,
        warnings=value.warnings,
        pauses=value.pauses,
        lines=value.lines,
        basis=value.basis,
        regime_version=regime.get("version", ""),
        calendar_version=value.calendar_version,
        provisional=bool(explanation.get("inputs", {}).get("provisional")),
        steps=tuple(_steps(explanation)),
        first=told_of(before) if before else None,
    )


def _steps(explanation: Mapping[str, Any]) -> list[str]:
    steps = [step["words"] for step in explanation.get("extended", [])]
    if explanation.get("capped_by"):
        own = explanation.get("own_due_on", "")
        steps.append(f"协办不晚于牵头：自己的时限到 {own}，按牵头单位的期限提前。")
    if explanation.get("held_at"):
        steps.append(f"按规则算到 {explanation['counted_on']}；{explanation['held_at']} 已经告知，不提前。")
    for step in explanation.get("recounted", []):
        was = f"{timezone.localtime(datetime.fromisoformat(step['from'])):%Y-%m-%d %H:%M}"
        if step["outcome"] == RecountLine.Outcome.KEPT:
            steps.append(f"{step['reason']}，按新日历会提前；{was} 已告知诉求人，不提前。")
        elif step["outcome"] == RecountLine.Outcome.SETTLED:
            steps.append(f"{step['reason']}，日期不变，不再是暂定的。")
        else:
            steps.append(f"{step['reason']}，原定 {was} 到期，已重算。")
    return steps
