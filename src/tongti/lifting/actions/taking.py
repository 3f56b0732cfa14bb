"""What a peer's letter does here: a question from below comes to our desk; from above comes how it goes, and the answer."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeGuard

from tongti.cases import actions as cases
from tongti.cases.actions import Intake
from tongti.cases.models import Case
from tongti.lifting.actions.standing import take_in
from tongti.lifting.drafts import LIMITS
from tongti.lifting.errors import BadLetter
from tongti.lifting.limits import MOST_TOWNSHIPS, MOST_WORDS
from tongti.lifting.models import Arrival, Kind, Level, Lift, LiftReply, Peer
from tongti.questions import actions as questions
from tongti.shared import clock, privacy
from tongti.shared.text import tidy
from tongti.trail import actions as trail


@dataclass(frozen=True)
class PeerActor:
    """Another deployment as who does something here; on the trail by its row."""

    peer_id: int
    kind: str = "peer"
    actor_unit_id: int | None = None

    @property
    def actor_id(self) -> int:
        return self.peer_id


def take(*, peer: Peer, kind: str, key: uuid.UUID, data: dict[str, Any]) -> None:
    """Do what a letter says, in the caller's transaction. Raises BadLetter and what the actions raise: it is then refused."""
    side = Peer.Side.BELOW if kind in (Kind.LIFTED, Kind.WITHDRAWN, Kind.RESULT) else Peer.Side.ABOVE
    if peer.side != side:
        raise BadLetter(why=f"“{Kind(kind).label}”只能从{side.label}来")
    by = PeerActor(peer.pk)
    if kind == Kind.LIFTED:
        _lifted(peer, key, data, by)
    elif side == Peer.Side.BELOW:
        _FROM_BELOW[kind](_arrival(peer, key), data, by)
    else:
        _FROM_ABOVE[kind](_lift(peer, key), data, by)


# --- from below -----------------------------------------------------------------------------------------------------


def _lifted(peer: Peer, key: uuid.UUID, data: dict[str, Any], by: PeerActor) -> None:
    """A case and a question of our own, held by the fallback unit and dispatched like any other. The same line comes once."""
    if Arrival.objects.filter(peer=peer, key=key).exists():
        return
    said = {name: _words(data, name, limit) for name, (_label, limit) in LIMITS.items()}
    level = _words(data, "level", 6)
    if level not in Level.values:
        raise BadLetter(why="没有这一级")
    arrival = Arrival(
        peer=peer,
        key=key,
        number=_words(data, "number", 20),
        level=level,
        **said,
        asked_unit=_words(data, "asked_unit", 80),
        reply_by=_day(data, "reply_by"),
        cases=_count(data, "cases"),
        askers=_count(data, "askers"),
        firms=_count(data, "firms"),
        by_township=_townships(data),
        category=_words(data, "category", 60, optional=True),
        at=clock.now(),
    )
    intake = Intake(
        key=key,
        channel=Case.Channel.BELOW,
        kind=Case.Kind.HELP,
        title=arrival.title,
        body=_body(arrival),
        asker_kind="organisation",
        asker_name=peer.name,
        outside_id=f"peer:{peer.pk}",
        # it is told over the link
        reply_wanted=False,
    )
    arrival.case = cases.register(intake=intake, by=by)
    arrival.question = questions.open_for(case=arrival.case, title=arrival.title, by=by)
    arrival.save(force_insert=True)
    trail.record("arrival.came", arrival, by=by, facts={"peer": peer.pk, "case": arrival.case.pk}, first=True)


def _body(arrival: Arrival) -> str:
    firms = f"，其中企业 {arrival.firms} 家" if arrival.firms else ""
    places = "、".join(f"{name} {count} 件" for name, count in arrival.by_township)
    return "\n".join(
        (
            f"{arrival.peer.name}提请（{arrival.get_level_display()}，{arrival.number}）：{arrival.asked}",
            f"情况：{arrival.statement}",
            f"涉及：{arrival.cases} 件诉求，{arrival.askers} 人{firms}{f'（{places}）' if places else ''}",
            f"下级做过：{arrival.tried}",
            f"依据：{arrival.basis}",
            f"请{arrival.asked_unit}答复，希望 {arrival.reply_by.isoformat()} 前。",
        )
    )


def _withdrawn(arrival: Arrival, data: dict[str, Any], by: PeerActor) -> None:
    if arrival.state != Arrival.State.OPEN:
        return
    arrival.note = _words(data, "reason", 300)
    _end(arrival, Arrival.State.WITHDRAWN)
    if arrival.case.state in (Case.State.REGISTERED, Case.State.HANDLING):
        cases.withdraw(case=arrival.case, by=by)
    trail.record("arrival.withdrawn", arrival, by=by)


