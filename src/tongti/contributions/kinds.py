"""What a contribution is: a closed list, each line with its rule in words and the rows that it counts.

Only what somebody did, never what somebody was: no percentages, no lateness, nothing an asker said. A line counts a fact once, for the
officer who did it and the unit she did it for.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import BigIntegerField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from tongti.answers.models import Answer, Part
from tongti.cases.models import Case
from tongti.lifting.models import Lift
from tongti.relay.models import Baton, Contact, HandOver, Objection, Opinion, Promise
from tongti.shared.days import midnight
from tongti.units.models import Post
from tongti.verdicts.models import CallTry

HARD_ATTEMPT = 3
"""A baton that two units had given back before (domain sheet W1 rule 4)."""

Rows = QuerySet[Any, Any]


@dataclass(frozen=True)
class Kind:
    """One line. ``rows`` are annotated with ``who``, ``of_unit``, ``of_case``, ``of_question``, ``of_baton`` (None: not about one)
    and ``when``; the newest of a person's rows stand first by ``-id``."""

    code: str
    name: str
    rule: str
    rows: Callable[[], Rows]
    when: str


def _rows(rows: Rows, *, who: str, unit: str = "", case: str = "", question: str = "", baton: str = "") -> Rows:
    """Name what a row says; without a unit of its own it is for the unit of the officer's first post then."""
    of_unit: Any = F(unit) if unit else _post_of(who)
    about = {"of_case": case, "of_question": question, "of_baton": baton}
    named = {name: F(path) for name, path in about.items() if path}
    return rows.filter(**{f"{who}__isnull": False}).annotate(who=F(who), of_unit=of_unit, **named)


def _post_of(who: str) -> Coalesce:
    posts = Post.objects.filter(officer=OuterRef(who)).order_by(F("until").desc(nulls_first=True), "pk")
    number = BigIntegerField()
    return Coalesce(Subquery(posts.values("unit_id")[:1], output_field=number), Value(0), output_field=number)


def _batons(rows: Rows) -> Rows:
    done = rows.filter(state=Baton.State.DONE)
    return _rows(done, who="officer_id", unit="unit_id", case="case_id", question="question_id", baton="id")


def _hard() -> Rows:
    promised = Promise.objects.filter(baton=OuterRef("pk"), state="approved")
    lifted = Lift.objects.filter(signed_at__isnull=False)
    up = Q(Exists(lifted.filter(question=OuterRef("question")))) | Q(Exists(lifted.filter(case=OuterRef("case"))))
    hard = Q(attempt__gte=HARD_ATTEMPT) | Q(designated=True) | Q(round__gte=2) | Q(Exists(promised)) | up
    return _batons(Baton.objects.filter(hard))


def _of_baton(rows: Rows, who: str) -> Rows:
    return _rows(
        rows, who=who, unit="baton__unit_id", case="baton__case_id", question="baton__question_id", baton="baton_id"
    )


KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind("carried", "办完的棒", "交棒时棒在本人手里，按交棒那天计；转交给别人以后办完的算别人的。",
             lambda: _batons(Baton.objects.all()), "done_at"),
        Kind("joint", "其中协办、属地的棒", "办完的棒里不是牵头的：帮别的单位一起办的。",
             lambda: _batons(Baton.objects.exclude(role=Baton.Role.LEAD)), "done_at"),
        Kind("hard", "其中难的棒", "办完的棒里，第三次派单起的、指定的、重新办理的、经批准挂过账的，或者这件事提请过上级的。",
             _hard, "done_at"),
        Kind("parts", "写的分答", "交上去的分答，按交的那天计，算交的人的。",
             lambda: _of_baton(Part.objects.filter(submitted_at__isnull=False), "submitted_by_id"), "submitted_at"),
        Kind("answers", "合成的共答", "本人合成、后来签发了的共答，按签发那天计。",
             lambda: _rows(Answer.objects.filter(state=Answer.State.SIGNED), who="composed_by_id", unit="lead_id",
                           case="case_id", question="question_id"), "signed_at"),
        Kind("opinions", "会商意见", "派单前会商时替单位说的意见，按说的那天计。",
             lambda: _rows(Opinion.objects.filter(at__isnull=False), who="by_id", unit="unit_id",
                           case="consultation__case_id", question="consultation__question_id"), "at"),
        Kind("taken", "接过来的棒", "别人转交、本人接手的，按转交那天计。",
             lambda: _of_baton(HandOver.objects.all(), "taker_id"), "at"),
        Kind("handed", "交出去的棒", "本人交给同单位的人、办了转交手续的，按转交那天计。",
             lambda: _of_baton(HandOver.objects.all(), "giver_id"), "at"),
        Kind("contacts", "联系诉求人", "记下来的联系，接没接通都算一次，按联系那天计。",
             lambda: _rows(Contact.objects.all(), who="by_id", unit="baton__unit_id", case="case_id", baton="baton_id"), "at"),
        Kind("promises", "兑现的承诺", "本人申请、批准了的挂账，回访核实兑现了，按回访那天计。",
             lambda: _of_baton(Promise.objects.filter(kept=True), "asked_by_id"), "revisited_at"),
        Kind("ruled", "裁定的异议", "裁定单位提出的异议，按裁定那天计。",
             lambda: _rows(Objection.objects.exclude(ruling=""), who="ruled_by_id", case="baton__case_id",
                           question="baton__question_id", baton="baton_id"), "ruled_at"),
        Kind("registered", "登记的诉求", "本人登记的诉求，按登记那天计。",
             lambda: _rows(Case.objects.all(), who="registered_by_id", case="id"), "registered_at"),
        Kind("revisits", "打的回访电话", "拨出去、记下结果的回访电话，接没接通都算一次。",
             lambda: _rows(CallTry.objects.all(), who="by_id", case="call_back__case_id"), "at"),
    )
}  # fmt: skip
"""By code, in the order of the page. “其中” lines are parts of the first: never added up."""


def in_month(kind: Kind, month: date) -> Rows:
    """The rows of one calendar month, given by its first day."""
    return kind.rows().filter(**{f"{kind.when}__gte": midnight(month), f"{kind.when}__lt": midnight(next_month(month))})


def next_month(month: date) -> date:
    """The first day of the month after."""
    return (month.replace(day=1) + timedelta(days=31)).replace(day=1)
