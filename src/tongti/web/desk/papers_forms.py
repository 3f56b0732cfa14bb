"""What is filled in to make, word and void papers."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar

from django import forms

from tongti.papers import queries as papers
from tongti.papers.actions import TemplateDraft
from tongti.papers.actions.templates import LABELS
from tongti.shared import clock
from tongti.units.access import Viewer
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
    """Which paper, of which campaign or of the district, of which days."""

    small: ClassVar[bool] = True
    what = forms.ChoiceField(label="做什么")
    campaign = forms.ChoiceField(label="调研服务", required=False, help_text="月报、通报写全区的，不用选。")
    since = forms.DateField(label="从哪天", widget=DateInput)
    until = forms.DateField(label="到哪天", widget=DateInput, help_text="两天都算在内。问题清单只看到哪天。")

    def __init__(
        self, *args: Any, kinds: Sequence[papers.Kind], campaigns: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        today = clock.today()
        choices = whats(kinds)
        self.fields["what"].choices = choices  # type: ignore[attr-defined]
        if campaigns:
            self.fields["campaign"].choices = campaigns  # type: ignore[attr-defined]
        else:
            del self.fields["campaign"]
        if self.initial.get("what") not in dict(choices) and choices:
            self.initial["what"] = choices[0][0]
        monthly = str(self.initial.get("what", "")).startswith("monthly")
        self.initial.setdefault("since", today.replace(day=1) if monthly else today - timedelta(days=6))
        self.initial.setdefault("until", today)

    def clean(self) -> dict[str, Any]:
        """A paper of a campaign needs one."""
        data = super().clean() or {}
        if self._of_campaign(data) and not data.get("campaign"):
            self.add_error("campaign" if "campaign" in self.fields else "what", "请选一次调研服务。")
        return data

    def subject(self, viewer: Viewer) -> papers.Subject:
        """The campaign, or None for the whole district. Raises NotVisible."""
        data = self.cleaned_data
        about = papers.About.CAMPAIGN if self._of_campaign(data) else papers.About.DISTRICT
        return papers.subject_for(viewer, about, int(data.get("campaign") or 0))

    def _of_campaign(self, data: dict[str, Any]) -> bool:
        kind = papers.KINDS.get(str(data.get("what", "")).partition(":")[0])
        return kind is not None and kind.about == papers.About.CAMPAIGN


def whats(kinds: Sequence[papers.Kind]) -> list[tuple[str, str]]:
    """Every kind with every scope, as one choice: “levels:city”."""
    found = []
    for kind in kinds:
        if kind.scopes:
            found += [(f"{kind.code}:{scope}", f"{kind.name}（{word}）") for scope, word in kind.scopes.items()]
        else:
            found.append((f"{kind.code}:", kind.name))
    return found


class KindFilter(Form):
    """Which kind of paper the list shows."""

    small: ClassVar[bool] = True
    kind = forms.ChoiceField(label="文种", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "全部"), *papers.kind_names().items()]  # type: ignore[attr-defined]


class KindForm(Form):
    """Which paper is made of one matter; a button each."""

    kind = forms.ChoiceField(label="文种")

    def __init__(self, *args: Any, kinds: Sequence[papers.Kind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.code, kind.name) for kind in kinds]  # type: ignore[attr-defined]


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
