"""What an administrator fills in for a 时限规则, and for a trial run."""

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone

from tongti.cases.queries import Channel, Kind, Urgency
from tongti.deadlines import queries
from tongti.deadlines.actions import ClockDraft, RegimeDraft
from tongti.deadlines.queries import ClockView, ExtensionView, NearRule, RegimeView
from tongti.parties.queries import PartyKind
from tongti.shared.errors import BadInput
from tongti.units import queries as units
from tongti.units.access import ROLES
from tongti.web.forms import DateInput, Form, dress

JOINT = [("", "都适用"), ("yes", "只有几个单位一起办的"), ("no", "只有一个单位办的")]
_JOINT = {"": None, "yes": True, "no": False}
WARNED = [
    (code, ROLES[code].name) for code in ("handler", "receiver", "unit_leader", "dispatcher", "supervisor", "revisitor")
]
LINE = ("amount", "unit", "starts", "source", "verified")
MORE = (
    "stops", "count_start", "roll_over", "pauses", "pause_source", "pause_verified", "near_percent", "near_amount", "near_unit",
    "warns", "source_url",
)  # fmt: skip
EXTENSION = ("amount", "unit", "times", "before_amount", "before_unit", "reasons", "source", "source_url", "verified")
FIRST, LAST = date(2000, 1, 1), date(2075, 12, 31)
_URL = {"invalid": "“网址”要以 https:// 或 http:// 开头。"}


