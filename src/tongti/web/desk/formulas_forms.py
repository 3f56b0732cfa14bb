"""What is typed about 口径, 剔除 and 发布的数."""

from typing import Any

from django import forms

from tongti.formulas import queries
from tongti.formulas.actions import Wording
from tongti.formulas.queries import BASES, FormulaView
from tongti.shared import clock
from tongti.shared.errors import BadInput, DomainError
from tongti.web.forms import DateInput, Form


def refuse(form: Form, refused: DomainError) -> int:
    """Put the sentence beside the field it is about; answers the status of the page."""
    field = refused.field if isinstance(refused, BadInput) and refused.field in form.fields else None
    form.add_error(field, refused.sentence)
    return refused.status


def _set_choices(form: Form, name: str, choices: list[tuple[str, str]]) -> None:
    form.fields[name].choices = choices  # type: ignore[attr-defined]


class FormulaForm(Form):
    """One version: a weight for each level of what is counted."""

    small = True
    name = forms.CharField(label="名称", max_length=20)
    small_below = forms.IntegerField(label="样本少于多少要标出", min_value=1, max_value=1000)
    reasons = forms.MultipleChoiceField(label="可以用哪些理由剔除", required=False, widget=forms.CheckboxSelectMultiple)
    source = forms.CharField(label="依据", max_length=200, help_text="文件名称、文号、第几条。")
    verified = forms.BooleanField(label="我核对过原文", required=False)
    valid_from = forms.DateField(label="从哪天起用", widget=DateInput)
    basis = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, formula: FormulaView, basis: str, **kwargs: Any) -> None:
        base = BASES[basis]
        same = basis == formula.basis
        weights = {
            f"weight_{level.code}": f"{formula.weight(level.code).normalize():f}"
            if same and level.code in formula.counted
            else ""
            for level in base.levels
        }
        kwargs["initial"] = {
            "name": formula.name,
            "small_below": formula.small,
            "reasons": formula.reasons,
            "source": formula.source,
            "valid_from": clock.today(),
            "basis": basis,
            **weights,
        }
        super().__init__(*args, **kwargs)
        _set_choices(self, "reasons", list(queries.reasons().items()))
        self.levels = [f"weight_{level.code}" for level in base.levels]
        for level in base.levels:
            self.fields[f"weight_{level.code}"] = _weight_field(level.name)

    @property
    def weight_fields(self) -> list[Any]:
        """One for each level, in order."""
        return [self[name] for name in self.levels]

    def wording(self) -> Wording:
        """As the action wants it."""
        data = self.cleaned_data
        return Wording(
            name=data["name"],
            basis=data["basis"],
            weights={name.removeprefix("weight_"): data[name] for name in self.levels},
            small=data["small_below"],
            reasons=data["reasons"],
            source=data["source"],
            verified=data["verified"],
            valid_from=data["valid_from"],
        )


def _weight_field(label: str) -> forms.CharField:
    field = forms.CharField(label=label, required=False, max_length=8)
    field.widget.attrs.update({"class": "ctl ctl-s num", "inputmode": "decimal"})
    return field


class ExcludeForm(Form):
    """申请剔除."""

    codes = forms.MultipleChoiceField(label="从哪些率里剔除", widget=forms.CheckboxSelectMultiple)
    reason = forms.ChoiceField(label="理由", widget=forms.RadioSelect)
    evidence = forms.CharField(
        label="佐证",
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        help_text="凭什么这样说：哪一天、哪份材料、问过谁。不要写手机号、身份证号。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        views, reasons = queries.open_to_exclusion()
        _set_choices(self, "codes", [(view.code, view.name) for view in views])
        _set_choices(self, "reason", list(reasons.items()))


class DecideForm(Form):
    """审批剔除."""

    decision = forms.ChoiceField(
        label="决定", widget=forms.RadioSelect, choices=[("yes", "同意剔除"), ("no", "不同意")]
    )
    note = forms.CharField(
        label="审批意见",
        max_length=300,
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text="不同意的要写。",
    )


class WhyForm(Form):
    """One reason: why an exclusion or a published number is taken back."""

    reason = forms.CharField(label="理由", max_length=300, widget=forms.Textarea({"rows": 2}))


class PublishForm(Form):
    """Which rates of which days."""

    small = True
    since = forms.DateField(label="从哪天", widget=DateInput)
    until = forms.DateField(label="到哪天", widget=DateInput)
    codes = forms.MultipleChoiceField(label="哪些率", widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        views = queries.formulas_on(clock.today())
        _set_choices(self, "codes", [(view.code, view.name) for view in views])
        self.fields["codes"].initial = [view.code for view in views]


class HabitForm(Form):
    """Whether numbers go out by themselves."""

    small = True
    weekly = forms.BooleanField(label="每周一早上发布上周的数", required=False)
    monthly = forms.BooleanField(label="每月一日早上发布上月的数", required=False)
