"""合并登记: two entries are one firm. Everything that hangs on the one goes to the other, is written down, and can be taken back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q

from tongti.parties import matching
from tongti.parties.access import visible
from tongti.parties.codes import same_body
from tongti.parties.drafts import ContactDraft, FirmDraft, read_contact, read_draft
from tongti.parties.errors import MergeRefused
from tongti.parties.indexes import name_index
from tongti.parties.links import MOVES, Link
from tongti.parties.matching import Known, Register
from tongti.parties.models import Firm, FirmMerge, Lookalike
from tongti.shared import clock
from tongti.shared.actor import Actor
from tongti.shared.errors import NotAllowed, NotVisible, Raced
from tongti.shared.text import checked_words
from tongti.trail import actions as trail
from tongti.units.access import May, Scope, Viewer

REASON_LIMIT = 200
# What the kept entry takes over where it is blank; a sector goes with its section.
FILLED = ("credit_code", "size", "sector", "section", "park_id", "place_id", "address", "unit_id")
LABELS = {
    "credit_code": "统一社会信用代码",
    "size": "规模",
    "sector": "行业",
    "section": "行业",
    "park_id": "园区",
    "place_id": "地点",
    "address": "地址",
    "unit_id": "服务单位",
}
Waiting = Lookalike.State.WAITING


@dataclass(frozen=True)
class Moving:
    """What a merge would take along of one kind: how many go, and how many stay because the kept entry has the like."""

    word: str
    going: int
    staying: int


@dataclass(frozen=True)
class MergePreview:
    """What merging would do. ``filled`` are fields that the kept entry lacks; ``refusal`` says why it cannot be done."""

    moving: tuple[Moving, ...]
    filled: tuple[str, ...]
    refusal: str

    @property
    def labels(self) -> list[str]:
        """The filled fields as people call them."""
        return list(dict.fromkeys(LABELS[name] for name in self.filled))


def preview_merge(*, kept: Firm, gone: Firm, by: Viewer) -> MergePreview:
    """Look before it is done. Nothing is written. Raises NotAllowed."""
    _require_registrar(by)
    moving = []
    for link in MOVES.values():
        going = len(link.moving(kept.pk, gone.pk))
        moving.append(Moving(link.word, going, link.at(gone.pk).count() - going))
    return MergePreview(tuple(moving), tuple(_blanks(kept, gone)), _refusal(kept, gone))


@transaction.atomic
def merge(*, kept: Firm, gone: Firm, reason: str, by: Viewer) -> FirmMerge:
    """``gone`` lives on in ``kept``. Raises BadInput, MergeRefused, NotAllowed, Raced."""
    _require_registrar(by)
    reason = checked_words(reason, "reason", "理由", REASON_LIMIT)
    kept, gone = _locked(kept.pk, gone.pk)
    if refusal := _refusal(kept, gone):
        raise MergeRefused(why=refusal)
    filled = _blanks(kept, gone)
    # first, so that its code is free for the kept entry
    Firm.objects.filter(pk=gone.pk).update(merged_into=kept, version=gone.version + 1, changed_at=clock.now())
    values: dict[str, Any] = {name: getattr(gone, name) for name in filled}
    Firm.objects.filter(pk=kept.pk).update(version=kept.version + 1, changed_at=clock.now(), **values)
    moved = _move_all(kept.pk, gone.pk, by=by)
    row = FirmMerge.objects.create(
        kept=kept, gone=gone, reason=reason, moved=moved, filled=filled, by_id=by.officer_id, at=clock.now()
    )
    _decided(kept.pk, gone.pk, Lookalike.State.MERGED, by=by)
    _forget_waiting(gone.pk)
    counts = {name: len(ids) for name, ids in moved.items()}
    trail.record_many(
        [
            ("firm.absorbed", kept, {"merge": row.pk, "other": gone.pk, "moved": counts, "filled": filled}),
            ("firm.merged", gone, {"merge": row.pk, "into": kept.pk}),
        ],
        by=by,
    )
    return row


@transaction.atomic
def undo_merge(*, merge: FirmMerge, by: Viewer) -> int:
    """Take a merge back: every row that still stands where the merge put it goes home; answers how many did not.

    The pair is remembered as told apart. Raises NotAllowed, Raced, MergeRefused (the kept entry was merged away since).
    """
    _require_registrar(by)
    kept, gone = _locked(merge.kept_id, merge.gone_id)
    won = FirmMerge.objects.filter(pk=merge.pk, undone_at=None).update(
        undone_at=clock.now(), undone_by_id=by.officer_id
    )
    if not won or gone.merged_into_id != kept.pk:
        raise Raced
    if kept.merged_into_id is not None:
        raise MergeRefused(why="留下的那一条后来又并入了别家，请先撤销那一次合并。")
    still = [name for name in merge.filled if getattr(kept, name) == getattr(gone, name)]
    emptied: dict[str, Any] = {name: None if name.endswith("_id") else "" for name in still}
    Firm.objects.filter(pk=kept.pk).update(version=kept.version + 1, changed_at=clock.now(), **emptied)
    Firm.objects.filter(pk=gone.pk).update(merged_into=None, version=gone.version + 1, changed_at=clock.now())
    left = 0
    for name, ids in merge.moved.items():
        link = MOVES[name]
        home = link.move(ids, back=True, kept_id=kept.pk, gone_id=gone.pk)
        left += len(ids) - home
        _tell_each(link, ids, {"from": kept.pk, "to": gone.pk}, by=by)
    _decided(kept.pk, gone.pk, Lookalike.State.APART, by=by)
    trail.record_many(
        [
            ("firm.separated", kept, {"merge": merge.pk, "other": gone.pk, "left": left}),
            ("firm.restored", gone, {"merge": merge.pk, "from": kept.pk}),
        ],
        by=by,
    )
    return left


@transaction.atomic
def tell_apart(*, one: Firm, other: Firm, by: Viewer) -> None:
    """不是同一家: remembered, and not proposed again. Raises NotAllowed."""
    _require_registrar(by)
    _decided(one.pk, other.pk, Lookalike.State.APART, by=by)
    facts = ((one, other), (other, one))
    trail.record_many([("firm.told_apart", firm, {"other": against.pk}) for firm, against in facts], by=by)


@dataclass(frozen=True)
class Likely:
    """An entry that may be the firm somebody is about to enter; ``pk`` is None where she may not see it."""

    pk: int | None
    name: str
    reasons: tuple[str, ...]


def likely_same(*, draft: FirmDraft, contacts: Sequence[ContactDraft] = (), by: Viewer, limit: int = 5) -> list[Likely]:
    """What is in the register already and looks like this, the likeliest first; asked before a new entry is made.

    Raises BadInput, NotAllowed.
    """
    by.require(May.KEEP_FIRMS)
    columns = read_draft(draft)
    phones = frozenset(read_contact(one).phone_index for one in contacts if not one.empty) - {b""}
    secret = name_index(columns["true_name"]) if draft.name_personal else b""
    told = Known(
        0, columns["name"], columns["core"], columns["credit_code"], draft.place_id, draft.park_id, phones, secret
    )
    register = Register.read()
    if told.code in register.by_code:
        # entering it will be refused, with the name of who has the code
        return []
    near = register.near(told)
    same = {known.pk: ("名称相同",) for known in register.named(told) if not (told.code and known.code)}
    found = {known.pk: why.reasons for known, why in near} | same
    order = [*same, *(known.pk for known, _ in near if known.pk not in same)][:limit]
    seen = set(Firm.objects.filter(visible(by), pk__in=order).values_list("pk", flat=True))
    return [Likely(pk if pk in seen else None, register.entries[pk].name, found[pk]) for pk in order]


@transaction.atomic
def find_lookalikes(*, firm_ids: Sequence[int] | None = None) -> int:
    """Compare these entries (or all) with the register; answers how many pairs are new. Safe to run twice.

    Pairs that a person decided stay decided; those that wait and no longer look alike are taken off the list.
    """
    register = matching.Register.read()
    found = {(one, other): why for one, other, why in matching.pairs(register, firm_ids)}
    about = Q() if firm_ids is None else Q(one__in=firm_ids) | Q(other__in=firm_ids)
    known = {(row.one_id, row.other_id): row for row in Lookalike.objects.filter(about)}
    gone = [row.pk for pair, row in known.items() if row.state == Waiting and pair not in found]
    Lookalike.objects.filter(pk__in=gone, state=Waiting).delete()
    fresh = [
        Lookalike(one_id=one, other_id=other, score=why.score, reasons=list(why.reasons), found_at=clock.now())
        for (one, other), why in found.items()
        if (one, other) not in known
    ]
    Lookalike.objects.bulk_create(fresh, ignore_conflicts=True)
    for pair, row in known.items():
        if row.state == Waiting and pair in found and row.score != found[pair].score:
            row.score, row.reasons = found[pair].score, list(found[pair].reasons)
            row.save(update_fields=["score", "reasons"])
    return len(fresh)


def _require_registrar(by: Viewer) -> None:
    if by.scope(May.KEEP_FIRMS) < Scope.ALL:
        raise NotAllowed(what=May.KEEP_FIRMS.value)


def _locked(kept_id: int, gone_id: int) -> tuple[Firm, Firm]:
    rows = {firm.pk: firm for firm in Firm.objects.select_for_update().filter(pk__in=[kept_id, gone_id]).order_by("pk")}
    if len(rows) != 2:
        raise NotVisible
    return rows[kept_id], rows[gone_id]


def _refusal(kept: Firm, gone: Firm) -> str:
    if kept.merged_into_id is not None or gone.merged_into_id is not None:
        return "其中一条已经并入别家了，请刷新后再看。"
    if kept.credit_code and gone.credit_code and not same_body(kept.credit_code, gone.credit_code):
        return "两家的统一社会信用代码不同，是两个主体，不能合并；有一家录错了的，先改正代码。"
    if (kept.kind == Firm.Kind.PARK) != (gone.kind == Firm.Kind.PARK):
        return "一条是园区，另一条不是，不能合并；类别登记错了的，先改正类别。"
    if kept.park_id == gone.pk:
        return "留下的一条登记在另一条园区里面，请先改掉它的所在园区。"
    return ""


def _blanks(kept: Firm, gone: Firm) -> list[str]:
    """Fields that the kept entry lacks and the other has."""
    blank = [name for name in FILLED if not getattr(kept, name) and getattr(gone, name)]
    # an entry must not come to stand in itself
    return [name for name in blank if not (name == "park_id" and gone.park_id == kept.pk)]


def _move_all(kept_id: int, gone_id: int, *, by: Actor) -> dict[str, list[int]]:
    moved: dict[str, list[int]] = {}
    for name, link in MOVES.items():
        ids = link.moving(kept_id, gone_id)
        if not ids:
            continue
        if link.move(ids, kept_id=kept_id, gone_id=gone_id) != len(ids):
            raise Raced
        _tell_each(link, ids, {"from": gone_id, "to": kept_id}, by=by)
        moved[name] = ids
    return moved


def _tell_each(link: Link, ids: Iterable[int], facts: dict[str, int], *, by: Actor) -> None:
    if link.verb:
        trail.record_many([(link.verb, link.table(pk=pk), facts) for pk in ids], by=by)


def _decided(one_id: int, other_id: int, state: str, *, by: Viewer) -> None:
    one, other = sorted((one_id, other_id))
    now = clock.now()
    Lookalike.objects.update_or_create(
        one_id=one,
        other_id=other,
        defaults={"state": state, "decided_by_id": by.officer_id, "decided_at": now},
        create_defaults={
            "state": state,
            "decided_by_id": by.officer_id,
            "decided_at": now,
            "score": 0.0,
            "reasons": [],
            "found_at": now,
        },
    )


def _forget_waiting(gone_id: int) -> None:
    """Nobody need compare an entry that is no more; what is true of it is found again for the one that it lives on in."""
    Lookalike.objects.filter(Q(one=gone_id) | Q(other=gone_id), state=Waiting).delete()
