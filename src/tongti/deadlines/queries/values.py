"""时限规则 as values: limits, the extension rule, and what they say in words. No database here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tongti.deadlines.errors import NoSuchClock
from tongti.deadlines.models import Clock, ExtensionRule, Regime
from tongti.deadlines.models.regimes import NEAR_AMOUNT, NEAR_PERCENT, NEAR_UNIT, WARNED
from tongti.units.access import ROLES

STOP_OF_CLOCK = {
    Clock.Code.DISPATCH: Clock.Stop.DISPATCHED,
    Clock.Code.SIGN: Clock.Stop.SIGNED,
    Clock.Code.OBJECTION: Clock.Stop.OBJECTED,
    Clock.Code.RULING: Clock.Stop.DECIDED,
    Clock.Code.CONTACT: Clock.Stop.CONTACTED,
    Clock.Code.HELPER: Clock.Stop.HANDED_IN,
    Clock.Code.HANDLE: Clock.Stop.ANSWERED,
    Clock.Code.PROGRESS: Clock.Stop.NOTED,
    Clock.Code.REPLY: Clock.Stop.ANSWERED,
    Clock.Code.REVISIT: Clock.Stop.REVISITED,
    Clock.Code.CONSULT: Clock.Stop.ANSWERED,
    Clock.Code.INFORM: Clock.Stop.TOLD,
    Clock.Code.CORRECTION: Clock.Stop.TOLD,
    Clock.Code.THIRD_PARTY: Clock.Stop.OPINION,
    Clock.Code.COMPLEX: Clock.Stop.ANSWERED,
    Clock.Code.UTMOST: Clock.Stop.ANSWERED,
    Clock.Code.PROMISE: Clock.Stop.ANSWERED,
    Clock.Code.PUBLICITY: Clock.Stop.RUN_OUT,
    Clock.Code.PUBLISH: Clock.Stop.PUBLISHED,
    Clock.Code.DELIVER: Clock.Stop.DELIVERED,
    Clock.Code.APPLY: Clock.Stop.ASKED,
    Clock.Code.EXAMINE: Clock.Stop.DECIDED,
    Clock.Code.REVIEW_ASK: Clock.Stop.ASKED,
    Clock.Code.REVIEW: Clock.Stop.DECIDED,
    Clock.Code.RECHECK_ASK: Clock.Stop.ASKED,
    Clock.Code.RECHECK: Clock.Stop.DECIDED,
}
"""What ends each limit unless its row says otherwise."""

REAL_TIME = frozenset({Clock.Unit.HOUR.value, Clock.Unit.MINUTE.value})


@dataclass(frozen=True)
class NearRule:
    """临期: at most ``percent`` of the limit left, or ``amount`` ``unit``s. ``amount`` 0 leaves only the share."""

    percent: int = NEAR_PERCENT
    amount: int = NEAR_AMOUNT
    unit: str = NEAR_UNIT

    @property
    def words(self) -> str:
        """``剩余不超过 20% 或 1 个工作日``."""
        parts = [f"{self.percent}%"] if self.percent else []
        parts += [f"{self.amount} {Clock.Unit(self.unit).label}"] if self.amount else []
        return f"剩余不超过 {' 或 '.join(parts)}" if parts else "不提醒"


@dataclass(frozen=True)
class ClockView:
    """One limit as a value."""

    code: str
    amount: int
    unit: str
    starts: str = Clock.Start.DISPATCHED.value
    source: str = ""
    verified: bool = False
    stops: str = ""
    count_start: bool = False
    roll_over: bool = True
    pauses: tuple[str, ...] = ()
    near: NearRule = NearRule()
    warns: tuple[str, ...] = WARNED
    source_url: str = ""
    pause_source: str = ""
    pause_verified: bool = False

    @property
    def name(self) -> str:
        return str(Clock.Code(self.code).label)

    @property
    def words(self) -> str:
        """``5 个工作日``."""
        return f"{self.amount} {Clock.Unit(self.unit).label}"

    @property
    def start_words(self) -> str:
        return str(Clock.Start(self.starts).label)

    @property
    def stop_words(self) -> str:
        return str(Clock.Stop(self.stop).label)

    @property
    def stop(self) -> str:
        """The event that ends it."""
        return self.stops or STOP_OF_CLOCK[Clock.Code(self.code)].value

    @property
    def pause_words(self) -> str:
        """``听证、等申请人补正``; empty when it never stands still."""
        return "、".join(str(Clock.Pause(code).label) for code in self.pauses)

    @property
    def warn_words(self) -> str:
        return "、".join(ROLES[code].name for code in self.warns if code in ROLES)

    @property
    def counting_words(self) -> str:
        """How days are counted where it differs from the civil code."""
        parts = ["起算当日计入"] if self.count_start else []
        parts += [] if self.roll_over else ["最后一日休息也不顺延"]
        return "，".join(parts)

    @property
    def round_the_clock(self) -> bool:
        """True when it runs through nights and holidays."""
        return self.unit in REAL_TIME


@dataclass(frozen=True)
class ExtensionView:
    """延期规则 as a value; ``amount`` None: the length is for whoever approves."""

    amount: int | None
    unit: str
    times: int = 1
    before_amount: int = 0
    before_unit: str = Clock.Unit.WORKING_DAY.value
    reasons: tuple[str, ...] = ()
    source: str = ""
    verified: bool = False
    source_url: str = ""

    @property
    def words(self) -> str:
        """``最多 1 次，每次不超过 5 个工作日，到期 1 个工作日以前提出``."""
        length = f"每次不超过 {self.amount} {Clock.Unit(self.unit).label}" if self.amount else "长短由批准人定"
        before = "到期以前提出"
        if self.before_amount:
            before = f"到期 {self.before_amount} {Clock.Unit(self.before_unit).label}以前提出"
        return f"最多 {self.times} 次，{length}，{before}"

    @property
    def reason_choices(self) -> list[tuple[str, str]]:
        """The classes of reasons that it accepts, all of them when it names none."""
        known = [(code, str(label)) for code, label in ExtensionRule.Reason.choices]
        return [(code, label) for code, label in known if not self.reasons or code in self.reasons]


@dataclass(frozen=True)
class RegimeView:
    """A regime as a value: what its clocks are and on whose authority."""

    code: str
    version: int
    name: str
    source: str
    verified: bool
    clocks: dict[str, ClockView] = field(hash=False)
    channels: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    urgencies: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    joint: bool | None = None
    priority: int = 0
    restarts: bool = False
    region: str = ""
    article: str = ""
    source_url: str = ""
    extension: ExtensionView | None = None

    @property
    def label(self) -> str:
        """``ordinary/1``: what a due date stores as its regime version."""
        return f"{self.code}/{self.version}"

    @property
    def source_words(self) -> str:
        """Document and article as one phrase."""
        return f"{self.source}{self.article}" if self.article else self.source

    @property
    def round_the_clock(self) -> bool:
        """True when its handling limit runs through nights and holidays: emergencies, exempt from quiet hours."""
        handle = self.clocks.get(Clock.Code.HANDLE.value)
        return handle is not None and handle.round_the_clock

    def has(self, code: str) -> bool:
        return code in self.clocks

    def clock(self, code: str) -> ClockView:
        """Raises NoSuchClock: a limit that nobody laid down is not invented."""
        found = self.clocks.get(code)
        if found is None:
            raise NoSuchClock(regime=self.name, clock=Clock.Code(code).label)
        return found

    def fits(self, *, channel: str, kind: str, urgency: str, party_kind: str, joint: bool, category: str = "") -> bool:
        """Whether it applies; an empty list means all."""
        return not self.misfits(
            channel=channel, kind=kind, urgency=urgency, party_kind=party_kind, joint=joint, category=category
        )

    def misfits(
        self, *, channel: str, kind: str, urgency: str, party_kind: str, joint: bool, category: str = ""
    ) -> tuple[str, ...]:
        """Which of its filters keep a case out: channel, kind, urgency, party, category, joint; empty when it applies.

        ``category`` is a code, "" while nobody has filed the case; the code of a category continues its parent's.
        """
        asked = (
            ("channel", not self.channels or channel in self.channels),
            ("kind", not self.kinds or kind in self.kinds),
            ("urgency", not self.urgencies or urgency in self.urgencies),
            ("party", not self.parties or party_kind in self.parties),
            ("category", not self.categories or category.startswith(self.categories)),
            ("joint", self.joint is None or self.joint == joint),
        )
        return tuple(name for name, passes in asked if not passes)


def view_of(row: Regime) -> RegimeView:
    """A stored regime as a value; its clocks and extension rule should be prefetched."""
    return RegimeView(
        code=row.code,
        version=row.version,
        name=row.name,
        source=row.source,
        verified=row.verified,
        clocks={c.code: _clock_of(c) for c in sorted(row.clocks.all(), key=lambda c: c.pk)},
        channels=tuple(row.applies_channels),
        kinds=tuple(row.applies_kinds),
        urgencies=tuple(row.applies_urgencies),
        parties=tuple(row.applies_parties),
        categories=tuple(row.applies_categories),
        joint=row.applies_joint,
        priority=row.priority,
        restarts=row.restarts,
        region=row.region,
        article=row.article,
        source_url=row.source_url,
        extension=_extension_of(getattr(row, "extension_rule", None)),
    )


def _clock_of(row: Clock) -> ClockView:
    return ClockView(
        code=row.code,
        amount=row.amount,
        unit=row.unit,
        starts=row.starts,
        source=row.source,
        verified=row.verified,
        stops=row.stops,
        count_start=row.count_start,
        roll_over=row.roll_over,
        pauses=tuple(row.pauses),
        near=NearRule(row.near_percent, row.near_amount, row.near_unit),
        warns=tuple(row.warns),
        source_url=row.source_url,
        pause_source=row.pause_source,
        pause_verified=row.pause_verified,
    )


def _extension_of(row: ExtensionRule | None) -> ExtensionView | None:
    if row is None:
        return None
    return ExtensionView(
        amount=row.amount,
        unit=row.unit,
        times=row.times,
        before_amount=row.before_amount,
        before_unit=row.before_unit,
        reasons=tuple(row.reasons),
        source=row.source,
        verified=row.verified,
        source_url=row.source_url,
    )


def view_from(row: Mapping[str, Any]) -> RegimeView:
    """A shipped regime (a row of ``data/regimes.json``) as a value, version 1."""
    extension = row.get("extension")
    return RegimeView(
        code=row["code"],
        version=1,
        name=row["name"],
        source=row["source"],
        verified=row["verified"],
        clocks={clock["code"]: clock_from(clock) for clock in row["clocks"]},
        channels=tuple(row.get("applies_channels", ())),
        kinds=tuple(row.get("applies_kinds", ())),
        urgencies=tuple(row.get("applies_urgencies", ())),
        parties=tuple(row.get("applies_parties", ())),
        categories=tuple(row.get("applies_categories", ())),
        joint=row.get("applies_joint"),
        priority=row.get("priority", 0),
        restarts=row.get("restarts", False),
        region=row.get("region", ""),
        article=row.get("article", ""),
        source_url=row.get("source_url", ""),
        extension=extension_from(extension) if extension else None,
    )


def clock_from(raw: Mapping[str, Any]) -> ClockView:
    """One limit of a shipped regime; what is not written takes the usual value."""
    near = NearRule(
        raw.get("near_percent", NEAR_PERCENT), raw.get("near_amount", NEAR_AMOUNT), raw.get("near_unit", NEAR_UNIT)
    )
    known = {"starts", "source", "verified", "stops", "count_start", "roll_over", "source_url", "pauses", "warns"}
    known |= {"pause_source", "pause_verified"}
    said: dict[str, Any] = {name: raw[name] for name in known & raw.keys()}
    said |= {name: tuple(said[name]) for name in ("pauses", "warns") if name in said}
    return ClockView(code=raw["code"], amount=raw["amount"], unit=raw["unit"], near=near, **said)


def extension_from(raw: Mapping[str, Any]) -> ExtensionView:
    """The extension rule of a shipped regime."""
    return ExtensionView(**{**raw, "reasons": tuple(raw.get("reasons", ()))})


def clock_columns(view: ClockView) -> dict[str, Any]:
    """Column values of a limit."""
    return {
        "code": view.code,
        "amount": view.amount,
        "unit": view.unit,
        "starts": view.starts,
        "stops": view.stops,
        "count_start": view.count_start,
        "roll_over": view.roll_over,
        "pauses": list(view.pauses),
        "pause_source": view.pause_source,
        "pause_verified": view.pause_verified,
        "near_percent": view.near.percent,
        "near_amount": view.near.amount,
        "near_unit": view.near.unit,
        "warns": list(view.warns),
        "source": view.source,
        "source_url": view.source_url,
        "verified": view.verified,
    }


def extension_columns(view: ExtensionView) -> dict[str, Any]:
    """Column values of an extension rule."""
    return {
        "amount": view.amount,
        "unit": view.unit,
        "times": view.times,
        "before_amount": view.before_amount,
        "before_unit": view.before_unit,
        "reasons": list(view.reasons),
        "source": view.source,
        "source_url": view.source_url,
        "verified": view.verified,
    }
