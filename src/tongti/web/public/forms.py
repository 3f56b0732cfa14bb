"""What strangers fill in. Every sentence says what to do; nothing typed is ever thrown away."""

from typing import Any, ClassVar

from django import forms

from tongti.shared.kept import kept
from tongti.shared.text import ONLY_SIGNS, has_words, normal_phone, tidy
from tongti.shared.uploads import ACCEPT
from tongti.units import queries as units
from tongti.web.forms import DateInput, FilesField, Form, MultipleFileInput
from tongti.window.actions import MatterDraft
from tongti.window.queries import told_once_choices

PHONE_WRONG = "这个电话号码不对，请检查：手机号是 11 位，座机请带区号。"
UNKNOWN_TOWN = "0"
WORDS_LIMIT = 1000

places = kept(units.places)


class PhoneField(forms.CharField):
    """A phone number as people write it; cleaned to E.164."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", "手机号")
        kwargs.setdefault("max_length", 30)
        # type=text with inputmode: a number field would eat the leading 0 of a landline
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        typed = str(super().clean(value) or "").strip()
        if not typed:
            return ""
        phone = normal_phone(typed)
        if not phone:
            raise forms.ValidationError(PHONE_WRONG)
        return phone


def email_field() -> forms.EmailField:
    """E-mail, optional; its sentence says how one looks."""
    return forms.EmailField(
        label="邮箱",
        required=False,
        max_length=120,
        error_messages={"invalid": "这个邮箱不对，请检查，样子像 name@example.com。"},
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )


def name_field() -> forms.CharField:
    """How to call the asker; optional."""
    return forms.CharField(
        label="怎么称呼您",
        required=False,
        max_length=60,
        help_text="企业、个体户请写名称。",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


def files_field() -> FilesField:
    """Photos, recordings, papers. Checked one by one by the view, so a bad one does not cost the good ones."""
    return FilesField(
        label="照片、录音、文件",
        required=False,
        help_text="最多 6 个，每个不超过 10 MB。照片里的拍摄地点等信息会自动去掉。",
        widget=MultipleFileInput(attrs={"accept": ACCEPT}),
    )


def _said(typed: str) -> str:
    """The tidy words; refused when they are marks only, so that she mends them here and not a page later."""
    words = tidy(typed)
    if words and not has_words(words):
        raise forms.ValidationError(ONLY_SIGNS)
    return words


class SayForm(Form):
    """提难题. The texts of the fields differ a little at the door 办不成事."""

    WHO: ClassVar = [("person", "居民"), ("enterprise", "企业、个体户")]

    who = forms.ChoiceField(label="您是", choices=WHO, widget=forms.RadioSelect, initial="person")
    words = forms.CharField(
        label="发生了什么事？",
        max_length=WORDS_LIMIT,
        help_text="写清什么时候、在哪里、希望怎么解决。请不要写身份证号、银行卡号。",
        widget=forms.Textarea(attrs={"rows": 5, "data-draft": "words"}),
        error_messages={"required": "请写一写发生了什么事，几句话就行。"},
    )
    town = forms.ChoiceField(
        label="乡镇（街道）",
        error_messages={"required": "请选是哪个乡镇（街道）的事；说不清的，选“说不清，请帮我判断”。"},
    )
    village = forms.ChoiceField(label="村（社区）", required=False)
    address = forms.CharField(
        label="详细位置",
        required=False,
        max_length=200,
        help_text="路名、小区、门牌，或者“村口老榕树旁”。",
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    files = files_field()  # type: ignore[assignment]  # a declared field is taken off the class
    name = name_field()
    phone = PhoneField(
        help_text="只用来发进度和回访，办理人员平时看到的是打了星号的号码。",
        error_messages={"required": "请留手机号，好告诉您结果；实在不想留，请勾选“只反映情况，不用答复我”。"},
    )
    email = email_field()
    hide = forms.BooleanField(label="不让办理单位看到我的姓名和电话", required=False)
    quiet = forms.BooleanField(label="只反映情况，不用答复我", required=False)

    TYPED: ClassVar[tuple[str, ...]] = (
        "who",
        "words",
        "town",
        "village",
        "address",
        "name",
        "phone",
        "email",
        "hide",
        "quiet",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = places()
        self._place_choices()

    def _place_choices(self) -> None:
        towns: Any = self.fields["town"]
        towns.choices = [
            ("", "请选择"),
            *((str(town.pk), town.name) for town, _villages in self.places),
            (UNKNOWN_TOWN, "说不清，请帮我判断"),
        ]
        town, village = str(self["town"].value() or ""), str(self["village"].value() or "")
        at_home = not village or village in {
            str(v.pk) for t, inside in self.places if str(t.pk) == town for v in inside
        }
        villages: Any = self.fields["village"]
        # A village of another township is kept on show, with all the others, until one of the two is mended.
        villages.choices = village_choices(self.places, town if at_home else "")

    def clean_words(self) -> str:
        words = _said(self.cleaned_data["words"])
        if len(words) < 4:
            raise forms.ValidationError("写得太短了，请多写几个字，说清是什么事。")
        return words

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("quiet") and not (self["phone"].value() or "").strip():
            # Who wants no answer need not say who she is.
            self.errors.pop("phone", None)
            found["phone"] = ""
        self._check_village(found)
        return found

    def _check_village(self, found: dict[str, Any]) -> None:
        town, village = found.get("town"), found.get("village")
        if not village:
            return
        home = next((t for t, villages in self.places if village in {str(v.pk) for v in villages}), None)
        if home is not None and town not in ("", UNKNOWN_TOWN, None, str(home.pk)):
            self.add_error("village", f"这个村（社区）在{home.name}，和上面选的乡镇对不上，请改一处。")

    @property
    def place_id(self) -> int | None:
        """The village, or the township when none was chosen; None when she could not tell."""
        chosen = self.cleaned_data.get("village") or self.cleaned_data.get("town") or ""
        return int(chosen) if chosen and chosen != UNKNOWN_TOWN else None

    @property
    def place_words(self) -> str:
        """The chosen place and the typed address, as the check page shows them."""
        found = self.cleaned_data
        parts = [
            name
            for town, villages in self.places
            for name in self._names(town, villages, found.get("town", ""), found.get("village", ""))
        ]
        return " ".join([*parts, found.get("address", "")]).strip() or "请帮我判断"

    @staticmethod
    def _names(town: Any, villages: Any, town_id: str, village_id: str) -> list[str]:
        inside = [v.name for v in villages if str(v.pk) == village_id]
        return [town.name, *inside] if inside or str(town.pk) == town_id else []

    @property
    def body(self) -> str:
        """The words as the case keeps them."""
        return str(self.cleaned_data["words"])

    @property
    def title(self) -> str:
        return ""


class StuckForm(SayForm):
    """办不成事: what was to be done at which counter, how often, and where it got stuck (domain sheet W5)."""

    matter = forms.CharField(
        label="办什么事？",
        max_length=120,
        help_text="例如：办残疾人证、过户、开店办执照。输几个字，可以从列表里选。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "list-items"}),
        error_messages={"required": "请写要办的是什么事，例如“办残疾人证”。"},
    )
    office = forms.CharField(
        label="找过哪个部门或窗口？",
        max_length=80,
        required=False,
        help_text="不知道名称的，写在哪里、几号窗口也行。",
    )
    times = forms.IntegerField(
        label="去过几次？",
        min_value=1,
        max_value=99,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "ctl-num"}),
    )
    since = forms.DateField(label="第一次去是哪天？", required=False, widget=DateInput)
    step = forms.CharField(
        label="卡在哪一步？", max_length=60, required=False, help_text="例如：受理、审核、缴费、领证。"
    )
    paper = forms.CharField(label="要您补什么材料？", max_length=120, required=False)
    told = forms.ChoiceField(
        label="有没有一次告诉您要哪些材料？", required=False, choices=[("", "说不清"), *told_once_choices()]
    )

    TYPED: ClassVar[tuple[str, ...]] = (
        "matter",
        "office",
        "times",
        "since",
        "step",
        "paper",
        "told",
        *SayForm.TYPED,
    )
    field_order = ("who", "matter", "office", "times", "since", "step", "paper", "told", "words")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = self.fields["words"]
        words.label = "卡在哪里？"
        words.help_text = "窗口怎么说的、还差什么材料、有没有一次告诉您、您希望怎么办。请不要写身份证号、银行卡号。"
        words.error_messages["required"] = "请写一写卡在哪里，几句话就行。"

    @property
    def body(self) -> str:
        found = self.cleaned_data
        lines = [f"要办的事：{found['matter']}"]
        if found.get("office"):
            lines.append(f"找过的部门或窗口：{found['office']}")
        if found.get("times"):
            lines.append(f"去过的次数：{found['times']} 次")
        if found.get("step"):
            lines.append(f"卡在哪一步：{found['step']}")
        if found.get("paper"):
            lines.append(f"要补的材料：{found['paper']}")
        return "\n".join([*lines, f"卡在哪里：{found['words']}"])

    @property
    def title(self) -> str:
        return f"办不成事：{self.cleaned_data['matter']}"[:120]

    def register(self) -> MatterDraft:
        """The window's row beside the case."""
        found = self.cleaned_data
        return MatterDraft(
            item_words=found["matter"],
            office=found["office"],
            step_words=found["step"],
            paper_words=found["paper"],
            trips=found["times"],
            first_tried_on=found["since"],
            told_once=found["told"],
        )


