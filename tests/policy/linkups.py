"""What the addresses of needs and offers need to be built: the firm of 水利局 needs what a firm of 住建局 has."""

from typing import Any

from tests.linkups.stories import HAD, WANTED, introduced, said
from tests.parties.firms import code, entered
from tests.policy.firms import a_firm
from tongti.linkups.models import Introduction, Listing, Pair
from tongti.parties.models import Firm

TABLE: list[tuple[str, str, int]] = [
    ("desk:linkup", "黄志强", 200),
    ("desk:linkup", "何区长", 200),
    # the firm is not hers, but the pair is with one that is
    ("desk:linkup", "覃丽", 404),
    ("desk:linkup_pair", "覃丽", 200),
    ("desk:introduction", "覃丽", 200),
    ("desk:linkup_pair", "陆斌", 404),
    ("desk:linkup_pair", "蒙海燕", 404),
    ("desk:introduction", "蒙海燕", 404),
    ("desk:linkup_edit", "李小英", 404),
    ("desk:linkup_edit", "何区长", 404),
]


def _pair(world: Any) -> Pair:
    found = Pair.objects.select_related("need", "offer").first()
    if found is None:
        by = world.viewer("韦晓梅")
        needing = Firm.objects.get(pk=a_firm(world)["pk"])
        having = entered("策略表样例冷库", credit_code=code(9503), unit_id=world.units["住建局"].pk)
        said(needing, WANTED, by=by)
        said(having, HAD, kind="offer", by=by)
        found = Pair.objects.select_related("need", "offer").get()
    return found


def _need(world: Any) -> dict[str, int]:
    return {"pk": Listing.objects.get(pk=_pair(world).need_id).pk}


def _introduction(world: Any) -> dict[str, int]:
    pair = _pair(world)
    found = Introduction.objects.first() or introduced(pair, by=world.viewer("韦晓梅"))
    return {"pk": found.pk}


SAMPLE: dict[str, Any] = {
    **dict.fromkeys(("desk:linkup", "desk:linkup_edit", "desk:linkup_state"), _need),
    "desk:linkup_pair": lambda world: {"pk": _pair(world).pk},
    "desk:introduction": _introduction,
}
