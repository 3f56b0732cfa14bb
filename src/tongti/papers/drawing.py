"""A stored paper as a sheet: of its frozen data, its words and its template, and of nothing else."""

import json
from typing import Any

from django.utils import timezone

from tongti.papers.blocks import Fonts, Paragraph, Sheet
from tongti.papers.kinds import KINDS, PRIVATE
from tongti.papers.models import Paper
from tongti.parties.queries import masked_name


def sheet_of(paper: Paper, *, named: bool = False) -> Sheet:
    """What every drawing of it starts from. It reads no table but the paper and its template.

    ``named``: the asker stands on it by her full name; else as whoever handles reads her.
    """
    kind, template = KINDS[paper.kind], paper.template
    snapshot = opened(paper, named=named)
    opening = [Paragraph(template.opening)] if template.opening else []
    annex_title, annex = kind.annex(snapshot)
    return Sheet(
        head=template.head,
        number=paper.number,
        title=paper.title,
        addressee=(kind.addressee(snapshot) or template.addressee).rstrip("：:"),
        body=[*opening, *kind.draw(snapshot, paper.words)],
        annex=annex,
        annex_title=annex_title,
        signer=template.signer,
        day=timezone.localdate(paper.signed_at or paper.made_at),
        copies=template.copies.rstrip("。"),
        issuer=template.issuer,
        fonts=Fonts(template.font_title, template.font_body, template.font_first, template.font_second),
        at=timezone.localtime(paper.made_at),
        draft=paper.state in (Paper.State.DRAFT, Paper.State.DROPPED),
        voided=paper.state == Paper.State.VOIDED,
    )


def opened(paper: Paper, *, named: bool) -> dict[str, Any]:
    """The data with what points at a person, her name masked unless ``named``."""
    if not paper.private:
        return dict(paper.snapshot)
    private: dict[str, Any] = json.loads(paper.private)
    if "name" in private and not named:
        private["name"] = "" if private["hidden"] else masked_name(private["name"], private["kind"])
    return {**paper.snapshot, PRIVATE: private}


def names_an_asker(paper: Paper) -> bool:
    """Whether a full name can stand on it at all."""
    return bool(paper.private) and bool(json.loads(paper.private).get("name"))