def _ticks(label: str, choices: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(label=label, required=False, choices=choices, widget=forms.CheckboxSelectMultiple)


def _address() -> forms.URLField:
    return forms.URLField(
        label="网址", required=False, max_length=300, assume_scheme="https", error_messages=_URL, widget=forms.TextInput
    )


def _with_usual(data: QueryDict) -> QueryDict:
    """What was typed, with the usual details for every limit whose details were not on the page."""
    whole = data.copy()
    near = NearRule()
    usual = {"near_percent": near.percent, "near_amount": near.amount, "near_unit": near.unit, "stops": ""}
    for code, _word in queries.clock_choices()["code"]:
        if f"stops_{code}" in data:
            continue
        for part, value in {**usual, "roll_over": "on"}.items():
            whole[f"{part}_{code}"] = str(value)
        whole.setlist(f"warns_{code}", list(ClockDraft.warns))
    return whole


class RegimeForm(Form):
    """A regime with one line for every kind of limit; a line without an amount is a limit that the regime does not set.

    The details of a limit (``MORE``) are on the page once it is laid down: before that there are twenty times fourteen
    fields of them. A limit that comes without its details has the usual ones.
    """

    small = True
    code = forms.RegexField(
        label="代码",
        regex=r"^[a-z0-9-]+$",
        max_length=30,
        help_text="小写字母、数字和短横，定了就不改",
        error_messages={"invalid": "“代码”只能用小写字母、数字和短横，例如 ordinary-local。"},
    )
    name = forms.CharField(label="名称", max_length=60)
    source = forms.CharField(
        label="依据",
        max_length=300,
        widget=forms.Textarea({"rows": 2}),
        help_text="文件名称和文号；还没有文件的，写“本地暂定”",
    )
    article = forms.CharField(label="条款", max_length=100, required=False, help_text="例如 第三十四条")
    source_url = _address()
    region = forms.CharField(label="地区", max_length=12, required=False, help_text="行政区划代码，不限就空着")
    verified = forms.BooleanField(
        label="已核对原文", required=False, help_text="勾选就是由您核对，记下您的名字和今天的日期"
    )
    in_use = forms.BooleanField(label="启用（不启用的是样例，不用来算期限）", required=False)
    restarts = forms.BooleanField(label="改派后办理时限重新起算", required=False)
    priority = forms.IntegerField(
        label="优先", min_value=-1000, max_value=1000, help_text="几条都适用时，数大的先用；一般填 0"
    )
    channels = forms.MultipleChoiceField(
        label="适用渠道",
        required=False,
        choices=Channel.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="不勾就是都适用",
    )
    kinds = _ticks("适用类型", Kind.choices)
    urgencies = _ticks("适用紧急程度", Urgency.choices)
    parties = _ticks("适用对象", PartyKind.choices)
    categories = forms.CharField(
        label="适用分类",
        required=False,
        max_length=400,
        help_text="写分类的名称或代码，用顿号隔开，例如 供水、供电；下级分类也算。空着就是都适用",
    )
    joint = forms.ChoiceField(label="几个单位办", required=False, choices=JOINT)

    extension_times = forms.IntegerField(
        label="最多延期几次", required=False, min_value=1, max_value=99, help_text="空着就是不许延期"
    )
    extension_amount = forms.IntegerField(
        label="每次最多", required=False, min_value=1, max_value=9999, help_text="空着由批准人定"
    )
    extension_before_amount = forms.IntegerField(
        label="提前多久提出", required=False, min_value=0, max_value=9999, help_text="空着就是到期以前都可以"
    )
    extension_source = forms.CharField(label="延期的依据", required=False, max_length=200)
    extension_source_url = _address()
    extension_verified = forms.BooleanField(label="延期规则已核对原文", required=False)

    def __init__(self, data: Any = None, *args: Any, fixed_code: bool = False, **kwargs: Any) -> None:
        super().__init__(_with_usual(data) if data is not None else None, *args, **kwargs)
        choices = queries.clock_choices()
        self._codes = choices["code"]
        self._add("extension_unit", forms.ChoiceField(label="单位", required=False, choices=choices["unit"]))
        self._add("extension_before_unit", forms.ChoiceField(label="单位", required=False, choices=choices["unit"]))
        self._add("extension_reasons", _ticks("理由类别（不勾就是不限）", choices["reasons"]))
        for code, word in self._codes:
            self._line(code, word, choices)
        if fixed_code:
            self.fields["code"].disabled = True

    def _add(self, name: str, field: forms.Field) -> None:
        dress(name, field, small=True)
        self.fields[name] = field

    def _line(self, code: str, word: str, choices: dict[str, list[tuple[str, str]]]) -> None:
        usual = NearRule()
        own = {
            "amount": forms.IntegerField(label=f"{word}：数量", required=False, min_value=1, max_value=9999),
            "unit": forms.ChoiceField(label=f"{word}：单位", required=False, choices=choices["unit"]),
            "starts": forms.ChoiceField(label=f"{word}：起算", required=False, choices=choices["starts"]),
            "source": forms.CharField(label=f"{word}：依据", required=False, max_length=200),
            "verified": forms.BooleanField(label="已核对", required=False),
            "stops": forms.ChoiceField(label=f"{word}：停止", required=False, choices=[("", "通常的"), *choices["stops"]]),
            "count_start": forms.BooleanField(label="起算当日计入", required=False),
            "roll_over": forms.BooleanField(label="最后一日休息时顺延", required=False, initial=True),
            "pauses": _ticks("可以暂停的情形", choices["pauses"]),
            "pause_source": forms.CharField(label="暂停的依据", required=False, max_length=300),
            "pause_verified": forms.BooleanField(label="暂停的依据已核对原文", required=False),
            "near_percent": forms.IntegerField(
                label="剩余百分之几算临期", required=False, min_value=0, max_value=100, initial=usual.percent
            ),
            "near_amount": forms.IntegerField(
                label="或剩余多少算临期", required=False, min_value=0, max_value=9999, initial=usual.amount
            ),
            "near_unit": forms.ChoiceField(
                label=f"{word}：临期单位", required=False, choices=choices["unit"], initial=usual.unit
            ),
            "warns": forms.MultipleChoiceField(
                label="临期提醒谁", required=False, choices=WARNED, widget=forms.CheckboxSelectMultiple,
                initial=list(ClockDraft.warns),
            ),
            "source_url": _address(),
        }  # fmt: skip
        for part, field in own.items():
            self._add(f"{part}_{code}", field)

    def clean_categories(self) -> tuple[str, ...]:
        """Names or codes, as codes."""
        try:
            return units.category_codes(self.cleaned_data["categories"])
        except BadInput as wrong:
            raise forms.ValidationError(wrong.sentence) from wrong

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The limits, for the table; ``told`` when something is laid down or typed for it."""
        return [
            {
                "word": word,
                "told": bool(self[f"amount_{code}"].value()) or any(self[f"{p}_{code}"].errors for p in (*LINE, *MORE)),
                "more_wrong": any(self[f"{part}_{code}"].errors for part in MORE),
                "more": [self[f"{part}_{code}"] for part in MORE],
                **{part: self[f"{part}_{code}"] for part in LINE},
            }
            for code, word in self._codes
        ]

    @property
    def extension(self) -> list[Any]:
        """The extension rule's own fields, in reading order."""
        names = (
            "times",
            "amount",
            "unit",
            "before_amount",
            "before_unit",
            "reasons",
            "source",
            "source_url",
            "verified",
        )
        return [self[f"extension_{name}"] for name in names]

    def draft(self) -> RegimeDraft:
        """What was typed, as a draft."""
        data = self.cleaned_data
        return RegimeDraft(
            code=data["code"],
            name=data["name"],
            source=data["source"],
            clocks=tuple(self._clock(code) for code, _word in self._codes if data[f"amount_{code}"]),
            channels=tuple(data["channels"]),
            kinds=tuple(data["kinds"]),
            urgencies=tuple(data["urgencies"]),
            parties=tuple(data["parties"]),
            categories=data["categories"],
            joint=_JOINT[data["joint"]],
            priority=data["priority"],
            verified=data["verified"],
            in_use=data["in_use"],
            restarts=data["restarts"],
            region=data["region"],
            article=data["article"],
            source_url=data["source_url"],
            extension=self._extension() if data["extension_times"] else None,
        )

    def _clock(self, code: str) -> ClockDraft:
        data = self.cleaned_data
        return ClockDraft(
            code=code,
            amount=data[f"amount_{code}"],
            unit=data[f"unit_{code}"] or "wd",
            starts=data[f"starts_{code}"] or "dispatched",
            source=data[f"source_{code}"],
            verified=data[f"verified_{code}"],
            stops=data[f"stops_{code}"],
            count_start=data[f"count_start_{code}"],
            roll_over=data[f"roll_over_{code}"],
            pauses=tuple(data[f"pauses_{code}"]),
            pause_source=data[f"pause_source_{code}"],
            pause_verified=data[f"pause_verified_{code}"],
            near=NearRule(
                data[f"near_percent_{code}"] or 0, data[f"near_amount_{code}"] or 0, data[f"near_unit_{code}"] or "wd"
            ),
            warns=tuple(data[f"warns_{code}"]),
            source_url=data[f"source_url_{code}"],
        )

    def _extension(self) -> ExtensionView:
        data = self.cleaned_data
        return ExtensionView(
            amount=data["extension_amount"],
            unit=data["extension_unit"] or "wd",
            times=data["extension_times"],
            before_amount=data["extension_before_amount"] or 0,
            before_unit=data["extension_before_unit"] or "wd",
            reasons=tuple(data["extension_reasons"]),
            source=data["extension_source"],
            verified=data["extension_verified"],
            source_url=data["extension_source_url"],
        )


def initial_of(view: RegimeView) -> dict[str, Any]:
    """A regime as the first contents of the form."""
    first: dict[str, Any] = {
        name: getattr(view, name)
        for name in (
            "code", "name", "source", "article", "source_url", "region", "verified", "priority", "restarts", "channels",
            "kinds", "urgencies", "parties",
        )
    }  # fmt: skip
    first["categories"] = units.category_words(view.categories)
    first["joint"] = {None: "", True: "yes", False: "no"}[view.joint]
    if view.extension is not None:
        first |= {f"extension_{name}": getattr(view.extension, name) for name in EXTENSION}
    for clock in view.clocks.values():
        first |= _line_of(clock)
    return first


def _line_of(clock: ClockView) -> dict[str, Any]:
    plain = (
        "amount",
        "unit",
        "starts",
        "source",
        "verified",
        "count_start",
        "roll_over",
        "pauses",
        "pause_source",
        "pause_verified",
        "warns",
        "source_url",
    )
    line = {f"{part}_{clock.code}": getattr(clock, part) for part in plain}
    near = {f"near_{part}_{clock.code}": getattr(clock.near, part) for part in ("percent", "amount", "unit")}
    return line | near | {f"stops_{clock.code}": clock.stop}


class SimulateForm(Form):
    """A case like this, received then."""

    small = True
    channel = forms.ChoiceField(label="渠道", choices=Channel.choices)
    kind = forms.ChoiceField(label="类型", choices=Kind.choices)
    urgency = forms.ChoiceField(label="紧急程度", choices=Urgency.choices)
    party = forms.ChoiceField(label="对象", choices=PartyKind.choices)
    category = forms.CharField(
        label="分类", required=False, max_length=60, help_text="名称或代码，例如 供水；还没有分类就空着"
    )
    joint = forms.ChoiceField(label="几个单位办", choices=[("no", "一个单位"), ("yes", "几个单位一起")])
    received_on = forms.DateField(label="收到日期", widget=DateInput)
    received_at = forms.TimeField(label="收到时间", error_messages={"invalid": "“收到时间”请写成 09:30 这样的时间。"})
    dispatched_on = forms.DateField(
        label="派单日期", widget=DateInput, required=False, help_text="空着就是收到时就派单"
    )
    dispatched_at = forms.TimeField(
        label="派单时间", required=False, error_messages={"invalid": "“派单时间”请写成 09:30 这样的时间。"}
    )

    def clean_category(self) -> str:
        """A name or a code, as a code."""
        try:
            codes = units.category_codes(self.cleaned_data["category"])
        except BadInput as wrong:
            raise forms.ValidationError(wrong.sentence) from wrong
        if len(codes) > 1:
            raise forms.ValidationError("一件诉求只有一个分类，请只写一个。")
        return codes[0] if codes else ""

    def clean(self) -> dict[str, Any]:
        """Nothing is dispatched before it was received."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name in ("received_on", "dispatched_on"):
            if data.get(name) and not FIRST <= data[name] <= LAST:
                self.add_error(name, f"日期超出了日历范围（{FIRST} 至 {LAST}）。")
        if self.errors:
            return data
        data["received"] = _moment(data["received_on"], data["received_at"])
        on, at = data["dispatched_on"], data["dispatched_at"]
        data["dispatched"] = (
            _moment(on or data["received_on"], at or data["received_at"]) if on or at else data["received"]
        )
        if data["dispatched"] < data["received"]:
            self.add_error("dispatched_on", "派单不能早于收到。")
        return data


def _moment(on: Any, at: time) -> datetime:
    return timezone.make_aware(datetime.combine(on, at))
