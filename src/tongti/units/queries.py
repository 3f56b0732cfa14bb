"""Reads on places, units, posts and catalogues."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from django.db.models import Q, QuerySet

from tongti.accounts.models import Officer
from tongti.shared import clock
from tongti.shared.errors import NotVisible
from tongti.units.access import ROLES, Role, Seat, Viewer
from tongti.units.models import Category, Post, Region, Template, Unit


def viewer_of(officer: Officer) -> Viewer:
    """The officer with the posts she holds today; one query."""
    today = clock.today()
    posts = (
        Post.objects.filter(officer=officer, since__lte=today)
        .filter(Q(until=None) | Q(until__gte=today))
        .select_related("unit")
        .order_by("id")
    )
    seats = tuple(
        Seat(unit_id=p.unit_id, unit_path=p.unit.path, unit_name=p.unit.short_name, role=ROLES[p.role])
        for p in posts
        if p.role in ROLES
    )
    return Viewer(officer_id=officer.pk, name=officer.name, seats=seats)


def townships() -> QuerySet[Region]:
    """Active townships and streets, by code."""
    return Region.objects.filter(level=Region.Level.TOWNSHIP, active=True).order_by("code")


def villages(township_id: int) -> QuerySet[Region]:
    """Active villages and communities of one township, by code."""
    return Region.objects.filter(parent_id=township_id, level=Region.Level.VILLAGE, active=True).order_by("code")


def places() -> list[tuple[Region, list[Region]]]:
    """Every active township with its active villages, both by code, for a form that works without script; one query."""
    rows = Region.objects.filter(level__in=[Region.Level.TOWNSHIP, Region.Level.VILLAGE], active=True).order_by("code")
    towns: dict[int, tuple[Region, list[Region]]] = {}
    below: list[Region] = []
    for row in rows:
        if row.level == Region.Level.TOWNSHIP:
            towns[row.pk] = (row, [])
        else:
            below.append(row)
    for village in below:
        if village.parent_id in towns:
            towns[village.parent_id][1].append(village)
    return list(towns.values())


def region(pk: int) -> Region:
    """Raises NotVisible."""
    found = Region.objects.filter(pk=pk, active=True).first()
    if found is None:
        raise NotVisible
    return found


def unit(pk: int) -> Unit:
    """An active unit; raises NotVisible."""
    found = Unit.objects.filter(pk=pk, active=True).first()
    if found is None:
        raise NotVisible
    return found


def fallback_unit() -> Unit | None:
    """兜底单位: holds what nobody else holds."""
    return Unit.objects.filter(is_fallback=True, active=True).first()


def dispatchable_units() -> QuerySet[Unit]:
    """Units that can be given a baton."""
    return Unit.objects.filter(active=True).exclude(kind__in=[Unit.Kind.GOVERNMENT, Unit.Kind.OFFICE]).order_by("code")


def township_unit(place: Region | None) -> Unit | None:
    """The township government in whose territory ``place`` lies (属地)."""
    if place is None:
        return None
    ids = [int(part) for part in place.path.split("/") if part]
    return Unit.objects.filter(kind=Unit.Kind.TOWNSHIP, region_id__in=ids, active=True).first()


def categories(level: int | None = None, parent_id: int | None = None) -> QuerySet[Category]:
    """Active categories, of one level or below one parent, by code."""
    rows = Category.objects.filter(active=True).order_by("code")
    if level is not None:
        rows = rows.filter(level=level)
    return rows if parent_id is None else rows.filter(parent_id=parent_id)


def officers_of(unit_id: int, roles: Sequence[str] | None = None) -> QuerySet[Officer]:
    """Active officers who hold a post (in ``roles``, or any) at the unit today."""
    today = clock.today()
    posts = Post.objects.filter(unit_id=unit_id, since__lte=today).filter(Q(until=None) | Q(until__gte=today))
    if roles is not None:
        posts = posts.filter(role__in=roles)
    return Officer.objects.filter(is_active=True, pk__in=posts.values("officer_id")).order_by("name")


def unit_ids_below(paths: Sequence[str]) -> list[int]:
    """Ids of the units at or below these paths, active or not: old cases stay visible to the bureau above."""
    below = Q(pk__in=[])
    for path in paths:
        below |= Q(path__startswith=path)
    return list(Unit.objects.filter(below).values_list("id", flat=True))


@cache
def shipped_words() -> dict[str, dict[str, str]]:
    """The texts that ship with the program (``data/templates.json``): code → name, body, slots."""
    text = resources.files("tongti.units").joinpath("data/templates.json").read_text(encoding="utf-8")
    return {row["code"]: row for row in json.loads(text)["templates"]}


def words(code: str) -> str:
    """The district's own text of this code, or the shipped one; "" when nobody wrote any."""
    own = Template.objects.filter(code=code).values_list("body", flat=True).first()
    return str(own if own is not None else shipped_words().get(code, {}).get("body", ""))


@dataclass(frozen=True)
class DemoSeat:
    """One line of the demo sign-in page: who, where, and what the role is for."""

    officer_id: int
    name: str
    unit: str
    role: Role


def demo_seats() -> list[DemoSeat]:
    """The demo cast in the order of the role table, at most 60."""
    posts = (
        Post.objects.filter(officer__demo=True, officer__is_active=True, until=None)
        .select_related("officer", "unit")
        .order_by("id")[:60]
    )
    seats = [
        DemoSeat(officer_id=p.officer_id, name=p.officer.name, unit=p.unit.short_name, role=ROLES[p.role]) for p in posts
    ]
    order = list(ROLES)
    return sorted(seats, key=lambda seat: order.index(seat.role.code))
