"""The base of every form: Chinese sentences for every error, our classes on every control, no tricks with ``required``.

The server's sentence beside the field is the only error people see: browsers word their own bubbles in their own language
and hide them at the next click, so forms are sent with ``novalidate`` and no ``required`` attribute.
"""

import re
from copy import copy, deepcopy
from functools import lru_cache
from typing import Any, ClassVar, cast

from django import forms
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
DATE_FORMATS = ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日", "%Y 年 %m 月 %d 日"]

SENTENCES: dict[str, str | Promise] = {
    "required": _("请填写“{label}”。"),
    "invalid": _("“{label}”填得不对，请检查。"),
    "invalid_choice": _("“{label}”里没有这一项，请重新选。"),
    "invalid_list": _("请重新选“{label}”。"),
    "max_length": _("“{label}”写了 %(show_value)d 字，最多 %(limit_value)d 字。"),
    "min_length": _("“{label}”至少写 %(limit_value)d 字，现在是 %(show_value)d 字。"),
    "max_value": _("“{label}”不能大于 %(limit_value)s。"),
    "min_value": _("“{label}”不能小于 %(limit_value)s。"),
    "empty": _("选的文件是空的，请换一个。"),
    "missing": _("请选文件。"),
}
CHOOSE: str | Promise = _("请选“{label}”。")
TICK: str | Promise = _("请先勾选“{label}”。")
NOT_A_DATE: str | Promise = _("“{label}”请写成 2026-03-20 这样的日期。")
NOT_A_NUMBER: str | Promise = _("“{label}”请填数字。")


class DateInput(forms.DateInput):
    """The browser's own date picker; where there is none it is a text box that accepts the usual ways to write a date."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """A date picker throws away what it cannot read, so text that is not a date is shown in a text box to be mended."""
        context = super().get_context(name, value, attrs)
        if value and not _ISO_DATE.fullmatch(context["widget"]["value"] or ""):
            context["widget"]["type"] = "text"
        return context


class MultipleFileInput(forms.ClearableFileInput):
    """Several files in one control."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files in one field. Which of them may be kept is the domain's to say (shared.uploads), in its own sentence."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", MultipleFileInput)
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Django's own field knows one file only, and calls a list of them wrong."""
        files = [file for file in (data or []) if file]
        if self.required and not files:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return files


class Form(forms.Form):
    """Subclass this. ``small = True`` gives desk-sized controls."""

    use_required_attribute = False
    small: ClassVar[bool] = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        self.base_fields = _dressed(type(self), get_language())
        super().__init__(*args, **kwargs)


@lru_cache(maxsize=512)
def _dressed(form: type[Form], language: str | None) -> dict[str, forms.Field]:
    """The fields that each form of this class copies. The sentences are words of one language by then."""
    fields = deepcopy(form.base_fields)
    for name, field in fields.items():
        dress(name, field, small=form.small)
    return fields


def dress(name: str, field: forms.Field, *, small: bool = False) -> None:
    """Our classes and sentences on one field; call it again for a field that a view adds later."""
    label = str(field.label or name)
    widget = field.widget
    for code, sentence in _sentences(field).items():
        # A sentence that the form's author wrote is kept.
        if field.error_messages.get(code) == _from_django(type(field), code):
            field.error_messages[code] = str(sentence).replace("{label}", label)
    _limits(field)
    if isinstance(widget, (forms.CheckboxInput, forms.RadioSelect, forms.CheckboxSelectMultiple, forms.FileInput)):
        return
    widget.attrs["class"] = " ".join(filter(None, [widget.attrs.get("class", ""), "ctl", "ctl-s" if small else ""]))
    if isinstance(widget, forms.Textarea) and "maxlength" in widget.attrs:
        # A browser cuts pasted text at maxlength without a word; the counter tells, and the server refuses with a sentence.
        widget.attrs["data-max"] = widget.attrs.pop("maxlength")
    if isinstance(widget, forms.Textarea) and widget.attrs.get("cols") == "40":
        widget.attrs.pop("cols")


def _sentences(field: forms.Field) -> dict[str, str | Promise]:
    sentences = dict(SENTENCES)
    if isinstance(field, (forms.ChoiceField, forms.ModelChoiceField)):
        sentences["required"] = CHOOSE
    if isinstance(field, forms.BooleanField):
        sentences["required"] = TICK
    if isinstance(field, (forms.DateField, forms.DateTimeField)):
        sentences["invalid"] = NOT_A_DATE
    if isinstance(field, (forms.IntegerField, forms.FloatField, forms.DecimalField)):
        sentences["invalid"] = NOT_A_NUMBER
    if isinstance(field, forms.DateField):
        field.input_formats = DATE_FORMATS
    return sentences


def _limits(field: forms.Field) -> None:
    # Length and range sentences live on the validators, and Django shares those between all instances of a form.
    field.validators = [copy(validator) for validator in field.validators]
    for validator in field.validators:
        code = getattr(validator, "code", "")
        if code in ("max_length", "min_length", "max_value", "min_value") and code in field.error_messages:
            cast("Any", validator).message = field.error_messages[code]


def _from_django(kind: type[forms.Field], code: str) -> Any:
    for parent in kind.__mro__:
        messages = vars(parent).get("default_error_messages", {})
        if code in messages:
            return messages[code]
    return None
