"""台账导出: ask for a ledger as a file, see how far it is, take it."""

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongti.exports import actions
from tongti.exports import queries as exports
from tongti.exports.queries import Asked, ExportForm, ExportState
from tongti.shared.errors import BadInput, DomainError
from tongti.units.access import May
from tongti.visits import queries as visits
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.relay_forms import unit_options
from tongti.web.forms import DateInput, Form
from tongti.web.sheets import XLSX


class AskForm(Form):
    """Which ledger, narrowed how, as what; contacts in full only with a reason."""

    small: ClassVar[bool] = True
    ledger = forms.ChoiceField(label="哪本台账")
    campaign = forms.ChoiceField(label="哪次调研服务", required=False)
    since = forms.DateField(label="从哪天", required=False, widget=DateInput)
    until = forms.DateField(label="到哪天", required=False, widget=DateInput)
    unit = forms.ChoiceField(label="哪个单位", required=False)
    # chosen on the ledger's own page
    state = forms.CharField(required=False, widget=forms.HiddenInput)
    form = forms.ChoiceField(label="格式", choices=ExportForm.choices, initial=ExportForm.XLSX)
    people = forms.BooleanField(label="联系人的姓名和电话写全", required=False)
    reason = forms.CharField(
        label="为什么要写全", required=False, max_length=200, help_text="写全的必须写事由；每一家都会留痕。"
    )

    def __init__(self, *args: Any, viewer: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ledger"].choices = exports.ledgers_for(viewer)  # type: ignore[attr-defined]
        campaigns = [(str(one.pk), one.name) for one in visits.campaigns(viewer)]
        self.fields["campaign"].choices = [("", "全部"), *campaigns]  # type: ignore[attr-defined]
        self.fields["unit"].choices = unit_options("全部单位")  # type: ignore[attr-defined]
        if not exports.may_name_people(viewer):
            del self.fields["people"], self.fields["reason"]

    def asked(self) -> Asked:
        """What narrows the ledger."""
        data = self.cleaned_data
        ids = {
            name: int(data[field]) if data[field] else None
            for name, field in (("campaign_id", "campaign"), ("unit_id", "unit"))
        }
        return Asked(**ids, since=data["since"], until=data["until"], state=data["state"])


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.EXPORT)
def page(request: DeskRequest) -> HttpResponse:
    """Ask, and what was asked for so far."""
    form = AskForm(
        request.POST if request.method == "POST" else None,
        viewer=request.viewer,
        initial={name: request.GET.get(name, "") for name in ("ledger", "campaign")},
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            export = actions.ask_for_export(
                ledger=data["ledger"],
                form=data["form"],
                asked=form.asked(),
                people=data.get("people", False),
                reason=data.get("reason", ""),
                by=request.viewer,
            )
        except DomainError as refused:
            named = refused.field if isinstance(refused, BadInput) else "reason" if data.get("people") else None
            form.add_error(named if named in form.fields else None, refused.sentence)
        else:
            return redirect("desk:export", export.pk)
    found = exports.my_exports(request.viewer, request.GET.get("after", ""))
    lines = [(one, exports.ledger_name(one.ledger)) for one in found.rows]
    context = {"form": form, "page": found, "lines": lines}
    return render(request, "desk/exports/list.html", context, status=422 if form.errors else 200)


@require_safe
@desk(May.EXPORT)
def one(request: DeskRequest, pk: int) -> HttpResponse:
    """How far it is; the file when it is there."""
    return render(request, "desk/exports/export.html", _context(request, pk))


@require_safe
@desk(May.EXPORT)
def status(request: DeskRequest, pk: int) -> HttpResponse:
    """Fragment: how far it got; it stops asking when the end is reached."""
    context = _context(request, pk)
    response = render(request, "desk/exports/_status.html", context)
    if not context["open"]:
        response.headers["HX-Refresh"] = "true"
    return response


@require_POST
@desk(May.EXPORT)
def file(request: DeskRequest, pk: int) -> HttpResponseBase:
    """The bytes, to whoever asked for them; on the trail each time."""
    export = exports.export_for(request.viewer, pk)
    if export.state != ExportState.DONE:
        messages.error(request, f"这份文件{export.get_state_display()}，现在拿不到。")
        return redirect("desk:export", pk)
    path = exports.file_of(export)
    actions.note_taken(export=export, by=request.viewer)
    name = f"{exports.ledger_name(export.ledger)}-{timezone.localdate(export.asked_at):%Y%m%d}.{export.form}"
    kind = XLSX if export.form == ExportForm.XLSX else "text/csv; charset=utf-8"
    response = FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=kind)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _context(request: DeskRequest, pk: int) -> dict[str, Any]:
    export = exports.export_for(request.viewer, pk)
    return {
        "export": export,
        "name": exports.ledger_name(export.ledger),
        "open": export.state not in (ExportState.DONE, ExportState.EXPIRED),
    }
