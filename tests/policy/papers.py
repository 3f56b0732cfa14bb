"""What the addresses of papers and exports need to be built: a signed weekly brief, and a ledger that 统筹员 asked for."""

from datetime import timedelta
from typing import Any

from tests.policy.hear_desk import a_case
from tests.policy.visit import _world as campaign_of
from tongti.exports import actions as exports
from tongti.exports.ledgers import Asked
from tongti.exports.models import Export
from tongti.papers import actions
from tongti.papers.actions import TemplateDraft
from tongti.papers.models import Paper, PaperSeries
from tongti.shared import clock

TABLE: list[tuple[str, str, int]] = []
WORDS = {"judgement": "平稳", "measures": "继续走访"}


def _paper(world: Any) -> dict[str, int]:
    found = Paper.objects.first()
    if found is None:
        campaign, office, today = campaign_of(world), world.viewer("coordinator"), clock.today()
        actions.change_template(kind="weekly", draft=TemplateDraft(head="策略表专班", code="策表"), by=office)
        found = actions.make_paper(
            kind="weekly", subject=campaign, since=today - timedelta(days=6), until=today, by=office
        )
        found = actions.word_paper(paper=found, words=WORDS, version=found.version, by=office)
        found = actions.sign_paper(paper=found, version=found.version, by=office)
    return {"pk": found.pk}


def _series(world: Any) -> dict[str, int]:
    _paper(world)
    return {"pk": PaperSeries.objects.get().pk}


def _export(world: Any) -> dict[str, int]:
    found = Export.objects.first()
    if found is None:
        campaign_of(world)
        found = exports.ask_for_export(ledger="visits", form="csv", asked=Asked(), by=world.viewer("coordinator"))
    return {"pk": found.pk}


def _kind(world: Any) -> dict[str, str]:
    return {"kind": "weekly"}


def _of_case(world: Any) -> dict[str, Any]:
    return {"about": "case", "pk": a_case(world)["pk"]}


SAMPLE: dict[str, Any] = {
    "desk:papers_of": _of_case,
    "desk:ledgers_one": lambda world: {"code": "cases"},
    **dict.fromkeys(("desk:paper", "desk:paper_move", "desk:paper_file"), _paper),
    **dict.fromkeys(("desk:export", "desk:export_status", "desk:export_file"), _export),
    "desk:paper_numbers": _series,
    "desk:paper_template": _kind,
}
