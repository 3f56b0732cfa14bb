"""What supervisors, leaders and units fill in about 督办 and 批示."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from tongti.shared.errors import BadInput, DomainError
from tongti.supervision import queries
from tongti.supervision.actions import Pressure
from tongti.web.desk.relay_forms import unit_options
from tongti.web.forms import DateInput, Form

# Fields that an error may point at although the form calls them otherwise.
_FIELD_OF = {"owner_id": "owner", "batons": None}
# Errors that ask for one more reason, and the field where it is typed.
_ASKS = {"supervision.skip_needs_reason": "skip_reason", "supervision.too_many": "cap_reason"}


def refuse(form: Form, refused: DomainError) -> int:
    """Put the sentence beside the field it is about; answers the status of the page."""
    field: str | None = _ASKS.get(refused.code)
    if isinstance(refused, BadInput):
        field = _FIELD_OF.get(refused.field, refused.field)
    form.add_error(field if field in form.fields else None, refused.sentence)
    return refused.status


def _set_choices(form: Form, name: str, choices: Sequence[Any]) -> None:
    form.fields[name].choices = choices  # type: ignore[attr-defined]


class StepForm(Form):
    """One rung: its words, until when, how urgent; reasons where the house asks for them."""

    small = True
    rung = forms.ChoiceField(label="做到哪一步", widget=forms.RadioSelect)
    words = forms.CharField(label="内容", max_length=1000, widget=forms.Textarea({"rows": 4}))
    pace = forms.ChoiceField(label="缓急")
    due_on = forms.DateField(
        label="反馈期限", required=False, widget=DateInput, help_text="督办单、通报、约谈不填的，按缓急算。"
    )
    skip_reason = forms.CharField(
        label="越级理由", max_length=200, required=False, help_text="跳过中间步骤时写，例如领导交办、影响恶劣。"
    )
    cap_reason = forms.CharField(
        label="超过每月件数的理由", max_length=200, required=False, help_text="这个单位本月件数已满时写。"
    )

    def __init__(self, *args: Any, after: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _set_choices(self, "rung", queries.rungs_after(after))
        _set_choices(self, "pace", queries.paces())

    def pressure(self) -> Pressure:
        """As the actions want it."""
        return Pressure(**{name: self.cleaned_data[name] for name in StepForm.base_fields})


class OpenForm(StepForm):
    """立项 on a supervisor's own decision."""

    why = forms.CharField(label="为什么督办", max_length=300, widget=forms.Textarea({"rows": 2}))
    field_order = ("why",)


class ReasonForm(Form):
    """One reason: why not, why back, why tolerated, why rechecked."""

    small = True
    reason = forms.CharField(label="理由", max_length=500, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args: Any, label: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if label:
            field = self.fields["reason"]
            field.label = label
            field.error_messages["required"] = f"请填写“{label}”。"


class FeedbackForm(Form):
    """一事一文: facts, basis, solved or not."""

    small = True
    facts = forms.CharField(label="查明的事实", max_length=3000, widget=forms.Textarea({"rows": 5}))
    basis = forms.CharField(label="依据", max_length=300)
    solved = forms.ChoiceField(label="解决没有", widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _set_choices(self, "solved", queries.solved_choices())


class ConcludeForm(Form):
    """审结."""

    small = True
    solved = forms.ChoiceField(label="解决没有", widget=forms.RadioSelect)
    words = forms.CharField(label="审结意见", max_length=500, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _set_choices(self, "solved", queries.solved_choices())


class DecideForm(Form):
    """复核决定."""

    small = True
    decision = forms.ChoiceField(label="复核决定", widget=forms.RadioSelect)
    words = forms.CharField(label="复核意见", max_length=500, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _set_choices(self, "decision", queries.decisions())


class ProposeForm(Form):
    """提请督办 for batons ticked at the wall."""

    small = True
    rung = forms.ChoiceField(label="建议做到哪一步")
    why = forms.CharField(label="理由", max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _set_choices(self, "rung", queries.rungs_after(""))


class RuleForm(Form):
    """The district's own number of one rule."""

    small = True
    threshold = forms.IntegerField(label="数量", min_value=1, max_value=1000)
    rung = forms.ChoiceField(label="建议", required=False)
    source = forms.CharField(label="依据", max_length=200, required=False)
    verified = forms.BooleanField(label="我核对过原文", required=False)
    in_use = forms.BooleanField(label="启用", required=False)

    def __init__(self, *args: Any, rule: queries.RuleView, **kwargs: Any) -> None:
        names = ("threshold", "rung", "source", "verified", "in_use")
        first = {name: getattr(rule, name) for name in names}
        super().__init__(*args, initial=first, auto_id=f"{rule.code}_%s", **kwargs)
        if rule.rung:
            _set_choices(self, "rung", queries.rungs_after(""))
        else:
            del self.fields["rung"]
        if rule.is_term:
            del self.fields["in_use"]

    def said(self) -> dict[str, Any]:
        """What was typed, with what this kind of rule has no field for."""
        return {"rung": "", "in_use": True} | self.cleaned_data


class InstructForm(Form):
    """作批示: two taps; only the words are asked for."""

    small = True
    words = forms.CharField(label="批示内容", max_length=500, widget=forms.Textarea({"rows": 4}))
    due_on = forms.DateField(label="期限", required=False, widget=DateInput)
    owner = forms.ChoiceField(label="落实单位", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _set_choices(self, "owner", unit_options("现在牵头的单位"))


class ReportForm(Form):
    """反馈落实情况."""

    small = True
    words = forms.CharField(label="落实情况", max_length=2000, widget=forms.Textarea({"rows": 5}))


class CloseForm(Form):
    """办结批示."""

    small = True
    note = forms.CharField(label="办结说明", max_length=300, required=False)


class LedgerForm(Form):
    """Filters of the ledger."""

    small = True
    unit = forms.ChoiceField(label="牵头单位", required=False)
    category = forms.ChoiceField(label="类别", required=False)
    state = forms.ChoiceField(label="状态", required=False, choices=list(queries.STATES.items()))
    since = forms.DateField(label="派单从", required=False, widget=DateInput)
    until = forms.DateField(label="到", required=False, widget=DateInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        from tongti.web.desk.cases_forms import category_options

        super().__init__(*args, **kwargs)
        _set_choices(self, "unit", unit_options("全部单位"))
        _set_choices(self, "category", category_options("全部类别"))

    def asked(self) -> queries.Asked:
        """What is right of what was asked; a wrong filter says so and filters nothing."""
        data: dict[str, Any] = getattr(self, "cleaned_data", {})
        since: date | None = data.get("since")
        return queries.Asked(
            unit_id=int(data["unit"]) if data.get("unit") else None,
            category_id=int(data["category"]) if data.get("category") else None,
            state=data.get("state", ""),
            since=since,
            until=data.get("until"),
        )


class LedgerNoteForm(Form):
    """补记台账."""

    small = True
    goal = forms.CharField(label="整改目标", max_length=200, required=False)
    measure = forms.CharField(label="整改措施", max_length=300, required=False, widget=forms.Textarea({"rows": 3}))
    leader = forms.ChoiceField(label="责任领导", required=False)
    remark = forms.CharField(label="备注", max_length=200, required=False)

    def __init__(self, *args: Any, leaders: Sequence[Any] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _set_choices(self, "leader", [("", "还没有定"), *((str(pk), name) for pk, name in leaders)])
