"""What an officer fills in about a visit: by thumb, in short sentences, every field optional that can be."""

import uuid
from typing import Any, ClassVar

from django import forms

from tongti.shared import clock
from tongti.verdicts import queries as verdicts
from tongti.verdicts.closing import ClosingQuestions
from tongti.visits import queries as visits
from tongti.visits.actions import FigureDraft, FindingDraft, StepDraft
from tongti.web import four
from tongti.web.desk.cases_forms import category_options, chosen_id
from tongti.web.forms import DateInput, FilesField, Form, MultipleFileInput, dress

PHOTOS = "image/jpeg,image/png,image/webp"
FIGURE_ROWS = 3
STEP_ROWS = 3
YES_NO = [("no", "个性（只这一家）"), ("yes", "共性（别家也有）")]
HANDLINGS = [("", "还没定"), ("A", "A 立行立改"), ("B", "B 列入计划"), ("C", "C 提级协调"), ("D", "D 解释说明")]
WEEKDAYS = ["星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"]


class VisitForm(Form):
    """One visit. ``version`` and ``base`` are what was on the page, so that somebody else's change is seen."""

    delivery = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    base = forms.JSONField(widget=forms.HiddenInput, required=False)
    way = forms.ChoiceField(label="形式", choices=visits.VisitWay.choices, widget=forms.RadioSelect)
    visited_on = forms.DateField(label="走访日期", widget=DateInput)
    note = forms.CharField(
        label="走访记录",
        required=False,
        widget=forms.Textarea({"rows": 4, "maxlength": 4000}),
        help_text="短句就行：见了谁、看到什么、答应了什么。可以用手机键盘的语音输入。",
    )
    facts = forms.CharField(
        label="听到的情况",
        required=False,
        widget=forms.Textarea({"rows": 3, "maxlength": 4000}),
        help_text="开工、订单、用工、融资、用能。",
    )
    next_visit_on = forms.DateField(label="下次走访", required=False, widget=DateInput)
    photos = FilesField(
        label="照片",
        required=False,
        widget=MultipleFileInput({"accept": PHOTOS}),
        help_text="最多 9 张。位置和手机型号会自动去掉。",
    )

    def __init__(self, *args: Any, figure_rows: int = FIGURE_ROWS, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = figure_rows
        for n in range(figure_rows):
            for name, field in (
                ("kind", forms.ChoiceField(label=f"数据 {n + 1}", required=False, choices=_figure_kinds())),
                ("value", forms.DecimalField(label=f"数值 {n + 1}", required=False, max_digits=14, decimal_places=2)),
                ("period", forms.CharField(label=f"时期 {n + 1}", required=False, max_length=20)),
            ):
                dress(f"figure_{n}_{name}", field)
                if name == "value":
                    field.widget = forms.TextInput({"class": "ctl", "inputmode": "decimal", "autocomplete": "off"})
                self.fields[f"figure_{n}_{name}"] = field

    def figure_rows(self) -> list[tuple[Any, Any, Any]]:
        """The rows of figures, for the page."""
        return [tuple(self[f"figure_{n}_{name}"] for name in ("kind", "value", "period")) for n in range(self.rows)]  # type: ignore[misc]

    def clean(self) -> dict[str, Any]:
        """A row of figures is whole or empty."""
        data = super().clean() or {}
        for n in range(self.rows):
            kind, value, period = (data.get(f"figure_{n}_{name}") for name in ("kind", "value", "period"))
            if kind and value is None and f"figure_{n}_value" not in self.errors:
                self.add_error(f"figure_{n}_value", "请填数值。")
            if kind and not period:
                self.add_error(f"figure_{n}_period", "请写是哪个时期的，例如 2026 年 1 季度。")
            if not kind and (value is not None or period):
                self.add_error(f"figure_{n}_kind", "请选是什么数据。")
        return data

    def figures(self) -> tuple[FigureDraft, ...]:
        """The filled rows."""
        rows = [
            [self.cleaned_data[f"figure_{n}_{name}"] for name in ("kind", "period", "value")] for n in range(self.rows)
        ]
        return tuple(FigureDraft(*row) for row in rows if row[0])


def _figure_kinds() -> list[tuple[str, str]]:
    return [("", "选一项"), *visits.FigureKind.choices]


class FindingForm(Form):
    """One difficulty, in the firm's own words, with its class and what that class must say."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    words = forms.CharField(
        label="企业的原话",
        widget=forms.Textarea({"rows": 3, "maxlength": 2000}),
        help_text="照企业说的写，一件难事写一条。",
    )
    title = forms.CharField(label="简称", required=False, max_length=60)
    wished = forms.CharField(label="希望怎么解决", required=False, max_length=200)
    category = forms.ChoiceField(label="分类", required=False)
    shared = forms.ChoiceField(label="个性还是共性", required=False, choices=YES_NO, widget=forms.RadioSelect)
    question = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    handling = forms.ChoiceField(label="处置类别", required=False, choices=HANDLINGS, widget=forms.RadioSelect)
    promised_on = forms.DateField(label="哪天办结", required=False, widget=DateInput)
    matter = forms.CharField(label="要协调的具体事项", required=False, max_length=200)
    level = forms.ChoiceField(
        label="提请哪一级", required=False, choices=[("", "选一级"), *visits.FindingLevel.choices[1:]]
    )
    paper = forms.CharField(label="清单或报告文号", required=False, max_length=80)
    explanation = forms.CharField(
        label="怎么解释的", required=False, widget=forms.Textarea({"rows": 2, "maxlength": 500})
    )
    reaction = forms.CharField(label="企业听了怎么说", required=False, max_length=200)
    hide_identity = forms.BooleanField(label="企业要求对办理单位隐名", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        category = self.fields["category"]
        assert isinstance(category, forms.ChoiceField)
        category.choices = category_options()
        for n in range(STEP_ROWS):
            for name, field in (
                ("words", forms.CharField(label=f"第 {n + 1} 步做什么", required=False, max_length=120)),
                ("due_on", forms.DateField(label=f"第 {n + 1} 步到哪天", required=False, widget=DateInput())),
            ):
                dress(f"step_{n}_{name}", field)
                self.fields[f"step_{n}_{name}"] = field

    def step_rows(self) -> list[tuple[Any, Any]]:
        """The rows of a plan, for the page."""
        return [(self[f"step_{n}_words"], self[f"step_{n}_due_on"]) for n in range(STEP_ROWS)]

    def clean(self) -> dict[str, Any]:
        """A step has words and a day, or is empty."""
        data = super().clean() or {}
        for n in range(STEP_ROWS):
            words, day = data.get(f"step_{n}_words"), data.get(f"step_{n}_due_on")
            if words and not day and f"step_{n}_due_on" not in self.errors:
                self.add_error(f"step_{n}_due_on", "请写这一步到哪天。")
            if day and not words:
                self.add_error(f"step_{n}_words", "请写这一步做什么。")
        return data

    def draft(self, *, at_once: bool) -> FindingDraft:
        """What was filled in."""
        data = self.cleaned_data
        steps = [(data[f"step_{n}_words"], data[f"step_{n}_due_on"]) for n in range(STEP_ROWS)]
        return FindingDraft(
            key=data["key"],
            words=data["words"],
            title=data["title"],
            wished=data["wished"],
            category_id=chosen_id(data["category"]),
            handling=data["handling"],
            promised_on=data["promised_on"],
            steps=tuple(StepDraft(words, day) for words, day in steps if words),
            matter=data["matter"],
            level=data["level"],
            paper=data["paper"],
            explanation=data["explanation"],
            reaction=data["reaction"],
            shared={"yes": True, "no": False}.get(data["shared"]),
            question_id=data["question"],
            hide_identity=data["hide_identity"],
            at_once=at_once,
        )


class PlanForm(Form):
    """When to go."""

    campaign = forms.ChoiceField(label="哪次调研服务")
    day = forms.DateField(label="约哪天", widget=DateInput)
    part = forms.ChoiceField(label="时段", choices=visits.PartOfDay.choices, widget=forms.RadioSelect, initial="day")
    way = forms.ChoiceField(label="形式", choices=visits.VisitWay.choices, widget=forms.RadioSelect, initial="visit")
    officer = forms.ChoiceField(label="谁去", required=False)
    overrule = forms.CharField(
        label="加访理由",
        required=False,
        max_length=200,
        help_text="超过每月次数时，由专班写明为什么还要去；理由会留痕。",
    )

    def __init__(self, *args: Any, campaigns: Any, organises: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choices("campaign", [(str(one.pk), one.name) for one in campaigns])
        if organises:
            self._choices("officer", [("", "选一位走访员"), *((str(pk), name) for pk, name in visits.field_officers())])
            self.fields["officer"].required = True
        else:
            del self.fields["officer"], self.fields["overrule"]

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


class MoveForm(Form):
    """Another day for a visit that was planned."""

    small: ClassVar[bool] = True
    day = forms.DateField(label="改到哪天", widget=DateInput)
    part = forms.ChoiceField(label="改到什么时段", choices=visits.PartOfDay.choices)
    overrule = forms.CharField(label="加访理由", required=False, max_length=200)


class CancelForm(Form):
    """Why nobody goes."""

    small: ClassVar[bool] = True
    reason = forms.CharField(label="取消原因", max_length=200)


class TimesForm(Form):
    """When the firm is convenient: tick boxes of weekdays and halves."""

    times = forms.MultipleChoiceField(
        label="企业方便的时间",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[
            (f"{day}-{part}", f"{WEEKDAYS[day - 1]}{dict(visits.PartOfDay.choices)[part]}")
            for day in range(1, 8)
            for part in ("am", "pm")
        ],
    )

    def pairs(self) -> list[tuple[int, str]]:
        """(weekday, part of the day)."""
        return [(int(day), part) for day, _, part in (value.partition("-") for value in self.cleaned_data["times"])]


class RevisitPlanForm(Form):
    """When to ask again."""

    day = forms.DateField(label="哪天再问", widget=DateInput)


class RevisitForm(Form):
    """What the firm says now."""

    result = forms.ChoiceField(label="现在怎么样", choices=visits.RevisitResult.choices, widget=forms.RadioSelect)
    words = forms.CharField(
        label="企业怎么说",
        required=False,
        max_length=300,
        widget=forms.Textarea({"rows": 3}),
        help_text="照企业的原话写；又出现了或没有解决的必须写。",
    )
    how = forms.ChoiceField(
        label="又出现了或没有解决的，怎么办",
        required=False,
        choices=[("again", "原来那件重新办理（交回原来的单位）"), ("new", "另立一件，和原来那件连起来")],
        initial="again",
        widget=forms.RadioSelect,
    )


class ClosingForm(Form):
    """办结四问 as the firm answers them to the officer, in its own words; the three of everybody where ``rule`` is None."""

    speaker = forms.CharField(label="企业谁说的", max_length=40, help_text="写职务就行，例如厂长、财务负责人。")
    contacted = forms.ChoiceField(
        label="办理单位联系过企业吗？", choices=[("yes", "联系过"), ("no", "没有联系过")], widget=forms.RadioSelect
    )
    solved = forms.ChoiceField(label="问题解决了吗？", choices=verdicts.SOLVED, widget=forms.RadioSelect)
    satisfied = forms.ChoiceField(label="企业满意吗？", choices=verdicts.SATISFIED, widget=forms.RadioSelect)
    words = forms.CharField(
        label="企业自己的话",
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        help_text="照企业的原话写，不要代企业说。",
    )

    def __init__(self, *args: Any, rule: ClosingQuestions | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        four.ask_four(self, rule)


def fresh_key() -> str:
    """A key for one form."""
    return str(uuid.uuid4())


def today() -> Any:
    """What a date field starts with."""
    return clock.today()
