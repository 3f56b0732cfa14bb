"""A stored paper as a sheet: of its frozen data, its words and its template, and of nothing else."""

from django.utils import timezone

from tongti.papers.blocks import Fonts, Paragraph, Sheet
from tongti.papers.kinds import KINDS
from tongti.papers.models import Paper


def sheet_of(paper: Paper) -> Sheet:
    """What every drawing of it starts from. It reads no table but the paper and its template."""
    kind, template = KINDS[paper.kind], paper.template
    opening = [Paragraph(template.opening)] if template.opening else []
    annex_title, annex = kind.annex(paper.snapshot)
    return Sheet(
        head=template.head,
        number=paper.number,
        title=paper.title,
        addressee=template.addressee.rstrip("：:"),
        body=[*opening, *kind.draw(paper.snapshot, paper.words)],
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
