"""Reads on answers: for those who make them, and for the asker who gets one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils import timezone

from tongti.answers import access
from tongti.answers.checking import FIELDS, Remark, check_text, contact_remark, refusal_remarks
from tongti.answers.letters import Letter, greeting, letter, masked_greeting
from tongti.answers.models import Answer, CaseWords, Part, Reply
from tongti.cases import queries as case_queries
from tongti.cases.models import Case
from tongti.parties import queries as parties
from tongti.questions.models import Membership, Question
from tongti.relay.models import OPEN, Baton
from tongti.relay.plans import OPEN_CASES, about
from tongti.relay.queries import Held, Relay
from tongti.shared import clock
from tongti.shared.errors import NotVisible
from tongti.shared.pages import Page, page_of
from tongti.units.access import May, Viewer
from tongti.window import queries as window

CLOSINGS = ("solved", "partly", "planned", "explained", "refused")


def closing_choices() -> list[tuple[str, str]]:
    """How a unit may say that it ended; whether it is solved is for the asker to say."""
    return [(code, label) for code, label in Case.Closing.choices if code in CLOSINGS]


def field_labels() -> dict[str, str]:
    """The parts of an answer and their words."""
    return dict(FIELDS)


# --- for those who make it --------------------------------------------------------------------------------------


def _rows() -> QuerySet[Answer]:
    return Answer.objects.select_related("lead", "question", "case", "composed_by", "signed_by")


def answer_for(viewer: Viewer, pk: int) -> Answer:
    """An answer on something she may see; raises NotVisible."""
    found = _rows().filter(access.visible(viewer), pk=pk).first()
    if found is None:
        raise NotVisible
    return found


def answers_on(viewer: Viewer, *, question: Question | None = None, case: Case | None = None) -> list[Answer]:
    """Every answer of a question or case, newest first."""
    return list(_rows().filter(access.visible(viewer), question=question, case=case).order_by("-pk"))


def open_answer(*, question_id: int | None = None, case_id: int | None = None) -> Answer | None:
    """The answer that is being made, if any."""
    return _rows().filter(about(question_id, case_id)).exclude(state=Answer.State.SIGNED).first()


TABS: dict[str, tuple[str, ...]] = {
    "submitted": (Answer.State.SUBMITTED.value,),
    "draft": (Answer.State.DRAFT.value,),
    "signed": (Answer.State.SIGNED.value,),
}


def my_answers(viewer: Viewer, cursor: str = "", *, tab: str = "submitted", size: int = 30) -> Page[Answer]:
    """共答 of her units by state; what waits to be signed longest first."""
    rows = _rows().filter(access.led_by(viewer, May.HANDLE) | access.led_by(viewer, May.SIGN), state__in=TABS[tab])
    return page_of(rows, order=("id",) if tab == "submitted" else ("-id",), cursor=cursor, size=size)


def to_sign(viewer: Viewer) -> QuerySet[Answer]:
    """What waits for her signature, to be counted."""
    if not viewer.can(May.SIGN):
        return Answer.objects.none()
    return Answer.objects.filter(access.led_by(viewer, May.SIGN), state=Answer.State.SUBMITTED)


@dataclass(frozen=True)
class PartRow:
    """One unit's part beside the others: who, its words so far, and whether it is in."""

    held: Held
    words: str
    submitted_at: datetime | None
    mine: bool

    @property
    def state(self) -> str:
        if self.submitted_at:
            return "submitted"
        return "writing" if self.words else "missing"

    @property
    def hole(self) -> str:
        """“区住建局的分答还没交，已超期 1 天”."""
        late = f"，{self.held.bar.left}" if self.held.late else f"（{self.held.bar.left}）"
        return f"{self.held.baton.unit.short_name}的分答还没交{late}"


def parts_of(relay_table: Relay) -> list[PartRow]:
    """The parts of helpers and territory units of the current round; a draft is shown only to its own unit."""
    beside = [held for held in relay_table.rows if held.baton.role != Baton.Role.LEAD]
    parts = {part.baton_id: part for part in Part.objects.filter(baton__in=[held.baton for held in beside])}
    rows = []
    for held in beside:
        part = parts.get(held.baton.pk)
        submitted = part.submitted_at if part else None
        words = part.words if part and (submitted or held.mine) else ""
        rows.append(PartRow(held, words, submitted, held.mine))
    return rows


