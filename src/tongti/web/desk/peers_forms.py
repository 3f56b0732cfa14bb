"""What an administrator fills in about links."""

from typing import Any

from django import forms

from tongti.lifting.queries import Level, PeerSide, asked_units
from tongti.shared.errors import BadInput, DomainError
from tongti.web.forms import Form, dress


def refuse(form: Form, refused: DomainError) -> int:
    """Put the sentence beside the field it is about; answers the status of the page."""
    field = (
        refused.field if isinstance(refused, BadInput) else "units" if refused.code == "lifting.unit_taken" else None
    )
    form.add_error(field if field in form.fields else None, refused.sentence)
    return refused.status


class PeerForm(Form):
    """A link: the other side's card, which side it is on, and who works there."""

    small = True
    card = forms.CharField(
        label="对方名片",
        max_length=600,
        help_text="请对方管理员在“上下级链路”页复制整行，以 tongti-link:1 开头。",
        widget=forms.Textarea({"rows": 3, "autocomplete": "off", "spellcheck": "false"}),
    )
    name = forms.CharField(
        label="叫它什么",
        max_length=60,
        required=False,
        help_text="页面上写“来自……”，不填就用名片上的。",
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    side = forms.ChoiceField(label="对方是", choices=PeerSide.choices, initial=PeerSide.ABOVE, widget=forms.RadioSelect)
    units = forms.MultipleChoiceField(
        label="经它送达的单位",
        required=False,
        help_text="对方是上级时选：请这些单位答复的，送到那边去。没有的先在“机构”里添。",
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, known: bool = False, cut: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = self.fields["units"]
        assert isinstance(units, forms.MultipleChoiceField)
        units.choices = [
            (str(pk), name) for label, rows in asked_units() if label != Level.COUNTY.label for pk, name in rows
        ]
        dress("units", units, small=True)
        if known:
            del self.fields["side"]
        # a link that was cut comes back by its card only
        if known and not cut:
            self.fields["card"].required = False
            self.fields["card"].label = "对方换了钥匙、网址，或者恢复过备份：名片"
            self.fields["card"].help_text = "填了要重新核对指纹，核对以后序号从头计；没有这些事就不填。"

    def unit_ids(self) -> list[int]:
        """The units as ids."""
        return [int(pk) for pk in self.cleaned_data["units"]]


class PlaceForm(Form):
    """A city or province-level region, so that units there can be entered."""

    small = True
    level = forms.ChoiceField(label="是", choices=[("city", "市"), ("province", "自治区（省）")])
    place_name = forms.CharField(label="名称", max_length=60, widget=forms.TextInput({"autocomplete": "off"}))
    code = forms.CharField(
        label="区划代码",
        max_length=12,
        help_text="12 位：市是前四位加八个 0，自治区（省）是前两位加十个 0。",
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )


class ConfirmForm(Form):
    """The comparison by telephone."""

    small = True
    compared = forms.BooleanField(label="已经和对方管理员在电话里逐位核对过两边的指纹，都一致")
