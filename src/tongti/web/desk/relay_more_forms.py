"""What people fill in around the relay: more time, a promise, a late diversion, a hand-over, a consultation, a strike-off."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from tongti.cases import queries as cases
from tongti.relay import queries as relay
from tongti.shared.uploads import ACCEPT
from tongti.web.desk.relay_forms import unit_options
from tongti.web.forms import DateInput, FilesField, Form, MultipleFileInput, dress

STEP_ROWS = 4
YES_NO = [("yes", "同意"), ("no", "不同意")]


class ExtensionForm(Form):
    """延期: why, until when. Asks for hours where the baton is due at an hour."""

    small = True
    reason = forms.ChoiceField(label="延期的原因")
    to_due_on = forms.DateField(label="延到哪一天", widget=DateInput)
    hours = forms.IntegerField(label="延几个小时", min_value=1, max_value=720)
    words = forms.CharField(label="说明", max_length=500, widget=forms.Textarea({"rows": 2}))

    def __init__(self, *args: Any, rule: relay.MayExtend, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = [("", "请选择"), *rule.reasons]  # type: ignore[attr-defined]
        del self.fields["to_due_on" if rule.by_hours else "hours"]


class StopForm(Form):
    """暂停计时: why, until when."""

    small = True
    reason = forms.ChoiceField(label="等什么", widget=forms.RadioSelect)
    until_on = forms.DateField(
        label="哪天接着计时",
        widget=DateInput,
        help_text="选一个工作日，到这天自动接着计时；提前等到了，随时可以接着计时。",
    )
    words = forms.CharField(
        label="说明",
        max_length=300,
        help_text="向谁征求、哪天听证、送到哪里检测。不写姓名和电话。",
        widget=forms.Textarea({"rows": 2}),
    )

    def __init__(self, *args: Any, reasons: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = list(reasons)  # type: ignore[attr-defined]


class PromiseForm(Form):
    """承诺（挂账）: the obstacle, its proof, the steps, the day."""

    small = True
    obstacle = forms.ChoiceField(label="客观原因是哪一类")
    words = forms.CharField(label="客观原因的说明", max_length=500, widget=forms.Textarea({"rows": 2}))
    promise_on = forms.DateField(label="承诺哪一天办好", widget=DateInput)
    files = FilesField(
        label="证明客观原因的文件或照片",
        widget=MultipleFileInput(attrs={"accept": ACCEPT}),
        help_text="例如检测委托书、立项批复。",
        error_messages={"required": "请附上证明客观原因的文件或照片，例如检测委托书、立项批复。"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["obstacle"].choices = [("", "请选择"), *relay.obstacles()]  # type: ignore[attr-defined]
        for n in range(STEP_ROWS):
            for name, field in (
                (f"step_{n}", forms.CharField(label=f"第 {n + 1} 步做什么", max_length=200, required=n == 0)),
                (f"step_{n}_on", forms.DateField(label=f"第 {n + 1} 步哪天完成", required=n == 0, widget=DateInput())),
            ):
                dress(name, field, small=True)
                self.fields[name] = field

    def step_rows(self) -> list[tuple[Any, Any]]:
        """Pairs of words and day, for the page."""
        return [(self[f"step_{n}"], self[f"step_{n}_on"]) for n in range(STEP_ROWS)]

    def clean(self) -> dict[str, Any]:
        """A step without a day, or a day without a step, is half a step."""
        data = super().clean() or {}
        for n in range(STEP_ROWS):
            words, day = data.get(f"step_{n}"), data.get(f"step_{n}_on")
            if words and not day and not self.has_error(f"step_{n}_on"):
                self.add_error(f"step_{n}_on", "请写这一步哪一天完成。")
            if day and not words and not self.has_error(f"step_{n}"):
                self.add_error(f"step_{n}", "请写这一步做什么。")
        return data

    def steps(self) -> list[tuple[str, date]]:
        """What was filled in."""
        data = self.cleaned_data
        return [(data[f"step_{n}"], data[f"step_{n}_on"]) for n in range(STEP_ROWS) if data.get(f"step_{n}")]


class LateDiversionForm(Form):
    """后期分流: which of the six, why only now, the words for the asker."""

    small = True
    reason_code = forms.ChoiceField(
        label="属于哪种情形", choices=[("", "请选择"), *((d.code, d.name) for d in cases.DIVERSIONS.values())]
    )
    why = forms.CharField(label="办理中才发现的情况", max_length=500, widget=forms.Textarea({"rows": 2}))
    words = forms.CharField(
        label="告知诉求人的话",
        max_length=5000,
        help_text="为什么不由本区办理，可以去哪里、打什么电话。",
        widget=forms.Textarea({"rows": 3}),
    )


class DecisionForm(Form):
    """Yes or no, and why."""

    small = True
    decision = forms.ChoiceField(label="同意吗", choices=YES_NO, widget=forms.RadioSelect)
    note = forms.CharField(label="审批意见", max_length=300, widget=forms.Textarea({"rows": 3}))


class PromiseRevisitForm(Form):
    """Was it kept?"""

    small = True
    kept = forms.ChoiceField(
        label="诉求人说兑现了吗", choices=[("yes", "兑现了"), ("no", "没有兑现")], widget=forms.RadioSelect
    )
    words = forms.CharField(label="回访记录", max_length=300, required=False, widget=forms.Textarea({"rows": 3}))


class SheetForm(Form):
    """交接单: who gives, who takes, for good or for a while."""

    small = True
    kind = forms.ChoiceField(label="种类", widget=forms.RadioSelect, choices=())
    giver = forms.ChoiceField(label="交出人")
    taker = forms.ChoiceField(label="接手人（代办人）")
    reason = forms.CharField(label="原因", max_length=200)
    starts_on = forms.DateField(label="哪天开始", widget=DateInput)
    ends_on = forms.DateField(label="离岗到哪天", required=False, widget=DateInput, help_text="换人承办的不填。")
    note = forms.CharField(
        label="要特别交代的", max_length=500, required=False, widget=forms.Textarea({"rows": 3}),
        help_text="答应过诉求人什么、约了什么时间。不写姓名和电话。",
    )  # fmt: skip
    batons = forms.MultipleChoiceField(
        label="只交其中几根",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="一根都不勾，就是全部。离岗代办总是全部。",
    )

    def __init__(self, *args: Any, hands: relay.Hands, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [(str(pk), name) for pk, name in hands.workers]
        self.fields["kind"].choices = relay.sheet_kinds()  # type: ignore[attr-defined]
        self.fields["giver"].choices = [(str(pk), name) for pk, name in hands.givers]  # type: ignore[attr-defined]
        self.fields["taker"].choices = [("", "选择人员"), *people]  # type: ignore[attr-defined]
        if hands.mine and len(hands.givers) == 1:
            self.fields["batons"].choices = [  # type: ignore[attr-defined]
                (str(b.pk), f"{b.question.title if b.question else b.case.headline}（{b.due_on:%m-%d} 到期）")
                for b in hands.mine
            ]
        else:
            del self.fields["batons"]


class ConsultForm(Form):
    """会商: which units, about what, until when."""

    small = True
    units = forms.MultipleChoiceField(label="问哪些单位", widget=forms.CheckboxSelectMultiple)
    words = forms.CharField(label="要商量什么", max_length=500, widget=forms.Textarea({"rows": 3}))
    hours = forms.IntegerField(label="请在几小时内答复", min_value=1, max_value=72, initial=4)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = unit_options()[1:]
        self.fields["units"].choices = [pair for _kind, rows in groups for pair in rows]  # type: ignore[attr-defined]


class OpinionForm(Form):
    """What one unit says."""

    small = True
    stand = forms.ChoiceField(label="本单位的意见", widget=forms.RadioSelect, choices=())
    words = forms.CharField(label="说明", max_length=500, widget=forms.Textarea({"rows": 3}))
    basis = forms.CharField(label="依据", max_length=300, required=False, help_text="不是本单位职责的，必须写依据。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stand"].choices = relay.stands()  # type: ignore[attr-defined]


class OutcomeForm(Form):
    """What was settled."""

    small = True
    outcome = forms.CharField(label="商定结果", max_length=500, widget=forms.Textarea({"rows": 3}))


class SuccessionForm(Form):
    """Which unit became which."""

    small = True
    old = forms.ChoiceField(label="原单位")
    new = forms.ChoiceField(label="承接单位")
    basis = forms.CharField(label="依据", max_length=300, help_text="机构改革文件的名称、文号。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("old", "new"):
            self.fields[name].choices = unit_options()  # type: ignore[attr-defined]


class ReportForm(Form):
    """即时报告 of an emergency."""

    small = True
    to = forms.CharField(label="向谁报告", max_length=60, help_text="单位和职务，例如“区应急局值班室”。")
    way = forms.ChoiceField(label="方式", choices=())
    minutes = forms.IntegerField(label="几分钟以前报告的", min_value=0, max_value=2880, initial=0)
    words = forms.CharField(label="报告内容和回复", max_length=500, required=False, widget=forms.Textarea({"rows": 2}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["way"].choices = relay.report_ways()  # type: ignore[attr-defined]


class StrikeOffForm(Form):
    """销号 applied for by the unit."""

    small = True
    words = forms.CharField(label="完成情况", max_length=500, widget=forms.Textarea({"rows": 2}))
    files = FilesField(
        label="办好了的照片或文件",
        widget=MultipleFileInput(attrs={"accept": ACCEPT}),
        error_messages={"required": "请附上办好了的照片或文件。"},
    )


class StrikeOffReviewForm(Form):
    """审核 of a strike-off."""

    small = True
    decision = forms.ChoiceField(
        label="审核结论",
        choices=[("leader", "属实，送领导签字"), ("strike", "属实，直接销号"), ("back", "不同意销号")],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label="审核意见", max_length=300, widget=forms.Textarea({"rows": 3}))


def ids(values: Sequence[str]) -> list[int]:
    """Ticked boxes as ids."""
    return [int(value) for value in values]
