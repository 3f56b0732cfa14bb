"""Reads on places, units, posts and catalogues."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from django.db.models import Count, Q, QuerySet

from tongti.accounts.models import Officer
from tongti.shared import clock, prepared
from tongti.shared.errors import BadInput, NotVisible
from tongti.shared.kept import kept
from tongti.shared.pages import Page, page_of
from tongti.units.access import ROLES, May, Role, Seat, Viewer
from tongti.units.models import Category, Duty, Post, Region, Template, Transfer, Unit

UNPLACED_WIDE = 4
"""Columns of a tile map that nobody has arranged yet."""


def viewer_of(officer: Officer) -> Viewer:
    """The officer with the posts she holds today; one query, prepared, because every page of the desk begins with it."""
    with prepared.cursor() as cursor:
        cursor.execute(POSTS_HELD, {"officer": officer.pk, "today": clock.today()})
        seats = tuple(
            Seat(unit_id=unit_id, unit_path=path, unit_name=name, role=ROLES[role])
            for unit_id, path, name, role in cursor.fetchall()
            if role in ROLES
        )
    return Viewer(officer_id=officer.pk, name=officer.name, seats=seats)


POSTS_HELD = """
SELECT p.unit_id, u.path, u.short_name, p.role
FROM units_post AS p JOIN units_unit AS u ON u.id = p.unit_id
WHERE p.officer_id = %(officer)s AND p.since <= %(today)s AND (p.until IS NULL OR p.until >= %(today)s)
ORDER BY p.id
"""


def townships() -> QuerySet[Region]:
    """Active townships and streets, by code."""
    return Region.objects.filter(level=Region.Level.TOWNSHIP, active=True).order_by("code")


def villages(township_id: int) -> QuerySet[Region]:
    """Active villages and communities of one township, by code."""
    return Region.objects.filter(parent_id=township_id, level=Region.Level.VILLAGE, active=True).order_by("code")


@dataclass(frozen=True)
class Placed:
    """A township and where it stands in the tile map; ``own`` False: nobody has placed it, and it stands where there was room."""

    town: Region
    row: int
    column: int
    own: bool


def tiles() -> list[Placed]:
    """Every active township with its square, by row and column; one query. Those that nobody placed follow below, by code."""
    towns = list(townships().select_related("tile"))
    placed = [Placed(t, t.tile.row, t.tile.column, own=True) for t in towns if hasattr(t, "tile")]
    others = [t for t in towns if not hasattr(t, "tile")]
    below = max((p.row for p in placed), default=0) + 1
    wide = max([p.column for p in placed] + [UNPLACED_WIDE])
    placed += [Placed(t, below + n // wide, 1 + n % wide, own=False) for n, t in enumerate(others)]
    return sorted(placed, key=lambda p: (p.row, p.column))


@kept
def places() -> list[tuple[Region, list[Region]]]:
    """Every active township with its active villages, both by code, for a form that works without script; one query, kept for
    a few seconds (shared.kept): every list of cases offers them."""
    rows = (
        Region.objects.filter(level__in=[Region.Level.TOWNSHIP, Region.Level.VILLAGE], active=True)
        .only("name", "level", "parent_id")
        .order_by("code")
    )
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


def category_codes(text: str) -> tuple[str, ...]:
    """The categories that were typed, by name or code with 、 or a space between, as codes. Raises BadInput."""
    words = dict.fromkeys(re.split(r"[、，,；;\s]+", text.strip())) if text.strip() else {}
    known = list(
        Category.objects.filter(Q(code__in=words) | Q(name__in=words) | Q(full_name__in=words)).order_by("code")
    )
    codes = []
    for word in words:
        found = [c for c in known if c.code == word] or [c for c in known if word in (c.name, c.full_name)]
        if not found:
            raise BadInput("categories", f"分类目录里没有“{word[:20]}”，请写目录里的名称或代码。")
        if len(found) > 1:
            several = "、".join(f"{c.code} {c.full_name}" for c in found)
            raise BadInput("categories", f"有几个分类都叫“{word}”，请写代码：{several}。")
        codes.append(found[0].code)
    return tuple(codes)


def category_words(codes: Sequence[str]) -> str:
    """Categories as they would be typed: the name where only one has it, else the code."""
    if not codes:
        return ""
    names = dict(Category.objects.filter(code__in=codes).values_list("code", "name"))
    taken = Category.objects.filter(name__in=names.values()).values("name").annotate(n=Count("pk")).filter(n__gt=1)
    twice = set(taken.values_list("name", flat=True))
    return "、".join(names[code] if code in names and names[code] not in twice else code for code in codes)


def officers_of(unit_id: int, roles: Sequence[str] | None = None) -> QuerySet[Officer]:
    """Active officers who hold a post (in ``roles``, or any) at the unit today."""
    today = clock.today()
    posts = Post.objects.filter(unit_id=unit_id, since__lte=today).filter(Q(until=None) | Q(until__gte=today))
    if roles is not None:
        posts = posts.filter(role__in=roles)
    return Officer.objects.filter(is_active=True, pk__in=posts.values("officer_id")).order_by("name")


def officer_ids_in(roles: Sequence[str]) -> list[int]:
    """Ids of the active officers who hold one of these roles today, wherever."""
    held = Post.objects.filter(_today(), role__in=roles, officer__is_active=True)
    return sorted(set(held.values_list("officer_id", flat=True)))


def officer_ids_by_unit(roles: Sequence[str]) -> dict[int, list[int]]:
    """The active officers who hold one of these roles today, for every unit that has any: by name, one query."""
    held = Post.objects.filter(_today(), role__in=roles, officer__is_active=True).order_by(
        "officer__name", "officer_id"
    )
    found: dict[int, list[int]] = {}
    for unit_id, officer_id in held.values_list("unit_id", "officer_id"):
        there = found.setdefault(unit_id, [])
        if officer_id not in there:
            there.append(officer_id)
    return found


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


def filled_words(code: str, slots: dict[str, str]) -> str:
    """The same with its ``{slots}`` filled in; what the district's own text does not name is left out."""
    text = words(code)
    for name, value in slots.items():
        text = text.replace("{" + name + "}", value)
    return text


