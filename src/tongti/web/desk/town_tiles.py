"""乡镇方格: the administrator says in which square of the map each township stands."""

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from tongti.shared.errors import DomainError
from tongti.units import actions, queries
from tongti.units.access import May
from tongti.units.queries import Placed
from tongti.web.desk.admin_forms import refuse
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.forms import Form, dress
from tongti.web.tile_charts import Square


class TilesForm(Form):
    """Two numbers a township; both left empty: not placed."""

    small: ClassVar[bool] = True

    def __init__(self, *args: Any, placed: list[Placed], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.placed = placed
        for one in placed:
            for part, word, value in (("row", "第几行", one.row), ("column", "第几列", one.column)):
                name = f"{part}_{one.town.pk}"
                field = forms.IntegerField(label=f"{one.town.name} {word}", required=False, min_value=1, max_value=12)
                dress(name, field, small=True)
                self.fields[name] = field
                self.initial[name] = value if one.own else None

    def clean(self) -> dict[str, Any]:
        """Half a place is none."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for one in self.placed:
            row, column = f"row_{one.town.pk}", f"column_{one.town.pk}"
            if row in data and column in data and (data[row] is None) != (data[column] is None):
                self.add_error(row if data[row] is None else column, f"{one.town.name}的行和列要一起填，或者都空着。")
        return data

    def rows(self) -> list[tuple[Placed, Any, Any]]:
        """(township, its two fields), for the page."""
        return [(one, self[f"row_{one.town.pk}"], self[f"column_{one.town.pk}"]) for one in self.placed]

    def squares(self) -> dict[int, tuple[int, int] | None]:
        """What was filled in, by township."""
        data = self.cleaned_data
        rows = {one.town.pk: (data[f"row_{one.town.pk}"], data[f"column_{one.town.pk}"]) for one in self.placed}
        return {pk: (row, column) if row else None for pk, (row, column) in rows.items()}


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.ADMINISTER)
def page(request: DeskRequest) -> HttpResponse:
    """The grid as it is now, and two numbers for every township."""
    placed = queries.tiles()
    form = TilesForm(request.POST if request.method == "POST" else None, placed=placed)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            moved = actions.place_tiles(squares=form.squares(), by=request.viewer)
        except DomainError as refused:
            refuse(form, refused)
            status = refused.status
        else:
            messages.success(request, f"已保存，挪动了 {moved} 个乡镇。" if moved else "没有改动。")
            return redirect("desk:town_tiles")
    context = {"form": form, "squares": [_square(one) for one in placed]}
    return render(request, "desk/admin/town_tiles.html", context, status=status)


def _square(one: Placed) -> Square:
    where = f"{one.row} 行 {one.column} 列" if one.own else "还没摆"
    return Square(
        row=one.row, column=one.column, name=one.town.name, number=None, note=where, said=f"{one.town.name}：{where}", shade=0,
        grown=False, url=f"#id_row_{one.town.pk}",
    )  # fmt: skip
