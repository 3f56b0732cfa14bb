"""What a phone sent, as the actions take it. Every value is looked at: a draft may have been written by an older version of the app."""

import uuid
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from tongti.shared.errors import BadInput
from tongti.visits.actions import FigureDraft, FindingDraft, StepDraft, VisitDraft

NOT_READ = "这份走访没有写完整，手机上的内容还在，请打开检查。"


def visit_draft(sent: Any) -> VisitDraft:
    """Raises BadInput naming the field."""
    if not isinstance(sent, dict):
        raise BadInput("note", NOT_READ)
    fields = _mapping(sent.get("fields"))
    findings = sent.get("findings")
    visited_on = _day(fields.get("visited_on"), "visited_on")
    if visited_on is None:
        raise BadInput("visited_on", "请填走访日期。")
    return VisitDraft(
        key=key_of(sent.get("key")),
        delivery=key_of(sent.get("delivery")),
        visited_on=visited_on,
        way=_text(fields.get("way")),
        note=_text(fields.get("note")),
        facts=_text(fields.get("facts")),
        next_visit_on=_day(fields.get("next_visit_on"), "next_visit_on"),
        figures=_figures(_text(fields.get("figures"))),
        findings=tuple(_finding(one, at) for at, one in enumerate(findings if isinstance(findings, list) else [])),
        base_version=_number(sent.get("version")) or 0,
        base={str(name): _text(words) for name, words in _mapping(sent.get("base")).items()},
        campaign_id=_number(sent.get("campaign")),
        party_id=_number(sent.get("firm")),
    )


def _finding(sent: Any, at: int) -> FindingDraft:
    one = _mapping(sent)
    where = f"finding_{at}_"
    steps = one.get("steps")
    return FindingDraft(
        key=key_of(one.get("key")),
        words=_text(one.get("words")),
        title=_text(one.get("title")),
        wished=_text(one.get("wished")),
        category_id=_number(one.get("category")),
        handling=_text(one.get("handling")),
        promised_on=_day(one.get("promised_on"), f"{where}promised_on"),
        steps=tuple(_step(step, where) for step in (steps if isinstance(steps, list) else [])),
        matter=_text(one.get("matter")),
        level=_text(one.get("level")),
        paper=_text(one.get("paper")),
        explanation=_text(one.get("explanation")),
        reaction=_text(one.get("reaction")),
        shared={"yes": True, "no": False}.get(_text(one.get("shared"))),
        question_id=_number(one.get("question")),
        hide_identity=bool(one.get("hide_identity")),
        at_once=bool(one.get("at_once", True)),
    )


def _step(sent: Any, where: str) -> StepDraft:
    one = _mapping(sent)
    day = _day(one.get("due_on"), f"{where}steps")
    if day is None:
        raise BadInput(f"{where}steps", "请写每一步到哪天。")
    return StepDraft(_text(one.get("words")), day)


def _figures(words: str) -> tuple[FigureDraft, ...]:
    """``kind|period|value``, one a line."""
    figures = []
    for at, line in enumerate(line for line in words.split("\n") if line.strip()):
        parts = line.split("|")
        try:
            kind, period, value = parts
            figures.append(FigureDraft(kind, period, Decimal(value.strip())))
        except (ValueError, InvalidOperation) as error:
            raise BadInput(f"figure_{at}_value", "“数值”请填数字。") from error
    return tuple(figures)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _number(value: Any) -> int | None:
    text = str(value) if isinstance(value, (int, str)) and not isinstance(value, bool) else ""
    return int(text) if text.isdecimal() and len(text) < 18 else None


def key_of(value: Any) -> uuid.UUID:
    """A key that a phone made. Raises BadInput."""
    try:
        return uuid.UUID(_text(value))
    except ValueError as error:
        raise BadInput("note", NOT_READ) from error


def _day(value: Any, field: str) -> date | None:
    text = _text(value).strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(field, "日期请写成 2026-03-20 这样。") from error
