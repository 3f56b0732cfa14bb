"""文种: what papers there are. Each says which data it takes, which words a person adds, and how they become a paper.

A new kind is a module here with one ``Kind``, a row in KINDS, and one in ``access.POLICY``.
"""

from tongti.papers.kinds.circular import CIRCULAR
from tongti.papers.kinds.kind import PRIVATE, About, Asked, Kind, Parties, Section, Subject, about_of
from tongti.papers.kinds.levels import LEVELS
from tongti.papers.kinds.matters import subject_for
from tongti.papers.kinds.monthly import MONTHLY
from tongti.papers.kinds.special import SPECIAL
from tongti.papers.kinds.to_askers import ACCEPTED, EXTENDED, OPINION
from tongti.papers.kinds.to_units import ASSIGNED, ORDER, SUPERVISED, URGED
from tongti.papers.kinds.weekly import WEEKLY

KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        WEEKLY, LEVELS, ORDER, ACCEPTED, ASSIGNED, URGED, SUPERVISED, EXTENDED, OPINION, MONTHLY, SPECIAL, CIRCULAR,
    )
}  # fmt: skip

__all__ = ["KINDS", "PRIVATE", "About", "Asked", "Kind", "Parties", "Section", "Subject", "about_of", "subject_for"]
