"""What the stories of needs and offers share: two firms, a need and an offer that fit."""

from datetime import date
from typing import Any

from tests.cast import Cast
from tests.parties.firms import MANAGER, code, entered
from tongti.linkups import actions
from tongti.linkups.actions import ListingDraft
from tongti.linkups.models import Introduction, Listing, Pair
from tongti.parties.actions import ContactDraft
from tongti.parties.models import Firm
from tongti.units.access import Viewer

WANTED = "三百吨沃柑等着入库，急需冷藏库和冷藏车，要有温控记录。"
HAD = "有八百吨冷藏库和四台冷藏车，有温控记录，可以存沃柑，按天收费。"
OWNER = ContactDraft(name="覃大海", phone="13900139000", post="经理")


def orchard(cast: Cast) -> Firm:
    """A farm that 水利局 looks after, at 大塘村."""
    return entered(
        "白石沃柑合作社", kind="farm", credit_code=code(501), unit_id=cast.units["水利局"].pk,
        place_id=cast.regions["大塘村"].pk, people=(MANAGER,),
    )  # fmt: skip


def cold_store(cast: Cast) -> Firm:
    """A store that 住建局 looks after, in the same township."""
    return entered(
        "源丰冷库有限公司", credit_code=code(502), unit_id=cast.units["住建局"].pk, place_id=cast.regions["大塘镇"].pk,
        people=(OWNER,),
    )  # fmt: skip


def said(
    firm: Firm,
    words: str,
    *,
    by: Viewer,
    kind: str = "need",
    about: str = "logistics",
    until: date | None = None,
    **more: Any,
) -> Listing:
    """One need (or offer) of a firm."""
    draft = ListingDraft(kind=kind, about=about, words=words, valid_until=until, **more)
    return actions.enter(firm=firm, draft=draft, by=by)


def fitting(cast: Cast) -> Pair:
    """The orchard's need beside the store's offer."""
    by = cast.viewer("韦晓梅")
    need = said(orchard(cast), WANTED, by=by)
    offer = said(cold_store(cast), HAD, kind="offer", by=by)
    return Pair.objects.select_related("need", "offer").get(need=need, offer=offer)


def introduced(pair: Pair, *, by: Viewer, agreed: bool = True, **more: Any) -> Introduction:
    """The two brought together; with ``agreed`` both consents written down and contacts passed on."""
    row = actions.introduce(pair=pair, how="phone", by=by, **more)
    if not agreed:
        return row
    for side in ("need", "offer"):
        actions.agree(introduction=row, side=side, said="厂长电话里同意", by=by)
    return actions.pass_on(introduction=row, by=by)
