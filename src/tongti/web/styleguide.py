"""Every component in every state on one page: the eye's check, and what the browser tests run axe on."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tongti.shared import clock
from tongti.shared.pages import Page
from tongti.web import nav
from tongti.web.charts import Column
from tongti.web.forms import DateInput, Form, MultipleFileInput
from tongti.web.states import STATES

SHELLS = ("desk", "public", "board")
PARTS = {
    "work": "办理",
    "words": "状态和按钮",
    "forms": "表单",
    "wrong": "填错的表单",
    "public": "公众页",
    "figures": "看板",
}


@dataclass(frozen=True)
class Cell:
    """One working day, as ``worktime`` gives it."""

    phase: str
    gap_before: bool = False
    due: bool = False


class SampleForm(Form):
    """One field of each kind."""

    who = forms.ChoiceField(label="您是", choices=[("p", "居民"), ("e", "企业、个体户")], widget=forms.RadioSelect)
    words = forms.CharField(
        label="发生了什么事？",
        max_length=500,
        help_text="写清什么时候、在哪里、希望怎么解决。请不要写身份证号、银行卡号。",
        widget=forms.Textarea(attrs={"rows": 5, "data-draft": "words"}),
    )
    town = forms.ChoiceField(label="乡镇（街道）", choices=[("", "请选择"), ("1", "临江镇"), ("2", "龙腾街道")])
    place = forms.CharField(label="详细位置", required=False, max_length=100)
    since = forms.DateField(label="从哪天开始", required=False, help_text="例如 2026-03-20", widget=DateInput)
    households = forms.IntegerField(label="影响多少户", required=False, min_value=1)
    photos = forms.FileField(
        label="照片、录音", required=False, help_text="最多 6 个，每个不超过 10 MB", widget=MultipleFileInput
    )
    wants = forms.MultipleChoiceField(
        label="希望怎么告诉您",
        required=False,
        choices=[("sms", "短信"), ("call", "电话"), ("mail", "邮件")],
        widget=forms.CheckboxSelectMultiple,
    )
    phone = forms.CharField(
        label="手机号",
        help_text="只用来发进度和回访，办理人员看到的是打了星号的号码。",
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )
    agreed = forms.BooleanField(label="我已看过个人信息处理说明")


class SampleFilter(Form):
    """Fields of a filter bar."""

    small = True
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), ("near", "临期")])
    unit = forms.ChoiceField(label="单位", required=False, choices=[("", "全部单位"), ("1", "区水利局")])
    since = forms.DateField(label="收到日期从", required=False, widget=DateInput)


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Only where nobody is hurt by it: demo mode and debugging."""
    if not (getattr(settings, "DEMO", False) or settings.DEBUG):
        raise Http404
    shell, part = request.GET.get("shell", "desk"), request.GET.get("part", "work")
    if shell not in SHELLS or part not in PARTS:
        raise Http404
    context = samples()
    context["part"], context["parts"] = f"styleguide/{part}.html", PARTS
    context["shell"] = shell
    context["form"] = context["wrong"] if part == "wrong" else None
    return render(request, f"styleguide/{shell}_shell.html", context)


def samples() -> dict[str, Any]:
    """Invented people, places and numbers for every component."""
    now = clock.now()
    wrong = SampleForm({"words": "停" * 501, "since": "前天", "phone": "", "town": "9"}, auto_id="wrong_%s")
    return {
        "states": sorted(STATES),
        "dues": [None, 11, 6, 2, 0, -2],
        "bars": _bars(),
        "long_bar": [
            Cell("past" if i < 20 else "today" if i == 20 else "future", i % 5 == 4, i == 59) for i in range(60)
        ],
        "trend": [97.8, 98.6, 98.2, 98.8, 98.7, 99.1, 99.2],
        "movement": [1, 2, 2, 4, 6, 14, 20],
        "due_columns": _columns(),
        "reasons": [
            {"words": "同一路段：幸福路", "weight": 2.4},
            {"words": "同一设施：自来水", "weight": 1.6},
            {"words": "相隔 200 天", "weight": -0.9},
        ],
        "more_pages": Page(rows=["x"] * 30, next_cursor="abc", size=30),
        "sample": SampleForm(initial={"who": "p"}),
        "wrong": wrong,
        "filter": SampleFilter(auto_id="filter_%s"),
        "steps": ["说清楚", "留联系方式", "核对提交"],
        "files": [
            {
                "name": "漏点照片.jpg",
                "kind": "image",
                "size": 824_311,
                "url": "#files",
                "note": "黄志强 今天 09:20 上传",
            },
            {"name": "供水管网台账.xlsx", "kind": "sheet", "size": 45_002, "url": "#files", "note": ""},
        ],
        "just_now": now,
        "yesterday": now - timedelta(days=1),
        "long_ago": now - timedelta(days=400),
        "shared_words": ["幸福路", "停水"],
        "nav_groups": _rail(),
    }


def _rail() -> list[nav.NavGroup]:
    # The real rail shows only places that exist; here all of it is shown, with counts.
    waits = {"desk:home": 12, "desk:inbox": 38, "desk:questions": 26, "desk:supervision": 5}
    return [
        nav.NavGroup(
            group.title,
            tuple(
                nav.NavItem(
                    i.label,
                    i.icon,
                    i.url_name,
                    i.urgent,
                    "#main",
                    waits.get(i.url_name),
                    i.url_name == "desk:questions",
                )
                for i in group.items
            ),
        )
        for group in nav.NAV
    ]


def _bars() -> list[tuple[str, list[Cell], str, str, str]]:
    """(tone, cells, left words, right words, state) of the four ways a baton can stand."""

    def cells(marks: str) -> list[Cell]:
        names = {"d": "past", "n": "today", ".": "future", "o": "over", "x": "outside"}
        return [Cell(names[m.lower()], i in (1, 6), m.isupper() or m == ":") for i, m in enumerate(marks)]

    return [
        ("info", [*cells("dddn....."), Cell("future", due=True)], "第 4 天 / 10 天", "3 月 20 日到期", "handling"),
        ("bad", cells("ddDoxxxxxx"), "第 4 天 / 3 天", "已超期 1 天", "overdue"),
        (
            "warn",
            [*cells("dddn"), Cell("future", due=True), *cells("x"), Cell("outside", True), *cells("xxx")],
            "第 4 天 / 5 天",
            "明天到期",
            "near",
        ),
        ("ok", cells("dxxxxxxxxx"), "用 1 天 / 5 天", "3 月 7 日办结", "done"),
    ]


def _columns() -> list[Column]:
    days = [
        ("12", "今天"),
        ("13", "周四"),
        ("14", "周五"),
        ("17", "周一"),
        ("18", "周二"),
        ("19", "周三"),
        ("20", "周四"),
        ("21", "周五"),
    ]
    normal = [3, 4, 12, 21, 9, 17, 8, 11]
    near = [9, 8, 0, 0, 0, 0, 0, 0]
    first = Column("超期", "未结", overdue=7, url="#due")
    return [first, *(Column(d, w, n, s, 0, "#due") for (d, w), n, s in zip(days, normal, near, strict=True))]
