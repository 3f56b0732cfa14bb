"""Reading 时限规则: the one that fits a case, the ones that ship, and the administrator's lists."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from django.db.models import Count, Max, Q, QuerySet, Sum

from tongti.deadlines.models import Clock, ExtensionRule, Regime
from tongti.deadlines.queries.values import RegimeView, view_from, view_of
from tongti.shared.errors import NotVisible
from tongti.shared.text import whole
from tongti.units.access import May, Viewer
from tongti.units.models import Category

DEFAULT_CODE = "ordinary"


@dataclass(frozen=True)
class Regimes:
    """All regimes in force on one day, read once; ``pick`` costs nothing, so a question of thousands picks for each case.

    ``codes`` are those of all categories by id, where some regime asks for them.
    """

    on: date
    rows: tuple[RegimeView, ...]
    codes: Mapping[int, str] = field(default_factory=dict)

    def pick(
        self,
        *,
        channel: str,
        kind: str,
        urgency: str,
        party_kind: str = "person",
        joint: bool = False,
        category_id: int | None = None,
    ) -> RegimeView:
        """The fitting regime of the highest priority; the shipped ordinary one when the district has none."""
        category = self.codes.get(category_id or 0, "")
        for row in self.rows:
            if row.fits(
                channel=channel, kind=kind, urgency=urgency, party_kind=party_kind, joint=joint, category=category
            ):
                return row
        return shipped_default()


Edition = tuple[int | None, int, int | None]
"""Which versions there are: the newest row, how many are open, and the sum of their ids."""

KEPT_DAYS = 8
_kept: dict[date, tuple[Edition, tuple[RegimeView, ...]]] = {}


def regimes_on(on: date) -> Regimes:
    """Regimes in use on a day, best first (priority, then code); one query, two where one asks for categories.

    A published version is never edited, so what they say is made once for each edition and kept in this process: publishing,
    importing and withdrawing, here or elsewhere, make another edition. Whoever gets them must not change them.
    """
    edition = _edition()
    known = _kept.get(on)
    if known is None or known[0] != edition:
        if len(_kept) >= KEPT_DAYS:
            _kept.clear()
        known = _kept[on] = (edition, _views_on(on))
    views = known[1]
    asked = any(view.categories for view in views)
    return Regimes(on=on, rows=views, codes=dict(Category.objects.values_list("pk", "code")) if asked else {})


def _edition() -> Edition:
    open_ = Q(valid_to=None)
    found = Regime.objects.aggregate(top=Max("pk"), open=Count("pk", filter=open_), ids=Sum("pk", filter=open_))
    return found["top"], found["open"], found["ids"]


def _views_on(on: date) -> tuple[RegimeView, ...]:
    rows = (
        _whole(Regime.objects.filter(in_use=True, valid_from__lte=on))
        .filter(Q(valid_to=None) | Q(valid_to__gte=on))
        .order_by("-priority", "code", "-version")
    )
    return tuple(view_of(row) for row in rows)


def regime_for(
    *,
    channel: str,
    kind: str,
    urgency: str,
    on: date,
    party_kind: str = "person",
    joint: bool = False,
    category_id: int | None = None,
) -> RegimeView:
    """The regime for one case on a day. ``joint``: several units handle it together."""
    return regimes_on(on).pick(
        channel=channel, kind=kind, urgency=urgency, party_kind=party_kind, joint=joint, category_id=category_id
    )


def regime_of_version(label: str) -> RegimeView:
    """The regime that a stored due date names (``ordinary/2``), as it was published; one query.

    A district that has loaded none computed with the shipped ordinary one, and gets that. Raises NotVisible.
    """
    code, _, version = label.rpartition("/")
    number = whole(version)
    found = _whole(Regime.objects.filter(code=code, version=number)).first() if number is not None else None
    if found is not None:
        return view_of(found)
    if label == shipped_default().label:
        return shipped_default()
    raise NotVisible


def _whole(rows: QuerySet[Regime]) -> QuerySet[Regime]:
    return rows.select_related("extension_rule").prefetch_related("clocks")


@cache
def shipped() -> tuple[dict[str, Any], ...]:
    """The regimes that ship with the program, as written in ``data/regimes.json``."""
    text = resources.files("tongti.deadlines").joinpath("data/regimes.json").read_text(encoding="utf-8")
    return tuple(json.loads(text)["regimes"])


@cache
def shipped_default() -> RegimeView:
    """The ordinary regime that ships, for a district that has loaded none."""
    return view_from(next(item for item in shipped() if item["code"] == DEFAULT_CODE))


def regimes(viewer: Viewer, *, samples: bool = False) -> list[Regime]:
    """What the administrator's screen lists, best first, clocks prefetched: open versions in use, or the samples.

    A sample whose rule has run out (防返贫 ended 2025) is listed too: it is there to be read.
    """
    if not viewer.can(May.ADMINISTER):
        raise NotVisible
    listed = Q(valid_to=None)
    for row in shipped():
        if samples and row.get("valid_to"):
            listed |= Q(code=row["code"], version=1, valid_to=row["valid_to"])
    return list(_whole(Regime.objects.filter(listed, in_use=not samples)).order_by("-priority", "code"))


def regime(viewer: Viewer, pk: int) -> Regime:
    """One version, clocks prefetched; raises NotVisible."""
    rows = _whole(Regime.objects.filter(pk=pk)).select_related("extension_rule", "checked_by")
    found = rows.first() if viewer.can(May.ADMINISTER) else None
    if found is None:
        raise NotVisible
    return found


def versions(viewer: Viewer, code: str) -> list[Regime]:
    """All versions of one regime, newest first."""
    if not viewer.can(May.ADMINISTER):
        raise NotVisible
    return list(_whole(Regime.objects.filter(code=code)).order_by("-version"))


def clock_choices() -> dict[str, list[tuple[str, str]]]:
    """Codes, units, events and reasons with their words, for forms."""
    return {
        "code": list(Clock.Code.choices),
        "unit": list(Clock.Unit.choices),
        "starts": list(Clock.Start.choices),
        "stops": list(Clock.Stop.choices),
        "pauses": list(Clock.Pause.choices),
        "reasons": list(ExtensionRule.Reason.choices),
    }
