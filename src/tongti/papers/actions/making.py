"""A paper's way: data are taken and frozen, a person adds her words, it is signed and gets its number; voided, it keeps it."""

import json
from collections.abc import Mapping
from datetime import date, timedelta

from django.db import transaction
from django.db.models import F

from tongti.papers import access
from tongti.papers.actions.templates import template_in_use
from tongti.papers.errors import NoCode, NotADraft, NotFinished, NotSigned, NumberInForce
from tongti.papers.kinds import KINDS, PRIVATE, Asked, Kind, Subject, about_of, subject_for
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
TAKEN = ("snapshot", "private", "title", "template", "made_at", "unit", "to_unit", "units")
"""Columns that are filled when data are taken."""


@transaction.atomic
def make_paper(
    *, kind: str, subject: Subject, since: date | None = None, until: date | None = None, scope: str = "", by: Viewer
) -> Paper:  # fmt: skip
    """Take the data of these days (both counted; of a single matter: as it stands today) and keep them with the template in use.

    ``subject`` is what the kind is about; None is the whole district. Raises BadInput, NotAllowed, NotVisible,
    NothingToWriteAbout.
    """
    what = _checked(kind, subject, since, until, scope)
    # as it stands now, and as far as she may see it: what the page had before it may be older
    subject = subject_for(by, what.about, subject.pk) if subject is not None else None
    today = clock.today()
    paper = Paper(
        kind=kind,
        about=what.about,
        about_id=subject.pk if subject is not None else 0,
        campaign=subject if isinstance(subject, Campaign) else None,
        scope=scope,
        since=since or today,
        until=until or today,
        words={section.key: "" for section in what.sections},
        made_by_id=by.officer_id,
    )
    _take(paper, subject, by)
    paper.seal = seal_of(paper)
    Paper.objects.bulk_create([paper])
    facts = {"kind": kind, "about": paper.about, "about_id": paper.about_id, "seal": paper.seal[:16]}
    trail.record("paper.made", paper, by=by, facts=facts, first=True)
    return paper


@transaction.atomic
def retake_paper(*, paper: Paper, by: Viewer) -> Paper:
    """Take the data anew, with the template in use now; the words stay. Raises NotADraft, NotAllowed, NotVisible,
    NothingToWriteAbout."""
    paper = _draft(paper)
    _require_maker(paper, by)
    _take(paper, subject_for(by, paper.about, paper.about_id), by)
    return _kept(paper, TAKEN, "paper.retaken", by)


def _take(paper: Paper, subject: Subject, by: Viewer) -> None:
    """Fill in the data, who issues it and who reads it, and the template. Raises NotAllowed, NothingToWriteAbout."""
    what = KINDS[paper.kind]
    parties = what.parties(subject)
    paper.unit, paper.to_unit, paper.units = parties.unit, parties.to_unit, sorted(parties.readers)
    _require_maker(paper, by)
    taken = what.collect(Asked(subject, paper.since, paper.until, paper.scope, by))
    private = taken.pop(PRIVATE, None)
    paper.snapshot = taken
    paper.private = json.dumps(private, ensure_ascii=False, sort_keys=True) if private else ""
    paper.title = what.title(taken)[:120]
    paper.template, paper.made_at = template_in_use(paper.kind, paper.unit), clock.now()


def _require_maker(paper: Paper, by: Viewer) -> None:
    access.require_maker(by, paper.kind, paper.unit, paper.to_unit)


def _require_signer(paper: Paper, by: Viewer) -> None:
    access.require_signer(by, paper.kind, paper.unit, paper.to_unit)


@transaction.atomic
def word_paper(*, paper: Paper, words: Mapping[str, str], version: int, by: Viewer) -> Paper:
    """Keep what a person wrote. ``version`` is the one she had before her. Raises BadInput, NotADraft, Raced, NotAllowed.

    Nobody's number stands in a paper that leaves the house (domain sheet 8.4).
    """
    paper = _draft(paper)
    _require_maker(paper, by)
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

    The number is taken in the same transaction, from a row that is locked: no gaps, none twice. A number that came with the matter
    is in force on one paper at a time. Raises NotFinished, NoCode, NumberInForce, NotADraft, Raced, NotAllowed.
    """
    paper = _draft(paper)
    _require_signer(paper, by)
    if paper.version != version:
        raise Raced
    for section in KINDS[paper.kind].sections:
        if section.required and not paper.words.get(section.key):
            raise NotFinished(what=section.label)
    paper.signed_at, paper.signed_by_id, paper.state = clock.now(), by.officer_id, State.SIGNED
    _number(paper)
    columns = ("signed_at", "signed_by", "state", "code", "year", "serial", "given")
    return _kept(paper, columns, "paper.signed", by, number=paper.number)


def _number(paper: Paper) -> None:
    given = KINDS[paper.kind].number(paper.snapshot)
    if given:
        # its row is locked by whoever signs: of two papers with this number one finds the other
        list(Paper.objects.select_for_update().filter(about=paper.about, about_id=paper.about_id).values_list("pk"))
        if Paper.objects.filter(given=given, state=State.SIGNED).exists():
            raise NumberInForce(number=given)
        paper.given = given
        return
    if not paper.template.code:
        raise NoCode
    paper.code, paper.year = paper.template.code, clock.today().year
    paper.serial = _next_serial(paper.code, paper.year)


@transaction.atomic
def void_paper(*, paper: Paper, reason: str, by: Viewer) -> Paper:
    """作废: it keeps its number and stays in the list of numbers. Raises NotSigned, BadInput, NotAllowed."""
    _require_signer(paper, by)
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
    _require_maker(paper, by)
    won = Paper.objects.filter(pk=paper.pk, state=State.DRAFT).update(state=State.DROPPED, version=F("version") + 1)
    paper.refresh_from_db()
    if not won:
        raise NotADraft(state=paper.get_state_display())
    trail.record("paper.dropped", paper, by=by)
    return paper


def _checked(kind: str, subject: Subject, since: date | None, until: date | None, scope: str) -> Kind:
    what = KINDS.get(kind)
    if what is None or about_of(subject) != what.about:
        raise BadInput("kind", "没有这个文种。")
    if what.of_days:
        _check_days(since, until)
    if since and until and what.check:
        what.check(since, until)
    if (scope or what.scopes) and scope not in what.scopes:
        raise BadInput("scope", "没有这个选项，请重新选择。")
    return what


def _check_days(since: date | None, until: date | None) -> None:
    if since is None or until is None:
        raise BadInput("since", "请写从哪天到哪天。")
    if until < since:
        raise BadInput("until", "截止日期不能早于开始日期。")
    if until > clock.today():
        raise BadInput("until", "截止日期不能晚于今天。")
    if until - since >= LONGEST:
        raise BadInput("since", "一份最多写一年。")


def _draft(paper: Paper) -> Paper:
    """The row, locked, and still a draft."""
    found = (
        Paper.objects.select_for_update(of=("self",))
        .select_related("template", "campaign", "unit", "to_unit")
        .get(pk=paper.pk)
    )
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
