"""What the lead writes and the leader decides."""

from typing import Any

from django import forms

from tongti.answers import queries as answers
from tongti.web.forms import Form

NEEDED = ("opening", "found", "done", "basis", "remedy", "contact", "closing")


class AnswerForm(Form):
    """The joint answer, part by part as the asker reads it."""

    small = True
    opening = forms.CharField(label="问的是什么", required=False, widget=forms.Textarea({"rows": 2}))
    found = forms.CharField(
        label="查明的情况",
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text="什么时候、到哪里、怎么查的、查到什么。",
    )
    done = forms.CharField(
        label="办理结果",
        required=False,
        widget=forms.Textarea({"rows": 8}),
        help_text="各单位办了什么，写单位名称；问了几项答几项。",
    )
    basis = forms.CharField(
        label="依据", required=False, widget=forms.Textarea({"rows": 2}), help_text="文件名称和条款或文号。"
    )
    would_need = forms.CharField(
        label="要怎样才能办",
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text="不予办理的必须写：缺什么、补上什么就能办；怎样也办不了的，写明为什么。别的办结方式可以空着。",
    )
    next_steps = forms.CharField(
        label="下一步和期限", required=False, widget=forms.Textarea({"rows": 3}), help_text="没办完的写到哪一天办完。"
    )
    remedy = forms.CharField(label="不满意怎么办", required=False, widget=forms.Textarea({"rows": 2}))
    contact = forms.CharField(label="联系人和电话", required=False, max_length=120)
    closing = forms.ChoiceField(label="办结方式", required=False)
    missing_reason = forms.CharField(label="不等分答的理由", required=False, max_length=200)
    override_reason = forms.CharField(label="不改提示、照发的理由", required=False, max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["closing"].choices = [("", "请选择"), *answers.closing_choices()]  # type: ignore[attr-defined]

        self._need(True)

    def _need(self, needed: bool) -> None:
        # a draft may have holes, but what the letter needs should not look optional
        for name in NEEDED:
            self.fields[name].required = needed

    def full_clean(self) -> None:
        """Holes are no errors in a draft; handing it up asks for them."""
        self._need(False)
        super().full_clean()
        self._need(True)

    def texts(self) -> dict[str, str]:
        """What is kept in the draft."""
        reasons = ("missing_reason", "override_reason")
        return {name: text for name, text in self.cleaned_data.items() if name not in reasons}


class OwnWordsForm(Form):
    """Sentences for one asker."""

    small = True
    words = forms.CharField(
        label="只对这一位说的话", required=False, max_length=1000, widget=forms.Textarea({"rows": 5})
    )


class SendBackForm(Form):
    """退回重写."""

    small = True
    reason = forms.CharField(label="退回理由", max_length=300, widget=forms.Textarea({"rows": 3}))


class SignForm(Form):
    """签发; the reason only when warnings are left as they are."""

    small = True
    override_reason = forms.CharField(label="不改提示、照发的理由", required=False, max_length=200)
