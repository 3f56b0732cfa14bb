"""What is filled in on the pages of the level lists."""

from typing import Any

from django import forms

from tongti.lifting.actions import LiftDraft
from tongti.lifting.queries import Filters, Level, LiftState, asked_units
from tongti.shared.errors import BadInput, DomainError
from tongti.web.desk.relay_forms import chosen
from tongti.web.forms import DateInput, Form

STATES = [("open", "没有办完的"), ("", "全部"), ("late", "过了希望答复日期的"), *LiftState.choices]


def refuse(form: Form, refused: DomainError) -> int:
    """Put the sentence beside the field it is about; answers the status of the page."""
    field = refused.field if isinstance(refused, BadInput) else None
    form.add_error(field if field in form.fields else None, refused.sentence)
    return refused.status


class LiftFilter(Form):
    """What narrows a list. The level is chosen by its tab."""

    small = True
    q = forms.CharField(
        label="事项或编号",
        required=False,
        max_length=60,
        widget=forms.TextInput({"type": "search", "autocomplete": "off"}),
    )
    state = forms.ChoiceField(label="状态", required=False, choices=STATES, initial="open")
    unit = forms.ChoiceField(label="请谁答复", required=False)
    since = forms.DateField(label="拟报从", required=False, widget=DateInput)
    until = forms.DateField(label="到", required=False, widget=DateInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = [("", "全部"), *_unit_groups()]  # type: ignore[attr-defined]

    def filters(self, level: str, *, signed_only: bool = False) -> Filters:
        """As the query takes them; a field that is filled in wrongly narrows nothing."""
        self.is_valid()
        data = self.cleaned_data
        return Filters(
            level=level,
            state=data.get("state", ""),
            text=data.get("q", ""),
            unit_id=chosen(data.get("unit", "")),
            since=data.get("since"),
            until=data.get("until"),
            signed_only=signed_only,
        )


class LiftForm(Form):
    """One line of a list."""

    small = True
    level = forms.ChoiceField(label="列进哪一级的清单", choices=Level.choices, widget=forms.RadioSelect)
    asked_unit = forms.ChoiceField(label="请哪个单位答复")
    title = forms.CharField(label="事项", max_length=80, widget=forms.TextInput({"autocomplete": "off"}))
    statement = forms.CharField(
        label="情况说明",
        max_length=1000,
        help_text="用单位自己的话写，会送到上级：不写诉求人的姓名、电话，不照抄原话。",
        widget=forms.Textarea({"rows": 4}),
    )
    tried = forms.CharField(
        label="本级做过什么",
        max_length=1000,
        help_text="哪天、谁、做了什么，为什么还解决不了。",
        widget=forms.Textarea({"rows": 4}),
    )
    basis = forms.CharField(
        label="法律或政策依据", max_length=500, help_text="文件名称、文号、条款。", widget=forms.Textarea({"rows": 2})
    )
    asked = forms.CharField(
        label="请求解决的具体事项",
        max_length=300,
        help_text="一句话：请上级做哪一件事。",
        widget=forms.Textarea({"rows": 2}),
    )
    reply_by = forms.DateField(label="希望答复日期", widget=DateInput)
    version = forms.IntegerField(widget=forms.HiddenInput, initial=1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["asked_unit"].choices = [("", "选择单位"), *_unit_groups()]  # type: ignore[attr-defined]

    def draft(self) -> LiftDraft:
        """As the action takes it."""
        data = self.cleaned_data
        return LiftDraft(
            level=data["level"],
            title=data["title"],
            statement=data["statement"],
            tried=data["tried"],
            basis=data["basis"],
            asked=data["asked"],
            asked_unit_id=chosen(data["asked_unit"]),
            reply_by=data["reply_by"],
        )


class ReasonForm(Form):
    """Why."""

    small = True
    reason = forms.CharField(label="理由", max_length=300, widget=forms.Textarea({"rows": 2}))


class NoteForm(Form):
    """Why the line is done with."""

    small = True
    note = forms.CharField(label="办结说明", max_length=300, widget=forms.Textarea({"rows": 2}))


class PaperForm(Form):
    """What the unit that was asked wrote on paper."""

    small = True
    paper = forms.CharField(label="来文文号", max_length=80, widget=forms.TextInput({"autocomplete": "off"}))
    words = forms.CharField(
        label="来文内容",
        max_length=4000,
        help_text="照来文写；答复的会成为它的分答，退回的写理由。",
        widget=forms.Textarea({"rows": 5}),
    )
    declined = forms.BooleanField(label="上级退回了，不予解决", required=False)


class SignForm(Form):
    """Nothing to fill in: the press of the button is the signature."""


def _unit_groups() -> list[tuple[str, list[tuple[str, str]]]]:
    return [(label, [(str(pk), name) for pk, name in rows]) for label, rows in asked_units()]
