"""What an administrator fills in on the working calendar: hours, notices, the reason of a recount."""

from typing import Any

from django import forms

from tongti.units.transfer import sheets
from tongti.web.forms import DateInput, Form

ROWS = 12
ARRANGEMENTS = [(word, word) for word in ("放假", "上班", "上午上班", "下午上班")]
COLUMNS = ("日期", "至", "安排", "名称")


class HoursForm(Form):
    """作息时间 from one day of the year on."""

    small = True
    name = forms.CharField(label="名称", max_length=40, help_text="例如 夏季、冬季、全年")
    since_month = forms.IntegerField(label="几月起用", min_value=1, max_value=12)
    since_day = forms.IntegerField(label="几日起用", min_value=1, max_value=31)
    spans = forms.CharField(label="时段", max_length=80, help_text="例如 08:00-12:00 15:00-18:00")
    source = forms.CharField(label="依据", max_length=200, help_text="通知的标题和文号")
    verified = forms.BooleanField(label="已核对原文", required=False)


class NoticeForm(Form):
    """A notice as it was published: its paper, then its days on lines of their own or in a file."""

    small = True
    region = forms.CharField(label="地区代码", max_length=12, help_text="全国写 000000，广西写 450000")
    year = forms.IntegerField(label="年份", min_value=2013, max_value=2079)
    title = forms.CharField(label="标题", max_length=120, help_text="照通知原文")
    number = forms.CharField(label="文号", max_length=60, required=False)
    issued_on = forms.DateField(label="发文日期", required=False, widget=DateInput)
    source_url = forms.URLField(
        label="网址", required=False, max_length=300, assume_scheme="https", widget=forms.TextInput,
        error_messages={"invalid": "“网址”要以 https:// 或 http:// 开头。"},
    )  # fmt: skip
    verified = forms.BooleanField(label="已核对原文", required=False)
    file = forms.FileField(
        label="从文件读", required=False, help_text="第一行写 日期、至、安排、名称；.xlsx 或 .csv，和下面的行二选一"
    )
    rows = forms.CharField(required=False, widget=forms.HiddenInput, label="各日安排")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].widget.attrs["accept"] = ".xlsx,.csv"

    @property
    def lines(self) -> list[list[str]]:
        """What was typed on the lines, as many empty ones as there is room for."""
        return [[self._typed(f"{name}_{n}") for name in ("day", "until", "what", "name")] for n in range(ROWS)]

    def _typed(self, name: str) -> str:
        return str(self.data.get(name, "")) if self.is_bound else ""

    def typed_rows(self) -> list[tuple[str, str, str, str]]:
        """(日期, 至, 安排, 名称) of every line on which something but the arrangement was typed."""
        return [(day, until, what, name) for day, until, what, name in self.lines if day or until or name]


def rows_of_file(name: str, content: bytes) -> list[tuple[str, str, str, str]]:
    """The rows of an uploaded table. Raises FileRefused."""
    read = sheets.read_csv if name.lower().endswith(".csv") else sheets.read
    return [(row["日期"], row["至"], row["安排"], row["名称"]) for _line, row in read(content, COLUMNS)]


class RecountForm(Form):
    """Why open deadlines are counted anew."""

    small = True
    reason = forms.CharField(
        label="为什么重算", max_length=200, help_text="例如 6 月 10 日防汛停工，区政府通知〔2026〕3号"
    )
