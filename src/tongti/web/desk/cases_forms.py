"""What clerks fill in."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django import forms

from tongti.cases import queries as cases
from tongti.cases.queries import Channel, Kind, Urgency
from tongti.parties.queries import PartyKind
from tongti.shared.text import normal_phone
from tongti.shared.uploads import ACCEPT
from tongti.units import queries as units
from tongti.web.forms import DateInput, FilesField, Form, MultipleFileInput
from tongti.window.queries import names as item_names
from tongti.window.queries import told_once_choices

CHANNELS = [
    (Channel.PHONE, Channel.PHONE.label),
    (Channel.WINDOW, Channel.WINDOW.label),
    (Channel.STUCK, Channel.STUCK.label),
    (Channel.VISIT, Channel.VISIT.label),
    (Channel.LETTER, Channel.LETTER.label),
    (Channel.SUPERIOR, Channel.SUPERIOR.label),
]
Options = list[tuple[Any, Any]]


def place_options(empty: str = "说不清") -> Options:
    """Every township with its villages, as groups of one list: two letters on the keyboard find a village."""
    options: Options = [("", empty)]
    for town, villages in units.places():
        rows = [(str(town.pk), f"{town.name}（不清楚哪个村、社区）"), *((str(v.pk), v.name) for v in villages)]
        options.append((town.name, rows))
    return options


def category_options(empty: str = "还没有分类") -> Options:
    """Every last-level category under the name of its parent."""
    rows = list(units.categories().values_list("id", "name", "full_name", "parent_id"))
    parents = {parent for _, _, _, parent in rows}
    options: Options = [("", empty)]
    groups: dict[str, list[tuple[str, str]]] = {}
    for pk, name, full_name, _ in rows:
        if pk not in parents:
            group = full_name.rpartition("/")[0] or "其他"
            groups.setdefault(group, []).append((str(pk), name))
    return options + list(groups.items())


def chosen_id(value: str) -> int | None:
    """A list's value as an id."""
    return int(value) if value else None


@dataclass(frozen=True)
class Named:
    """A thing to be picked by typing part of its name; ``label`` is unique."""

    pk: int
    name: str
    label: str


LISTS = {"地点": "list-places", "分类": "list-categories"}


class NameField(forms.CharField):
    """Typed with suggestions from a ``<datalist>``: Chinese names cannot be jumped to in a ``<select>``, whose letters an input
    method swallows. The cleaned value is an id, or None."""

    def __init__(self, *, what: str, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"autocomplete": "off", "list": LISTS[what]}))
        super().__init__(label=what, required=False, max_length=120, **kwargs)
        self.what = what
        self.options: Callable[[], list[Named]] = list

    def clean(self, value: Any) -> int | None:  # type: ignore[override]
        """One name that is equal, else one that contains what was typed."""
        typed = str(super().clean(value) or "").strip()
        if not typed:
            return None
        equal = [o.pk for o in self.options() if typed in (o.name, o.label)]
        near = [o.pk for o in self.options() if typed in o.label]
        for found in (equal, near):
            if len(found) == 1:
                return found[0]
        if near:
            raise forms.ValidationError(f"“{typed}”有 {len(near)} 个，请从列表里选完整的一个。")
        raise forms.ValidationError(f"没有“{typed}”这个{self.what}，请从列表里选，或者清空。")


def named_places() -> list[Named]:
    """Townships, and villages after the name of their township."""
    named = []
    for town, villages in units.places():
        named.append(Named(town.pk, town.name, town.name))
        named += [Named(v.pk, v.name, f"{town.name} {v.name}") for v in villages]
    return named


def named_categories() -> list[Named]:
    """Last-level categories, each with where it stands."""
    rows = list(units.categories().values_list("id", "name", "full_name", "parent_id"))
    parents = {parent for _, _, _, parent in rows}
    return [Named(pk, name, cases.category_label(name, full)) for pk, name, full, _ in rows if pk not in parents]


class FilingForm(Form):
    """The category alone, for the part of the page that is shown again at every pause in typing: making the whole form ready
    costs more than the rest of that part."""

    small = True

    category = NameField(what="分类")
    suggested = forms.CharField(required=False, widget=forms.HiddenInput)


