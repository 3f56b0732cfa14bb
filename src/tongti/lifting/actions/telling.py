"""What the other side is told. Upwards with each step of a line; downwards by looking at how things stand, as lines follow their
matters: whatever moved a case (派单、签收、答复、分流、重办), the level below learns of it, once."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Q, QuerySet

from tongti.answers.models import Answer, CaseWords, Reply
from tongti.cases.models import Addition, Case
from tongti.lifting.actions.sending import post
from tongti.lifting.limits import MOST_BODY, MOST_TOWNSHIPS, MOST_WORDS
from tongti.lifting.models import Arrival, Kind, Lift, Peer, PeerUnit
from tongti.questions.models import Membership, Question
from tongti.relay.models import OPEN as OPEN_BATONS
from tongti.relay.models import Baton
from tongti.shared import clock, privacy
from tongti.shared.actor import SYSTEM
from tongti.trail import actions as trail

BATCH = 200
ROOM = MOST_BODY - 4096
"""Bytes that an answer's words may take in a letter: the envelope and the name of the unit need less than the rest."""


# --- upwards --------------------------------------------------------------------------------------------------------


def peer_of(unit_id: int) -> Peer | None:
    """The deployment in which this unit works, unless the link to it was cut. Until its fingerprint is compared, letters wait."""
    rows = PeerUnit.objects.filter(unit_id=unit_id).exclude(peer__state=Peer.State.REVOKED)
    row = rows.select_related("peer").first()
    return row.peer if row else None


def send_up(lift: Lift, peer: Peer) -> None:
    """The line goes to the deployment above: words of office and counts, nobody's words, name or number."""
    lift.key, lift.peer = uuid.uuid4(), peer
    lift.save(update_fields=["key", "peer"])
    question, case = lift.question, lift.case
    matter = question or case
    assert matter is not None
    data = {
        "number": lift.number,
        "level": lift.level,
        "title": lift.title,
        "statement": lift.statement,
        "tried": lift.tried,
        "basis": lift.basis,
        "asked": lift.asked,
        "asked_unit": lift.asked_unit.name,
        "reply_by": lift.reply_by.isoformat(),
        "cases": question.case_count if question else 1,
        "askers": question.asker_count if question else 1,
        "firms": question.enterprise_count if question else int(case is not None and case.party_kind == "enterprise"),
        "by_township": _by_township(question, case),
        "category": matter.category.name if matter.category else "",
    }
    post(peer=peer, kind=Kind.LIFTED, key=lift.key, data=data, lift=lift)


def tell_up(lift: Lift, kind: str, data: dict[str, Any]) -> None:
    """One more word about a line that went up; nothing when it did not, or the link is cut."""
    if lift.peer is not None and lift.key is not None and lift.peer.state != Peer.State.REVOKED:
        post(peer=lift.peer, kind=kind, key=lift.key, data=data, lift=lift)


def _by_township(question: Question | None, case: Case | None) -> list[list[Any]]:
    """How many cases of each township; a village counts for its township."""
    rows = Case.objects.filter(pk=case.pk) if case else Case.objects.filter(pk__in=_members(question))
    named: dict[str, int] = {}
    places = rows.values_list("place__level", "place__name", "place__parent__name").annotate(n=Count("pk"))
    for level, name, above, n in places.order_by():
        if name:
            key = name if level == "township" or not above else above
            named[key] = named.get(key, 0) + n
    return [[name, n] for name, n in sorted(named.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_TOWNSHIPS]]


def _members(question: Question | None) -> QuerySet[Membership, int]:
    active = Membership.objects.filter(question=question, state=Membership.State.ACTIVE)
    return active.values_list("case_id", flat=True)


# --- downwards ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """How a case from below stands now, as far as the level below is told."""

    number: str
    state: str
    units: str
    due_on: str
    reply: int

    @property
    def facts(self) -> dict[str, Any]:
        """To be compared with what was told last."""
        return {"state": self.state, "units": self.units, "due_on": self.due_on, "reply": self.reply}


def tell_below() -> int:
    """Write to the level below what changed since it was told last; answers how many letters. Safe to repeat.

    A constant number of queries for each 200 that nothing happened to; each that moved is told in a transaction of its own.
    """
    letters, last = 0, 0
    open_ones = Arrival.objects.filter(state=Arrival.State.OPEN).exclude(peer__state=Peer.State.REVOKED)
    while rows := list(open_ones.filter(pk__gt=last).select_related("case").order_by("pk")[:BATCH]):
        now = _standings(rows)
        letters += sum(_tell(row.pk) for row in rows if now[row.pk].facts != row.told)
        last = rows[-1].pk
    return letters


