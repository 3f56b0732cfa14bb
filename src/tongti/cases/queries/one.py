"""One case: found for somebody, with what its page shows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet

from tongti.accounts.models import Officer
from tongti.cases.access import may_see_identity, visible, within
from tongti.cases.models import Addition, Attachment, Case
from tongti.cases.wording import detail_of
from tongti.parties import queries as parties
from tongti.parties.queries import Face
from tongti.shared.actor import CALLED
from tongti.shared.errors import NotVisible
from tongti.shared.numbers import query_code_matches, read_case_number
from tongti.shared.seeing import passes
from tongti.shared.uploads import kind_of
from tongti.trail import queries as trail
from tongti.trail.wording import words_of
from tongti.units.access import May, Viewer
from tongti.units.models import Unit


def seen_by(viewer: Viewer) -> QuerySet[Case]:
    """The cases this officer may see."""
    return Case.objects.filter(visible(viewer))


def case_for(viewer: Viewer, which: int | str) -> Case:
    """By id or number, with place, category and holder. Raises NotVisible."""
    rows = seen_by(viewer).select_related("place", "category", "holder").defer("search")
    if isinstance(which, int):
        found = rows.filter(pk=which).first()
    else:
        number = read_case_number(which)
        found = rows.filter(number=number).first() if number else None
    if found is None:
        raise NotVisible
    return found


def for_asker(number: str, code: str) -> Case:
    """The case whose number and query code the asker typed. A wrong code and an unknown number are told alike: NotVisible."""
    normal = read_case_number(number)
    # the code is checked first, so that an unknown number takes no longer than a known one
    fits = query_code_matches(normal or "", code)
    found = Case.objects.defer("search").filter(number=normal).first() if normal and fits else None
    if found is None:
        raise NotVisible
    return found


def case_by_id(pk: int) -> Case:
    """For the asker's own session, whose number and code were checked before, and for jobs. Raises NotVisible."""
    found = Case.objects.select_related("place", "category", "holder").defer("search").filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return found


def face_of(viewer: Viewer, case: Case) -> Face | None:
    """Who asks, as far as this viewer may see it now; None for an anonymous case."""
    hidden = [case.party_id] if case.hide_identity and case.party_id else []
    return parties.faces(viewer, [case.party_id], hidden_case_parties=hidden).get(case.party_id or 0)


def faces_of(viewer: Viewer, cases: Sequence[Case], *, phones: bool = True) -> dict[int, Face]:
    """Faces by case id for a list page; two queries. ``phones``: see ``parties.faces``."""
    hidden = {c.party_id for c in cases if c.hide_identity and c.party_id}
    found = parties.faces(viewer, [c.party_id for c in cases], hidden_case_parties=hidden, phones=phones)
    return {c.pk: found[c.party_id] for c in cases if c.party_id in found}


def may_note(viewer: Viewer, case: Case) -> bool:
    """Whether she may add words or files to this case: those who work on it, not everybody who reads it."""
    return viewer.can(May.NOTE) and passes(case, within(viewer, May.NOTE))


def may_reveal(viewer: Viewer, case: Case) -> bool:
    """Whether the page offers “查看身份”."""
    return case.party_id is not None and may_see_identity(
        viewer, holder_id=case.holder_id, hide_identity=case.hide_identity
    )


@dataclass(frozen=True)
class Added:
    """One addition as its reader sees it."""

    words: str
    who: str
    for_asker: bool
    at: datetime


def additions(case: Case, *, for_asker: bool = False) -> list[Added]:
    """Oldest first; ``for_asker`` leaves the house's own notes out. Two queries."""
    rows = Addition.objects.filter(case_id=case.pk).order_by("at", "id")
    if for_asker:
        rows = rows.filter(for_asker=True)
    found = list(rows)
    names = _officer_names({a.by_id for a in found if a.by_kind == "officer"})
    return [Added(words=a.words, who=_who(a.by_kind, a.by_id, names), for_asker=a.for_asker, at=a.at) for a in found]


@dataclass(frozen=True)
class FileRow:
    """One attachment for the file list; ``pk`` builds its address, the stored name is told to nobody."""

    pk: int
    name: str
    kind: str
    size: int
    by_kind: str
    at: datetime
    content_type: str = ""
    url: str = ""
    note: str = ""


def attachments(case: Case) -> list[FileRow]:
    """Oldest first."""
    return [
        FileRow(
            pk=a.pk,
            name=a.given_name,
            kind=kind_of(a.content_type),
            size=a.size,
            by_kind=a.by_kind,
            at=a.at,
            content_type=a.content_type,
        )
        for a in Attachment.objects.filter(case_id=case.pk).order_by("at", "id")
    ]


def file_of(case: Case, pk: int) -> tuple[FileRow, Path]:
    """One attachment of a case that the caller was let see, and where it lies. Raises NotVisible."""
    row = Attachment.objects.filter(case_id=case.pk, pk=pk).first()
    if row is None:
        raise NotVisible
    path = Path(settings.MEDIA_ROOT) / row.path
    if not path.is_file():
        raise NotVisible
    file = FileRow(
        pk=row.pk,
        name=row.given_name,
        kind=kind_of(row.content_type),
        size=row.size,
        by_kind=row.by_kind,
        at=row.at,
        content_type=row.content_type,
    )
    return file, path


@dataclass(frozen=True)
class Step:
    """One event of the trail in words: what, who, where, when."""

    words: str
    who: str
    at: datetime
    detail: str = ""
    verb: str = ""
    facts: dict[str, object] = field(default_factory=dict)


def history(case: Case, limit: int = 100) -> list[Step]:
    """The trail of a case that the caller was let see, newest first, in Chinese; three queries."""
    events = trail.of(case, limit)
    officers = _officer_names({e.actor_id for e in events if e.actor_kind == "officer"})
    unit_ids = (
        {e.actor_unit_id for e in events}
        | {e.facts.get("holder") for e in events}
        | {e.facts.get("was") for e in events if isinstance(e.facts.get("was"), int)}
        | {unit for e in events for unit in e.facts.get("units", ())}
    )
    units = dict(Unit.objects.filter(pk__in=[u for u in unit_ids if u]).values_list("id", "short_name"))
    return [
        Step(
            words=words_of(e.verb),
            who=_who_at(e.actor_kind, e.actor_id, e.actor_unit_id, officers, units),
            at=e.at,
            detail=detail_of(e.verb, e.facts, units),
            verb=e.verb,
            facts=e.facts,
        )
        for e in events
    ]


def _officer_names(ids: set[int | None]) -> dict[int, str]:
    wanted = [pk for pk in ids if pk]
    return dict(Officer.objects.filter(pk__in=wanted).values_list("id", "name")) if wanted else {}


def _who(kind: str, pk: int | None, officers: dict[int, str]) -> str:
    if kind == "officer":
        return officers.get(pk or 0, "工作人员")
    return CALLED.get(kind, CALLED["system"])


def _who_at(kind: str, pk: int | None, unit_id: int | None, officers: dict[int, str], units: dict[int, str]) -> str:
    name = _who(kind, pk, officers)
    return f"{units[unit_id]} {name}" if kind == "officer" and unit_id in units else name