@dataclass(frozen=True)
class DemoSeat:
    """One line of the demo sign-in page: who, where, and what the role is for."""

    officer_id: int
    name: str
    unit: str
    role: Role


def demo_seats() -> list[DemoSeat]:
    """The demo cast in the order of the role table, at most 100."""
    posts = (
        Post.objects.filter(officer__demo=True, officer__is_active=True, until=None)
        .select_related("officer", "unit")
        .order_by("id")[:100]
    )
    seats = [
        DemoSeat(officer_id=p.officer_id, name=p.officer.name, unit=p.unit.short_name, role=ROLES[p.role])
        for p in posts
    ]
    order = list(ROLES)
    return sorted(seats, key=lambda seat: order.index(seat.role.code))


# --- what the administrator sees -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class ShippedCategory:
    """One line of the catalogue that ships."""

    code: str
    name: str
    full_name: str


@cache
def shipped_categories() -> tuple[ShippedCategory, ...]:
    """The catalogue that ships (``data/categories.json``), parents before children."""
    text = resources.files("tongti.units").joinpath("data/categories.json").read_text(encoding="utf-8")
    return tuple(_flat(json.loads(text)["categories"], ""))


def _flat(rows: list[dict[str, Any]], above: str) -> Iterator[ShippedCategory]:
    for row in rows:
        full = f"{above}/{row['name']}" if above else row["name"]
        yield ShippedCategory(row["code"], row["name"], full)
        yield from _flat(row.get("children", []), full)


def _administers(viewer: Viewer) -> None:
    if not viewer.can(May.ADMINISTER):
        raise NotVisible


