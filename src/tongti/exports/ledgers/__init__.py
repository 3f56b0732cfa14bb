"""The ledgers: which columns, which lines, for whom."""

from tongti.exports.ledgers.exclusions import LEDGERS as EXCLUSIONS
from tongti.exports.ledgers.ledger import Asked, For, Ledger
from tongti.exports.ledgers.main_line import LEDGERS as MAIN_LINE
from tongti.exports.ledgers.visits import HIDDEN
from tongti.exports.ledgers.visits import LEDGERS as VISITS

LEDGERS: dict[str, Ledger] = {ledger.code: ledger for ledger in (*MAIN_LINE, *EXCLUSIONS, *VISITS)}

__all__ = ["HIDDEN", "LEDGERS", "Asked", "For", "Ledger"]
