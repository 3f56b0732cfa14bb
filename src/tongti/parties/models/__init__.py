"""对象: whom we serve; and the register of those among them that are firms, projects, parks, shops, farms and institutes."""

from tongti.parties.models.firms import Firm, FirmContact, KeyFigure
from tongti.parties.models.imports import FirmImport, FirmImportRow
from tongti.parties.models.merges import FirmMerge, Lookalike
from tongti.parties.models.people import Party, Reveal

__all__ = [
    "Firm",
    "FirmContact",
    "FirmImport",
    "FirmImportRow",
    "FirmMerge",
    "KeyFigure",
    "Lookalike",
    "Party",
    "Reveal",
]
