"""What we promise before anybody presses 提交: the limits that apply, in working days, as the regime lays them down."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tongti.deadlines import queries as deadlines
from tongti.deadlines.queries import ClockView, RegimeView
from tongti.shared import clock
from tongti.shared.kept import kept
from tongti.web.wording import local_date

_in_force = kept(deadlines.regimes_on)


@dataclass(frozen=True)
class Promise:
    """Limits of one regime, and the name and source that a person may check. A limit nobody laid down is absent."""

    dispatch: ClockView | None
    contact: ClockView | None
    handle: ClockView | None
    name: str
    source: str
    verified: bool
    since: date

    @property
    def answer_by(self) -> date | None:
        """The last day, were it dispatched as late as allowed: what we can say before anybody has looked at it."""
        if self.handle is None or self.handle.unit != "wd":
            return None
        spare = self.dispatch.amount if self.dispatch and self.dispatch.unit == "wd" else 1
        tomorrow = self.since + timedelta(days=1)
        return deadlines.next_working_days(self.handle.amount + spare, since=tomorrow)[-1]


def promise(
    *, channel: str, asker_kind: str, kind: str = "help", urgency: str = "normal", on: datetime | None = None
) -> Promise:
    """The promise for a case of this kind that came in ``on`` (now)."""
    day = local_date(on or clock.now())
    regime = _in_force(day).pick(channel=channel, kind=kind, urgency=urgency, party_kind=asker_kind)
    return Promise(
        dispatch=_clock(regime, "dispatch"),
        contact=_clock(regime, "contact"),
        handle=_clock(regime, "handle"),
        name=regime.name,
        source=regime.source,
        verified=regime.verified,
        since=day,
    )


def _clock(regime: RegimeView, code: str) -> ClockView | None:
    return regime.clock(code) if regime.has(code) else None
