"""The register of 云岭区: 120 invented firms, their contacts and three months of figures, entered in bulk."""

import random
from collections.abc import Iterator
from typing import Any

from stdnum.cn import uscc

from tongti.parties import actions as parties
from tongti.parties.actions import ContactDraft, FigureDraft, FirmDraft
from tongti.parties.models import Firm
from tongti.parties.periods import last_month
from tongti.project.demo.district import DISTRICT_CODE, District, read
from tongti.project.demo.voices import Names
from tongti.shared import clock

KEEPER = "石磊"
# Of its own, so that the stories of the district are told as they were before there was a register.
SEED = 20260601
# Registered by the market regulator (9): a company (1), a shop (2), a farm co-operative (3); by the staffing office (1) an institution (2).
PREFIX = {"enterprise": "91", "shop": "92", "farm": "93", "institute": "12", "park": "12"}
POSTS = {"shop": "店主", "farm": "理事长", "project": "项目经理", "park": "招商服务部", "institute": "办公室"}
KINDS = {
    "parks": "park",
    "enterprises": "enterprise",
    "projects": "project",
    "institutes": "institute",
    "farms": "farm",
    "shops": "shop",
    "no_code": "enterprise",
    "by_person": "shop",
}


def load(d: District) -> list[Firm]:
    """Enter the entries, parks first; ``d.firm_codes`` then knows the code behind the name that a firm goes by in a complaint."""
    data, rng = read("firms"), random.Random(SEED)  # noqa: S311  (a plot, not a secret)
    names = Names(read("district")["names"], rng)
    by = d.viewer(KEEPER)
    parks: dict[str, int] = {}
    entered: list[tuple[Firm, str]] = []
    for groups in (("parks",), tuple(group for group in KINDS if group != "parks")):
        rows = [(group, row) for group in groups for row in data[group]]
        drafts = [_draft(d, group, row, len(entered) + n, parks) for n, (group, row) in enumerate(rows, start=1)]
        firms = parties.enter_many(rows=[(draft, _contacts(draft, names)) for draft in drafts], by=by)
        parks |= {firm.name: firm.pk for firm in firms if firm.kind == Firm.Kind.PARK}
        entered += [(firm, row[7] if len(row) > 7 else "") for firm, (_, row) in zip(firms, rows, strict=True)]
    d.firm_codes = {said: firm.credit_code for firm, said in entered if said}
    return [firm for firm, _ in entered]


def report(d: District, firms: list[Firm]) -> None:
    """The figures of the last three months, entered by the command office at one sitting."""
    rng = random.Random(SEED)  # noqa: S311
    parties.enter_figures(entries=list(_figures(firms, rng)), by=d.viewer(KEEPER))
    parties.find_lookalikes()


def _draft(d: District, group: str, row: list[Any], number: int, parks: dict[str, int]) -> FirmDraft:
    name, size, sector, park, place, unit, status = row[:7]
    kind = KINDS[group]
    own_code = group != "no_code" and kind in PREFIX
    return FirmDraft(
        name=name,
        kind=kind,
        name_personal=group == "by_person",
        credit_code=_code(kind, number) if own_code else "",
        size=size,
        sector=sector,
        park_id=parks.get(park),
        place_id=d.places[place].pk,
        address=f"{park or place}{number} 号",
        status=status,
        unit_id=d.units[unit].pk,
    )


def _code(kind: str, number: int) -> str:
    """A code with a true check digit in a range that nobody was ever given: district 450199, body ``MAYLQ…``."""
    # seven apart, so that two neighbours do not look like one mistyped code
    body = f"{PREFIX[kind]}{DISTRICT_CODE}MAYLQ{number * 77:04d}"
    return f"{body}{uscc.calc_check_digit(body)}"


def _contacts(draft: FirmDraft, names: Names) -> list[ContactDraft]:
    name, phone = names.person()
    who = ContactDraft(
        name=draft.name if draft.name_personal else name, phone=phone, post=POSTS.get(draft.kind, "办公室主任")
    )
    if draft.size not in ("industry", "trade"):
        return [who]
    name, phone = names.person()
    return [who, ContactDraft(name=name, phone=phone, post="总经理")]


def _figures(firms: list[Firm], rng: random.Random) -> Iterator[tuple[Firm, FigureDraft]]:
    """Three months of what a firm above the threshold reports; what a builder has invested."""
    newest = last_month(clock.today())
    months = [newest.before.before, newest.before, newest]
    for firm in firms:
        if firm.kind == Firm.Kind.PROJECT:
            done = rng.randrange(400, 3000)
            for month in months:
                done += rng.randrange(50, 600)
                yield firm, FigureDraft("investment", month, str(done), "firm", "开工以来累计")
        if firm.size not in ("industry", "trade") or firm.status != Firm.Status.RUNNING:
            continue
        measure = "output" if firm.size == "industry" else "revenue"
        level, staff = rng.randrange(180, 2600), rng.randrange(25, 420)
        for month in months:
            level, staff = int(level * rng.uniform(0.88, 1.14)), int(staff * rng.uniform(0.96, 1.05))
            yield firm, FigureDraft(measure, month, str(level), "statistics")
            yield firm, FigureDraft("staff", month, str(staff), "firm")
        if firm.size == "industry":
            yield firm, FigureDraft("power", newest, f"{level * rng.uniform(0.01, 0.05):.1f}", "firm")
            yield firm, FigureDraft("orders", newest, str(int(level * rng.uniform(1.2, 3.5))), "visit")
        if rng.random() < 0.3:
            yield firm, FigureDraft("arrears", newest, str(rng.randrange(12, 380)), "visit", "下游客户拖欠货款")
        if rng.random() < 0.35:
            yield firm, FigureDraft("financing", newest, str(rng.randrange(1, 20) * 50), "visit")
