"""Places, bodies, people and duties of 云岭区."""

import tomllib
from dataclasses import dataclass, field
from datetime import date
from importlib import resources
from typing import Any

from tongti.accounts import actions as accounts
from tongti.accounts.models import Officer
from tongti.deadlines.actions import load_samples
from tongti.shared.actor import SYSTEM
from tongti.trail import actions as trail
from tongti.units import actions as units
from tongti.units.access import Viewer
from tongti.units.models import Category, Duty, Post, Region, Unit
from tongti.units.queries import viewer_of

DISTRICT, DISTRICT_CODE = "云岭区", "450199"
IN_POST_SINCE = date(2022, 1, 1)


def read(name: str) -> dict[str, Any]:
    """One data file of the demo."""
    return tomllib.loads(
        resources.files("tongti.project.demo").joinpath(f"data/{name}.toml").read_text(encoding="utf-8")
    )


@dataclass
class District:
    """Everybody and everything by short names."""

    places: dict[str, Region] = field(default_factory=dict)
    villages: dict[str, list[str]] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    officers: dict[str, Officer] = field(default_factory=dict)
    categories: dict[str, Category] = field(default_factory=dict)
    duties: dict[str, Duty] = field(default_factory=dict)
    firm_codes: dict[str, str] = field(default_factory=dict)
    roles: dict[tuple[str, str], str] = field(default_factory=dict)
    _viewers: dict[str, Viewer] = field(default_factory=dict)

    def viewer(self, name: str) -> Viewer:
        """An officer of the cast as who acts."""
        if name not in self._viewers:
            self._viewers[name] = viewer_of(self.officers[name])
        return self._viewers[name]

    def at(self, unit: str, role: str) -> Viewer:
        """The first officer with this role at a unit (``区水利局``, ``handler``)."""
        return self.viewer(self.roles[unit, role])


def build() -> District:
    """Enter the district: about 30 places, 24 bodies, 60 people, 26 duties, the shipped catalogue and regimes."""
    data, d = read("district"), District()
    units.load_defaults(by=SYSTEM)
    load_samples(by=SYSTEM)
    d.categories = {category.code: category for category in Category.objects.all()}
    _places(d, data["places"])
    _units(d, data["unit"])
    _people(d, data["people"])
    _duties(d, data["duty"])
    return d


def _places(d: District, towns: dict[str, list[str]]) -> None:
    district = _region(d, DISTRICT, f"{DISTRICT_CODE}000000", Region.Level.DISTRICT, None)
    for n, (town, villages) in enumerate(towns.items(), start=1):
        above = _region(d, town, f"{DISTRICT_CODE}{n:03d}000", Region.Level.TOWNSHIP, district)
        d.villages[town] = villages
        for v, village in enumerate(villages, start=1):
            _region(d, village, f"{DISTRICT_CODE}{n:03d}{v:03d}", Region.Level.VILLAGE, above)


def _region(d: District, name: str, code: str, level: str, parent: Region | None) -> Region:
    region = Region.objects.create(name=name, code=code, level=level, parent=parent)
    region.path = f"{parent.path if parent else '/'}{region.pk}/"
    region.save(update_fields=["path"])
    d.places[name] = region
    return region


def _units(d: District, rows: list[dict[str, Any]]) -> None:
    government = _unit(d, {"code": "QZF", "name": "云岭区人民政府", "short": "区政府", "kind": "government"}, None)
    for row in rows:
        _unit(d, row, government)


def _unit(d: District, row: dict[str, Any], parent: Unit | None) -> Unit:
    unit = Unit.objects.create(
        code=row["code"],
        name=row["name"],
        short_name=row["short"],
        kind=row["kind"],
        region=d.places[row.get("place", DISTRICT)],
        parent=parent,
        phone=f"12345（转{row['short']}）",
        is_fallback=row.get("fallback", False),
    )
    unit.path = f"{parent.path if parent else '/'}{unit.pk}/"
    unit.save(update_fields=["path"])
    trail.record("unit.added", unit, by=SYSTEM, facts={"code": unit.code, "parent": unit.parent_id}, first=True)
    d.units[unit.short_name] = unit
    return unit


def _people(d: District, people: dict[str, list[list[str]]]) -> None:
    posts = []
    for unit, rows in people.items():
        for name, role, title in rows:
            officer = accounts.create_officer(username=name, name=name, password=None, by=SYSTEM, demo=True)
            posts.append(Post(officer=officer, unit=d.units[unit], role=role, title=title, since=IN_POST_SINCE))
            d.officers[name] = officer
            d.roles.setdefault((unit, role), name)
    made = Post.objects.bulk_create(posts)
    trail.record_many(
        [("post.given", p, {"officer": p.officer_id, "role": p.role}) for p in made], by=SYSTEM, first=True
    )


def _duties(d: District, rows: list[dict[str, Any]]) -> None:
    admin = d.viewer(d.roles["区热线办", "admin"])
    for row in rows:
        draft = units.DutyDraft(
            code=row["code"],
            matter=row["matter"],
            lead=d.units[row["lead"]],
            basis=row["basis"],
            category=d.categories[row["category"]],
            helpers=tuple(d.units[name] for name in row.get("helpers", [])),
            by_territory=row.get("territory", False),
            keywords=row["keywords"],
        )
        d.duties[row["code"]] = units.add_duty(draft=draft, by=admin)
