"""评价: three questions (a firm's four) behind a one-time link. Opening the link changes nothing; only the button does."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tongti.shared.errors import BadInput, DomainError
from tongti.verdicts import actions, queries
from tongti.verdicts.closing import ClosingQuestions, four_for
from tongti.web import four
from tongti.web.forms import Form
from tongti.web.public import limits

YES_NO = [("yes", "联系过"), ("no", "没有联系过")]


class VerdictForm(Form):
    """Contacted, solved, satisfied: three separate answers, none chosen beforehand."""

    contacted = forms.ChoiceField(label="办理单位联系过您吗？", choices=YES_NO, widget=forms.RadioSelect)
    solved = forms.ChoiceField(label="问题解决了吗？", choices=queries.SOLVED, widget=forms.RadioSelect)
    satisfied = forms.ChoiceField(label="您对这次办理满意吗？", choices=queries.SATISFIED, widget=forms.RadioSelect)
    words = forms.CharField(
        label="还有什么要说的",
        required=False,
        max_length=500,
        widget=forms.Textarea({"rows": 4}),
        help_text="没有解决的，请写还差什么，我们接着办。",
    )

    def __init__(self, *args: Any, rule: ClosingQuestions | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        four.ask_four(self, rule, words_label="您自己的话：办得怎么样")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verdict(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind the link: the reply once more, then the questions."""
    limits.verdict(request)
    invitation = queries.invitation(token)
    rule = four_for(invitation.reply.case)
    form = VerdictForm(request.POST or None, rule=rule)
    if request.method == "POST" and form.is_valid():
        try:
            actions.give(token=token, **four.answers(form))
        except BadInput as wrong:
            form.add_error(wrong.field, wrong.sentence)
        except DomainError as refused:
            form.add_error(None, refused.sentence)
        else:
            return redirect("public:verdict_thanks", token=token)
    context = {
        "form": form,
        "asked": four.asked(form),
        "rule": rule,
        "invitation": invitation,
        "reply": invitation.reply,
        "case": invitation.reply.case,
    }
    return render(request, "public/verdict.html", context, status=422 if form.errors else 200)


@never_cache
def thanks(request: HttpRequest, token: str) -> HttpResponse:
    """What was said, and what happens now."""
    invitation = queries.invitation(token)
    said = queries.verdict_on(invitation.reply)
    if said is None:
        return redirect("public:verdict", token=token)
    return render(request, "public/verdict_thanks.html", {"said": said, "case": invitation.reply.case})
