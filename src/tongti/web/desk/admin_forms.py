"""What the administrator fills in, and the small things that all of her pages share."""

import base64
from typing import Any

from cryptography.exceptions import InvalidTag
from django import forms

from tongti.deadlines import queries as deadlines
from tongti.shared import clock, crypto
from tongti.shared.errors import BadInput, DomainError
from tongti.units import audit
from tongti.units import queries as units
from tongti.units.access import ROLES
from tongti.web.desk.doors import DeskRequest
from tongti.web.forms import DateInput, Form

ONCE = "password_shown_once"
FIELD_OF = {
    "accounts.username_taken": "username",
    "units.roles_clash": "role",
    "units.unknown_slot": "body",
    "deadlines.day_taken": "day",
    "deadlines.hours_taken": "since_month",
    "units.file_refused": "file",
}
NONE = ("", "（没有）")


def refuse(form: Form, error: DomainError) -> None:
    """The sentence of a refusal goes beside the field it speaks of, or to the top of the form."""
    field = error.field if isinstance(error, BadInput) else FIELD_OF.get(error.code, "")
    form.add_error(field if field in form.fields else None, error.sentence)


def keep_password(request: DeskRequest, officer_id: int, password: str) -> None:
    """Carry a one-time password over the redirect: encrypted in the session, taken out by the first look."""
    sealed = crypto.encrypt(f"{officer_id}:{password}", purpose=ONCE)
    request.session[ONCE] = base64.b64encode(sealed).decode()


def take_password(request: DeskRequest, officer_id: int) -> str:
    """The password for this officer's page, once."""
    kept = request.session.pop(ONCE, "")
    if not kept:
        return ""
    try:
        owner, _, password = crypto.decrypt(base64.b64decode(kept), purpose=ONCE).partition(":")
    except InvalidTag:
        return ""
    return password if owner == str(officer_id) else ""


def unit_choices(empty: str = "请选择") -> list[tuple[str, str]]:
    return [("", empty), *((str(pk), name) for pk, name in units.units_in_use())]


def role_choices(empty: str = "请选择") -> list[tuple[str, str]]:
    return [("", empty), *((role.code, role.name) for role in ROLES.values())]


class SearchForm(Form):
    """One search box."""

    small = True
    q = forms.CharField(label="查找", required=False, max_length=60, widget=forms.TextInput({"type": "search"}))


class UnitForm(Form):
    """单位."""

    small = True
    code = forms.CharField(label="代码", max_length=30, help_text="定了就不改，例如 SLJ")
    name = forms.CharField(label="全称", max_length=80)
    short_name = forms.CharField(label="简称", max_length=30, help_text="页面上都用它，例如 水利局")
    kind = forms.ChoiceField(label="类别")
    region = forms.ChoiceField(label="所在地区")
    parent = forms.ChoiceField(label="上级单位", required=False)
    phone = forms.CharField(label="对外电话", max_length=30, required=False)

    def __init__(self, *args: Any, fixed_code: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choose("kind", [("", "请选择"), *units.unit_kinds()])
        self._choose("region", [("", "请选择"), *((str(pk), name) for pk, name in units.regions_for_choice())])
        self._choose("parent", unit_choices("（没有上级）"))
        if fixed_code:
            self.fields["code"].disabled = True

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]


class PostForm(Form):
    """一个岗位."""

    small = True
    unit = forms.ChoiceField(label="单位")
    role = forms.ChoiceField(label="角色", help_text="办理、回访、系统管理、审计要由不同的人担任")
    title = forms.CharField(label="职务", max_length=40, required=False)
    since = forms.DateField(label="任职起", widget=DateInput, required=False, help_text="不填就是今天")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = unit_choices()  # type: ignore[attr-defined]
        self.fields["role"].choices = role_choices()  # type: ignore[attr-defined]


class OfficerForm(Form):
    """账号."""

    small = True
    username = forms.CharField(label="登录名", max_length=60, widget=forms.TextInput({"autocomplete": "off"}))
    name = forms.CharField(label="姓名", max_length=40)
    phone = forms.CharField(label="办公电话", max_length=30, required=False)
    email = forms.CharField(
        label="工作邮箱", max_length=120, required=False, help_text="到期提醒会同时发到这里；不填就只在系统里提醒。"
    )


class NewOfficerForm(OfficerForm, PostForm):
    """An account with its first post."""

    field_order = ["username", "name", "phone", "email", "unit", "role", "title", "since"]


