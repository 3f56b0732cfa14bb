"""引荐: bring two sides together with the consent of both, and write down what came of it."""

from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction

from tongti.linkups.access import require_introduction, require_pair
from tongti.linkups.actions.pairing import decide, forget_waiting
from tongti.linkups.errors import IntroductionOver, ListingClosed, NotBothAgreed, NotYetPassedOn, PairDecided
from tongti.linkups.models import Introduction, IntroductionStep, Listing, Pair
from tongti.parties.models import FirmContact
from tongti.shared import clock
from tongti.shared.errors import BadInput, Raced
from tongti.shared.text import checked_words
from tongti.trail import actions as trail
from tongti.units.access import Viewer

WORDS_LIMIT, SAID_LIMIT = 300, 200
MOST_VALUE = Decimal(9999999999)
State = Introduction.State
OPEN = (State.ASKING, State.TALKING)
NEED, OFFER = "need", "offer"
SIDES = {NEED: "需求方", OFFER: "供给方"}


@transaction.atomic
def introduce(
    *,
    pair: Pair,
    how: str,
    note: str = "",
    need_contact_id: int | None = None,
    offer_contact_id: int | None = None,
    follow_up_on: date | None = None,
    by: Viewer,
) -> Introduction:
    """引荐 begins: both sides are to be asked. Contacts are persons of the two firms' register entries, by id.

    Raises BadInput, ListingClosed, NotAllowed, PairDecided.
    """
    require_pair(by, pair)
    if how not in Introduction.How.values:
        raise BadInput("how", "请选择怎么引荐。")
    note = checked_words(note, "note", "说明", WORDS_LIMIT, optional=True)
    _check_follow_up(follow_up_on)
    for one in Listing.objects.filter(pk__in=(pair.need_id, pair.offer_id)).exclude(state=Listing.State.OPEN):
        raise ListingClosed(kind=one.get_kind_display(), state=one.get_state_display().removeprefix("已"))
    _check_contact("need_contact", need_contact_id, pair.need)
    _check_contact("offer_contact", offer_contact_id, pair.offer)
    decide(pair, Pair.State.INTRODUCED, by=by)
    try:
        with transaction.atomic():
            row = Introduction.objects.create(
                pair=pair,
                how=how,
                note=note,
                by_id=by.officer_id,
                unit_id=by.actor_unit_id,
                at=clock.now(),
                need_contact_id=need_contact_id,
                offer_contact_id=offer_contact_id,
                follow_up_on=follow_up_on,
            )
    except IntegrityError as error:
        raise PairDecided(state="已引荐") from error
    facts = {"pair": pair.pk, "need": pair.need_id, "offer": pair.offer_id, "how": how}
    trail.record("introduction.made", row, by=by, facts=facts, first=True)
    trail.record("pair.introduced", pair, by=by, facts={"introduction": row.pk})
    return row


@transaction.atomic
def agree(*, introduction: Introduction, side: str, said: str, by: Viewer) -> Introduction:
    """One side agrees that name and number of its contact go to the other, named, for this purpose; ``said`` is who said so and
    how. A consent is written once. Raises BadInput, IntroductionOver, NotAllowed, Raced.

    Source: 个人信息保护法 article 23 (recipient, purpose and kind of data told; separate consent).
    """
    require_introduction(by, introduction)
    if side not in SIDES:
        raise BadInput("side", "请选择哪一方。")
    said = checked_words(said, "said", "谁同意的、怎么说的", SAID_LIMIT)
    won = Introduction.objects.filter(
        pk=introduction.pk, state=State.ASKING, **{f"{side}_agreed_at__isnull": True}
    ).update(**{f"{side}_agreed_at": clock.now(), f"{side}_said": said})
    if not won:
        raise _lost(introduction)
    trail.record("introduction.agreed_to", introduction, by=by, facts={"side": side})
    introduction.refresh_from_db()
    return introduction


@transaction.atomic
def pass_on(*, introduction: Introduction, by: Viewer) -> Introduction:
    """互告联系人: each side was given the other's contact; from now on they talk. Raises IntroductionOver, NotAllowed,
    NotBothAgreed, Raced."""
    require_introduction(by, introduction)
    row = Introduction.objects.select_for_update(no_key=True).get(pk=introduction.pk)
    if row.state not in OPEN:
        raise _lost(row)
    for side, name in SIDES.items():
        if getattr(row, f"{side}_agreed_at") is None:
            raise NotBothAgreed(side=name)
    won = Introduction.objects.filter(pk=row.pk, state=State.ASKING).update(
        state=State.TALKING, passed_on_at=clock.now(), passed_on_by_id=by.officer_id
    )
    if not won:
        raise Raced
    trail.record("introduction.passed_on", introduction, by=by)
    introduction.refresh_from_db()
    return introduction


