"""Who gets which answer from the administrator's and the auditor's pages: one role each, and nobody else at all."""

from datetime import date
from typing import Any

from tongti.deadlines import actions as deadlines
from tongti.deadlines.models import CalendarNotice, OfficeHours, Recount, Regime, SpecialDay
from tongti.figures.models import Check
from tongti.reports.actions import check_figures
from tongti.units.models import Post

EVERYBODY = (
    "李小英", "韦晓梅", "黄志强", "梁工", "陆局长", "覃丽", "陆斌", "蒙海燕", "农志明", "覃红", "莫刚", "何区长", "赵工", "周审",
)  # fmt: skip

PAGES = (
    "units", "unit_new", "unit", "officers", "officer_new", "officer", "officer_post_end", "roles", "categories",
    "category_new", "category", "duties", "duty_new", "duty", "regimes", "regime_new", "regime", "regime_edit", "simulate",
    "calendar", "calendar_notice_new", "calendar_notice", "recount_new", "recount", "texts", "text", "catalogue_import",
)  # fmt: skip
# (name, what an empty POST gets)
POSTS = {
    "unit_switch": 302,
    "officer_post": 422,
    "officer_password": 302,
    "officer_switch": 302,
    "category_switch": 302,
    "regime_withdraw": 302,
    "special_day_remove": 302,
    "office_hours": 422,
    "office_hours_remove": 302,
    "calendar_notice_enforce": 302,
    "calendar_notice_drop": 302,
    "calendar_notice_withdraw": 302,
    "recount_push": 409,  # this one is done
    "catalogue_export": 200,
}


def _rows(name: str, allowed: str, status: int) -> list[tuple[str, str, int]]:
    return [
        *((f"desk:{name}", who, status if who == allowed else 404) for who in EVERYBODY),
        (f"desk:{name}", "anonymous", 302),
    ]


TABLE: list[tuple[str, str, int]] = [
    *(row for name in PAGES for row in _rows(name, "赵工", 200)),
    *(row for name, status in POSTS.items() for row in _rows(name, "赵工", status)),
    *_rows("audit", "周审", 200),
    *_rows("audit_export", "周审", 200),
    *_rows("figure_checks", "周审", 200),
    *_rows("figure_check", "周审", 200),
]
POST_ONLY = frozenset(f"desk:{name}" for name in (*POSTS, "audit_export"))


def _regime(world: Any) -> dict[str, int]:
    deadlines.load_samples()
    return {"pk": Regime.objects.get(code="ordinary", valid_to=None).pk}


def _day(world: Any) -> dict[str, int]:
    found = SpecialDay.objects.first() or deadlines.set_special_day(
        day=date(2026, 9, 10), state="off", name="台风", source="通知", by=world.viewer("赵工")
    )
    return {"pk": found.pk}


def _hours(world: Any) -> dict[str, int]:
    found = OfficeHours.objects.first() or deadlines.set_office_hours(
        name="全年", since=(1, 1), spans="08:00-12:00 15:00-18:00", source="通知", by=world.viewer("赵工")
    )
    return {"pk": found.pk}


def _draft(world: Any) -> CalendarNotice:
    rows = deadlines.rows_of([("2028-01-25", "2028-01-31", "放假", "春节")])
    title = f"策略表用的通知 {CalendarNotice.objects.count()}"
    draft = deadlines.NoticeDraft(region="000000", year=2028, title=title, rows=rows)
    return deadlines.draft_notice(draft=draft, by=world.viewer("赵工"))


def _notice(world: Any) -> dict[str, int]:
    found = CalendarNotice.objects.filter(state="draft").first() or _draft(world)
    return {"pk": found.pk}


def _in_force(world: Any) -> dict[str, int]:
    found = CalendarNotice.objects.filter(state="in_force").first()
    if found is None:
        found = _draft(world)
        deadlines.enforce_notice(notice=found, by=world.viewer("赵工"))
    return {"pk": found.pk}


def _recount(world: Any) -> dict[str, int]:
    found = Recount.objects.first() or deadlines.recount(reason="策略表", by=world.viewer("赵工"))
    return {"pk": found.pk}


def _officer(world: Any) -> dict[str, int]:
    return {"pk": world.officers["覃丽"].pk}


def _post(world: Any) -> dict[str, int]:
    officer = world.officers["覃丽"]
    return {"pk": officer.pk, "post_pk": Post.objects.get(officer=officer).pk}


SAMPLE: dict[str, Any] = {
    **dict.fromkeys(("desk:unit", "desk:unit_switch"), lambda world: {"pk": world.units["水利局"].pk}),
    **dict.fromkeys(("desk:officer", "desk:officer_post", "desk:officer_password", "desk:officer_switch"), _officer),
    "desk:officer_post_end": _post,
    **dict.fromkeys(("desk:category", "desk:category_switch"), lambda world: {"pk": world.categories["供水"].pk}),
    "desk:duty": lambda world: {"pk": world.duties["供水"].pk},
    **dict.fromkeys(("desk:regime", "desk:regime_edit", "desk:regime_withdraw"), _regime),
    "desk:special_day_remove": _day,
    "desk:office_hours_remove": _hours,
    **dict.fromkeys(("desk:calendar_notice", "desk:calendar_notice_enforce", "desk:calendar_notice_drop"), _notice),
    "desk:calendar_notice_withdraw": _in_force,
    **dict.fromkeys(("desk:recount", "desk:recount_push"), _recount),
    "desk:figure_check": lambda world: {"pk": (Check.objects.first() or check_figures()).pk},
    "desk:text": lambda world: {"code": "site.help"},
    **dict.fromkeys(("desk:catalogue_import", "desk:catalogue_export"), lambda world: {"kind": "units"}),
}