class EndPostForm(Form):
    """免职."""

    small = True
    until = forms.DateField(label="任职到哪天（含）", widget=DateInput)


class FindOfficerForm(Form):
    """Names go by POST."""

    small = True
    q = forms.CharField(label="姓名或登录名", required=False, max_length=60)
    unit = forms.ChoiceField(label="单位", required=False)
    role = forms.ChoiceField(label="角色", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = unit_choices("全部")  # type: ignore[attr-defined]
        self.fields["role"].choices = role_choices("全部")  # type: ignore[attr-defined]


class CategoryForm(Form):
    """分类: the code is given by the system."""

    small = True
    parent = forms.ChoiceField(label="上一级", required=False)
    name = forms.CharField(label="名称", max_length=60)

    def __init__(self, *args: Any, rename: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if rename:
            del self.fields["parent"]
            return
        above = [(str(c.pk), f"{c.code} {c.full_name}") for c in units.categories() if c.level < 3]
        self.fields["parent"].choices = [("", "（新增一级分类）"), *above]  # type: ignore[attr-defined]


class DutyForm(Form):
    """职责清单的一行."""

    small = True
    code = forms.CharField(label="编号", max_length=20, help_text="定了就不改，例如 D012")
    matter = forms.CharField(label="事项", max_length=120)
    category = forms.ChoiceField(label="分类", required=False)
    lead = forms.ChoiceField(label="牵头单位")
    helpers = forms.MultipleChoiceField(label="协办单位", required=False, widget=forms.CheckboxSelectMultiple)
    by_territory = forms.BooleanField(label="事发地乡镇（街道）以属地身份参与", required=False)
    keywords = forms.CharField(label="关键词", max_length=300, required=False, help_text="用空格隔开，派单时靠它们推荐")
    basis = forms.CharField(
        label="依据",
        max_length=300,
        widget=forms.Textarea({"rows": 2}),
        help_text="法律法规、三定规定或文件的名称和条款",
    )
    valid_from = forms.DateField(label="生效", required=False, widget=DateInput)
    valid_to = forms.DateField(label="失效", required=False, widget=DateInput)

    def __init__(self, *args: Any, fixed_code: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bodies = [(str(unit.pk), unit.short_name) for unit in units.dispatchable_units()]
        classes = [(str(c.pk), f"{c.code} {c.full_name}") for c in units.categories()]
        self.fields["lead"].choices = [("", "请选择"), *bodies]  # type: ignore[attr-defined]
        self.fields["helpers"].choices = bodies  # type: ignore[attr-defined]
        self.fields["category"].choices = [NONE, *classes]  # type: ignore[attr-defined]
        if fixed_code:
            self.fields["code"].disabled = True


class SpecialDayForm(Form):
    """本地特殊日期."""

    small = True
    day = forms.DateField(label="日期", widget=DateInput)
    state = forms.ChoiceField(label="这一天")
    name = forms.CharField(label="名称", max_length=40, help_text="例如 台风停工、县庆")
    source = forms.CharField(label="依据", max_length=200, help_text="通知的标题和文号")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["state"].choices = [("", "请选择"), *deadlines.day_states()]  # type: ignore[attr-defined]


class TextForm(Form):
    """一段用语."""

    small = True
    body = forms.CharField(label="内容", max_length=20_000, widget=forms.Textarea({"rows": 14}), strip=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class FileForm(Form):
    """A file to import."""

    file = forms.FileField(label="文件", help_text="先导出一份，照着改，再导入；一次最多 2000 行、5 MB")

    def __init__(self, *args: Any, accept: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].widget.attrs["accept"] = accept


class AuditForm(Form):
    """What to look for."""

    small = True
    kind = forms.ChoiceField(label="看什么", required=False)
    officer = forms.ChoiceField(label="人员", required=False)
    since = forms.DateField(label="从", required=False, widget=DateInput)
    until = forms.DateField(label="到", required=False, widget=DateInput)

    def __init__(self, *args: Any, viewer: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "全部"), *audit.kinds()]  # type: ignore[attr-defined]
        people = [(str(pk), name) for pk, name in audit.officers(viewer)]
        self.fields["officer"].choices = [("", "全部"), *people]  # type: ignore[attr-defined]

    def clean_until(self) -> Any:
        """No day after today has happened."""
        until = self.cleaned_data["until"]
        since = self.cleaned_data.get("since")
        if until and since and until < since:
            raise forms.ValidationError("“到”不能早于“从”。")
        return min(until, clock.today()) if until else until
