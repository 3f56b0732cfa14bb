"""What is filled in on the pages of the window: an item's guide, the register of a matter, a cause, a decision on a reform."""

from collections.abc import Sequence
from typing import Any

from django import forms

from tongti.shared.errors import BadInput, DomainError
from tongti.units import queries as units
from tongti.web.desk.cases_forms import chosen_id
from tongti.web.forms import DateInput, Form
from tongti.window import queries as window
from tongti.window.actions import CauseDraft, ItemDraft, MatterDraft, papers_of, steps_of
from tongti.window.drafts import paper_line, step_line

FIELD_OF = {"unit_id": "unit", "item_id": "item", "cause_id": "cause"}
NUMBER = forms.TextInput(attrs={"inputmode": "numeric", "class": "ctl-num"})


def refuse(form: Form, refused: DomainError) -> int:
    """Put the sentence beside the field it is about; answers the status of the page."""
    field = FIELD_OF.get(refused.field, refused.field) if isinstance(refused, BadInput) else None
    form.add_error(field if field in form.fields else None, refused.sentence)
    return refused.status


def unit_choices(empty: str = "请选择") -> list[tuple[str, str]]:
    """Units that take batons."""
    return [("", empty), *((str(unit.pk), unit.short_name) for unit in units.dispatchable_units())]


def _choose(form: Form, name: str, choices: Sequence[tuple[str, str]]) -> None:
    form.fields[name].choices = list(choices)  # type: ignore[attr-defined]


class ItemFilter(Form):
    """What narrows the catalogue."""

    small = True
    q = forms.CharField(
        label="名称、编码或单位",
        required=False,
        max_length=60,
        widget=forms.TextInput({"type": "search", "autocomplete": "off"}),
    )
    unit = forms.ChoiceField(label="实施单位", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "unit", unit_choices("全部"))


class ItemForm(Form):
    """One version of an item."""

    small = True
    base = forms.IntegerField(required=False, widget=forms.HiddenInput)
    code = forms.CharField(label="事项编码", max_length=40, help_text="定了就不改。")
    name = forms.CharField(label="事项名称", max_length=120)
    unit = forms.ChoiceField(label="实施单位")
    legal_days = forms.IntegerField(label="法定办结时限（工作日）", required=False, min_value=0, widget=NUMBER)
    promised_days = forms.IntegerField(
        label="承诺办结时限（工作日）", required=False, min_value=0, widget=NUMBER, help_text="当场办结的写 0。"
    )
    trips = forms.IntegerField(label="到现场次数", required=False, min_value=0, max_value=99, widget=NUMBER)
    fee = forms.DecimalField(
        label="收费（元）",
        required=False,
        min_value=0,
        max_digits=10,
        decimal_places=2,
        widget=NUMBER,
        help_text="不收费写 0，没写明的留空。",
    )
    fee_basis = forms.CharField(
        label="收费依据", required=False, max_length=300, help_text="要收费的必须写：清单以外不得收费。"
    )
    steps = forms.CharField(
        label="办理环节",
        required=False,
        max_length=6000,
        widget=forms.Textarea({"rows": 5}),
        help_text="一行一个：环节|谁办|几个工作日，例如 受理|政务中心窗口|1。后两样可以不写。",
    )
    papers = forms.CharField(
        label="申请材料",
        required=False,
        max_length=8000,
        widget=forms.Textarea({"rows": 5}),
        help_text="一行一样：材料|原件、复印件、原件核验或电子件|可共享。能共享取得的写“可共享”，办事的人不用带。",
    )
    source = forms.CharField(label="出处", max_length=300, help_text="办事指南或文件的名称、文号。")
    verified = forms.BooleanField(label="已经和公布的办事指南核对过", required=False)
    valid_from = forms.DateField(label="从哪天起", required=False, widget=DateInput, help_text="不填就是今天。")

    def __init__(self, *args: Any, fixed_code: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "unit", unit_choices())
        if fixed_code:
            self.fields["code"].disabled = True

    def draft(self) -> ItemDraft:
        """As the action takes it. Raises BadInput for lines that cannot be read."""
        data = self.cleaned_data
        return ItemDraft(
            code=data["code"],
            name=data["name"],
            unit_id=chosen_id(data["unit"]),
            source=data["source"],
            legal_days=data["legal_days"],
            promised_days=data["promised_days"],
            trips=data["trips"],
            fee=data["fee"],
            fee_basis=data["fee_basis"],
            steps=steps_of(data["steps"]),
            papers=papers_of(data["papers"]),
            verified=data["verified"],
            valid_from=data["valid_from"],
        )


def initial_of(item: Any, version: Any) -> dict[str, Any]:
    """The newest version as the form shows it; the day is left for the writer."""
    numbers = ("legal_days", "promised_days", "trips", "fee", "fee_basis", "source")
    return {
        "base": version.version,
        "code": item.code,
        "name": item.name,
        "unit": str(item.unit_id),
        "steps": "\n".join(step_line(step) for step in version.ordered_steps),
        "papers": "\n".join(paper_line(paper) for paper in version.ordered_papers),
        **{name: getattr(version, name) for name in numbers},
    }


class MatterFilter(Form):
    """What narrows the register."""

    small = True
    tab = forms.ChoiceField(label="看哪些", required=False, choices=window.TABS)
    cause = forms.ChoiceField(label="卡点原因", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "cause", cause_choices("全部"))


