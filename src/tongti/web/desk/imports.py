"""导入: upload a table, look at the columns, let it run, fetch the rows that did not go in."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongti.cases import actions
from tongti.cases import queries as cases
from tongti.cases.queries import BatchState, Channel
from tongti.shared.errors import BadInput, DomainError
from tongti.shared.text import mask_phone
from tongti.units.access import May
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.forms import Form

NO_COLUMN = "-"


class UploadForm(Form):
    """One table."""

    small = True

    file = forms.FileField(
        label="表格文件",
        help_text=".xlsx、.xls、.ods 或 .csv，最多 60 MB、20 万行。第一行是列名。",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv"}),
    )
    channel = forms.ChoiceField(label="渠道", choices=Channel.choices, initial=Channel.IMPORT)


class MappingForm(Form):
    """Which column is what; the fields are made from the table."""

    small = True

    source = forms.CharField(
        label="来源代号",
        max_length=60,
        help_text="同一个系统导出的表每次用同一个代号，已经登记过的行不会再登记。",
    )
    channel = forms.ChoiceField(label="渠道", choices=Channel.choices)

    def __init__(self, *args: Any, headers: Any, mapping: dict[str, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(NO_COLUMN, "没有这一列"), *((str(at), header) for at, header in enumerate(headers))]
        for name, label in cases.field_names():
            chosen = mapping.get(name)
            self.fields[f"col_{name}"] = forms.ChoiceField(
                label=label,
                choices=choices,
                initial=NO_COLUMN if chosen is None else str(chosen),
                widget=forms.Select(attrs={"class": "ctl ctl-s"}),
            )

    def columns(self) -> list[Any]:
        """The bound fields of the columns."""
        return [self[f"col_{name}"] for name, _ in cases.field_names()]

    def mapping(self) -> dict[str, int]:
        """Field → column as chosen."""
        chosen = {name: self.cleaned_data.get(f"col_{name}") for name, _ in cases.field_names()}
        return {name: int(at) for name, at in chosen.items() if at and at != NO_COLUMN}


@require_http_methods(["GET", "POST"])
@desk(May.IMPORT)
def page(request: DeskRequest) -> HttpResponse:
    """Upload, and the imports so far."""
    form = UploadForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                batch = actions.upload_import(
                    name=file.name, content=file.read(), channel=form.cleaned_data["channel"], by=request.viewer
                )
            except DomainError as refused:
                form.add_error("file", refused.sentence)
            else:
                return redirect("desk:import", pk=batch.pk)
        status = 422
    found = cases.batches(request.viewer, cursor=request.GET.get("after", ""))
    return render(request, "desk/cases/imports.html", {"form": form, "page": found}, status=status)


@require_GET
@desk(May.IMPORT)
def batch(request: DeskRequest, pk: int) -> HttpResponse:
    """The columns while nothing is entered yet; progress and result after."""
    found = cases.batch_for(request.viewer, pk)
    if found.state == BatchState.UPLOADED:
        shown = cases.preview(found)
        form = MappingForm(
            headers=shown.headers, mapping=shown.mapping, initial={"source": found.source, "channel": found.channel}
        )
        return _columns(request, found, shown, form)
    context = {"batch": found, "errors_": cases.row_errors(found), "has_file": cases.has_faults_file(found)}
    return render(request, "desk/cases/import_progress.html", context)


@require_POST
@desk(May.IMPORT)
def start(request: DeskRequest, pk: int) -> HttpResponse:
    """Look again with other columns (``do=look``), or go."""
    found = cases.batch_for(request.viewer, pk)
    if found.state != BatchState.UPLOADED:
        return redirect("desk:import", pk=pk)
    if request.POST.get("do") == "drop":
        actions.drop_import(batch=found, by=request.viewer)
        messages.success(request, "这张表没有导入，已经删掉。")
        return redirect("desk:imports")
    shown = cases.preview(found)
    form = MappingForm(request.POST, headers=shown.headers, mapping=shown.mapping)
    if not form.is_valid():
        return _columns(request, found, shown, form, status=422)
    mapping = form.mapping()
    if request.POST.get("do") == "look":
        return _columns(request, found, cases.preview(found, mapping), form)
    try:
        actions.start_import(
            batch=found,
            mapping=mapping,
            source=form.cleaned_data["source"],
            channel=form.cleaned_data["channel"],
            by=request.viewer,
        )
    except BadInput as wrong:
        field = {"body": "col_body"}.get(wrong.field, wrong.field)
        form.add_error(field if field in form.fields else None, wrong.sentence)
        return _columns(request, found, cases.preview(found, mapping), form, status=422)
    return redirect("desk:import", pk=pk)


@require_GET
@desk(May.IMPORT)
def status(request: DeskRequest, pk: int) -> HttpResponse:
    """Fragment: how far it got; it stops asking when the end is reached."""
    found = cases.batch_for(request.viewer, pk)
    response = render(request, "desk/cases/_import_status.html", {"batch": found})
    if found.state == BatchState.DONE:
        response.headers["HX-Refresh"] = "true"
    return response


@require_POST
@desk(May.IMPORT)
def resume(request: DeskRequest, pk: int) -> HttpResponse:
    """Go on after an interruption."""
    actions.resume_import(batch=cases.batch_for(request.viewer, pk), by=request.viewer)
    return redirect("desk:import", pk=pk)


@require_GET
@desk(May.IMPORT)
def faults(request: DeskRequest, pk: int) -> HttpResponse:
    """The rows that did not go in, with the reasons, as a table to be mended and imported again."""
    found = cases.batch_for(request.viewer, pk)
    content = cases.errors_workbook(found)
    response = HttpResponse(content, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    response.headers["Content-Disposition"] = f'attachment; filename="import-{pk}-errors.xlsx"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _columns(
    request: DeskRequest, found: Any, shown: cases.Preview, form: MappingForm, status: int = 200
) -> HttpResponse:
    columns = [(name, label) for name, label in cases.field_names() if name in shown.mapping]
    rows = [(row, [_cell(name, row) for name, _ in columns]) for row in shown.rows]
    context = {
        "batch": found,
        "form": form,
        "columns": columns,
        "rows": rows,
        "known": cases.same_file(found),
    }
    return render(request, "desk/cases/import_columns.html", context, status=status)


def _cell(name: str, row: Any) -> str:
    """A value as the preview shows it: short, and no phone number in the clear."""
    value = row.source_id if name == "source_id" else row.values.get(name)
    if name == "phone":
        return mask_phone(str(value or ""))
    text = f"{value:%Y-%m-%d %H:%M}" if hasattr(value, "hour") else str(value or "")
    return text if len(text) <= 40 else text[:40] + "…"
