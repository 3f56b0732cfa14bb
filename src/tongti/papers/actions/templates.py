"""公文样式: every change is a new version; papers keep the one they were made with."""

from dataclasses import asdict, dataclass

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max

from tongti.papers import access
from tongti.papers.kinds import KINDS
from tongti.papers.models import PaperTemplate
from tongti.shared import clock
from tongti.shared.errors import BadInput, Raced
from tongti.shared.text import checked_words
from tongti.trail import actions as trail
from tongti.units.access import Viewer
from tongti.units.models import Unit

LABELS: dict[str, tuple[str, int]] = {
    "head": ("发文机关标志", 40),
    "code": ("机关代字", 20),
    "addressee": ("主送", 120),
    "opening": ("开头", 300),
    "signer": ("署名", 60),
    "copies": ("抄送", 200),
    "issuer": ("印发机关", 60),
    "font_title": ("标题字体", 40),
    "font_body": ("正文字体", 40),
    "font_first": ("一级标题字体", 40),
    "font_second": ("二级标题字体", 40),
}
NOT_IN_A_CODE = frozenset("〔〕[]()（）第号 　0123456789")


@dataclass(frozen=True)
class TemplateDraft:
    """What a template is changed to. Only the fonts and who issues it must be there; the rest may be left blank."""

    head: str
    code: str = ""
    addressee: str = ""
    opening: str = ""
    signer: str = ""
    copies: str = ""
    issuer: str = ""
    font_title: str = "方正小标宋简体"
    font_body: str = "仿宋_GB2312"
    font_first: str = "黑体"
    font_second: str = "楷体_GB2312"


def template_in_use(kind: str, unit: Unit | None = None) -> PaperTemplate:
    """The newest version of the office or unit that issues it. Where nobody has set it up yet it begins with version 1: the name
    of the unit (or the district), and blanks."""
    newest = PaperTemplate.objects.filter(kind=kind, unit=unit).order_by("-version").first()
    if newest is not None:
        return newest
    made, _ = PaperTemplate.objects.get_or_create(
        kind=kind, unit=unit, version=1, defaults=blank_look(unit) | {"made_at": clock.now()}
    )
    return made


def blank_look(unit: Unit | None) -> dict[str, str]:
    """What a template has before anybody set it up."""
    if unit is None:
        return {"head": getattr(settings, "DISTRICT_NAME", "")}
    return {"head": unit.name[:40], "signer": unit.name[:60]}


@transaction.atomic
def change_template(
    *, kind: str, draft: TemplateDraft, unit: Unit | None = None, seen: int | None = None, by: Viewer
) -> PaperTemplate:
    """A new version, for papers made from now on; of a unit's own look when ``unit`` is given. ``seen`` is the version that it was
    written from (0: none yet): what somebody else saved since is not lost. Raises BadInput, NotAllowed, Raced."""
    if kind not in KINDS:
        raise BadInput("kind", "没有这个文种。")
    access.require_signer(by, kind, unit)
    checked = {
        name: checked_words(getattr(draft, name), name, label, limit, optional=not _needed(name))
        for name, (label, limit) in LABELS.items()
    }
    if set(checked["code"]) & NOT_IN_A_CODE:
        raise BadInput("code", "机关代字只写字，年份和号由系统编，例如“云调研”。")
    before = PaperTemplate.objects.select_for_update().filter(kind=kind, unit=unit).order_by("-version").first()
    # counted after the lock: whoever waited for it sees what was saved meanwhile
    last = PaperTemplate.objects.filter(kind=kind, unit=unit).aggregate(n=Max("version"))["n"] or 0
    if seen is not None and seen != last:
        raise Raced
    if before is not None and asdict(draft) == {name: getattr(before, name) for name in LABELS}:
        return before
    try:
        with transaction.atomic():
            made = PaperTemplate.objects.create(
                kind=kind, unit=unit, version=last + 1, made_by_id=by.officer_id, made_at=clock.now(), **checked
            )
    except IntegrityError as error:
        # the very first version has no row to lock: two begin with it, one of them is told so
        raise Raced from error
    changed = [name for name in LABELS if before is None or getattr(before, name) != checked[name]]
    trail.record(
        "paper_template.changed",
        made,
        by=by,
        facts={"kind": kind, "unit": unit.pk if unit else 0, "fields": changed},
        first=True,
    )
    return made


def _needed(name: str) -> bool:
    return name == "head" or name.startswith("font_")
