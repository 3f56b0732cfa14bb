"""Every knob of the engine, frozen and versioned, so that a stored suggestion says what made it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from samequestion.errors import ModelMismatch


@dataclass(frozen=True, slots=True)
class Settings:
    """See docs/engine.md for what each knob does and how its value was chosen."""

    version: str = "2026.11-1"
    df_bits: int = 20
    """log2 of the number of hashed document-frequency slots."""
    max_body: int = 8000
    """Characters of the body that are read; the rest is ignored."""
    max_words: int = 72
    """Words kept per message (title words first, then the rarest body words)."""
    max_names: int = 32
    """Names (estate, road, school, …) kept per message."""
    max_text_grams: int = 3000
    """Distinct character pairs and triples kept of title and body."""
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
    threshold: float = 0.5
    """Two groups join when the average probability between their members exceeds this."""
    dense_limit: int = 400
    """Largest neighbourhood in which every pair is compared."""
    propose_at: float = 0.6
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
