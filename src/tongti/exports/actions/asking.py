"""A ledger is asked for, and taken."""

from django.db import transaction

from tongti.exports import access
from tongti.exports.errors import NotReady
from tongti.exports.ledgers import LEDGERS, Asked, For
from tongti.exports.models import Export
from tongti.parties.errors import NoReason
from tongti.shared import clock, later
from tongti.shared.errors import BadInput, NotAllowed, NotVisible
from tongti.shared.text import tidy
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer

REASON = 4


@transaction.atomic
def ask_for_export(
    *, ledger: str, form: str, asked: Asked, people: bool = False, reason: str = "", by: Viewer
) -> Export:  # fmt: skip
    """Have a ledger written as a file. ``people``: contacts in full, for whoever could open each of them, with a reason.

    Defers ``write_export``. Raises BadInput, NotAllowed, NoReason.
    """
    wanted = LEDGERS.get(ledger)
    if wanted is None or form not in Export.Form.values:
        raise BadInput("ledger", "没有这个选项，请重新选择。")
    if not access.may_ask(by, wanted.reads):
        raise NotAllowed(what=May.EXPORT.value)
    if asked.since and asked.until and asked.until < asked.since:
        raise BadInput("until", "截止日期不能早于开始日期。")
    if asked.state and asked.state not in wanted.states:
        raise BadInput("state", "这本台账没有这个状态，请重新选择。")
    reason = tidy(reason)[:200] if people else ""
    if people and not wanted.has_people:
        raise BadInput("people", "这本台账没有联系人，不用写全。")
    if people and not access.may_name_people(by):
        raise NotAllowed(what=May.SEE_IDENTITY.value)
    if people and len(reason) < REASON:
        raise NoReason
    export = Export.objects.create(
        ledger=ledger,
        form=form,
        asked=asked.stored(),
        people=people,
        reason=reason,
        rows=wanted.rows(For(by, people), asked).order_by().count(),
        by_id=by.officer_id,
        asked_at=clock.now(),
    )
    facts = {"ledger": ledger, "form": form, "rows": export.rows, "people": people, **export.asked}
    trail.record("export.asked", export, by=by, facts=facts, first=True)
    later.defer("write_export", export_id=export.pk)
    return export


@transaction.atomic
def note_taken(*, export: Export, by: Viewer) -> None:
    """The file leaves the house; only to whoever asked for it. Raises NotReady, NotVisible."""
    if export.by_id != by.officer_id:
        raise NotVisible
    if export.state != Export.State.DONE:
        raise NotReady(state=export.get_state_display())
    trail.record("export.taken", export, by=by, facts={"bytes": export.size})
