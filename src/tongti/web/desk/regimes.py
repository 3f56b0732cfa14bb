"""时限规则: read, copy, change. A change is published as the next version; what was computed keeps the old one."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongti.cases.queries import Channel, Kind, Urgency
from tongti.deadlines import actions, queries
from tongti.deadlines.actions import ClockDraft, RegimeDraft
from tongti.deadlines.queries import ClockView, RegimeView
from tongti.parties.queries import PartyKind
from tongti.shared.errors import BadInput, DomainError
from tongti.units.access import May
from tongti.web.desk.admin_forms import refuse
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.forms import Form, dress

JOINT = [("", "都适用"), ("yes", "只有几个单位一起办的"), ("no", "只有一个单位办的")]
_JOINT = {"": None, "yes": True, "no": False}


class RegimeForm(Form):
    """A regime with one line for every kind of limit; a line without an amount is a limit that the regime does not set."""

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
        help_text="文件名称、文号和条款；还没有文件的，写“本地暂定”",
    )
    verified = forms.BooleanField(label="已核对原文", required=False)
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
    kinds = forms.MultipleChoiceField(
        label="适用类型", required=False, choices=Kind.choices, widget=forms.CheckboxSelectMultiple
    )
    urgencies = forms.MultipleChoiceField(
        label="适用紧急程度", required=False, choices=Urgency.choices, widget=forms.CheckboxSelectMultiple
    )
    parties = forms.MultipleChoiceField(
        label="适用对象", required=False, choices=PartyKind.choices, widget=forms.CheckboxSelectMultiple
    )
    joint = forms.ChoiceField(label="几个单位办", required=False, choices=JOINT)

    def __init__(self, *args: Any, fixed_code: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = queries.clock_choices()
        self._codes = choices["code"]
        for code, word in self._codes:
            self._line(code, word, choices)
        if fixed_code:
            self.fields["code"].disabled = True

    def _line(self, code: str, word: str, choices: dict[str, list[tuple[str, str]]]) -> None:
        own = {
            "amount": forms.IntegerField(label=f"{word}：数量", required=False, min_value=1, max_value=9999),
            "unit": forms.ChoiceField(label=f"{word}：单位", required=False, choices=choices["unit"]),
            "starts": forms.ChoiceField(label=f"{word}：起算", required=False, choices=choices["starts"]),
            "source": forms.CharField(label=f"{word}：依据", required=False, max_length=200),
            "verified": forms.BooleanField(label="已核对", required=False),
        }
        for part, field in own.items():
            name = f"{part}_{code}"
            dress(name, field, small=True)
            self.fields[name] = field

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The limits, for the table."""
        parts = ("amount", "unit", "starts", "source", "verified")
        return [{"word": word, **{part: self[f"{part}_{code}"] for part in parts}} for code, word in self._codes]

    def draft(self) -> RegimeDraft:
        """What was typed, as a draft."""
        data = self.cleaned_data
        return RegimeDraft(
            code=data["code"],
            name=data["name"],
            source=data["source"],
            clocks=tuple(
                ClockDraft(
                    code=code,
                    amount=data[f"amount_{code}"],
                    unit=data[f"unit_{code}"] or "wd",
                    starts=data[f"starts_{code}"] or "dispatched",
                    source=data[f"source_{code}"],
                    verified=data[f"verified_{code}"],
                )
                for code, _word in self._codes
                if data[f"amount_{code}"]
            ),
            channels=tuple(data["channels"]),
            kinds=tuple(data["kinds"]),
            urgencies=tuple(data["urgencies"]),
            parties=tuple(data["parties"]),
            joint=_JOINT[data["joint"]],
            priority=data["priority"],
            verified=data["verified"],
            in_use=data["in_use"],
            restarts=data["restarts"],
        )


@require_safe
@desk(May.ADMINISTER)
def page(request: DeskRequest) -> HttpResponse:
    """Those in use, best first; then the samples."""
    samples = request.GET.get("samples") == "1"
    rows = [(row, queries.view_of(row)) for row in queries.regimes(request.viewer, samples=samples)]
    return render(request, "desk/admin/regimes.html", {"rows": rows, "samples": samples})


