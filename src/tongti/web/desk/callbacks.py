"""回访: whom to call, what to ask, what was said. Worked by somebody outside the handling unit."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from tongti.cases import actions as case_actions
from tongti.cases import queries as cases
from tongti.shared.errors import BadInput, DomainError
from tongti.units.access import May, Viewer
from tongti.verdicts import actions, queries
from tongti.verdicts.closing import ClosingQuestions, four_for
from tongti.web import four, nav
from tongti.web.desk.case_parts import Part, case_part
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.home import Waiting, waits
from tongti.web.forms import Form

LIST = "desk:callbacks"
REACHED = "reached"
REASON = "电话回访"
ANSWERS = (*four.THREE, "answered")


class CallForm(Form):
    """One call. The three answers (a firm's four) are asked only when somebody was reached."""

    small = True
    result = forms.ChoiceField(label="这次打电话", choices=list(actions.RESULTS.items()), widget=forms.RadioSelect)
    contacted = forms.ChoiceField(
        label="一、办理单位联系过您吗？",
        choices=[("yes", "联系过"), ("no", "没有联系过")],
        widget=forms.RadioSelect,
    )
    solved = forms.ChoiceField(label="二、问题解决了吗？", choices=queries.SOLVED, widget=forms.RadioSelect)
    satisfied = forms.ChoiceField(label="三、您满意吗？", choices=queries.SATISFIED, widget=forms.RadioSelect)
    words = forms.CharField(label="诉求人的话", required=False, max_length=500, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args: Any, rule: ClosingQuestions | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        four.ask_four(self, rule)
        self.when_reached = [n for n in (*ANSWERS, "words") if n in self.fields and self.fields[n].required]

    def full_clean(self) -> None:
        """The answers look needed, as they are; they are asked for only when somebody was reached."""
        for name in self.when_reached:
            self.fields[name].required = False
        super().full_clean()
        for name in self.when_reached:
            self.fields[name].required = True

    def clean(self) -> dict[str, object]:
        """Reached means every answer."""
        data = super().clean() or {}
        if data.get("result") == REACHED:
            for name in self.when_reached:
                if not data.get(name) and name not in self.errors:
                    words = "请写一句诉求人自己的话。" if name == "words" else "联系上了，请把这一问也问到。"
                    self.add_error(name, words)
        return data


@nav.counts(LIST)
def _waiting(viewer: Viewer) -> nav.Rows:
    return [queries.calls_waiting(viewer)]


@waits(May.REVISIT, order=15)
def _to_call(viewer: Viewer) -> Waiting:
    """Replies whose askers have not said anything by the revisit day."""
    return Waiting("待回访的答复", queries.calls_waiting(viewer).count(), reverse(LIST), "phone", "warn")


@case_part(order=40)
def _said_on_case(viewer: Viewer, case: Any) -> Part | None:
    """What the asker said of the replies, in three answers and her own words, and why the case came back."""
    said = queries.verdicts_on(viewer, case)
    # what she wrote when she said “not solved” stands with her verdict already
    again = [r for r in queries.reopenings_of(viewer, [case.pk]) if r.why != r.Why.NOT_SOLVED]
    return Part("诉求人的评价", "desk/callbacks/_said.html", {"said": said, "again": again}) if said or again else None


@require_safe
@desk(May.REVISIT)
def call_list(request: DeskRequest) -> HttpResponse:
    """Due call-backs, oldest first."""
    page = queries.call_list(request.viewer, cursor=request.GET.get("after", ""))
    faces = cases.faces_of(request.viewer, [row.case for row in page.rows])
    rows = [(row, faces.get(row.case_id)) for row in page.rows]
    return render(request, "desk/callbacks/list.html", {"page": page, "rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.REVISIT)
def call(request: DeskRequest, pk: int) -> HttpResponse:
    """One call-back: the answer that was sent, the script, the questions."""
    call_back = queries.call_back_for(request.viewer, pk)
    if request.method == "POST" and "reveal" in request.POST:
        # whom she has to dial needs no reason of its own; like every look it is limited in time and on the trail
        case_actions.reveal_asker(case=call_back.case, reason=REASON, by=request.viewer)
        return redirect("desk:callback", pk=pk)
    form = CallForm(request.POST or None, rule=four_for(call_back.case))
    if request.method == "POST" and form.is_valid():
        try:
            _record(request, call_back, form)
        except BadInput as wrong:
            form.add_error(wrong.field, wrong.sentence)
        except DomainError as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, "已经记下。")
            return redirect(LIST)
    context = {
        "form": form,
        "asked": four.asked(form),
        "call_back": call_back,
        "case": call_back.case,
        "face": cases.face_of(request.viewer, call_back.case),
        "letter": [line for line in call_back.reply.body.split("\n") if line],
        "tries": queries.tries_of(call_back),
        "max_tries": actions.MAX_TRIES,
    }
    return render(request, "desk/callbacks/call.html", context, status=422 if form.errors else 200)


def _record(request: DeskRequest, call_back: queries.CallBack, form: CallForm) -> None:
    data = form.cleaned_data
    reached = data["result"] == REACHED
    actions.record_call(
        call_back=call_back,
        result=data["result"],
        by=request.viewer,
        **(four.answers(form) if reached else {}),
    )
