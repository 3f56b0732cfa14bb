"""A paper's way: data are taken and frozen, a person adds her words, it is signed and gets its number; voided, it keeps it."""

from collections.abc import Mapping
from datetime import date, timedelta

from django.db import transaction
from django.db.models import F

from tongti.papers import access
from tongti.papers.actions.templates import template_in_use
from tongti.papers.errors import NoCode, NotADraft, NotFinished, NotSigned
from tongti.papers.kinds import KINDS, Kind
from tongti.papers.kinds.kind import Asked
from tongti.papers.models import Paper, PaperSeries
from tongti.papers.sealing import seal_of
from tongti.shared import clock
from tongti.shared.errors import BadInput, Raced
from tongti.shared.privacy import found_in
from tongti.shared.text import checked_words
from tongti.trail import actions as trail
from tongti.units.access import Viewer
from tongti.visits.models import Campaign

LONGEST = timedelta(days=366)
WORDS_LIMIT = 4000
State = Paper.State


@transaction.atomic
def make_paper(
    *, kind: str, campaign: Campaign, since: date, until: date, scope: str = "", by: Viewer
) -> Paper:  # fmt: skip
    """Take the data of these days (both counted) and keep them with the template in use. Raises BadInput, NotAllowed."""
    access.require_maker(by)
    what = _checked(kind, since, until, scope)
    snapshot = what.collect(Asked(campaign, since, until, scope, by))
    paper = Paper(
        kind=kind,
        template=template_in_use(kind),
        campaign=campaign,
        scope=scope,
        since=since,
        until=until,
        title=what.title(snapshot)[:120],
        snapshot=snapshot,
        words={section.key: "" for section in what.sections},
        made_by_id=by.officer_id,
        made_at=clock.now(),
    )
    paper.seal = seal_of(paper)
    Paper.objects.bulk_create([paper])
    trail.record(
        "paper.made", paper, by=by, facts={"kind": kind, "campaign": campaign.pk, "seal": paper.seal[:16]}, first=True
    )
    return paper


@transaction.atomic
def retake_paper(*, paper: Paper, by: Viewer) -> Paper:
    """Take the data anew, with the template in use now; the words stay. Raises NotADraft, NotAllowed."""
    access.require_maker(by)
    paper = _draft(paper)
    assert paper.campaign is not None
    what = KINDS[paper.kind]
    paper.snapshot = what.collect(Asked(paper.campaign, paper.since, paper.until, paper.scope, by))
    paper.title = what.title(paper.snapshot)[:120]
    paper.template, paper.made_at = template_in_use(paper.kind), clock.now()
    return _kept(paper, ("snapshot", "title", "template", "made_at"), "paper.retaken", by)


@transaction.atomic
def word_paper(*, paper: Paper, words: Mapping[str, str], version: int, by: Viewer) -> Paper:
    """Keep what a person wrote. ``version`` is the one she had before her. Raises BadInput, NotADraft, Raced, NotAllowed.

    Nobody's number stands in a paper that leaves the house (domain sheet 8.4).
    """
    access.require_maker(by)
    paper = _draft(paper)
    if paper.version != version:
        raise Raced
    checked = {}
    for section in KINDS[paper.kind].sections:
        text = checked_words(words.get(section.key, ""), section.key, section.label, WORDS_LIMIT, optional=True)
        if hits := found_in(text):
            raise BadInput(section.key, f"里面有{hits[0].kind}，公文里不能写个人信息，请去掉。")
        checked[section.key] = text
    paper.words = checked
    return _kept(paper, ("words",), "paper.worded", by)


@transaction.atomic
def sign_paper(*, paper: Paper, version: int, by: Viewer) -> Paper:
    """It is the office's word now: number and seal are given, nothing is changed any more.

    The number is taken in the same transaction, from a row that is locked: no gaps, none twice. Raises NotFinished, NoCode,
    NotADraft, Raced, NotAllowed.
    """
    access.require_maker(by)
    paper = _draft(paper)
    if paper.version != version:
        raise Raced
    for section in KINDS[paper.kind].sections:
        if section.required and not paper.words.get(section.key):
            raise NotFinished(what=section.label)
    if not paper.template.code:
        raise NoCode
    paper.signed_at, paper.signed_by_id, paper.state = clock.now(), by.officer_id, State.SIGNED
    paper.code, paper.year = paper.template.code, clock.today().year
    paper.serial = _next_serial(paper.code, paper.year)
    columns = ("signed_at", "signed_by", "state", "code", "year", "serial")
    return _kept(paper, columns, "paper.signed", by, number=paper.number)


@transaction.atomic
def void_paper(*, paper: Paper, reason: str, by: Viewer) -> Paper:
    """作废: it keeps its number and stays in the list of numbers. Raises NotSigned, BadInput, NotAllowed."""
    access.require_maker(by)
    reason = checked_words(reason, "reason", "作废理由", 200)
    won = Paper.objects.filter(pk=paper.pk, state=State.SIGNED).update(
        state=State.VOIDED, voided_by=by.officer_id, voided_at=clock.now(), void_reason=reason, version=F("version") + 1
    )
    paper.refresh_from_db()
    if not won:
        raise NotSigned(state=paper.get_state_display())
    trail.record("paper.voided", paper, by=by, facts={"number": paper.number})
    return paper


@transaction.atomic
def drop_paper(*, paper: Paper, by: Viewer) -> Paper:
    """弃用 a draft: it never had a number. Raises NotADraft, NotAllowed."""
    access.require_maker(by)
    won = Paper.objects.filter(pk=paper.pk, state=State.DRAFT).update(state=State.DROPPED, version=F("version") + 1)
    paper.refresh_from_db()
    if not won:
        raise NotADraft(state=paper.get_state_display())
    trail.record("paper.dropped", paper, by=by)
    return paper


def _checked(kind: str, since: date, until: date, scope: str) -> Kind:
    what = KINDS.get(kind)
    if what is None:
        raise BadInput("kind", "没有这个文种。")
    if until < since:
        raise BadInput("until", "截止日期不能早于开始日期。")
    if until > clock.today():
        raise BadInput("until", "截止日期不能晚于今天。")
    if until - since >= LONGEST:
        raise BadInput("since", "一份最多写一年。")
    if (scope or what.scopes) and scope not in what.scopes:
        raise BadInput("scope", "没有这个选项，请重新选择。")
    return what


def _draft(paper: Paper) -> Paper:
    """The row, locked, and still a draft."""
    found = Paper.objects.select_for_update(of=("self",)).select_related("template", "campaign").get(pk=paper.pk)
    if found.state != State.DRAFT:
        raise NotADraft(state=found.get_state_display())
    return found


def _kept(paper: Paper, columns: tuple[str, ...], verb: str, by: Viewer, **facts: str) -> Paper:
    paper.version += 1
    paper.seal = seal_of(paper)
    paper.save(update_fields=[*columns, "version", "seal"])
    trail.record(verb, paper, by=by, facts={"version": paper.version, "seal": paper.seal[:16], **facts})
    return paper


def _next_serial(code: str, year: int) -> int:
    PaperSeries.objects.get_or_create(code=code, year=year)
    series = PaperSeries.objects.select_for_update().get(code=code, year=year)
    series.last += 1
    series.save(update_fields=["last"])
    return series.last