@require_safe
@desk(May.ADMINISTER)
def one(request: DeskRequest, pk: int) -> HttpResponse:
    """One version with its limits and where each comes from."""
    regime = queries.regime(request.viewer, pk)
    view = queries.view_of(regime)
    context = {
        "regime": regime,
        "view": view,
        "clocks": list(view.clocks.values()),
        "applies": _applies(view),
        "versions": queries.versions(request.viewer, regime.code),
    }
    return render(request, "desk/admin/regime.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.ADMINISTER)
def new(request: DeskRequest) -> HttpResponse:
    """A regime of one's own, from nothing or from a copy (``?from=``)."""
    first: dict[str, Any] = {"in_use": True, "priority": 0}
    source = request.GET.get("from", "")
    if source.isdigit():
        regime = queries.regime(request.viewer, int(source))
        first = _initial(queries.view_of(regime)) | {"code": "", "in_use": True, "name": f"{regime.name}（本地）"[:60]}
    form = RegimeForm(request.POST if request.method == "POST" else None, initial=first)
    return _edit(request, form, regime=None)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.ADMINISTER)
def edit(request: DeskRequest, pk: int) -> HttpResponse:
    """Change the open version; saving publishes the next one."""
    regime = queries.regime(request.viewer, pk)
    first = _initial(queries.view_of(regime)) | {"in_use": regime.in_use}
    form = RegimeForm(request.POST if request.method == "POST" else None, initial=first, fixed_code=True)
    return _edit(request, form, regime=regime)


@require_POST
@desk(May.ADMINISTER)
def withdraw(request: DeskRequest, pk: int) -> HttpResponse:
    """Take it out of use from today."""
    regime = queries.regime(request.viewer, pk)
    actions.withdraw(regime=regime, by=request.viewer)
    messages.success(request, f"“{regime.name}”已停用。已经算出的期限不变。")
    return redirect("desk:regimes")


def _edit(request: DeskRequest, form: RegimeForm, *, regime: Any) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        draft = form.draft()
        try:
            _refuse_taken(request, draft, regime)
            published = actions.publish(draft=draft, by=request.viewer)
        except DomainError as refused:
            refuse(form, refused)
        else:
            messages.success(request, f"“{published.name}”第 {published.version} 版从今天起生效。已经算出的期限不变。")
            return redirect("desk:regime", published.pk)
    context = {"form": form, "regime": regime}
    return render(request, "desk/admin/regime_edit.html", context, status=422 if form.errors else 200)


def _refuse_taken(request: DeskRequest, draft: RegimeDraft, regime: Any) -> None:
    if regime is None and queries.versions(request.viewer, draft.code):
        raise BadInput("code", f"代码“{draft.code}”已经有规则用了，请换一个；要改它，请打开它再改。")


def _initial(view: RegimeView) -> dict[str, Any]:
    joint = {None: "", True: "yes", False: "no"}[view.joint]
    first: dict[str, Any] = {
        "code": view.code,
        "name": view.name,
        "source": view.source,
        "verified": view.verified,
        "priority": view.priority,
        "restarts": view.restarts,
        "channels": view.channels,
        "kinds": view.kinds,
        "urgencies": view.urgencies,
        "parties": view.parties,
        "joint": joint,
    }
    for clock in view.clocks.values():
        first |= _line(clock)
    return first


def _line(clock: ClockView) -> dict[str, Any]:
    return {f"{part}_{clock.code}": getattr(clock, part) for part in ("amount", "unit", "starts", "source", "verified")}


def _applies(view: RegimeView) -> list[tuple[str, str]]:
    lists = (
        ("渠道", view.channels, dict(Channel.choices)),
        ("类型", view.kinds, dict(Kind.choices)),
        ("紧急程度", view.urgencies, dict(Urgency.choices)),
        ("对象", view.parties, dict(PartyKind.choices)),
    )
    rows = [(word, "、".join(str(words.get(code, code)) for code in codes) or "全部") for word, codes, words in lists]
    joint = {None: "都适用", True: "几个单位一起办的", False: "一个单位办的"}[view.joint]
    return [
        *rows,
        ("几个单位办", joint),
        ("优先", str(view.priority)),
        ("改派后", "重新起算" if view.restarts else "不重新起算"),
    ]
