"""What a clerk (or the asker herself) does to one case: answer on the spot, divert, correct, add, withdraw, look at who asks."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from tongti.cases import access
from tongti.cases.actions import files
from tongti.cases.actions.intake import TITLE_LIMIT, Intake, register, tokens, town_counts
from tongti.cases.actions.moves import close
from tongti.cases.diversions import DIVERSIONS
from tongti.cases.errors import AlreadyDispatched, NotOpen
from tongti.cases.models import Addition, Case, Diverted
from tongti.figures import actions as figures
from tongti.figures.actions import Count
from tongti.parties import actions as parties
from tongti.parties.errors import IdentityHidden
from tongti.parties.models import Reveal
from tongti.shared import clock, later
from tongti.shared.actor import Actor, Asker
from tongti.shared.errors import BadInput, NotAllowed, NotVisible, Raced
from tongti.shared.seeing import passes
from tongti.shared.text import ONLY_SIGNS, has_words, tidy
from tongti.shared.uploads import CleanUpload, Upload, clean_all
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer
from tongti.units.models import Category, Region
from tongti.units.towns import TownOf

WORDS_LIMIT = 5000
_ON_THE_SPOT = uuid.UUID("6ce1c1de-9d6b-4b53-8a43-0a3f4a3c2f10")
_DIVERTED = uuid.UUID("d2f9c9e4-0a37-4c6c-9d0b-6a6f0ee4b9d2")


@transaction.atomic
def answer_on_the_spot(*, case: Case, words: str, by: Viewer) -> Case:
    """当场答复并办结: the clerk answered while the asker was there. The words are kept for the asker to read.

    Raises BadInput, NotAllowed, AlreadyDispatched, Raced.
    """
    by.require(May.REGISTER)
    words = _words(words, "answer", "请写下当场答复的内容。")
    _undispatched(case, "当场答复")
    _add(case, key=uuid.uuid5(_ON_THE_SPOT, str(case.pk)), words=words, for_asker=True, by=by)
    return close(case=case, closing=Case.Closing.ON_THE_SPOT, by=by)


@transaction.atomic
def register_and_answer(*, intake: Intake, words: str, by: Viewer) -> Case:
    """Enter a case and answer it on the spot, both or neither; sent twice it is one case, answered once."""
    case = register(intake=intake, by=by)
    if case.state == Case.State.CLOSED and case.closing == Case.Closing.ON_THE_SPOT:
        return case
    return answer_on_the_spot(case=case, words=words, by=by)


@transaction.atomic
def divert(*, case: Case, reason_code: str, words: str, by: Viewer) -> Case:
    """分流: one of the six cases in which the district does not handle it, and the words told to the asker.

    Counted apart from handled cases. Raises BadInput, NotAllowed, AlreadyDispatched, Raced.
    """
    by.require(May.REGISTER)
    words = checked_diversion(reason_code, words)
    _undispatched(case, "分流")
    return _divert(case, reason_code, words, told_by=by, approved_by=None)


@transaction.atomic
def divert_late(*, case: Case, reason_code: str, words: str, asked_by_id: int, by: Viewer) -> Case:
    """后期分流 of a case in hand. Called by the relay after somebody above the unit agreed (``by``); counted apart.

    ``asked_by_id`` is the officer who asked for it. Raises BadInput, Raced.
    """
    words = checked_diversion(reason_code, words)
    return _divert(case, reason_code, words, told_by=by, approved_by=by, asked_by_id=asked_by_id)


def checked_diversion(reason_code: str, words: str) -> str:
    """The words for the asker, tidy. Raises BadInput unless the reason is one of the six and something is told."""
    if reason_code not in DIVERSIONS:
        raise BadInput("reason_code", "请选择分流的情形。")
    return _words(words, "words", "请写下告知诉求人的话：为什么分流，可以去哪里。")


def _divert(
    case: Case, reason: str, words: str, *, told_by: Viewer, approved_by: Viewer | None, asked_by_id: int | None = None
) -> Case:
    late = approved_by is not None
    _add(case, key=uuid.uuid5(_DIVERTED, str(case.pk)), words=words, for_asker=True, by=told_by)
    Diverted.objects.create(
        case=case,
        reason=reason,
        late=late,
        by_id=asked_by_id or told_by.officer_id,
        approved_by_id=approved_by.officer_id if approved_by else None,
        at=clock.now(),
    )
    trail.record("case.diverted", case, by=told_by, facts={"reason": reason, **({"late": True} if late else {})})
    if late:
        figures.add([Count("diverted_late", clock.today())])
    return close(case=case, closing=Case.Closing.DIVERTED, by=told_by)


@transaction.atomic
def withdraw(*, case: Case, by: Actor) -> Case:
    """The asker takes it back (or a clerk does it on her word). Raises NotOpen, NotAllowed, Raced."""
    if isinstance(by, Asker) and by.case_id != case.pk:
        raise NotVisible
    if isinstance(by, Viewer):
        by.require(May.REGISTER)
    if not case.is_open:
        raise NotOpen(state=case.get_state_display())
    closed = close(case=case, closing=Case.Closing.WITHDRAWN, by=by)
    # units may hold batons on it alone; the relay lies above this package and ends them in a job
    later.defer("case_withdrawn", case_id=case.pk)
    return closed


def add_words(
    *,
    case: Case,
    key: uuid.UUID,
    words: str,
    uploads: Sequence[Upload | CleanUpload] = (),
    for_asker: bool = True,
    by: Actor,
) -> Addition | None:
    """补充: more words or files from the asker, or an officer's note (``for_asker=False`` keeps it inside the house).

    The same ``key`` adds once. None when only files came. Raises BadInput, NotAllowed, NotVisible.
    """
    if isinstance(by, Asker) and by.case_id != case.pk:
        raise NotVisible
    if isinstance(by, Viewer) and not passes(case, access.within(by, May.NOTE)):
        raise NotAllowed(what=May.NOTE.value)
    text = tidy(words)
    if not text and not uploads:
        raise BadInput("words", "请写一点内容，或者选一个文件。")
    if text and not has_words(text):
        raise BadInput("words", ONLY_SIGNS)
    if len(text) > WORDS_LIMIT:
        raise BadInput("words", f"写了 {len(text)} 字，最多 {WORDS_LIMIT} 字。")
    cleaned = clean_all(uploads, already=case.attachments.count() if uploads else 0)
    if found := Addition.objects.filter(key=key).first():
        return found
    try:
        with transaction.atomic():
            addition = _add(case, key=key, words=text, for_asker=for_asker, by=by) if text else None
            kept = files.keep(case, cleaned, by=by)
            facts: dict[str, Any] = {"addition": addition.pk if addition else None, "files": len(kept)}
            trail.record("case.added_to" if for_asker else "case.noted", case, by=by, facts=facts)
            return addition
    except IntegrityError:
        return Addition.objects.get(key=key)


@transaction.atomic
def correct(
    *,
    case: Case,
    category_id: int | None = None,
    place_id: int | None = None,
    kind: str | None = None,
    urgency: str | None = None,
    title: str | None = None,
    by: Viewer,
) -> Case:
    """更正 how the case is filed; the asker's own words are never changed. None leaves a field as it is.

    Raises BadInput, NotAllowed, NotOpen, Raced.
    """
    if not (by.can(May.REGISTER) or by.can(May.JOIN)):
        raise NotAllowed(what=May.REGISTER.value)
    if not case.is_open:
        raise NotOpen(state=case.get_state_display())
    wanted = {"category_id": category_id, "place_id": place_id, "kind": kind, "urgency": urgency}
    if title is not None:
        wanted["title"] = tidy(title).replace("\n", " ")
    changes = {name: value for name, value in wanted.items() if value is not None and value != getattr(case, name)}
    if not changes:
        return case
    _check(changes)
    facts = {name: {"from": getattr(case, name), "to": value} for name, value in changes.items() if name != "title"}
    if "title" in changes:
        # the title is the citizen's matter in words: the trail says that it changed, not what it said
        facts["title"] = {"length": len(str(changes["title"]))}
    extra: dict[str, Any] = {}
    if "title" in changes:
        extra["search"] = tokens(f"{changes['title']}\n{case.body}")
    before = {name: getattr(case, name) for name in changes}
    if not Case.objects.filter(pk=case.pk, state=case.state, **before).update(**changes, **extra):
        raise Raced
    case.refresh_from_db(fields=[name.removesuffix("_id") for name in changes])
    if "place_id" in changes:
        _count_in_town(case, before["place_id"], amount=-1)
        _count_in_town(case, case.place_id)
    trail.record("case.corrected", case, by=by, facts=facts)
    if "title" in changes:
        later.defer("match_case", case_id=case.pk)
    return case


@transaction.atomic
def reveal_asker(*, case: Case, reason: str, by: Viewer) -> Reveal:
    """See who asks, for a reason, for a quarter of an hour; on the trail of the case and of the party.

    Raises NoReason, NotAllowed, IdentityHidden, NotVisible.
    """
    by.require(May.SEE_IDENTITY)
    if case.party_id is None:
        raise NotVisible
    if not access.may_see_identity(by, holder_id=case.holder_id, hide_identity=case.hide_identity):
        if case.hide_identity:
            raise IdentityHidden
        raise NotAllowed(what=May.SEE_IDENTITY.value)
    granted = parties.reveal(party_id=case.party_id, reason=reason, by=by)
    trail.record("case.asker_revealed", case, by=by, facts={"reveal": granted.pk})
    return granted


def _count_in_town(case: Case, place_id: int | None, *, amount: int = 1) -> None:
    """An open case is one more (or less) of the township in which ``place_id`` lies, received there from the start."""
    town = Region.objects.filter(pk=place_id or 0).annotate(town=TownOf("id")).values_list("town", flat=True).first()
    figures.add(town_counts(town, clock.today(), timezone.localdate(case.received_at), amount=amount))


def _add(case: Case, *, key: uuid.UUID, words: str, for_asker: bool, by: Actor) -> Addition:
    return Addition.objects.create(
        case_id=case.pk, key=key, words=words, by_kind=by.kind, by_id=by.actor_id, for_asker=for_asker, at=clock.now()
    )


def _words(words: str, field: str, sentence: str) -> str:
    text = tidy(words)
    if not text:
        raise BadInput(field, sentence)
    if len(text) > WORDS_LIMIT:
        raise BadInput(field, f"写了 {len(text)} 字，最多 {WORDS_LIMIT} 字。")
    return text


def _undispatched(case: Case, what: str) -> None:
    # Locked first: two tabs that both answer on the spot must not both write their words.
    now = Case.objects.select_for_update(no_key=True).only("id", "state").get(pk=case.pk)
    if now.state == Case.State.HANDLING:
        raise AlreadyDispatched(what=what)
    if now.state != Case.State.REGISTERED:
        raise Raced


def _check(changes: dict[str, Any]) -> None:
    if "category_id" in changes and not Category.objects.filter(pk=changes["category_id"], active=True).exists():
        raise BadInput("category", "没有这个分类，请重新选择。")
    if "place_id" in changes and not Region.objects.filter(pk=changes["place_id"], active=True).exists():
        raise BadInput("place", "没有这个地点，请重新选择。")
    if "kind" in changes and changes["kind"] not in Case.Kind.values:
        raise BadInput("kind", "没有这个类型，请重新选择。")
    if "urgency" in changes and changes["urgency"] not in Case.Urgency.values:
        raise BadInput("urgency", "没有这个紧急程度，请重新选择。")
    if len(str(changes.get("title", ""))) > TITLE_LIMIT:
        raise BadInput("title", f"标题最多 {TITLE_LIMIT} 字。")


@transaction.atomic
def unlink_repeat(*, case: Case, by: Viewer) -> None:
    """不是重复反映: the case and the earlier one are two matters after all. Safe to repeat. Raises NotAllowed."""
    by.require(May.NOTE)
    before = case.repeat_of_id
    if Case.objects.filter(pk=case.pk, repeat_of__isnull=False).update(repeat_of=None):
        trail.record("case.repeat_unlinked", case, by=by, facts={"earlier": before})
        case.repeat_of = None


@transaction.atomic
def link_repeat(*, case: Case, earlier: Case, by: Viewer) -> None:
    """重复反映: ``case`` says again what ``earlier`` of the same asker said. Safe to repeat. Raises NotAllowed, BadInput.

    Only an earlier case can be named, so that no chain of repeats ever runs in a circle.
    """
    by.require(May.NOTE)
    if earlier.party_id != case.party_id or (earlier.received_at, earlier.pk) >= (case.received_at, case.pk):
        raise BadInput("earlier", "只能和同一诉求人更早的诉求连起来。")
    if Case.objects.filter(pk=case.pk).exclude(repeat_of=earlier).update(repeat_of=earlier):
        trail.record("case.repeat_linked", case, by=by, facts={"earlier": earlier.pk})
        case.repeat_of = earlier
