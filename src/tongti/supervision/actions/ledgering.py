"""台账: what only a person can add to the merged ledger, and that it left the house."""

from django.db import transaction

from tongti.cases.models import Case
from tongti.questions.models import Question
from tongti.relay.models import Baton
from tongti.relay.plans import matter_of
from tongti.shared import clock
from tongti.shared.errors import BadInput, NotAllowed
from tongti.shared.text import checked_words
from tongti.supervision import access
from tongti.supervision.actions import matters
from tongti.supervision.models import LedgerNote
from tongti.trail import actions as trail
from tongti.units import queries as units
from tongti.units.access import May, Viewer
from tongti.units.models import Transfer


@transaction.atomic
def note_ledger(
    *,
    question: Question | None = None,
    case: Case | None = None,
    goal: str = "",
    measure: str = "",
    leader_id: int | None = None,
    remark: str = "",
    by: Viewer,
) -> LedgerNote:
    """补记台账 of one matter: goal, measure, responsible leader, remark. By the supervising side or the unit that leads.

    Raises NotAllowed, BadInput.
    """
    matter = matter_of(question, case)
    lead = Baton.objects.filter(**matter.key, role=Baton.Role.LEAD).select_related("unit").order_by("-pk").first()
    if lead is None:
        raise BadInput("goal", "还没有派单，台账里没有这一行。")
    if not (by.can(May.SUPERVISE) or access.answers_for(by, lead.unit)):
        raise NotAllowed(what="补记台账")
    if leader_id is not None and not units.officers_of(lead.unit_id, matters.LEADERS).filter(pk=leader_id).exists():
        raise BadInput("leader", f"请选{lead.unit.short_name}的负责人。")
    row, made = LedgerNote.objects.select_for_update(no_key=True).get_or_create(
        **matter.key, defaults={"by_id": by.officer_id, "at": clock.now()}
    )
    row.goal = checked_words(goal, "goal", "整改目标", 200, optional=True)
    row.measure = checked_words(measure, "measure", "整改措施", 300, optional=True)
    row.remark = checked_words(remark, "remark", "备注", 200, optional=True)
    row.leader_id, row.by_id, row.at = leader_id, by.officer_id, clock.now()
    row.save(update_fields=["goal", "measure", "remark", "leader", "by", "at"])
    matters.record("ledger.noted", row, matter, by=by, facts={"leader": leader_id}, first=made)
    return row


@transaction.atomic
def note_export(*, rows: int, form: str, by: Viewer) -> Transfer:
    """导出台账: that it left the house, how many rows and by whom. Raises NotAllowed."""
    by.require(May.EXPORT)
    row = Transfer.objects.create(kind="ledger", came_in=False, rows=rows, at=clock.now())
    trail.record("catalogue.exported", row, by=by, facts={"kind": "ledger", "rows": rows, "form": form}, first=True)
    return row
