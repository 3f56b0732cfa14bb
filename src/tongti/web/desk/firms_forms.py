"""What is filled in on the pages of the register."""

from typing import Any

from django import forms

from tongti.parties import queries as parties
from tongti.parties.actions import ContactDraft, FirmDraft
from tongti.parties.queries import FirmFilters, FirmKind, FirmSize, FirmStatus
from tongti.units import queries as units
from tongti.web.desk.admin_forms import unit_choices
from tongti.web.desk.cases_forms import NameField, chosen_id, named_places
from tongti.web.forms import Form, dress

Options = list[tuple[Any, Any]]


def sector_options() -> list[str]:
    """Every division as it can be typed: code and name, for a list beside the field."""
    return [f"{code} {name}" for section in parties.sector_sections() for code, name in section.divisions.items()]


class FirmFilter(Form):
    """What narrows the register."""

    small = True

    q = forms.CharField(
        label="名称或代码",
        required=False,
        max_length=60,
        widget=forms.TextInput({"type": "search", "autocomplete": "off"}),
    )
    kind = forms.ChoiceField(label="类别", required=False, choices=[("", "全部"), *FirmKind.choices])
    size = forms.ChoiceField(label="规模", required=False, choices=[("", "全部"), *FirmSize.choices])
    section = forms.ChoiceField(label="行业", required=False)
    park = forms.ChoiceField(label="园区", required=False)
    town = forms.ChoiceField(label="乡镇（街道）", required=False)
    status = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *FirmStatus.choices])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "section", [("", "全部"), *((s.code, f"{s.code} {s.name}") for s in parties.sector_sections())])
        _choose(self, "park", [("", "全部"), *((str(pk), name) for pk, name in parties.parks())])
        _choose(self, "town", [("", "全部"), *((str(r.pk), r.name) for r in units.townships())])

    def filters(self) -> FirmFilters:
        """As the query takes them; a field that is filled in wrongly narrows nothing."""
        data = self.cleaned_data if self.is_valid() else {}
        return FirmFilters(
            text=data.get("q", ""),
            kind=data.get("kind", ""),
            size=data.get("size", ""),
            section=data.get("section", ""),
            status=data.get("status", ""),
            park_id=chosen_id(data.get("park", "")),
            place_id=chosen_id(data.get("town", "")),
        )


class FirmForm(Form):
    """One entry of the register."""

    small = True

    name = forms.CharField(label="名称", max_length=120, widget=forms.TextInput({"autocomplete": "off"}))
    kind = forms.ChoiceField(label="类别", choices=FirmKind.choices, initial=FirmKind.ENTERPRISE)
    name_personal = forms.BooleanField(
        label="名称就是经营者的姓名（没有字号的个体工商户）", required=False, help_text="勾选后名称按个人信息遮盖。"
    )
    credit_code = forms.CharField(
        label="统一社会信用代码",
        max_length=30,
        required=False,
        help_text="18 位，照执照填；项目、还没有执照的可以不填。",
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    size = forms.ChoiceField(label="规模", required=False, choices=[("", "没有分"), *FirmSize.choices])
    sector = forms.CharField(
        label="行业",
        max_length=40,
        required=False,
        help_text="GB/T 4754 的代码或大类名称，例如 13 或 1331。",
        widget=forms.TextInput({"autocomplete": "off", "list": "list-sectors"}),
    )
    park = forms.ChoiceField(label="所在园区", required=False)
    place = NameField(what="地点")
    address = forms.CharField(
        label="地址", max_length=200, required=False, widget=forms.TextInput({"autocomplete": "off"})
    )
    status = forms.ChoiceField(label="状态", choices=FirmStatus.choices, initial=FirmStatus.RUNNING)
    unit = forms.ChoiceField(label="服务单位", required=False, help_text="平时联系、上门服务它的单位。")
    version = forms.IntegerField(widget=forms.HiddenInput, initial=1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        place = self.fields["place"]
        assert isinstance(place, NameField)
        place.label, place.options = "乡镇、村（社区）", named_places
        _choose(self, "park", [("", "不在园区"), *((str(pk), name) for pk, name in parties.parks())])
        _choose(self, "unit", unit_choices("没有定"))

    def draft(self) -> FirmDraft:
        """As the action takes it. A division picked from the list is “13 农副食品加工业”: its code counts."""
        data = self.cleaned_data
        sector = data["sector"].split(" ")[0] if data["sector"][:2].isdigit() else data["sector"]
        return FirmDraft(
            name=data["name"],
            kind=data["kind"],
            name_personal=data["name_personal"],
            credit_code=data["credit_code"],
            size=data["size"],
            sector=sector,
            park_id=chosen_id(data["park"]),
            place_id=data["place"],
            address=data["address"],
            status=data["status"],
            unit_id=chosen_id(data["unit"]),
        )


class NewFirmForm(FirmForm):
    """A new entry, with one person to speak with."""

    contact_name = forms.CharField(
        label="联系人姓名", max_length=60, required=False, widget=forms.TextInput({"autocomplete": "off"})
    )
    contact_post = forms.CharField(label="职务", max_length=40, required=False)
    contact_phone = forms.CharField(
        label="联系电话",
        max_length=30,
        required=False,
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "off"}),
    )

    def contact(self) -> ContactDraft:
        """What was typed of the person."""
        return contact_of(self)


class ContactForm(Form):
    """One more person to speak with."""

    small = True
    contact_name = forms.CharField(label="姓名", max_length=60, widget=forms.TextInput({"autocomplete": "off"}))
    contact_post = forms.CharField(label="职务", max_length=40, required=False)
    contact_phone = forms.CharField(
        label="电话", max_length=30, required=False, widget=forms.TextInput({"inputmode": "tel", "autocomplete": "off"})
    )


def contact_of(form: Form) -> ContactDraft:
    """The person that a form speaks of."""
    data = form.cleaned_data
    return ContactDraft(name=data["contact_name"], phone=data["contact_phone"], post=data["contact_post"])


class FigureForm(Form):
    """One value of one period."""

    small = True
    measure = forms.ChoiceField(label="指标")
    period = forms.CharField(
        label="哪一期", max_length=20, help_text="2026-03（月）、2026-Q1（季度）或 2026（年）", widget=forms.TextInput()
    )
    value = forms.CharField(label="数值", max_length=24, widget=forms.TextInput({"inputmode": "decimal"}))
    source = forms.ChoiceField(label="谁说的", choices=parties.FigureSource.choices)
    note = forms.CharField(label="说明", max_length=100, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = [(code, f"{label}（{parties.UNITS[code]}）") for code, label in parties.Measure.choices]
        _choose(self, "measure", labels)


def _choose(form: Form, name: str, choices: Options) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices
    dress(name, field, small=True)
