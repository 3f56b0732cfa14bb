"""导入登记簿: upload a table, agree on its columns, wait while they are compared, decide what is doubtful, let it run."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongti.parties import actions
from tongti.parties import queries as parties
from tongti.parties.queries import FirmImportState
from tongti.shared.errors import BadInput, DomainError
from tongti.shared.text import whole
from tongti.units.access import May
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.forms import Form

NO_COLUMN = "-"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class FirmTableForm(Form):
    """One table."""

    small = True
    file = forms.FileField(
        label="表格文件",
        help_text=".xlsx、.xls、.ods 或 .csv，最多 20 MB、两万行。第一行是列名，名称一列必须有。",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv"}),
    )


class FirmColumnsForm(Form):
    """Which column is what; the fields are made from the table."""

    small = True

    def __init__(self, *args: Any, headers: Any, mapping: dict[str, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(NO_COLUMN, "没有这一列"), *((str(at), header) for at, header in enumerate(headers))]
        for name, label in parties.firm_field_names():
            chosen = mapping.get(name)
            self.fields[f"col_{name}"] = forms.ChoiceField(
                label=label,
                choices=choices,
                initial=NO_COLUMN if chosen is None else str(chosen),
                widget=forms.Select(attrs={"class": "ctl ctl-s"}),
            )

    def mapping(self) -> dict[str, int]:
        """Field → column as chosen."""
        chosen = {name: self.cleaned_data.get(f"col_{name}") for name, _ in parties.firm_field_names()}
        return {name: int(at) for name, at in chosen.items() if at and at != NO_COLUMN}


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.KEEP_FIRMS)
def page(request: DeskRequest) -> HttpResponse:
    """Upload, and the imports so far; for those who keep the whole register."""
    found = parties.firm_imports(request.viewer, cursor=request.GET.get("after", ""))
    form = FirmTableForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                batch = actions.upload_firms(name=file.name, content=file.read(), by=request.viewer)
            except DomainError as refused:
                form.add_error("file", refused.sentence)
            else:
                return redirect("desk:firm_import", pk=batch.pk)
    return render(request, "desk/firms/imports.html", {"form": form, "page": found}, status=status)


@require_GET
@desk(May.KEEP_FIRMS)
def batch(request: DeskRequest, pk: int) -> HttpResponse:
    """The columns first; then what every row would be; then progress and result."""
    found = parties.firm_import_for(request.viewer, pk)
    if found.state == FirmImportState.UPLOADED or (
        found.state == FirmImportState.COMPARED and request.GET.get("columns")
    ):
        shown = parties.firm_columns(found)
        return _columns(request, found, shown, FirmColumnsForm(headers=shown.headers, mapping=shown.mapping))
    if found.state == FirmImportState.COMPARED:
        return _compared(request, found)
    context = {
        "batch": found,
        "wrong": parties.firm_import_lines(found, "wrong", size=100).rows,
        "has_file": parties.has_firm_faults_file(found),
    }
    return render(request, "desk/firms/import_progress.html", context)


@require_POST
@desk(May.KEEP_FIRMS)
def compare(request: DeskRequest, pk: int) -> HttpResponse:
    """The columns are agreed: a job holds the table against the register. Or forget it (``do=drop``)."""
    found = parties.firm_import_for(request.viewer, pk)
    if request.POST.get("do") == "drop":
        actions.drop_firm_import(batch=found, by=request.viewer)
        messages.success(request, "这张表没有导入，已经删掉。")
        return redirect("desk:firm_imports")
    shown = parties.firm_columns(found)
    form = FirmColumnsForm(request.POST, headers=shown.headers, mapping=shown.mapping)
    if not form.is_valid():
        return _columns(request, found, shown, form, status=422)
    try:
        actions.compare_firms(batch=found, mapping=form.mapping(), by=request.viewer)
    except BadInput as wrong:
        form.add_error("col_name", wrong.sentence)
        return _columns(request, found, shown, form, status=422)
    return redirect("desk:firm_import", pk=pk)


@require_POST
@desk(May.KEEP_FIRMS)
def decide(request: DeskRequest, pk: int) -> HttpResponse:
    """Write down the decisions of this page; ``do=start`` starts the import as well."""
    found = parties.firm_import_for(request.viewer, pk)
    said = {
        row: value
        for name, value in request.POST.items()
        if name.startswith("row_") and (row := whole(name.removeprefix("row_"))) is not None
    }
    if said:
        actions.decide_firm_rows(batch=found, decisions=said, by=request.viewer)
    if request.POST.get("do") == "start":
        actions.start_firm_import(batch=found, by=request.viewer)
        return redirect("desk:firm_import", pk=pk)
    messages.success(request, f"已记下 {len(said)} 行的决定。")
    return redirect("desk:firm_import", pk=pk)


@require_GET
@desk(May.KEEP_FIRMS)
def status(request: DeskRequest, pk: int) -> HttpResponse:
    """Fragment: how far the comparison or the import got; it stops asking when the end is reached."""
    found = parties.firm_import_for(request.viewer, pk)
    response = render(request, "desk/firms/_import_status.html", {"batch": found})
    if found.state not in (FirmImportState.COMPARING, FirmImportState.RUNNING):
        response.headers["HX-Refresh"] = "true"
    return response


@require_GET
@desk(May.KEEP_FIRMS)
def faults(request: DeskRequest, pk: int) -> HttpResponse:
    """The rows that did not go in, with the reasons, as a table to be mended and imported again."""
    found = parties.firm_import_for(request.viewer, pk)
    response = HttpResponse(parties.firm_faults_workbook(found), content_type=XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="firms-{pk}-errors.xlsx"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _columns(
    request: DeskRequest, found: Any, shown: parties.FirmColumns, form: FirmColumnsForm, status: int = 200
) -> HttpResponse:
    context = {"batch": found, "form": form, "shown": shown}
    return render(request, "desk/firms/import_columns.html", context, status=status)


def _compared(request: DeskRequest, found: Any) -> HttpResponse:
    counts = parties.firm_import_counts(found)
    tabs = [tab for tab in parties.FIRM_IMPORT_TABS if counts[tab[0]]]
    tab = request.GET.get("tab") or (tabs[0][0] if tabs else "new")
    listed = parties.firm_import_lines(found, tab, cursor=request.GET.get("after", ""))
    context = {
        "batch": found,
        "counts": counts,
        "tabs": [(code, word, counts[code]) for code, word in tabs],
        "tab": tab,
        "page": listed,
        "rows": parties.with_cells(found, listed.rows),
        "undecided": parties.firm_rows_undecided(found),
        "decisions": parties.FIRM_DECISIONS,
    }
    return render(request, "desk/firms/import_compared.html", context)
