"""What is filled in to make, word and void papers."""

from datetime import timedelta
from typing import Any, ClassVar

from django import forms

from tongti.papers import queries as papers
from tongti.papers.actions import TemplateDraft
from tongti.papers.actions.templates import LABELS
from tongti.shared import clock
from tongti.web.forms import DateInput, Form, dress

HINTS = {
    "head": "红色的名称，例如某某区实体经济调研服务工作专班。",
    "code": "只写字，例如“云调研”；年份和号签发时编。没有填就不能签发。",
    "addressee": "送哪些单位；没有就空着。",
    "opening": "正文第一段，每份都有的话；没有就空着。",
    "signer": "落款单位。",
    "copies": "没有就空着。",
    "issuer": "版记里的印发机关；没有就空着。",
    "font_title": "文件里只写字体的名称，不带字体；打开的电脑上要装有。",
}


class NewPaperForm(Form):
    """Which paper, of which campaign, of which days."""

    small: ClassVar[bool] = True
    what = forms.ChoiceField(label="做什么")
    campaign = forms.ChoiceField(label="调研服务")
    since = forms.DateField(label="从哪天", widget=DateInput)
    until = forms.DateField(label="到哪天", widget=DateInput, help_text="两天都算在内。问题清单只看到哪天。")

    def __init__(self, *args: Any, campaigns: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = clock.today()
        self.fields["what"].choices = whats()  # type: ignore[attr-defined]
        self.fields["campaign"].choices = campaigns  # type: ignore[attr-defined]
        self.initial.setdefault("since", today - timedelta(days=6))
        self.initial.setdefault("until", today)


def whats() -> list[tuple[str, str]]:
    """Every kind with every scope, as one choice: “levels:city”."""
    found = []
    for code, kind in papers.KINDS.items():
        if kind.scopes:
            found += [(f"{code}:{scope}", f"{kind.name}（{word}）") for scope, word in kind.scopes.items()]
        else:
            found.append((f"{code}:", kind.name))
    return found


class WordsForm(Form):
    """The sections that a person writes."""

    def __init__(self, *args: Any, kind: papers.Kind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for section in kind.sections:
            field = forms.CharField(
                label=section.label,
                help_text=section.hint,
                required=False,
                widget=forms.Textarea(attrs={"rows": 5}),
            )
            dress(section.key, field)
            self.fields[section.key] = field


class VoidForm(Form):
    """Why a number is not in force any more."""

    small: ClassVar[bool] = True
    reason = forms.CharField(label="作废理由", max_length=200, help_text="文号保留，列在文号登记里。")


class TemplateForm(Form):
    """公文样式."""

    small: ClassVar[bool] = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (label, limit) in LABELS.items():
            needed = name == "head" or name.startswith("font_")
            field = forms.CharField(label=label, max_length=limit, required=needed, help_text=HINTS.get(name, ""))
            dress(name, field, small=True)
            self.fields[name] = field

    def draft(self) -> TemplateDraft:
        """What was filled in."""
        return TemplateDraft(**{name: self.cleaned_data[name] for name in LABELS})