@dataclass(frozen=True)
class UnitLine:
    """A unit in the tree: how deep it hangs, and how many hold a post there today."""

    unit: Unit
    depth: int
    people: int


def unit_tree(viewer: Viewer, text: str = "") -> list[UnitLine]:
    """All units, parents before children, by code within one parent; with ``text`` only those whose name or code has it."""
    _administers(viewer)
    rows = list(
        Unit.objects.select_related("region").annotate(
            people=Count("posts__officer", distinct=True, filter=_today("posts__"))
        )
    )
    below: dict[int | None, list[Unit]] = {}
    for row in sorted(rows, key=lambda unit: unit.code):
        below.setdefault(row.parent_id, []).append(row)
    lines = list(_branches(below, None, 0))
    if text := text.strip():
        return [UnitLine(line.unit, 0, line.people) for line in lines if _has(line.unit, text)]
    return lines


def _branches(below: dict[int | None, list[Unit]], parent: int | None, depth: int) -> Iterator[UnitLine]:
    for unit in below.get(parent, []):
        yield UnitLine(unit, depth, unit.people)  # type: ignore[attr-defined]  # annotated above
        yield from _branches(below, unit.pk, depth + 1)


def _has(unit: Unit, text: str) -> bool:
    return any(text.lower() in value.lower() for value in (unit.name, unit.short_name, unit.code))


def _today(prefix: str = "") -> Q:
    """Posts held today."""
    today = clock.today()
    return Q(**{f"{prefix}since__lte": today}) & (Q(**{f"{prefix}until": None}) | Q(**{f"{prefix}until__gte": today}))


def unit_for_change(viewer: Viewer, pk: int) -> Unit:
    """A unit, in use or not. Raises NotVisible."""
    _administers(viewer)
    found = Unit.objects.select_related("region", "parent").filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return found


def units_in_use() -> list[tuple[int, str]]:
    """(id, name) of every active unit by code, for choices."""
    return list(Unit.objects.filter(active=True).order_by("code").values_list("id", "short_name"))


def unit_kinds() -> list[tuple[str, str]]:
    """Kinds of units with their words."""
    return [(str(code), str(word)) for code, word in Unit.Kind.choices]


def regions_for_choice() -> list[tuple[int, str]]:
    """(id, indented name) of active regions down to townships, and villages below theirs, by code."""
    depth = {level: place for place, level in enumerate(Region.Level.values)}
    rows = Region.objects.filter(active=True).order_by("code").values_list("id", "name", "level")
    top = min((depth[level] for _, _, level in rows), default=0)
    return [(pk, "\u3000" * (depth[level] - top) + name) for pk, name, level in rows]


def places_above() -> list[Region]:
    """The city and the region that were entered, to which units above may belong."""
    levels = (Region.Level.CITY, Region.Level.PROVINCE)
    return list(Region.objects.filter(level__in=levels, active=True).order_by("code")[:50])


@dataclass(frozen=True)
class OfficerLine:
    """An officer as the administrator sees her: the account and its posts, those of today first."""

    officer: Officer
    posts: list[Post] = field(default_factory=list)

    @property
    def standing(self) -> list[Post]:
        """Posts that are not over."""
        today = clock.today()
        return [post for post in self.posts if post.until is None or post.until >= today]


def officers(
    viewer: Viewer, *, text: str = "", unit_id: int | None = None, role: str = "", cursor: str = ""
) -> tuple[Page[Officer], list[OfficerLine]]:
    """One page of accounts by sign-in name, with their posts; two queries."""
    _administers(viewer)
    rows = Officer.objects.all()
    if text := text.strip():
        rows = rows.filter(Q(name__icontains=text) | Q(username__icontains=text))
    if unit_id is not None or role:
        posts = Post.objects.filter(_today())
        posts = posts.filter(unit_id=unit_id) if unit_id is not None else posts
        posts = posts.filter(role=role) if role else posts
        rows = rows.filter(pk__in=posts.values("officer_id"))
    page = page_of(rows, order=["username"], cursor=cursor, size=50)
    return page, _with_posts(page.rows)


