"""链路: our own key pair, another deployment's card, the comparison by telephone, and the end of it. An administrator's work:
she never sees what the letters say."""

from collections.abc import Collection

from django.db import IntegrityError, transaction
from django.db.models import F

from tongti.lifting import keys
from tongti.lifting.errors import PeerKnown, PeerMoved, UnitTaken
from tongti.lifting.keys import Card
from tongti.lifting.models import Outgoing, OwnKey, Peer, PeerUnit
from tongti.shared import clock, later
from tongti.shared.errors import BadInput, Raced
from tongti.shared.text import checked_words
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer
from tongti.units.models import Unit

State = Peer.State


@transaction.atomic
def make_own_key(*, by: Viewer) -> OwnKey:
    """Our key pair, made once; the one that is in use is answered as it is. Raises NotAllowed."""
    by.require(May.ADMINISTER)
    known = OwnKey.objects.filter(retired_at=None).first()
    return known or _next_key(by)


@transaction.atomic
def rotate_own_key(*, by: Viewer) -> OwnKey:
    """A new key pair; the old one signs nothing from now on. Until the other sides have our new card, letters wait.

    Raises NotAllowed, Raced.
    """
    by.require(May.ADMINISTER)
    if not OwnKey.objects.filter(retired_at=None).update(retired_at=clock.now()):
        raise Raced
    return _next_key(by)


def _next_key(by: Viewer) -> OwnKey:
    last = OwnKey.objects.order_by("-serial").values_list("serial", flat=True).first() or 0
    serial = last + 1
    try:
        with transaction.atomic():
            key = OwnKey.objects.create(
                serial=serial, public=keys.public_key(serial), made_by_id=by.officer_id, made_at=clock.now()
            )
    except IntegrityError as error:
        raise Raced from error
    trail.record("ownkey.made", key, by=by, facts={"serial": serial}, first=True)
    return key


@transaction.atomic
def add_peer(*, card: str, name: str, side: str, unit_ids: Collection[int] = (), by: Viewer) -> Peer:
    """Register another deployment by its card; nothing passes before its fingerprint was compared (待核对指纹).

    ``unit_ids``: units above that work over there. Raises BadInput, NotAllowed, PeerKnown, UnitTaken.
    """
    by.require(May.ADMINISTER)
    read = keys.read_card(card)
    if side not in Peer.Side.values:
        raise BadInput("side", "请选对方是上级还是下级。")
    peer = Peer(
        name=checked_words(name or read.name, "name", "名称", 60),
        side=side,
        remote_id=read.remote_id,
        base_url=read.url,
        public=read.public,
        added_by_id=by.officer_id,
        added_at=clock.now(),
    )
    try:
        with transaction.atomic():
            peer.save(force_insert=True)
    except IntegrityError as error:
        raise PeerKnown(name=read.name) from error
    trail.record("peer.added", peer, by=by, facts={"side": side}, first=True)
    _set_units(peer, unit_ids)
    return peer


@transaction.atomic
def change_peer(*, peer: Peer, card: str = "", name: str, unit_ids: Collection[int], by: Viewer) -> Peer:
    """Its name, the units over there, and, with a ``card``, its new key or address: then the fingerprint is to be compared anew,
    and serial numbers from over there begin anew (which is also the way on after that side restored an old backup). A link that was
    cut comes back by its card only.

    Raises BadInput, NotAllowed, UnitTaken, PeerMoved.
    """
    by.require(May.ADMINISTER)
    if peer.state == State.REVOKED and not card.strip():
        raise BadInput("card", "链路已经断开；要再接通，请粘贴对方现在的名片。")
    columns: dict[str, object] = {"name": checked_words(name, "name", "名称", 60)}
    if card.strip():
        read = _card_of(peer, card)
        columns |= {"public": read.public, "base_url": read.url, "state": State.NEW}
    known = Peer.objects.filter(pk=peer.pk)
    if not (known if card.strip() else known.exclude(state=State.REVOKED)).update(**columns):
        raise PeerMoved(state=State.REVOKED.label)
    _set_units(peer, unit_ids)
    peer.refresh_from_db()
    trail.record("peer.changed", peer, by=by, facts={"fields": sorted(columns)})
    return peer


