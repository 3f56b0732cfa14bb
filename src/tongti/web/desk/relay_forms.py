"""What dispatchers and units fill in on the relay."""

from collections.abc import Sequence
from typing import Any

from django import forms

from tongti.relay import queries as relay
from tongti.units import queries as units
from tongti.web.forms import Form, dress

HELPER_ROWS = 6
Options = list[tuple[Any, Any]]


def unit_options(empty: str = "选择单位", *, leave_out: Sequence[int] = ()) -> Options:
    """Units that can be given a baton, by kind."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for unit in units.dispatchable_units():
        if unit.pk not in leave_out:
            groups.setdefault(str(unit.get_kind_display()), []).append((str(unit.pk), unit.short_name))
    return [("", empty), *groups.items()]


def chosen(value: str) -> int | None:
    """A list's value as an id."""
    return int(value) if value else None


class DispatchForm(Form):
    """Lead, up to six helpers, the territory unit: each with a task; the row of the duty list, or why not."""

    small = True
    lead = forms.ChoiceField(label="牵头单位")
    lead_task = forms.CharField(label="牵头任务", max_length=300, widget=forms.Textarea({"rows": 2}))
    territory = forms.ChoiceField(label="属地单位", required=False)
    territory_task = forms.CharField(
        label="属地任务", max_length=300, required=False, widget=forms.Textarea({"rows": 2})
    )
    duty = forms.ChoiceField(label="按职责清单哪一条", required=False)
    reason = forms.CharField(
        label="派单理由", max_length=200, required=False, help_text="没有按职责清单派的，要写为什么派给它们。"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        options = unit_options()
        super().__init__(*args, **kwargs)
        for n in range(HELPER_ROWS):
            for name, field in (
                (f"helper_{n}", forms.ChoiceField(label=f"协办单位 {n + 1}", required=False)),
                (f"helper_{n}_task", forms.CharField(label=f"协办任务 {n + 1}", max_length=300, required=False)),
            ):
                dress(name, field, small=True)
                self.fields[name] = field
        for name, field in self.fields.items():
            if name in ("lead", "territory") or (name.startswith("helper_") and not name.endswith("_task")):
                assert isinstance(field, forms.ChoiceField)
                field.choices = options
        duty = self.fields["duty"]
        assert isinstance(duty, forms.ChoiceField)
        duty.choices = [("", "不按清单，另写理由"), *((str(pk), name) for pk, name, _basis in relay.duty_choices())]

    def helper_rows(self) -> list[tuple[Any, Any]]:
        """Pairs of unit and task, for the page."""
        return [(self[f"helper_{n}"], self[f"helper_{n}_task"]) for n in range(HELPER_ROWS)]

    def filled_rows(self) -> list[tuple[Any, Any]]:
        """Rows that hold something, and one empty one."""
        rows = self.helper_rows()
        used = [n for n, (unit, task) in enumerate(rows) if unit.value() or task.value()]
        return rows[: (used[-1] + 2 if used else 1)]

    def more_rows(self) -> list[tuple[Any, Any]]:
        """The rest, folded away."""
        return self.helper_rows()[len(self.filled_rows()) :]

    def clean(self) -> dict[str, Any]:
        """A helper without a task, or a task without a helper, is half a row."""
        data = super().clean() or {}
        for n in range(HELPER_ROWS):
            unit, task = data.get(f"helper_{n}"), data.get(f"helper_{n}_task")
            if unit and not task:
                self.add_error(f"helper_{n}_task", "请写这个单位要做什么。")
            if task and not unit:
                self.add_error(f"helper_{n}", "请选由哪个单位做。")
        if data.get("territory") and not data.get("territory_task"):
            self.add_error("territory_task", "请写属地单位要做什么。")
        if not data.get("duty") and not data.get("reason"):
            self.add_error("reason", "没有按职责清单派的，请写明为什么派给它们。")
        return data

    def helpers(self) -> list[tuple[int, str]]:
        """Chosen helpers with their tasks."""
        data = self.cleaned_data
        return [(int(data[f"helper_{n}"]), data[f"helper_{n}_task"]) for n in range(HELPER_ROWS) if data[f"helper_{n}"]]


class AddUnitForm(Form):
    """One more unit on what is being handled."""

    small = True
    unit = forms.ChoiceField(label="单位")
    role = forms.ChoiceField(label="职责")
    task = forms.CharField(label="任务", max_length=300)

    def __init__(self, *args: Any, leave_out: Sequence[int] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = unit_options(leave_out=leave_out)  # type: ignore[attr-defined]
        self.fields["role"].choices = relay.role_choices()  # type: ignore[attr-defined]


class MoveForm(Form):
    """改派 to another unit, or (without a unit) 收回."""

    small = True
    unit = forms.ChoiceField(label="改派给")
    reason = forms.CharField(label="改派理由", max_length=200)

    def __init__(self, *args: Any, leave_out: Sequence[int] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = unit_options(leave_out=leave_out)  # type: ignore[attr-defined]


class ReasonForm(Form):
    """One reason."""

    small = True
    reason = forms.CharField(label="理由", max_length=200)


class AcceptForm(Form):
    """Who in the unit will handle it."""

    small = True
    officer = forms.ChoiceField(label="承办人")

    def __init__(self, *args: Any, officers: Sequence[Any] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["officer"].choices = [(str(o.pk), o.name) for o in officers]  # type: ignore[attr-defined]


class HandOverForm(Form):
    """From one officer to another."""

    small = True
    taker = forms.ChoiceField(label="转交给")
    reason = forms.CharField(label="转交理由", max_length=200)

    def __init__(self, *args: Any, officers: Sequence[Any] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["taker"].choices = [("", "选择人员"), *((str(o.pk), o.name) for o in officers)]  # type: ignore[attr-defined]


class ObjectionForm(Form):
    """Not ours: why, on which basis, whose."""

    small = True
    reason = forms.CharField(label="为什么不是本单位的职责", max_length=500, widget=forms.Textarea({"rows": 3}))
    basis = forms.CharField(label="依据", max_length=300, help_text="文件名称和条款，例如“三定”规定第几条。")
    suggested = forms.ChoiceField(label="建议由哪个单位办", required=False)

    def __init__(self, *args: Any, leave_out: Sequence[int] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["suggested"].choices = unit_options("说不清", leave_out=leave_out)  # type: ignore[attr-defined]


class ProgressForm(Form):
    """What was done today."""

    small = True
    words = forms.CharField(label="做了什么", max_length=500, widget=forms.Textarea({"rows": 2}))
    public = forms.BooleanField(label="告诉诉求人（200 字以内，不写姓名、电话和门牌）", required=False, initial=True)


class ContactForm(Form):
    """One try to reach one asker."""

    small = True
    way = forms.ChoiceField(
        label="方式", choices=[(w, w) for w in ("电话", "上门", "短信", "微信", "现场")], initial="电话"
    )
    result = forms.ChoiceField(label="结果", widget=forms.RadioSelect)
    words = forms.CharField(label="记录", max_length=300, required=False, widget=forms.Textarea({"rows": 2}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["result"].choices = relay.contact_results()  # type: ignore[attr-defined]


class RulingForm(Form):
    """裁定."""

    small = True
    ruling = forms.ChoiceField(label="裁定", widget=forms.RadioSelect)
    unit = forms.ChoiceField(label="改派或指定给", required=False)
    note = forms.CharField(label="裁定说明", max_length=300, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args: Any, only_designate: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rulings = [r for r in relay.objection_rulings() if not only_designate or r[0] == "designated"]
        self.fields["ruling"].choices = rulings  # type: ignore[attr-defined]
        self.fields["unit"].choices = unit_options("原单位")  # type: ignore[attr-defined]


class PartForm(Form):
    """分答 of one unit."""

    small = True
    words = forms.CharField(
        label="本单位的分答",
        max_length=4000,
        required=False,
        widget=forms.Textarea({"rows": 7}),
        help_text="写本单位查到了什么、做了什么、下一步哪天做完。会并进共答给诉求人看，不写姓名、电话、证件号。",
    )
