"""What is filled in on the pages of needs and offers."""

from typing import Any

from django import forms

from tongti.linkups.actions import ListingDraft
from tongti.linkups.queries import (
    IntroductionHow,
    IntroductionState,
    ListingAbout,
    ListingFilters,
    ListingKind,
    ListingState,
)
from tongti.parties.queries import ContactFace
from tongti.shared.errors import BadInput, DomainError
from tongti.units import queries as units
from tongti.web.desk.cases_forms import NameField, chosen_id, named_places
from tongti.web.forms import DateInput, Form, dress


def refuse(form: Form, refused: DomainError) -> int:
    """Put the sentence beside the field it is about; answers the status of the page."""
    field = refused.field if isinstance(refused, BadInput) else None
    form.add_error(field if field in form.fields else None, refused.sentence)
    return refused.status


class ListingFilter(Form):
    """What narrows the list."""

    small = True

    q = forms.CharField(
        label="标题或原话里的词",
        required=False,
        max_length=60,
        widget=forms.TextInput({"type": "search", "autocomplete": "off"}),
    )
    kind = forms.ChoiceField(label="需求还是供给", required=False, choices=[("", "全部"), *ListingKind.choices])
    about = forms.ChoiceField(label="关于什么", required=False, choices=[("", "全部"), *ListingAbout.choices])
    town = forms.ChoiceField(label="乡镇（街道）", required=False)
    state = forms.ChoiceField(
        label="状态", required=False, initial=ListingState.OPEN, choices=[*ListingState.choices, ("all", "全部")]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "town", [("", "全部"), *((str(row.pk), row.name) for row in units.townships())])

    def filters(self) -> ListingFilters:
        """As the query takes them; a field that is filled in wrongly narrows nothing."""
        data = self.cleaned_data if self.is_valid() else {}
        state = data.get("state") or ListingState.OPEN
        return ListingFilters(
            text=data.get("q", ""),
            kind=data.get("kind", ""),
            about=data.get("about", ""),
            state="" if state == "all" else state,
            town_id=chosen_id(data.get("town", "")),
        )


class PairFilter(Form):
    """What narrows the likely pairs."""

    small = True
    about = forms.ChoiceField(label="需求关于什么", required=False, choices=[("", "全部"), *ListingAbout.choices])


class ListingForm(Form):
    """One need or offer, as the firm said it."""

    small = True

    about = forms.ChoiceField(label="关于什么", choices=[("", "请选择"), *ListingAbout.choices])
    words = forms.CharField(
        label="原话",
        max_length=1000,
        help_text="按它自己的话记：要什么或有什么、多少、什么规格、什么时候。不写电话。",
        widget=forms.Textarea({"rows": 4}),
    )
    title = forms.CharField(
        label="标题",
        max_length=80,
        required=False,
        help_text="不写就从原话里拟一个，以后可以改。",
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    place = NameField(what="地点")
    valid_until = forms.DateField(
        label="有效到", required=False, help_text="这一天还算；长期有效的不填。", widget=DateInput
    )
    version = forms.IntegerField(widget=forms.HiddenInput, initial=1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        place = self.fields["place"]
        assert isinstance(place, NameField)
        place.help_text, place.options = "不填就用登记簿里的地点。", named_places

    def draft(self, kind: str) -> ListingDraft:
        """As the action takes it."""
        data = self.cleaned_data
        return ListingDraft(
            kind=kind,
            about=data["about"],
            words=data["words"],
            title=data["title"],
            place_id=data["place"],
            valid_until=data["valid_until"],
        )


class NewListingForm(ListingForm):
    """A new one: whose it is, and which of the two."""

    firm = forms.CharField(
        label="哪一家",
        max_length=120,
        help_text="登记簿里的名称或信用代码，打一部分也行。",
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    kind = forms.ChoiceField(
        label="需求还是供给", choices=ListingKind.choices, initial=ListingKind.NEED, widget=forms.RadioSelect
    )


class CloseForm(Form):
    """Why it is paired no more."""

    small = True
    reason = forms.CharField(
        label="说明", max_length=200, required=False, help_text="撤回的要写为什么。", widget=forms.TextInput()
    )


class AsideForm(Form):
    """Why the two do not fit."""

    small = True
    reason = forms.CharField(
        label="为什么不合适", max_length=200, help_text="会一直记住，以后不再提。", widget=forms.TextInput()
    )


class IntroduceForm(Form):
    """How the two are brought together."""

    small = True
    how = forms.ChoiceField(label="怎么引荐", choices=IntroductionHow.choices, initial=IntroductionHow.PHONE)
    need_contact = forms.ChoiceField(label="需求方联系人", required=False)
    offer_contact = forms.ChoiceField(label="供给方联系人", required=False)
    note = forms.CharField(label="说明", max_length=300, required=False, widget=forms.Textarea({"rows": 2}))
    follow_up_on = forms.DateField(label="下次跟进", required=False, widget=DateInput)

    def __init__(
        self, *args: Any, needs: tuple[ContactFace, ...] = (), offers: tuple[ContactFace, ...] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, faces in (("need_contact", needs), ("offer_contact", offers)):
            _choose(self, name, [("", "还没有定"), *((str(face.pk), _face(face)) for face in faces)])


class AgreeForm(Form):
    """The consent of one side."""

    small = True
    said = forms.CharField(
        label="谁同意的、怎么说的",
        max_length=200,
        help_text="例如：厂长，电话里同意把电话给对方。",
        widget=forms.TextInput(),
    )


class StepForm(Form):
    """What came of it so far."""

    small = True
    state = forms.ChoiceField(label="谈到哪一步")
    words = forms.CharField(label="说明", max_length=300, required=False, widget=forms.Textarea({"rows": 2}))
    value = forms.DecimalField(
        label="金额（万元）",
        required=False,
        max_digits=12,
        decimal_places=2,
        help_text="谈成了、愿意说的才填。",
        widget=forms.TextInput({"inputmode": "decimal"}),
    )
    follow_up_on = forms.DateField(label="下次跟进", required=False, widget=DateInput, help_text="还在谈的要填。")
    met = forms.BooleanField(label="谈成了，这条需求不用再配", required=False)

    def __init__(self, *args: Any, passed_on: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first = IntroductionState.TALKING if passed_on else IntroductionState.ASKING
        ends = [IntroductionState.AGREED, IntroductionState.NO_DEAL] if passed_on else [IntroductionState.NO_DEAL]
        _choose(self, "state", [(state.value, state.label) for state in (first, *ends)])


def _face(face: ContactFace) -> str:
    return " ".join(part for part in (face.name, face.post, face.phone) if part)


def _choose(form: Form, name: str, choices: list[tuple[str, Any]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices
    dress(name, field, small=True)