def cause_choices(empty: str) -> list[tuple[str, str]]:
    """Causes in use."""
    return [("", empty), *((str(cause.pk), cause.name) for cause in window.causes())]


class MatterForm(Form):
    """窗口登记."""

    small = True
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)
    item_words = forms.CharField(label="要办的事", max_length=120, help_text="诉求人说的，照原话。")
    item = forms.CharField(
        label="是哪个办事事项",
        required=False,
        max_length=120,
        help_text="输几个字从列表里选；认不准就空着。",
        widget=forms.TextInput({"autocomplete": "off", "list": "list-items"}),
    )
    office = forms.CharField(label="找过的部门或窗口", required=False, max_length=80)
    step_words = forms.CharField(
        label="卡在哪一步",
        required=False,
        max_length=60,
        widget=forms.TextInput({"autocomplete": "off", "list": "list-steps"}),
    )
    paper_words = forms.CharField(
        label="要补的材料",
        required=False,
        max_length=120,
        widget=forms.TextInput({"autocomplete": "off", "list": "list-papers"}),
    )
    trips = forms.IntegerField(label="去过几次", required=False, min_value=1, max_value=99, widget=NUMBER)
    first_tried_on = forms.DateField(label="第一次去是哪天", required=False, widget=DateInput)
    told_once = forms.ChoiceField(label="有没有一次性告知", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "told_once", [("", "说不清"), *window.told_once_choices()])

    def clean_item(self) -> int | None:
        """A name, a code, or “name（unit）” from the list."""
        typed = str(self.cleaned_data["item"]).strip()
        if not typed:
            return None
        found = window.item_named(typed) or window.item_named(typed.rpartition("（")[0])
        if found is None:
            raise forms.ValidationError(f"没有“{typed}”这个在办的事项，请从列表里选，或者清空。")
        return found.pk

    def draft(self) -> MatterDraft:
        """As the action takes it."""
        data = self.cleaned_data
        return MatterDraft(
            item_words=data["item_words"],
            item_id=data["item"],
            office=data["office"],
            step_words=data["step_words"],
            paper_words=data["paper_words"],
            trips=data["trips"],
            first_tried_on=data["first_tried_on"],
            told_once=data["told_once"],
        )


def initial_of_matter(matter: Any) -> dict[str, Any]:
    """What the register says now."""
    names = ("item_words", "office", "step_words", "paper_words", "trips", "first_tried_on", "told_once", "revision")
    return {"item": matter.item.name if matter.item else "", **{name: getattr(matter, name) for name in names}}


class CauseFoundForm(Form):
    """认定卡点原因."""

    small = True
    cause = forms.ChoiceField(label="卡点原因", required=False)
    cause_note = forms.CharField(
        label="怎么认定的",
        required=False,
        max_length=300,
        widget=forms.Textarea({"rows": 2}),
        help_text="看了什么、问了谁。不写姓名和电话。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "cause", cause_choices("还没认定"))


class CauseForm(Form):
    """One row of the catalogue of causes."""

    small = True
    code = forms.CharField(label="代码", max_length=20, help_text="小写字母和数字，定了就不改。")
    name = forms.CharField(label="原因", max_length=60)
    explanation = forms.CharField(label="什么情形", required=False, max_length=200)
    source = forms.CharField(label="出处", max_length=200)
    reformable = forms.BooleanField(label="可以成为改革线索（改办法就能少发生）", required=False)
    verified = forms.BooleanField(label="出处已核对", required=False)
    active = forms.BooleanField(label="在用", required=False)

    def __init__(self, *args: Any, fixed_code: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if fixed_code:
            self.fields["code"].disabled = True

    def draft(self) -> CauseDraft:
        """As the action takes it."""
        return CauseDraft(**self.cleaned_data)


class ThresholdForm(Form):
    """改革线索门槛."""

    small = True
    last_id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    askers = forms.IntegerField(label="多少人", min_value=2, max_value=999, widget=NUMBER)
    days = forms.IntegerField(label="多少天内", min_value=1, max_value=3660, widget=NUMBER)
    source = forms.CharField(label="出处", max_length=200)
    verified = forms.BooleanField(label="出处已核对", required=False)


class AcceptForm(Form):
    """采纳."""

    small = True
    unit = forms.ChoiceField(label="责任单位")
    change = forms.CharField(
        label="改什么",
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        help_text="减哪个环节、哪样材料，时限压到几天，哪项数据共享。",
    )
    due_on = forms.DateField(label="改到哪天", required=False, widget=DateInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "unit", unit_choices())


class RefuseForm(Form):
    """不采纳."""

    small = True
    reason = forms.CharField(label="理由", max_length=300, widget=forms.Textarea({"rows": 2}))


class MergeForm(Form):
    """并入."""

    small = True
    into = forms.ChoiceField(label="并入哪一条")
    merge_reason = forms.CharField(label="为什么是同一项改革", max_length=300)

    def __init__(self, *args: Any, others: Sequence[Any] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = [(str(row.pk), f"{row.item.name}：{row.cause.name}（{row.get_state_display()}）") for row in others]
        _choose(self, "into", [("", "请选择"), *rows])


class FinishForm(Form):
    """已改."""

    small = True
    outcome = forms.CharField(
        label="改成了什么", max_length=500, widget=forms.Textarea({"rows": 3}), help_text="诉求人也会读到，写白话。"
    )