def _with_posts(officers: Sequence[Officer]) -> list[OfficerLine]:
    lines = {officer.pk: OfficerLine(officer) for officer in officers}
    for post in Post.objects.filter(officer__in=list(lines)).select_related("unit").order_by("-until", "id"):
        lines[post.officer_id].posts.append(post)
    return list(lines.values())


def officer_for_change(viewer: Viewer, pk: int) -> OfficerLine:
    """An account, in use or not, with all its posts. Raises NotVisible."""
    _administers(viewer)
    found = Officer.objects.filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return _with_posts([found])[0]


def post_for_change(viewer: Viewer, officer_id: int, pk: int) -> Post:
    """A post of this officer. Raises NotVisible."""
    _administers(viewer)
    found = Post.objects.select_related("unit", "officer").filter(pk=pk, officer_id=officer_id).first()
    if found is None:
        raise NotVisible
    return found


def category_tree(viewer: Viewer, text: str = "") -> list[Category]:
    """All categories by code (which is the order of the tree), switched off or not; about 250 short rows."""
    _administers(viewer)
    rows = Category.objects.order_by("code")
    return list(
        rows.filter(Q(full_name__icontains=text.strip()) | Q(code__startswith=text.strip())) if text.strip() else rows
    )


def category_for_change(viewer: Viewer, pk: int) -> Category:
    """A category, in use or not. Raises NotVisible."""
    _administers(viewer)
    found = Category.objects.select_related("parent").filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return found


def duties(viewer: Viewer, text: str = "", cursor: str = "") -> Page[Duty]:
    """One page of the duty list by code, units and category in place; three queries."""
    _administers(viewer)
    rows = Duty.objects.select_related("lead", "category").prefetch_related("helpers")
    if text := text.strip():
        rows = rows.filter(
            Q(matter__icontains=text)
            | Q(keywords__icontains=text)
            | Q(code__icontains=text)
            | Q(lead__short_name__icontains=text)
        )
    return page_of(rows, order=["code"], cursor=cursor, size=50)


def duty_for_change(viewer: Viewer, pk: int) -> Duty:
    """One row of the duty list. Raises NotVisible."""
    _administers(viewer)
    found = Duty.objects.select_related("lead", "category").prefetch_related("helpers").filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return found


@dataclass(frozen=True)
class Text:
    """A text of the site as it is in use: version 0 is the shipped one."""

    code: str
    name: str
    body: str
    slots: tuple[str, ...]
    version: int = 0

    @property
    def own(self) -> bool:
        return self.version > 0


def texts(viewer: Viewer) -> list[Text]:
    """Every text the program asks for, the district's own words where there are any; one query."""
    _administers(viewer)
    own = {row.code: row for row in Template.objects.all()}
    found = [_text(code, row, own.pop(code, None)) for code, row in shipped_words().items()]
    return found + [_text(code, None, row) for code, row in sorted(own.items())]


def text_for_change(viewer: Viewer, code: str) -> Text:
    """Raises NotVisible."""
    _administers(viewer)
    own, shipped = Template.objects.filter(code=code).first(), shipped_words().get(code)
    if own is None and shipped is None:
        raise NotVisible
    return _text(code, shipped, own)


def _text(code: str, shipped: dict[str, str] | None, own: Template | None) -> Text:
    # Which slots may stand in a text is the program's business, so the shipped list wins over a stored one.
    slots = (shipped["slots"] if shipped else own.slots if own else "").split()
    name = shipped["name"] if shipped else own.name if own else code
    body = own.body if own else shipped["body"] if shipped else ""
    return Text(code, name, body, tuple(slots), own.version if own else 0)


def transfers(viewer: Viewer, kind: str, limit: int = 5) -> list[Transfer]:
    """The newest imports and exports of one catalogue."""
    _administers(viewer)
    return list(Transfer.objects.filter(kind=kind).order_by("-id")[:limit])
