"""往期问题 for the command office: revisits planned, late and done, the rule behind them, and what was found again."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongti.shared.errors import BadInput, DomainError
from tongti.units.access import May, Viewer
from tongti.visits import actions
from tongti.visits import queries as visits
from tongti.visits.actions import RuleDraft
from tongti.web import nav
from tongti.web.desk.case_parts import Part, case_part
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.firm_parts import firm_part
from tongti.web.desk.home import Waiting, waits
from tongti.web.forms import Form, dress

LIST = "desk:revisits"


class RulesForm(Form):
    """Days and paper for each class."""

    small = True

    def __init__(self, *args: Any, rules: list[visits.RuleRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rules = rules
        for row in rules:
            name = row.handling or "none"
            self._add(f"days_{name}", forms.IntegerField(label=f"{row.label}：办结后几天", required=False), row.days)
            source = forms.CharField(label=f"{row.label}：出处", required=False, max_length=120)
            self._add(f"source_{name}", source, row.source)

    def _add(self, name: str, field: forms.Field, value: object) -> None:
        dress(name, field, small=True)
        self.fields[name] = field
        self.initial.setdefault(name, value)

    def rows(self) -> list[tuple[Any, Any]]:
        """(days, source) of each class, for the page."""
        keys = [row.handling or "none" for row in self.rules]
        return [(self[f"days_{key}"], self[f"source_{key}"]) for key in keys]

    def drafts(self) -> dict[str, RuleDraft]:
        """What was filled in."""
        data = self.cleaned_data
        return {
            row.handling: RuleDraft(data[f"days_{row.handling or 'none'}"], data[f"source_{row.handling or 'none'}"])
            for row in self.rules
        }


class WhoForm(Form):
    """Who goes."""

    small = True
    officer = forms.ChoiceField(label="谁去回访")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["officer"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "选一位走访员"), *((str(pk), name) for pk, name in visits.field_officers())]


@nav.counts(LIST)
def _late(viewer: Viewer) -> nav.Rows:
    return [visits.late_revisits(viewer)]


@waits(May.CAMPAIGN, order=16)
def _to_chase(viewer: Viewer) -> Waiting | None:
    """Revisits past their day, or with nobody to make them."""
    late = visits.late_revisits(viewer).count()
    return Waiting("往期问题回访：过了日期或没有人去的", late, reverse(LIST), "rotate-ccw", "warn") if late else None


@require_safe
@desk(May.SEE_VISITS)
def listing(request: DeskRequest) -> HttpResponse:
    """Revisits by where they stand, and what those that are done came to."""
    tab = request.GET.get("tab", "")
    tab = tab if tab in visits.TABS else "planned"
    page, rows = visits.revisits(request.viewer, tab, request.GET.get("after", ""))
    counts = visits.revisit_counts(request.viewer)
    context = {
        "page": page,
        "rows": rows,
        "tab": tab,
        "tabs": [(code, word, counts[code]) for code, word in visits.TABS.items()],
        "results": [(str(word), counts[code]) for code, word in visits.RevisitResult.choices],
        "done": counts["done"],
        "rules": visits.revisit_rules(),
        "may": request.viewer.can(May.CAMPAIGN),
    }
    return render(request, "desk/visits/revisits.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.CAMPAIGN)
def rules(request: DeskRequest) -> HttpResponse:
    """After how many days each class is looked at again, and which paper says so."""
    form = RulesForm(request.POST or None, rules=visits.revisit_rules())
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_revisit_rules(rules=form.drafts(), by=request.viewer)
        except DomainError as refused:
            _refused(form, refused)
        else:
            messages.success(request, "规则已保存，每天夜里照它排；也可以现在排。")
            return redirect(LIST)
    return render(request, "desk/visits/revisit_rules.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@desk(May.CAMPAIGN)
def plan(request: DeskRequest) -> HttpResponse:
    """现在排: what the night would plan."""
    made = actions.plan_due_revisits(by=request.viewer)
    messages.success(request, f"已排 {made} 件。" if made else "没有到日子要排的。")
    return redirect(LIST)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.CAMPAIGN)
def assign(request: DeskRequest, pk: int) -> HttpResponse:
    """指定回访人."""
    row = visits.revisit_to_assign(request.viewer, pk)
    form = WhoForm(request.POST or None, initial={"officer": str(row.officer_id or "")})
    if request.method == "POST" and form.is_valid():
        try:
            actions.assign_revisit(revisit=row, officer_id=int(form.cleaned_data["officer"]), by=request.viewer)
        except DomainError as refused:
            _refused(form, refused)
        else:
            messages.success(request, "已指定。")
            return redirect(LIST)
    context = {"row": row, "form": form, "firm": visits.firm_name(row.case.party_id or 0)}
    return render(request, "desk/visits/revisit_assign.html", context, status=422 if form.errors else 200)


@require_safe
@desk(May.SEE_VISITS)
def found_again(request: DeskRequest) -> HttpResponse:
    """Difficulties found again at the same firm: what waits for a person's word, and what was said."""
    state = request.GET.get("tab", "")
    state = state if state in visits.Again.values else visits.Again.PROPOSED.value
    page, firms = visits.found_again(request.viewer, state, request.GET.get("after", ""))
    counts = visits.found_again_counts(request.viewer)
    context = {
        "page": page,
        "rows": [(row, firms.get(row.visit.party_id, "")) for row in page.rows],
        "tab": state,
        "tabs": [(code, word, counts[code]) for code, word in visits.Again.choices],
        "writes": request.viewer.can(May.VISIT),
    }
    return render(request, "desk/visits/found_again.html", context)


@case_part(order=12)
def _chain_of(viewer: Viewer, case: Any) -> Part | None:
    """“第 2 次反映，上次……”."""
    chain = visits.chain_of(viewer, case) if case.party_id and case.party_kind != "person" else None
    return Part("同一家企业反复反映", "desk/visits/_chain.html", {"chain": chain, "here": case.pk}) if chain else None


@firm_part(order=12)
def _chains_of(viewer: Viewer, firm: Any) -> Part | None:
    """What this firm raised more than once."""
    chains = visits.repeated_of_firm(viewer, firm.pk)
    return Part("反复出现的难题", "desk/visits/_chains.html", {"chains": chains}) if chains else None


def _refused(form: Form, refused: DomainError) -> None:
    field = refused.field if isinstance(refused, BadInput) and refused.field in form.fields else None
    form.add_error(field, refused.sentence)
