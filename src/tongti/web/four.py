"""办结四问 on any form that asks an asker: the firm's fourth question beside the three, in the order and words of the rule."""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from tongti.verdicts.closing import ClosingQuestions
from tongti.web.forms import Form, dress

THREE = ("contacted", "solved", "satisfied")
ANSWERED = [("yes", "答复了"), ("no", "没有答复")]
APPROACHED = [("yes", "主动对接了"), ("no", "没有对接")]


def ask_four(form: Form, rule: ClosingQuestions | None, *, words_label: str = "") -> None:
    """Give ``form``, which asks the three, the fourth question, the rule's wording and its own words as needed; None changes nothing."""
    if rule is None:
        return
    form.fields["answered"] = forms.ChoiceField(
        label=rule.questions["answered"], choices=ANSWERED, widget=forms.RadioSelect
    )
    contacted = form.fields["contacted"]
    assert isinstance(contacted, forms.ChoiceField)
    contacted.choices = APPROACHED
    for code, question in rule.questions.items():
        _named(form, code, question)
    form.fields["words"].required = True
    _named(form, "words", words_label or rule.own_words)
    form.order_fields([*(name for name in form.fields if name not in (*rule.questions, "words")), *rule.questions])


def asked(form: Form) -> list[BoundField]:
    """The questions in the order they are asked, for the page."""
    names = [name for name in form.fields if name in (*THREE, "answered")]
    return [form[name] for name in names]


def answers(form: Form) -> dict[str, Any]:
    """What was ticked and said, as the verbs of verdicts want it; ``answered`` is None where it was not asked."""
    data = form.cleaned_data
    return {
        "contacted": data["contacted"] == "yes",
        "solved": data["solved"],
        "satisfied": data["satisfied"],
        "answered": data["answered"] == "yes" if "answered" in form.fields else None,
        "words": data["words"],
    }


def _named(form: Form, name: str, label: str) -> None:
    field = form.fields[name]
    field.label = label
    required = "请选“{label}”。" if isinstance(field, forms.ChoiceField) else "请填写“{label}”。"
    field.error_messages["required"] = required.replace("{label}", label.rstrip("？"))
    dress(name, field, small=form.small)
