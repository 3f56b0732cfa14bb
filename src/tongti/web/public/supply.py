"""企业自己填需求和供给: no account; by the link of its own difficulty, or with its code and the phone of a contact in the register."""

import uuid
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from tongti.cases import queries as cases
from tongti.linkups import actions
from tongti.linkups.actions import ListingDraft
from tongti.linkups.drafts import WORDS_LIMIT
from tongti.linkups.queries import ListingAbout, ListingKind
from tongti.parties import queries as parties
from tongti.parties.codes import checked_code
from tongti.shared.actor import Asker
from tongti.shared.errors import BadInput, DomainError
from tongti.web.forms import DateInput, Form
from tongti.web.public import limits
from tongti.web.public.forms import PhoneField
from tongti.web.public.track import opened

NO_SUCH = "代码和手机号对不上登记簿里的联系人，请检查；还没有登记的，请找包联的走访员或拨打 12345。"


class SupplyForm(Form):
    """One need or offer, in the firm's own words."""

    kind = forms.ChoiceField(label="需求还是供给", choices=ListingKind.choices, widget=forms.RadioSelect)
    about = forms.ChoiceField(label="关于什么", choices=[("", "请选择"), *ListingAbout.choices])
    words = forms.CharField(
        label="用自己的话说",
        max_length=WORDS_LIMIT,
        widget=forms.Textarea({"rows": 5}),
        help_text="要什么（有什么）、多少、什么时候要、有什么要求。不写手机号，双方同意以后再互告联系人。",
    )
    valid_until = forms.DateField(label="有效到", required=False, widget=DateInput, help_text="长期有效的空着。")
    credit_code = forms.CharField(label="统一社会信用代码", max_length=30, help_text="执照上的 18 位。")
    phone = PhoneField(label="联系人手机号", help_text="登记簿里贵企业联系人的手机号，只用来核对。")

    def __init__(self, *args: Any, known: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if known:
            del self.fields["credit_code"], self.fields["phone"]

    def draft(self) -> ListingDraft:
        """What was filled in."""
        data = self.cleaned_data
        return ListingDraft(
            kind=data["kind"], about=data["about"], words=data["words"], valid_until=data["valid_until"]
        )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def supply(request: HttpRequest) -> HttpResponse:
    """The form; what is sent waits for an officer. Sent twice it is one."""
    case, firm = _by_link(request)
    form = SupplyForm(request.POST or None, known=firm is not None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                if firm is None:
                    spoken_for, by = _by_code(request, form), Asker(None)
                else:
                    limits.stated(request, "", str(firm.pk))
                    spoken_for, by = firm, Asker(case.pk)
                actions.state_listing(firm=spoken_for, key=_key(request), draft=form.draft(), by=by)
            except DomainError as refused:
                field = refused.field if isinstance(refused, BadInput) and refused.field in form.fields else None
                form.add_error(field, refused.sentence)
                status = refused.status
            else:
                return redirect("public:supply_sent")
    key = request.POST.get("key") or str(uuid.uuid4())
    context = {"form": form, "key": key, "case": case if firm is not None else None}
    return render(request, "public/supply.html", context, status=status)


@require_safe
def supply_sent(request: HttpRequest) -> HttpResponse:
    """It arrived, and what happens now."""
    return render(request, "public/supply_sent.html")


def _by_link(request: HttpRequest) -> tuple[Any, Any]:
    """The case whose link this browser opened last, when its asker stands in the register."""
    mine = opened(request.session)
    if not mine:
        return None, None
    said = request.POST.get("case", "")
    if request.method == "POST" and said not in map(str, mine):
        # the form was drawn without it: whoever sends it shows code and phone
        return None, None
    case = cases.case_by_id(int(said) if said else mine[-1])
    return case, parties.firm_of_party(case.party_id)


def _by_code(request: HttpRequest, form: SupplyForm) -> Any:
    phone = form.cleaned_data["phone"]
    code = checked_code(form.cleaned_data["credit_code"])
    limits.stated(request, phone, code)
    firm = parties.firm_spoken_for(credit_code=code, phone=phone)
    if firm is None:
        raise BadInput("phone", NO_SUCH)
    return firm


def _key(request: HttpRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("key", ""))
    except ValueError:
        return uuid.uuid4()