def _result(arrival: Arrival, data: dict[str, Any], by: PeerActor) -> None:
    if arrival.state != Arrival.State.OPEN:
        return
    arrival.note, arrival.result_told = _words(data, "note", 300), _count(data, "told")
    _end(arrival, Arrival.State.CLOSED)
    trail.record("arrival.closed", arrival, by=by, facts={"told": arrival.result_told})


def _end(arrival: Arrival, state: str) -> None:
    arrival.state, arrival.ended_at = state, clock.now()
    arrival.save(update_fields=["state", "ended_at", "note", "result_told"])


_FROM_BELOW: dict[str, Callable[[Arrival, dict[str, Any], PeerActor], None]] = {
    Kind.WITHDRAWN: _withdrawn,
    Kind.RESULT: _result,
}


# --- from above -----------------------------------------------------------------------------------------------------


def _asked(lift: Lift, data: dict[str, Any], by: PeerActor) -> None:
    """It was dispatched over there: to whom, until when."""
    lift.upper_number = _words(data, "number", 20)
    lift.upper_units = _words(data, "units", 200)
    lift.upper_due_on = _day(data, "due_on") if data.get("due_on") else None
    _how_it_goes(lift, "已派单", by)


def _moved(lift: Lift, data: dict[str, Any], by: PeerActor) -> None:
    """Its state over there, in that side's own word."""
    lift.upper_number = _words(data, "number", 20)
    _how_it_goes(lift, _words(data, "state", 20), by)


def _how_it_goes(lift: Lift, state: str, by: PeerActor) -> None:
    lift.upper_state, lift.upper_at = state, clock.now()
    lift.save(update_fields=["upper_number", "upper_units", "upper_due_on", "upper_state", "upper_at"])
    trail.record("lift.heard_of", lift, by=by)


def _answered(lift: Lift, data: dict[str, Any], by: PeerActor) -> None:
    _reply(lift, data, by, declined=False)


def _declined(lift: Lift, data: dict[str, Any], by: PeerActor) -> None:
    _reply(lift, data, by, declined=True)


def _reply(lift: Lift, data: dict[str, Any], by: PeerActor, *, declined: bool) -> None:
    words = _words(data, "words", MOST_WORDS)
    if found := privacy.found_in(words):
        raise BadLetter(why=f"里面有{found[0].kind}")
    unit = _words(data, "unit", 80, optional=True)
    take_in(lift, words=words, unit=unit, declined=declined, how=LiftReply.How.LINK, by=by)


_FROM_ABOVE: dict[str, Callable[[Lift, dict[str, Any], PeerActor], None]] = {
    Kind.ASKED: _asked,
    Kind.MOVED: _moved,
    Kind.ANSWERED: _answered,
    Kind.DECLINED: _declined,
}


# --- reading --------------------------------------------------------------------------------------------------------


def _arrival(peer: Peer, key: uuid.UUID) -> Arrival:
    rows = Arrival.objects.select_for_update(of=("self",), no_key=True).select_related("case", "question", "peer")
    found = rows.filter(peer=peer, key=key).first()
    if found is None:
        raise BadLetter(why="这里没有这一条提请")
    return found


def _lift(peer: Peer, key: uuid.UUID) -> Lift:
    rows = Lift.objects.select_related("asked_unit", "prepared_unit", "question", "case", "baton")
    found = rows.filter(peer=peer, key=key).first()
    if found is None:
        raise BadLetter(why="这里没有这一条提请")
    return found


def _words(data: dict[str, Any], name: str, limit: int, *, optional: bool = False) -> str:
    text = data.get(name, "")
    text = tidy(text) if isinstance(text, str) else ""
    if (not text and not optional) or len(text) > limit:
        raise BadLetter(why=f"{name} 缺了或者太长")
    if limit < MOST_WORDS and (found := privacy.found_in(text)):
        raise BadLetter(why=f"{name} 里有{found[0].kind}")
    return text


def _day(data: dict[str, Any], name: str) -> date:
    try:
        return date.fromisoformat(str(data.get(name)))
    except ValueError:
        raise BadLetter(why=f"{name} 不是日期") from None


def _count(data: dict[str, Any], name: str) -> int:
    number = data.get(name)
    if not _is_count(number):
        raise BadLetter(why=f"{name} 不是件数")
    return int(number)


def _is_count(number: Any) -> TypeGuard[int]:
    return isinstance(number, int) and not isinstance(number, bool) and 0 <= number < 10**7


def _townships(data: dict[str, Any]) -> list[list[Any]]:
    rows = data.get("by_township", [])
    if not isinstance(rows, list) or len(rows) > MOST_TOWNSHIPS or not all(_is_township(row) for row in rows):
        raise BadLetter(why="by_township 不对")
    return rows


def _is_township(row: Any) -> bool:
    if not isinstance(row, list) or len(row) != 2:
        return False
    name, count = row
    named = isinstance(name, str) and 0 < len(name) <= 60 and tidy(name) == name and not privacy.found_in(name)
    return named and _is_count(count)
