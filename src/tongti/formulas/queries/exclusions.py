"""剔除: the ledger, one of them, what waits, what a case has. ``exclusions`` serves the page and the exported ledger alike."""

from collections.abc import Sequence

from django.db.models import QuerySet

from tongti.cases import access as case_access
from tongti.cases.models import Case
from tongti.formulas import access, versions
from tongti.formulas.models import Exclusion
from tongti.formulas.versions import FormulaView
from tongti.shared import clock
from tongti.shared.errors import NotVisible
from tongti.shared.pages import Page, page_of
from tongti.units.access import May, Viewer

TABS: dict[str, tuple[str, ...]] = {
    "waiting": (Exclusion.State.ASKED.value,),
    "approved": (Exclusion.State.APPROVED.value,),
    "other": (Exclusion.State.REFUSED.value, Exclusion.State.WITHDRAWN.value),
}


def exclusions(viewer: Viewer) -> QuerySet[Exclusion]:
    """Every exclusion that she may see, with its case, applicant and approver: the ledger."""
    rows = Exclusion.objects.filter(access.visible(viewer)).select_related(
        "case", "asked_by", "decided_by", "withdrawn_by"
    )
    return rows.defer("case__body", "case__search", "case__address")


def ledger(viewer: Viewer, cursor: str = "", *, tab: str = "waiting", size: int = 30) -> Page[Exclusion]:
    """One page of them: what waits longest first, else the newest."""
    rows = exclusions(viewer).filter(state__in=TABS[tab])
    order = ("asked_at", "id") if tab == "waiting" else ("-id",)
    return page_of(rows, order=order, cursor=cursor, size=size)


def exclusion_for(viewer: Viewer, pk: int) -> Exclusion:
    """Raises NotVisible."""
    found = exclusions(viewer).filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return found


def may_decide(viewer: Viewer, exclusion: Exclusion) -> bool:
    """Whether she is the other hand."""
    return access.may_decide(viewer, exclusion)


def exclusions_waiting(viewer: Viewer) -> QuerySet[Exclusion]:
    """What she may decide, to be counted, at most 999."""
    if not viewer.can(access.DECIDES):
        return Exclusion.objects.none()
    rows = Exclusion.objects.filter(state=Exclusion.State.ASKED).exclude(asked_by=viewer.officer_id)
    rows = rows.exclude(asked_unit_id__in=viewer.unit_ids).exclude(case__units__overlap=sorted(viewer.unit_ids))
    return rows[:999]


def of_case(viewer: Viewer, case_id: int) -> list[Exclusion]:
    """What was asked about one case, newest first; the caller was let see the case."""
    return list(Exclusion.objects.filter(case=case_id).order_by("-pk")[:20])


def may_ask(viewer: Viewer, case: Case) -> bool:
    """Whether she may ask that this case be left out."""
    return viewer.can(May.NOTE) and Case.objects.filter(case_access.within(viewer, May.NOTE), pk=case.pk).exists()


def reason_words(code: str) -> str:
    """A reason's name."""
    return versions.reasons().get(code, code)


def formula_names(codes: Sequence[str]) -> str:
    """“解决率、满意率”."""
    return "、".join(view.name for code, view in versions.shipped().items() if code in codes)


def open_to_exclusion() -> tuple[list[FormulaView], dict[str, str]]:
    """The rates of today that allow any exclusion, and the reasons there are."""
    views = [view for view in versions.book().all_on(clock.today()) if view.reasons]
    return views, versions.reasons()
