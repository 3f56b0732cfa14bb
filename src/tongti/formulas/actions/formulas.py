"""口径: what a change would do, and the next version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation

from django.db import IntegrityError, transaction

from tongti.formulas import versions
from tongti.formulas.errors import NothingChanged
from tongti.formulas.models import Formula
from tongti.formulas.versions import FormulaView
from tongti.formulas.vocabulary import BASES
from tongti.shared import clock
from tongti.shared.errors import BadInput, Raced
from tongti.shared.text import checked_words
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer


@dataclass(frozen=True)
class Wording:
    """What somebody typed for a version: weights by level as text, "" for a level that is not counted at all."""

    name: str
    basis: str
    weights: Mapping[str, str]
    small: int
    reasons: Sequence[str]
    source: str
    verified: bool
    valid_from: date


def checked(code: str, said: Wording) -> FormulaView:
    """The version that these words would make. Raises BadInput beside the field."""
    if code not in versions.shipped():
        raise BadInput("name", "没有这个率。")
    basis = BASES.get(said.basis)
    if basis is None:
        raise BadInput("basis", "请选数的是什么。")
    weights = {level.code: _weight(level.code, level.name, said.weights.get(level.code, "")) for level in basis.levels}
    counted = tuple(level for level, weight in weights.items() if weight is not None)
    if not counted:
        raise BadInput(f"weight_{basis.codes[0]}", "分母里至少要有一项；不计入的留空，计入但不算的填 0。")
    if not any(weights.values()):
        raise BadInput(f"weight_{basis.codes[0]}", "分子里至少要有一项大于 0。")
    if not 1 <= said.small <= 1000:
        raise BadInput("small", "样本线请填 1 到 1000。")
    if unknown := set(said.reasons) - set(versions.reasons()):
        raise BadInput("reasons", f"没有“{min(unknown)}”这个剔除理由。")
    if said.valid_from < clock.today():
        raise BadInput("valid_from", "新口径从今天或以后的一天起用；过去的数照当时的口径，不改。")
    return replace(
        versions.shipped()[code],
        name=checked_words(said.name, "name", "名称", 20),
        basis=basis.code,
        counted=counted,
        weights={level: f"{weight.normalize():f}" for level, weight in weights.items() if weight},
        reasons=tuple(reason for reason in versions.reasons() if reason in said.reasons),
        source=checked_words(said.source, "source", "依据", 200),
        small=said.small,
        verified=said.verified,
        since=said.valid_from,
    )


def _weight(level: str, name: str, text: str) -> Decimal | None:
    text = text.strip()
    if not text:
        return None
    wrong = BadInput(f"weight_{level}", f"“{name}”请填 0 到 1，最多两位小数，例如 0.8；不计入的留空。")
    try:
        weight = Decimal(text)
    except InvalidOperation:
        raise wrong from None
    if not weight.is_finite() or not 0 <= weight <= 1 or weight != round(weight, 2):
        raise wrong
    return weight


@transaction.atomic
def set_formula(*, code: str, said: Wording, by: Viewer) -> Formula:
    """改口径: the next version, from a day on; what was published by an older one stays as it is.

    Raises NotAllowed, BadInput, NothingChanged, Raced.
    """
    by.require(May.ADMINISTER)
    new = checked(code, said)
    newest = Formula.objects.filter(code=code).order_by("-version").first()
    before = versions.view_of(newest) if newest else versions.shipped()[code]
    if _same(before, new):
        raise NothingChanged
    if newest and said.valid_from < newest.valid_from:
        raise BadInput("valid_from", f"上一版从 {newest.valid_from.isoformat()} 起用，新版不能更早。")
    if newest and not Formula.objects.filter(pk=newest.pk, valid_to=None).update(valid_to=said.valid_from):
        raise Raced
    row = _next(new, newest.version + 1 if newest else 1, by)
    facts = {
        "code": code,
        "version": row.version,
        "was": before.version,
        "basis": row.basis,
        "counted": row.counted,
        "weights": row.weights,
        "small": row.small,
        "reasons": row.reasons,
        "verified": row.verified,
        "from": row.valid_from.isoformat(),
    }
    trail.record("formula.changed", row, by=by, facts=facts, first=True)
    return row


def _same(before: FormulaView, new: FormulaView) -> bool:
    return replace(before, version=0, since=None, until=None) == replace(new, version=0, since=None, until=None)


def _next(new: FormulaView, version: int, by: Viewer) -> Formula:
    try:
        with transaction.atomic():
            return Formula.objects.create(
                code=new.code,
                version=version,
                name=new.name,
                basis=new.basis,
                counted=list(new.counted),
                weights=new.weights,
                small=new.small,
                reasons=list(new.reasons),
                source=new.source,
                verified=new.verified,
                made_by_id=by.officer_id,
                made_at=clock.now(),
                valid_from=new.since or clock.today(),
            )
    except IntegrityError as error:
        raise Raced from error