@transaction.atomic
def note_step(
    *,
    introduction: Introduction,
    state: str,
    words: str = "",
    value: Decimal | None = None,
    follow_up_on: date | None = None,
    met: bool = False,
    by: Viewer,
) -> IntroductionStep:
    """What was heard: still talking (with the next day to ask), agreed (with the value in 万元 if told), or no deal (with why).

    ``met``: the need is met by it and is paired no more. Without a deal the pair counts as set aside, for the reason given.
    Raises BadInput, IntroductionOver, NotAllowed, NotYetPassedOn, Raced.
    """
    require_introduction(by, introduction)
    row = Introduction.objects.select_for_update(no_key=True).get(pk=introduction.pk)
    if row.state not in OPEN:
        raise _lost(row)
    words = checked_words(words, "words", "说明", WORDS_LIMIT, optional=state == State.AGREED)
    _check_step(row, state, value, follow_up_on)
    ended = state in (State.AGREED, State.NO_DEAL)
    now = clock.now()
    Introduction.objects.filter(pk=row.pk).update(
        state=state,
        value=value if state == State.AGREED else None,
        follow_up_on=None if ended else follow_up_on,
        ended_at=now if ended else None,
    )
    step = IntroductionStep.objects.create(
        introduction=row,
        state=state,
        words=words,
        value=value,
        follow_up_on=None if ended else follow_up_on,
        by_id=by.officer_id,
        at=now,
    )
    facts = {"step": step.pk, "state": state, "follow_up_on": follow_up_on.isoformat() if follow_up_on else None}
    trail.record("introduction.followed_up", introduction, by=by, facts=facts)
    if state == State.AGREED and met:
        _meet(introduction.pair.need, by=by)
    if state == State.NO_DEAL:
        _back_aside(introduction.pair, words[:SAID_LIMIT], by=by)
    introduction.refresh_from_db()
    return step


def _check_step(row: Introduction, state: str, value: Decimal | None, follow_up_on: date | None) -> None:
    if state not in (State.ASKING, State.TALKING, State.AGREED, State.NO_DEAL):
        raise BadInput("state", "请选择谈到哪一步。")
    if state == State.ASKING and row.state == State.TALKING:
        raise BadInput("state", "已经互告联系人，不能退回征求同意。")
    if state in (State.TALKING, State.AGREED) and row.passed_on_at is None:
        raise NotYetPassedOn
    if value is not None and not Decimal(0) <= value <= MOST_VALUE:
        raise BadInput("value", "金额不对，单位是万元，请检查。")
    if value is not None and state != State.AGREED:
        raise BadInput("value", "谈成了才填金额。")
    if state in OPEN and follow_up_on is None:
        raise BadInput("follow_up_on", "请填写下次什么时候再问。")
    if state in OPEN:
        _check_follow_up(follow_up_on)


def _check_follow_up(day: date | None) -> None:
    if day is not None and day < clock.today():
        raise BadInput("follow_up_on", "“下次跟进”已经过去了，请改成今天或以后。")


def _check_contact(field: str, contact_id: int | None, listing: Listing) -> None:
    if contact_id is None:
        return
    if not FirmContact.objects.filter(pk=contact_id, firm=listing.firm_id, until=None).exists():
        raise BadInput(field, "这位联系人已经不在登记簿里，请重新选择。")


def _meet(need: Listing, *, by: Viewer) -> None:
    """The need is met, if nobody closed it before."""
    if Listing.objects.filter(pk=need.pk, state=Listing.State.OPEN).update(
        state=Listing.State.MET, changed_at=clock.now()
    ):
        trail.record("listing.met", need, by=by)
        forget_waiting(need.pk)


def _back_aside(pair: Pair, reason: str, *, by: Viewer) -> None:
    Pair.objects.filter(pk=pair.pk, state=Pair.State.INTRODUCED).update(
        state=Pair.State.ASIDE, aside_for=reason, decided_by_id=by.officer_id, decided_at=clock.now()
    )
    trail.record("pair.set_aside", pair, by=by, facts={"need": pair.need_id, "offer": pair.offer_id})


def _lost(introduction: Introduction) -> IntroductionOver | Raced:
    now = Introduction.objects.only("state").get(pk=introduction.pk)
    return IntroductionOver(state=now.get_state_display()) if now.state not in OPEN else Raced()
