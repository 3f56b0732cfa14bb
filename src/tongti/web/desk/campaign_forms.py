"""What the command office fills in."""

from typing import Any, ClassVar

from django import forms

from tongti.visits import queries as visits
from tongti.visits.actions import CampaignDraft, GoalDraft, TeamDraft
from tongti.web.forms import DateInput, Form, dress

LINES = 8


class CampaignForm(Form):
    """Name, days, cap, and eight lines whose names are the district's own."""

    small: ClassVar[bool] = True
    name = forms.CharField(label="名称", max_length=60)
    command_name = forms.CharField(
        label="指挥机构名称", required=False, max_length=60, help_text="照文件上的写，例如某某指挥部；没有就空着。"
    )
    starts_on = forms.DateField(label="开始", widget=DateInput)
    ends_on = forms.DateField(label="结束", widget=DateInput)
    monthly_cap = forms.IntegerField(
        label="每家企业每月最多走访几次", initial=2, help_text="各组合起来算；电话和问卷不算。超过的要由专班写理由。"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for place in range(1, LINES + 1):
            field = forms.CharField(label=f"服务线 {place}", required=False, max_length=30)
            dress(f"line_{place}", field, small=True)
            self.fields[f"line_{place}"] = field

    def line_fields(self) -> list[Any]:
        """The eight lines, for the page."""
        return [self[f"line_{place}"] for place in range(1, LINES + 1)]

    def draft(self) -> CampaignDraft:
        """What was filled in."""
        data = self.cleaned_data
        return CampaignDraft(
            name=data["name"],
            command_name=data["command_name"],
            starts_on=data["starts_on"],
            ends_on=data["ends_on"],
            monthly_cap=data["monthly_cap"],
            lines=tuple(data[f"line_{place}"] for place in range(1, LINES + 1)),
        )


GOAL_PARTS = ("name", "direction", "unit", "baseline", "target", "period", "source")


class GoalsForm(Form):
    """The goal template, slot by slot."""

    small: ClassVar[bool] = True

    def __init__(self, *args: Any, slots: list[visits.Slot], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.slots = slots
        for slot in slots:
            for part in GOAL_PARTS:
                name = f"{slot.goal.group}_{slot.goal.place}_{part}"
                field = _goal_field(part, slot.label)
                dress(name, field, small=True)
                self.fields[name] = field
                self.initial.setdefault(name, getattr(slot.goal, part))

    def rows(self) -> list[tuple[str, list[Any]]]:
        """(label of the slot, its fields), for the page."""
        return [
            (slot.label, [self[f"{slot.goal.group}_{slot.goal.place}_{part}"] for part in GOAL_PARTS])
            for slot in self.slots
        ]

    def drafts(self) -> list[GoalDraft]:
        """What was filled in."""
        return [
            GoalDraft(
                slot.goal.group,
                slot.goal.place,
                **{part: self.cleaned_data[f"{slot.goal.group}_{slot.goal.place}_{part}"] for part in GOAL_PARTS},
            )
            for slot in self.slots
        ]


def _goal_field(part: str, label: str) -> forms.Field:
    if part == "direction":
        choices = [("", "没定"), *visits.GoalDirection.choices]
        return forms.ChoiceField(label=f"{label} 方向", required=False, choices=choices)
    if part in ("baseline", "target"):
        word = "基数" if part == "baseline" else "目标值"
        return forms.DecimalField(label=f"{label} {word}", required=False, max_digits=16, decimal_places=2)
    word, limit = {"name": ("名称", 40), "unit": ("单位", 20), "period": ("期限", 30), "source": ("出处", 120)}[part]
    return forms.CharField(label=f"{label} {word}", required=False, max_length=limit)


class TeamForm(Form):
    """A team, its leader and who is in it."""

    small: ClassVar[bool] = True
    name = forms.CharField(label="名称", max_length=40)
    kind = forms.ChoiceField(label="类别", choices=visits.TeamKind.choices, initial="group")
    line = forms.ChoiceField(label="服务线", required=False)
    leader = forms.ChoiceField(label="组长", required=False)
    officers = forms.MultipleChoiceField(label="组员", required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, lines: list[tuple[str, str]], people: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        officers = [(str(pk), name) for pk, name in people]
        for name, choices in (
            ("line", [("", "不分线"), *lines]),
            ("leader", [("", "还没定"), *officers]),
            ("officers", officers),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices

    def draft(self) -> TeamDraft:
        """What was filled in."""
        data = self.cleaned_data
        return TeamDraft(
            name=data["name"],
            kind=data["kind"],
            line_id=int(data["line"]) if data["line"] else None,
            leader_id=int(data["leader"]) if data["leader"] else None,
            officer_ids=tuple(int(pk) for pk in data["officers"]),
        )


class AssignForm(Form):
    """Which firms are whose, to be seen by when and how many times."""

    small: ClassVar[bool] = True
    firms = forms.MultipleChoiceField(label="企业", required=False, widget=forms.CheckboxSelectMultiple)
    officer = forms.ChoiceField(label="走访员", required=False)
    team = forms.ChoiceField(label="工作组", required=False)
    visit_by = forms.DateField(label="走访期限", required=False, widget=DateInput)
    wanted = forms.IntegerField(label="计划走访几次", initial=1)

    def __init__(self, *args: Any, firms: dict[int, str], teams: list[visits.TeamLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (
            ("firms", [(str(pk), label) for pk, label in firms.items()]),
            ("officer", [("", "选一位走访员"), *((str(pk), label) for pk, label in visits.field_officers())]),
            ("team", [("", "不分组"), *((str(one.team.pk), one.team.name) for one in teams)]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices
