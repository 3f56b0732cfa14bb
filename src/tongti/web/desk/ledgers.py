"""台账中心: every ledger that one reads; each narrowed by days, unit and state, on A4 or as a file."""

from typing import Any, ClassVar

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from tongti.exports import queries as exports
from tongti.exports.queries import Asked, Ledger
from tongti.shared import clock
from tongti.units.access import May
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.relay_forms import unit_options
from tongti.web.forms import DateInput, Form

READ = (May.SEE, May.SEE_VISITS, May.SEE_FIRMS)


class LedgerFilter(Form):
    """What narrows one ledger; what it does not know is not asked."""

    small: ClassVar[bool] = True
    since = forms.DateField(label=_("从哪天"), required=False, widget=DateInput)
    until = forms.DateField(label=_("到哪天"), required=False, widget=DateInput)
    unit = forms.ChoiceField(label=_("单位"), required=False)
    state = forms.ChoiceField(label=_("状态"), required=False)

    def __init__(self, *args: Any, ledger: Ledger, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if ledger.days:
            self.fields["since"].label = f"{ledger.days}从"
        else:
            del self.fields["since"], self.fields["until"]
        if ledger.by_unit:
            self.fields["unit"].choices = unit_options("全部单位")  # type: ignore[attr-defined]
        else:
            del self.fields["unit"]
        if ledger.states:
            self.fields["state"].choices = [("", "全部"), *ledger.states.items()]  # type: ignore[attr-defined]
        else:
            del self.fields["state"]

    def asked(self) -> Asked:
        """What is right of what was asked; a wrong filter says so and narrows nothing."""
        data: dict[str, Any] = getattr(self, "cleaned_data", {})
        return Asked(
            since=data.get("since"),
            until=data.get("until"),
            unit_id=int(data["unit"]) if data.get("unit") else None,
            state=data.get("state", ""),
        )


@require_safe
@desk(*READ)
def page(request: DeskRequest) -> HttpResponse:
    """Every ledger that she reads."""
    context = {
        "ledgers": exports.ledgers_read_by(request.viewer),
        "may_export": request.viewer.can(May.EXPORT),
        "three_lists": any(
            request.viewer.can(may) for may in (May.SUPERVISE, May.DISPATCH, May.INSTRUCT, May.HANDLE, May.SIGN)
        ),
    }
    return render(request, "desk/ledger/center.html", context)


@require_safe
@desk(*READ)
def one(request: DeskRequest, code: str) -> HttpResponse:
    """One ledger as it is printed: A4 across, heads on every page; what is longer is taken as a file."""
    ledger = exports.ledger_for(request.viewer, code)
    form = LedgerFilter(request.GET, ledger=ledger)
    form.is_valid()
    asked = form.asked()
    rows, cut = exports.printed(request.viewer, ledger, asked)
    context = {
        "ledger": ledger,
        "filter": form,
        "heads": [head for head, _width in ledger.columns],
        "rows": rows,
        "cut": cut,
        "most": exports.PRINTED,
        "asked": asked,
        "hidden": {name: form[name].value() or "" for name in form.fields},
        "may_export": exports.may_ask(request.viewer, ledger),
        "now": clock.now(),
    }
    return render(request, "desk/ledger/one.html", context)