@transaction.atomic
def _tell(pk: int) -> int:
    rows = Arrival.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
    arrival = rows.select_related("peer", "case", "question").filter(pk=pk, state=Arrival.State.OPEN).first()
    if arrival is None:
        return 0
    now = _standings([arrival])[pk]
    if now.facts == arrival.told:
        return 0
    kind, data = _news(arrival, now)
    post(peer=arrival.peer, kind=kind, key=arrival.key, data=data, arrival=arrival)
    arrival.told = now.facts
    if kind == Kind.DECLINED:
        arrival.state, arrival.ended_at = Arrival.State.DECLINED, clock.now()
        trail.record("arrival.declined", arrival, by=SYSTEM)
    arrival.save(update_fields=["told", "state", "ended_at"])
    return 1


def _news(arrival: Arrival, now: Standing) -> tuple[str, dict[str, Any]]:
    """The one thing that matters most of what changed."""
    case, told = arrival.case, arrival.told
    if now.reply and now.reply != told.get("reply"):
        return Kind.ANSWERED, _answer(now.reply, now.number)
    if not now.reply and case.closing == Case.Closing.ON_THE_SPOT:
        holder = case.holder.name if case.holder else ""
        return Kind.ANSWERED, {"unit": holder, "words": _told_asker(case), "closing": case.closing}
    if not now.reply and not case.is_open:
        return Kind.DECLINED, {"unit": "", "words": _told_asker(case)}
    if now.units and (now.units, now.due_on) != (told.get("units"), told.get("due_on")):
        return Kind.ASKED, {"number": now.number, "units": now.units, "due_on": now.due_on}
    return Kind.MOVED, {"number": now.number, "state": now.state}


def _standings(arrivals: Sequence[Arrival]) -> dict[int, Standing]:
    """How each of these stands now; their cases are fetched. Three queries."""
    cases = {row.case_id: row.pk for row in arrivals}
    members = Membership.objects.filter(case__in=cases, state=Membership.State.ACTIVE)
    question_of = {
        case: (pk, number) for case, pk, number in members.values_list("case", "question", "question__number")
    }
    held: dict[tuple[str, int], list[Baton]] = {}
    on = Q(question__in={pk for pk, _number in question_of.values()}) | Q(case__in=cases)
    for baton in Baton.objects.filter(on, state__in=OPEN_BATONS).select_related("unit").order_by("pk"):
        key = ("q", baton.question_id) if baton.question_id else ("c", baton.case_id or 0)
        held.setdefault(key, []).append(baton)
    newest = Reply.objects.filter(case__in=cases).values_list("case").annotate(newest=Max("pk"))
    replies = dict(newest.order_by())
    found = {}
    for row in arrivals:
        question_id, number = question_of.get(row.case_id, (0, row.case.number))
        batons = held.get(("q", question_id) if question_id else ("c", row.case_id), [])
        found[row.pk] = _standing(row.case, number, batons, replies.get(row.case_id, 0))
    return found


def _standing(case: Case, number: str, batons: list[Baton], reply: int) -> Standing:
    held = sorted(batons, key=lambda baton: baton.role != Baton.Role.LEAD)
    lead = next((baton for baton in held if baton.role == Baton.Role.LEAD), None)
    return Standing(
        number=number,
        # signed for by its lead, or not: the state that everybody here reads
        state=lead.get_state_display() if lead else case.get_state_display(),
        units="、".join(baton.unit.name for baton in held)[:200],
        due_on=lead.due_on.isoformat() if lead else "",
        reply=reply,
    )


def _answer(reply_id: int, number: str) -> dict[str, Any]:
    """The joint answer as the level below may pass it on: its words and what was said to this case alone, no letterhead."""
    reply = Reply.objects.select_related("answer__lead").get(pk=reply_id)
    answer: Answer = reply.answer
    own = CaseWords.objects.filter(answer=answer, case_id=reply.case_id).values_list("words", flat=True).first()
    parts = (answer.done, own or "", answer.found, answer.basis, answer.would_need, answer.next_steps)
    words = "\n".join(text.strip() for text in parts if text.strip())
    return {"unit": answer.lead.name, "words": _cut(words, f"……（全文见 {number} 的答复）"), "closing": answer.closing}


def _cut(words: str, where: str) -> str:
    """As much as one letter carries, and where the rest stands: a letter that is refused for its length would hold up all after it."""
    if len(words) <= MOST_WORDS and _bytes_of(words) <= ROOM:
        return words
    kept = words[: MOST_WORDS - len(where)]
    while (size := _bytes_of(kept + where)) > ROOM:
        kept = kept[: len(kept) * ROOM // size - 1]
    return kept + where


def _bytes_of(words: str) -> int:
    return len(json.dumps(words, ensure_ascii=False).encode())


def _told_asker(case: Case) -> str:
    """Why it was sent back: what the desk told."""
    rows = Addition.objects.filter(case=case, for_asker=True, by_kind="officer").order_by("-pk")
    words = rows.values_list("words", flat=True).first()
    return privacy.without_numbers(words) if words else "不属于本级办理。"
