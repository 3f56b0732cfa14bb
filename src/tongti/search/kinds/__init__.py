"""What can be found: one entry a kind, each with its own query. Another kind (lessons, when there are any) is one module with a
``Kind`` and one line here; pages say where its rows open in ``web.desk.search``.
"""

from tongti.search.kinds.answers import ANSWERS
from tongti.search.kinds.cases import CASES
from tongti.search.kinds.firms import FIRMS
from tongti.search.kinds.kind import Hit, Kind
from tongti.search.kinds.questions import QUESTIONS

KINDS: dict[str, Kind] = {kind.code: kind for kind in (CASES, QUESTIONS, ANSWERS, FIRMS)}

__all__ = ["KINDS", "Hit", "Kind"]