def missing_parts(question_id: int | None, case_id: int | None) -> list[Baton]:
    """Open batons beside the lead: parts that are not in."""
    rows = Baton.objects.filter(about(question_id, case_id), state__in=OPEN)
    return list(rows.exclude(role=Baton.Role.LEAD).select_related("unit").order_by("pk"))


def part_for(baton: Baton) -> Part | None:
    """What the unit has written on this baton; the caller may see the baton."""
    return Part.objects.filter(baton=baton).first()


def check(answer: Answer) -> list[Remark]:
    """What to mend before it goes out; hard ones first. What goes to askers of the window 办不成事 waits until they were spoken to,
    and refuses only with its basis, what would be needed, and the remedy."""
    hard = []
    if window.any_of_window(_receiving(answer)):
        if numbers := window.uncontacted(_receiving(answer), answer.round):
            hard.append(contact_remark(numbers))
        if answer.closing == Case.Closing.REFUSED:
            hard += refusal_remarks(answer)
    return [*hard, *check_text(answer, list(CaseWords.objects.filter(answer=answer)))]


def is_of_window(answer: Answer) -> bool:
    """Whether somebody who gets it came in at the window 办不成事."""
    return window.any_of_window(_receiving(answer))


def receiver_ids(answer: Answer) -> list[int]:
    """Cases that would get this answer now: open members that were not answered, or the single case."""
    return list(_receiving(answer).order_by("pk").values_list("pk", flat=True))


def _receiving(answer: Answer) -> QuerySet[Case]:
    still_open = Case.objects.filter(state__in=OPEN_CASES)
    if answer.case_id is not None:
        return still_open.filter(pk=answer.case_id)
    active = Membership.objects.filter(question_id=answer.question_id or 0, state=Membership.State.ACTIVE)
    return still_open.filter(pk__in=active.values("case_id"))


def receiver_count(answer: Answer) -> int:
    """How many askers get (or got) it."""
    if answer.state == Answer.State.SIGNED:
        return Reply.objects.filter(answer=answer).count()
    return len(receiver_ids(answer))


@dataclass(frozen=True)
class Receiver:
    """One asker who will get the answer, masked, with the sentences that are hers alone."""

    case: Case
    name: str
    words: str


def receivers(viewer: Viewer, answer: Answer, cursor: str = "", *, size: int = 20) -> tuple[Page[Case], list[Receiver]]:
    """Who gets it, oldest case first, those with own sentences marked. Constant queries."""
    if answer.state == Answer.State.SIGNED:
        rows = Case.objects.filter(replies__answer=answer)
    elif answer.case_id is not None:
        rows = Case.objects.filter(pk=answer.case_id)
    else:
        active = Membership.objects.filter(question_id=answer.question_id or 0, state=Membership.State.ACTIVE)
        rows = Case.objects.filter(pk__in=active.values("case_id"), state__in=OPEN_CASES)
    page = page_of(rows.select_related("place").defer("search"), order=("id",), cursor=cursor, size=size)
    faces = case_queries.faces_of(viewer, page.rows)
    own = dict(
        CaseWords.objects.filter(answer=answer, case__in=[c.pk for c in page.rows]).values_list("case_id", "words")
    )
    return page, [
        Receiver(case, faces[case.pk].name if case.pk in faces else parties.NO_NAME, own.get(case.pk, ""))
        for case in page.rows
    ]


def receiver_for(viewer: Viewer, answer: Answer, case_id: int) -> Receiver:
    """One asker of the answer, for those who write it; raises NotVisible."""
    if not access.may_compose(viewer, answer):
        raise NotVisible
    if answer.state == Answer.State.SIGNED or case_id not in set(receiver_ids(answer)):
        raise NotVisible
    case = Case.objects.select_related("place").get(pk=case_id)
    faces = case_queries.faces_of(viewer, [case])
    own = CaseWords.objects.filter(answer=answer, case=case).values_list("words", flat=True).first()
    return Receiver(case, faces[case.pk].name if case.pk in faces else parties.NO_NAME, own or "")


