"""Writes on the catalogue of causes and on how many cases make a reform candidate."""

from dataclasses import dataclass

from django.db import transaction

from tongti.shared import clock, later
from tongti.shared.actor import Actor
from tongti.shared.errors import BadInput, Raced
from tongti.shared.text import checked_words, tidy
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer
from tongti.window import shipped
from tongti.window.models import Cause, ReformThreshold

MOST_ASKERS, MOST_DAYS = 999, 3660


@dataclass(frozen=True)
class CauseDraft:
    """One cause as typed."""

    code: str
    name: str
    source: str
    explanation: str = ""
    reformable: bool = True
    verified: bool = False
    active: bool = True


@transaction.atomic
def load_causes(*, by: Actor) -> int:
    """Enter the shipped causes where there is none at all; answers how many. A catalogue of one's own stays as it is."""
    if Cause.objects.exists():
        return 0
    made = Cause.objects.bulk_create(Cause(**row) for row in shipped.causes())
    trail.record_many([("cause.shipped", row, {"code": row.code}) for row in made], by=by, first=True)
    return len(made)


@transaction.atomic
def add_cause(*, draft: CauseDraft, by: Viewer) -> Cause:
    """A new cause. Raises BadInput, NotAllowed."""
    by.require(May.ADMINISTER)
    draft = _read(draft)
    if Cause.objects.filter(code=draft.code).exists():
        raise BadInput("code", f"代码“{draft.code}”已经有了，请换一个。")
    cause = Cause.objects.create(**vars(draft))
    trail.record("cause.added", cause, by=by, facts={"code": cause.code}, first=True)
    return cause


@transaction.atomic
def change_cause(*, cause: Cause, draft: CauseDraft, by: Viewer) -> list[str]:
    """Other words, or off: matters that have it keep it. Answers what changed. Raises BadInput, NotAllowed."""
    by.require(May.ADMINISTER)
    draft = _read(draft)
    if draft.code != cause.code:
        raise BadInput("code", "代码定了就不改。")
    held = Cause.objects.select_for_update().get(pk=cause.pk)
    changed = [name for name, value in vars(draft).items() if getattr(held, name) != value]
    if changed:
        Cause.objects.filter(pk=held.pk).update(**{name: getattr(draft, name) for name in changed})
        trail.record("cause.changed", held, by=by, facts={"code": held.code, "fields": changed})
        later.defer("propose_reforms")
    cause.refresh_from_db()
    return changed


def _read(draft: CauseDraft) -> CauseDraft:
    code = tidy(draft.code).lower()
    if not code.isascii() or not code.replace("_", "").replace("-", "").isalnum() or len(code) > 20:
        raise BadInput("code", "请填写代码：小写字母和数字，最多 20 个。")
    return CauseDraft(
        code=code,
        name=checked_words(draft.name, "name", "原因", 60),
        explanation=checked_words(draft.explanation, "explanation", "什么情形", 200, optional=True),
        source=checked_words(draft.source, "source", "出处", 200),
        reformable=draft.reformable,
        verified=draft.verified,
        active=draft.active,
    )


@transaction.atomic
def set_threshold(
    *, askers: int, days: int, source: str, verified: bool, last_id: int = 0, by: Viewer
) -> ReformThreshold:
    """How many different askers within how many days make a candidate. ``last_id`` is the row that the writer had before her.

    Raises BadInput, NotAllowed, Raced.
    """
    by.require(May.ADMINISTER)
    if not 2 <= askers <= MOST_ASKERS:
        raise BadInput("askers", f"“多少人”要是 2 到 {MOST_ASKERS} 的整数：一个人的事还不是一类事。")
    if not 1 <= days <= MOST_DAYS:
        raise BadInput("days", f"“多少天内”要是 1 到 {MOST_DAYS} 的整数。")
    source = checked_words(source, "source", "出处", 200)
    newest = ReformThreshold.objects.select_for_update().order_by("-pk").first()
    if (newest.pk if newest else 0) != last_id:
        raise Raced
    row = ReformThreshold.objects.create(
        askers=askers, days=days, source=source, verified=verified, set_by_id=by.officer_id, set_at=clock.now()
    )
    trail.record("reform_threshold.set", row, by=by, facts={"askers": askers, "days": days}, first=True)
    later.defer("propose_reforms")
    return row