class RegisterForm(Form):
    """One call, one page. Field order is the order of a conversation: who is calling, what happened, where."""

    small = True

    key = forms.UUIDField(widget=forms.HiddenInput)
    phone = forms.CharField(
        label="来电号码",
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    name = forms.CharField(
        label="姓名（名称）", required=False, max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    who = forms.ChoiceField(label="是谁", choices=PartyKind.choices, initial=PartyKind.PERSON)
    channel = forms.ChoiceField(label="渠道", choices=CHANNELS, initial=Channel.PHONE)
    words = forms.CharField(
        label="说了什么",
        max_length=20_000,
        help_text="按原话记：什么时候、在哪里、怎么了、想要什么结果。",
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "请记下说了什么，几句话就行。"},
    )
    kind = forms.ChoiceField(label="类型", choices=Kind.choices, initial=Kind.HELP)
    urgency = forms.ChoiceField(label="紧急程度", choices=Urgency.choices, initial=Urgency.NORMAL)
    place = NameField(what="地点")
    address = forms.CharField(
        label="详细位置", required=False, max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    category = NameField(what="分类")
    suggested = forms.CharField(required=False, widget=forms.HiddenInput)
    hide_identity = forms.BooleanField(label="对办理单位隐名", required=False)
    no_reply = forms.BooleanField(label="不需要答复", required=False)
    title = forms.CharField(
        label="标题",
        required=False,
        max_length=120,
        help_text="不写就用原话开头。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    email = forms.EmailField(
        label="邮箱",
        required=False,
        max_length=120,
        error_messages={"invalid": "这个邮箱不对，请检查，样子像 name@example.com。"},
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    credit_code = forms.CharField(
        label="统一社会信用代码", required=False, max_length=18, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    files = FilesField(label="附件", required=False, widget=MultipleFileInput(attrs={"accept": ACCEPT}))
    repeat_of = forms.IntegerField(required=False, widget=forms.HiddenInput)
    answer = forms.CharField(
        label="当场答复",
        required=False,
        max_length=5000,
        help_text="能当场说清的写在这里，按“当场答复并办结”。",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    # 办不成事: what the window's register asks for (domain rules 3.1)
    matter = forms.CharField(
        label="办什么事",
        required=False,
        max_length=120,
        help_text="输几个字从办事事项里选；没有的照原话写。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "list-items"}),
    )
    department = forms.CharField(label="找过的部门或窗口", required=False, max_length=80)
    step = forms.CharField(label="卡在哪一步", required=False, max_length=60)
    paper = forms.CharField(label="要补的材料", required=False, max_length=120)
    visits = forms.IntegerField(label="去过几次", required=False, min_value=1, max_value=99)
    first_tried = forms.DateField(label="第一次去是哪天", required=False, widget=DateInput)
    stuck_at = forms.CharField(
        label="卡在哪里", required=False, max_length=500, help_text="窗口怎么说的，要什么材料，理由是什么。",
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    told_once = forms.ChoiceField(
        label="有没有一次性告知", required=False, choices=[("", "说不清"), *told_once_choices()]
    )

    STUCK: ClassVar[dict[str, str]] = {
        "matter": "请填写办不成的事项名称。",
        "visits": "请填写去过几次。",
        "stuck_at": "请填写卡在哪里：窗口怎么说的。",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].options = lambda: self.places  # type: ignore[attr-defined]
        self.fields["category"].options = lambda: self.categories  # type: ignore[attr-defined]
        if self.is_stuck:
            for name, sentence in self.STUCK.items():
                self.fields[name].required = True
                self.fields[name].error_messages["required"] = sentence

    @cached_property
    def places(self) -> list[Named]:
        """What may stand in the field of places; read when it is needed, which while the clerk types it is not."""
        return named_places()

    @cached_property
    def categories(self) -> list[Named]:
        """What may stand in the field of categories."""
        return named_categories()

    @cached_property
    def items(self) -> list[tuple[int, str, str]]:
        """Service items to pick from at the door 办不成事."""
        return item_names()

    @property
    def is_stuck(self) -> bool:
        """Whether the door 办不成事 was chosen."""
        return str(self["channel"].value()) == Channel.STUCK

    def clean_phone(self) -> str:
        """A number that can be dialled, or nothing."""
        typed = str(self.cleaned_data["phone"]).strip()
        if typed and not normal_phone(typed):
            raise forms.ValidationError("这个电话号码不对，请检查：手机号是 11 位，座机请带区号。")
        return typed

    def body(self) -> str:
        """The words, with the window's register below them at the door 办不成事."""
        data = self.cleaned_data
        if data["channel"] != Channel.STUCK:
            return str(data["words"])
        rows = [
            ("事项名称", data["matter"]),
            ("办事部门", data["department"]),
            ("卡在哪一步", data["step"]),
            ("要补的材料", data["paper"]),
            ("去过几次", f"{data['visits']} 次"),
            ("卡在哪里", data["stuck_at"]),
            ("一次性告知", dict(told_once_choices()).get(data["told_once"], "")),
        ]
        lines = "\n".join(f"{label}：{value}" for label, value in rows if value)
        return f"{data['words']}\n\n【办不成事登记】\n{lines}"


def fresh(**initial: Any) -> RegisterForm:
    """An empty form with its own key."""
    return RegisterForm(initial={"key": uuid.uuid4(), **initial})


class NoteForm(Form):
    """More words on a case: from the asker, or for the house only."""

    small = True

    key = forms.UUIDField(widget=forms.HiddenInput)
    words = forms.CharField(label="内容", required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 3}))
    files = FilesField(label="附件", required=False, widget=MultipleFileInput(attrs={"accept": ACCEPT}))
    inside = forms.BooleanField(label="只给内部看（诉求人查进度时看不到）", required=False)


class CorrectForm(Form):
    """How the case is filed; never its words."""

    small = True

    title = forms.CharField(label="标题", required=False, max_length=120)
    category = forms.ChoiceField(label="分类", required=False)
    place = forms.ChoiceField(label="地点", required=False)
    kind = forms.ChoiceField(label="类型", choices=Kind.choices)
    urgency = forms.ChoiceField(label="紧急程度", choices=Urgency.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = place_options()  # type: ignore[attr-defined]
        self.fields["category"].choices = category_options()  # type: ignore[attr-defined]


class AnswerForm(Form):
    """当场答复."""

    small = True

    answer = forms.CharField(
        label="答复内容", max_length=5000, help_text="诉求人查进度时看得到。", widget=forms.Textarea(attrs={"rows": 3})
    )


class DivertForm(Form):
    """分流."""

    small = True

    reason_code = forms.ChoiceField(
        label="情形", choices=[("", "请选择"), *((d.code, d.name) for d in cases.DIVERSIONS.values())]
    )
    words = forms.CharField(
        label="告知诉求人的话",
        max_length=5000,
        help_text="为什么不由本区办理，可以去哪里、打什么电话。",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class RevealForm(Form):
    """查看身份."""

    small = True

    reason = forms.CharField(
        label="事由", max_length=200, min_length=4, help_text="写明为什么要看，会留痕；15 分钟后自动遮盖。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
