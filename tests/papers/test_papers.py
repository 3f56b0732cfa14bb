"""A paper's way: data frozen, words written, signed under the next number, voided with the number kept."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from tests.papers.conftest import TEMPLATE, WORDS
from tongti.papers import actions, queries
from tongti.papers.actions import TemplateDraft
from tongti.papers.errors import NoCode, NotADraft, NotFinished, NotSigned
from tongti.papers.models import Paper, PaperSeries, PaperTemplate
from tongti.shared import clock
from tongti.shared.errors import BadInput, NotAllowed, NotVisible, Raced
from tongti.trail import queries as trail


def verbs(paper):
    return [event.verb for event in trail.of(paper)][::-1]


def test_a_paper_keeps_the_data_it_was_made_of_until_they_are_taken_anew(brief, outing, office):
    paper = brief()
    outing.finding("仓库漏雨，原料受潮")
    assert queries.paper_for(office, paper.pk).snapshot["week"]["found"] == 4
    paper = actions.word_paper(paper=paper, words=WORDS, version=paper.version, by=office)
    paper = actions.retake_paper(paper=paper, by=office)
    assert (paper.snapshot["week"]["found"], paper.words) == (5, WORDS)
    assert verbs(paper) == ["paper.made", "paper.worded", "paper.retaken"]


def test_signing_gives_the_next_number_and_nothing_is_changed_afterwards(brief, office):
    first, second = brief(signed=True), brief(signed=True)
    assert [first.number, second.number] == ["云调研〔2026〕1号", "云调研〔2026〕2号"]
    assert verbs(first) == ["paper.made", "paper.worded", "paper.signed"]
    for again in (
        lambda: actions.word_paper(paper=first, words=WORDS, version=first.version, by=office),
        lambda: actions.retake_paper(paper=first, by=office),
        lambda: actions.sign_paper(paper=first, version=first.version, by=office),
        lambda: actions.drop_paper(paper=first, by=office),
    ):
        with pytest.raises(NotADraft):
            again()
    assert queries.is_intact(queries.paper_for(office, first.pk))
    first.signed_at = timezone.localtime(first.signed_at)
    assert queries.is_intact(first)  # a moment is the same in every zone


@pytest.mark.parametrize("column", ["snapshot", "words", "title"])
def test_what_was_changed_behind_the_houses_back_shows(brief, office, column):
    paper = brief(signed=True)
    value = "别的标题" if column == "title" else getattr(paper, column) | {"campaign": "别的"}
    Paper.objects.filter(pk=paper.pk).update(**{column: value})
    assert not queries.is_intact(queries.paper_for(office, paper.pk))


def test_a_voided_number_is_listed_and_the_next_one_goes_on(brief, office):
    paper = brief(signed=True)
    with pytest.raises(BadInput):
        actions.void_paper(paper=paper, reason=" ", by=office)
    paper = actions.void_paper(paper=paper, reason="数据有误，另发", by=office)
    assert (paper.state, paper.number, verbs(paper)[-1]) == ("voided", "云调研〔2026〕1号", "paper.voided")
    with pytest.raises(NotSigned):
        actions.void_paper(paper=paper, reason="再作废一次", by=office)
    assert brief(signed=True).number == "云调研〔2026〕2号"
    found = queries.numbers(office, PaperSeries.objects.get().pk)
    assert [one.number for one in found.page.rows] == ["云调研〔2026〕2号", "云调研〔2026〕1号"]
    assert [one.serial for one in found.page.rows][::-1] == list(range(1, found.series.last + 1))
    assert (found.in_force, found.voided, found.missing) == (1, 1, 0)
    voided = queries.numbers(office, found.series.pk, state="voided").page.rows
    assert [one.number for one in voided] == ["云调研〔2026〕1号"]


def test_a_number_that_stands_on_no_paper_is_counted(brief, office):
    brief(signed=True)
    PaperSeries.objects.update(last=3)  # as if two had been taken away
    assert queries.numbers(office, PaperSeries.objects.get().pk).missing == 2


def test_a_new_year_begins_at_one(brief, office, on_friday, outing):
    brief(signed=True)
    on_friday.move_to("2027-01-04T01:00:00Z")
    paper = actions.make_paper(
        kind="levels", subject=outing.campaign, since=date(2027, 1, 1), until=clock.today(), scope="city", by=office
    )
    paper = actions.sign_paper(paper=paper, version=paper.version, by=office)
    assert paper.number == "云调研〔2027〕1号"


def test_a_draft_is_signed_only_when_a_persons_words_and_the_code_are_there(outing, office, brief):
    paper = brief()
    with pytest.raises(NotFinished, match="趋势研判"):
        actions.sign_paper(paper=paper, version=paper.version, by=office)
    paper = actions.word_paper(paper=paper, words=WORDS | {"measures": " "}, version=paper.version, by=office)
    with pytest.raises(NotFinished, match="下一步措施"):
        actions.sign_paper(paper=paper, version=paper.version, by=office)
    blank = TemplateDraft(**vars(TEMPLATE) | {"code": ""})
    actions.change_template(kind="weekly", draft=blank, by=office)
    paper = actions.word_paper(paper=paper, words=WORDS, version=paper.version, by=office)
    paper = actions.retake_paper(paper=paper, by=office)
    with pytest.raises(NoCode):
        actions.sign_paper(paper=paper, version=paper.version, by=office)
    assert PaperSeries.objects.count() == 0  # nothing was used up


def test_of_two_who_had_the_same_draft_before_them_the_second_is_told(brief, office):
    paper = brief()
    actions.word_paper(paper=paper, words=WORDS, version=paper.version, by=office)
    with pytest.raises(Raced):
        actions.word_paper(paper=paper, words={"judgement": "别的"}, version=paper.version, by=office)
    with pytest.raises(Raced):
        actions.sign_paper(paper=paper, version=paper.version, by=office)


def test_nobodys_number_is_written_into_a_paper(brief, office):
    paper = brief()
    with pytest.raises(BadInput, match="手机号"):
        actions.word_paper(paper=paper, words={"measures": "联系梁厂长 13912345678"}, version=paper.version, by=office)


def test_a_dropped_draft_leaves_no_gap(brief, office):
    paper = actions.drop_paper(paper=brief(), by=office)
    assert (paper.state, paper.number, verbs(paper)[-1]) == ("dropped", "", "paper.dropped")
    assert brief(signed=True).serial == 1


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"until": date(2026, 3, 1)}, "until"),
        ({"until": date(2026, 3, 7)}, "until"),
        ({"since": date(2025, 1, 1)}, "since"),
        ({"kind": "novel"}, "kind"),
        ({"scope": "city"}, "scope"),
        ({"kind": "levels"}, "scope"),
    ],
)
def test_what_cannot_be_asked_for_says_so_beside_its_field(outing, office, asked, field):
    wanted = {"kind": "weekly", "since": date(2026, 3, 2), "until": date(2026, 3, 6), "scope": ""} | asked
    with pytest.raises(BadInput) as refused:
        actions.make_paper(subject=outing.campaign, by=office, **wanted)
    assert refused.value.field == field
    assert Paper.objects.count() == 0


def test_only_the_office_makes_papers_and_only_who_sees_all_visits_reads_them(brief, outing, cast):
    paper = brief()
    officer = outing.viewer("谭小勇")
    for forbidden in (
        lambda: actions.sign_paper(paper=paper, version=paper.version, by=officer),
        lambda: actions.void_paper(paper=paper, reason="不要了", by=officer),
        lambda: actions.change_template(kind="weekly", draft=TEMPLATE, by=officer),
        lambda: actions.note_taken(paper=paper, form="docx", by=officer),
    ):
        with pytest.raises(NotAllowed):
            forbidden()
    with pytest.raises(NotVisible):
        queries.paper_for(officer, paper.pk)
    assert queries.papers(officer).rows == []
    assert queries.paper_for(cast.viewer("何区长"), paper.pk) == paper


def test_a_file_that_leaves_the_house_is_on_the_trail(brief, office):
    paper = brief(signed=True)
    actions.note_taken(paper=paper, form="docx", by=office)
    event = trail.of(paper)[0]
    assert (event.verb, event.facts) == ("paper.taken", {"form": "docx", "state": "signed"})


def test_a_changed_template_is_a_new_version_and_old_papers_keep_theirs(brief, office):
    paper = brief(signed=True)
    same = actions.change_template(kind="weekly", draft=TEMPLATE, by=office)
    assert same.version == 1
    with pytest.raises(BadInput):
        actions.change_template(kind="weekly", draft=TemplateDraft(head="专班", code="云调研〔2026〕"), by=office)
    changed = actions.change_template(kind="weekly", draft=TemplateDraft(head="专班", code="云专"), by=office)
    assert (changed.version, trail.of(changed)[0].verb) == (2, "paper_template.changed")
    assert queries.sheet_of(queries.paper_for(office, paper.pk)).head == TEMPLATE.head
    assert brief(signed=True).number == "云专〔2026〕1号"
    assert PaperTemplate.objects.filter(kind="weekly").count() == 2


def test_the_database_refuses_a_signed_paper_without_a_number(brief):
    paper = brief()
    with pytest.raises(IntegrityError), transaction.atomic():
        Paper.objects.filter(pk=paper.pk).update(state="signed")


def test_a_line_of_the_city_is_on_its_list_once_a_leader_signed_it(brief, outing, office, monkeypatch):
    """The lines are those of the level list; what an officer only wished for is not on it."""
    paper = brief(kind="levels", scope="city")
    assert paper.snapshot["rows"] == []
    assert "没有列入“提请市级协调”的问题" in queries.sheet_of(paper).body[0].text
