"""疑似重复: pairs that may be one firm; side by side, merge with a preview, or tell apart for ever; merges, and taking them back."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from tongti.cases import queries as cases
from tongti.parties import actions
from tongti.parties import queries as parties
from tongti.shared.errors import DomainError
from tongti.units.access import May, Viewer
from tongti.web.desk.admin_forms import refuse
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.home import Waiting, waits
from tongti.web.forms import Form


class PairForm(Form):
    """Two entries by name or code, when nobody proposed them."""

    small = True
    one = forms.CharField(label="一条（名称或代码）", max_length=120, widget=forms.TextInput({"autocomplete": "off"}))
    other = forms.CharField(
        label="另一条（名称或代码）", max_length=120, widget=forms.TextInput({"autocomplete": "off"})
    )


class MergeForm(Form):
    """Which entry is kept, and why the two are one."""

    small = True
    keep = forms.ChoiceField(label="留下哪一条", widget=forms.RadioSelect)
    reason = forms.CharField(
        label="为什么是同一家", max_length=200, help_text="写明怎么核实的，会留痕。", widget=forms.TextInput()
    )

    def __init__(self, *args: Any, firms: tuple[Any, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["keep"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [(str(firm.pk), f"{firm.name}（{firm.credit_code or '没有代码'}）") for firm in firms]


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.KEEP_FIRMS)
def page(request: DeskRequest) -> HttpResponse:
    """Pairs that wait, merges that were made, and a way to put any two beside each other."""
    found = parties.lookalikes(request.viewer, cursor=request.GET.get("after", ""))
    posted = request.method == "POST"
    form = PairForm(request.POST if posted else None)
    status = 422 if posted else 200
    if posted and form.is_valid():
        pair = [_named(request.viewer, form, name) for name in ("one", "other")]
        if all(pair) and pair[0] != pair[1]:
            return redirect("desk:firm_pair", one=min(pair), other=max(pair))  # type: ignore[type-var]
        if all(pair):
            form.add_error("other", "两条是同一条登记。")
    context = {"form": form, "page": found, "merges": parties.merges(request.viewer, size=10).rows}
    return render(request, "desk/firms/duplicates.html", context, status=status)


def _named(viewer: Viewer, form: PairForm, field: str) -> int | None:
    """The one entry of this name or code; a sentence beside the field when there is none, or more than one."""
    rows = parties.firms(viewer, parties.FirmFilters(text=form.cleaned_data[field]), size=5).rows
    exact = [firm for firm in rows if form.cleaned_data[field].strip() in (firm.name, firm.credit_code)]
    chosen = exact if len(exact) == 1 else rows
    if len(chosen) == 1:
        return int(chosen[0].pk)
    form.add_error(field, "没有找到这一条。" if not chosen else f"有 {len(chosen)} 条都对得上，请写全名或代码。")
    return None


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.KEEP_FIRMS)
def pair(request: DeskRequest, one: int, other: int) -> HttpResponse:
    """Two entries side by side: what would move, merge, or not the same."""
    viewer = request.viewer
    first, second, known = parties.pair_for(viewer, one, other)
    if request.method == "POST" and request.POST.get("do") == "apart":
        actions.tell_apart(one=first, other=second, by=viewer)
        messages.success(request, "已记住：不是同一家，以后不再提。")
        return redirect("desk:firm_duplicates")
    keep = second if request.POST.get("keep", str(_default_keep(first, second).pk)) == str(second.pk) else first
    gone = second if keep is first else first
    merging = request.POST.get("do") == "merge"
    said = {"keep": str(keep.pk), "reason": request.POST.get("reason", "")}
    form = MergeForm(request.POST if merging else None, firms=(first, second), initial=said)
    if merging and form.is_valid():
        try:
            actions.merge(kept=keep, gone=gone, reason=form.cleaned_data["reason"], by=viewer)
        except DomainError as refused:
            refuse(form, refused)
        else:
            messages.success(request, f"已合并，“{gone.name}”的东西都在这一条里。可以在“疑似重复”里撤销。")
            return redirect("desk:firm", pk=keep.pk)
    context = {
        "cards": [(firm, parties.firm_card(viewer, firm), _cases(viewer, firm)) for firm in (first, second)],
        "known": known,
        "form": form,
        "keep": keep,
        "gone": gone,
        "preview": actions.preview_merge(kept=keep, gone=gone, by=viewer),
    }
    return render(request, "desk/firms/pair.html", context, status=422 if form.errors else 200)


def _default_keep(first: Any, second: Any) -> Any:
    """Whichever has a code; else the older entry."""
    return second if second.credit_code and not first.credit_code else first


def _cases(viewer: Viewer, firm: Any) -> int:
    return cases.count_raised_by(viewer, parties.party_ids_of(firm))[0]


@require_POST
@desk(May.KEEP_FIRMS)
def undo(request: DeskRequest, pk: int) -> HttpResponse:
    """Take a merge back."""
    merge = parties.merge_for(request.viewer, pk)
    left = actions.undo_merge(merge=merge, by=request.viewer)
    said = f"，有 {left} 项后来又动过，留在原处" if left else ""
    messages.success(request, f"合并已撤销{said}。")
    return redirect("desk:firm", pk=merge.gone_id)


@waits(May.KEEP_FIRMS, order=60)
def _lookalikes(viewer: Viewer) -> Waiting | None:
    if not parties.is_registrar(viewer):
        return None
    return Waiting("登记簿里像是重复的", parties.lookalikes_waiting(viewer), reverse("desk:firm_duplicates"), "copy")
