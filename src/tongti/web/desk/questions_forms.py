"""What dispatchers fill in about questions."""

from typing import Any

from django import forms

from tongti.questions import queries
from tongti.shared.errors import BadInput, DomainError
from tongti.web.desk.cases_forms import category_options, place_options
from tongti.web.forms import Form

REASON = "理由"


class TitleForm(Form):
    """立题, or a change of title, category and place."""

    small = True
    title = forms.CharField(label="题目", max_length=80, help_text="写清对象和问题，例如“幸福路一带晚高峰停水”。")
    category = forms.ChoiceField(label="分类", required=False)
    place = forms.ChoiceField(label="地点", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = category_options()  # type: ignore[attr-defined]
        self.fields["place"].choices = place_options()  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, Any]:
        """title, category_id and place_id as the actions want them."""
        data = self.cleaned_data
        return {
            "title": data["title"],
            "category_id": int(data["category"]) if data["category"] else None,
            "place_id": int(data["place"]) if data["place"] else None,
        }


class FindingsForm(Form):
    """查明的情况."""

    small = True
    facts = forms.CharField(
        label="查明的情况", required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )
    root_cause = forms.CharField(
        label="症结", required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 2})
    )
    handling = forms.ChoiceField(label="处置类别", required=False)
    handling_note = forms.CharField(
        label="处置说明",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="A 写办完的日期；B 写步骤和日期；C 写请哪一级协调什么事；D 写怎样解释、依据是什么。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["handling"].choices = [("", "还没有定"), *queries.handling_choices()]  # type: ignore[attr-defined]


class PublicForm(Form):
    """对外题目."""

    small = True
    public_title = forms.CharField(
        label="对外题目", max_length=80, help_text="谁都看得到。只写地点和事情，不写人名、电话、门牌，40 字以内。"
    )


class FindForm(Form):
    """Look for cases or questions by words or numbers; sent by POST, so that no words stand in an address."""

    small = True
    q = forms.CharField(label="编号或内容里的词", max_length=200)


class ArrangeForm(Form):
    """One step of the arrange page; which fields it needs depends on the button."""

    small = True
    title = forms.CharField(label="新题的题目（拆分时写）", required=False, max_length=80)
    reason = forms.CharField(label=REASON, max_length=200, help_text="别人以后要看得懂为什么这样动。")


class NoteForm(Form):
    """A word on why; may be empty."""

    small = True
    note = forms.CharField(label="说明", required=False, max_length=200)


class ReasonForm(Form):
    """Why a question is dropped."""

    small = True
    reason = forms.CharField(label="退题理由", max_length=200)


def refusal(refused: DomainError) -> Form:
    """A refused step of a page without a form of its own, as something ``{% error_summary %}`` can show."""
    form = Form({})
    form.is_valid()
    form.add_error(None, refused.sentence)
    return form


def refuse(form: Form, refused: DomainError) -> int:
    """Put what an action refused beside its field (or above the form); answers the status."""
    name = refused.field if isinstance(refused, BadInput) and refused.field in form.fields else None
    form.add_error(name, refused.sentence)
    return refused.status
