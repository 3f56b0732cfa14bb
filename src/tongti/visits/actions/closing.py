"""四问: the officer of a firm writes down what it says about an answer, where it did not answer through its link."""

from django.db import transaction

from tongti.cases.models import Case
from tongti.shared.errors import NotVisible
from tongti.units.access import May, Viewer
from tongti.verdicts import actions as verdicts
from tongti.verdicts.models import Verdict
from tongti.visits import access


@transaction.atomic
def take_answers(
    *,
    case: Case,
    contacted: bool,
    solved: str,
    satisfied: str,
    answered: bool | None,
    words: str,
    speaker: str,
    by: Viewer,
) -> Verdict:
    """The firm's answers as dictated to an officer who looks after it; marked as such, with who spoke.

    “Not solved” and “not answered” bring the case back to who held it last. Raises NotVisible, NotAllowed, OwnWork,
    NothingToJudge, AlreadyJudged, BadInput.
    """
    by.require(May.VISIT)
    if case.party_id is None:
        raise NotVisible
    access.require_firm(by, case.party_id)
    if not access.firm_cases(by, [case.party_id]).filter(pk=case.pk).exists():
        raise NotVisible
    return verdicts.take_down(
        case=case,
        contacted=contacted,
        solved=solved,
        satisfied=satisfied,
        answered=answered,
        words=words,
        speaker=speaker,
        by=by,
    )
