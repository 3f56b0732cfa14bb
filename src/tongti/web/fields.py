"""How one form field is laid out: which parts it has and how they are wired for screen readers."""

from dataclasses import dataclass

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms import BaseForm, BoundField
from django.utils.safestring import SafeString


@dataclass(frozen=True)
class Shown:
    """What ``_components/field.html`` needs; ``kind`` chooses the layout."""

    kind: str
    bound: BoundField
    label: str
    hint: str
    hide_label: bool
    optional: bool
    error: str
    control: BoundField | SafeString
    hint_id: str
    error_id: str
    count_id: str
    limit: int | None

    @property
    def describes(self) -> str:
        """What a group (radio buttons, tick boxes) is described by."""
        return " ".join(part for part in (self.hint and self.hint_id, self.error and self.error_id) if part)


def shown(bound: BoundField, *, label: str = "", hint: str = "", hide_label: bool = False) -> Shown:
    """Lay out ``bound``; the first error only, because one clear sentence is read and three are not."""
    kind = _kind(bound.field.widget)
    error = str(bound.errors[0]) if bound.errors else ""
    hint = hint or str(bound.help_text or "")
    limit = bound.field.widget.attrs.get("data-max") if kind == "control" else None
    ids = {part: f"{bound.auto_id}-{part}" for part in ("hint", "error", "count")}
    described = [ids["hint"]] * bool(hint) + [ids["error"]] * bool(error) + [ids["count"]] * bool(limit)
    attrs: dict[str, str | bool] = {}
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if error:
        attrs["aria-invalid"] = "true"
    return Shown(
        kind=kind,
        bound=bound,
        label=label or str(bound.label),
        hint=hint,
        hide_label=hide_label,
        optional=not bound.field.required and kind not in ("check", "hidden"),
        error=error,
        control=bound if kind == "choices" else bound.as_widget(attrs=attrs),
        hint_id=ids["hint"],
        error_id=ids["error"],
        count_id=ids["count"],
        limit=int(limit) if limit else None,
    )


def errors_of(form: BaseForm) -> list[tuple[str, str]]:
    """(id of the control, sentence) of everything wrong in a form; a sentence about the whole form has no id."""
    lines: list[tuple[str, str]] = []
    for name, errors in form.errors.items():
        if name == NON_FIELD_ERRORS:
            lines += [("", str(error)) for error in errors]
        elif errors:
            lines.append((_focus_id(form[name]), str(errors[0])))
    return lines


def _focus_id(bound: BoundField) -> str:
    # A group of choices has no control of its own name: its first choice takes the focus.
    return f"{bound.auto_id}_0" if _kind(bound.field.widget) == "choices" else bound.id_for_label or bound.auto_id


def _kind(widget: forms.Widget) -> str:
    if widget.is_hidden:
        return "hidden"
    if isinstance(widget, (forms.RadioSelect, forms.CheckboxSelectMultiple)):
        return "choices"
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    if isinstance(widget, forms.FileInput):
        return "file"
    return "control"