@transaction.atomic
def confirm_peer(*, peer: Peer, by: Viewer) -> Peer:
    """接通: a person compared the fingerprint by telephone. Letters go out, and serial numbers from over there begin anew.

    Raises NotAllowed, PeerMoved.
    """
    by.require(May.ADMINISTER)
    # of the very key that was on the screen: a card that was exchanged meanwhile is another one
    now = Peer.objects.filter(pk=peer.pk, public=bytes(peer.public), state=State.NEW)
    if not now.update(state=State.ACTIVE, confirmed_by_id=by.officer_id, confirmed_at=clock.now(), got=0):
        raise PeerMoved(state=Peer.objects.get(pk=peer.pk).get_state_display())
    peer.refresh_from_db()
    trail.record("peer.confirmed", peer, by=by)
    Outgoing.objects.filter(peer=peer, state=Outgoing.State.WAITING).update(next_try_at=clock.now())
    send_soon(peer.pk)
    return peer


@transaction.atomic
def revoke_peer(*, peer: Peer, by: Viewer) -> Peer:
    """断开: nothing is sent to it or taken from it any more; what waits is dropped, and lines go on by paper.

    Raises NotAllowed, PeerMoved.
    """
    by.require(May.ADMINISTER)
    if not Peer.objects.filter(pk=peer.pk).exclude(state=State.REVOKED).update(state=State.REVOKED):
        raise PeerMoved(state=State.REVOKED.label)
    dropped = Outgoing.objects.filter(peer=peer, state=Outgoing.State.WAITING).update(
        state=Outgoing.State.DROPPED, ended_at=clock.now()
    )
    PeerUnit.objects.filter(peer=peer).delete()
    peer.refresh_from_db()
    trail.record("peer.revoked", peer, by=by, facts={"dropped": dropped})
    return peer


@transaction.atomic
def hurry(*, peer: Peer, by: Viewer) -> int:
    """A fault was mended: try what waits again now. Answers how many letters wait. Raises NotAllowed."""
    by.require(May.ADMINISTER)
    waiting = Outgoing.objects.filter(peer=peer, state=Outgoing.State.WAITING).update(next_try_at=clock.now())
    send_soon(peer.pk)
    return waiting


@transaction.atomic
def send_again(*, peer: Peer, by: Viewer) -> int:
    """The other side restored an old backup: everything that it signed for goes once more, in order. What it still knows it only signs
    for again. Answers how many letters wait. Raises NotAllowed."""
    by.require(May.ADMINISTER)
    again = Outgoing.objects.filter(peer=peer, state=Outgoing.State.ACKNOWLEDGED)
    waiting = again.update(state=Outgoing.State.WAITING, ended_at=None, next_try_at=clock.now())
    trail.record("peer.sent_again", peer, by=by, facts={"letters": waiting})
    send_soon(peer.pk)
    return waiting


def _card_of(peer: Peer, text: str) -> Card:
    read = keys.read_card(text)
    if read.remote_id != peer.remote_id:
        raise BadInput("card", "这张名片是另一个部署的；要换对方，请断开这一条，另建一条。")
    return read


def _set_units(peer: Peer, unit_ids: Collection[int]) -> None:
    wanted = set(unit_ids) if peer.side == Peer.Side.ABOVE else set()
    if Unit.objects.filter(pk__in=wanted, active=True).count() != len(wanted):
        raise BadInput("units", "选的单位里有停用的，请重新选。")
    PeerUnit.objects.filter(peer=peer).exclude(unit__in=wanted).delete()
    _require_free(peer, wanted)
    known = set(PeerUnit.objects.filter(peer=peer).values_list("unit_id", flat=True))
    try:
        with transaction.atomic():
            PeerUnit.objects.bulk_create([PeerUnit(peer=peer, unit_id=pk) for pk in sorted(wanted - known)])
    except IntegrityError as error:
        # another administrator chose one of them for another link a moment ago
        _require_free(peer, wanted)
        raise Raced from error


def _require_free(peer: Peer, unit_ids: Collection[int]) -> None:
    """Raises UnitTaken when one of them is reached through another link."""
    taken = PeerUnit.objects.filter(unit__in=unit_ids).exclude(peer=peer).select_related("unit", "peer").first()
    if taken is not None:
        raise UnitTaken(unit=taken.unit.short_name, peer=taken.peer.name)


def send_soon(peer_id: int) -> None:
    """A job that sends what waits for this peer; each link has a lock of its own, so nobody's slowness holds up another."""
    later.defer("send_letters", _lock=f"send_letters:{peer_id}", peer_id=peer_id)


def next_serial(peer: Peer) -> int:
    """The number of the next letter; the row's lock holds to the end of the transaction, so numbers have no gaps."""
    Peer.objects.filter(pk=peer.pk).update(sent=F("sent") + 1)
    return int(Peer.objects.values_list("sent", flat=True).get(pk=peer.pk))
