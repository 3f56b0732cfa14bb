"""What lists are narrowed by, and what is chosen for many rows at once."""

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms

from tongti.cases import queries as cases
from tongti.cases.queries import Channel, Kind, Urgency
from tongti.units import queries as units
from tongti.units.access import Viewer
from tongti.web.desk.cases_forms import category_options, place_options
from tongti.web.forms import DateInput, Form
from tongti.worksets import queries as worksets
from tongti.worksets.queries import ASKERS, DUE, JOINED, CasesAsked, QuestionsAsked

ALL = ("", "全部")


class _Narrowing(Form):
    """Everything is codes, ids and dates, so it may stand in the address."""

    small = True
    FIRST: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, more: bool = False, **kwargs: Any) -> None:
        """Those of ``FIRST`` and those in use; ``more``: all. A list of every category costs more to draw than the rows it narrows."""
        super().__init__(*args, **kwargs)
        for name in list(self.fields):
            if not (more or name in self.FIRST or self.data.get(name)):
                del self.fields[name]
            elif name in _OPTIONS:
                self.fields[name].choices = _OPTIONS[name]()  # type: ignore[attr-defined]

    @property
    def stored(self) -> dict[str, str]:
        """What is in use, as the address has it."""
        return {name: self.data[name] for name in self.fields if self.data.get(name)}


_OPTIONS: dict[str, Callable[[], list[Any]]] = {
    "place": lambda: place_options("全部"),
    "category": lambda: category_options("全部"),
    "unit": lambda: [ALL, *units.units_in_use()],
    "regime": lambda: [ALL, *worksets.regime_choices()],
}


class InboxFilter(_Narrowing):
    """诉求."""

    FIRST = ("state", "place", "since", "until")
    state = forms.ChoiceField(label="状态", required=False, choices=[ALL, *cases.CaseState.choices])
    place = forms.ChoiceField(label="地点", required=False)
    category = forms.ChoiceField(label="分类", required=False)
    since = forms.DateField(label="收到日期从", required=False, widget=DateInput)
    until = forms.DateField(label="到", required=False, widget=DateInput)
    channel = forms.ChoiceField(label="渠道", required=False, choices=[ALL, *Channel.choices])
    kind = forms.ChoiceField(label="类型", required=False, choices=[ALL, *Kind.choices])
    urgency = forms.ChoiceField(label="紧急程度", required=False, choices=[ALL, *Urgency.choices])
    unit = forms.ChoiceField(label="谁拿着", required=False)
    due = forms.ChoiceField(label="期限", required=False, choices=[ALL, *DUE.items()])
    question = forms.ChoiceField(label="同题", required=False, choices=[ALL, *JOINED.items()])
    asker = forms.ChoiceField(label="谁反映的", required=False, choices=[ALL, *ASKERS.items()])
    regime = forms.ChoiceField(label="时限规则", required=False)

    def asked(self, **more: str) -> CasesAsked:
        """What the list is narrowed by; nothing while the form has faults."""
        return CasesAsked.read({**(self.cleaned_data if self.is_valid() else {}), **more})


class WorkbenchFilter(_Narrowing):
    """同题; the tab says the state."""

    place = forms.ChoiceField(label="地点", required=False)
    category = forms.ChoiceField(label="分类", required=False)
    unit = forms.ChoiceField(label="承办单位", required=False)
    due = forms.ChoiceField(label="期限", required=False, choices=[ALL, *DUE.items()])
    channel = forms.ChoiceField(label="有人从哪里反映", required=False, choices=[ALL, *Channel.choices])
    asker = forms.ChoiceField(label="有谁在问", required=False, choices=[ALL, *ASKERS.items()])
    regime = forms.ChoiceField(label="时限规则", required=False)
    since = forms.DateField(label="最近反映从", required=False, widget=DateInput)
    until = forms.DateField(label="到", required=False, widget=DateInput)

    def asked(self, tab: str) -> QuestionsAsked:
        """What the tab is narrowed by; nothing more while the form has faults."""
        return QuestionsAsked.read({**(self.cleaned_data if self.is_valid() else {}), "tab": tab})


class ViewForm(Form):
    """The name of a kept view."""

    small = True
    name = forms.CharField(label="视图名称", max_length=20, help_text="别人可能看到，不写姓名、电话。")


class BulkForm(Form):
    """Which step, and what it needs."""

    verb = forms.ChoiceField(label="办哪一步", widget=forms.RadioSelect)
    category = forms.ChoiceField(label="改成哪个分类", required=False)
    question = forms.CharField(
        label="并入哪道题", required=False, max_length=20, help_text="题号，例如 TT-2026-0001；只有“并入一道题”要填。"
    )
    words = forms.CharField(
        label="提醒的话",
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="只有“提醒”要填；承办单位会看到。",
    )

    def __init__(self, *args: Any, viewer: Viewer, of: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        verbs = worksets.verbs_for(viewer, of)
        self.fields["verb"].choices = [(verb.code, verb.name) for verb in verbs]  # type: ignore[attr-defined]
        self.fields["category"].choices = category_options("请选分类")  # type: ignore[attr-defined]
        needed = {verb.needs for verb in verbs}
        for name in ("category", "question", "words"):
            if name not in needed:
                del self.fields[name]
