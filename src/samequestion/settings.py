"""Every knob of the engine, frozen and versioned, so that a stored suggestion says what made it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from samequestion.errors import ModelMismatch


@dataclass(frozen=True, slots=True)
class Settings:
    """See docs/engine.md for what each knob does and how its value was chosen."""

    version: str = "2026.11-5"
    df_bits: int = 20
    """log2 of the number of hashed document-frequency slots."""
    max_body: int = 8000
    """Characters of the body that are read; the rest is ignored."""
    max_words: int = 120
    """Words kept per message (title words first, then the rarest body words)."""
    max_names: int = 32
    """Names (estate, road, school, …) kept per message."""
    max_text_pairs: int = 1500
    """Distinct character pairs kept of title and body."""
    sketch_size: int = 32
    """Smallest shingle hashes kept for spotting copies."""
    stored_keys: int = 96
    """Upper bound on the keys stored per message for candidate search."""
    query_keys: int = 24
    """Upper bound on the keys of one candidate query."""
    query_rows: int = 300
    """Expected number of rows that one candidate query may return."""
    neighbours: int = 30
    """Candidates compared per message in batch grouping."""
    join_at: float = -0.65
    """Log-odds that the strength of a link between two clusters must exceed for them to join."""
    best_share: float = 0.4
    """Weight of the best cross pair in the strength; the rest goes to the mean of all cross pairs."""
    clip_low: float = -3.4
    """Cross pairs count at least this much: one very unlike pair decides nothing."""
    clip_high: float = 3.1
    """Cross pairs count at most this much: one very like pair decides nothing."""
    plausible: float = -1.4
    """Log-odds from which a cross pair is plausible."""
    guard_share: float = 0.25
    """Share of the cross pairs that must be plausible, against chains."""
    neighbourhood: float = -2.4
    """Log-odds from which two candidates belong to one neighbourhood, in which all pairs are compared."""
    dense_limit: int = 400
    """Largest neighbourhood in which every pair is compared."""
    propose_at: float = 0.7
    """Probability from which a join is proposed without being asked for."""

    def to_json(self) -> str:
        """Stable JSON; `from_json` reads it back."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Settings:
        """Inverse of `to_json`. Raises `ModelMismatch` on unknown or missing knobs."""
        values: dict[str, Any] = json.loads(text)
        try:
            return cls(**values)
        except TypeError as error:
            raise ModelMismatch(f"参数与当前引擎版本不符：{error}") from error
