"""The controls drawn by Python are the same, letter for letter, as Django's templates draw them."""

from datetime import date
from typing import Any

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from tongti.web.controls import Renderer
from tongti.web.forms import DateInput

NASTY = "<b>\"引号\" & '单引号'</b>"
CHOICES = [
    ("", "请选择"),
    ("1", NASTY),
    (2, gettext_lazy("网站")),
    (NASTY, [("3", "里面"), (4, 5000)]),
    (None, "无"),
]
WIDGETS: list[tuple[forms.Widget, Any]] = [
    (forms.TextInput({"class": "ctl", "data-x": NASTY, "disabled": True, "hidden": False, "size": 12}), NASTY),
    (forms.TextInput(), None),
    (forms.TextInput(), ""),
    (forms.TextInput(), mark_safe("<i>safe</i>")),
    (forms.NumberInput({"min": 1}), 1234567),
    (forms.EmailInput(), "a@example.com"),
    (forms.PasswordInput(), "never shown"),
    (forms.HiddenInput(), NASTY),
    (forms.URLInput(), "https://example.com/?a=1&b=2"),
    (forms.TimeInput(), "10:30"),
    (DateInput(), date(2026, 3, 20)),
    (DateInput(), "后天"),
    (forms.CheckboxInput(), True),
    (forms.CheckboxInput({"id": "c"}), False),
    (forms.CheckboxInput(), "yes"),
    (forms.Textarea({"rows": 3}), "第一行\n" + NASTY),
    (forms.Textarea(), None),
    (forms.Select({"class": "ctl"}, CHOICES), "1"),
    (forms.Select({}, CHOICES), None),
    (forms.SelectMultiple({}, CHOICES), ["1", "4"]),
    (forms.NullBooleanSelect(), True),
    (forms.RadioSelect({"id": "r"}, CHOICES), "3"),
    (forms.CheckboxSelectMultiple({"class": "many"}, CHOICES), ["1", "3"]),
    (forms.ClearableFileInput(), None),
    (forms.SplitDateTimeWidget(), None),
]


@pytest.mark.parametrize(("widget", "value"), WIDGETS, ids=lambda one: type(one).__name__)
def test_same_as_django(widget: forms.Widget, value: Any) -> None:
    attrs = {"id": "id_x", "aria-describedby": "id_x-hint"}
    assert widget.render("x", value, attrs, Renderer()) == widget.render("x", value, attrs, DjangoTemplates())
    assert widget.render("x", value, None, Renderer()) == widget.render("x", value, None, DjangoTemplates())


@pytest.mark.parametrize("widget", [forms.RadioSelect({}, CHOICES), forms.CheckboxSelectMultiple({}, CHOICES)])
def test_each_choice_alone(widget: forms.Widget) -> None:
    context = widget.get_context("x", "3", {"id": "id_x"})
    for _group, options, _index in context["widget"]["optgroups"]:
        for option in options:
            one = {"widget": {**option, "wrap_label": True}}
            name = option["template_name"]
            assert Renderer().render(name, one) == DjangoTemplates().render(name, one)


def test_every_form_uses_it() -> None:
    assert isinstance(forms.Form().renderer, Renderer)
