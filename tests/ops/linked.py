"""One deployment for the test with two: a process of its own, driven by lines of JSON. Not a test; tests/ops/test_linked.py runs it once Django is set up.

Its web process is started by the test beside it, over the same database and data folder.
"""

import base64
import json
import sys
from collections.abc import Callable
from typing import Any

from tests.cast import Cast, make_cast
from tests.lifting import stories
from tests.lifting.elsewhere import send_all
from tests.relay.stories import Story
from tongti.answers import actions as answers
from tongti.answers.models import Answer, Part, Reply
from tongti.lifting import actions, queries, wire
from tongti.lifting.models import Arrival, Lift, Outgoing, Peer
from tongti.shared import clock


class Deployment:
    """What the test may ask of it, one method a step."""

    def __init__(self) -> None:
        self.cast: Cast = make_cast()
        stories.upstairs(self.cast)
        self.story = Story(self.cast)
        self.sent: list[tuple[bytes, dict[str, str]]] = []
        self.exchange = wire._exchange
        wire._exchange = self._remembering

    def _remembering(self, url: str, body: bytes, headers: dict[str, str]) -> Any:
        # what an eavesdropper behind the TLS would have: the very bytes
        self.sent.append((body, headers))
        return self.exchange(url, body, headers)

    def card(self) -> str:
        actions.make_own_key(by=self.cast.viewer("赵工"))
        card = queries.own_card()
        assert card is not None
        return card.text

    def link(self, card: str, side: str, units: list[str]) -> str:
        by = self.cast.viewer("赵工")
        ids = [self.cast.units[name].pk for name in units]
        peer = actions.add_peer(card=card, name="", side=side, unit_ids=ids, by=by)
        return actions.confirm_peer(peer=peer, by=by).fingerprint

    def lift(self) -> str:
        lift = stories.lifted(self.story, stories.in_hand(self.story))
        assert lift.number is not None
        return lift.number

    def send(self) -> int:
        Outgoing.objects.filter(state="waiting").update(next_try_at=clock.now())
        return send_all()

    def letters(self) -> list[list[Any]]:
        rows = Outgoing.objects.order_by("serial")
        return [[row.kind, row.state, row.attempts, row.failure] for row in rows]

    def arrivals(self) -> list[list[Any]]:
        rows = Arrival.objects.select_related("question", "case", "peer").order_by("pk")
        return [
            [row.title, row.peer.name, row.question.state, row.askers, row.case.holder.short_name, row.state]
            for row in rows
        ]

    def works_on_it(self) -> None:
        question = Arrival.objects.get().question
        self.story.dispatch(question, helpers=(), territory_id=None)
        self.story.accept("水利局", "黄志强")

    def answers_it(self) -> None:
        self._joint_answer(Arrival.objects.get().question, "城北水厂主管四月换新，夜间停水。")

    def answers_askers(self) -> list[str]:
        question = Lift.objects.get().question
        by = self.cast.viewer("黄志强")
        draft = answers.compose(question=question, by=by)
        self._joint_answer(question, draft.done)
        return list(Reply.objects.filter(case__in=self.story.cases).values_list("body", flat=True))

    def _joint_answer(self, question: Any, done: str) -> None:
        by = self.cast.viewer("黄志强")
        answer = answers.compose(question=question, by=by)
        answers.save_draft(answer=answer, done=done, found="现场查过。", closing="solved", by=by)
        answers.submit(answer=answer, missing_reason="先答复", override_reason="已核对", by=by)
        answers.sign(answer=Answer.objects.get(pk=answer.pk), by=self.cast.viewer("陆局长"))

    def follow(self) -> int:
        return actions.follow() + actions.tell_below()

    def line(self) -> list[Any]:
        lift = Lift.objects.get()
        part = Part.objects.filter(baton=lift.baton).first()
        return [lift.state, lift.upper_state, lift.upper_units, part.words if part else "", lift.told]

    def last_sent(self) -> list[Any]:
        body, headers = self.sent[-1]
        return [base64.b64encode(body).decode(), headers]

    def peer(self) -> list[Any]:
        peer = Peer.objects.get()
        return [peer.name, peer.state, peer.sent, peer.got]


def main() -> None:
    """A line in, a line out, until the test closes the pipe."""
    here = Deployment()
    steps: dict[str, Callable[..., Any]] = {name: getattr(here, name) for name in dir(here) if not name.startswith("_")}
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        name, arguments = json.loads(line)
        print(json.dumps(steps[name](*arguments), ensure_ascii=False), flush=True)
