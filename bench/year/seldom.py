"""What seldom happens: people are away, a unit is renamed, one is merged into another, holidays are announced late."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from bench.year.town import Town
from tongti.deadlines import actions as deadlines
from tongti.deadlines.models import CalendarNotice, Recount
from tongti.relay import actions as relay
from tongti.relay.models import OPEN, Baton, HandOverSheet
from tongti.units import actions as units
from tongti.units import queries as people
from tongti.units.actions import UnitDraft
from tongti.units.models import Unit
from tongti.units.queries import viewer_of

WORKERS = ("handler", "unit_leader")
AWAY = 0.5
"""Hand-over sheets a working day."""


@dataclass
class Seldom:
    """The events of the year, each on its day; ``share`` of the span that has passed decides which day that is."""

    town: Town
    days: int
    _notice: Any = None
    _undo: dict[date, bool] = field(default_factory=dict)

    def plan(self) -> None:
        """Put everything into the town's queue; New Year's night has an emergency, whatever the dice say."""
        self._on(0, 2, self.town.emergency)
        for day in range(self.days):
            if self.town.rng.random() < AWAY:
                self._on(day, 8, self._somebody_goes)
        for share, happening in (
            (0.25, self._rename),
            (0.4, self._announce),
            (0.55, self._merge),
            (0.7, self._announce),
            (0.7, self._cancel),
        ):
            later = happening == self._cancel
            self._on(int(self.days * share) + (1 if later else 0), 10, happening)

    def _on(self, day: int, hour: int, happening: Any) -> None:
        self.town.later(self.town.moment + timedelta(days=day, hours=hour), happening)

    # --- people ---------------------------------------------------------------------------------------------------

    def _somebody_goes(self) -> None:
        town, today = self.town, self.town.local().date()
        if not town.book.days.works(today):
            return
        unit = town.rng.choice(town.bureaus)
        workers = list(people.officers_of(unit.pk, WORKERS).order_by("pk"))
        if len(workers) < 2:
            return
        giver, taker = workers[0], workers[1]
        away = town.rng.random() < 0.8
        starts = today + timedelta(days=town.rng.choice((0, 0, 1, 2))) if away else today
        ends = starts + timedelta(days=town.rng.randrange(1, 12)) if away else None
        sheet = relay.make_sheet(
            unit=unit,
            kind="absence" if away else "move",
            giver_id=giver.pk,
            taker_id=taker.pk,
            reason="休假" if away else "调岗",
            starts_on=starts,
            ends_on=ends,
            by=viewer_of(giver),
        )
        town.book.did("开离岗代办单" if away else "开换人承办单")
        town.book.sheets.append(sheet.pk)
        town.later(town.moment + timedelta(minutes=town.rng.randrange(10, 400)), lambda: self._take(sheet.pk), 3)
        if away and town.rng.random() < 0.15:
            back = timezone.make_aware(datetime.combine(starts, time(9))) + timedelta(days=1)
            town.later(back, lambda: self._back_early(sheet.pk))

    def _take(self, sheet_pk: int) -> None:
        sheet = HandOverSheet.objects.select_related("taker", "unit").get(pk=sheet_pk)
        relay.confirm_sheet(sheet=sheet, by=viewer_of(sheet.taker))
        self.town.book.did("交接双方确认")

    def _back_early(self, sheet_pk: int) -> None:
        sheet = HandOverSheet.objects.select_related("giver", "unit").get(pk=sheet_pk)
        relay.end_absence(sheet=sheet, by=viewer_of(sheet.giver))
        self.town.book.did("提前回来")

    # --- units ----------------------------------------------------------------------------------------------------

    def _rename(self) -> None:
        unit = Unit.objects.get(pk=self.town.rng.choice(self.town.bureaus).pk)
        draft = UnitDraft(
            unit.code, f"{unit.name}（更名）", f"新{unit.short_name}", unit.kind, unit.region_id, unit.phone
        )
        units.change_unit(unit=unit, draft=draft, by=self.town.admin)
        self.town.book.did("单位更名")

    def _merge(self) -> None:
        old, new = self.town.rng.sample(self.town.bureaus, 2)
        row = relay.begin_succession(
            old_id=old.pk, new_id=new.pk, basis="机构改革方案（模拟）", by=self.town.dispatcher
        )
        self.town.bureaus.remove(old)
        self.town.book.successions.append(row.pk)
        self.town.book.did("单位合并")

    # --- the calendar ---------------------------------------------------------------------------------------------

    def _announce(self) -> None:
        """Two working days off from the day after tomorrow on, and a Saturday or Sunday to make up for one of them."""
        town, days = self.town, self.town.book.days
        first = days.next_worked(town.local().date() + timedelta(days=2))
        second = days.after(first, 1)
        made_up = second + timedelta(days=1)
        while days.works(made_up):
            made_up += timedelta(days=1)
        rows = ((first, "放假", "防汛停工"), (second, "放假", "防汛停工"), (made_up, "上班", "防汛停工补班"))
        self._notice = deadlines.draft_notice(
            draft=deadlines.NoticeDraft(
                region="450000",
                year=first.year,
                title=f"关于防汛期间调整上班时间的通知（{first:%m-%d}，模拟）",
                number=f"模拟〔{first:%Y%m%d}〕",
                issued_on=town.local().date(),
                rows=deadlines.rows_of((day.isoformat(), "", state, name) for day, state, name in rows),
            ),
            by=town.admin,
        )
        changed = {first: False, second: False, made_up: True}
        self._undo = {day: days.works(day) for day in changed}
        running = _running()
        done = _counted(deadlines.enforce_notice(notice=self._notice, by=town.admin))
        self._note("临时放假通知", changed, running, done.moved)

    def _cancel(self) -> None:
        """The rain did not come."""
        notice, running = CalendarNotice.objects.get(pk=self._notice.pk), _running()
        done = _counted(deadlines.withdraw_notice(notice=notice, by=self.town.admin))
        self._note("通知撤下", self._undo, running, done.moved)

    def _note(self, what: str, changed: dict[date, bool], running: dict[int, set[str]], moved: int) -> None:
        self.town.book.announced(changed, running)
        self.town.book.did(what)
        self.town.book.tally["改期的期限"] = self.town.book.tally.get("改期的期限", 0) + moved


def _counted(row: Recount) -> Recount:
    """Where many are open a job goes on with it. The town lends a hand, so that nothing else happens meanwhile: it and the
    worker, if one lives, take lots in turns.
    """
    return deadlines.continue_recount(recount_id=row.pk)


def _running() -> dict[int, set[str]]:
    """The batons in hand, and the side clocks that nothing has stopped yet: facts of the matter, not dates."""
    running: dict[int, set[str]] = {}
    for pk, state, contacted in Baton.objects.filter(state__in=OPEN).values_list("pk", "state", "first_contact_at"):
        running[pk] = ({"sign", "objection"} if state == "offered" else set()) | (set() if contacted else {"contact"})
    return running
