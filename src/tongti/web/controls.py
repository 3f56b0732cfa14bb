"""How the plain controls of a form are drawn: by Python instead of by Django's small templates, letter for letter the same.

A page with a list of 80 villages spent more time in those templates than in everything else together. What is not here —
file inputs, groups of choices — goes to Django's own template. tests/web/test_controls.py compares the two.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.formats import localize
from django.utils.html import conditional_escape

from tongti.web.saying import say

Widget = Mapping[str, Any]


class Renderer(DjangoTemplates):
    """Django's own, except for the controls that every page draws by the dozen."""

    def render(self, template_name: str, context: Mapping[str, Any], request: Any = None) -> str:
        """The HTML of one control."""
        draw = _DRAWN.get(template_name)
        return draw(context["widget"]) if draw else super().render(template_name, context, request)


def _input(widget: Widget) -> str:
    value = widget["value"]
    shown = "" if value is None else f' value="{_plain(value)}"'
    return f'<input type="{conditional_escape(widget["type"])}" name="{conditional_escape(widget["name"])}"{shown}{_attrs(widget)}>'


def _choice(widget: Widget) -> str:
    drawn = _input(widget)
    if not widget.get("wrap_label"):
        return drawn
    wanted = widget["attrs"].get("id")
    whose = f' for="{conditional_escape(wanted)}"' if wanted else ""
    return f"<label{whose}>{drawn}\n {_label(widget['label'])}</label>"


def _textarea(widget: Widget) -> str:
    value = widget["value"]
    return f'<textarea name="{conditional_escape(widget["name"])}"{_attrs(widget)}>\n{_words(value) if value else ""}</textarea>'


def _select(widget: Widget) -> str:
    parts = [f'<select name="{conditional_escape(widget["name"])}"{_attrs(widget)}>']
    for group, options, _index in widget["optgroups"]:
        if group:
            parts.append(f'\n  <optgroup label="{_label(group)}">')
        parts += [f"\n  {_DRAWN[option['template_name']](option)}\n" for option in options]
        if group:
            parts.append("\n  </optgroup>")
    return "".join([*parts, "\n</select>"])


def _option(option: Widget) -> str:
    return f'<option value="{_plain(option["value"])}"{_attrs(option)}>{_label(option["label"])}</option>'


def _attrs(widget: Widget) -> str:
    return "".join(
        f" {conditional_escape(name)}" if value is True else f' {conditional_escape(name)}="{_plain(say(value))}"'
        for name, value in widget["attrs"].items()
        if value is not False
    )


def _plain(value: Any) -> str:
    """``{{ value|stringformat:'s' }}``."""
    return conditional_escape(value if isinstance(value, str) else str(value))


def _words(value: Any) -> str:
    """``{{ value }}``."""
    return conditional_escape(value if isinstance(value, str) else localize(value))


def _label(value: Any) -> str:
    """A word of ours, in the language of the page; what was typed goes through :func:`_words`."""
    return _words(say(value))


_INPUTS = ("checkbox", "date", "datetime", "email", "hidden", "input", "number", "password", "text", "time", "url")
_DRAWN: dict[str, Callable[[Widget], str]] = {
    **{f"django/forms/widgets/{name}.html": _input for name in _INPUTS},
    "django/forms/widgets/radio_option.html": _choice,
    "django/forms/widgets/checkbox_option.html": _choice,
    "django/forms/widgets/textarea.html": _textarea,
    "django/forms/widgets/select.html": _select,
    "django/forms/widgets/select_option.html": _option,
}