def preview(viewer: Viewer, answer: Answer, case: Case | None = None) -> Letter | None:
    """The letter as an asker reads it (the first receiver when no case is given), her name masked; holes where parts
    are missing. None when nobody would get it."""
    if case is None:
        ids = receiver_ids(answer)
        if not ids:
            return None
        case = Case.objects.defer("search").get(pk=ids[0])
    name, kind = parties.name_for_letter(case.party_id)
    own = CaseWords.objects.filter(answer=answer, case=case).values_list("words", flat=True).first() or ""
    holes = tuple(f"{b.unit.short_name}的分答还没交" for b in missing_parts(answer.question_id, answer.case_id))
    if answer.state == Answer.State.SIGNED:
        holes = ()
    hello = masked_greeting(kind, "" if case.hide_identity else name)
    return letter(answer, case, own_words=own, salutation=hello, holes=holes)


@dataclass(frozen=True)
class Refusal:
    """否定答复: one signed refusal of the window, for the ledger; ``askers`` got it."""

    answer: Answer
    title: str
    number: str
    askers: int


def refusals(viewer: Viewer, cursor: str = "", *, size: int = 30) -> tuple[Page[Answer], list[Refusal]]:
    """否定答复台账 (天津某区 2021: a refusal is reported): what was refused to askers of the window, newest first. Two queries."""
    came = Reply.objects.filter(answer=OuterRef("pk"), case__channel=Case.Channel.STUCK)
    rows = _rows().filter(access.visible(viewer), Exists(came), state=Answer.State.SIGNED, closing=Case.Closing.REFUSED)
    page = page_of(rows, order=("-signed_at", "-id"), cursor=cursor, size=size)
    counted = Reply.objects.filter(answer__in=[row.pk for row in page.rows]).values_list("answer_id")
    askers = dict(counted.annotate(n=Count("pk")).order_by())
    listed = []
    for row in page.rows:
        thing = row.question or row.case
        assert thing is not None
        title = row.question.title if row.question else row.case.headline if row.case else ""
        listed.append(Refusal(row, title, thing.number, askers.get(row.pk, 0)))
    return page, listed


# --- for the asker ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ReplyView:
    """One answer as it reads on a page: greeting, the frozen text, who signed for which unit, when."""

    pk: int
    greeting: str
    body: str
    unit: str
    on: date
    at: datetime
    round: int

    @property
    def paragraphs(self) -> list[str]:
        return [part for part in self.body.split("\n") if part]


def replies_for_case(case: Case, viewer: Viewer | None = None) -> list[ReplyView]:
    """Answers of one case, newest first. Without a viewer it is the asker's own page: addressed by full name.

    With a viewer the caller has been let see the case, and the greeting is masked.
    """
    rows = Reply.objects.filter(case=case).select_related("answer__lead").order_by("-made_at", "-pk")
    name, kind = parties.name_for_letter(case.party_id)
    hello = greeting(kind, name) if viewer is None else masked_greeting(kind, "" if case.hide_identity else name)
    return [
        ReplyView(
            pk=row.pk,
            greeting=hello,
            body=row.body,
            unit=row.answer.lead.name,
            on=timezone.localdate(row.answer.signed_at or row.made_at),
            at=row.made_at,
            round=row.answer.round,
        )
        for row in rows
    ]


def latest_replies(case_ids: Sequence[int], limit: int = 3) -> list[Reply]:
    """The newest answers that went to these cases, which the caller was let see; one query. For the file of a firm."""
    if not case_ids:
        return []
    rows = Reply.objects.filter(case_id__in=case_ids).select_related("answer__lead", "case")
    return list(rows.defer("case__search").order_by("-made_at", "-pk")[:limit])


@dataclass(frozen=True)
class PublicAnswer:
    """A joint answer as strangers may read it on the public page of its question: what all share, nobody's own sentences."""

    body: str
    unit: str
    at: datetime


def public_answers(question: Question) -> list[PublicAnswer]:
    """Signed joint answers of a question that is cleared for the public, newest first."""
    if not question.is_public:
        return []
    rows = Answer.objects.filter(question=question, state=Answer.State.SIGNED).select_related("lead").order_by("-pk")
    return [PublicAnswer(_shared_body(row), row.lead.name, row.signed_at or clock.now()) for row in rows]


def _shared_body(answer: Answer) -> str:
    parts = [answer.found, answer.done, answer.basis, answer.would_need, answer.next_steps]
    return "\n\n".join(text.strip() for text in parts if text.strip())


def marks_of(cases: Sequence[Case]) -> dict[int, datetime]:
    """When each of these cases was answered last; one query."""
    rows = Reply.objects.filter(case__in=[c.pk for c in cases]).order_by("made_at").values_list("case_id", "made_at")
    return dict(rows)
