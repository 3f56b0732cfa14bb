"""What a paper is made of, as one SHA-256: shows whether anything was changed afterwards."""

import hashlib
import json
from datetime import UTC
from typing import Any

from tongti.papers.models import Paper, PaperTemplate
from tongti.shared import crypto

OF_TEMPLATE = (
    "kind", "version", "head", "code", "addressee", "opening", "signer", "copies", "issuer", "font_title", "font_body",
    "font_first", "font_second",
)  # fmt: skip


def seal_of(paper: Paper) -> str:
    """SHA-256 over the snapshot, the words, the template and the head of the paper, in one fixed spelling."""
    made_of: dict[str, Any] = {
        "kind": paper.kind,
        "title": paper.title,
        "scope": paper.scope,
        "days": [paper.since.isoformat(), paper.until.isoformat()],
        "snapshot": paper.snapshot,
        "words": paper.words,
        "template": _of(paper.template),
        "number": paper.number,
        # one spelling of a moment, whatever zone it came in
        "signed": paper.signed_at.astimezone(UTC).isoformat() if paper.signed_at else "",
    }
    if paper.about != Paper.About.CAMPAIGN:
        # keyed: a name is short enough to be guessed from a plain digest
        keyed = crypto.blind_index(paper.private, purpose="papers.paper.private").hex()
        made_of |= {
            "about": [paper.about, paper.about_id],
            "private": keyed,
            "units": [paper.unit_id, paper.to_unit_id],
        }
    text = json.dumps(made_of, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _of(template: PaperTemplate) -> dict[str, Any]:
    return {name: getattr(template, name) for name in OF_TEMPLATE}
