"""What points at a party or at its entry in the register, and what a merge does with it.

Every room whose models have a key to Party or Firm says here (from its ``ready()``) whether those rows move with a merged entry or
stay as history; tests/parties walks all models and fails on one that says nothing, so a later package cannot lose its links.
"""

from dataclasses import dataclass

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q


@dataclass(frozen=True)
class Link:
    """Rows of ``model`` whose ``field`` names a party or firm; ``word`` is what a preview calls them (“件诉求”).

    ``apart``: fields that, with ``field``, may occur once only: where the kept entry has such a row already, the other stays
    where it is (``apart_if`` says which rows this holds for, when not for all). ``verb`` is written on the trail of each row that moves. ``only`` narrows which rows ever move.
    """

    model: str
    field: str
    word: str
    apart: tuple[str, ...] = ()
    apart_if: Q | None = None
    verb: str = ""
    only: Q | None = None

    @property
    def name(self) -> str:
        return f"{self.model}.{self.field}"

    @property
    def table(self) -> type[models.Model]:
        return apps.get_model(self.model)

    def at(self, firm_id: int) -> "models.QuerySet[models.Model]":
        """Rows that point at this entry and may move."""
        rows = self.table._base_manager.filter(**{f"{self.field}_id": firm_id})
        return rows.filter(self.only) if self.only is not None else rows

    def moving(self, kept_id: int, gone_id: int) -> list[int]:
        """Ids of the rows that a merge takes to ``kept_id``."""
        rows = self.at(gone_id)
        if self.apart:
            taken = self.at(kept_id).filter(**{name: OuterRef(name) for name in self.apart})
            rows = rows.exclude(Q(Exists(taken)) & (self.apart_if if self.apart_if is not None else Q()))
        return list(rows.order_by("pk").values_list("pk", flat=True))

    def move(self, ids: list[int], *, back: bool = False, kept_id: int, gone_id: int) -> int:
        """Take these rows to ``kept_id`` (``back``: to ``gone_id``); answers how many still stood where they were."""
        here, there = (kept_id, gone_id) if back else (gone_id, kept_id)
        rows = self.table._base_manager.filter(pk__in=ids, **{f"{self.field}_id": here})
        return rows.update(**{f"{self.field}_id": there})


MOVES: dict[str, Link] = {}
STAYS: dict[str, str] = {}


def moves_with_a_firm(link: Link) -> None:
    """These rows go with an entry that is merged."""
    MOVES[link.name] = link


def stays_behind(model: str, field: str, why: str) -> None:
    """These rows keep naming the entry that was merged, for this reason."""
    STAYS[f"{model}.{field}"] = why


moves_with_a_firm(
    Link(
        "parties.FirmContact",
        "firm",
        "位联系人",
        apart=("phone_index",),
        apart_if=~Q(phone_index=b""),
        only=Q(until=None),
    )
)
moves_with_a_firm(Link("parties.KeyFigure", "firm", "个指标数", apart=("measure", "span", "starts_on")))
moves_with_a_firm(Link("parties.Reveal", "party", "次查看身份的记录"))
moves_with_a_firm(Link("parties.Firm", "park", "家园区里的企业"))
stays_behind("parties.Firm", "party", "登记本身：并入以后留着，地址指向留下的一条")
stays_behind("parties.Firm", "merged_into", "更早并入它的，顺着它找到留下的一条")
stays_behind("parties.Lookalike", "one", "核对过的记录")
stays_behind("parties.Lookalike", "other", "核对过的记录")
stays_behind("parties.FirmMerge", "kept", "合并的记录")
stays_behind("parties.FirmMerge", "gone", "合并的记录")
stays_behind("parties.FirmImportRow", "firm", "导入的记录")
