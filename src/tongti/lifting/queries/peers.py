"""Links for the administrator (who never sees what letters say), and what came from below for whoever sees its question."""

from dataclasses import dataclass

from django.db.models import Count, Q

from tongti.lifting import keys
from tongti.lifting.keys import Card
from tongti.lifting.models import Arrival, Incoming, Outgoing, OwnKey, Peer
from tongti.questions import access as question_access
from tongti.questions.models import Question
from tongti.shared.errors import NotVisible
from tongti.shared.pages import Page, page_of
from tongti.units.access import May, Viewer

ON_ONE_QUESTION = 20


@dataclass(frozen=True)
class PeerLine:
    """One link of the list: how many letters wait, and how many the other side refused."""

    peer: Peer
    waiting: int
    refused: int


def own_card() -> Card | None:
    """Our name card with the key in use; None before a key was made."""
    key = OwnKey.objects.filter(retired_at=None).first()
    return keys.own_card(key.serial) if key else None


def own_keys(limit: int = 10) -> list[OwnKey]:
    """Generations of our key, newest first."""
    return list(OwnKey.objects.select_related("made_by").order_by("-serial")[:limit])


def may_listen() -> bool:
    """Whether our own address allows links at all."""
    return keys.may_listen()


def peers(viewer: Viewer, limit: int = 200) -> list[PeerLine]:
    """Every link; raises NotVisible for whoever does not administer."""
    _require(viewer)
    rows = Peer.objects.annotate(
        waiting=Count("outgoing", filter=Q(outgoing__state=Outgoing.State.WAITING)),
        refused=Count("outgoing", filter=Q(outgoing__state=Outgoing.State.REFUSED)),
    )
    return [PeerLine(row, row.waiting, row.refused) for row in rows.order_by("state", "pk")[:limit]]


def peer_for(viewer: Viewer, pk: int) -> Peer:
    """One link; raises NotVisible."""
    _require(viewer)
    found = Peer.objects.select_related("added_by", "confirmed_by").filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return found


def unit_ids_of(peer: Peer) -> list[int]:
    """Units that are reached through it."""
    return list(peer.units.order_by("pk").values_list("pk", flat=True))


def letters_out(peer: Peer, cursor: str = "", *, size: int = 30) -> Page[Outgoing]:
    """Letters to it, newest first; which line, not what they say."""
    rows = Outgoing.objects.filter(peer=peer).select_related("lift", "arrival").defer("data")
    return page_of(rows, order=("-id",), cursor=cursor, size=size)


def letters_in(peer: Peer, limit: int = 30) -> list[Incoming]:
    """The newest letters from it."""
    return list(Incoming.objects.filter(peer=peer).order_by("-pk")[:limit])


def _require(viewer: Viewer) -> None:
    if not viewer.can(May.ADMINISTER):
        raise NotVisible


# --- what came from below -------------------------------------------------------------------------------------------


def arrivals(viewer: Viewer, cursor: str = "", *, state: str = "", size: int = 30) -> Page[Arrival]:
    """What was lifted to us, newest first, as far as she sees the questions it became."""
    seen = Question.objects.filter(question_access.visible(viewer)).values("pk")
    rows = Arrival.objects.filter(question__in=seen).select_related("peer", "question__lead")
    rows = rows.defer("question__features", "question__keys", "question__search")
    if state in Arrival.State.values:
        rows = rows.filter(state=state)
    return page_of(rows, order=("-id",), cursor=cursor, size=size)


def arrival_for(viewer: Viewer, pk: int) -> Arrival:
    """One of them; raises NotVisible."""
    seen = Question.objects.filter(question_access.visible(viewer)).values("pk")
    rows = Arrival.objects.filter(pk=pk, question__in=seen)
    found = rows.select_related("peer", "case", "question").first()
    if found is None:
        raise NotVisible
    return found


def letters_on(arrival: Arrival, limit: int = 20) -> list[Outgoing]:
    """What was written to the level below about it, and whether it arrived."""
    return list(Outgoing.objects.filter(arrival=arrival).defer("data").order_by("pk")[:limit])


def arrivals_on(question: Question) -> list[Arrival]:
    """What came from below as this question, or was joined to it since; the caller may see the question."""
    member = Q(case__memberships__question=question, case__memberships__state="active")
    rows = Arrival.objects.filter(Q(question=question) | member).select_related("peer", "case").distinct()
    return list(rows.defer("case__search", "case__body").order_by("-pk")[:ON_ONE_QUESTION])
