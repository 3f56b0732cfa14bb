"""Put words on their way, and send what waits."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db import models, transaction

from tongti.deadlines import limits
from tongti.outbox import channels
from tongti.outbox.channels import Letter
from tongti.outbox.errors import NotDelivered, UnknownChannel
from tongti.outbox.models import Message
from tongti.parties import queries as parties
from tongti.shared import clock, crypto, later

log = logging.getLogger(__name__)

# Minutes until the next try: a mail server that restarts is met soon, one that is gone for a day is still met.
BACKOFF = (1, 5, 15, 60, 180, 360, 720, 1440)


@dataclass(frozen=True)
class Draft:
    """One message to be sent: to a party (or an address), about an object, at most once per ``dedupe_key``."""

    subject: str
    body: str
    about: models.Model
    dedupe_key: str
    to_party_id: int | None = None
    email: str = ""
    urgent: bool = False


def send(
    *,
    about: models.Model,
    subject: str,
    body: str,
    dedupe_key: str,
    to_party: int | None = None,
    email: str = "",
    urgent: bool = False,
) -> Message | None:
    """Queue one message in the caller's transaction; None when no channel can reach the party.

    The same ``dedupe_key`` queues once, however often an action is repeated. ``urgent`` ones are sent at night too.
    """
    draft = Draft(
        subject=subject,
        body=body,
        about=about,
        dedupe_key=dedupe_key,
        to_party_id=to_party,
        email=email,
        urgent=urgent,
    )
    send_many([draft])
    return Message.objects.filter(dedupe_key=dedupe_key).first()


def send_many(drafts: Iterable[Draft]) -> int:
    """Queue many with three queries whatever their number; answers how many are new or known."""
    drafts = list(drafts)
    addresses = parties.addresses_of([d.to_party_id for d in drafts])
    now = clock.now()
    rows = []
    for draft in drafts:
        email, phone = addresses.get(draft.to_party_id or 0, ("", ""))
        chosen = channels.choose(email=draft.email or email, phone="" if draft.email else phone)
        if chosen is None:
            continue
        code, to = chosen
        rows.append(
            Message(
                channel=code,
                to=to,
                subject=draft.subject[:120],
                body=draft.body,
                about_kind=draft.about._meta.label_lower,
                about_id=draft.about.pk,
                dedupe_key=draft.dedupe_key[:120],
                next_try_at=now,
                urgent=draft.urgent,
            )
        )
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    if rows:
        later.defer("send_waiting")
    return len(rows)


def send_waiting(*, limit: int = 200) -> int:
    """Send what is due; answers how many went out. Two workers at once take different messages.

    In the quiet hours only what is urgent, or wakes nobody; the rest waits where it is and goes in the morning.
    """
    sent = 0
    for _ in range(limit):
        outcome = _send_one()
        if outcome is None:
            break
        sent += outcome
    return sent


def _send_one() -> int | None:
    """1 sent, 0 failed for now, None when nothing is due.

    The row stays locked from before the hand-over until its new state is committed, so no second worker can take it. Only a
    crash between the gateway's yes and our commit can repeat a hand-over; the letter's key lets the gateway drop that one.
    """
    with transaction.atomic():
        message = (
            Message.objects.select_for_update(skip_locked=True, no_key=True)
            .filter(_may_go_now(), state=Message.State.WAITING, next_try_at__lte=clock.now())
            .order_by("next_try_at", "id")
            .first()
        )
        if message is None:
            return None
        try:
            channels.channel(message.channel).deliver(_letter(message))
        except (NotDelivered, UnknownChannel) as error:
            _put_off(message, error)
            return 0
        message.state, message.sent_at, message.failure = Message.State.SENT, clock.now(), ""
        message.attempts += 1
        message.save(update_fields=["state", "sent_at", "failure", "attempts"])
        return 1


def _may_go_now() -> models.Q:
    """At night (limits.quiet_until) only what is urgent, or reaches a printer and no person."""
    if limits.quiet_until(clock.now()) is None:
        return models.Q()
    return models.Q(urgent=True) | models.Q(channel__in=channels.silent())


def retry(*, message_id: int) -> bool:
    """A person had the fault mended: try a failed message again now."""
    again = Message.objects.filter(pk=message_id, state=Message.State.FAILED)
    return bool(again.update(state=Message.State.WAITING, attempts=0, next_try_at=clock.now()))


def _letter(message: Message) -> Letter:
    # not the dedupe key itself: it may be guessed, and it names our objects
    key = crypto.blind_index(message.dedupe_key, purpose="outbox.key").hex()
    return Letter(key=key, to=message.to, subject=message.subject, body=message.body)


def _put_off(message: Message, error: NotDelivered | UnknownChannel) -> None:
    lasting = isinstance(error, NotDelivered) and error.lasting
    message.attempts += 1
    message.failure = error.sentence[:200]
    if lasting or message.attempts > len(BACKOFF):
        message.state = Message.State.FAILED
    else:
        message.next_try_at = clock.now() + timedelta(minutes=BACKOFF[message.attempts - 1])
    message.save(update_fields=["attempts", "failure", "state", "next_try_at"])
    log.warning("message not sent", extra={"message_id": message.pk, "attempts": message.attempts})
