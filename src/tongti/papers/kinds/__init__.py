"""文种: what papers there are. Each says which data it takes, which words a person adds, and how they become a paper.

A new kind is a module here with one ``Kind``, and a row in KINDS.
"""

from tongti.papers.kinds.kind import Kind, Section
from tongti.papers.kinds.levels import LEVELS
from tongti.papers.kinds.weekly import WEEKLY

KINDS: dict[str, Kind] = {kind.code: kind for kind in (WEEKLY, LEVELS)}

__all__ = ["KINDS", "Kind", "Section"]
