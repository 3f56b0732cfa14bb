"""防打扰: how much a firm is visited already, and what could be done instead of one visit more.

《优化营商环境条例》第四十八条 asks officials to hear enterprises without disturbing them; how often is too often it does not say, so
the number is the campaign's (default two a month). Only visits that go to the firm count, not calls and questionnaires.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tongti.shared import clock
from tongti.visits.models import Campaign, Companion, OfferedTime, Part, Visit

ON_SITE = (Visit.Way.VISIT, Visit.Way.MEETING)
WEEKDAYS = "一二三四五六日"
NEAR_DAYS = 14
"""A visit of another team within so many days is worth going along to."""
LAW = "《优化营商环境条例》第四十八条"


@dataclass(frozen=True)
class Guard:
    """What the guard knows about one more visit on ``day``. ``near`` are open visits of others that one could go along to."""

    day: date
    taken: int
    cap: int
    near: Sequence[Visit]
    offered: Sequence[OfferedTime]
    on_offer: bool

    @property
    def full(self) -> bool:
        """Whether this would be one visit too many."""
        return self.taken >= self.cap

    @property
    def sentence(self) -> str:
        """The guard explains itself in one sentence; "" when it has nothing to say."""
        if self.full:
            return (
                f"这家企业 {self.day.month} 月已有 {self.taken} 次走访，到了每月 {self.cap} 次的上限"
                f"（{LAW}：不干扰正常经营），请{self._instead}，或由专班写明理由加一次。"
            )
        if self.near:
            return f"{self._first_near}，可以并成一次，少打扰一回。"
        if not self.on_offer:
            return f"企业说方便的时间是{offered_words(self.offered)}，这一天不在里面。"
        return ""

    @property
    def _instead(self) -> str:
        return f"并到{self._first_near.removesuffix('要去')}的那一次" if self.near else "改到下个月"

    @property
    def _first_near(self) -> str:
        one = self.near[0]
        return f"{one.planned_on.month} 月 {one.planned_on.day} 日{one.officer.name}要去"


def guard_of(
    campaign: Campaign, party_id: int, day: date, part: str = Part.DAY, *, without: int = 0, officer_id: int = 0
) -> Guard:
    """Look at the firm's month before planning ``day``; ``without`` is a visit that is only being moved. Three queries.

    Other people's open visits within a fortnight, to which ``officer_id`` does not go already, are offered for merging.
    """
    counted = Visit.objects.filter(party_id=party_id, way__in=ON_SITE).exclude(pk=without)
    live = counted.exclude(state=Visit.State.CANCELLED)
    first = day.replace(day=1)
    taken = live.filter(planned_on__gte=first, planned_on__lt=_next_month(first)).count()
    goes = Companion.objects.filter(officer_id=officer_id).values("visit_id")
    near = (
        counted.filter(state=Visit.State.PLANNED, planned_on__gte=max(clock.today(), day - timedelta(days=NEAR_DAYS)))
        .filter(planned_on__lte=day + timedelta(days=NEAR_DAYS))
        .exclude(officer_id=officer_id)
        .exclude(pk__in=goes)
        .select_related("officer")
        .order_by("planned_on", "id")[:3]
    )
    offered = list(OfferedTime.objects.filter(party_id=party_id).order_by("weekday", "part")[:21])
    return Guard(day, taken, campaign.monthly_cap, list(near), offered, _fits(offered, day, part))


def offered_words(offered: Sequence[OfferedTime]) -> str:
    """星期二上午、星期四全天"""
    return "、".join(f"星期{WEEKDAYS[one.weekday - 1]}{one.get_part_display()}" for one in offered)


def _fits(offered: Sequence[OfferedTime], day: date, part: str) -> bool:
    """A firm that said nothing may be visited on any day."""
    same_day = [one.part for one in offered if one.weekday == day.isoweekday()]
    return not offered or Part.DAY in same_day or part in same_day or (part == Part.DAY and bool(same_day))


def _next_month(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)