class JoinForm(Form):
    """算我一个: a phone is enough."""

    phone = PhoneField(
        help_text="有进展和结果就告诉您；办理人员平时看到的是打了星号的号码。",
        error_messages={"required": "请留手机号，好告诉您结果。"},
    )
    words = forms.CharField(
        label="您那里有什么不一样的，补一句",
        required=False,
        max_length=WORDS_LIMIT,
        help_text="比如您家在哪一段、什么时候最严重。请不要写身份证号、银行卡号。",
        widget=forms.Textarea(attrs={"rows": 3, "data-draft": "join"}),
    )
    name = name_field()
    hide = forms.BooleanField(label="不让办理单位看到我的姓名和电话", required=False)

    TYPED: ClassVar[tuple[str, ...]] = ("phone", "words", "name", "hide")

    def clean_words(self) -> str:
        return _said(self.cleaned_data["words"])


class TrackForm(Form):
    """查进度."""

    number = forms.CharField(
        label="受理编号",
        max_length=40,
        help_text="回执或通知上的数字，像 2026-000123-4，横杠可以不打。",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    code = forms.CharField(
        label="查询码",
        max_length=20,
        help_text="8 个字母和数字，大小写都行。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class AddForm(Form):
    """补充情况."""

    words = forms.CharField(
        label="补充的情况",
        required=False,
        max_length=WORDS_LIMIT,
        help_text="新的情况、说错要更正的，都可以写。请不要写身份证号、银行卡号。",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    files = files_field()  # type: ignore[assignment]  # a declared field is taken off the class

    TYPED: ClassVar[tuple[str, ...]] = ("words",)


class AgainForm(Form):
    """又出现了."""

    words = forms.CharField(
        label="现在是什么情况？",
        max_length=500,
        help_text="什么时候又出现的、和上次一样不一样。",
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "请写一写现在是什么情况，一句话也行。"},
    )

    TYPED: ClassVar[tuple[str, ...]] = ("words",)

    def clean_words(self) -> str:
        return _said(self.cleaned_data["words"])


def village_choices(rows: Any, town_id: str) -> list[Any]:
    """Villages of one township; without one, all of them grouped by township, so that no script is needed."""
    first = ("", "请选择（不知道可以不选）")
    for town, villages in rows:
        if str(town.pk) == town_id:
            return [first, *((str(v.pk), v.name) for v in villages)]
    return [first, *((town.name, [(str(v.pk), v.name) for v in villages]) for town, villages in rows if villages)]
