"""The fixed cast of every story: a small district, its units, and people whose roles never change.

韦晓梅 派单员 · 李小英 收件员（区热线办）; 黄志强 承办人, 陆局长 负责人（水利局）; 覃丽 承办人（住建局）; 陆斌 承办人（自来水公司）;
蒙海燕 承办人（临江镇）; 农志明 承办人（供电局, the stranger: never takes part); 覃红 回访员; 莫刚 督办员; 何区长 领导; 赵工 系统管理员; 周审 审计员.
"""

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tongti.accounts.models import Officer
from tongti.units.access import Viewer
from tongti.units.models import Category, Duty, Post, Region, Unit
from tongti.units.queries import viewer_of


@dataclass
class Cast:
    """Everybody and everything by short names: ``cast.viewer("黄志强")``, ``cast.units["水利局"]``."""

    regions: dict[str, Region] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    officers: dict[str, Officer] = field(default_factory=dict)
    categories: dict[str, Category] = field(default_factory=dict)
    duties: dict[str, Duty] = field(default_factory=dict)
    posts: list[Post] = field(default_factory=list)
    branches: list[Category] = field(default_factory=list)

    def viewer(self, name: str) -> Viewer:
        return viewer_of(self.officers[name])


PLACES = {"临江镇": ["幸福社区", "江边村"], "龙腾街道": ["龙腾社区"], "大塘镇": ["大塘村"], "白石乡": ["白石村"]}

UNITS = [
    ("热线办", "云岭区热线办", Unit.Kind.HOTLINE, "云岭区"),
    ("水利局", "云岭区水利局", Unit.Kind.BUREAU, "云岭区"),
    ("住建局", "云岭区住房和城乡建设局", Unit.Kind.BUREAU, "云岭区"),
    ("自来水公司", "云岭区自来水公司", Unit.Kind.COMPANY, "云岭区"),
    ("供电局", "云岭区供电局", Unit.Kind.COMPANY, "云岭区"),
    ("督查室", "云岭区政府督查室", Unit.Kind.BUREAU, "云岭区"),
    ("临江镇", "临江镇人民政府", Unit.Kind.TOWNSHIP, "临江镇"),
    ("大塘镇", "大塘镇人民政府", Unit.Kind.TOWNSHIP, "大塘镇"),
]

PEOPLE = [
    ("李小英", "clerk", "热线办"),
    ("韦晓梅", "dispatcher", "热线办"),
    ("黄志强", "handler", "水利局"),
    ("梁工", "handler", "水利局"),
    ("陆局长", "unit_leader", "水利局"),
    ("覃丽", "handler", "住建局"),
    ("陆斌", "handler", "自来水公司"),
    ("蒙海燕", "handler", "临江镇"),
    ("农志明", "handler", "供电局"),
    ("覃红", "revisitor", "热线办"),
    ("莫刚", "supervisor", "督查室"),
    ("何区长", "leader", "区政府"),
    ("赵工", "admin", "热线办"),
    ("周审", "auditor", "督查室"),
]


# The cast as this process wrote it first: (the cast, the links of duties to helping units). Its row numbers are never used twice.
_MOULD: list[tuple[Cast, list[Any]]] = []


def make_cast() -> Cast:
    """Write the cast to the database, about 60 small rows; from the second time on as copies of the first, in bulk."""
    if not _MOULD:
        cast = _first_cast()
        _MOULD.append((cast, list(Duty.helpers.through.objects.filter(duty__in=cast.duties.values()))))
        return deepcopy(cast)
    cast, helpers = deepcopy(_MOULD[0])
    for rows in (
        cast.regions.values(),
        cast.units.values(),
        cast.officers.values(),
        cast.posts,
        cast.branches,
        cast.categories.values(),
        cast.duties.values(),
    ):
        kind = type(next(iter(rows)))
        kind._default_manager.bulk_create(rows)
    Duty.helpers.through.objects.bulk_create(helpers)
    return cast


def _first_cast() -> Cast:
    cast = Cast()
    district = _region(cast, "云岭区", "450199000000", Region.Level.DISTRICT, None)
    for n, (town, villages) in enumerate(PLACES.items(), start=1):
        township = _region(cast, town, f"450199{n:03d}000", Region.Level.TOWNSHIP, district)
        for v, village in enumerate(villages, start=1):
            _region(cast, village, f"450199{n:03d}{v:03d}", Region.Level.VILLAGE, township)
    government = _unit(cast, "区政府", "云岭区人民政府", Unit.Kind.GOVERNMENT, "云岭区", None)
    for short, name, kind, place in UNITS:
        _unit(cast, short, name, kind, place, government)
    Unit.objects.filter(pk=cast.units["热线办"].pk).update(is_fallback=True)
    cast.units["热线办"].refresh_from_db()
    for name, role, unit in PEOPLE:
        officer = Officer.objects.create(username=name, name=name, demo=True)
        post = Post.objects.create(officer=officer, unit=cast.units[unit], role=role, since=date(2020, 1, 1))
        cast.posts.append(post)
        cast.officers[name] = officer
    _catalogue(cast)
    return cast


def _region(cast: Cast, name: str, code: str, level: str, parent: Region | None) -> Region:
    region = Region.objects.create(name=name, code=code, level=level, parent=parent)
    region.path = f"{parent.path if parent else '/'}{region.pk}/"
    region.save(update_fields=["path"])
    cast.regions[name] = region
    return region


def _unit(cast: Cast, short: str, name: str, kind: str, place: str, parent: Unit | None) -> Unit:
    unit = Unit.objects.create(
        code=f"U{len(cast.units):02d}",
        name=name,
        short_name=short,
        kind=kind,
        region=cast.regions[place],
        parent=parent,
    )
    unit.path = f"{parent.path if parent else '/'}{unit.pk}/"
    unit.save(update_fields=["path"])
    cast.units[short] = unit
    return unit


def _catalogue(cast: Cast) -> None:
    top = Category.objects.create(code="01", name="城乡建设", level=1, full_name="城乡建设")
    second = Category.objects.create(code="0101", name="市政公用", level=2, parent=top, full_name="城乡建设/市政公用")
    cast.branches += [top, second]
    for code, name in (("010101", "供水"), ("010102", "供电")):
        cast.categories[name] = Category.objects.create(
            code=code, name=name, level=3, parent=second, full_name=f"城乡建设/市政公用/{name}"
        )
    water = Duty.objects.create(
        code="D001",
        matter="供水保障和管网漏损",
        category=cast.categories["供水"],
        lead=cast.units["水利局"],
        by_territory=True,
        keywords="停水 水压 自来水 管网 漏水",
        basis="《城市供水条例》第七条",
    )
    water.helpers.add(cast.units["住建局"], cast.units["自来水公司"])
    cast.duties["供水"] = water
