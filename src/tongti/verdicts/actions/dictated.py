"""上门记下: an officer who did not do the work writes down what the firm says to the four questions."""

from django.db import transaction

from tongti.answers.models import Reply
from tongti.cases.models import Case
from tongti.shared.text import checked_words
from tongti.units.access import May, Viewer
from tongti.verdicts.actions.listening import invite, judge
from tongti.verdicts.errors import AlreadyJudged, NothingToJudge, OwnWork
from tongti.verdicts.models import Invitation, Verdict
from tongti.verdicts.queries import handling_units


@transaction.atomic
def take_down(
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
    """What somebody at the firm (``speaker``, her post is enough) said on a visit about the newest reply, as dictated.

    The firm's one-time link is used up by it, so the firm speaks once. Whether this officer may speak with this firm is for the
    caller to know. Raises NotAllowed, OwnWork, NothingToJudge, AlreadyJudged, LinkSpent, BadInput.
    """
    by.require(May.VISIT)
    speaker = checked_words(speaker, "speaker", "企业谁说的", 40)
    newest = Reply.objects.filter(case=case).order_by("-pk").first()
    if newest is None:
        raise NothingToJudge
    if by.unit_ids & handling_units(newest):
        raise OwnWork
    if not Invitation.objects.filter(reply=newest).exists():
        # The job that asks everybody has not come round yet; it is safe to run twice. It locks the replies of the answer in one
        # order, so it comes before we lock ours: the other way round two of these would wait for each other.
        invite(answer_id=newest.answer_id)
    reply = Reply.objects.select_for_update(of=("self",)).select_related("answer", "case").get(pk=newest.pk)
    if Verdict.objects.filter(reply=reply).exists():
        raise AlreadyJudged
    if reply.case.state != Case.State.ANSWERED:
        raise NothingToJudge
    return judge(
        reply,
        contacted=contacted,
        solved=solved,
        satisfied=satisfied,
        answered=answered,
        words=words,
        way=Verdict.Way.VISIT,
        speaker=speaker,
        by=by,
    )
